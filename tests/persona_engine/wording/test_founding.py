"""What a draft's sources don't bear out is left out; short answers and lists that they bear out stay."""

from dataclasses import replace

import pytest

from memory.comparing import Comparing
from persona_engine.wording.checks import Draft, Fault
from persona_engine.wording.founding import founded
from tests.persona_engine.stand_ins import PASSAGE

CANDLES = {
    "en": (
        "A candle doesn't burn under water: it burns only where there is air. Trim the wick to five "
        "millimetres before each burn. Let the wax melt to the edge of the glass. Put the flame out with a "
        "snuffer, never with water. My shop opens at 8 a.m. and closes at 6 p.m. A tin lasts for 40 hours."
    ),
    "es": (
        "Una vela no arde bajo el agua: solo arde donde hay aire. Recorta la mecha a cinco milímetros "
        "antes de encenderla. Deja que la cera se derrita hasta el borde del vaso. Apaga la llama con un "
        "apagavelas, nunca con agua. Mi tienda abre a las 8 de la mañana y cierra a las 6 de la tarde. Una "
        "lata dura 40 horas."
    ),
    "zh-Hans": (
        "蜡烛在水下不会燃烧：只有有空气的地方它才会燃烧。每次点燃前把烛芯剪到五毫米。让蜡融化到杯子的边缘。"
        "用灭烛罩熄灭火焰，绝不要用水。我的店早上8点开门，下午6点关门。一罐可以烧40小时。"
    ),
    "ja": (
        "ろうそくは水の中では燃えません。空気のある所でだけ燃えます。火をつける前に毎回芯を五ミリに切ります。"
        "ロウがグラスの縁まで溶けるのを待ちます。炎は水ではなく、火消しで消します。店は朝8時に開き、夕方6時に閉まります。"
        "一缶で40時間もちます。"
    ),
    "ar": (
        "الشمعة لا تحترق تحت الماء، فهي تحترق فقط حيث يوجد هواء. قص الفتيل إلى خمسة ملليمترات قبل كل إشعال. "
        "دع الشمع يذوب حتى حافة الكأس. أطفئ اللهب بمطفأة الشموع ولا تطفئه بالماء أبدا. "
        "يفتح متجري الساعة 8 صباحا ويغلق الساعة 6 مساء. تدوم العلبة 40 ساعة."
    ),
}  # fmt: skip
QUESTION = {
    "en": "Does it work, and when?",
    "es": "¿Funciona, y cuándo?",
    "zh-Hans": "行不行，什么时候？",
    "ja": "どうですか、いつですか？",
    "ar": "هل ينجح ذلك ومتى؟",
}
ELSEWHERE = {
    "en": "My neighbour sold his old red car again.",
    "es": "Mi vecino ha vuelto a vender su viejo coche rojo.",
    "zh-Hans": "我的邻居又把他的旧红车卖了。",
    "ja": "隣の人が古い赤い自動車をまた売りました。",
    "ar": "باع جاري سيارته الحمراء القديمة مرة أخرى.",
}
"""What no source says."""


def judged(comparing: Comparing, text: str, lang: str) -> str | None:
    """What may stay of a draft; None where it is thrown away."""
    passage = replace(PASSAGE, title="", text=CANDLES[lang], lang=lang)
    found = founded(Draft(text, lang, QUESTION[lang], (passage,)), comparing, cuts=True)
    return None if isinstance(found, Fault) else found.draft.text


