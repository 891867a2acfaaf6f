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
    "pt": ("A que horas abrem?", ("Abrimos às nove.", "De terça a sexta.", "Só abrimos de manhã.")),
    "fr": ("À quelle heure ouvrez-vous ?", ("L'atelier ouvre à 10h.", "Du mardi au vendredi.")),
    "de": ("Wann habt ihr geöffnet?", ("Die Werkstatt öffnet um neun.", "Nur nach Termin.")),
    "ru": ("Во сколько вы открываетесь?", ("Открываемся в девять.", "Только по записи.")),
    "uk": ("О котрій ви відкриваєтесь?", ("Відкриваємося о дев'ятій ранку.", "З вівторка по п'ятницю.")),
    "tr": ("Saat kaçta açılıyorsunuz?", ("Sabah dokuzda açıyoruz.", "Salıdan cumaya.")),
    "ar": ("في أي ساعة تفتحون؟", ("نفتح الساعة التاسعة.", "من الثلاثاء إلى الجمعة.", "نفتح صباحا فقط.")),
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
_ASKS_A_PRICE = (
    ("en", "How much are oars?"),
    ("en", "How much is varnish?"),
    ("en", "How much for a nib re-tipping?"),
    ("en", "how much is ink"),
    ("en", "What are the oars going for?"),
    ("en", "How much would you charge for a hull?"),
    ("en", "price of a pair of oars?"),
    ("en", "how much were your last bowls?"),
    ("es", "¿Cuánto es un remo?"),
    ("es", "¿A cuánto están los remos?"),
    ("es", "¿Cuánto por un barniz?"),
    ("es", "¿cuánto está el barniz?"),
    ("es", "¿A cuánto vendes los cuencos?"),
    ("pt", "Quanto é um remo?"),
    ("pt", "Quanto fica uma tigela?"),
    ("pt", "quanto vem o verniz?"),
    ("pt", "Por quanto vendes os remos?"),
    ("fr", "C'est combien un aviron ?"),
    ("fr", "Combien pour un bol ?"),
    ("fr", "Un aviron, c'est combien ?"),
    ("fr", "À combien sont les bols ?"),
    ("fr", "Vous demandez combien pour un vernis ? Quel tarif ?"),
    ("de", "Wie viel für ein Ruder?"),
    ("de", "Wieviel sind die Ruder?"),
    ("de", "Was kosten die Ruder?"),
    ("de", "Was nimmst du für eine Schale? Zu welchem Preis?"),
    ("de", "Was würde ein Boot kosten?"),
    ("ru", "Почём вёсла?"),
    ("ru", "Сколько за весло?"),
    ("ru", "Сколько у вас стоит лодка?"),
    ("ru", "За сколько продаёте чаши?"),
    ("uk", "Почім весла?"),
    ("uk", "Скільки за весло?"),
    ("tr", "Kürek ne kadar?"),
    ("tr", "Bir kase kaça?"),
    ("ar", "بكم المجداف؟"),
    ("ar", "بكام المجداف؟"),
    ("ar", "كم سعر المجداف؟"),
    ("fa", "این پارو چند است؟"),
    ("fa", "قیمت پارو چقدره؟"),
    ("fa", "پارو چقدر می‌ارزد؟"),
    ("hi", "चप्पू कितने में मिलेगा?"),
    ("hi", "चप्पू का भाव क्या है?"),
    ("id", "Berapa harga dayung?"),
    ("id", "Dayung dijual berapa?"),
    ("id", "Harga satu dayung berapa?"),
    ("vi", "Mái chèo giá bao nhiêu?"),
    ("vi", "Bao nhiêu một cái?"),
    ("th", "ไม้พายขายยังไง"),
    ("th", "ไม้พายอันละเท่าไหร่"),
    ("ko", "노 하나에 얼마예요?"),
    ("ko", "노 가격이 어떻게 돼요?"),
    ("zh-Hant", "船槳多少錢？"),
    ("zh-Hans", "船桨怎么卖？"),
    ("zh-Hant", "這個怎麼賣？"),
    ("zh-Hans", "这个几块钱？"),
    ("ja", "オールはいくらですか？"),
    ("ja", "オールはいくらで売っていますか？"),
    ("ja", "お値段を教えてください"),
)
_ASKS_AN_AMOUNT = (
    ("en", "How much varnish do I need?"),
    ("en", "how much water goes in?"),
    ("en", "How much is left?"),
    ("en", "How much is enough for one coat?"),
    ("en", "How much of it is done by hand?"),
    ("es", "¿Cuánto barniz hace falta?"),
    ("es", "¿Cuánto tiempo está en el horno?"),
    ("es", "¿Cuánto es suficiente?"),
    ("pt", "Quanto verniz é preciso?"),
    ("pt", "Quanto é preciso lixar?"),
    ("fr", "Combien de couches de vernis ?"),
    ("fr", "Combien de temps sèche-t-il ?"),
    ("de", "Wie viel Lack brauche ich?"),
    ("de", "Wie viel Wasser für den Ton?"),
    ("ru", "Сколько лака нужно?"),
    ("ru", "Сколько слоёв?"),
    ("uk", "Скільки лаку треба?"),
    ("tr", "Ne kadar vernik gerekli?"),
    ("tr", "Kürek uzunluğu ne kadar?"),
    ("ar", "بكم درجة تحرق الطين؟"),
    ("ar", "كم طبقة؟"),
    ("fa", "چقدر لاک لازم است؟"),
    ("hi", "कितना वार्निश चाहिए?"),
    ("id", "Berapa banyak pernis yang perlu?"),
    ("vi", "Cần bao nhiêu lớp?"),
    ("th", "ใช้แลคเกอร์เท่าไหร่"),
    ("ko", "니스가 얼마나 필요해요?"),
    ("ko", "얼마 동안 말려요?"),
    ("zh-Hans", "要多少清漆？"),
    ("ja", "ニスはいくら必要ですか？ 何回"),
)
_TELLS_NO_PRICE = (
    ("en", "A gold nib is softer than steel. I grind it to 0.50 mm."),
    ("en", "Free ink in the cap means a cracked feed. Two pounds of gall make four litres."),
    ("en", "I pay attention to the slit. The grand old loft is free of dust."),
    ("en", "I buy the larch from a sawmill up the valley."),
    ("es", "La página dos habla de la costura precisa. El barco es precioso y de cara redonda."),
    ("es", "La costa queda a dos días. El peso es de 3,50 kg."),
    ("pt", "É preciso lixar com duas folhas. A peça é preciosa."),
    ("fr", "Un couteau et du pain : je cherche deux paires de planches. Un livre de 1,20 m."),
    ("fr", "Deux livres de beurre pour le pays."),
    ("de", "Ich erzähle freitags von der Anzahl der Spanten. Köstlich, freihändig, zwei Pfund Mehl."),
    ("de", "Drei Schichten genügen, die Leiste ist 2,50 m lang."),
    ("ru", "Лодка стоит на двух платформах в центре. Дорога идёт мимо. Рубанок, платок, ценный мех."),
    ("uk", "Човен стоїть на двох колодах у центрі. Це варто знати."),
    ("tr", "Parçalar saat on ikide kurur. Ödev yok, satır iki."),
    ("ar", "نستخدم ثلاث طبقات من الورنيش."),
    ("fa", "در بهار دو لایه لاک می‌زنم."),
    ("hi", "दो परत वार्निश काफी है।"),
    ("id", "Dua lapis cukup. Kayu ini bermutu."),
    ("vi", "Gia đình tôi quét hai lớp. Đất tốt, đồ cũ."),
    ("th", "ทาสองชั้นก็พอ"),
    ("ko", "세 번 칠하면 충분해요. 원하는 만큼 말려요. 공원 옆입니다."),
    ("zh-Hans", "一块木板刷两层。费时三天，一万次划桨。"),
    ("zh-Hant", "一塊木板刷兩層。"),
    ("ja", "丸い円を描いて二回塗ります。ほこりを払い、元の形に戻します。"),
)
_TELLS_A_PRICE = (
    ("en", "Oars are 90 euros a pair."),
    ("en", "I paid forty for it."),
    ("en", "Admission is free."),
    ("en", "Prices depend on the size."),
    ("en", "A bowl sells for thirty."),
    ("en", "Bowls: 12.50 each"),
    ("es", "Los remos valen noventa."),
    ("es", "Entrada libre."),
    ("es", "Pido 30 por cada uno."),
    ("pt", "Os remos custam noventa."),
    ("pt", "Sai por 30 reais."),
    ("fr", "Les avirons coûtent quatre-vingt-dix."),
    ("fr", "Je les vends à trente."),
    ("de", "Die Ruder kosten neunzig das Paar."),
    ("de", "20,- das Stück"),
    ("de", "Für dreißig verkauft."),
    ("ru", "Вёсла стоят девяносто."),
    ("ru", "Продаю за тысячу. По 500 руб."),
    ("uk", "Весла коштують сто."),
    ("tr", "Bir çift kürek yüz lira."),
    ("ar", "المجداف بعشرين يورو."),
    ("fa", "پارو دویست هزار تومان است."),
    ("hi", "चप्पू पाँच सौ रुपये का है।"),
    ("id", "Sepasang dayung 200 ribu."),
    ("vi", "Một đôi mái chèo 200k."),
    ("th", "ไม้พายคู่ละสองร้อยบาท"),
    ("ko", "노 한 쌍에 삼만 원이에요."),
    ("zh-Hans", "一对船桨三百块。"),
    ("zh-Hant", "一對船槳三百元。"),
    ("ja", "一対三千円です。"),
)
_OPEN_DOORS = (
    ("en", "We eat at one, with the door open."),
    ("en", "At noon the glue is dry. Open the clamps then."),
    ("es", "Comemos a las dos, con la puerta abierta."),
    ("pt", "Almoçamos às duas. A porta fica aberta."),
    ("fr", "On mange à midi, la porte ouverte."),
    ("de", "Um eins essen wir, bei offener Tür. Der Leim braucht bis zehn."),
    ("de", "Um neun sitzen wir auf der Bank."),
    ("ru", "В два часа мы обедаем, дверь открыта."),
    ("uk", "О другій годині обідаємо, двері відчинені."),
    ("tr", "Saat birde yeriz, kapı açık durur."),
    ("ar", "نتغدى في الساعة الثانية، والباب مفتوح."),
    ("hi", "हम एक बजे खाते हैं, दरवाज़ा खुला रहता है।"),
    ("ko", "한 시에 밥을 먹어요. 문은 열려 있어요."),
    ("zh-Hans", "我们一点吃饭，门开着。"),
    ("ja", "一時に昼ご飯、戸は開けたまま。"),
)
_OPENING_HOURS = (
    ("en", "We open at nine."),
    ("en", "The shop is open from ten to two."),
    ("en", "Tuesday to Friday."),
    ("en", "Opening hours: 10-14"),
    ("es", "El taller abre a las diez."),
    ("pt", "Abrimos às nove."),
    ("fr", "L'atelier est ouvert de 10h à 14h."),
    ("de", "Wir machen um neun auf."),
    ("de", "Die Werkstatt ist von zehn bis zwei offen."),
    ("ru", "Мы работаем с десяти до двух.  Открываемся в десять утра."),
    ("uk", "Працюємо з десятої ранку."),
    ("tr", "Sabah dokuzda açıyoruz."),
    ("ar", "نفتح الساعة التاسعة."),
    ("fa", "ساعت نه باز می‌کنیم."),
    ("hi", "हम नौ बजे खोलते हैं।"),
    ("id", "Kami buka jam sembilan."),
    ("vi", "Mở cửa lúc chín giờ."),
    ("th", "เปิดเก้าโมง"),
    ("ko", "아홉 시에 열어요."),
    ("zh-Hans", "早上九点开门。"),
    ("ja", "九時に開きます。"),
)
_ASKED = [(lang, *told) for told_in in (_PRICES, _AGES, _HOURS) for lang, told in told_in.items()]


