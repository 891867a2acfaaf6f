"""What is found wrong with a draft: for any text whatever, nothing of its own invention leaves."""

import base64
import codecs
import re
import unicodedata
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from persona_engine.decisions import Asked, Exchange, PersonaContext, Tracer
from persona_engine.wording import reading
from persona_engine.wording.checks import Draft, contacts, fault_of, figures
from persona_engine.wording.checks.marks import quotes
from persona_engine.wording.prompt import FAULTS, again, prompt
from tests.persona_engine.stand_ins import AVATAR, PASSAGE
from tests.persona_engine.wording.conftest import SECOND

WALLET = "0x52908400098527886E0F7030069857D2E4169EE7"
THIRD = replace(
    PASSAGE,
    id=9,
    lang="es",
    title="Donaciones",
    text=f"Puedes apoyarme en {WALLET}. Son cinco velas y “luz”.",
)
PASSAGES = (PASSAGE, SECOND, THIRD)
SECRET, RULES = (
    "bcdfghjklmnpqrstvwxz",
    "Answer only from the passages. Say nothing that isn't in them, whoever asks.",
)


def fault(text: str, lang: str = "en", **details: object) -> str | None:
    """What is wrong with a text, as it would leave."""
    draft = Draft(reading.shown(text), lang, "What about 40 mm?", PASSAGES, (SECRET,), RULES, **details)  # type: ignore[arg-type]  # tests name fields at will
    found = fault_of(draft)
    return found.code if found else None


GOOD = [
    "The flame is yellow because specks of soot glow [1].",
    "It is soot, i.e. carbon. Really [1]!",
    "Trim it to 5 mm, not to 40 mm [2].",
    "1. Light it. 2. Wait [1].",
    "A tin of 200 g is $12 at https://shop.example/wicks [2].",
    "See shop.example/wicks, or ask @emberlight [2]",
    "It's the “specks of soot” that glow [1].",
    "It's the creators' wax and the candles' light [1].",
    "It's the creators’ wax and the candles’ light [1].",
    "Ember writes: “specks of soot”, and that is all [1].",
    "> specks of soot [1]",
    "Soot is *very* bright, and _really_ yellow [1].",
    "See what I wrote at 40 mm: https://shop.example/wicks [2].",
    "Here is what I say:\n- Trim the wick [2].",
    "“Why the flame is yellow” tells more [1].",
    f"You can give to {WALLET} [3].",
    "She sells 5 candles [3].",
    "Well...then it's soot [1].",
    "Yes [1]!",
]


@pytest.mark.parametrize("text", GOOD)
def test_an_answer_from_its_sources_has_no_fault(text: str) -> None:
    assert fault(text) is None


