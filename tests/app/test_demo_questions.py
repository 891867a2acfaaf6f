"""What fans ask the demo creator, in the language of what it wrote or in another of its languages."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.demo import POSTS
from memory.chunking import chunk
from memory.readers import markdown, subtitles
from memory.readers.options import ReadOptions
from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from persona_engine.trials.asking import COUNT, made_from
from tests.persona_engine.stand_ins import PASSAGE
from tests.support.models import bundled

LIMEWATER = "石灰水变浑"
CROOKES = "A young chemist, William Crookes, had every word written down"
FARADAY = "Michael Faraday gave his six lectures"
YEAR = "the winter of 1848"
SOOT = "glowing particles of soot"

FACTS = tomllib.loads(Path(__file__).with_name("demo_facts.toml").read_text("utf-8"))["facts"]


def _passages() -> list[IndexedPassage]:
    found: list[IndexedPassage] = []
    for source, post in enumerate(POSTS, 1):
        read = markdown.read if post.path.suffix == ".md" else subtitles.read
        for document in read(post.path, post.path.name, ReadOptions(), lambda _share: None).documents:
            found += [
                IndexedPassage(len(found) + n, source, document.title, passage.text, passage.lang, post.tier)
                for n, passage in enumerate(chunk(document), 1)
            ]
    return found


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Retriever]:
    folder = tmp_path_factory.mktemp("demo")
    demo = Retriever(folder / "creator", encoder=bundled())
    demo.add(_passages())
    demo.commit(1)
    yield demo
    demo.close()


@pytest.mark.parametrize(
    ("lang", "question", "said"),
    [
        ("zh-Hans", "火焰为什么是黄色的？", SOOT),
        ("ar", "لماذا لهب الشمعة أصفر؟", SOOT),
        ("ar", "لماذا لون لهب الشمعة أصفر؟", SOOT),
        ("ar", "كم محاضرة ألقى فاراداي عن الشمعة؟", "six lectures"),
        ("ja", "ファラデーの講演は1860年でしたか？", "six lectures"),
        ("ja", "石灰水はなぜ濁るのですか？", LIMEWATER),
        ("ja", "石灰水とは何ですか？", LIMEWATER),
        ("en", "Why does the melted wax stay in place?", "keeps the rim of the candle cool"),
        ("en", "What did William Crookes do?", "had every word written down"),
        ("en", "Is the wick the fuel?", "it's the pump"),
        ("en", "How long should the wick be?", "about half a centimetre"),
        ("en", "What is guttering?", "candle makers call guttering"),
        ("es", "¿Cuál es el gas más ligero?", "El hidrógeno es el gas más ligero"),
        ("es", "¿Qué produce el hidrógeno cuando arde?", "solo produce agua"),
        ("es", "¿Quién descubrió la estearina?", "un químico francés, Chevreul"),
        ("es", "¿Por qué la llama tiene forma de lágrima?", "su forma de lágrima"),
        ("zh-Hans", "空气里有多少氧气？", "大约五分之一是氧气"),
        ("zh-Hans", "二氧化碳比空气重吗？", "二氧化碳比空气重"),
        ("ja", "炎はなぜ黄色いのですか？", SOOT),
        ("zh-Hans", "为什么火焰是黄的？", SOOT),
        ("zh-Hans", "火焰为什么发黄？", SOOT),
        ("ja", "ウィリアム・クルックスは何をしましたか？", CROOKES),
        ("ja", "マイケル・ファラデーは誰ですか？", FARADAY),
        ("ko", "윌리엄 크룩스는 누구인가요?", CROOKES),
        ("ko", "마이클 패러데이는 누구인가요?", FARADAY),
        ("zh-Hans", "威廉·克鲁克斯是谁？", CROOKES),
        ("zh-Hans", "迈克尔·法拉第是谁？", FARADAY),
        ("ar", "من هو ويليام كروكس؟", CROOKES),
        ("hi", "माइकल फैराडे कौन थे?", FARADAY),
        ("en", "What happened in 1848?", YEAR),
        ("es", "¿Qué pasó en 1848?", YEAR),
        ("ja", "1848年に何がありましたか？", YEAR),
        ("ko", "1848년에 무슨 일이 있었나요?", YEAR),
        ("zh-Hans", "1848年发生了什么？", YEAR),
        ("ar", "ماذا حدث عام 1848؟", YEAR),
        ("en", "Why is the flame yellow?", SOOT),
        ("es", "¿Por qué la llama sube?", "La llama sube porque el gas caliente pesa menos"),
        ("es", "¿De qué están hechas las velas?", "parafina"),
        ("en", "What is wax made of?", "made of carbon and hydrogen"),
        ("en", "What are candles made of?", "made of carbon and hydrogen"),
        ("en", "How do I put out a candle without smoke?", "dip the burning wick into the melted wax"),
        ("en", "How long does a candle burn?", "burns for about four hours"),
        ("es", "¿Cuánto dura una vela encendida?", "unas ocho horas"),
        ("es", "¿Por qué la llama es amarilla?", SOOT),
        ("es", "¿Por qué es amarilla la llama de la vela?", SOOT),
        ("es", "¿Qué hace que la llama sea amarilla?", SOOT),
        ("zh-Hans", "为什么火是黄的？", SOOT),
        ("ja", "なぜ炎は黄色く見えるのですか？", SOOT),
        ("es", "¿Por qué la llama del hidrógeno casi no alumbra?", "ninguna partícula sólida"),
    ],
)
def test_what_fans_ask_is_answered_by_what_a_post_in_any_language_says(
    retriever: Retriever, lang: str, question: str, said: str
) -> None:
    ranking = retriever.search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert said in ranking.quote.text


@pytest.mark.parametrize(
    ("lang", "right", "wrong"),
    [("en", 39, 14), ("es", 25, 3), ("zh-Hans", 21, 4), ("ja", 9, 0), ("ar", 6, 1)],
)
def test_each_fact_is_told_in_the_sentence_that_tells_it_however_it_is_asked_for(
    retriever: Retriever, lang: str, right: int, wrong: int
) -> None:
    """Three wordings each, in its post's language and others: so many are answered, rightly or not."""
    answers = Counter(
        fact["said"] in ranking.quote.text.replace("\n", " ")
        for fact in FACTS
        for question in fact.get(lang, ())
        if (ranking := retriever.search(Question(question, lang))).answerable and ranking.quote
    )
    assert answers[True] >= right
    assert answers[False] <= wrong


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("es", "¿Por qué el agua de cal se enturbia?"),
        ("es", "¿Qué es el agua de cal?"),
        ("en", "Why does limewater turn cloudy?"),
        ("ar", "لماذا يتعكر ماء الجير؟"),
        ("ar", "ما هو ماء الجير؟"),
        ("en", "Do you have a discount code?"),
        ("zh-Hans", "蜡烛为什么会滴蜡？"),
        ("ar", "لماذا تقطر الشموع؟"),
        ("ja", "ろうそくはなぜ垂れるのですか？"),
        ("ja", "ウィリアム・シェイクスピアは誰ですか？"),
        ("ko", "마이클 잭슨은 누구인가요?"),
        ("zh-Hans", "威廉·莎士比亚是谁？"),
        ("en", "What happened in 1969?"),
        ("ko", "1969년에 무슨 일이 있었나요?"),
    ],
)
def test_what_is_not_found_across_languages_is_declined_and_nothing_else_said(
    retriever: Retriever, lang: str, question: str
) -> None:
    ranking = retriever.search(Question(question, lang))
    assert not ranking.answerable
    assert retriever.locked_tiers(Question(question, lang), ranking) == ()


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "Who invented the candle?"),
        ("en", "Can I eat candle wax?"),
        ("en", "How much does a candle cost?"),
        ("es", "¿Quién inventó la vela?"),
        ("es", "¿Por qué gotean las velas?"),
        ("zh-Hans", "蜡烛是谁发明的？"),
    ],
)
def test_what_no_post_says_of_candles_is_not_answered_by_whatever_says_candle(
    retriever: Retriever, lang: str, question: str
) -> None:
    assert not retriever.search(Question(question, lang)).answerable


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("zh-Hans", "太空里的火焰是什么样的？"),
        ("ar", "كيف تبدو شعلة الشمعة في الفضاء؟"),
    ],
)
def test_a_question_about_a_locked_post_is_offered_its_tier(
    retriever: Retriever, lang: str, question: str
) -> None:
    ranking = retriever.search(Question(question, lang))
    assert not ranking.answerable
    assert retriever.locked_tiers(Question(question, lang), ranking) == ("Lamplighters",)


