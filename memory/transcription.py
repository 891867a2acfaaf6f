"""Speech recognition by a service or a local model; cutting sound out of media is memory.readers'."""

import importlib
import random
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any, Final

import httpx

from kernel.lang import base
from memory.readers.errors import ReadError, Waiting
from memory.readers.options import Progress, Transcriber
from memory.types import Block, Locator

__all__ = ["EndpointTranscriber", "LocalTranscriber", "Transcriber", "load_transcriber"]

_TRIES: Final = 4
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_TICK_S: Final = 0.5  # how often a caller that has given up is asked for (``progress`` raises then)
_ANSWER_BYTES: Final = 32 * 1024 * 1024
# Below this a model says that it heard no speech; it then makes words up (OpenAI's own threshold).
_NO_SPEECH: Final = 0.6
_LOG_PROBABILITY: Final = -1.0
# faster-whisper would fetch a tokenizer that isn't there from the network.
_MODEL_FILES: Final = ("model.bin", "config.json", "tokenizer.json")


def load_transcriber(
    *, url: str | None, model: str, api_key: str | None, whisper_model: Path | None
) -> Transcriber | None:
    """The transcriber that the operator has set up: the service first, else the local model, else None."""
    if url:
        return EndpointTranscriber(url, model=model, api_key=api_key)
    return LocalTranscriber(whisper_model) if whisper_model else None


class EndpointTranscriber:
    """A service that speaks OpenAI's ``/audio/transcriptions``.

    ``url`` is the service's base (``https://host/v1``) or the whole address. ``pause_s`` is the first
    pause before trying again, doubled each time, in seconds.
    """

    def __init__(
        self, url: str, *, model: str, api_key: str | None = None, pause_s: float = _FIRST_PAUSE_S
    ) -> None:
        url = url.rstrip("/")
        self._url = url if url.endswith("/audio/transcriptions") else f"{url}/audio/transcriptions"
        self._model = model
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._pause_s = pause_s

    def transcribe(self, path: Path, langs: Sequence[str], progress: Progress) -> list[Block]:
        """The speech in a WAV file of at most ten minutes, as blocks with seconds.

        Raises ReadError: "transcription_rejected", "transcription_unreadable". Raises Waiting:
        "transcriber_unreachable" (after trying again), "transcriber_refused".
        """
        progress(0.0)
        form = {"model": self._model, "response_format": "verbose_json"}
        form["timestamp_granularities[]"] = "segment"
        if len(langs) == 1:
            form["language"] = base(langs[0])
        blocks = _blocks(self._ask(path, form, progress))
        progress(1.0)
        return blocks

    def _ask(self, path: Path, form: dict[str, str], progress: Progress) -> Any:
        """The service's answer; overload, limits and broken connections are tried again."""
        timeout = httpx.Timeout(10.0, read=600.0, write=120.0)
        pause = self._pause_s
        failure = ""
        with httpx.Client(timeout=timeout, headers=self._headers) as client:
            for attempt in range(_TRIES):
                if attempt:
                    _sleep(pause, progress)
                    pause = min(pause * 2, _LONGEST_PAUSE_S) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
                try:
                    response = self._post(client, path, form, progress)
                except httpx.TransportError as error:
                    failure = str(error)[:200] or type(error).__name__
                    continue
                if response.status_code in (408, 409, 425, 429) or response.status_code >= 500:
                    failure = f"HTTP {response.status_code}"
                    pause = max(pause, _retry_after(response))
                    continue
                return _answer(response)
        raise Waiting("transcriber_unreachable", detail=failure)

    def _post(
        self, client: httpx.Client, path: Path, form: dict[str, str], progress: Progress
    ) -> httpx.Response:
        """Send the file. It's done in a thread, so that giving up needn't wait for the answer."""
        answer: Future[httpx.Response] = Future()

        def post() -> None:
            try:
                with path.open("rb") as sound:
                    files = {"file": ("speech.wav", sound, "audio/wav")}
                    answer.set_result(client.post(self._url, data=form, files=files))
            except BaseException as error:  # whatever it is, it belongs to whoever waits
                answer.set_exception(error)

        threading.Thread(target=post, name="transcription", daemon=True).start()
        while not wait([answer], timeout=_TICK_S).done:
            progress(0.0)
        return answer.result()