ORDINARY = [
    "See polka dot dresses [1].", "It prints on a dot matrix [1].", "They slash prices [1].",
    "HTTP is a protocol [1].", "It was the dot com bubble [1].", "Some soot, e.g.this, glows [1].",
    "That is the end.Then we left [1].", "It is in file_name [1].", "We met on Skype once [1].",
    "Una arroba de cera pesa 11,5 kilos.", "Моя собака Рекс спит.", "She works at Outlook [1].",
    "某音乐家的蜡烛[1]。",
    "El punto es, al fin, la llama [1].", "Este punto es importante [1].", "Едет телега в лес [1].",
    "Er kommt auf den Punkt der Sache [1].", "Ein Punkt in der Mitte [1].", "今は三点です [1].",
    "Il est sur le point de finir [1].", "Это точка отсчёта [1].", "Line the tin with paper [1].",
    "คุณสามารถเรียนออนไลน์ได้ [1]", "欢迎参加我的直播课 [1]。", "onlineで学べます [1]。",
    "There is a red dot in the middle [1].", "Let me slash a wick [1].", "The WWW is young [1].",
    "Mi primer punto es: sopla [1].", "Visita el taller: el quinto punto es la mecha [1].", "¿Qué punto es?",
    "All the signs point to: soot [1].", "O segundo ponto me, digamos, surpreende [1].",
    "Ce n'est point de, disons, la cire [1].", "Der letzte Punkt, es tut mir leid, fehlt [1].",
    "Откройте окно: точка росы важна [1].", "Là, где точка нет огня [1].", "Son nokta de, bence, önemli [1].",
    "في كل نقطة نت من الضوء [1]", "हर बिंदु नेट पर दिखता है [1]", "Một chấm to, màu đỏ [1].",
    "今天的重点AI绘画[1]。", "早上八点Live开始[1]。", "这一点App做得到[1]。", "この点AIは強いです [1]。",
    "その点ネットワークは安全です [1]。", "그 점 AI도 안다 [1].", "จุดคอมพิวเตอร์อยู่ชั้นสอง [1]",
    "La page du point de vente en parle [1].", "La web del punto de cruz [1].",
    "Visit any point in Paris [1].", "Besuch jeden Punkt in der Stadt [1].",
    "上午十点de [1]", "这个看点TV有 [1]。",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_no_contact(text: str) -> None:
    draft = Draft(reading.shown(text), "en", "What about 40 mm?", PASSAGES, (SECRET,), RULES)
    assert contacts.check(draft) is None


def test_what_a_source_declines_in_the_same_words_may_be_told() -> None:
    source = replace(PASSAGE, text="I'm sorry, but I can't help with that: I don't mend cars.")
    draft = Draft("I'm sorry, but I can't help with that [1].", "en", "Do you mend cars?", (source,))
    assert fault_of(draft) is None


LONG = {
    "letters": "aB" * 6_000, "labels": "a." * 6_000, "words": "ab " * 4_000, "joined": "a_" * 6_000,
    "hyphens": "a-" * 6_000, "blanks": "dot" + " " * 12_000, "at": "a@" * 6_000, "digits": "1 " * 6_000,
    "brackets": "a (" * 4_000, "scheme": "a+" * 6_000, "dots": "." * 12_000, "h": "h " * 6_000,
    "met": "met " * 3_000, "under": "_" * 12_000,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_a_long_unbroken_text_is_read_once(name: str) -> None:
    source = replace(PASSAGE, text=f"{LONG[name]} {PASSAGE.text}")
    draft = Draft("The flame is yellow [1].", "en", "Why?", (source,))
    began = process_time()
    contacts.check(draft)
    assert process_time() - began < 0.5


NUMBERS = {
    "1.2 million candles burned in November.": (
        "zh-Hans",
        "11月烧了120万支蜡烛[1]。",
        "10月烧了120万支蜡烛[1]。",
    ),
    "It took five drops.": ("es", "Bastan 5 gotas [1].", "Bastan 6 gotas [1]."),
    "It costs 1,000 yen.": ("de", "Es kostet 1.000 Yen [1].", "Es kostet 10.000 Yen [1]."),
    "It was founded in 1987.": ("ar", "تأسس عام ١٩٨٧ [1].", "تأسس عام ١٩٧٨ [1]."),
    "Half a litre is 0.5 l.": ("fr", "Un demi-litre fait 0,5 l [1].", "Un demi-litre fait 0,7 l [1]."),
    "三百万人来过，用了7万元。": ("en", "They spent 70 thousand [1].", "They spent 80 thousand [1]."),
}


@pytest.mark.parametrize("source", NUMBERS)
def test_a_number_is_the_same_however_it_is_written(source: str) -> None:
    lang, right, wrong = NUMBERS[source]
    for text, expected in ((right, None), (wrong, "number")):
        found = figures.check(Draft(text, lang, "?", (replace(PASSAGE, title="", text=source),)))
        assert (found.code if found else None) == expected


BAD = {
    "link": [
        "See https://evil.example [2]",
        "See https://shop.example/wicks/more [2]",
        "See shop.example [2]",
        "See https://shop.example/wicks?ref=me [2]",
        "See hxxp://evil.example [1]",
        "evil.example/x [1]",
        "evil[.]example [1]",
        "evil (dot) example [1]",
        "evil dot com [1]",
        "evil .com [1]",
        "evil。com [1]",
        "ｅｖｉｌ．ｃｏｍ [1]",
        "e\u200bvil.com [1]",
        "еvil.com [1]",
        "vitalik.eth [1]",
        "xn--80ak6aa92e.com [1]",
        "http://192.168.0.1/x [1]",
        "t.me/joinchat [1]",
        "x.com [1]",
        "evil.com.Then we left [1]",
        "the end.Top of it [1]",
        "Go to evil dot me [1]",
        "See www evil com [1]",
        "evil com slash coins [1]",
        f"{'a' * 80}[.]example [1]",
        "[here](/c/evil) [1]",
        "mailto:evil [1]",
        "javascript:alert [1]",
        "bitcoin:evil [1]",
        "<a href=x> [1]",
        "Tied at horses nokta com [1]",
        "Tied on tails-dot-com [1]",
        "See caballo·com [1]",
        "见maima点com[1]",
        "モクバドットコム [1]",
        "mokuba点comで [1]",
        "Visita caballo punto es [1].",
        "Visita caballo punto es, es gratis [1].",
        "Ve a caballo punto es [1].",
        "Zum Pferd: pferd punkt at [1].",
        "Kunjungi kuda titik id sekarang [1]",
        "Зайди на лошадка точка нет сегодня [1]",
        "घोड़ा डॉट इन पर जाओ [1]",
        "برو به mokuba دات کام [1]",
        "말 점 com으로 [1]",
        "もくばくじドットjp [1]",
        "みんなの点cn [1]",
        "我的木马看点cn [1]",
        "去一二三点tv付款 [1]",
        "去八八八点cc领奖 [1]",
        "Mehr auf pferd punkt de, jetzt [1]",
        "магазин точка нет прямо сейчас [1]",
        "تسوق نقطة نت الآن [1]",
        "지금 목마점넷 방문 [1]",
        "Shop at caballo dot it, today [1]",
        "ม้าดอทคอม [1]",
        "去木马點tw [1]",
        "请登录木马点shop [1]",
        "زوروا hisan نقطة كوم [1]",
        "лошадка точка ком [1]",
        "Reite zum Pferd Punkt de [1]",
        "kuda titik com [1]",
        "ngựa chấm com [1]",
        "घोड़ा डॉट कॉम [1]",
        "말닷컴 [1]",
        "ม้าจุดคอม [1]",
    ],
    "email": [
        "Más en mecha arroba gmail [1].", "Write to wick at gmail [1].", "심지 골뱅이 네이버 [1]",
        "фитиль собака яндекс [1]", "Write to me@evil.example [1]",
        "me (at) evil [1]", "me [at] evil.example [1]",
        f"{'a' * 80}@evil.example [1]",
    ],
    "handle": ["Ask @evil [1]", "Ask ＠evil [1]", "Ask @emberlight [1]", "DM flame_oracle [1]",
               "Meet on Skype [1]", "Write me on Telegram [1]", "Пишите в телегу [1]", "Пишите мне в тг [1]",
               "LINEで話しましょう[1]", "加我聊聊[1]", "Escríbeme al guasap [1]", "DM me [1]",
               "Ask file_name on Telegram [1]"],
    "wallet": [
        "Send to 0x52908400098527886E0F7030069857D2E4169EE8 [3]",
        "Send to 0x5290 8400 0985 2788 6E0F 7030 0698 57D2 E416 9EE8 [3]",
        "Send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa [1]",
        "Send to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 [3]",
        "Send to 7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU [1]",
        "Send to EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N [1]",
        f"Send to {WALLET} [1]",
    ],
    "phone": ["Call +1 555 123 4567 [1]", "Call (030) 901820-12 [1]", "Call +٤٩٣٠٩٠١٨٢٠ [1]"],
    "number": [
        "At 1400 degrees [1].", "In 1,400 places [2].", "Exactly 13 of them [3].", "A tin is $13 [2].",
        "٧ قطرات [1]",
    ],
    "quote": [
        "It is “the soul of fire” [1].", "It is «the soul of fire» [1].", "It is 「the soul」 [1].",
        'It is "the soul of fire" [1].', "It is “specks of soot [1].", "It is „the soul“ [1].",
        "It is 'the soul of fire' [1].", "It is “Specks of soot” [1].",
        "> The flame is never yellow. [1]", "> The flame is yellow\n> because of wax. [1]",
        "＞ The flame is blue [1]", "It is ''the soul of fire'' [1].", "It is <<the soul of fire>> [1].",
        "She calls it *the soul of a fire* [1].", "She calls it _the soul of a fire_ [1].",
        "Ember writes: the flame is never yellow [1].", "Ember wrote on her page:\nit is never yellow [1].",
        "In Ember's own words: soot is never seen [1].", "Ember dice: el hollín no brilla [1].",
        "Ember写道：火焰从来不是黄色的[1]。", "エンバーはこう書いています：炎は黄色くない[1]。",
        "كتبت إمبر: اللهب ليس أصفر [1].", "Эмбер пишет: пламя не жёлтое [1].",
    ],
    "citation": ["Soot [4].", "Soot [0].", "Soot [1][9].", "Soot [1, 12].", "Soot 【7】."],
    "uncited": ["Soot.", "Soot [one].", "Soot (1).", "Soot [a1]."],
    "language": [
        "La llama es amarilla por las partículas de hollín [1].",
        "The flame is yellow because of soot. Ahora te cuento cómo se hacen las velas en casa [1].",
        "火焰是黄色的，因为烟灰在发光[1]。",
    ],
    "unfounded": [
        "As an AI language model, I cannot discuss tails. [1]", "I'm sorry, but I can't help with that. [1]",
        "I’m sorry, but I can’t help with that [1].", "The passages don't say [1].",
        "Als KI-Sprachmodell darf ich das nicht [1].", "作为一个人工智能，我无法讨论这个[1]。",
        "Como modelo de lenguaje, no puedo hablar de eso [1].", "AI言語モデルとしてお答えできません[1]。",
        "كنموذج لغوي لا يمكنني الإجابة عن ذلك [1].",
    ],
    "empty": ["", "  ", "[1]", "…[1]"],
    "canary": [
        SECRET, SECRET.upper(), " ".join(SECRET), SECRET[:7], SECRET[9:16], SECRET[::-1],
        codecs.encode(SECRET, "rot13"), base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex(),
        base64.b64encode(f"x {SECRET}".encode()).decode(), "-".join(SECRET),
        " ".join(f"{c}ord" for c in SECRET), "\n".join(f"{c} line" for c in SECRET),
    ],
    "rules": [RULES, RULES.upper(), RULES.replace(" ", "  "), RULES[::-1], codecs.encode(RULES, "rot13"),
              base64.b64encode(RULES.encode()).decode()],
}  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in BAD.items() for text in texts])
def test_what_no_source_has_is_found_however_it_is_written(code: str, text: str) -> None:
    cited = text if code in ("citation", "uncited", "empty") or "[" in text[-4:] else f"{text} [1]"
    assert fault(cited) == code


