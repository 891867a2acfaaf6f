"""Numbers in words, and what costs nothing: both are held against the sources like digits."""

from dataclasses import replace
from typing import Final

import pytest

from persona_engine.wording.checks import Draft, figures, gratis, spelt
from tests.persona_engine.stand_ins import PASSAGE

KIT: Final = "The oyster kit costs 24 euros and gives two harvests. Keep it at 20 degrees for ten days."
"""What drafts in any language are held against, number by number."""

SPELT = {
    "It costs twenty-four euros [1].": ("en", "It costs twelve euros [1]."),
    "It gives two harvests [1].": ("en", "It gives five harvests [1]."),
    "Keep it at twenty degrees [1].": ("en", "Keep it at seventy-five degrees [1]."),
    "Es kostet vierundzwanzig Euro [1].": ("de", "Es kostet zweihundertvier Euro [1]."),
    "Il coûte vingt-quatre euros [1].": ("fr", "Il coûte quatre-vingt-quatre euros [1]."),
    "Cuesta veinticuatro euros [1].": ("es", "Cuesta treinta y cuatro euros [1]."),
    "Custa vinte e quatro euros [1].": ("pt", "Custa quarenta e dois euros [1]."),
    "Стоит двадцать четыре евро [1].": ("ru", "Стоит сорок два евро [1]."),
    "Коштує двадцять чотири євро [1].": ("uk", "Коштує п’ятдесят євро [1]."),
    "Yirmi dört avro, altı boş [1].": ("tr", "Altı avro [1]."),
    "Harganya dua puluh empat euro [1].": ("id", "Harganya lima belas euro [1]."),
    "Giá hai mươi bốn euro, mười năm [1].": ("vi", "Giá năm mươi lăm euro [1]."),
    "ثمنها أربعة وعشرون يورو [1].": ("ar", "ثمنها خمسة عشر يورو [1]."),
    "بیست و چهار یورو است، نه بیشتر [1].": ("fa", "سی یورو است [1]."),
    "चौबीस यूरो का है, पानी दो [1].": ("hi", "पचहत्तर यूरो का है [1]."),
    "二十四欧元，十分划算[1]。": ("zh-Hans", "三千欧元[1]。"),
    "十日間、二十四ユーロです[1]。": ("ja", "三十日間です[1]。"),
    "이십사 유로예요, 이번 주에요 [1].": ("ko", "삼십 유로예요 [1]."),
    "ยี่สิบสี่ยูโร สามีชอบ [1]": ("th", "สามสิบยูโร [1]"),
}


@pytest.mark.parametrize("right", SPELT)
def test_a_number_in_words_is_borne_out_like_one_in_digits(right: str) -> None:
    lang, wrong = SPELT[right]
    for text, expected in ((right, None), (wrong, "number")):
        found = figures.check(Draft(text, lang, "?", (replace(PASSAGE, title="", text=KIT),)))
        assert (found.code if found else None) == expected


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("two thousand three hundred and forty-one", "en", 2341),
        ("hundertfünfundsiebzig", "de", 175),
        ("quatre-vingt-dix-sept", "fr", 97),
        ("mille deux cents", "fr", 1200),
        ("dos mil trescientos cuarenta y uno", "es", 2341),
        ("üç bin beş yüz", "tr", 3500),
        ("مئة وخمسة وعشرون", "ar", 125),
        ("三十二万五千元", "zh", 325_000),
        ("चौदह लाख बत्तीस हज़ार", "hi", 1_432_000),
        ("3.5 million", "en", 3_500_000),
    ],
)
def test_words_make_up_one_value(text: str, lang: str, value: int) -> None:
    assert spelt.values(text, lang) == {str(value)}


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 400 + ".5 million", "9" * 5_000 + "月"])
def test_digits_without_end_are_no_trouble(digits: str) -> None:
    found = figures.check(Draft(f"It costs {digits} [1].", "en", digits[1:], (PASSAGE,)))
    assert found is not None


