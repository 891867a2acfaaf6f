"""Speech recognition over the wire of an OpenAI-compatible service, and by a local model."""

import json
import threading
import time
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from memory.readers import ReadError, ReadOptions, Waiting, read
from memory.readers.options import Progress
from memory.readers.speech import PART_SECONDS
from memory.transcription import EndpointTranscriber, LocalTranscriber, load_transcriber
from memory.types import Block, Locator, ReadFrom
from tests.emulators.openai.server import form_of
from tests.factories import media
from tests.factories.whisper import whisper

SEGMENTS = {
    "task": "transcribe",
    "language": "english",
    "duration": 3.0,
    "text": "The flame is yellow. Thank you for watching.",
    "segments": [
        {
            "id": 0,
            "start": 0.5,
            "end": 1.5,
            "text": " The flame is yellow.",
            "no_speech_prob": 0.01,
            "avg_logprob": -0.2,
        },
        {
            "id": 1,
            "start": 2.0,
            "end": 3.0,
            "text": " Thank you for watching.",
            "no_speech_prob": 0.9,
            "avg_logprob": -1.4,
        },
    ],
}


class Service:
    """A transcription service on the loopback: answers in turn, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.forms: list[dict[str, bytes]] = []
        self.headers: list[Message] = []
        self.hold: threading.Event | None = None
        self.holding = threading.Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                service.headers.append(self.headers)
                if service.hold:
                    service.holding.set()
                    service.hold.wait(20)
                service.forms.append(form_of(self.headers["content-type"], body) if self.path == PATH else {})
                status, headers, content = service.answers.pop(0) if service.answers else _json(SEGMENTS)
                self.send_response(status)
                for name, value in {"content-length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


PATH = "/v1/audio/transcriptions"


def _json(content: object, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "application/json", **headers}, json.dumps(content).encode()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return media.tone(tmp_path / "talk.wav", 3)


def quiet(share: float) -> None:
    pass


def test_a_service_is_asked_in_its_own_protocol(service: Service, sound: Path) -> None:
    transcriber = EndpointTranscriber(service.url, model="whisper-1", api_key="sk-1")
    blocks = transcriber.transcribe(sound, ("zh-Hans",), quiet)
    assert blocks == [Block("The flame is yellow.", Locator(start=0.5, end=1.5))]
    (form,) = service.forms
    assert form["file"] == sound.read_bytes()
    assert (form["model"], form["response_format"], form["language"]) == (
        b"whisper-1",
        b"verbose_json",
        b"zh",
    )
    assert form["timestamp_granularities[]"] == b"segment"
    assert service.headers[0]["authorization"] == "Bearer sk-1"


def test_of_several_languages_none_is_imposed(service: Service, sound: Path) -> None:
    EndpointTranscriber(service.url, model="m").transcribe(sound, ("en", "es"), quiet)
    assert "language" not in service.forms[0]
    assert "authorization" not in service.headers[0]


def test_a_simple_service_gives_its_text(service: Service, sound: Path) -> None:
    service.answers = [_json({"text": " Only words. "})]
    blocks = EndpointTranscriber(service.url + "/audio/transcriptions", model="m").transcribe(
        sound, ("en",), quiet
    )
    assert blocks == [Block("Only words.", Locator(start=0.0))]


def test_overload_is_tried_again(service: Service, sound: Path) -> None:
    service.answers = [_json({}, 503), _json({}, 429, **{"retry-after": "0"}), _json(SEGMENTS)]
    assert EndpointTranscriber(service.url, model="m", pause_s=0.01).transcribe(sound, ("en",), quiet)
    assert len(service.forms) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (_json({"error": {"message": "bad key"}}, 401), Waiting, "transcriber_refused"),
        (_json({"error": {"message": "too long"}}, 400), ReadError, "transcription_rejected"),
        ((200, {}, b"<html>not this</html>"), ReadError, "transcription_unreadable"),
        (_json({"segments": [{"start": "soon"}]}), ReadError, "transcription_unreadable"),
        (_json([1, 2]), ReadError, "transcription_unreadable"),
    ],
)
def test_what_goes_wrong_is_named(
    service: Service, sound: Path, answer: tuple[int, dict[str, str], bytes], kind: type[Exception], code: str
) -> None:
    service.answers = [answer]
    with pytest.raises((ReadError, Waiting)) as caught:
        EndpointTranscriber(service.url, model="m").transcribe(sound, ("en",), quiet)
    assert isinstance(caught.value, kind)
    assert caught.value.code == code
    assert len(service.forms) == 1


def test_a_service_that_is_down_is_waited_for(sound: Path) -> None:
    transcriber = EndpointTranscriber("http://127.0.0.1:9/v1", model="m", pause_s=0.01)
    with pytest.raises(Waiting) as caught:
        transcriber.transcribe(sound, ("en",), quiet)
    assert caught.value.code == "transcriber_unreachable"


def test_giving_up_doesn_t_wait_for_the_service(service: Service, sound: Path) -> None:
    class GaveUp(Exception):
        pass

    service.hold = threading.Event()

    def give_up(share: float) -> None:
        if service.holding.is_set():
            raise GaveUp

    begun = time.monotonic()
    with pytest.raises(GaveUp):
        EndpointTranscriber(service.url, model="m").transcribe(sound, ("en",), give_up)
    assert time.monotonic() - begun < 5
    service.hold.set()


def test_a_film_without_subtitles_is_heard(service: Service, tmp_path: Path) -> None:
    path = media.video(tmp_path / "film.mp4", {})
    options = ReadOptions(transcriber=EndpointTranscriber(service.url, model="m"))
    (document,) = read(path, "film.mp4", options, quiet).documents
    assert document.kind == "video"
    at = Locator(start=0.5, end=1.5, read_from=ReadFrom.SPEECH)
    assert document.blocks == (Block("The flame is yellow.", at),)
    assert service.forms[0]["file"][:4] == b"RIFF"


def test_a_long_recording_is_heard_in_parts_cut_where_it_is_quiet(tmp_path: Path) -> None:
    class Parts:
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def transcribe(self, path: Path, langs: object, progress: Progress) -> list[Block]:
            self.sizes.append(path.stat().st_size)
            progress(1.0)
            return [Block(f"Part {len(self.sizes)}.", Locator(start=1.0, end=2.0))]

    seconds = PART_SECONDS + 30
    path = media.tone(tmp_path / "long.wav", seconds, silence=(PART_SECONDS - 10, PART_SECONDS - 8))
    parts = Parts()
    (document,) = read(path, "long.wav", ReadOptions(transcriber=parts), quiet).documents
    first, second = (block.locator.start or 0.0 for block in document.blocks)
    assert first == 1.0
    assert PART_SECONDS - 10 < second - 1.0 < PART_SECONDS - 8
    assert max(parts.sizes) <= 20_000_000
    assert sum(parts.sizes) == seconds * 32_000 + 2 * 44


def test_sound_that_nobody_can_hear_waits(tmp_path: Path, sound: Path) -> None:
    with pytest.raises(Waiting) as caught:
        read(sound, "talk.wav", ReadOptions(), quiet)
    assert caught.value.code == "no_transcriber"
    assert "UNDERSTUDY_TRANSCRIPTION_URL" in caught.value.advice
    silent = media.video(tmp_path / "silent.mp4", {}, sound=False)
    with pytest.raises(ReadError) as failed:
        read(silent, "silent.mp4", ReadOptions(), quiet)
    assert failed.value.code == "no_sound"


SAID = "A candle is lit by its wick."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper(tmp_path_factory.mktemp("models") / "tiny", SAID, seconds=1.5)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    return media.voice(tmp_path / "talk.wav", 3)


def test_a_local_model_hears_what_is_said_and_when(model: Path, talk: Path) -> None:
    transcriber = LocalTranscriber(model)
    shares: list[float] = []
    for langs in (("zh-Hant",), ("en", "es")):
        heard = transcriber.transcribe(talk, langs, shares.append)
        assert heard == [Block(SAID, Locator(start=0.0, end=1.5))]
    assert shares == [0.5, 0.5]


def test_what_is_no_speech_is_not_listened_to(model: Path, sound: Path) -> None:
    assert LocalTranscriber(model).transcribe(sound, ("en",), quiet) == []


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_local_model_that_is_not_whole_is_waited_for_and_not_fetched(
    tmp_path: Path, model: Path, talk: Path, name: str
) -> None:
    part = copytree(model, tmp_path / "part")
    (part / name).unlink()
    with pytest.raises(Waiting) as caught:
        LocalTranscriber(part).transcribe(talk, ("en",), quiet)
    assert (caught.value.code, caught.value.params["file"]) == ("whisper_file_missing", name)


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_local_model_that_is_cut_off_is_waited_for(
    tmp_path: Path, model: Path, talk: Path, name: str
) -> None:
    part = copytree(model, tmp_path / "part")
    (part / name).write_bytes((part / name).read_bytes()[:100])
    with pytest.raises(Waiting) as caught:
        LocalTranscriber(part).transcribe(talk, ("en",), quiet)
    assert caught.value.code == "whisper_model_broken"


def test_the_operators_choice(tmp_path: Path) -> None:
    assert load_transcriber(url=None, model="m", api_key=None, whisper_model=None) is None
    local = load_transcriber(url=None, model="m", api_key=None, whisper_model=tmp_path)
    assert isinstance(local, LocalTranscriber)
    both = load_transcriber(url="http://127.0.0.1:9", model="m", api_key="k", whisper_model=tmp_path)
    assert isinstance(both, EndpointTranscriber)
