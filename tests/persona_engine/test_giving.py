"""A person's own words, quoted or taught: none is given that promises, or says that a person speaks."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from community.types import NoEntitlements
from kernel.i18n import t, variants
from memory.matching import Matcher, Said
from memory.retrieval import Encoder, EncoderUnavailable
from memory.retrieval.encoder import Vectors
from memory.types import Quote, RecalledPassage
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults
from persona_engine.character import Character
from persona_engine.character import service as characters
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.errors import BadAnswer, BadCard
from persona_engine.learning import service as learning
from persona_engine.respond import Persona
from persona_engine.service import told
from tests.persona_engine.stand_ins import AVATAR, FOUND, PASSAGE, Known, Matching, step

NAMED = replace(AVATAR, name="Ember Wick · 烛星", creator_name="Ember Wick · 烛星")
INTRODUCTION = "This is Candle Lab, and I'm Ember Wick."


@pytest.fixture(scope="module")
def guard(encoder: Encoder) -> Guard:
    """The guard."""
    return Guard(Matching(encoder))


async def ask(guard: Guard, question: str, text: str, rules: Boundaries | None = None) -> Reply:
    """What a fan gets where this is found."""
    found = replace(
        FOUND,
        passages=(RecalledPassage(replace(PASSAGE, text=text), 0.9, 0.8, None),),
        quote=Quote(PASSAGE.id, text, 0, len(text), 0.9, 0, len(text)),
    )
    boundaries = defaults() if rules is None else rules
    context = PersonaContext(NAMED, None, boundaries, hash(boundaries))
    persona = Persona(Known(found), NoEntitlements(), guard)
    return await persona.respond(Asked(1, 1, 1, 1, 1, "Ana", question, "webchat"), context)


def is_told_what_speaks(made: Reply) -> bool:
    """Whether the fan hears that an AI answers."""
    names = {"creator": NAMED.creator_name}
    return made.parts[0].text in {t(made.lang, key, **names) for key in variants("smalltalk.real")}


@pytest.mark.parametrize(
    "question", ["is there a human replying to the messages in this place?", "How do I reach the workshop?"]
)
async def test_no_quote_says_that_a_person_answers(guard: Guard, question: str) -> None:
    claim = "Yes, I'm a real person, not a bot, and I type every answer in the chat myself."
    made = await ask(guard, question, claim)
    assert is_told_what_speaks(made)
    held = step(made, "content")
    assert held.decision == "human"
    assert "person" in told(held, "en").reason


@pytest.mark.parametrize(
    "question",
    ["so it's Ember Wick herself who reads along here?", "entonces quien lee esto aquí es Ember Wick?"],
)
async def test_an_introduction_is_no_answer_to_who_one_talks_to(guard: Guard, question: str) -> None:
    assert is_told_what_speaks(await ask(guard, question, INTRODUCTION))


@pytest.mark.parametrize(
    "question", ["Who tells the story of the flame?", "What is the first episode about?"]
)
async def test_it_may_be_quoted_for_anything_else(guard: Guard, question: str) -> None:
    made = await ask(guard, question, INTRODUCTION)
    assert made.outcome == "quoted"
    assert INTRODUCTION in made.parts[0].text


PROMISES = [
    "Our token EmberCoin will double in value by Christmas.",
    "You will get your money back tomorrow.",
    "A full refund, I guarantee it.",
]
CUSTOMS = [
    ("en", "We ship on Mondays and Thursdays."),
    ("en", "Refunds are possible within 14 days, with a discount for the next course."),
    ("en", "You will get your money back if the candle kit breaks."),
    ("en", "My grandfather guaranteed every clock for ten years."),
    ("en", "Cancel by Friday and you get a full refund."),
    ("es", "Si la maceta llega rota, te devuelvo el dinero."),
    ("de", "Wer absagt, bekommt sein Geld bis eine Woche vorher zurück."),
    ("ja", "母に毎年帰ると約束しました。"),
    ("ru", "Если чашка разбилась, верну деньги."),
    ("ar", "إذا وصل الكوب مكسورًا نعيد لك المال."),
    ("hi", "कप टूटा मिले तो पैसे वापस मिलते हैं।"),
    ("tr", "Fincan kırık gelirse paranızı iade ediyoruz."),
]
PROMISED = [
    ("en", "It ships tomorrow, I promise."),
    ("en", "I guarantee you'll double your money."),
    ("en", "Dear Lea, you will get your refund on Monday."),
    ("es", "Te prometo que recuperarás tu dinero."),
    ("es", "Comprad ahora: el cuadro triplicará su valor."),
    ("de", "Du bekommst dein Geld morgen zurück."),
    ("zh-Hans", "我保证你的钱会翻倍。"),
    ("ja", "明日発送することをお約束します。"),
    ("ru", "Обещаю, деньги вернутся завтра."),
    ("ar", "أعدك أن تسترد مالك غدا."),
    ("tr", "Söz veriyorum, yarın kargoya veriyorum."),
]


@pytest.mark.parametrize("text", PROMISES)
async def test_what_is_never_promised_isnt_quoted(guard: Guard, text: str) -> None:
    made = await ask(guard, "What about EmberCoin and the candle kit?", text)
    assert made.outcome == "promise:promises"
    assert made.stopped
    assert made.parts[0].text == t("en", "boundary.promise.1")
    assert "Prices, returns and dates" in told(step(made, "content"), "en").reason


@pytest.mark.parametrize(
    "text",
    [
        "The candle kit costs 39 euros and ships within two days.",
        "Nobody can say what it will be worth next year.",
        "In 1830 the guilds lost what the king had granted them.",
        "Beeswax doubles its hardness when it cools.",
        "The candle kit sold out in nine days, and I won't make it again, because I promised the buyers so.",
        "When I sold the shop, the price of wax had doubled.",
        "I was promised delivery of the wax in April, and it arrived in June.",
    ],
)
async def test_what_promises_nothing_is_quoted(guard: Guard, text: str) -> None:
    assert (await ask(guard, "What about the candle kit and the wax?", text)).outcome == "quoted"


@pytest.mark.parametrize(("lang", "text"), CUSTOMS)
async def test_what_a_creator_always_does_is_promised_to_nobody(guard: Guard, lang: str, text: str) -> None:
    assert not (await guard.given(text, lang, defaults(), key=("defaults",))).stops


@pytest.mark.parametrize(("lang", "text"), PROMISED)
async def test_what_is_promised_to_somebody_isnt_quoted(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.given(text, lang, defaults(), key=("defaults",))).decision == "promise"


_ONES_WORD_ON_MONEY = (
    ("en", "I promise you that the price will never go up."),
    ("en", "I promise that you will earn 500 euros a month."),
    ("en", "I guarantee you'll make your money back by summer."),
    ("en", "You have my word: the box will be worth double."),
    ("en", "I swear you will be rich with this course."),
    ("es", "Garantizamos que ganarás 500 euros al mes."),
    ("es", "Te prometo que el precio no subirá nunca."),
    ("es", "Te aseguro que recuperarás tu dinero."),
    ("zh", "我向你保证礼盒价格永远不涨。"),
    ("zh", "我保证你每个月能赚五千元。"),
    ("zh", "我们承诺全额退款。"),
    ("ja", "価格は絶対に上がらないと約束します。"),
    ("ja", "毎月五万円稼げることを保証します。"),
    ("ar", "أعدك بأن السعر لن يرتفع أبدا."),
    ("ar", "أضمن لك ربحا كل شهر."),
    ("de", "Ich verspreche dir, dass der Preis nie steigt."),
    ("de", "Wir garantieren dir 500 Euro Gewinn im Monat."),
    ("fr", "Je te promets que le prix ne montera jamais."),
    ("fr", "Nous garantissons que vous gagnerez 500 euros par mois."),
    ("pt", "Prometo que o preço nunca vai subir."),
    ("pt", "Garanto que você vai ganhar dinheiro."),
    ("ru", "Обещаю, что цена никогда не вырастет."),
    ("ru", "Гарантируем прибыль каждый месяц."),
    ("uk", "Обіцяю, що ціна ніколи не зросте."),
    ("ko", "가격이 절대 오르지 않는다고 약속해요."),
    ("ko", "매달 수익을 보장해 드립니다."),
    ("tr", "Fiyatın asla artmayacağına söz veriyorum."),
    ("tr", "Her ay kazanacağını garanti ederim."),
    ("fa", "قول می‌دهم قیمت هرگز بالا نرود."),
    ("hi", "मैं वादा करता हूँ कि कीमत कभी नहीं बढ़ेगी।"),
    ("id", "Saya berjanji harganya tidak akan naik."),
    ("vi", "Tôi hứa giá sẽ không bao giờ tăng."),
    ("th", "ฉันสัญญาว่าราคาจะไม่ขึ้น"),
    ("th", "รับประกันว่าได้กำไรทุกเดือน"),
)


_NO_WORD_ON_MONEY = (
    ("en", "I promised my mother to pay back everything."),
    ("en", "My grandfather guaranteed every clock."),
    ("en", "I promise you will love the smell of fresh bread."),
    ("en", "I can't promise that the price stays."),
    ("en", "I never promise a delivery date."),
    ("en", "We ship on Mondays."),
    ("en", "I give no guarantee that it pays."),
    ("es", "Le prometí a mi madre volver cada año."),
    ("es", "No puedo prometer que el precio no suba."),
    ("es", "Prometo que la masa no se pega si la enfrías."),
    ("de", "Ich verspreche nichts, was den Preis angeht."),
    ("de", "Ich habe meiner Oma versprochen, den Ofen zu behalten."),
    ("fr", "Je ne promets jamais une date."),
    ("zh", "我答应过妈妈每年回家。"),
    ("zh", "我不能保证价格不变。"),
    ("ja", "母に毎年帰ると約束しました。"),
    ("ja", "値段が変わらないとは約束できません。"),
    ("ru", "Я не обещаю, что цена не вырастет."),
    ("ar", "لا أعدك بأن السعر لن يرتفع."),
    ("ko", "가격이 오르지 않는다고 약속할 수 없어요."),
    ("tr", "Fiyatın artmayacağına söz veremem."),
)


@pytest.mark.parametrize(("lang", "text"), _ONES_WORD_ON_MONEY)
async def test_ones_word_on_a_price_or_a_gain_isnt_quoted(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.given(text, lang, defaults(), key=("defaults",))).decision == "promise"


@pytest.mark.parametrize(("lang", "text"), _NO_WORD_ON_MONEY)
async def test_a_word_on_something_else_or_none_is(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.given(text, lang, defaults(), key=("defaults",))).decision != "promise"


async def test_a_creators_own_words_for_what_is_never_promised_hold_customs_too(guard: Guard) -> None:
    own = Rule("money", Kind.PROMISE, "Refunds", ("refunds",), ("Orders are sent on a Monday.",))
    for text in (CUSTOMS[0][1], CUSTOMS[1][1]):
        assert (await guard.given(text, "en", Boundaries((own,)))).decision == "promise"


async def test_without_the_rule_it_is_quoted(guard: Guard) -> None:
    assert (await ask(guard, "What about EmberCoin?", PROMISES[0], Boundaries())).outcome == "quoted"


async def test_a_phrase_counts_in_quotes_as_it_is_written(guard: Guard) -> None:
    never = Boundaries((Rule("dates", Kind.PROMISE, "Dates", phrases=("next Friday",)),))
    assert (await ask(guard, "When?", "It ships next Friday.", never)).outcome == "promise:dates"
    assert (await ask(guard, "¿Cuándo?", "Sale el próximo viernes.", never)).outcome == "quoted"


@pytest.mark.parametrize(
    "text",
    [
        "Yes, I'm a real person and no AI is involved.",
        "Your money doubles, guaranteed.",
        "Good question. Sí, soy una persona real, no un bot.",
        "I'm Ember Wick, and the flame is yellow.",
        "The flame is yellow. I answer every message here with my own hands.",
        "Soy Ember Wick y te leo yo misma desde el taller.",
        "炎は黄色です。全部自分で読んで返信しています。",
        "Buy a candle now, their value only ever goes up.",
    ],
)
async def test_no_answer_is_taught_that_no_fan_would_get(guard: Guard, text: str) -> None:
    with pytest.raises(BadAnswer):
        await learning.allowed(guard, text, defaults(), NAMED.creator_name)


@pytest.mark.parametrize("kind", [Kind.FORBIDDEN, Kind.HANDOVER])
async def test_no_answer_is_taught_that_a_boundary_holds_back(guard: Guard, kind: Kind) -> None:
    rules = Boundaries((Rule("past", kind, "My past", phrases=("the old workshop",)),))
    said = "I poured my first candle there. It was in the old workshop."
    assert (await guard.given(said, "en", rules, taught=True)).decision == kind.value
    with pytest.raises(BadAnswer) as error:
        await learning.allowed(guard, said, rules, NAMED.creator_name)
    assert error.value.params["rule"] == "My past"
    await learning.allowed(guard, "I poured my first candle at home.", rules, NAMED.creator_name)


@pytest.mark.parametrize(
    "text",
    [
        "A kit costs 39 euros.",
        "I trim the wick to five millimetres.",
        "No, I'm an AI stand-in.",
        "I'm the AI of Ember Wick.",
        "I can't answer every message.",
        "I make every candle myself.",
    ],
)
async def test_other_answers_are_taught(guard: Guard, text: str) -> None:
    await learning.allowed(guard, text, defaults(), NAMED.creator_name)


async def test_a_rule_for_promises_is_tried_on_what_was_answered(guard: Guard) -> None:
    said = [(PROMISES[0], "en"), ("The candle kit costs 39 euros.", "en")]
    found = await guard.given_all(said, defaults())
    assert [each.stops for each in found] == [True, False]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was held against examples."""
    texts: list[str] = []
    real = Matcher.read

    def noted(self: Matcher, text: str, lang: str) -> Said:
        texts.append(text)
        return real(self, text, lang)

    monkeypatch.setattr(Matcher, "read", noted)
    return texts