BORNE_OUT = [
    ("Founded in nineteen seventy-five [1].", "en", "Gegründet 1975.", "de"),
    ("It takes half an hour [1].", "en", "Ça dure 30 minutes.", "fr"),
    ("It takes thirty minutes [1].", "en", "Eine halbe Stunde dauert es.", "de"),
    ("三点五公斤就够了[1]。", "zh-Hans", "3.5 kg are enough.", "en"),
    ("Ton ini 3.5 kilo [1].", "id", "陶土三点五公斤。", "zh"),
    ("Mất một trăm linh năm phút [1].", "vi", "It takes 105 minutes.", "en"),
    ("यह डेढ़ सौ रुपये का है [1]।", "hi", "It costs 150 rupees.", "en"),
    ("Wait two days [1].", "en", "انتظر يومين.", "ar"), ("Wait 2 days [1].", "en", "انتظر يومين.", "ar"),
    ("It takes four days [1].", "en", "要四天。", "zh"), ("It seats 300 [1].", "en", "能坐三百。", "zh"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lang", "source", "tongue"), BORNE_OUT)
def test_a_number_is_the_same_in_other_words(text: str, lang: str, source: str, tongue: str) -> None:
    passage = replace(PASSAGE, title="", text=source, lang=tongue)
    assert figures.check(Draft(text, lang, "?", (passage,))) is None
    nothing = replace(passage, text="Wicks.", lang="en")
    assert figures.check(Draft(text, lang, "?", (nothing,))) is not None


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("There are two ways: slow and fast [1].", "en"), ("Thanks a million [1].", "en"),
        ("Such a glaze is one in a million [1].", "en"), ("Nine times out of ten it holds [1].", "en"),
        ("Give it a second or two [1].", "en"), ("A kiln of the twenty-first century [1].", "en"),
        ("Fill two-thirds of it [1].", "en"), ("Il y a deux façons [1].", "fr"),
        ("Hay dos maneras [1].", "es"), ("Há duas maneiras [1].", "pt"), ("Es gibt zwei Wege [1].", "de"),
        ("Есть два способа [1].", "ru"), ("Є два способи [1].", "uk"), ("Двадцать первый век [1].", "ru"),
        ("Ada dua cara [1].", "id"), ("Có hai cách [1].", "vi"),
        ("İki yolu var, masanın altı da olur [1].", "tr"),
        ("هناك ثلاث طرق [1].", "ar"), ("دو راه هست [1].", "fa"), ("दो तरीके हैं [1]।", "hi"),
        ("천장에 달고 저에게도 하나 사 주세요 [1].", "ko"), ("十分に冷まし、半分にします[1]。", "ja"),
        ("三分の一を残します[1]。", "ja"), ("这是四川的做法，十分简单[1]。", "zh-Hans"),
        ("สามีชอบหกเลอะ [1]", "th"),
    ],
)  # fmt: skip
def test_what_counts_nothing_is_no_number(text: str, lang: str) -> None:
    assert figures.check(Draft(text, lang, "?", (replace(PASSAGE, title="", text=KIT),))) is None


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("It dries in three days [1].", "en"), ("Seca en tres días [1].", "es"),
        ("Seca em três dias [1].", "pt"),
        ("Il sèche en trois jours [1].", "fr"), ("Es trocknet in drei Tagen [1].", "de"),
        ("Сохнет три дня [1].", "ru"), ("Сохне три дні [1].", "uk"), ("Üç günde kurur [1].", "tr"),
        ("Kering dalam tiga hari [1].", "id"), ("Khô sau ba ngày [1].", "vi"),
        ("تجف في ثلاثة أيام [1].", "ar"),
        ("سه روز می‌ماند [1].", "fa"), ("तीन दिन में सूखता है [1]।", "hi"), ("三块一个[1]。", "zh-Hans"),
        ("三塊一個[1]。", "zh-Hant"), ("三十分待ちます[1]。", "ja"), ("삼 주 동안 말려요 [1].", "ko"),
        ("แห้งในสามวัน [1]", "th"),
    ],
)  # fmt: skip
def test_a_small_number_counts_before_its_unit(text: str, lang: str) -> None:
    found = figures.check(Draft(text, lang, "?", (replace(PASSAGE, title="", text=KIT),)))
    assert found is not None


@pytest.mark.parametrize(
    ("text", "lang", "question", "source", "tongue"),
    [
        ("Fırında on gün kalır [1].", "tr", "What's on this list?", "Wicks.", "en"),
        ("It takes eleven days [1].", "en", "¿Y once?", "Wicks.", "en"),
        ("It takes 9 days [1].", "en", "نه؟", "Wicks.", "en"),
        ("It takes 10000 days [1].", "en", "?", "만나서 반가워요.", "ko"),
        ("It takes 4 days [1].", "en", "?", "사람이 좋다.", "ko"),
        ("It takes 4 days [1].", "en", "?", "四川菜很好吃。", "zh"),
        ("It takes 3 days [1].", "en", "?", "ใครก็สามารถทำได้", "th"),
        ("It takes 2 days [1].", "en", "?", "هذا كتاب جميل.", "ar"),
    ],
)
def test_another_word_bears_no_number_out(
    text: str, lang: str, question: str, source: str, tongue: str
) -> None:
    passage = replace(PASSAGE, title="", text=source, lang=tongue)
    assert figures.check(Draft(text, lang, question, (passage,))) is not None


