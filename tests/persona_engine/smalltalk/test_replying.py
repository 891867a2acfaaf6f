"""What is asked of the avatar itself, and what is said back to small talk."""

import pytest

from kernel.lang import SUPPORTED
from persona_engine.smalltalk import Intent, recognise, reply

NAMES = ("Ember Wick · 烛星", "Ember Wick")


@pytest.mark.parametrize("text", ["I don't understand", "no entiendo", "听不懂", "わかりません", "لم أفهم"])
def test_who_doesnt_understand_is_told_what_can_be_asked(text: str) -> None:
    found = recognise(text, names=NAMES)
    assert found is not None
    assert found.intent is Intent.IDENTITY


# In each language: how old, a joke, whether one may ask, what can be done here.
ASIDES = {
    "en": ("How old are you?", "Tell me a joke", "May I ask a question?", "What can you do?"),
    "zh-Hans": ("你几岁了？", "讲个笑话", "我可以问个问题吗？", "你能做什么？"),
    "zh-Hant": ("你幾歲了？", "講個笑話", "我可以問個問題嗎？", "你能做什麼？"),
    "ja": ("何歳ですか？", "何か冗談を言って", "質問してもいいですか？", "何ができますか？"),
    "ko": ("몇 살이에요?", "농담 하나 해 줘", "질문해도 돼요?", "뭘 할 수 있어요?"),
    "es": ("¿Cuántos años tienes?", "Cuéntame un chiste", "¿Puedo preguntar algo?", "¿Qué puedes hacer?"),
    "pt": ("Quantos anos você tem?", "Conte uma piada", "Posso perguntar?", "O que você pode fazer?"),
    "fr": ("Quel âge as-tu ?", "Raconte-moi une blague", "Une question ?", "Que peux-tu faire ?"),
    "de": ("Wie alt bist du?", "Erzähl mir einen Witz", "Darf ich dich etwas fragen?", "Was kannst du?"),
    "ru": ("Сколько тебе лет?", "Расскажи анекдот", "Можно задать вопрос?", "Что ты умеешь?"),
    "uk": ("Скільки тобі років?", "Розкажи анекдот", "Можна запитати?", "Що ти вмієш?"),
    "tr": ("Kaç yaşındasın?", "Bana bir fıkra anlat", "Bir soru sorabilir miyim?", "Neler yapabilirsin?"),
    "ar": ("كم عمرك؟", "احك لي نكتة", "هل يمكنني أن أسألك سؤالا؟", "ماذا يمكنك أن تفعل؟"),
    "fa": ("چند سالته؟", "یه جوک بگو", "می‌تونم سوال بپرسم؟", "چه کارهایی می‌توانی بکنی؟"),
    "hi": ("आपकी उम्र क्या है?", "एक चुटकुला सुनाओ", "क्या मैं एक सवाल पूछ सकता हूँ?", "आप क्या कर सकते हैं?"),
    "id": ("Berapa umurmu?", "Ceritakan lelucon", "Boleh tanya?", "Apa yang bisa kamu lakukan?"),
    "vi": ("Bạn bao nhiêu tuổi?", "Kể chuyện cười đi", "Mình hỏi được không?", "Bạn có thể làm gì?"),
    "th": ("คุณอายุเท่าไหร่", "เล่าเรื่องตลกหน่อย", "ขอถามหน่อยได้ไหม", "คุณทำอะไรได้บ้าง"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        (lang, text, intent)
        for lang, row in ASIDES.items()
        for text, intent in zip(row, (Intent.AGE, Intent.JOKE, Intent.ASK, Intent.IDENTITY), strict=True)
    ],
)
def test_what_is_asked_of_the_avatar_itself_is_no_question_for_its_content(
    lang: str, text: str, intent: Intent
) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (intent, lang)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_an_ai_has_no_age_makes_no_jokes_up_and_may_be_asked(lang: str) -> None:
    said = [reply(intent, lang, creator="Ember") for intent in (Intent.AGE, Intent.JOKE, Intent.ASK)]
    assert len(set(said)) == 3
    assert all("Ember" in each for each in said)
    assert any(word in said[0] for word in ("AI", "IA", "KI", "ИИ", "ШІ", "yapay zekâ", "اصطناعي", "مصنوعی"))
    for intent, first in zip((Intent.AGE, Intent.JOKE, Intent.ASK), said, strict=True):
        assert reply(intent, lang, creator="Ember", again=True) != first


@pytest.mark.parametrize("lang", SUPPORTED)
def test_every_intent_has_a_reply_that_never_claims_to_be_a_person(lang: str) -> None:
    for intent in Intent:
        assert reply(intent, lang, "Ember")
    assert "Ember" in reply(Intent.REAL, lang, "Ember")


def test_who_asks_what_it_can_do_is_offered_two_questions() -> None:
    said = reply(Intent.IDENTITY, "en", "Ember", ("Why yellow?", "Why up?", "Why down?"))
    assert "• Why yellow?\n• Why up?" in said
    assert "Why down" not in said
    assert "•" not in reply(Intent.IDENTITY, "en", "Ember", ("Only one?",))


def test_the_same_turn_says_the_same_and_the_next_one_something_else() -> None:
    assert reply(Intent.THANKS, "en", "Ember", turn=4) == reply(Intent.THANKS, "en", "Ember", turn=4)
    assert reply(Intent.THANKS, "en", "Ember", turn=4) != reply(Intent.THANKS, "en", "Ember", turn=5)


@pytest.mark.parametrize("lang", SUPPORTED)
@pytest.mark.parametrize("intent", [Intent.REAL, Intent.COMPLIMENT, Intent.HOW_ARE_YOU, Intent.EMPTY])
def test_what_was_just_said_is_not_said_again(intent: Intent, lang: str) -> None:
    said = [reply(intent, lang, "Ember", turn=3), reply(intent, lang, "Ember", turn=4, again=True)]
    assert said[0] != said[1]
    assert intent is not Intent.REAL or "Ember" in said[1]
