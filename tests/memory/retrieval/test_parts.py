"""The engine's parts on their own: encoders, vectors on disk, the lexicon's training, the gate."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from memory.retrieval import Encoder, Retriever, calibration, gate, load_encoder
from memory.retrieval.calibration import Gates
from memory.retrieval.dense import DenseIndex, Entry
from memory.retrieval.encoder import EncoderUnavailable
from memory.retrieval.lexical import LexicalIndex
from memory.retrieval.lexicon.segment import learn, segment
from memory.retrieval.lexicon.train import learn_language
from memory.retrieval.views import analyse
from memory.types import IndexedPassage

_ROOT = Path(__file__).parents[3]


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """An embeddings endpoint on the loopback: its address, and the requests that it got."""
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            got.append({"path": self.path, "key": self.headers["Authorization"], **body})
            failed = body["model"] == "broken"
            data = [{"index": n, "embedding": [3.0, 4.0, float(n)]} for n in range(len(body["input"]))]
            self.send_response(500 if failed else 200)
            self.end_headers()
            self.wfile.write(json.dumps({"data": data[::-1]}).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/", got
    server.shutdown()
    server.server_close()


def test_an_endpoint_encodes_every_language_in_order_at_unit_length(
    tmp_path: Path, endpoint: tuple[str, list[dict[str, object]]]
) -> None:
    address, got = endpoint
    encoder = load_encoder(tmp_path, endpoint=address, model="m", api_key="k")
    assert encoder is not None
    assert encoder.covers("th")
    vectors = encoder.encode(["eins", "zwei"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert vectors[0][2] == 0.0
    encoder.encode(["once"])
    encoder.encode(["once"])
    assert [(one["path"], one["key"], one["input"]) for one in got] == [
        ("/v1/embeddings", "Bearer k", ["eins", "zwei"]),
        ("/v1/embeddings", "Bearer k", ["once"]),
    ]


def test_a_failing_endpoint_says_so(tmp_path: Path, endpoint: tuple[str, list[dict[str, object]]]) -> None:
    encoder = load_encoder(tmp_path, endpoint=endpoint[0], model="broken", api_key=None)
    assert encoder is not None
    with pytest.raises(EncoderUnavailable, match="endpoint"):
        encoder.encode(["text"])


def _unit(*values: float) -> np.ndarray:
    vector = np.zeros(64, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def test_vectors_are_kept_replaced_and_removed(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path / "creator" / "dense", "one", None)
    assert index.fresh
    index.add([Entry(1, None, _unit(1, 0)), Entry(2, None, _unit(0, 1)), Entry(3, "gold", _unit(1, 1))])
    index.commit()
    index.add([Entry(1, None, _unit(0.1, 1))])
    index.remove([2])
    index.commit()
    index.close()
    again = DenseIndex(tmp_path / "creator" / "dense", "one", None)
    assert not again.fresh
    assert list(again.search(_unit(0, 1), 5, frozenset())) == [1]
    assert list(again.search(_unit(1, 1), 5, frozenset({"gold"}))) == [3]
    assert again.search(_unit(1, 1), 5, frozenset({"silver"})) == {}
    again.close()


def test_vectors_of_another_encoder_are_given_up(tmp_path: Path) -> None:
    index = DenseIndex(tmp_path / "creator" / "dense", "one", None)
    index.add([Entry(1, None, _unit(1, 0))])
    index.commit()
    index.close()
    other = DenseIndex(tmp_path / "creator" / "dense", "two", None)
    assert other.fresh
    assert other.search(_unit(1, 0), 5, frozenset()) == {}
    other.close()


def test_signatures_find_the_nearest_among_many(tmp_path: Path) -> None:
    lot = np.random.default_rng(3)
    vectors = lot.standard_normal((3000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = DenseIndex(tmp_path / "creator" / "dense", "one", None)
    index.add([Entry(n, None, vector) for n, vector in enumerate(vectors)])
    index.commit()
    for n in range(0, 3000, 300):
        near = vectors[n] + 0.05 * lot.standard_normal(64).astype(np.float32)
        assert next(iter(index.search(near / np.linalg.norm(near), 3, frozenset()))) == n
    index.close()


_CHILD = """
import sys
from pathlib import Path
from memory.retrieval import Retriever
from memory.types import IndexedPassage
retriever = Retriever(Path(sys.argv[1]), encoder=None)
for position in range(1, 10_000):
    retriever.add([IndexedPassage(position, position, "", f"Passage number {position} about candles.", "en")])
    retriever.commit(position)
    print(position, flush=True)
