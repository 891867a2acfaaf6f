"""Good news are celebrated in whichever words, with what brought them, unless the content answers that."""

import pytest

from kernel.lang import SUPPORTED
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, Kind, Rule, defaults
from persona_engine.smalltalk import Intent, asking, recognise
from tests.persona_engine.smalltalk.test_moods import NOTHING
from tests.persona_engine.smalltalk.test_moods_about_something import Some, ask
from tests.persona_engine.test_boundaries import reply

# In each language: good news told with more than the news, and good news that didn't come.
NEWS = {
    "en": ("I passed my driving test after three tries!", "I didn't pass my driving test again"),
    "es": ("no me lo puedo creer, me dieron el trabajo en la panadería", "no me dieron el trabajo"),
    "zh-Hans": ("考了三次终于拿到驾照了", "我没考上大学"),
    "zh-Hant": ("不敢相信，我考上了", "駕照又沒考過"),
    "ja": ("三回目でやっと運転免許が取れました！", "仕事に受からなかった"),
    "ko": ("세 번 만에 드디어 운전면허 땄어요", "취직 못 했어요"),
    "pt": ("Não acredito, consegui a vaga na padaria", "não consegui o emprego"),
    "fr": ("J'ai enfin réussi mon permis au troisième essai !", "je n'ai pas eu le poste"),
    "de": ("Ich habe den Job in der Bäckerei bekommen", "ich habe den Job nicht bekommen"),
    "ru": ("Не могу поверить, меня взяли на работу в пекарню", "меня не взяли на работу"),
    "uk": ("Я з третього разу здала на права!", "я не отримала роботу"),
    "tr": ("Üçüncü denemede ehliyet sınavını geçtim!", "ehliyet sınavını geçemedim"),
    "ar": ("لا أصدق، حصلت على وظيفة في المخبز", "لم أحصل على الوظيفة"),
    "fa": ("بعد از سه بار بالاخره امتحان رانندگی قبول شدم!", "کار پیدا نکردم"),
    "hi": ("तीसरी बार में ड्राइविंग टेस्ट पास हो गया!", "मुझे नौकरी नहीं मिली"),
    "id": ("Gak percaya, aku diterima kerja di toko roti", "aku tidak dapat kerja"),
    "vi": ("Không thể tin được, mình được nhận vào làm ở tiệm bánh", "mình không được nhận việc"),
    "th": ("ไม่อยากเชื่อ ได้งานที่ร้านเบเกอรี่แล้ว", "ไม่ได้งาน"),
}


@pytest.mark.parametrize(("lang", "came", "missed"), [(lang, *each) for lang, each in NEWS.items()])
async def test_news_are_celebrated_where_they_came_and_met_kindly_where_not(
    guard: Guard, lang: str, came: str, missed: str
) -> None:
    for text, intent in ((came, Intent.JOY), (missed, Intent.SAD)):
        talk = recognise(text, prefer=(lang,))
        assert talk is not None
        assert (talk.intent, talk.lang) == (intent, lang)
        made = await reply(guard, text, *defaults().rules, chosen=lang, found=NOTHING)
        assert (made.outcome, made.lang) == (f"smalltalk:{intent}", lang)


def test_every_language_is_in_the_table() -> None:
    assert set(NEWS) == set(SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "I got the job done with your chisel, which oil next", "how I passed my exam in glassblowing",
        "The horse that won the first prize at the fair", "I got my parcel today", "happy birthday!",
        "I'm so happy I could die", "I got a new card", "tell me how you got the job",
        "cuéntame el día más feliz del taller", "el caballo que ganó el premio", "最开心的一天是哪天",
        "得了第一名的马是哪匹", "一番嬉しかった日を教えて", "優勝した馬はどれ", "결혼하셨어요?",
        "raconte le plus beau jour de ta vie", "das Pferd, das den Preis gewonnen hat",
        "какая лошадь выиграла приз", "Когда Дания вступила в ЕС", "في أي سنة تم التوقيع على المعاهدة",
        "hari paling bahagia kamu kapan", "بهترین روز زندگیت کی بود",
    ],
)  # fmt: skip
def test_who_asks_or_speaks_of_others_tells_no_news(text: str) -> None:
    for lang in SUPPORTED:
        found = recognise(text, prefer=(lang,))
        assert found is None or found.intent is not Intent.JOY


async def test_what_is_told_with_news_is_answered_where_the_content_says_something_on_it() -> None:
    text = "I got the job at the bakery, my starter won them over"
    assert (await ask(text, Some("starter"))).outcome == "quoted"
    assert (await ask(text, Some("job"))).outcome == "smalltalk:joy"
    assert (await ask(text, Some())).outcome == "smalltalk:joy"


async def test_a_boundary_sees_what_is_told_with_news(guard: Guard) -> None:
    rule = Rule("bets", Kind.FORBIDDEN, "Bets", examples=("How much did you win at the horse races?",))
    text = "I'm so happy, how much I did win at the horse races"
    assert (await ask(text, Some(), guard, rule)).outcome == "forbidden:bets"


async def test_beyond_the_only_topics_news_are_celebrated(guard: Guard) -> None:
    only = Boundaries((Rule("horses", Kind.ONLY, "Horses", examples=("How do you carve a horse?",)),))
    made = await ask(NEWS["en"][0], Some("tries"), guard, *only.rules)
    assert made.outcome == "smalltalk:joy"


def test_what_news_are_about_isnt_left_out_of_the_question_behind_them() -> None:
    text = "I got the job at the bakery. How do I keep a starter?"
    assert asking(text) == text