FREE = {
    "The kit is free [1].": "en", "It costs nothing [1].": "en", "Das Set ist kostenlos [1].": "de",
    "El kit es gratis [1].": "es", "套装是免费的[1]。": "zh-Hans", "キットは無料です[1]。": "ja",
    "키트는 무료입니다 [1].": "ko", "الطقم مجاني [1].": "ar",
    "किट मुफ़्त है [1].": "hi", "Set ücretsiz [1].": "tr",
}  # fmt: skip
NOT_FREE = {
    "The kit isn't free [1].": "en", "Feel free to keep it in a free corner [1].": "en",
    "Das Set ist nicht kostenlos [1].": "de", "套装不是免费的[1]。": "zh-Hans",
    "キットは無料ではありません[1]。": "ja",
    "키트는 무료가 아닙니다 [1].": "ko", "الطقم ليس مجانيا [1].": "ar", "किट मुफ़्त नहीं है [1].": "hi",
}  # fmt: skip


@pytest.mark.parametrize("text", [*FREE, *NOT_FREE])
def test_what_costs_nothing_costs_nothing_by_its_source(text: str) -> None:
    lang = (FREE | NOT_FREE)[text]
    found = gratis.check(Draft(text, lang, "Is it free?", (replace(PASSAGE, title="", text=KIT),)))
    assert (found is not None) == (text in FREE)
    given = replace(PASSAGE, title="", text=f"{KIT} With the course it is free.")
    assert gratis.check(Draft(text, lang, "?", (given,))) is None


PRICED: Final = "The workshop costs 40 euros. Feel free to ask. All our clay is gluten-free and free of lead."
FREE_AND_MORE = {
    "It's totally free, no booking needed [1].": "en", "You get it free [1].": "en",
    "A 100% free talk [1].": "en",
    "El taller es gratis, no hace falta reservar [1].": "es",
    "A oficina é gratuita e não precisa de inscrição [1].": "pt",
    "L'atelier est gratuit, pas besoin de réserver [1].": "fr",
    "Der Workshop ist kostenlos, du brauchst keine Anmeldung [1].": "de",
    "Мастер-класс бесплатный, запись не нужна [1].": "ru",
    "Майстер-клас безкоштовний, запис не потрібен [1].": "uk",
    "Atölye ücretsiz, kayıt gerekmez [1].": "tr", "Lokakaryanya gratis, tidak perlu mendaftar [1].": "id",
    "Buổi học miễn phí, không cần đăng ký [1].": "vi", "工作坊免费，不用预约[1]。": "zh-Hans",
    "教室は無料で、予約はいりません[1]。": "ja", "수업은 무료이고 예약은 필요 없어요 [1].": "ko",
    "الورشة مجانية ولا تحتاج إلى حجز [1].": "ar", "کارگاه رایگان است و ثبت‌نام لازم نیست [1].": "fa",
    "कार्यशाला मुफ़्त है, बुकिंग नहीं चाहिए [1]।": "hi", "เวิร์กช็อปฟรี ไม่ต้องจอง [1]": "th",
}  # fmt: skip
NO_PRICE = {
    "The rim is free to touch and free of cracks [1].": "en", "I'm free on Sunday [1].": "en",
    "Leave both hands free for lead-free glaze [1].": "en", "Die Schale hat sie mir geschenkt [1].": "de",
    "Die ganze Mühe war umsonst [1].": "de", "هؤلاء الخزافون مجانين [1].": "ar",
    "일요일은 좀 무료해요 [1].": "ko",
    "ช่างปั้นเป็นฟรีแลนซ์ [1]": "th", "Atölye ücretsiz değil [1].": "tr", "Buổi học không miễn phí [1].": "vi",
    "کارگاه رایگان نیست [1].": "fa", "เวิร์กช็อปนี้ไม่ฟรี [1]": "th", "Lokakaryanya tidak gratis [1].": "id",
    "Мастер-класс не бесплатный [1].": "ru", "El taller no es gratis [1].": "es",
}  # fmt: skip


@pytest.mark.parametrize("text", [*FREE_AND_MORE, *NO_PRICE])
def test_no_denial_of_another_thing_nor_another_free_bears_out_that_a_thing_is_free(text: str) -> None:
    lang = (FREE_AND_MORE | NO_PRICE)[text]
    found = gratis.check(Draft(text, lang, "?", (replace(PASSAGE, title="", text=PRICED),)))
    assert (found is not None) == (text in FREE_AND_MORE)


@pytest.mark.parametrize(
    ("source", "lang", "given"),
    [
        ("Der Kurs ist kostenlos.", "de", True), ("Der Kurs ist nicht kostenlos.", "de", False),
        ("The course isn't free.", "en", False), ("Is the course free? It costs 40 euros.", "en", False),
        ("这门课免费。", "zh", True), ("这门课不是免费的。", "zh", False),
    ],
)  # fmt: skip
def test_a_source_bears_it_out_only_where_it_says_so(source: str, lang: str, given: bool) -> None:
    passage = replace(PASSAGE, title="", text=source, lang=lang)
    assert (gratis.check(Draft("The course is free [1].", "en", "?", (passage,))) is None) == given
