"""In which language a question is looked up, in which it is answered, and what is said where they differ."""

from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t
from kernel.lang import SUPPORTED, base, name_in
from memory.types import Question, Recalled
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.character import Character
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from tests.persona_engine.stand_ins import AVATAR, FOUND, TEXT, Known

NOTHING = replace(FOUND, answerable=False, quote=None)


class Remembering(Known):
    """A memory that notes in which language it was asked."""

    def __init__(self, found: Recalled = FOUND) -> None:
        super().__init__(found)
        self.asked_in: list[str] = []

    def find(self, question: Question) -> Recalled:
        """What was found."""
        self.asked_in.append(question.lang)
        return super().find(question)


async def reply(
    text: str,
    last: str | None = None,
    hint: str | None = None,
    *,
    found: Recalled = FOUND,
    speaks: tuple[str, ...] = ("en", "es"),
    character: Character | None = None,
    guard: Guard | None = None,
) -> tuple[Reply, str]:
    """The reply of an avatar that speaks English and Spanish, and the language it looked up in."""
    memory = Remembering(found)
    question = Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", None, last, hint)
    context = PersonaContext(replace(AVATAR, languages=speaks), None, character=character or Character())
    if guard:
        context = replace(context, boundaries=defaults(), version=1)
    made = await Persona(memory, NoEntitlements(), guard).respond(question, context)
    return made, (memory.asked_in or [""])[0]


async def test_a_language_that_the_avatar_speaks_is_answered_in_it() -> None:
    made, looked_up = await reply("¿Por qué la llama es amarilla?")
    assert (made.lang, looked_up, made.learned_language) == ("es", "es", True)


YELLOW = {
    "zh-Hans": "火焰为什么是黄色的？",
    "zh-Hant": "火焰為什麼是黃色的？",
    "ja": "炎はなぜ黄色いのですか？",
    "ko": "불꽃은 왜 노란색인가요?",
    "pt": "Por que a chama da vela é amarela? Não entendo.",
    "fr": "Pourquoi la flamme est-elle jaune ?",
    "de": "Warum ist die Flamme der Kerze eigentlich gelb?",
    "ru": "Почему пламя жёлтое?",
    "uk": "Чому полум'я свічки жовте? Поясніть, будь ласка.",
    "tr": "Mumun alevi neden sarı renkte yanıyor?",
    "ar": "لماذا لون اللهب أصفر؟",
    "fa": "چرا شعله شمع زرد رنگ است؟",
    "hi": "लौ पीली क्यों होती है?",
    "id": "Mengapa nyala api lilin berwarna kuning?",
    "vi": "Tại sao ngọn lửa nến lại có màu vàng?",
    "th": "ทำไมเปลวไฟถึงเป็นสีเหลือง",
}


@pytest.mark.parametrize("lang", YELLOW)
async def test_the_frame_is_in_the_fans_language_whatever_the_avatar_is_set_to_speak(lang: str) -> None:
    made, looked_up = await reply(YELLOW[lang])
    said = made.parts[0]
    frame, quote = said.text.split("\n\n")
    assert (made.lang, said.lang, base(looked_up), made.learned_language) == (lang, lang, base(lang), True)
    assert name_in("en", lang) in frame, "that the quote is in English is said"
    assert quote == TEXT, "the creator's words stay as they are"


async def test_what_says_nothing_of_its_language_goes_on_in_the_fans() -> None:
    for text in ("candle?", "???", "1861"):
        assert (await reply(text, last="fr"))[0].lang == "fr"
    assert (await reply("And why is it so bright at the top?", last="fr"))[0].lang == "en"


async def test_a_decline_says_which_languages_the_avatar_speaks() -> None:
    made, _ = await reply("Pourquoi la flamme est-elle jaune ?", found=NOTHING)
    assert (made.outcome, made.lang) == ("declined", "fr")
    assert made.parts[0].text.endswith(f"\n\n{t('fr', 'language.speaks', languages='anglais et espagnol')}")
    made, _ = await reply("¿Por qué la llama es amarilla?", found=NOTHING)
    assert "inglés" not in made.parts[0].text, "who writes in one of them needn't be told"


