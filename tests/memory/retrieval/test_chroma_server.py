"""Vectors on a shared Chroma server, a real one: kept there, made up for, cleared up after."""

import logging
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from memory.retrieval import Retriever, store
from memory.retrieval import encoder as encoders
from memory.retrieval.dense import DenseIndex, Entry
from memory.retrieval.encoder import Vectors
from memory.retrieval.store import StoreUnavailable, remove_orphans
from memory.types import IndexedPassage, Question
from tests.memory.wires import ChromaServer, Embeddings

EVERYONE: frozenset[str] = frozenset()
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """What didn't answer is asked again at once."""
    monkeypatch.setattr(store, "_REST_S", 0.0)
    monkeypatch.setattr(encoders, "_REST_SECONDS", 0.0)


def unit(*values: float) -> Vectors:
    vector = np.zeros(64, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def opened(tmp_path: Path, url: str, *, replica: str = "7-epoch-mine-a", encoder: str = "one") -> DenseIndex:
    return DenseIndex(tmp_path / "slot" / replica / "dense", encoder, url)


def nearest(index: DenseIndex, vector: Vectors, tiers: frozenset[str] = EVERYONE) -> list[int]:
    return list(index.search(vector, 5, tiers))


def fill(index: DenseIndex) -> None:
    index.add([Entry(1, None, unit(1, 0)), Entry(2, None, unit(0, 1)), Entry(3, "gold", unit(1, 1))])
    index.commit()


def test_vectors_are_kept_replaced_and_removed(tmp_path: Path, chroma: ChromaServer) -> None:
    index = opened(tmp_path, chroma.url)
    assert index.fresh
    fill(index)
    index.add([Entry(1, None, unit(0.1, 1))])
    index.remove([2])
    index.commit()
    index.close()
    assert {name.rpartition("-")[2] for name in chroma.collections()} == {"public", "gated"}
    again = opened(tmp_path, chroma.url)
    assert not again.fresh
    assert nearest(again, unit(0, 1)) == [1]
    assert nearest(again, unit(1, 1), frozenset({"gold"})) == [3]
    assert nearest(again, unit(1, 1), frozenset({"silver"})) == []
    assert again.owed(9) == []
    again.close()


def test_a_passage_that_is_hidden_leaves_the_public_vectors(tmp_path: Path, chroma: ChromaServer) -> None:
    index = opened(tmp_path, chroma.url)
    fill(index)
    index.remove([1])
    index.add([Entry(1, "gold", unit(1, 0))])
    index.commit()
    index.close()
    again = opened(tmp_path, chroma.url)
    assert nearest(again, unit(1, 0)) == [2]
    assert set(nearest(again, unit(1, 0), frozenset({"gold"}))) == {1, 3}
    again.close()


def test_another_encoder_begins_anew_also_while_the_server_is_away(
    tmp_path: Path, chroma: ChromaServer
) -> None:
    index = opened(tmp_path, chroma.url)
    fill(index)
    index.close()
    chroma.stop()
    other = opened(tmp_path, chroma.url, encoder="two")
    assert other.fresh
    assert nearest(other, unit(1, 0)) == []
    chroma.start()
    other.add([Entry(9, None, unit(1, 0))])
    other.commit()
    assert nearest(other, unit(1, 0)) == [9]
    assert len(chroma.collections()) == 3
    assert remove_orphans(chroma.url, tmp_path / "slot", "mine") == 2
    assert nearest(other, unit(1, 0)) == [9]
    other.close()


@pytest.mark.slow
def test_long_vectors_of_many_passages_fit_into_its_requests(tmp_path: Path, chroma: ChromaServer) -> None:
    vectors = np.random.default_rng(3).standard_normal((2600, 3072)).astype(np.float32)
    index = opened(tmp_path, chroma.url)
    index.add([Entry(n, None, vector / np.linalg.norm(vector)) for n, vector in enumerate(vectors)])
    index.commit()
    assert index.owed(1) == []
    index.close()
    again = opened(tmp_path, chroma.url)
    assert nearest(again, vectors[1234] / np.linalg.norm(vectors[1234]))[0] == 1234
    again.close()


def test_a_server_that_is_away_is_named_and_searches_go_on_with_what_is_in_memory(
    tmp_path: Path, chroma: ChromaServer, caplog: pytest.LogCaptureFixture
) -> None:
    index = opened(tmp_path, chroma.url)
    fill(index)
    chroma.stop()
    index.add([Entry(4, None, unit(0, 0, 1))])
    index.remove([2])
    with caplog.at_level(logging.WARNING):
        index.commit()
    assert f"Chroma server at {chroma.url} can't be used" in caplog.text
    assert "correct CHROMA_URL" in caplog.text
    assert nearest(index, unit(1, 0))[0] == 1
    index.close()
    away = opened(tmp_path, chroma.url)
    assert nearest(away, unit(1, 0)) == []
    assert set(away.owed(9)) == {2, 4}
    chroma.start()
    away.remove([2, 4])
    away.add([Entry(4, None, unit(0, 0, 1))])
    away.commit()
    assert nearest(away, unit(0, 0, 1))[0] == 4
    assert 2 not in nearest(away, unit(0, 1))
    assert away.owed(9) == []
    away.close()


def test_what_a_server_has_lost_is_owed(tmp_path: Path, chroma: ChromaServer) -> None:
    index = opened(tmp_path, chroma.url)
    fill(index)
    index.close()
    chroma.stop()
    chroma.start("another store")
    again = opened(tmp_path, chroma.url)
    assert nearest(again, unit(1, 0)) == []
    assert nearest(again, unit(1, 0), frozenset({"gold"})) == []
    assert set(again.owed(9)) == {1, 2, 3}
    again.close()


def test_only_ones_own_and_only_what_is_gone_is_removed(tmp_path: Path, chroma: ChromaServer) -> None:
    for replica in ("7-epoch-mine-a", "7-epoch-mine-b", "8-epoch-other-a"):
        index = opened(tmp_path, chroma.url, replica=replica)
        index.add([Entry(1, None, unit(1, 0))])
        index.commit()
        index.close()
    (tmp_path / "slot" / "7-epoch-mine-b").rename(tmp_path / "discarded")
    (tmp_path / "slot" / "8-epoch-other-a").rename(tmp_path / "elsewhere")
    assert remove_orphans(chroma.url, tmp_path / "slot", "mine") == 1
    left = {name.rsplit("-", 2)[0] for name in chroma.collections()}
    assert left == {"7-epoch-mine-a", "8-epoch-other-a"}
    with pytest.raises(StoreUnavailable, match="correct CHROMA_URL"):
        remove_orphans(NOWHERE, tmp_path / "slot", "mine")


POSTS = ("The wick draws melted wax up.", "Soot glows yellow in the heat.", "Beeswax makes a costly candle.")


def passages(texts: Sequence[str]) -> list[IndexedPassage]:
    return [IndexedPassage(n, n, "Candles", text, "en") for n, text in enumerate(texts, 1)]


def ask(retriever: Retriever, text: str) -> tuple[int, float | None]:
    """The best passage, and how near its vector is."""
    best = retriever.search(Question(text, "en")).hits[0]
    return best.passage_id, best.dense


@pytest.mark.parametrize("away", ["the server", "the endpoint"])
def test_words_are_found_while_vectors_cannot_be_had_and_vectors_are_made_up_for(
    tmp_path: Path, chroma: ChromaServer, embeddings: Embeddings, away: str
) -> None:
    if away == "the server":
        chroma.stop()
    embeddings.broken = away == "the endpoint"
    encoder = embeddings.encoder()
    folder = tmp_path / "slot" / "7-epoch-mine-a"
    first = Retriever(folder, encoder=encoder, chroma_url=chroma.url)
    first.add(passages(POSTS))
    first.commit(5)
    assert ask(first, "Why does soot glow?") == (2, None)
    assert set(first.owed(9)) == {1, 2, 3}
    first.close()
    if away == "the server":
        chroma.start()
    embeddings.broken = False
    again = Retriever(folder, encoder=encoder, chroma_url=chroma.url)
    assert again.position == 5
    again.add([one for one in passages(POSTS) if one.id in again.owed(9)])
    again.commit(5)
    assert again.owed(9) == []
    found, near = ask(again, "Why does soot glow?")
    assert found == 2
    assert near is not None
    again.close()


def test_an_endpoint_that_fails_is_left_alone_for_a_while_by_all_creators(
    tmp_path: Path, embeddings: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "_REST_SECONDS", 60.0)
    embeddings.broken = True
    encoder = embeddings.encoder()
    for creator in ("7", "8"):
        retriever = Retriever(tmp_path / creator, encoder=encoder)
        retriever.add(passages(POSTS))
        assert embeddings.requests == 1
        assert retriever.owed(9) == []
        retriever.close()


def test_a_server_that_is_away_is_left_alone_for_a_while_by_all_creators(
    tmp_path: Path, chroma: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (opened(tmp_path, chroma.url, replica=name) for name in ("7-e-mine-a", "8-e-mine-a"))
    fill(second)
    monkeypatch.setattr(store, "_REST_S", 60.0)
    chroma.stop()
    fill(first)
    chroma.start()
    second.add([Entry(4, None, unit(0, 0, 1))])
    second.commit()
    assert 4 not in nearest(second, unit(0, 0, 1))
    monkeypatch.setattr(store, "monotonic", lambda: time.monotonic() + 61)
    assert set(second.owed(9)) == {4}
    assert set(first.owed(9)) == {1, 2, 3}
    first.close()
    second.close()