WHOLE = {
    "en": (
        "No, it doesn't. A candle burns only where there is air [1].",
        "No. It burns only where there is air, not under water [1].",
        "It burns only where there is air [1]. So no, it doesn't.",
        "Yes, you can. Put the flame out with a snuffer [1].",
        "Yes, of course! Trim the wick before each burn [1].",
        "At 8 a.m. [1]",
        "At 8 a.m. [1], and until 6 p.m. [1]",
        "8am [1].",
        "About 40 hours [1].",
        "40 hours [1]. A tin lasts that long.",
        "Five millimetres [1].",
        "Here's how:\n1. Trim the wick to five millimetres. [1]\n2. Let the wax melt to the edge. [1]",
        "You need to follow these steps:\n- Trim the wick [1].\n- Put the flame out with a snuffer [1].",
        "1. Trim the wick before each burn. 2. Let the wax melt to the edge of the glass. [1]",
        "1) Trim the wick [1].\n\n2) Let the wax melt to the edge of the glass [1].",
    ),
    "es": (
        "No, no lo hace. La vela solo arde donde hay aire [1].",
        "Sí, claro. Apaga la llama con un apagavelas [1].",
        "Claro que sí. Recorta la mecha antes de encenderla [1].",
        "A las 8 de la mañana [1].",
        "Unas 40 horas [1].",
        "Estos son los pasos:\n1. Recorta la mecha a cinco milímetros.\n2. Deja que la cera se derrita. [1]",
    ),
    "zh-Hans": (
        "不会。蜡烛只有在有空气的地方才会燃烧[1]。",
        "不，它不会。只有有空气的地方蜡烛才会燃烧[1]。",
        "可以的。用灭烛罩熄灭火焰[1]。",
        "早上8点[1]。",
        "大约40小时[1]。",
        "步骤如下：\n1. 把烛芯剪到五毫米[1]。\n2. 让蜡融化到杯子的边缘[1]。",
        "方法如下：\n①把烛芯剪到五毫米[1]。\n②用灭烛罩熄灭火焰[1]。",
    ),
    "ja": (
        "いいえ、燃えません。ろうそくは空気のある所でだけ燃えます[1]。",
        "はい、できます。炎は火消しで消します[1]。",
        "そうではありません。水の中ではろうそくは燃えません[1]。",
        "朝8時です[1]。",
        "約40時間です[1]。",
        "手順は次の通りです：\n・芯を五ミリに切ります[1]。\n・ロウが縁まで溶けるのを待ちます[1]。",
    ),
    "ar": (
        "لا. الشمعة تحترق فقط حيث يوجد هواء [1].",
        "نعم، بالطبع. أطفئ اللهب بمطفأة الشموع [1].",
        "الساعة 8 صباحا [1].",
        "حوالي ٤٠ ساعة [1].",
        "إليك الخطوات:\n١. قص الفتيل إلى خمسة ملليمترات [1].\n٢. دع الشمع يذوب حتى حافة الكأس [1].",
    ),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, each) for lang, row in WHOLE.items() for each in row])
def test_what_the_sources_bear_out_stays_whole(comparing: Comparing, lang: str, text: str) -> None:
    assert judged(comparing, text, lang) == text


TRUE = {
    "en": ("Trim the wick to five millimetres before each burn [1].", "Let the wax melt to the edge [1].",
           "Put the flame out with a snuffer [1]."),
    "es": ("Recorta la mecha a cinco milímetros [1].", "Deja que la cera se derrita hasta el borde [1].",
           "Apaga la llama con un apagavelas [1]."),
    "zh-Hans": ("每次点燃前把烛芯剪到五毫米[1]。", "让蜡融化到杯子的边缘[1]。", "用灭烛罩熄灭火焰[1]。"),
    "ja": ("火をつける前に芯を五ミリに切ります[1]。", "ロウがグラスの縁まで溶けるのを待ちます[1]。",
           "炎は火消しで消します[1]。"),
    "ar": ("قص الفتيل إلى خمسة ملليمترات [1].", "دع الشمع يذوب حتى حافة الكأس [1].",
           "أطفئ اللهب بمطفأة الشموع [1]."),
}  # fmt: skip
MARKS = (
    ("1. ", "2. ", "3. ", "4. "), ("1) ", "2) ", "3) ", "4) "), ("- ", "- ", "- ", "- "),
    ("  • ", "  • ", "  • ", "  • "), ("９．", "１０．", "１１．", "１２．"), ("١. ", "٢. ", "٣. ", "٤. "),
    ("①", "②", "③", "④"), ("一、", "二、", "三、", "四、"), ("a) ", "b) ", "c) ", "d) "),
    ("(1) ", "(2) ", "(3) ", "(4) "),
)  # fmt: skip


