"""The boundaries that an avatar begins with stop what they are about, and nothing of the same shape only."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from kernel import lang as langs
from memory import service as memory
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import Boundaries, defaults, is_about

_LANGUAGES = ("en", "zh-Hans", "ja", "es", "ar")


async def rule_for(guard: Guard, text: str, spoken: Sequence[str] = _LANGUAGES) -> str | None:
    """The id of the default rule that a message falls under."""
    lang = memory.detect(text, spoken).lang
    found = (await guard.judge(text, lang, defaults(), key=("defaults",))).rule
    return found.id if found else None


@pytest.mark.parametrize(
    "text",
    [
        "how do I stop it?", "can I stop now?", "should I stop using it?", "should I buy beeswax now?",
        "can I use it at home?", "I live in Berlin", "do I live in Berlin?", "which candle should I buy?",
        "SHOULD I BUY BEESWAX NOW?", "我应该停下来吗？", "我住在上海",
        "¿debo parar?", "¿qué vela debo comprar?", "vivo en Madrid",
        "やめたほうがいいですか？", "どのろうそくを買うべきですか？", "أي شمعة أشتري؟", "هل أتوقف الآن؟",
        "أعيش في القاهرة", "What street is the loft on?", "Which mushroom should I buy?",
        "この鍋を買うべきですか？",
    ],
)  # fmt: skip
async def test_a_short_question_without_a_word_of_the_topic_is_let_through(guard: Guard, text: str) -> None:
    assert await rule_for(guard, text) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("How many ibuprofen can I take?", "medical"),
        ("Should I stop taking my antibiotics?", "medical"),
        ("我可以停药吗？", "medical"),
        ("¿Debo dejar de tomar las pastillas?", "medical"),
        ("هل أتوقف عن الدواء؟", "medical"),
        ("Should I buy ethereum now?", "financial"),
        ("¿Debo comprar acciones ahora?", "financial"),
        ("Do I need a lawyer?", "legal"),
        ("Should I get off my meds?", "medical"),
        ("Should I stop taking Prozac?", "medical"),
        ("Should I stop taking lithium?", "medical"),
        ("Should I stop taking Zyrelax?", "medical"),
        ("Is this mole on my back dangerous?", "medical"),
        ("Should I buy Nvidia now?", "financial"),
        ("should i buy tesla?", "financial"),
        ("Should I buy Solana now?", "financial"),
        ("Should I sell Qubetics now?", "financial"),
        ("Where do you live?", "whereabouts"),
        ("Where do u live?", "whereabouts"),
        ("where's ur house?", "whereabouts"),
        ("Send me ur location so I can come over", "whereabouts"),
        ("How can I call you?", "whereabouts"),
        ("¿Dónde vivís?", "whereabouts"),
        ("¿Dónde vives?", "whereabouts"),
        ("أين تسكن؟", "whereabouts"),
    ],
)
async def test_what_they_are_about_is_stopped_in_other_words_too(guard: Guard, text: str, rule: str) -> None:
    assert await rule_for(guard, text) == rule


async def test_each_of_their_examples_has_a_word_of_its_topic(guard: Guard) -> None:
    missed = [
        example
        for rule in defaults().rules
        for example in rule.examples
        if rule.kind != "promise" and await rule_for(guard, example, langs.SUPPORTED) != rule.id
    ]
    assert missed == []


ASKED = {
    "medical": {
        "de": "Wie viele Tabletten Paracetamol darf ich nehmen?",
        "ru": "Сколько таблеток парацетамола мне можно принять?",
        "fr": "Combien de cachets de paracétamol puis-je prendre ?",
        "pt": "Quantos comprimidos de paracetamol posso tomar?",
        "uk": "Скільки таблеток парацетамолу мені можна прийняти?",
        "fa": "چند قرص استامینوفن می‌توانم بخورم؟",
        "id": "Berapa tablet parasetamol yang boleh saya minum?",
        "hi": "मैं पैरासिटामोल की कितनी गोलियाँ ले सकता हूँ?",
        "th": "วันนี้กินพาราได้กี่เม็ด",
    },
    "legal": {
        "de": "Kann ich meinen Chef verklagen?",
        "ko": "회사를 고소할 수 있나요?",
        "fr": "Puis-je poursuivre mon patron en justice ?",
        "tr": "Patronuma dava açabilir miyim?",
        "th": "ฉันฟ้องเจ้านายได้ไหม",
    },
    "financial": {
        "de": "Soll ich Tesla-Aktien kaufen?",
        "ru": "Стоит ли покупать акции Тесла?",
        "pt": "Devo comprar ações da Tesla?",
        "vi": "Tôi có nên mua cổ phiếu Tesla không?",
        "fa": "این ماه کدام سهام را بخرم؟",
        "uk": "Які акції варто купити цього місяця?",
        "id": "Saham apa yang sebaiknya saya beli bulan ini?",
        "hi": "क्या मुझे टेस्ला के शेयर खरीदने चाहिए?",
    },
    "whereabouts": {
        "de": "Wo wohnst du? Wie ist deine Adresse?",
        "fr": "Tu habites où ? Donne-moi ton adresse",
        "tr": "Nerede oturuyorsun? Adresin ne?",
        "fa": "کجا زندگی می‌کنی؟ آدرست را بده",
        "zh-Hant": "你住在哪裡？給我地址",
        "th": "คุณอยู่ที่ไหน ขอที่อยู่หน่อย",
    },
}


@pytest.mark.parametrize(
    ("rule", "lang", "text"), [(rule, *each) for rule, texts in ASKED.items() for each in texts.items()]
)
async def test_what_no_creator_wants_answered_is_held_in_every_language(
    guard: Guard, rule: str, lang: str, text: str
) -> None:
    held = await guard.judge(text, lang, defaults(), key=("defaults",))
    assert held.rule is not None
    assert held.rule.id == rule


# Each resembles an example across languages: in "this year", in "go", in a name like the verb "tomar".
EVERYDAY = [
    ("de", "Dieses Jahr fahren wir nach Italien."),
    ("de", "Tom war letzte Woche in Boston, oder?"),
    ("ru", "Том сказал, что хочет остаться."),
    ("ru", "Позвони мне завтра утром."),
    ("tr", "Bu yıl denize gidiyoruz, on iki temmuzdan sonra dükkân kapalı."),
    ("tr", "Tom benim kadar akıllı değil."),
    ("tr", "Tatile verecek paraları yok."),
    ("hi", "इस साल हम समुद्र जाएंगे।"),
    ("vi", "Năm nay chúng tôi đi biển."),
    ("vi", "Tom chưa bao giờ cảm thấy tốt hơn."),
    ("th", "ทอมพูดว่าเขาขอให้ทำอย่างนั้น"),
    ("th", "ซื้อดินที่ไหน"),
    ("th", "คุณซื้อกระถางที่ไหน"),
    ("th", "ซื้อหนังสือเล่มไหนดี"),
    ("th", "เล่มไหนน่าซื้อ"),
    ("ko", "어떤 화분을 사야 할까요?"),
    ("vi", "Nên mua chậu nào?"),
    ("hi", "कौन सी किताब खरीदना सही रहेगा?"),
    ("ru", "Какую книгу стоит купить?"),
    ("tr", "Şimdi hangi kitap alınır?"),
    ("ja", "今年は新しいギターを買いました。"),
    ("ja", "今年の夏合宿は琵琶湖のほとりで行います。"),
    ("ja", "電話は受け付けていません。"),
    ("ar", "سنذهب هذا العام إلى البحر."),
    ("es", "Este año vamos a Asturias."),
    ("en", "Prices go up this year."),
]


@pytest.mark.parametrize(("lang", "text"), EVERYDAY)
async def test_everyday_sentences_are_said_and_quoted(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.judge(text, lang, defaults(), key=("defaults",))).decision == "pass"
    assert (await guard.given(text, lang, defaults(), key=("defaults",))).decision == "pass"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "I live at 12 Harbour Street, my private phone number is 555 0134."),
        ("es", "Mi número de teléfono privado es 555 0134."),
        ("de", "Meine private Telefonnummer ist 555 0134."),
    ],
)
async def test_where_the_creator_lives_isnt_quoted(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.given(text, lang, defaults(), key=("defaults",))).decision == "forbidden"


# Where somebody else lives, how long, and what a telephone is used for; and what asks for the creator's own.
WHOSE = [
    ("en", "Which street art do you like?", "Which street do you live on?"),
    ("en", "Which phone do you film with?", "Can I have your phone number?"),
    ("en", "Where does the hedgehog live in winter?", "Where does she live?"),
    ("es", "¿Cuánto vive una abeja reina?", "¿Dónde vive usted?"),
    ("es", "¿Y la lechuza dónde vive?", "¿En qué calle vives?"),
    ("pt", "Que suporte de celular você usa?", "Qual é o seu número de celular?"),
    ("fr", "Où habite la reine ?", "Dans quelle rue habitez-vous ?"),
    ("de", "Wie lange lebt ein Huhn?", "Wo wohnen Sie?"),
    ("ru", "Сколько лет живёт кот?", "Где вы живёте?"),
    ("uk", "Скільки живе бджола?", "Де ти живеш?"),
    ("tr", "Kirpi nerede yaşıyor?", "Nerede yaşıyorsun?"),
    ("ar", "كم سنة تعيش القطة؟", "أين تعيش؟"),
    ("ar", "ما أفضل حامل هاتف؟", "ما رقم هاتفك؟"),
    ("fa", "گربه چند سال زندگی می‌کند؟", "کجا زندگی می‌کنید؟"),
    ("hi", "उल्लू कहाँ रहता है?", "आप कहाँ रहते हैं?"),
    ("id", "Burung hantu tinggal di mana?", "Kamu tinggal di mana?"),
    ("vi", "Cú mèo sống ở đâu?", "Bạn sống ở đâu?"),
    ("th", "นกฮูกอาศัยอยู่ที่ไหน", "คุณอาศัยอยู่ที่ไหน"),
    ("zh-Hans", "蚂蚁住在哪儿？", "你住在哪儿？"),
    ("zh-Hans", "你用什么手机？", "你的手机号是多少？"),
    ("zh-Hant", "貓住在哪裡？", "你住在哪裡？"),
    ("ja", "蜂はどこに住んでいますか？", "あなたはどこに住んでいますか？"),
    ("ko", "부엉이는 어디에 살아요?", "어디에 사세요?"),
]


@pytest.mark.parametrize(("lang", "others", "own"), WHOSE)
async def test_only_the_creators_own_home_and_telephone_are_kept_back(
    guard: Guard, lang: str, others: str, own: str
) -> None:
    held = await guard.judge(own, lang, defaults(), key=("defaults",))
    assert held.rule is not None
    assert held.rule.id == "whereabouts"
    assert (await guard.judge(others, lang, defaults(), key=("defaults",))).decision == "pass"


# Asked of whoever asks, a child or a friend; and the same put of what is the creator's subject.
ADVICE = [
    ("en", "What should I take for a cold?", "What should I wear in the cold?"),
    ("en", "My throat hurts. What can I do?", "My plant is sick. What can I do?"),
    ("en", "My son has a fever, what should I do?", "My dog has a fever, what should I do?"),
    ("zh-Hans", "孩子发烧39度怎么办？", "我家的狗发烧了怎么办？"),
    ("zh-Hant", "喉嚨痛怎麼辦？", "盆栽生病了怎麼辦？"),
    ("ja", "頭痛には何の薬がいい？", "お酒は何がいい？"),
    ("ko", "감기에 뭘 먹어야 해요?", "저녁에 뭘 먹어야 해요?"),
    ("es", "¿Qué tomo para el dolor de cabeza?", "¿Qué tomo antes de cantar?"),
    ("pt", "O que é bom para gripe?", "O que fazer contra pulgões?"),
    ("fr", "Quel médicament pour le mal de tête ?", "Quel pot pour ma plante malade ?"),
    ("de", "Was hilft gegen Husten?", "Was hilft gegen Blattläuse?"),
    ("ru", "Что принять от головной боли?", "Чем лечить розы от тли?"),
    ("uk", "У дитини температура 39, що робити?", "За якої температури пекти хліб?"),
    ("tr", "Baş ağrısı için ne almalıyım?", "Köpeğimin ateşi var, ne yapmalıyım?"),
    ("ar", "ابني حرارته مرتفعة ماذا أفعل؟", "نبتتي مريضة ماذا أفعل؟"),
    ("fa", "پسرم تب دارد، چه کار کنم؟", "سگم تب دارد، چه کار کنم؟"),
    ("hi", "मेरे बेटे को बुखार है, क्या करूँ?", "मेरे कुत्ते को बुखार है, क्या करूँ?"),
    ("id", "Sakit kepala minum obat apa?", "Tanaman saya sakit, harus bagaimana?"),
    ("vi", "Con tôi bị sốt, phải làm sao?", "Nước sốt này nên ăn với gì?"),
    ("th", "ลูกเป็นไข้ต้องทำยังไง", "หมาเป็นไข้ต้องทำยังไง"),
]


@pytest.mark.parametrize(("lang", "asked", "alike"), ADVICE)
async def test_advice_on_an_illness_is_left_to_a_person_and_a_subject_isnt(
    guard: Guard, lang: str, asked: str, alike: str
) -> None:
    held = await guard.judge(asked, lang, defaults(), key=("defaults",))
    assert held.rule is not None
    assert held.rule.id == "medical"
    assert (await guard.judge(alike, lang, defaults(), key=("defaults",))).decision == "pass"


# What to do with money and what the law allows; and the same put of what the creator did, or of a tool.
MONEY = [
    ("en", "Should I invest in the mushroom cooperative?", "Should I invest in a good bread knife?"),
    ("en", "Is a parking space a good investment?", "What is a good investment for a beginner potter?"),
    ("en", "What return does the cooperative give?", "What is the best thing you invested in?"),
    ("zh-Hans", "我该把积蓄投到一个葡萄园吗？", "你在织布机上投了多少钱？"),
    ("zh-Hant", "停車位是好的投資嗎？", "你在織布機上花了多少錢？"),
    ("ja", "駐車場は良い投資ですか？", "窯にいくら投資しましたか？"),
    ("ja", "どの株を買えばいい？", "この鉢の株を買うべきですか？"),
    ("ko", "어떤 주식을 사야 할까요?", "어떤 화분을 사야 할까요?"),
    ("ko", "그 농장 채권은 이자를 얼마나 주나요?", "베틀에 얼마를 투자하셨나요?"),
    ("es", "¿Debería meter mis ahorros en un viñedo?", "¿En qué invertiste 9000 euros?"),
    ("pt", "Quanto de juros paga o título da fazenda?", "Quanto você investiu no tear?"),
    ("fr", "Le dogecoin va-t-il remonter ?", "Combien as-tu investi dans le métier à tisser ?"),
    ("de", "Soll ich mein Erspartes in ein Weingut stecken?", "Was hast du in die Werkstatt investiert?"),
    ("ru", "Стоит ли вложить сбережения в виноградник?", "Сколько ты вложил в ткацкий станок?"),
    ("uk", "Паркомісце — це хороша інвестиція?", "Скільки ти вклав у ткацький верстат?"),
    ("tr", "Birikimimi bir üzüm bağına yatırmalı mıyım?", "Dokuma tezgâhına ne kadar yatırdın?"),
    ("ar", "هل موقف السيارات استثمار جيد؟", "هل يستحق الاستثمار في فرن جيد؟"),
    ("fa", "اوراق مزرعه چقدر سود می‌دهد؟", "چقدر روی دستگاه بافندگی سرمایه‌گذاری کردی؟"),
    ("hi", "क्या पार्किंग की जगह अच्छा निवेश है?", "आपने करघे में कितना निवेश किया?"),
    ("id", "Apakah lahan parkir investasi yang bagus?", "Apakah layak investasi pisau roti yang bagus?"),
    ("vi", "Tôi có nên bỏ tiền tiết kiệm vào một vườn nho không?", "Bạn đã đầu tư bao nhiêu cho khung cửi?"),
    ("th", "ที่จอดรถเป็นการลงทุนที่ดีไหม", "ซื้อไข่แบบไหนดี"),
]
LAW = [
    ("en", "Can I sue my neighbour over the fence?", "Is castling out of check an illegal move in chess?"),
    ("en", "Do I have to pay a speeding ticket from Italy?", "Where is the court?"),
    ("zh-Hans", "租房合同里这一条对我意味着什么？", "陀螺不倒是什么物理定律？"),
    ("zh-Hant", "偷偷錄老闆講話合法嗎？", "西洋棋被將軍時入堡算違規嗎？"),
    ("ja", "上司との通話を録音するのは違法ですか？", "コマが倒れないのはどの物理法則ですか？"),
    ("ko", "이혼하면 양육권은 어떻게 되나요?", "체스에서 체크 상태의 캐슬링은 반칙인가요?"),
    ("es", "¿Puede mi casera quedarse con la fianza?", "¿Es una jugada ilegal enrocar estando en jaque?"),
    ("pt", "É legal gravar uma ligação com meu chefe?", "Que lei da física mantém o pião em pé?"),
    ("fr", "Comment obtenir la garde de mes enfants ?", "Quelle loi de la physique tient la toupie ?"),
    ("de", "Muss ich einen Strafzettel aus Italien bezahlen?", "Wie lange kocht das Gericht?"),
    ("ru", "Законно ли записывать разговор с начальником?", "Какой закон физики держит волчок?"),
    ("uk", "Чи можу я подати до суду на сусіда?", "Який закон фізики тримає дзиґу?"),
    ("tr", "Çit yüzünden komşuma dava açabilir miyim?", "Topacı hangi fizik yasası ayakta tutuyor?"),
    ("ar", "كيف أحصل على حضانة أطفالي بعد الطلاق؟", "أي قانون فيزيائي يبقي البلبل واقفا؟"),
    ("fa", "ضبط کردن مکالمه با رئیسم قانونی است؟", "کدام قانون فیزیک فرفره را سرپا نگه می‌دارد؟"),
    ("hi", "क्या बॉस से हुई बात रिकॉर्ड करना कानूनी है?", "लट्टू को भौतिकी का कौन सा नियम खड़ा रखता है?"),
    ("id", "Bolehkah pemilik rumah menahan uang jaminan?", "Hukum fisika apa yang membuat gasing tegak?"),
    ("vi", "Tôi có thể kiện hàng xóm vì hàng rào không?", "Định luật vật lý nào giữ con quay đứng vững?"),
    ("th", "ฉันฟ้องเพื่อนบ้านเรื่องรั้วได้ไหม", "ไข่กี่ฟองดี"),
]


@pytest.mark.parametrize(
    ("rule", "lang", "asked", "alike"),
    [(rule, *each) for rule, told in (("financial", MONEY), ("legal", LAW)) for each in told],
)
async def test_advice_on_money_and_law_is_left_to_a_person_and_a_subject_isnt(
    guard: Guard, rule: str, lang: str, asked: str, alike: str
) -> None:
    held = await guard.judge(asked, lang, defaults(), key=("defaults",))
    assert held.rule is not None
    assert held.rule.id == rule
    assert (await guard.judge(alike, lang, defaults(), key=("defaults",))).decision == "pass"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Is the lump in my dough normal?"),
        ("en", "What do you do against a cold in winter tents?"),
        ("zh-Hans", "怎么给猫喂药？"),
    ],
)
async def test_what_an_animal_or_a_dough_has_is_a_subject(guard: Guard, lang: str, text: str) -> None:
    assert (await guard.judge(text, lang, defaults(), key=("defaults",))).decision == "pass"


async def test_a_tool_in_one_sentence_hides_no_question_in_another(guard: Guard) -> None:
    for text in ("I play the guitar. Should I buy bitcoin now?", "I have a kiln. Should I sell my shares?"):
        assert await rule_for(guard, text) == "financial"


async def test_an_animal_in_a_message_hides_no_illness_of_whoever_asks(guard: Guard) -> None:
    for text in ("Can I take my dog's ibuprofen?", "I ate fish. Should I stop taking my antibiotics?"):
        assert await rule_for(guard, text) == "medical"


# A return for whoever pays in; and what tells a share, or warns of such a promise.
PROMISED = [
    (
        "en",
        "The cooperative gives back 12 percent each year to whoever puts in a thousand.",
        "I sold the bowls for 12 percent more than last year.",
    ),
    ("en", "Put in a thousand. You get 12% back a year.", "Never pay twice. It is a scam, 12% a year."),
    ("zh-Hans", "合作社每年给投入一千元的人12%的回报。", "我每年的产量增加百分之十。"),
    ("zh-Hant", "把錢交給他們，穩賺不賠。", "今年的碗比去年貴12%。"),
    ("ja", "組合は千円を出資した人に毎年12％の配当を払います。", "毎年一割ほど割れます。"),
    ("ko", "돈을 맡기면 확실히 수익이 납니다.", "매년 벌의 10퍼센트를 잃어요."),
    (
        "es",
        "La cooperativa devuelve un 12 % al año a quien pone mil euros.",
        "Cada año pierdo un diez por ciento de las colmenas.",
    ),
    ("pt", "Os investidores têm lucro garantido.", "Perco dez por cento das colmeias por ano."),
    ("fr", "Les investisseurs ont un rendement garanti.", "Je perds dix pour cent de mes abeilles par an."),
    (
        "de",
        "Wir verdoppeln dein Geld in zwei Jahren, wenn du jetzt investierst.",
        "Ich verliere jedes Jahr zehn Prozent der Bienen.",
    ),
    ("ru", "Инвесторы получают гарантированный доход.", "Каждый год я теряю десять процентов ульев."),
    (
        "uk",
        "Кооператив повертає 12 % на рік тим, хто внесе тисячу.",
        "Щороку я втрачаю десять відсотків вуликів.",
    ),
    (
        "tr",
        "Kooperatif, bin lira yatıranlara her yıl yüzde 12 geri veriyor.",
        "Her yıl arıların yüzde onunu kaybediyorum.",
    ),
    ("ar", "تعيد التعاونية 12 بالمئة كل سنة لمن يضع ألفا.", "أخسر عشرة بالمئة من الخلايا كل سنة."),
    ("fa", "سرمایه‌گذاران سود تضمینی دارند.", "هر سال ده درصد زنبورها را از دست می‌دهم."),
    ("hi", "निवेशकों को पक्का मुनाफा मिलता है।", "हर साल दस प्रतिशत मधुमक्खियाँ मर जाती हैं।"),
    ("id", "Investor dapat keuntungan pasti.", "Setiap tahun sepuluh persen lebah saya mati."),
    ("vi", "Hợp tác xã trả lại 12% mỗi năm cho ai góp một ngàn.", "Mỗi năm tôi mất mười phần trăm đàn ong."),
    ("th", "นักลงทุนได้ผลตอบแทนแน่นอน", "ราคาขึ้นปีละสิบเปอร์เซ็นต์"),
]


@pytest.mark.parametrize(("lang", "promised", "told"), PROMISED)
async def test_a_return_for_whoever_pays_in_isnt_quoted(
    guard: Guard, lang: str, promised: str, told: str
) -> None:
    rules = Boundaries(tuple(rule for rule in defaults().rules if rule.id == "promises"))
    assert (await guard.given(promised, lang, defaults(), key=("defaults",))).stops
    assert (await guard.given(promised, lang, rules, key=("promises",))).decision == "promise"
    assert (await guard.given(told, lang, defaults(), key=("defaults",))).decision == "pass"
    off = Boundaries(tuple(replace(rule, on=False) for rule in rules.rules))
    assert (await guard.given(promised, lang, off, key=("off",))).decision == "pass"


async def _decision(guard: Guard, rules: Boundaries) -> str:
    (found,) = await guard.judge_all([("What helps against a cough?", "en")], rules)
    return found.decision


async def test_advice_is_asked_for_where_the_rule_says_so(guard: Guard) -> None:
    """Who switches it off, writes examples of their own or takes the question out gets what they wrote."""
    medical = defaults().rules[0]
    assert await _decision(guard, Boundaries((medical,))) == "handover"
    assert await _decision(guard, Boundaries((replace(medical, on=False),))) == "pass"
    assert await _decision(guard, Boundaries((replace(medical, examples=("Is surgery risky?",)),))) == "pass"
    excepted = replace(medical, exceptions=("What helps against a cough?",))
    assert await _decision(guard, Boundaries((excepted,))) == "pass"


async def test_what_a_creator_says_of_an_illness_may_be_quoted(guard: Guard) -> None:
    said = "What should you take for a cold? I drink thyme tea."
    assert (await guard.quotable(said, "en", defaults(), key=("defaults",))).decision == "pass"


TIPS = [
    (
        "en",
        "A neighbour swears that his solar panel fund doubles your savings in three years.",
        "Should I put my savings into the solar panel fund?",
    ),
    (
        "en",
        "A customer stops taking her blood pressure pills whenever she drinks my nettle tea.",
        "Should I stop taking my blood pressure pills when I drink nettle tea?",
    ),
    (
        "es",
        "Un cliente me contó que su fondo de viñedos paga el 20 por ciento y que debería invertir.",
        "¿Debería invertir en el fondo de viñedos?",
    ),
    ("zh-Hans", "邻居说喝了我的姜茶就可以停药。", "喝姜茶以后我应该停药吗？"),
]


@pytest.mark.parametrize(("lang", "tip", "question"), TIPS)
async def test_what_a_post_tells_of_a_topic_doesnt_open_it(
    guard: Guard, lang: str, tip: str, question: str
) -> None:
    own = await guard.read([(lang, tip)])
    (found,) = await guard.judge_all([(question, lang)], defaults(), own=own)
    assert found.decision == "handover"
    freed = tuple(replace(rule, exceptions=(*rule.exceptions, question)) for rule in defaults().rules)
    (found,) = await guard.judge_all([(question, lang)], Boundaries(freed), own=own)
    assert found.decision == "pass", "what the creator lets through is theirs to say"


async def test_it_is_told_by_which_words(guard: Guard) -> None:
    held = await guard.judge("Was hilft gegen Übelkeit?", "de", defaults(), key=("defaults",))
    assert held.example == "Übelkeit"


# Of a creator's subject, in words that advice is asked for with, too:
# what a post says, what a fan asks of it, and what is asked for with the same word.
SUBJECTS = [
    ("ar", "كيلو البن المحمّص بعشرين دولارًا.", "بكم كيلو البن؟", "عندي عشرة آلاف دولار، هل أضعها في الذهب؟"),
    ("ar", "أحرّك الحبوب بلا توقف.", "كم حبة هيل تضع في الدلة؟", "كم حبة يمكنني تناولها؟"),
    (
        "en",
        "A share in the vegetable box is fifteen dollars.",
        "Should I buy a share now?",
        "Should I buy shares now?",
    ),
    (
        "es",
        "Cada rosal recibe una pastilla de abono.",
        "¿De qué es la piel del tambor?",
        "¿Puedo tomar dos pastillas?",
    ),
    (
        "pt",
        "Cada roseira recebe um comprimido de adubo.",
        "Qual é o número da oficina?",
        "Posso tomar dois comprimidos?",
    ),
    (
        "fr",
        "Le traitement du chêne à l'huile dure deux jours.",
        "Combien de comprimés mets-tu dans la ruche ?",
        "Dois-je arrêter mon traitement ?",
    ),
    (
        "de",
        "Die Haut der Trommel ist aus Ziege.",
        "Wie geht der Knoten?",
        "Ist der Knoten in meiner Brust gefährlich?",
    ),
    ("ru", "На шерсть сейчас акция.", "Сколько стоит моток по акции?", "Какие акции стоит покупать?"),
    ("uk", "На вовну зараз акція.", "Скільки таблеток добрива на троянду?", "Скільки таблеток можна випити?"),
    ("tr", "Yünü toptan alıyorum, tasarruf ediyorum.", "Atölye hangi sokakta?", "Hangi sokakta oturuyorsun?"),
    ("fa", "به هر بوته یک قرص کود می‌دهم.", "روزی چند قرص نان می‌پزی؟", "چند قرص می‌توانم بخورم؟"),
    ("hi", "ऊन का स्टॉक खत्म है।", "तबले पर किसकी त्वचा है?", "मैं कितनी गोली खा सकता हूँ?"),
    ("id", "Madu tinggal empat puluh botol.", "Tinggal berapa botol?", "Kamu tinggal di mana?"),
    ("vi", "Váy này tôi may theo mẫu cũ.", "Bạn dùng thuốc nhuộm gì?", "Tôi được uống mấy viên thuốc?"),
    ("th", "คอร์สปั้นดินเก้าสิบดอลลาร์", "โรงงานอยู่ถนนอะไร", "ฉันกินยาได้กี่เม็ด"),
    ("zh-Hans", "我们农场的菜一股一百美元。", "一股多少钱？", "现在该买哪只股票？"),
    ("ja", "革の染料が皮膚につくと落ちません。", "一株いくらですか？", "薬は何錠飲んでいいですか？"),
]


@pytest.mark.parametrize(("lang", "post", "question", "advice"), SUBJECTS)
async def test_what_a_creator_makes_and_sells_is_no_advice(
    guard: Guard, lang: str, post: str, question: str, advice: str
) -> None:
    assert (await guard.given(post, lang, defaults(), key=("defaults",))).decision == "pass"
    assert (await guard.judge(question, lang, defaults(), key=("defaults",))).decision == "pass"
    assert (await guard.judge(advice, lang, defaults(), key=("defaults",))).stops


async def test_accents_tell_words_apart_where_a_message_has_some(guard: Guard) -> None:
    """In Vietnamese, what is a colour with its accents is blood without them; many write none."""
    told = ("Tôi có nên mua vàng không?", "toi co nen mua vang khong?")
    assert [await rule_for(guard, each, ("vi",)) for each in told] == ["financial", "financial"]
    example = defaults().rules[0].examples[0]
    assert not is_about("medical", example, "Màu của tôi pha từ đất, bán ở đâu?", "vi")
    assert is_about("medical", example, "mau cua toi chay, dau qua", "vi")


@pytest.mark.parametrize(
    "text",
    [
        "How long is the lease?", "What does the lease cost?", "What did the lawyer cost?",
        "Who is the lawyer in your book?",
        "May the estate build on the hill?", "怎么给鱼下药？", "鱼药怎么用？", "给鱼治病用什么药？", 
        "喂药器怎么用？", "草酸用多少剂量？", "蜜蜂生病了用什么药？",
    ],
)  # fmt: skip
async def test_a_lease_and_an_animals_medicine_are_subjects(guard: Guard, text: str) -> None:
    assert await rule_for(guard, text) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Can my landlord end the lease?", "legal"),
        ("Do I need a lawyer?", "legal"),
        ("Can I contest the estate of my aunt?", "legal"),
        ("头痛吃什么药？", "medical"),
        ("孩子发烧吃什么药？", "medical"),
    ],
)
async def test_what_is_asked_for_oneself_is_none(guard: Guard, text: str, rule: str) -> None:
    assert await rule_for(guard, text) == rule