@pytest.mark.parametrize(("lang", "question", "told"), _ASKED)
def test_who_asks_is_told_by_what_can_tell(lang: str, question: str, told: tuple[str, ...]) -> None:
    assert not may_tell("Rex.", lang, question, lang)
    assert [text for text in told if not may_tell(text, lang, question, lang)] == []


@pytest.mark.parametrize(("lang", "question"), _ASKS_A_PRICE)
def test_a_price_is_asked_for_in_many_forms(lang: str, question: str) -> None:
    assert not may_tell("Rex.", lang, question, lang)


@pytest.mark.parametrize(("lang", "question"), _ASKS_AN_AMOUNT)
def test_an_amount_is_no_price(lang: str, question: str) -> None:
    assert may_tell("Rex.", lang, question, lang)


@pytest.mark.parametrize(("lang", "text"), _TELLS_NO_PRICE)
def test_what_only_sounds_like_money_tells_no_price(lang: str, text: str) -> None:
    assert not may_tell(text, lang, _PRICES[lang][0], lang)


@pytest.mark.parametrize(("lang", "text"), _TELLS_A_PRICE)
def test_a_price_is_told_in_many_forms(lang: str, text: str) -> None:
    assert may_tell(text, lang, _PRICES[lang][0], lang)


@pytest.mark.parametrize(("lang", "text"), _OPEN_DOORS)
def test_an_hour_and_something_open_are_no_opening_hour(lang: str, text: str) -> None:
    assert not may_tell(text, lang, _HOURS[lang][0], lang)


