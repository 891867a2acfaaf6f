"""A price, an age or an hour is told only by what can hold one, not by what shares the other words."""

import pytest

from memory.retrieval.told_kinds import may_tell
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_PRICES = {
    "en": ("How much does a bowl cost?", ("Bowls: 12.50 each", "I ask 30€.", "They go for twenty dollars.")),
    "es": ("¿Cuánto cuesta un cuenco?", ("Un cuenco son veinte euros.", "Cada uno sale a diez.")),
    "pt": ("Quanto custa uma tigela?", ("Uma tigela sai por 30 reais.", "É grátis.", "R$ 40")),
    "fr": ("Combien coûte un bol ?", ("Un bol est à vingt euros.", "C'est gratuit.", "Comptez 15 €.")),
    "de": ("Was kostet eine Schale?", ("Der Eintritt ist frei.", "Schale: 12,50", "20,- pro Stück")),
    "ru": ("Сколько стоит миска?", ("Миска за тысячу рублей.", "Вход свободный.", "Миска — 500 ₽")),
    "uk": ("Скільки коштує миска?", ("Миска за сто гривень.", "Вхід вільний.")),
    "tr": ("Bir kase kaç lira?", ("Bir kase yüz lira.", "Giriş serbest.", "Kase 200 TL")),
    "ar": ("كم سعر الوعاء؟", ("الوعاء بعشرين يورو.", "الدخول مجاني.", "بعشرة دراهم")),
    "fa": ("قیمت کاسه چقدر است؟", ("کاسه بیست هزار تومان است.", "ورود آزاد است.")),
    "hi": ("कटोरे की कीमत क्या है?", ("एक कटोरा सौ रुपये का है।", "प्रवेश निःशुल्क है।")),
    "id": ("Berapa harga mangkuk?", ("Satu mangkuk seratus ribu rupiah.", "Rp50.000")),
    "vi": ("Giá một cái bát bao nhiêu?", ("Một cái bát hai trăm nghìn đồng.", "Vào cửa miễn phí.")),
    "th": ("ชามราคาเท่าไหร่", ("ชามละสองร้อยบาท", "เข้าฟรี")),
    "ko": ("그릇은 얼마예요?", ("그릇 하나에 만 원이에요.", "무료예요.")),
    "zh-Hans": ("一个碗多少钱？", ("一个碗三十元。", "免费。")),
    "zh-Hant": ("一個碗多少錢？", ("一個碗三百塊。",)),
    "ja": ("お椀はいくらですか？", ("お椀は三千円です。", "入場は無料です。")),
}  # fmt: skip
_AGES = {
    "en": ("How old is Rex?", ("Rex is seven.", "Rex turned 7 in May.", "An eight-week-old pup.")),
    "de": ("Wie alt ist Rex?", ("Rex ist sieben.", "Rex ist im Mai 7 geworden.", "ein achtjähriger Hund")),
    "es": ("¿Cuántos años tiene Rex?", ("Rex cumplió siete.", "Nació en mayo.")),
    "pt": ("Quantos anos tem o Rex?", ("O Rex tem sete anos.",)),
    "fr": ("Quel âge a Rex ?", ("Rex a sept ans.", "Il est né en 2015.")),
    "ru": ("Сколько лет Рексу?", ("Ему семь.", "Рексу семь лет.")),
    "tr": ("Rex kaç yaşında?", ("Yedi yaşında.",)),
    "zh-Hans": ("Rex几岁了？", ("它七岁。",)),
    "ja": ("レックスは何歳ですか？", ("七歳です。",)),
}  # fmt: skip
_HOURS = {
    "en": ("What time do you open?", ("We open at nine.", "Tuesday to Friday.", "Only by appointment.")),
    "es": ("¿A qué hora abrís?", ("El taller abre de martes a viernes.", "Abro a las diez.")),
    "pt": ("A que horas abrem?", ("Abrimos às nove.", "De terça a sexta.", "Só de manhã.")),
    "fr": ("À quelle heure ouvrez-vous ?", ("L'atelier ouvre à 10h.", "Du mardi au vendredi.")),
    "de": ("Wann habt ihr geöffnet?", ("Die Werkstatt öffnet um neun.", "Nur nach Termin.")),
    "ru": ("Во сколько вы открываетесь?", ("Открываемся в девять.", "Только по записи.")),
    "uk": ("О котрій ви відкриваєтесь?", ("Відкриваємося о дев'ятій ранку.", "З вівторка по п'ятницю.")),
    "tr": ("Saat kaçta açılıyorsunuz?", ("Sabah dokuzda açıyoruz.", "Salıdan cumaya.")),
    "ar": ("في أي ساعة تفتحون؟", ("نفتح الساعة التاسعة.", "من الثلاثاء إلى الجمعة.", "صباحا فقط.")),
    "fa": ("ساعت چند باز می‌کنید؟", ("ساعت نه باز می‌کنیم.", "از سه‌شنبه تا جمعه.")),
    "hi": ("आप कितने बजे खोलते हैं?", ("हम नौ बजे खोलते हैं।", "मंगलवार से शुक्रवार।")),
    "id": ("Jam berapa buka?", ("Kami buka jam sembilan.", "Selasa sampai Jumat.")),
    "vi": ("Mấy giờ mở cửa?", ("Mở cửa lúc chín giờ.", "Từ thứ ba đến thứ sáu.")),
    "th": ("เปิดกี่โมง", ("เปิดเก้าโมง", "เปิดวันอังคารถึงวันศุกร์")),
    "ko": ("몇 시에 열어요?", ("아홉 시에 열어요.", "화요일부터 금요일까지요.")),
    "zh-Hans": ("几点开门？", ("早上九点开门。", "周二到周五。")),
    "zh-Hant": ("幾點開門？", ("早上九點開門。", "週二到週五。")),
    "ja": ("何時に開きますか？", ("九時に開きます。", "火曜から金曜です。")),
}  # fmt: skip
_ASKED = [(lang, *told) for told_in in (_PRICES, _AGES, _HOURS) for lang, told in told_in.items()]


