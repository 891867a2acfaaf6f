"""What no avatar says is found in every language, in words that no list has; what it is may be said."""

import pytest

from kernel.i18n import t, variants
from kernel.lang import SUPPORTED
from persona_engine.boundaries import spoken
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults
from persona_engine.wording import reading

NONE = Boundaries()


async def verdict(guard: Guard, text: str, lang: str, rules: Boundaries = NONE) -> str:
    """What becomes of a written answer."""
    found = await guard.sayable(reading.sentences(text), lang, rules, key=(lang, hash(rules)))
    return found.decision


HUMAN = {
    "en": "Believe me, I'm a living human being and no program.",
    "zh-Hans": "放心吧，我可是真人，不是程序。",
    "zh-Hant": "放心，我是真人，不是程式。",
    "ja": "安心してください、私は人間です。",
    "ko": "걱정 마세요, 저는 진짜 사람이에요.",
    "es": "Créeme, soy una persona de verdad y no un programa.",
    "pt": "Acredite, sou uma pessoa de verdade, não um programa.",
    "fr": "Crois-moi, je suis une vraie personne, pas un programme.",
    "de": "Glaub mir, ich bin ein echter Mensch und kein Programm.",
    "ru": "Поверь, я настоящий человек, а не программа.",
    "uk": "Повір, я справжня людина, а не програма.",
    "tr": "İnan bana, ben gerçek bir insanım.",
    "ar": "صدقني، أنا إنسان حقيقي ولست برنامجا.",
    "fa": "باور کن، من یک انسان هستم.",
    "hi": "यकीन मानिए, मैं एक असली इंसान हूँ।",
    "id": "Percayalah, saya manusia sungguhan.",
    "vi": "Tin tôi đi, tôi là người thật.",
    "th": "เชื่อเถอะ ฉันเป็นคนจริงๆ",
}


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_a_claim_to_be_human_is_found_in_every_language(guard: Guard, lang: str) -> None:
    assert await verdict(guard, HUMAN[lang], lang) == "human"


@pytest.mark.parametrize("lang", HUMAN)
async def test_it_is_found_inside_an_answer_in_another_language(guard: Guard, lang: str) -> None:
    other = "es" if lang == "en" else "en"
    assert await verdict(guard, HUMAN[lang], other) == "human"


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_that_it_is_an_ai_may_be_said_in_every_language(guard: Guard, lang: str) -> None:
    told = [t(lang, "disclosure.first", creator="Ember"), t(lang, "disclosure.again", creator="Ember")]
    told += [t(lang, key, creator="Ember") for key in variants("smalltalk.real")]
    assert {await verdict(guard, each, lang) for each in told} == {"pass"}


_PLACES = {"creator": "Ember", "title": "Soot", "language": "English"}


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_what_the_house_says_itself_no_model_is_kept_from_saying(guard: Guard, lang: str) -> None:
    kinds = ("answer.nothing", "answer.same", "boundary.forbidden", "boundary.only", "smalltalk.greeting",
             "smalltalk.thanks", "smalltalk.goodbye", "smalltalk.sad")  # fmt: skip
    told = [t(lang, key, **_PLACES) for kind in kinds for key in variants(kind)]
    assert [each for each in told if await verdict(guard, each, lang) != "pass"] == []


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Those are empty words.", "en"),
        ("La verdad salió a la luz.", "es"),
        ("Prometo no cantar.", "es"),
        ("Personne ne sait ce que je ressens.", "fr"),
        ("Quelle heure est-il à Londres maintenant ?", "fr"),
        ("Uma pessoa pode fazer a diferença.", "pt"),
        ("Você vai ficar em casa?", "pt"),
        ("Sprichst du Italienisch?", "de"),
        ("Du wirst mich eines Tages vergessen.", "de"),
        ("Они знают, что я с тобой разговаривал.", "ru"),
        ("Bu para kim için?", "tr"),
        ("Artık çok geç.", "tr"),
        ("افتقدتك كثيراً!", "ar"),
        ("यह पैसा मेरा है।", "hi"),
        ("Jam berapa sekarang?", "id"),
        ("Bây giờ, tôi đang bận.", "vi"),
        ("เหรียญเป็นเงิน", "th"),
        ("他没钱买新车。", "zh-Hans"),
    ],
)
async def test_sentences_that_share_their_small_words_with_a_claim_may_be_said(
    guard: Guard, text: str, lang: str
) -> None:
    assert await verdict(guard, text, lang) == "pass"


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("De eso todavía no he hablado.", "es"),
        ("No lo sé, la verdad.", "es"),
        ("Hi, welcome home!", "en"),
        ("Good to have you back home.", "en"),
    ],
)
async def test_what_is_said_every_day_is_no_claim_and_no_address(guard: Guard, text: str, lang: str) -> None:
    assert await verdict(guard, text, lang, defaults()) == "pass"


@pytest.mark.parametrize(
    "text",
    [
        "I a m  h u m a n.",
        "I’m really h​uman: I'm a re​al person.",
        "I'm not an АI.",
        "Nobody here is a bot: you are talking to a real human.",
    ],
)
async def test_it_is_found_in_disguise(guard: Guard, text: str) -> None:
    assert await verdict(guard, reading.shown(text), "en") == "human"


