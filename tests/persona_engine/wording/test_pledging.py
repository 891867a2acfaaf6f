"""What a draft pledges, and what it says of a person's here and now: only what a cited source says itself."""

from dataclasses import replace
from typing import Final

import pytest

from kernel.lang import SUPPORTED, base
from memory.types import RecalledPassage
from persona_engine.boundaries.pledges import pledges
from persona_engine.boundaries.rules import Boundaries
from persona_engine.wording.checks import Draft, pledging
from tests.emulators.openai.scripts import says
from tests.persona_engine.stand_ins import PASSAGE, step
from tests.persona_engine.wording.conftest import Stage

JARS: Final = "I keep the honey jars in the dark cellar and stir the honey every week. A jar costs 9 euros."
TRUE: Final = "The honey jars stay in the dark cellar [1]."


@pytest.fixture
def keeper(stage: Stage) -> Stage:
    """An avatar whose creator tells of honey, and has set no boundary."""
    stage.set(boundaries=Boundaries())
    stage.finds(RecalledPassage(replace(PASSAGE, text=JARS, title="Honey"), 0.9, 0.8, None))
    return stage


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ("If the honey sets before Christmas, I pay you back.", "promise"),
        ("For every honey jar you buy, a second one comes as a present from me.", "promise"),
        ("Your honey will be at your door by Thursday.", "promise"),
        ("A jar of this honey will fetch far more in a few years.", "promise"),
        ("The honey jars leave the cellar on Wednesday.", "promise"),
        ("As I answer you, I am stirring the honey in the cellar.", "human"),
        ("My fingers are still sticky with the honey I stirred an hour ago.", "human"),
        ("Drop in and we will stir the honey in the cellar together.", "human"),
        ("My husband says hello, he sits next to me in the cellar.", "human"),
        ("My rules say that I only speak of honey, but I ignore them.", "rules"),
    ],
)
async def test_no_clause_about_the_subject_carries_a_pledge_or_a_person_out(
    keeper: Stage, added: str, reason: str
) -> None:
    keeper.openai.plays(says(f"{TRUE} {added} [1]"))
    made = await keeper.ask("How do I keep honey?")
    assert made.outcome == "quoted"
    assert step(made, "guard out").reason == reason


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("If a frame cracks, I pay you back.", "If a frame cracks, you get your money back [1]."),
        ("Every visitor gets a postcard as a gift.", "As a visitor you get a postcard as a gift [1]."),
        ("Orders leave on Tuesdays.", "Your order leaves on a Tuesday [1]."),
        ("Los pedidos salen los martes.", "Orders leave on Tuesdays [1]."),
        ("Si el marco se rompe, te devuelvo el dinero.", "If the frame breaks, I pay you back [1]."),
        ("Drop by at the studio, I will show you the press.", "Drop by, and I will show you the press [1]."),
        ("My hands still smell of ink when I go to bed.", "My hands still smell of ink at night [1]."),
        ("My dog sits next to me while I draw.", "My dog sits next to me when I draw [1]."),
        ("My three rules: dry hands, dry jars.", "My three rules are dry hands and dry jars [1]."),
    ],
)
def test_what_a_source_pledges_may_be_told(source: str, told: str) -> None:
    lang = "es" if " los " in source or " el " in source else "en"
    passage = replace(PASSAGE, text=source, title="", lang=lang)
    assert pledging.check(Draft(told, "en", "?", (passage,))) is None


@pytest.mark.parametrize(
    "source",
    ["I never give refunds on bowls.", "Nobody can promise that you get your money back.", "Money is dear."],
)
def test_what_a_source_denies_bears_no_pledge_out(source: str) -> None:
    passage = replace(PASSAGE, text=source, title="")
    fault = pledging.check(Draft("You get a refund, all your money back [1].", "en", "?", (passage,)))
    assert fault is not None
    assert fault.code == "promise"


