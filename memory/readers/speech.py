"""The sound of a media file as short WAV files; recognising what they say is memory.transcription's."""

import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from memory.readers.errors import ReadError

RATE: Final = 16_000  # hertz: what speech models are trained on
PART_SECONDS: Final = 600  # 19.2 MB: services take 25 MB at most
_SEARCH_SECONDS: Final = 20  # the end of a part in which its quietest moment is looked for
_QUIET_SECONDS: Final = 0.3

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class AudioPart:
    """A WAV file (16 kHz, mono, 16 bit) of the sound from second ``start`` on."""

    path: Path
    start: float
    seconds: float


def audio_parts(container: InputContainer, limit_seconds: int) -> Iterator[AudioPart]:
    """The first audio stream in parts of at most ten minutes, cut where it's quiet, made one at a time.

    They lie in the temporary folder; whoever takes a part deletes it. Raises ReadError("too_long") at
    ``limit_seconds`` (a header may understate it), av.error.FFmpegError.
    """
    buffer: list[Samples] = []
    held = 0
    start = 0
    for samples in _samples(container):
        buffer.append(samples)
        held += len(samples)
        if start + held > limit_seconds * RATE:
            raise ReadError("too_long", minutes=(start + held) // RATE // 60, limit=limit_seconds // 60)
        if held >= PART_SECONDS * RATE:
            whole = np.concatenate(buffer)
            cut = _quietest(whole)
            yield _write(whole[:cut], start)
            buffer, held, start = [whole[cut:]], len(whole) - cut, start + cut
    if held:
        yield _write(np.concatenate(buffer), start)


def _samples(container: InputContainer) -> Iterator[Samples]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    stream = container.streams.audio[0]
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue  # a damaged frame is a click, not the end
        for frame in frames:
            for piece in resampler.resample(frame):
                yield piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)
    for piece in resampler.resample(None):
        yield piece.to_ndarray().reshape(-1).astype(np.int16, copy=False)


def _quietest(samples: Samples) -> int:
    """Where to cut: the middle of the quietest moment near the end, so that no word is cut in two."""
    limit = PART_SECONDS * RATE
    window = int(_QUIET_SECONDS * RATE)
    first = limit - _SEARCH_SECONDS * RATE
    tail = samples[first:limit].astype(np.float32)
    frames = tail[: len(tail) // window * window].reshape(-1, window)
    quietest = int(np.argmin((frames**2).mean(axis=1)))
    return first + quietest * window + window // 2


def _write(samples: Samples, start: int) -> AudioPart:
    with tempfile.NamedTemporaryFile(suffix=".wav", delete=False) as file, wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return AudioPart(Path(file.name), start / RATE, len(samples) / RATE)