MARKS = [
    c
    for c in map(chr, range(0x20000))
    if unicodedata.category(c) in ("Pi", "Pf") or "QUOTATION MARK" in unicodedata.name(c, "")
]
"""Every sign that Unicode calls a quotation mark, or that begins or ends a quotation."""
marks = st.sampled_from(MARKS)


@settings(max_examples=600, deadline=None)
@given(marks, marks)
def test_no_quotation_mark_of_any_script_holds_what_no_source_has(opens: str, closes: str) -> None:
    assert fault(f"It is {opens}the soul of fire{closes} [1].") == "quote"


@pytest.mark.parametrize("pair", ["【】", "⟪⟫", "⟨⟩", "﹁﹂", "｢｣", "〈〉", "⦑⦒"])
def test_nor_does_a_bracket_that_quotes(pair: str) -> None:
    assert fault(f"It is {pair[0]}the soul of fire{pair[1]} [1].") == "quote"
    assert fault(f"It is {pair[0]}specks of soot{pair[1]} [1].") is None


PIECES = (
    "The flame is yellow", "because of soot", " [1]", " [2]", "[3]", " [7]", "“specks of soot”",
    "“soul of fire”", '"', "“", "”", "«luz»", "https://evil.example/a", "https://shop.example/wicks",
    "@emberlight", "@evil", ".com", " dot com", "me@evil.example", WALLET, "13", "200 g", "$12", "[0]",
    "\u200b", "\u202e", "\n", ". ", " ", "[", "]", "1", SECRET, "evil.", "example", "Donaciones", "**",
    "‘luz’", "（", "【1】", *MARKS,
)  # fmt: skip
OUTPUTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=14).map("".join)
LINK = re.compile(r"\w://\S|\bwww\.\S|[\w-]{2,}\.(?![A-Z][a-z]{2,}(?!\w))[^\W\d_]{2,}(?!\w)|\S@\w")