def test_a_locked_post_goes_before_a_weak_answer(retriever: Retriever) -> None:
    asked = Question("What does a flame look like in space?", "en")
    assert retriever.locked_tiers(asked, retriever.search(asked)) == ("Lamplighters",)
    asked = Question("Why is the flame yellow?", "en")
    assert retriever.locked_tiers(asked, retriever.search(asked)) == ()


def test_japanese_words_for_space_and_flame_are_unknown_and_declined(retriever: Retriever) -> None:
    asked = Question("宇宙ではろうそくの炎はどう見えますか？", "ja")
    ranking = retriever.search(asked)
    assert not ranking.answerable
    assert retriever.locked_tiers(asked, ranking) == ()


def test_a_round_of_setups_questions_is_answered_by_what_each_was_made_from(retriever: Retriever) -> None:
    own = {each.id: each for each in _passages() if each.tier is None}
    made = made_from(
        [
            replace(PASSAGE, id=p.id, source_id=p.source_id, text=p.text, title=p.title, lang=p.lang)
            for p in own.values()
        ]
    )
    found = [retriever.search(Question(each.text, each.lang)) for each in made]
    answered = [
        own[ranking.quote.passage_id].source_id == each.passage.source_id
        for ranking, each in zip(found, made, strict=True)
        if ranking.answerable and ranking.quote
    ]
    assert sum(answered) >= COUNT