@pytest.mark.parametrize(("lang", "question", "told"), _ASKED)
def test_who_asks_is_told_by_what_can_tell(lang: str, question: str, told: tuple[str, ...]) -> None:
    assert not may_tell("Rex.", lang, question, lang)
    assert [text for text in told if not may_tell(text, lang, question, lang)] == []


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "How much water does the glaze need?"),
        ("en", "How much is left of the clay?"),
        ("de", "Wie viel Wasser braucht man?"),
        ("es", "¿Cuánto tarda?"),
        ("ar", "بكم درجة تحرق الطين؟"),
        ("ko", "얼마나 오래 걸려요?"),
        ("zh-Hans", "要多少水？"),
        ("xx", "How much does a bowl cost?"),
        ("en", "What time of year do you repot?"),
        ("en", "When do you open the kiln?"),
        ("de", "Wann öffnet sich die Knospe?"),
        ("zh-Hans", "你什么时候开始学的？"),
        ("ja", "何時間焼きますか？"),
        ("ko", "몇 시간 구워요?"),
    ],
)
def test_what_asks_for_neither_may_be_told_by_anything(lang: str, question: str) -> None:
    assert may_tell("Rex.", lang, question, lang)


@pytest.mark.parametrize(
    ("lang", "question", "answered"),
    [
        ("en", "How much does a teapot cost?", False),
        ("en", "How much does a bowl cost?", True),
        ("de", "Was kostet eine Teekanne?", False),
        ("es", "¿Cuánto cuesta una tetera?", False),
        ("en", "How old is the kiln?", False),
    ],
)
def test_a_neighbour_without_a_price_or_an_age_is_no_answer(
    make: Make, lang: str, question: str, answered: bool
) -> None:
    texts = (
        "A teapot takes me two days: the body, the lid and the spout are thrown apart and joined with slip.",
        "A bowl costs thirty euros, glazed and fired.",
        "The kiln stands behind the barn and holds sixty cups. I fire it on Fridays.",
    )
    retriever = make([IndexedPassage(n, n, "", text, "en") for n, text in enumerate(texts, 1)])
    assert retriever.search(Question(question, lang)).answerable == answered


def test_what_cannot_tell_a_price_gives_way_to_what_can(make: Make) -> None:
    posts = [
        IndexedPassage(1, 1, "Restoring sacs", "A sac takes patience. The old sac comes out whole.", "en"),
        IndexedPassage(2, 2, "Prices", "A full service is 60 €. A new sac is 25 € more.", "en"),
        IndexedPassage(3, 3, "Flow", "A good nib lets the slit open evenly. Flex nibs open wide.", "en"),
        IndexedPassage(4, 4, "Where", "The shop opens from Tuesday to Friday, ten to two.", "en"),
    ]  # fmt: skip
    retriever = make(posts)
    for question, told in (("How much is a sac?", "25 €"), ("When are you open?", "ten to two")):
        ranking = retriever.search(Question(question, "en"))
        assert ranking.answerable, question
        assert ranking.quote is not None
        assert told in ranking.quote.text