"""


def test_an_index_survives_a_kill_with_what_it_said_was_committed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CHILD, str(tmp_path / "creator")]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        said = 0
        while said < 3:
            said = int(child.stdout.readline())
        time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
        said = max([said, *(int(line) for line in child.stdout.read().splitlines() if line.isdigit())])
    retriever = Retriever(tmp_path / "creator", encoder=None)
    assert retriever.position in (said - 1, said, said + 1)
    assert retriever.count() in (retriever.position, retriever.position + 1)
    retriever.close()


def test_training_learns_which_words_mean_each_other() -> None:
    pairs = [
        ("casa roja", "red house"),
        ("casa verde", "green house"),
        ("libro rojo grande", "big red book"),
        ("la casa y el libro", "the house and the book"),
        ("el libro es de la casa", "the book is of the house"),
    ] * 3
    glosses = learn_language([*pairs, ("libro", "book"), ("casa", "house")], "es").glosses
    assert max(glosses["cas"], key=lambda gloss: gloss[1])[0] == "hous"
    assert max(glosses["libr"], key=lambda gloss: gloss[1])[0] == "book"


def test_a_name_is_no_meaning_of_the_common_word_that_shares_its_stem() -> None:
    """But the name that gives its people theirs means itself: they are told by it."""
    pairs = [("Tom come pan", "Tom eats bread"), ("Tom come", "Tom eats")] * 20
    pairs += [("ella toma pan", "she takes bread"), ("toma el libro", "he takes the book")] * 3
    pairs += [("vive en China", "she lives in China"), ("los chinos comen", "the Chinese eat")] * 3
    glosses = learn_language(pairs, "es").glosses
    assert glosses["tom"][0][0] == "take"
    assert "tom" not in dict(glosses["tom"])
    assert glosses["com"][0][0] == "eat"
    assert "china" in dict(glosses["chin"])


def test_segmenting_loses_no_letter() -> None:
    runs = ["蜡烛的火焰", "火焰是黄的", "蜡烛熄灭", "火焰熄灭", "蜡烛火焰", "蜡烛"] * 3
    model = learn(runs, longest=4, vocabulary=50)
    for run in [*runs, "从未见过"]:
        assert "".join(segment(run, model, 4)) == run
    assert segment("黄的蜡烛", model, 4)[-1] == "蜡烛"


def test_the_gate_rises_with_what_unrelated_questions_find() -> None:
    believed = gate.prior("en", "native")
    low = gate.level([0.1, 0.12, 0.14, 0.16] * 10, channel="native", believed=believed)
    high = gate.level([0.4, 0.45, 0.5, 0.55] * 10, channel="native", believed=believed)
    assert (
        gate.confidence(low.above(0.5), "native")
        > gate.THRESHOLD
        > gate.confidence(high.above(0.5), "native")
    )
    few = gate.level([], channel="native", believed=believed)
    assert gate.confidence(few.above(few.centre), "native") < gate.THRESHOLD


def test_a_question_in_a_large_corpus_does_not_wait_for_a_gate_that_a_small_change_has_aged(
    tmp_path: Path, posts: list[IndexedPassage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration, "_FEW", len(posts) - 1)
    index = LexicalIndex(tmp_path / "index")
    for passage in posts:
        index.add(passage, *analyse(passage))
    index.commit(1)
    gates = Gates(index, None, None)
    first = gates.levels("en")
    gates.changed(2)
    assert gates.levels("en") is first  # the one at hand, while another is fitted beside it
    deadline = time.monotonic() + 20
    while gates.levels("en") is first:
        assert time.monotonic() < deadline, "the gate was never fitted anew"
        time.sleep(0.02)
    second = gates.levels("en")
    gates.changed(len(posts))
    assert gates.levels("en") is not second  # too much has changed for the old one to say anything


def test_a_gate_of_few_passages_belongs_to_them_as_they_are(
    tmp_path: Path, posts: list[IndexedPassage]
) -> None:
    index = LexicalIndex(tmp_path / "index")
    for passage in posts:
        index.add(passage, *analyse(passage))
    index.commit(1)
    gates = Gates(index, None, None)
    before = gates.levels("en")
    gates.changed(1)
    assert gates.levels("en") is not before


def test_a_text_has_the_same_vector_whatever_it_is_encoded_with(encoder: Encoder) -> None:
    texts = [
        "My studio is in Rotterdam.",
        "Wax climbs the wick, since " + "the fibres are close, and " * 30,
        "cat",
    ]
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        assert np.array_equal(encoder.encode([text])[0], vector)