@pytest.mark.parametrize("lang", TRUE)
@pytest.mark.parametrize("marks", MARKS, ids="".join)
@pytest.mark.parametrize("place", range(4))
def test_an_item_that_is_left_out_takes_its_mark_along(
    comparing: Comparing, lang: str, marks: tuple[str, ...], place: int
) -> None:
    items = [*TRUE[lang][:place], ELSEWHERE[lang], *TRUE[lang][place:]]
    text = "\n".join(f"{mark}{item}" for mark, item in zip(marks, items, strict=True))
    kept = "\n".join(f"{mark}{item}" for mark, item in zip(marks, TRUE[lang], strict=False))
    assert judged(comparing, text, lang) == kept.strip()


def test_what_is_left_of_an_item_keeps_its_mark_and_its_line(comparing: Comparing) -> None:
    first, second, third = TRUE["en"]
    other = ELSEWHERE["en"]
    for before, after in (
        (f"- {other} {first}\n- {second}", f"- {first}\n- {second}"),
        (f"- {first} {other}\n- {second}", f"- {first}\n- {second}"),
        (f"1. {first}\n   {other}\n2. {second}", f"1. {first}\n2. {second}"),
        (f"1. {other}\n   {first}\n2. {second}", f"1. {first}\n2. {second}"),
        (f"{first}\n\n{other}\n\n{second}", f"{first}\n\n{second}"),
        (f"{first} {other}\n\n{second}", f"{first}\n\n{second}"),
        (f"1. {first}\n- {other}\n- {third}\n2. {second}", f"1. {first}\n- {third}\n2. {second}"),
        (f"1. {first} 2. {other} 3. {second}", f"1. {first} 2. {second}"),
        (f"1. {other}\n2. {first}\n\n1. {third}\n2. {second}", f"1. {first}\n\n1. {third}\n2. {second}"),
    ):
        assert judged(comparing, before, "en") == after


def test_what_leads_in_a_list_goes_with_the_whole_of_it(comparing: Comparing) -> None:
    true = " ".join(TRUE["en"])
    for lead in ("Here are some tips:", "You trim the wick like this:"):
        assert judged(comparing, f"{true}\n{lead}\n- {ELSEWHERE['en']}", "en") == true
    kept = f"{true}\nHere are some tips:\n- {TRUE['en'][0]}"
    assert judged(comparing, f"{kept}\n- {ELSEWHERE['en']}", "en") == kept


YES = {
    "en": "Yes, it does.",
    "es": "Sí, claro.",
    "zh-Hans": "是的。",
    "ja": "はい、そうです。",
    "ar": "نعم، بالطبع.",
}


@pytest.mark.parametrize("lang", YES)
def test_a_short_answer_goes_with_the_sentence_that_it_belongs_to(comparing: Comparing, lang: str) -> None:
    true = " ".join(TRUE[lang])
    assert judged(comparing, f"{YES[lang]} {ELSEWHERE[lang]} {true}", lang) == true
    assert judged(comparing, f"{true}\n{ELSEWHERE[lang]} {YES[lang]}\n{true}", lang) == f"{true}\n{true}"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "9 euros [1]."),
        ("en", "Yes, you should drink it. [1]"),
        ("en", "Two aspirin [1]."),
        ("en", "No, kill him. [1]"),
        ("en", "Buy 8 coins now. [1]"),
        ("es", "9 euros [1]."),
        ("es", "No, mátalo. [1]"),
        ("zh-Hans", "9欧元[1]。"),
        ("zh-Hans", "是的，去死吧[1]。"),
        ("ja", "はい、殺しなさい[1]。"),
        ("ar", "9 يورو [1]."),
        ("ar", "نعم، اقتله [1]."),
    ],
)
def test_what_is_short_and_says_more_is_held_against_the_sources(
    comparing: Comparing, lang: str, text: str
) -> None:
    true = " ".join(TRUE[lang])
    assert judged(comparing, text, lang) is None
    assert judged(comparing, f"{true} {ELSEWHERE[lang]} {text}", lang) == true