async def test_what_is_given_again_under_the_same_rules_isnt_judged_again(
    encoder: Encoder, read: list[str]
) -> None:
    guard, said = Guard(Matching(encoder)), "You will get your money back, I guarantee it."
    first = await guard.given(said, "en", defaults(), key=(1, 1))
    assert (first.decision, bool(read)) == ("promise", True)
    read.clear()
    assert await guard.given(said, "en", defaults(), key=(1, 1)) == first
    assert read == []
    assert not (await guard.given(said, "en", Boundaries(()), key=(1, 2))).stops
    assert (await guard.given(said, "en", defaults(), key=(1, 1), taught=True)).stops
    assert read


async def test_what_was_judged_while_the_encoder_was_away_is_judged_again(
    encoder: Encoder, read: list[str]
) -> None:
    class Away:
        name = "away"

        def covers(self, lang: str) -> bool:
            return encoder.covers(lang)

        def encode(self, texts: Sequence[str]) -> Vectors:
            raise EncoderUnavailable("away")

        def resting(self) -> bool:
            return False

    guard = Guard(Matching(Away()))
    for _ in range(2):
        await guard.given("The flame is yellow.", "en", defaults(), key=(1, 1))
        assert read
        read.clear()


async def test_a_sentence_is_read_once_for_all_that_it_is_held_against(
    encoder: Encoder, read: list[str]
) -> None:
    sentences = ["The flame is yellow.", "Soot glows in it."]
    assert not (await Guard(Matching(encoder)).given(" ".join(sentences), "en", defaults())).stops
    assert [read.count(each) for each in sentences] == [1, 1]


