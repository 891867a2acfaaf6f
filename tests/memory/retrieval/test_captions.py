"""Talks without punctuation, as automatic captions are: short quotes, at the second of their caption."""

from collections.abc import Sequence
from itertools import pairwise

import pytest

from memory.chunking import chunk
from memory.readers.subtitles import cue_blocks
from memory.types import Document, IndexedPassage, Passage, Question
from tests.memory.retrieval.conftest import Make

SECONDS = 4.0
SPEECH = (
    "i moved to the valley in 2009 with two suitcases and a dog the house had no roof and the stove was "
    "full of nests my neighbour ottavio lent me a ladder and never asked for it back i learned to lay "
    "slate from an old man called berengar we cut the slate at the quarry of saint maurice each tile "
    "weighs about four kilos the first winter i slept in the bread oven because it kept the heat in "
    "spring i planted forty quince trees on the upper terrace the quinces ripen in the second week of "
    "november i sell the jelly at the market in arvieux every thursday a jar costs seven euros and the "
    "recipe is my grandmother's the dog was called hannibal and he died in 2018 now i have a goose that "
    "guards the door the goose is called madame sidonie"
)
ZH = (
    "大家好 欢迎来到我的频道", "今天我们去爬黄岗山", "山顶的海拔是两千一百六十米", "我们早上四点出发",
    "路上遇到了一只白鹇", "午饭吃的是竹筒饭", "竹筒要先泡两个小时", "下午突然下了冰雹",
    "我们躲进了猎人的木屋", "木屋的主人叫廖老三", "他送给我们一罐野蜂蜜", "蜂蜜是从悬崖上采的",
    "晚上的气温只有三度", "第二天我们坐拖拉机下山", "拖拉机开了五十分钟", "感谢大家的观看",
)  # fmt: skip
JA = (
    "皆さんこんにちは", "今日は燻製の作り方です", "桜のチップを二百グラム使います", "温度は七十度に保ちます",
    "鮭は塩水に一晩漬けておきます", "燻す時間は四時間です", "道具は祖父の古い樽です",
    "樽は会津の酒蔵からもらいました", "最後に冷蔵庫で二日休ませます", "ご視聴ありがとうございました",
)  # fmt: skip


def captions(words: str, each: int = 6) -> list[str]:
    """Words as automatic captions cut them."""
    said = words.split()
    return [" ".join(said[at : at + each]) for at in range(0, len(said), each)]


def talk(lines: Sequence[str], seconds: float = SECONDS) -> list[Passage]:
    """The passages of a talk of which each caption stands for so many seconds."""
    cues = [(number * seconds, (number + 1) * seconds, line) for number, line in enumerate(lines)]
    return list(chunk(Document("subtitles", "", cue_blocks(cues))))


def quoted(make: Make, passages: Sequence[Passage], question: str, lang: str) -> tuple[str, float]:
    """What a talk says to a question, and the second of the caption with which that begins."""
    held = [
        IndexedPassage(n, 1, "A talk", one.text, one.lang, cues=[at for at, _, _ in one.locator.cues])
        for n, one in enumerate(passages)
    ]
    found = make(held).search(Question(question, lang))
    assert found.answerable
    assert found.quote is not None
    passage = passages[found.quote.passage_id]
    assert passage.text[found.quote.start : found.quote.end] == found.quote.text
    (second,) = [start for at, start, _ in passage.locator.cues if at == found.quote.start]
    return found.quote.text, second


@pytest.mark.parametrize(
    ("question", "answer", "second"),
    [
        ("When do the quinces ripen?", "the quinces ripen in the second week of november", 56.0),
        ("How much does a jar cost?", "a jar costs seven euros", 68.0),
        ("What is the goose called?", "the goose is called madame sidonie", 88.0),
        ("Who taught you to lay slate?", "i learned to lay slate from an old man called berengar", 16.0),
        ("How many quince trees did you plant?", "i planted forty quince trees", 48.0),
    ],
)
def test_of_automatic_captions_those_around_the_answer_are_quoted(
    make: Make, question: str, answer: str, second: float
) -> None:
    text, start = quoted(make, talk(captions(SPEECH)), question, "en")
    assert answer in text
    assert len(text) <= 200
    assert start == second


def test_an_answer_is_whole_wherever_captions_are_cut(make: Make) -> None:
    for shift in range(0, 12, 3):
        passages = talk(captions(f"{'and then ' * shift}{SPEECH}"))
        assert len(passages) > 1
        text, _ = quoted(make, passages, "When do the quinces ripen?", "en")
        assert "the quinces ripen in the second week of november" in text


@pytest.mark.parametrize(
    ("lang", "lines", "question", "answer"),
    [
        ("zh", ZH, "木屋的主人叫什么?", "木屋的主人叫廖老三"),
        ("zh", ZH, "晚上的气温是多少?", "晚上的气温只有三度"),
        ("zh", ZH, "你们几点出发?", "我们早上四点出发"),
        ("ja", JA, "樽はどこからもらいましたか?", "樽は会津の酒蔵からもらいました"),
        ("ja", JA, "燻す時間は何時間ですか?", "燻す時間は四時間です"),
    ],
)
def test_a_caption_without_blanks_is_a_clause_of_its_own(
    make: Make, lang: str, lines: Sequence[str], question: str, answer: str
) -> None:
    text, start = quoted(make, talk(lines), question, lang)
    assert text.split()[0] == answer
    assert len(text.split()) <= 2
    assert start == lines.index(answer) * SECONDS


def test_captions_with_punctuation_are_quoted_by_their_sentences(make: Make) -> None:
    lines = [
        "The house had no roof, and", "the stove was full of nests.", "My neighbour Ottavio lent me",
        "a ladder. I learned to lay slate", "from an old man, and we", "cut the slate ourselves.",
        "Each tile weighs about", "four kilos. We carried them up.",
    ]  # fmt: skip
    text, _ = quoted(make, talk(["Hello.", *lines]), "Who lent you a ladder?", "en")
    assert text == "My neighbour Ottavio lent me a ladder."


def test_captions_of_a_word_each_are_read_as_lines(make: Make) -> None:
    text, _ = quoted(make, talk(captions(SPEECH, 1), 0.5), "When do the quinces ripen?", "en")
    assert "ripen in the second week of november" in text
    assert 60 <= len(text) <= 200


def test_only_what_goes_on_is_said_again_by_the_next_passage() -> None:
    for one, another in pairwise(talk(captions(SPEECH))):
        shared = {start for _, start, _ in one.locator.cues} & {start for _, start, _ in another.locator.cues}
        assert 2 <= len(shared) <= 4
    lines = [f"{line}." for line in captions(SPEECH)]
    starts = [start for one in talk(lines) for _, start, _ in one.locator.cues]
    assert len(starts) == len(set(starts)) == len(lines)