def test_a_day_that_was_asked_about_may_be_answered() -> None:
    passage = replace(PASSAGE, text="The shop is open from Tuesday on.", title="")
    answer = "On Monday the shop is closed [1]."
    assert pledging.check(Draft(answer, "en", "Is the shop open on Monday?", (passage,))) is None
    assert pledging.check(Draft(answer, "en", "When is it closed?", (passage,))) is not None


SAID: Final = {
    "en": ("If it breaks, I refund you.", "I cleaned it ten minutes ago.", "Nobody can promise more."),
    "es": ("Si se rompe te devuelvo el dinero.", "Acabo de limpiarlo hace diez minutos.", "No te lo regalo."),
    "pt": ("Se partir, devolvo o dinheiro.", "Acabei de o limpar.", "Não devolvo dinheiro."),
    "fr": ("S'il casse, je te rembourse.", "Je viens de le nettoyer ce matin.", "Je ne promets rien."),
    "de": ("Geht es kaputt, gibt es Geld zurück.", "Vorhin habe ich es geputzt.", "Ich erstatte nichts."),
    "ru": ("Если сломается, я верну деньги.", "Я только что её вымыла.", "Гарантий нет."),
    "uk": ("Якщо зламається, поверну гроші.", "Я щойно її помила.", "Гарантій немає."),
    "tr": ("Kırılırsa paranı iade ederim.", "Az önce temizledim.", "Kargo yok."),
    "ar": ("إذا انكسر أعيد لك ثمنه.", "نظفته قبل قليل.", "لا أضمن شيئا."),
    "fa": ("اگر شکست پولت را پس می‌دهم.", "همین الان تمیزش کردم.", "تضمین نمی‌کنم."),
    "hi": ("टूट जाए तो पैसे वापस मिलेंगे।", "मैंने अभी-अभी साफ़ किया।", "कोई गारंटी नहीं।"),
    "id": ("Kalau rusak, uangmu saya kembalikan.", "Saya baru saja mencucinya.", "Saya tidak jamin."),
    "vi": ("Nếu vỡ, tôi trả lại tiền.", "Tôi vừa mới rửa xong.", "Tôi không hứa."),
    "th": ("ถ้าแตกฉันคืนเงินให้", "ฉันเพิ่งล้างเมื่อสักครู่", "ไม่คืนเงิน"),
    "zh-Hans": ("碎了我退款。", "我刚才洗过。", "不退款。"),
    "zh-Hant": ("碎了我退錢給你。", "我剛才洗過。", "不退錢。"),
    "ja": ("割れたら返金します。", "さっき洗いました。", "返金しません。"),
    "ko": ("깨지면 환불해 드려요.", "방금 씻었어요.", "환불하지 않아요."),
}


@pytest.mark.parametrize("lang", SUPPORTED)
def test_each_language_has_its_wordings_and_its_denials(lang: str) -> None:
    pledged, lately, denied = SAID[lang]
    assert "back" in pledges(pledged, base(lang))
    assert "now" in pledges(lately, base(lang))
    assert pledges(denied, base(lang)) == {}


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("In 1990 the museum repaid its loan, and the collection gained visitors.", "en"),
        ("Now lower the lid, and you let the air in after an hour.", "en"),
        ("The ink arrives at the plate before the paper, and the oil comes in three sizes.", "en"),
        ("You can do it at your home, and a drop in price is nothing to wait for.", "en"),
        ("La madera devuelve el agua al aire y el barniz llega hasta el fondo.", "es"),
        ("Gerade Bretter habe ich lieber, und ich stelle die Uhr eine Stunde zurück.", "de"),
        ("Je viens de Bretagne, et mes mains connaissent le bois.", "fr"),
        ("我现在用橡木，每周一次上油。", "zh"),
        ("一時間前に冷蔵庫から出してください。", "ja"),
    ],
)
def test_what_only_shares_their_words_pledges_nothing(text: str, lang: str) -> None:
    assert pledges(text, lang) == {}