@pytest.mark.parametrize(("lang", "text"), _OPENING_HOURS)
def test_an_hour_that_something_opens_at_is_one(lang: str, text: str) -> None:
    assert may_tell(text, lang, _HOURS[lang][0], lang)


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


def test_a_question_for_any_price_is_not_answered_by_a_neighbour_without_one(make: Make) -> None:
    posts = [
        IndexedPassage(1, 1, "Oars", "An oar is made of spruce. Oars are 90 euros a pair.", "en"),
        IndexedPassage(2, 2, "Varnish", "Three coats of varnish are enough on a new hull.", "en"),
        IndexedPassage(3, 3, "Planks", "I buy the larch for the planks up the valley, 2.50 m.", "en"),
        IndexedPassage(4, 4, "Lunch", "We eat at one, with the door open.", "en"),
    ]  # fmt: skip
    retriever = make(posts)
    for question in ("How much is varnish?", "How much for planks?", "When are you open?"):
        assert not retriever.search(Question(question, "en")).answerable, question
    for question in ("How much are oars?", "How many coats of varnish are enough?"):
        assert retriever.search(Question(question, "en")).answerable, question


@pytest.mark.parametrize(
    ("lang", "question", "text", "neighbour"),
    [
        ("en", "What does a kilo cost?", "A kilo of the blend is 28 euros.", "My grinder is from Leipzig."),
        ("es", "¿Cuánto cuesta una clase?", "Una clase sale por 35 euros.", "El horno enfría despacio."),
        ("de", "Wie viel kostet der Honig?", "Ein Glas Honig, 500 Gramm, 7 Euro.", "Kerzen brennen lange."),
        ("fr", "Quel est le prix du cours ?", "Le cours, 30 euros de l’heure.", "Je change les cordes."),
        ("ru", "Сколько стоит мёд?", "Банка мёда пятьсот рублей.", "У нас двенадцать ульев у леса."),
        ("pt", "Quanto custa a aula?", "A aula dura uma hora, são 80 reais.", "Troco as cordas todo mês."),
    ],
)  # fmt: skip
def test_a_price_is_told_without_the_words_that_ask_for_it(
    make: Make, lang: str, question: str, text: str, neighbour: str
) -> None:
    posts = [IndexedPassage(n, n, "", one, lang) for n, one in enumerate((text, neighbour), 1)]
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert ranking.quote.passage_id == 1


