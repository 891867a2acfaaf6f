"""What asks for the creator's words, and their name, is no part of what is asked about."""

import pytest

from benchmarks.common import bundled_encoder, indexed
from benchmarks.near_topic import creators
from memory.retrieval import frames
from memory.types import Question

CALLED = ("Ember Wick · 烛星", "Ember Wick")


@pytest.mark.parametrize(
    ("lang", "asked", "about"),
    [
        ("en", "What do you think about soot?", "soot?"),
        ("en", "What does Ember think about soot?", "soot?"),
        ("en", "What's Ember Wick's opinion on soot?", "soot?"),
        ("en", "I'd like to know what the wick does", "what the wick does"),
        ("en", "Can you please tell me why the flame is yellow?", "why the flame is yellow?"),
        ("es", "¿Qué dice Ember sobre la cera?", "la cera?"),
        ("es", "¿Sabes por qué la llama es amarilla?", "por qué la llama es amarilla?"),
        ("pt", "O que você acha da fuligem?", "fuligem?"),
        ("fr", "Qu'est-ce que tu penses de la suie ?", "la suie ?"),
        ("de", "Kannst du mir erklären, warum die Flamme gelb ist?", "warum die Flamme gelb ist?"),
        ("ru", "Что ты думаешь о саже?", "саже?"),
        ("uk", "Що ти думаєш про сажу?", "сажу?"),
        ("tr", "Kurum hakkında ne düşünüyorsun?", "Kurum ?"),
        ("ar", "ما رأيك في الشموع؟", "الشموع؟"),
        ("fa", "نظرت درباره شمع چیست؟", "شمع چیست؟"),
        ("hi", "आप मोम के बारे में क्या सोचते हैं?", "आप मोम ?"),
        ("id", "Apa pendapat kamu tentang jelaga?", "jelaga?"),
        ("vi", "Bạn nghĩ gì về muội than?", "muội than?"),
        ("th", "คุณคิดยังไงเกี่ยวกับเทียน", "เทียน"),
        ("zh-Hans", "你对灯芯有什么看法？", "灯芯 ？"),
        ("zh-Hans", "烛星怎么看蜡烛的火焰？", "蜡烛的火焰？"),
        ("ja", "ろうそくの炎についてどう思いますか？", "ろうそくの炎 ？"),
        ("ko", "그을음에 대해 어떻게 생각하세요?", "그을음 ?"),
    ],
)
def test_a_question_is_what_it_asks_about(lang: str, asked: str, about: str) -> None:
    assert " ".join(frames.without(asked, lang, CALLED).lstrip("¿ ").split()) == about


@pytest.mark.parametrize(
    ("lang", "asked"),
    [
        ("en", "What do you think?"),
        ("en", "Tell me more"),
        ("en", "What does Faraday think about soot?"),
        ("en", "How did you make the candles?"),
        ("en", "Did you write a book?"),
        ("en", "Can you speak Spanish?"),
        ("es", "¿Qué piensas?"),
        ("es", "¿Puedes hablar español?"),
        ("fr", "Qui parle français ?"),
        ("ja", "誰が教えてくれましたか？"),
        ("vi", "Người Anh nói tiếng gì?"),
        ("ja", "どう思いますか？"),
    ],
)
def test_what_asks_nothing_else_or_somebody_else_stays_whole(lang: str, asked: str) -> None:
    assert frames.without(asked, lang, CALLED) == asked


def test_a_message_made_to_match_again_and_again_is_read_at_once() -> None:
    for piece in ("can you ", "tell me about ", "你对", "についてどう"):
        for lang in ("en", "zh-Hans", "ja"):
            frames.without((piece * 400)[:300], lang, CALLED)
            frames.without(piece * 100_000, lang, CALLED)


_FRAMED = {
    "en": "Can you please tell me {}?",
    "es": "¿Me puedes explicar {}?",
    "zh-Hans": "你能告诉我{}？",
    "ja": "{}教えてください",
    "ar": "هل يمكنك أن تخبرني {}؟",
}


def test_a_question_in_a_frame_is_answered_as_it_is_without() -> None:
    for creator in creators():
        with indexed(creator.passages, bundled_encoder()) as retriever:
            apart = []
            asked = [(lang, text) for lang, text, _ in creator.answered] + creator.absent
            for lang, text in asked:
                bare = text.strip("¿?？؟")
                framed = _FRAMED[lang].format(bare[0].lower() + bare[1:])
                plain = retriever.search(Question(text, lang)).answerable
                if retriever.search(Question(framed, lang)).answerable != plain:
                    apart.append(framed)
            assert len(apart) <= 0.04 * len(asked), apart


BY_NAME = {
    "bread": (
        "Bettina",
        "How old is Bettina's starter?",
        "How much salt does Bettina use?",
        "Who taught Bettina about rye?",
    ),
    "bicycles": (
        "Jonas",
        "Who built Jonas's frame?",
        "Who crossed the Pyrenees with Jonas?",
        "What gloves does Jonas wear in winter?",
    ),
}


def test_what_is_asked_about_the_creator_by_name_is_answered_from_what_they_say_of_themselves() -> None:
    for creator in creators():
        name, *questions = BY_NAME[creator.subject]
        with indexed(creator.passages, bundled_encoder()) as retriever:
            called = (f"{name} Reed",)
            asked = [Question(text, "en", called=called) for text in questions]
            others = [Question(text.replace(name, "Wilma"), "en", called=called) for text in questions]
            assert all(retriever.search(one).answerable for one in asked)
            assert sum(retriever.search(one).answerable for one in others) <= 1
