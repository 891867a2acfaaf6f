"""A Whisper model made here: a megabyte in CTranslate2's format that hears the same words in every sound.

Everything about it is real but for what it learned: each of its decoder's positions calls forth one token,
and every other weight is nought.
"""

from pathlib import Path

import numpy as np
from ctranslate2.specs.common_spec import LayerNormSpec, LinearSpec
from ctranslate2.specs.whisper_spec import WhisperSpec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_WIDTH = 64  # also how many tokens it can say
_MELS = 80
_POSITIONS = 448
_LOUD = 5.0


def whisper(folder: Path, text: str, *, seconds: float, lang: str = "en") -> Path:
    """A folder with a model that takes every sound for `text`, said in its first seconds, in a language."""
    folder.mkdir(parents=True)
    tokenizer = _tokenizer(text)
    tokenizer.save(str(folder / "tokenizer.json"))
    token = tokenizer.token_to_id
    words = tokenizer.encode(f" {text}", add_special_tokens=False).ids
    said = [token("<|0.00|>"), *words, token(f"<|{seconds:.2f}|>"), token("<|endoftext|>")]
    projection = np.zeros((tokenizer.get_vocab_size(), _WIDTH), np.float32)
    projection[token(f"<|{lang}|>"), 0] = _LOUD
    for position, each in enumerate(said, 2):  # after the language and the task
        projection[each, position] += _LOUD
    spec = _spec(projection)
    spec.register_vocabulary([tokenizer.id_to_token(each) for each in range(tokenizer.get_vocab_size())])
    spec.config.suppress_ids = spec.config.suppress_ids_begin = spec.config.alignment_heads = []
    spec.config.lang_ids = [token(f"<|{code}|>") for code in _LANGUAGE_CODES]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    return folder


def _tokenizer(text: str) -> Tokenizer:
    """Whisper's kinds of token: bytes, the words of the text, and what is no text; times are the last."""
    letters = ["", *sorted(pre_tokenizers.ByteLevel.alphabet())]  # the empty one says: of several languages
    made = Tokenizer(models.BPE({letter: number for number, letter in enumerate(letters)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_tokens([AddedToken(f" {word}", normalized=False) for word in text.split()])
    tasks = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    names = ("endoftext", "startoftranscript", *_LANGUAGE_CODES, *tasks)
    times = (f"{number * 0.02:.2f}" for number in range(1501))
    made.add_special_tokens([f"<|{each}|>" for each in (*names, *times)])
    return made


def _spec(projection: np.ndarray) -> WhisperSpec:
    spec = WhisperSpec(1, 1, 1, 1)
    for part in (spec.encoder, spec.decoder):
        _normal(part.layer_norm)
        for layer in part.layer:
            for attention in filter(None, (layer.self_attention, getattr(layer, "attention", None))):
                _normal(attention.layer_norm)
            _normal(layer.ffn.layer_norm)
            _silent(layer.ffn.linear_0, 1)
            _silent(layer.ffn.linear_1, 1)
            _attends(layer.self_attention.linear, (3, 1))
    _attends(spec.decoder.layer[0].attention.linear, (1, 2, 1))
    spec.encoder.conv1.weight = np.zeros((_WIDTH, _MELS, 3), np.float32)
    spec.encoder.conv2.weight = np.zeros((_WIDTH, _WIDTH, 3), np.float32)
    spec.encoder.conv1.bias = spec.encoder.conv2.bias = np.zeros(_WIDTH, np.float32)
    spec.encoder.position_encodings.encodings = np.zeros((1500, _WIDTH), np.float32)
    spec.decoder.position_encodings.encodings = np.eye(_POSITIONS, _WIDTH, dtype=np.float32)
    spec.decoder.embeddings.weight = np.zeros_like(projection)
    spec.decoder.projection.weight = projection
    return spec


def _normal(layer: LayerNormSpec) -> None:
    layer.gamma, layer.beta = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)


def _silent(layer: LinearSpec, times: int) -> None:
    layer.weight = np.zeros((times * _WIDTH, _WIDTH), np.float32)
    layer.bias = np.zeros(times * _WIDTH, np.float32)


def _attends(layers: list[LinearSpec], times: tuple[int, ...]) -> None:
    for layer, each in zip(layers, times, strict=True):
        _silent(layer, each)