def test_the_sentence_with_the_price_is_quoted(make: Make) -> None:
    text = "I send the bowls all over Europe, in straw. What breaks is made anew. Sending is nine euros."
    posts = [
        IndexedPassage(1, 1, "", text, "en"),
        IndexedPassage(2, 2, "", "The kiln holds sixty cups.", "en"),
    ]
    ranking = make(posts).search(Question("How much is it to send the bowls?", "en"))
    assert ranking.quote is not None
    assert "nine euros" in ranking.quote.text


def test_what_somebody_takes_against_mites_is_no_price() -> None:
    assert may_tell("Rex.", "de", "Was nimmst du gegen Milben?", "de")
    assert not may_tell("Rex.", "de", "Wie viel nimmst du für ein Glas?", "de")


@pytest.mark.parametrize(
    ("lang", "question", "text", "told"),
    [
        ("es", "¿A qué hora abrís?", "Abrimos de diez a seis.", True),
        ("es", "¿Cuánto cuesta la cuchara?", "La cuchara de olivo cuesta trescientos.", True),
        ("ru", "Когда вы открыты?", "Мы открыты с десяти до шести.", True),
        ("ru", "Сколько стоят варежки?", "Варежки стоят триста.", True),
        ("ru", "Сколько стоит ложка?", "Ложка стоит триста.", True),
        ("ar", "متى تفتحون الورشة؟", "نفتح الورشة من العاشرة حتى السادسة.", True),
        ("de", "Was kostet ein Holzlöffel?", "Ein Holzlöffel kostet dreihundert.", True),
        ("fr", "Vous êtes ouverts quand ?", "Ouvert de dix à dix-huit heures.", True),
        ("fr", "Quand ouvrez-vous ?", "Ouvert de dix à dix-huit.", True),
        ("pt", "Quanto custa a colher?", "A colher custa trezentos.", True),
        ("en", "How much is a paddle?", "A paddle is 450 kr.", True),
        ("en", "How much is a paddle?", "Paddle: 30 zł", True),
        ("en", "How much is a spoon?", "It's a tenner.", True),
        ("en", "How much are oars?", "They're 90 a pair.", True),
        ("en", "How much is one cup?", "One cup is 240 ml.", True),
        ("de", "Wie viel ist eine Tasse?", "Eine Tasse sind 150 ml.", True),
        ("de", "Wie viel ist eine Prise?", "Eine Prise ist, was zwischen drei Finger passt.", True),
        ("fr", "C'est combien une tasse ?", "Une tasse, c'est 25 cl.", True),
        ("fr", "Combien est une pincée ?", "Une pincée, c'est ce que prennent trois doigts.", True),
        ("es", "¿Cuánto es una pizca?", "Una pizca es lo que cabe entre dos dedos.", True),
        ("es", "¿Cuánto es un palmo?", "Un palmo son 20 cm.", True),
        ("es", "¿Cuánto es una arroba?", "Una arroba son once kilos y medio.", True),
        ("en", "What time do the apples ripen?", "The apples ripen in late August.", True),
        ("en", "What time do the swallows leave?", "The swallows leave in September.", True),
        ("en", "What time does the moonlight paddle start?",
         "The moonlight paddle starts when the moon clears the island.", True),
        ("en", "when are you open?",
         "We eat at one, with the door open. Saturdays my nephew comes to sweep.", False),
        ("en", "What time do you open?",
         "We eat at one, with the door open. Saturdays my nephew comes to sweep.", False),
        ("en", "When are you open?", "The shop is open on Saturdays.", True),
        ("en", "When are you open?", "Saturdays 10 to 2.", True),
        ("en", "When are you open?", "Visits by appointment.", True),
        ("en", "How much is varnish?", "Three coats are enough.", False),
        ("en", "How much is an oar?", "An oar takes two days.", False),
        ("en", "How much are oars?", "Oars are 2.4 m long.", False),
        ("en", "How much for a nib re-tipping?",
         "Re-tipping a nib means welding new iridium to gold.", False),
        ("zh-Hans", "你们几点开门？", "我们十点开门，六点关门。", True),
        ("ja", "何時に開きますか？", "十時に開きます。", True),
        ("ja", "いつ開いていますか？", "土曜は十時から。", True),
        ("ko", "언제 열어요?", "열 시에 열어요.", True),
        ("de", "Wann habt ihr offen?", "Wir haben von zehn bis sechs offen.", True),
        ("uk", "Коли ви відкриті?", "Ми відкриті з десяти до шести.", True),
        ("tr", "Ne zaman açıksınız?", "Ondan altıya kadar açığız.", True),
    ],
)  # fmt: skip
def test_numbers_in_words_measures_and_days(lang: str, question: str, text: str, told: bool) -> None:
    assert may_tell(text, lang, question, lang) is told