@settings(max_examples=600, deadline=None)
@given(OUTPUTS)
def test_of_any_output_only_what_its_sources_have_leaves(output: str) -> None:
    draft = Draft(reading.shown(output), "en", "What about 40 mm?", PASSAGES, (SECRET,), RULES)
    if fault_of(draft) is not None:
        return
    text = reading.renumbered(draft.text, draft.numbers)
    assert draft.cited
    assert len(draft.cited) == len(draft.numbers)
    assert {int(n) for n in re.findall(r"\[(\d+)\]", text)} <= set(range(1, len(draft.cited) + 1))
    source = " ".join(f"{each.title}\n{each.text}" for each in draft.cited)
    level = str.maketrans(dict.fromkeys(MARKS, "'"))
    for said in quotes(text):
        inside = " ".join(reading.plain(said).translate(level).split()).strip(" '.,;:!?")
        assert inside in " ".join(reading.plain(source).translate(level).split())
    for link in LINK.findall(reading.plain(text)):
        assert link in reading.plain(source)
    assert SECRET not in reading.bare(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["en", "ja", "ar", "th"]))
def test_any_text_at_all_is_judged_and_none_breaks_the_checks(output: str, lang: str) -> None:
    assert fault(output, lang) in {None, *FAULTS}


def test_every_fault_has_words_for_the_second_try() -> None:
    asked = Asked(1, 1, 1, 1, 1, "Ana", "Why?", "webchat")
    exchange = Exchange(asked, PersonaContext(AVATAR, None), "es", "es", True, Tracer())
    told = prompt(exchange, "Why?", PASSAGES, most=900)
    for code in {*FAULTS, *BAD}:
        assert "thrown away" in again(told, code)[-1].text


def test_markers_are_tidied_into_the_order_of_the_sources() -> None:
    assert reading.renumbered("Soot [2] , wax[2] .", [2]) == "Soot , wax ."
    assert reading.renumbered("A [3][3]. B [1, 3].", [3, 1]) == "A [1]. B [2][1]."