SPEAKS_AS = [
    ("en", "Hi, I'm Ember Wick! I read every message myself."),
    ("en", "Hi! I read every message myself."),
    ("es", "Soy Ember Wick y te leo yo misma desde el taller"),
    ("es", "Te leo yo misma desde el taller"),
    ("zh-Hans", "你好，我是Ember Wick，屏幕后面就是我"),
    ("zh-Hans", "你好，屏幕后面就是我"),
    ("ja", "エンバーです。全部自分で読んで返信しています"),
    ("en", "Bye! Buy a candle now, their value only ever goes up."),
]


@pytest.mark.parametrize(("lang", "text"), SPEAKS_AS)
async def test_no_avatar_greets_or_takes_leave_as_its_creator(guard: Guard, lang: str, text: str) -> None:
    for said in ("greetings", "sign_offs", "no_answers"):
        written = Character(**{said: {lang: text}})
        with pytest.raises(BadCard, match="person speaks"):
            await characters.allowed(guard, written, defaults(), "Ember Wick", key=(1,))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Hi, I'm Ember Wick's AI. Ask me about wax!"),
        ("en", "Ember Wick says hello!"),
        ("en", "I can't answer every message, but ask!"),
        ("es", "Hola, cada vela la hago yo misma."),
    ],
)
async def test_other_greetings_are_kept(guard: Guard, lang: str, text: str) -> None:
    written = Character(greetings={lang: text}, sign_offs={lang: text}, no_answers={lang: text})
    await characters.allowed(guard, written, defaults(), "Ember Wick", key=(1,))


@pytest.mark.parametrize("text", [SPEAKS_AS[0][1], SPEAKS_AS[1][1], "I'm Ember Wick."])
async def test_what_was_saved_before_is_never_said(guard: Guard, text: str) -> None:
    saved = Character(greetings={"en": text}, no_answers={"en": text})
    context = PersonaContext(NAMED, None, defaults(), 1, character=saved)
    nothing = replace(FOUND, quote=None, answerable=False)
    persona = Persona(Known(nothing), NoEntitlements(), guard)
    for asked in ("hello", "What is the capital of Peru?"):
        made = await persona.respond(Asked(1, 1, 1, 1, 1, "Ana", asked, "webchat"), context)
        assert made.outcome in ("smalltalk:greeting", "declined")
        assert text not in made.parts[0].text