@pytest.mark.parametrize("text", ["Γιατί είναι η φλόγα κίτρινη;", "Dlaczego płomień świecy jest żółty?"])
@pytest.mark.parametrize("found", [FOUND, NOTHING])
async def test_a_language_that_nobody_here_speaks_is_told_so_in_one_that_the_avatar_speaks(
    text: str, found: Recalled
) -> None:
    made, _ = await reply(text, found=found)
    assert (made.lang, made.learned_language) == ("en", False)
    assert made.parts[0].text.startswith(t("en", "language.speaks", languages="English and Spanish"))
    made, _ = await reply(text, hint="es-MX", found=found)
    assert made.parts[0].text.startswith(t("es", "language.speaks", languages="inglés y español"))


async def test_nothing_stands_above_the_help_for_somebody_in_need(guard: Guard) -> None:
    made, _ = await reply("Je ne veux plus vivre", guard=guard)
    assert (made.outcome, made.lang) == ("crisis", "fr")
    assert made.parts[0].text.startswith(t("fr", "crisis.text"))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Хочу умереть", "ru"), ("Хочу сдохнуть", "ru"), ("Хочу померти", "uk"), ("Quero morrer", "pt"),
        ("Quiero morir", "es"), ("Je vais me suicider", "fr"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(("last", "hint"), [(None, None), (None, "en"), ("en", "en"), ("uk", None)])
async def test_who_is_in_need_is_told_in_the_language_that_puts_it_so(
    text: str, lang: str, last: str | None, hint: str | None, guard: Guard
) -> None:
    made, _ = await reply(text, last, hint, speaks=("en",), guard=guard)
    assert (made.outcome, made.lang, made.learned_language) == ("crisis", lang, True)
    assert made.parts[0].text.startswith(t(lang, "crisis.text"))


async def test_small_talk_is_answered_as_it_was_said() -> None:
    assert (await reply("Bonjour"))[0].lang == "fr"
    assert (await reply("Hola"))[0].lang == "es"


@pytest.mark.parametrize(
    ("text", "lang"), [("火焰為什麼是黃色的？", "zh-Hant"), ("火焰为什么是黄色的？", "zh-Hans")]
)
@pytest.mark.parametrize("speaks", [("en", "zh-Hans"), ("zh-Hant",)])
async def test_chinese_is_answered_in_the_characters_of_the_fan(
    text: str, lang: str, speaks: tuple[str, ...]
) -> None:
    made, _ = await reply(text, speaks=speaks)
    assert made.lang == lang
    made, _ = await reply(text, speaks=speaks, found=NOTHING)
    assert "英" not in made.parts[0].text, "Chinese is what this avatar speaks, in whatever characters"


async def test_the_creators_own_words_are_written_in_the_fans_characters() -> None:
    own = Character(no_answers={"zh-Hans": "这个我还没说过。"}, greetings={"zh-Hans": "欢迎来到实验室"})
    made, _ = await reply("火焰為什麼是黃色的？", speaks=("zh-Hans",), found=NOTHING, character=own)
    assert made.parts[0].text == "這個我還沒說過。"
    made, _ = await reply("你好", hint="zh-TW", speaks=("zh-Hans",), character=own)
    assert made.parts[0].text == "歡迎來到實驗室"
    made, _ = await reply("火焰为什么是黄色的？", speaks=("zh-Hans",), found=NOTHING, character=own)
    assert made.parts[0].text == "这个我还没说过。"


@pytest.mark.parametrize("lang", SUPPORTED)
def test_which_languages_are_spoken_can_be_said_in_every_language(lang: str) -> None:
    assert "X" in t(lang, "language.speaks", languages="X")


async def test_who_writes_in_a_script_of_no_spoken_language_is_answered_in_theirs() -> None:
    made, _ = await reply("Расскажи об Ансельме", hint="en", found=NOTHING)
    assert made.lang == "ru"
    assert name_in("en", "ru") in made.parts[0].text