def _sleep(seconds: float, progress: Progress) -> None:
    """Wait, but not for somebody who has given up."""
    while seconds > 0:
        progress(0.0)
        time.sleep(min(seconds, _TICK_S))
        seconds -= _TICK_S


def _retry_after(response: httpx.Response) -> float:
    """The seconds that the service asks to wait, at most half a minute; 0 where it asks for none."""
    stated = response.headers.get("retry-after", "")
    return min(float(stated), _LONGEST_PAUSE_S) if stated.isdecimal() else 0.0


def _answer(response: httpx.Response) -> Any:
    if response.status_code in (401, 403):
        raise Waiting("transcriber_refused", status=response.status_code)
    if response.status_code != 200:
        raise ReadError("transcription_rejected", status=response.status_code, detail=_detail(response))
    if len(response.content) > _ANSWER_BYTES:
        raise ReadError("transcription_unreadable")
    try:
        return response.json()
    except ValueError:
        raise ReadError("transcription_unreadable") from None


def _detail(response: httpx.Response) -> str:
    """What the service says went wrong, on one line."""
    try:
        said = response.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = response.text
    return " ".join(str(said).split())[:200]


def _blocks(answer: Any) -> list[Block]:
    """A block a segment; one in all where a simple service states no times."""
    if not isinstance(answer, dict):
        raise ReadError("transcription_unreadable")
    segments = answer.get("segments")
    if not isinstance(segments, list):
        text = answer.get("text")
        if not isinstance(text, str):
            raise ReadError("transcription_unreadable")
        return [Block(text.strip(), Locator(start=0.0))] if text.strip() else []
    try:
        heard = (
            (float(each["start"]), float(each["end"]), str(each["text"]))
            for each in segments
            if not _silent(each.get("no_speech_prob"), each.get("avg_logprob"))
        )
        return list(_timed(heard))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReadError("transcription_unreadable") from None


def _silent(no_speech: object, log_probability: object) -> bool:
    """Whether a segment is what a model invents over music and silence."""
    if isinstance(no_speech, float | int) and isinstance(log_probability, float | int):
        return no_speech > _NO_SPEECH and log_probability < _LOG_PROBABILITY
    return False


def _timed(heard: Iterable[tuple[float, float, str]]) -> Iterable[Block]:
    for start, end, text in heard:
        if text.strip():
            start = max(start, 0.0)
            yield Block(text.strip(), Locator(start=start, end=max(end, start)))


class LocalTranscriber:
    """A faster-whisper model in a folder of the operator's; loaded when it is first needed, then kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None  # the package is untyped
        self._loading = threading.Lock()

    def transcribe(self, path: Path, langs: Sequence[str], progress: Progress) -> list[Block]:
        """The speech in a WAV file of at most ten minutes, as blocks with seconds.

        Raises Waiting: "whisper_file_missing", "whisper_model_broken".
        """
        language = base(langs[0]) if len(langs) == 1 else None
        model = self._loaded()
        blocks: list[Block] = []
        try:
            segments, about = model.transcribe(str(path), language=language, vad_filter=True)
            for segment in segments:  # each is heard as it is asked for
                if not _silent(segment.no_speech_prob, segment.avg_logprob):
                    blocks.extend(_timed([(segment.start, segment.end, segment.text)]))
                progress(min(segment.end / about.duration, 1.0) if about.duration else 1.0)
        except (RuntimeError, ValueError) as error:  # such as weights of another shape than the settings
            raise self._broken(error) from error
        return blocks

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = self._load()
        return self._model

    def _load(self) -> Any:
        for name in _MODEL_FILES:
            if not (self._folder / name).is_file():
                raise Waiting("whisper_file_missing", path=str(self._folder), file=name)
        package = importlib.import_module("faster_whisper")  # takes a second, and most never need it
        try:
            return package.WhisperModel(str(self._folder), local_files_only=True, compute_type="int8")
        except Exception as error:  # its parts raise nothing narrower for a file that is cut off
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> Waiting:
        return Waiting("whisper_model_broken", path=str(self._folder), detail=str(error))
