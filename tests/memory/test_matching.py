"""Few examples stop what is like them, in other languages too, and little else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kernel.lang import SUPPORTED
from memory.likeness import harmless
from memory.matching import MATCHED, Example, Matcher
from memory.own_words import OwnWords
from memory.retrieval import Encoder, detect
from memory.retrieval.encoder import Vectors

TOPICS = {
    "family": ["Are you married?", "How many kids do you have?", "Where does your girlfriend live?"],
    "invest": ["Should I buy bitcoin now?", "Which stocks will go up?", "How should I invest my savings?"],
}


@pytest.fixture(scope="module")
def matcher(encoder: Encoder) -> Matcher:
    return Matcher([Example(label, text, "en") for label, texts in TOPICS.items() for text in texts], encoder)


def labels(matcher: Matcher, text: str, lang: str = "en") -> list[str]:
    return [match.label for match in matcher.match(matcher.read(text, lang))]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("do you have a wife", "family"),
        ("are you dating anybody", "family"),
        ("is it a good time to get into crypto", "invest"),
        ("what shares do you recommend", "invest"),
    ],
)
def test_three_examples_stop_a_paraphrase_that_shares_hardly_a_word(
    matcher: Matcher, text: str, label: str
) -> None:
    assert label in labels(matcher, text)


def test_examples_that_many_have_are_read_once(encoder: Encoder) -> None:
    read: list[str] = []

    class Counting:
        name = "counting"
        covers, resting = encoder.covers, encoder.resting

        def encode(self, texts: Sequence[str]) -> Vectors:
            read.extend(texts)
            return encoder.encode(texts)

    rules = [Example("invest", text, "en") for text in TOPICS["invest"]]
    for _ in range(2):
        assert Matcher(rules, Counting())
        assert sorted(read) == sorted(TOPICS["invest"])
    other = Matcher([*rules, Example("family", "Are you married?", "en")], Counting())
    assert "family" in labels(other, "do you have a wife")


def test_the_same_examples_under_other_labels_are_other_rules(encoder: Encoder) -> None:
    texts = [text for each in TOPICS.values() for text in each]
    for names in (["one"] * 3 + ["two"] * 3, ["two"] * 3 + ["one"] * 3):
        named = [Example(name, text, "en") for name, text in zip(names, texts, strict=True)]
        matcher = Matcher(named, encoder)
        assert labels(matcher, "do you have a wife") == [names[0]]
        excepted = [*named[:3], *(replace(each, label=names[0], allowed=True) for each in named[3:])]
        assert not labels(Matcher(excepted, encoder), "what shares do you recommend")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("¿Debería comprar bitcoin ahora?", "es"),
        ("Soll ich jetzt Bitcoin kaufen?", "de"),
        ("我现在应该买比特币吗？", "zh-Hans"),
        ("Стоит ли сейчас покупать биткоин?", "ru"),
    ],
)
def test_an_english_rule_holds_in_a_language_it_was_not_written_in(
    matcher: Matcher, text: str, lang: str
) -> None:
    assert "invest" in labels(matcher, text, lang)


@pytest.mark.parametrize("lang", ["en", "es", "zh-Hans", "ar", "ja", "ru"])
def test_what_nobody_minds_passes(matcher: Matcher, lang: str) -> None:
    stopped = [text for text in harmless(lang) if matcher.match(matcher.read(text, lang))]
    assert len(stopped) <= len(harmless(lang)) // 20


def test_an_exception_lets_through_what_looks_alike(encoder: Encoder) -> None:
    examples = [Example("invest", text, "en") for text in TOPICS["invest"]]
    asked = "Should I buy the bitcoin mug now?"
    assert labels(Matcher(examples, encoder), asked) == ["invest"]
    allowed = Example("invest", "Should I buy the bitcoin mug?", "en", allowed=True)
    assert labels(Matcher([*examples, allowed], encoder), asked) == []
    assert labels(Matcher([*examples, allowed], encoder), "should I get some bitcoins now") == ["invest"]


TIME = {
    "en": "How should I invest my time?",
    "es": "¿Cómo debería invertir mi tiempo?",
    "zh-Hans": "我应该如何投资我的时间？",
    "ru": "Как мне инвестировать своё время?",
    "ar": "كيف أستثمر وقتي؟",
}


@pytest.mark.parametrize("made", TIME)
def test_an_exception_holds_in_every_language_and_opens_no_more(encoder: Encoder, made: str) -> None:
    examples = [Example("invest", text, "en") for text in TOPICS["invest"]]
    bare = Matcher(examples, encoder)
    matcher = Matcher([*examples, Example("invest", TIME[made], made, allowed=True)], encoder)
    for lang, text in TIME.items():
        assert (labels(bare, text, lang), labels(matcher, text, lang)) == (["invest"], []), text
    for text, lang in (
        ("How should I invest my money?", "en"),
        ("¿Debería comprar bitcoin ahora?", "es"),
        ("¿Cómo debería invertir mis ahorros?", "es"),
        ("我应该如何投资我的储蓄？", "zh-Hans"),
        ("Стоит ли сейчас покупать биткоин?", "ru"),
        ("كيف أستثمر مدخراتي؟", "ar"),
    ):
        assert labels(bare, text, lang) == labels(matcher, text, lang) == ["invest"], text


def test_what_was_let_through_is_let_through_however_like_an_example(encoder: Encoder) -> None:
    examples = [Example("invest", text, "en") for text in TOPICS["invest"]]
    asked = "¿Debería comprar ahora un libro sobre bitcoin?"
    assert labels(Matcher(examples, encoder), asked, "es") == ["invest"]
    allowed = Example("invest", asked, "es", allowed=True)
    assert labels(Matcher([*examples, allowed], encoder), asked, "es") == []


def test_exceptions_lift_no_bar(encoder: Encoder) -> None:
    examples = [Example("invest", text, "en") for text in TOPICS["invest"]]
    allowed = [Example("invest", text, "en", allowed=True) for text in harmless("en")[::3]]
    matcher, asked = Matcher([*examples, *allowed], encoder), "is it a good time to get into crypto"
    bare = Matcher(examples, encoder)
    (alone,), (excepted,) = (one.weigh(one.read(asked, "en")) for one in (bare, matcher))
    assert excepted.confidence == pytest.approx(alone.confidence, abs=0.01)


def test_an_exception_to_a_phrase_holds_in_another_language(encoder: Encoder) -> None:
    rule = phrases("election")
    allowed = Example("topic", "¿Quién ganó la elección de la mejor vela?", "es", allowed=True)
    asked = "Who won the election of the best candle?"
    assert labels(Matcher(rule, encoder), asked) == ["topic"]
    matcher = Matcher([*rule, allowed], encoder)
    assert labels(matcher, asked) == []
    assert labels(matcher, "Who won the election?") == ["topic"]
    assert labels(matcher, "Who won the election of the president?") == ["topic"]


def phrases(*texts: str) -> Sequence[Example]:
    return [Example("topic", text, "en", phrase=True) for text in texts]


@pytest.mark.parametrize("encoded", [True, False])
def test_a_phrase_stops_its_inflected_words_wherever_they_stand(encoder: Encoder, *, encoded: bool) -> None:
    matcher = Matcher(phrases("election", "tax return"), encoder if encoded else None)
    assert labels(matcher, "so who won those elections, by the way?") == ["topic"]
    assert labels(matcher, "and how were your tax returns") == ["topic"]
    assert labels(matcher, "when do you return? the tax was high") == []


def test_a_phrase_stops_its_translation(encoder: Encoder) -> None:
    matcher = Matcher(phrases("election"), encoder)
    assert labels(matcher, "¿Quién ganó las elecciones?", "es") == ["topic"]
    assert labels(matcher, "谁赢得了选举？", "zh-Hans") == ["topic"]


def test_what_the_creator_talks_about_anyway_is_not_stopped_for_being_near() -> None:
    rules = [
        Example("lost", text, "en") for text in ("my card is lost", "I can't find my card", "card stolen")
    ]
    verbs = ("activate", "order", "top up", "renew", "link")
    own = OwnWords([("en", f"how do I {verb} my card") for verb in verbs])
    asked = "how do I activate my new card"
    told = Matcher(rules).read(asked, "en")
    alone, with_content = Matcher(rules).weigh(told)[0], Matcher(rules, own=own).weigh(told)[0]
    assert with_content.confidence < alone.confidence


def test_without_an_encoder_words_and_stems_still_tell(encoder: Encoder) -> None:
    matcher = Matcher([Example("invest", text, "en") for text in TOPICS["invest"]])
    assert labels(matcher, "should I buy bitcoins") == ["invest"]
    assert labels(matcher, "Where did you film this?") == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_match_is_what_is_weighed_and_reaches_the_bar(matcher: Matcher, lang: str) -> None:
    asked = [*harmless(lang), *(text for texts in TOPICS.values() for text in texts), "Is bitcoin yellow?"]
    for text in asked:
        said = matcher.read(text, lang)
        weighed = sorted(matcher.weigh(said), key=lambda each: -each.confidence)
        assert matcher.match(said) == [each for each in weighed if each.confidence >= MATCHED]


@pytest.mark.parametrize(
    ("phrase", "text", "lang"),
    [
        ("Volkov", "Расскажи про Волкова", "ru"),
        ("Volkov", "Ты дружишь с Волковым?", "ru"),
        ("Volkov", "ヴォルコフさんについてどう思う？", "ja"),
        ("Volkov", "ما رأيك في فولكوف؟", "ar"),
        ("Volkov", "你怎么看沃尔科夫？", "zh-Hans"),
        ("Volkov", "볼코프는 어떤 사람이에요?", "ko"),
        ("Volkov", "वोल्कोव के बारे में बताओ", "hi"),
        ("Marchetti", "Кто такой Маркетти?", "ru"),
        ("Kowalski", "コワルスキって誰？", "ja"),
        ("Anna Petrova", "Кто такая Анна Петрова?", "ru"),
        ("Anna Petrova", "アンナ・ペトロワって誰？", "ja"),
        ("Волков", "¿Quién es Volkov?", "es"),
    ],
)
def test_a_forbidden_name_is_found_in_other_letters(phrase: str, text: str, lang: str) -> None:
    matcher = Matcher([Example("person", phrase, detect(phrase, SUPPORTED).lang, phrase=True)])
    assert matcher.match(matcher.read(text, lang))


@pytest.mark.parametrize(
    ("phrase", "text", "lang"),
    [
        ("Volkov", "Кто поливает цветы?", "ru"),
        ("Anna Petrova", "Где живёт Иван Петров?", "ru"),
        ("Marchetti", "When did the market open?", "en"),
        ("Blackwood", "Черное дерево горит долго.", "ru"),
        ("Kowalski", "コーヒーが好きですか？", "ja"),
        ("Gomez", "Ты играешь в компьютерные игры?", "ru"),
    ],
)
def test_no_other_word_is_a_forbidden_name(phrase: str, text: str, lang: str) -> None:
    matcher = Matcher([Example("person", phrase, detect(phrase, SUPPORTED).lang, phrase=True)])
    assert not matcher.match(matcher.read(text, lang))