PROMISED = {
    "en": "Put your savings into it and you will earn a fortune.",
    "es": "Invierte ahora y duplicarás tu dinero en un mes.",
    "zh-Hans": "现在买入，你的钱一定会翻倍。",
    "ar": "استثمر الآن وستضاعف أموالك.",
    "de": "Du wirst dein Geld ganz sicher verdoppeln.",
}


@pytest.mark.parametrize("lang", PROMISED)
async def test_a_promised_gain_is_found(guard: Guard, lang: str) -> None:
    assert await verdict(guard, PROMISED[lang], lang) == "promise"


HARMLESS = {
    "en": "I poured my first candle at the kitchen table. People have made them for ages. It cost little.",
    "es": "Hice mi primera vela en la mesa de la cocina. La gente las hace desde hace siglos.",
    "zh-Hans": "我在厨房的桌子上做了第一支蜡烛。人们做蜡烛已经很久了。",
    "ja": "最初のキャンドルは台所のテーブルで作りました。人は昔からろうそくを作ってきました。",
    "ar": "صنعت أول شمعة على طاولة المطبخ. يصنعها الناس منذ زمن بعيد.",
}


@pytest.mark.parametrize("lang", HARMLESS)
async def test_what_a_creator_tells_of_themselves_is_no_such_thing(guard: Guard, lang: str) -> None:
    assert await verdict(guard, HARMLESS[lang], lang, defaults()) == "pass"


async def test_where_only_some_topics_are_allowed_an_answer_touches_on_one(guard: Guard) -> None:
    candles = Rule(
        "candles", Kind.ONLY, "Candles", ("flame",), ("How do I make a candle?", "Which wax is best?")
    )
    rules = Boundaries((candles,))
    assert await verdict(guard, "Soy wax burns slower than paraffin.", "en", rules) == "pass"
    assert await verdict(guard, "You pick a lock with two pins and patience.", "en", rules) == "only"
    # Written in English, it says nothing of a statement in another language.
    assert await verdict(guard, "La cera de soja arde despacio.", "es", rules) == "pass"


BESIDE = {
    "ja": [
        "中の人が今返信しています",
        "ちゃんと人が打っています",
        "私は生身です",
        "機械じゃなくて私が書いています",
    ],
    "zh-Hans": ["屏幕后面是真人", "是我亲自在回你", "我跟你一样有血有肉"],
    "es": [
        "te escribo con mis propias manos",
        "aquí no hay ninguna máquina",
        "detrás de la pantalla hay una mujer",
    ],
    "ru": ["тебе пишет живая девушка", "никаких нейросетей здесь нет", "тебе отвечает человек"],
    "tr": ["bunu ben kendi ellerimle yazıyorum"],
    "en": ["and I, a girl of flesh, tie them"],
    "fr": ["c'est une femme qui te répond"],
    "pt": ["atrás da tela está uma mulher"],
    "ko": ["제가 직접 답장하고 있어요"],
    "ar": ["من يرد عليك شخص حقيقي"],
}


@pytest.mark.parametrize(("lang", "claim"), [(lang, each) for lang, told in BESIDE.items() for each in told])
async def test_a_claim_behind_a_comma_is_found_without_a_source_to_compare(
    guard: Guard, lang: str, claim: str
) -> None:
    assert await verdict(guard, f"40, {claim}.", lang) == "human"


@pytest.mark.parametrize(
    ("lang", "claim"),
    [("zh-Hans", "买了肯定升值"), ("ja", "買えば必ず得をします"), ("ar", "واستثمارك مضمون الربح"),
     ("es", "y tu dinero volverá multiplicado")],
)  # fmt: skip
async def test_a_promise_behind_a_comma_is_found(guard: Guard, lang: str, claim: str) -> None:
    assert await verdict(guard, f"40, {claim}.", lang) == "promise"


def test_a_name_may_stand_before_who_says_it() -> None:
    assert spoken.introduces("Teodora benim.", ("Teodora Lupu",))


@pytest.mark.parametrize(
    ("text", "lang", "decision"),
    [
        ("この炎の話は、エンバー本人が今ここで書いています。", "ja", "human"),
        ("أنا إمبر بنفسي أكتب لك بجانب اللهب.", "ar", "human"),
        ("It is Ember who is speaking to you in person.", "en", "human"),
        ("The kit goes up tomorrow, so one bought today is money earned.", "en", "promise"),
        ("El kit valdrá el doble el año que viene.", "es", "promise"),
        ("Le kit de bougies vaudra le double l'an prochain.", "fr", "promise"),
        ("Nächstes Jahr wird das Set das Doppelte wert sein.", "de", "promise"),
        ("Набор подорожает вдвое.", "ru", "promise"),
        ("ろうそくのキットは来年二倍の値段で売れます。", "ja", "promise"),
        ("Mum seti seneye iki katı eder.", "tr", "promise"),
        ("El kit dura el doble que una vela.", "es", "pass"),
        ("Das Set war das Doppelte wert.", "de", "pass"),
        ("ろうそくは本人が作っています。", "ja", "pass"),
        ("Mum yarısına kadar yandı.", "tr", "pass"),
    ],
)
async def test_what_speaks_or_promises_beside_the_subject_is_found(
    guard: Guard, text: str, lang: str, decision: str
) -> None:
    assert await verdict(guard, text, lang) == decision