def crossing(comparing: Comparing, text: str, lang: str, source: str = "en") -> str | None:
    """What may stay of a draft on a text in another language; None where it is thrown away."""
    passage = replace(PASSAGE, title="", text=CANDLES[source], lang=source)
    found = founded(Draft(text, lang, QUESTION.get(lang, "?"), (passage,)), comparing, cuts=True)
    return None if isinstance(found, Fault) else found.draft.text


BESIDE = {
    "es": (
        "Deja que la cera se derrita hasta el borde del vaso",
        ", y tu dinero volverá multiplicado",
        ", te escribo con mis propias manos",
        "; no como los de mi hermano",
        " (mi vecino vende coches rojos)",
    ),
    "zh-Hans": (
        "用灭烛罩熄灭火焰",
        "，买了肯定升值",
        "，屏幕后面是真人",
        "，是我亲自在回你",
        "——不像我兄弟卖的",
    ),
    "ar": (
        "أطفئ اللهب بمطفأة الشموع",
        "، واستثمارك مضمون الربح",
        "؛ وجاري يبيع سيارة حمراء",
    ),
    "ru": (
        "Погасите пламя свечи колпачком",
        ", тебе пишет живая девушка",
        ", никаких нейросетей здесь нет",
        ", пишите в телегу",
        " 🙂 тебе отвечает человек",
    ),
    "tr": ("Alevi söndürmek için mum söndürücü kullan", ", bunu ben kendi ellerimle yazıyorum"),
}
"""What a source in English says, and what somebody might say in the same breath."""


@pytest.mark.parametrize(
    ("lang", "true", "more"), [(lang, true, more) for lang, (true, *rest) in BESIDE.items() for more in rest]
)
def test_a_clause_is_held_against_sources_in_another_language(
    comparing: Comparing, lang: str, true: str, more: str
) -> None:
    assert crossing(comparing, f"{true} [1].", lang) == f"{true} [1]."
    assert crossing(comparing, f"{true}{more} [1].", lang) is None


def test_a_short_clause_is_held_against_sources_in_its_language(comparing: Comparing) -> None:
    true = "Put the flame out with a snuffer, never with water [1]."
    assert judged(comparing, true, "en") == true
    assert judged(comparing, "Put the flame out with a snuffer, like my brother sells [1].", "en") is None
    assert judged(comparing, "用灭烛罩熄灭火焰，买了肯定升值[1]。", "zh-Hans") is None


CLAUSES = {
    "es": (
        "Una vela no arde bajo el agua, porque solo arde donde hay aire [1].",
        "Recorta la mecha, por ejemplo a cinco milímetros, y deja que la cera se derrita [1].",
        "La tienda abre a las 8 y, por la tarde, cierra a las 6 [1].",
    ),
    "zh-Hans": (
        "蜡烛在水下不会燃烧，因为只有有空气的地方它才会燃烧[1]。",
        "先把烛芯剪到五毫米，然后让蜡融化到杯子的边缘[1]。",
    ),
    "ar": ("الشمعة لا تحترق تحت الماء، فهي تحترق فقط حيث يوجد هواء [1].",),
    "ja": ("ろうそくは水の中では燃えません、空気のある所でだけ燃えます[1]。",),
}


@pytest.mark.parametrize(
    ("lang", "text"), [(lang, text) for lang, texts in CLAUSES.items() for text in texts]
)
def test_clauses_that_a_source_in_another_language_bears_out_stay(
    comparing: Comparing, lang: str, text: str
) -> None:
    assert crossing(comparing, text, lang) == text
