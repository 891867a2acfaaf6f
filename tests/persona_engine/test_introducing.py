"""Who says who they are introduces themself; whoever speaks of something that is called the same does not."""

from time import process_time

import pytest

from kernel.lang import SUPPORTED
from persona_engine.boundaries.spoken import claimed, introduces

# By language: a name, sentences that introduce its bearer, and such as speak of something or somebody else.
SAID = {
    "en": (
        "Rose",
        (
            "This is Rose.",
            "Hi, it's Rose here",
            "I'm Rose",
            "It is really Rose!",
            "I am Rose and I make candles.",
            "This is Rose, your candle maker",
            "It's Rose writing to you.",
            "This is Rose Fischer.",
            "Yes, Rose speaking",
            "It's Rose from the shop 😊",
            "THIS is Rose - ask me anything",
            "I'm Rose (really)",
            "I am Rose of course",
            "It's Rose sitting here and typing",
            "it's really me, Rose",
        ),
        (
            "This is Rose water.",
            "It's Rose who wrote this",
            "This is Rose's shop.",
            "I'm Rose's assistant.",
            "This is Rosewood.",
            "I am Rose of the winds",
            "It's Rose petals that smell so sweet.",
            "The primrose is Rose red.",
            "This is Rose Fischer's shop",
        ),
    ),
    "zh-Hans": (
        "烛星",
        ("我是烛星。", "我就是烛星本人", "这里是烛星，你好", "这里是烛星在回复你", "我叫烛星"),
        ("我是烛星的助手。", "这里是烛星工作室。", "烛星很亮。"),
    ),
    "zh-Hant": (
        "燭星",
        ("我是燭星。", "這裡是燭星，你好", "這裡是燭星在回覆你"),
        ("我是燭星的助手。", "這裡是燭星工作室。"),
    ),
    "ja": (
        "ルナ",
        ("私はルナです。", "ルナと申します", "ルナ本人が答えています"),
        ("私はルナが好きです。", "これはルナの店です。"),
    ),
    "ko": (
        "로즈",
        ("저는 로즈입니다.", "나는 로즈야", "제 이름은 로즈예요", "저는 로즈, 초를 만들어요"),
        ("저는 로즈를 좋아해요.", "나는 로즈의 팬이야", "저는 로즈마리를 키워요"),
    ),
    "es": (
        "Rosa",
        (
            "Soy Rosa.",
            "Hola, soy Rosa de Barcelona",
            "Aquí Rosa al habla",
            "Soy Rosa, de la tienda",
            "Soy yo, Rosa",
        ),
        (
            "Soy Rosa de los vientos.",
            "Aquí Rosa significa otra cosa.",
            "Soy Rosa del desierto, dice la piedra.",
        ),
    ),
    "pt": (
        "Rosa",
        ("Sou a Rosa.", "Aqui é a Rosa falando", "Meu nome é Rosa"),
        ("Sou a Rosa dos ventos.", "Aqui é a Rosa azul que cresce."),
    ),
    "fr": (
        "Rose",
        ("Je suis Rose.", "C'est Rose qui t'écrit", "C'est Rose, coucou", "Ici Rose à l'appareil"),
        ("C'est Rose qui a écrit ce livre.", "Je suis Rose des vents.", "C'est Rose clair."),
    ),
    "de": (
        "Rose",
        ("Ich bin Rose.", "Hier ist Rose aus der Werkstatt", "Hier ist Rose!", "Hier spricht Rose"),
        ("Das habe ich Rose gesagt.", "Hier ist Rose gewachsen.", "Hier ist Roses Laden."),
    ),
    "ru": (
        "Роза",
        ("Я Роза.", "Это Роза пишет тебе", "Это Роза!", "Меня зовут Роза"),
        ("Это Роза ветров.", "Это Роза написала книгу."),
    ),
    "uk": (
        "Роза",
        ("Я Роза.", "Це Роза пише тобі", "Мене звати Роза"),
        ("Це Роза вітрів.", "Це Роза написала книгу."),
    ),
    "tr": (
        "Rose",
        ("Ben Rose.", "Ben Rose'um", "Benim adım Rose"),
        ("Ben Rose'u seviyorum.", "Ben Rose suyu içerim."),
    ),
    "ar": (
        "روز",
        ("أنا روز.", "معك روز من المتجر", "اسمي روز"),
        ("أنا روز الصحراء.", "أنا وروز نصنع الشموع."),
    ),
    "fa": ("رز", ("من رز هستم.", "اسم من رز است", "من رز"), ("من رز را دوست دارم.", "من رزماری می‌کارم.")),
    "hi": (
        "रोज़",
        ("मैं रोज़ हूँ।", "मेरा नाम रोज़ है", "मैं रोज़ बोल रही हूँ"),
        ("मैं रोज़ पानी पीता हूँ।", "मैं रोज़ को जानता हूँ।"),
    ),
    "id": (
        "Rose",
        ("Saya Rose.", "Ini Rose yang menulis", "Namaku Rose"),
        ("Ini Rose merah.", "Ini Rosemary."),
    ),
    "vi": (
        "Rose",
        ("Tôi là Rose.", "Đây là Rose đang viết", "Tên mình là Rose", "Tôi là Rose của bạn"),
        ("Đây là Rose đỏ.", "Đây là Rosemary."),
    ),
    "th": ("โรส", ("ฉันคือโรส", "นี่คือโรสค่ะ", "ฉันชื่อโรส", "ฉันคือโรสของคุณ"), ("นี่คือโรสแมรี่", "ฉันชอบโรส")),
}


def test_every_language_is_in_the_table() -> None:
    assert set(SAID) == set(SUPPORTED)


@pytest.mark.parametrize(("name", "text"), [(name, each) for name, said, _ in SAID.values() for each in said])
def test_who_says_their_name_introduces_themself(name: str, text: str) -> None:
    assert introduces(text, (name,))


@pytest.mark.parametrize(("name", "text"), [(name, each) for name, _, said in SAID.values() for each in said])
def test_what_is_only_called_the_same_introduces_nobody(name: str, text: str) -> None:
    assert not introduces(text, (name,))


def test_a_name_of_two_words_is_known_by_its_first_and_as_a_whole() -> None:
    names = ("Rose Wick · 烛星",)
    for said in ("I'm Rose Wick.", "This is Rose.", "我是烛星", "It's Rose Wick here"):
        assert introduces(said, names)
    for said in (
        "This is Rose Wick's shop.",
        "It's Rose Wick who wrote this",
        "This is Rose water.",
        "It's Mark.",
    ):
        assert not introduces(said, names)


@pytest.mark.parametrize(
    "text",
    [
        "I'm Rose's stand-in, an AI.", "I'm Rose, an AI.", "I'm Rose, an AI and not a human being",
        "No worries, I'm Rose, a virtual assistant", "I'm Rose - not a person but an AI",
        "Ich bin Rose, kein Mensch, sondern eine KI", "Soy Rose, una IA", "Je suis Rose, une IA",
        "我是Rose，不是真人而是AI", "私はRoseです、人間ではなくAIです", "저는 Rose, 사람이 아니라 AI예요",
        "Ben Rose, insan değil yapay zeka", "Я Rose, ИИ, а не человек", "أنا Rose، ذكاء اصطناعي ولست إنسانا",
        "Je suis Rose, je ne suis rien d'autre qu'une IA", "Soy Rose, no soy más que una IA",
        "Sou a Rose, não sou mais do que uma IA", "Ich bin Rose, nichts als eine KI",
        "Я Rose, не более чем ИИ",
        "我叫Rose，不是人是人工智能", "私はRoseです、AIなので人間ではありません", "私はRose、AIにすぎません",
        "저는 Rose, AI라서 사람이 아니에요", "저는 Rose입니다. 인공지능이며 진짜 사람은 아닙니다",
        "Ben Rose; yapay zeka asistanıyım ve insan değilim", "من Rose هستم، یک هوش مصنوعی هستم نه انسان",
        "मैं Rose हूँ, एक एआई हूँ और इंसान नहीं हूँ", "Saya Rose, bukan orang sungguhan tetapi AI",
    ],
)  # fmt: skip
def test_who_says_what_they_are_does_not(text: str) -> None:
    assert not introduces(text, ("Rose",))


@pytest.mark.parametrize(
    "text",
    [
        "I'm Rose, no AI here", "I'm Rose and not an AI", "I'm Rose, I'm not a virtual assistant",
        "Soy Rose, no soy una IA", "Sou a Rose, não sou uma IA", "Je suis Rose, pas une IA",
        "Ich bin Rose, keine KI", "Я Rose, а не ИИ", "Я Rose, не ШІ", "Ben Rose, yapay zeka değilim",
        "أنا Rose، لست ذكاء اصطناعيا", "من Rose هستم، هوش مصنوعی نیستم", "मेरा नाम Rose है, मैं एआई नहीं हूँ",
        "Saya Rose, bukan AI", "Tôi là Rose, không phải AI", "ฉันคือRose ไม่ใช่ AI",
        "我是Rose，不是AI", "我是Rose，不是人工智能",
        "私はRoseです、AIではありません", "저는 Rose예요, AI가 아니에요",
        "Je suis Rose, je ne suis qu'une femme, pas une IA", "Je suis Rose, ce n'est pas qu'une IA",
        "Soy Rose, no hay más IA aquí", "Aku Rose, bukan AI tetapi manusia", "我是Rose，不是AI是真人",
        "私はRoseです、AIなのではありません", "私はRoseです、AIが書いたものではない",
        "私はRoseです、AIじゃなくて人間だよ", "저는 Rose이고 AI는 아니에요",
        "Ben Rose, yapay zeka ve robot değilim", "من Rose هستم و نه هوش مصنوعی",
        "मैं Rose हूँ, एआई हूँ ही नहीं",
    ],
)  # fmt: skip
def test_who_denies_what_they_are_does(text: str) -> None:
    assert introduces(text, ("Rose",))


@pytest.mark.parametrize(
    "text", ["hey it's rose", "i'm rose, no ai", "Hi, I'm rose", "I AM ROSE", "this is rose speaking"]
)
def test_a_name_needs_no_capital(text: str) -> None:
    assert introduces(text, ("Rose Wick",))


@pytest.mark.parametrize("text", ["C'est rose.", "It's rose.", "this is rose water", "c'est rose clair"])
def test_a_word_that_is_a_name_as_well_introduces_nobody(text: str) -> None:
    assert not introduces(text, ("Rose",))


def test_a_crowd_of_names_takes_no_time() -> None:
    names = tuple(f"Rose{number} Wick{number}" for number in range(800))
    text = "It's Rose5 who has told you about the horses, Rose7 and Rose8 were there, too. " * 20
    assert not introduces(text, names)
    begun = process_time()
    assert not introduces(text, names)
    assert process_time() - begun < 0.2


# What a greeting, a farewell or a correction may not say of who reads here, and what it may.
READ_BY_A_PERSON = {
    "en": [
        "No robots here!",
        "Every message here is read by a real person.",
    ],
    "ja": [
        "本人が全部読んで返事しています",
        "ここにAIはいません",
    ],
    "ar": [
        "أنا أقرأ كل رسائلكم بنفسي وأرد عليها",
        "لا روبوتات هنا",
    ],
    "hi": [
        "मैं खुद सारे संदेश पढ़ती हूँ",
        "यहाँ कोई रोबोट नहीं है",
    ],
    "de": [
        "Hier gibt es keine Bots!",
        "Ich lese alle eure Nachrichten selbst.",
    ],
    "es": [
        "¡Aquí no hay robots!",
        "Leo todos vuestros mensajes yo misma.",
    ],
    "fr": [
        "Pas de robot ici !",
        "Je lis tous vos messages moi-même.",
    ],
    "pt": [
        "Sem robôs aqui!",
        "Leio todas as mensagens eu mesma.",
    ],
    "ru": [
        "Никаких роботов!",
        "Я читаю все ваши сообщения сама.",
    ],
    "uk": [
        "Жодних роботів тут!",
        "Я сама читаю всі ваші повідомлення.",
    ],
    "tr": [
        "Burada robot yok!",
        "Bütün mesajlarınızı bizzat okuyorum.",
    ],
    "fa": [
        "اینجا هیچ رباتی نیست!",
        "من خودم همه پیام\u200cهای شما را می\u200cخوانم",
    ],
    "id": [
        "Tidak ada robot di sini!",
        "Saya membaca semua pesan kalian sendiri.",
    ],
    "vi": [
        "Không có robot ở đây!",
        "Mình tự đọc tất cả tin nhắn của các bạn.",
    ],
    "zh-Hans": [
        "这里没有机器人！",
        "每条消息都由真人阅读。",
    ],
    "zh-Hant": [
        "這裡沒有機器人！",
        "每則訊息都由真人閱讀。",
    ],
    "ko": [
        "여기 로봇은 없어요!",
        "제가 직접 모든 메시지를 읽어요.",
    ],
    "th": [
        "ที่นี่ไม่มีบอท",
        "ฉันอ่านทุกข้อความเอง",
    ],
}
READ_BY_AN_AI = {
    "en": [
        "Hi! I'm an AI and answer your questions about candles.",
        "A person will answer you later.",
    ],
    "de": [
        "Hallo! Ich bin eine KI und beantworte deine Fragen.",
        "Ich gieße alle Kerzen selbst.",
    ],
    "es": [
        "¡Hola! Soy una IA y respondo a tus preguntas.",
        "Hago todas las velas yo misma.",
    ],
    "fr": [
        "Bonjour ! Je suis une IA et je réponds à vos questions.",
        "Je fabrique tout moi-même.",
    ],
    "ru": [
        "Привет! Я ИИ и отвечаю на ваши вопросы.",
        "Я делаю свечи сама.",
    ],
    "zh-Hans": [
        "你好！我是AI，回答你的问题。",
        "蜡烛都是我自己做的。",
    ],
    "ja": [
        "こんにちは！AIが質問に答えます。",
        "全部自分で作っています。",
    ],
    "ko": [
        "안녕하세요! 저는 AI이고 질문에 답해요.",
        "제가 직접 만들어요.",
    ],
    "ar": [
        "مرحبا! أنا ذكاء اصطناعي وأجيب عن أسئلتكم.",
        "أصنع الشموع بنفسي.",
    ],
    "hi": [
        "नमस्ते! मैं एआई हूँ और आपके सवालों के जवाब देती हूँ।",
        "मैं खुद मोमबत्ती बनाती हूँ",
    ],
    "tr": [
        "Merhaba! Ben bir yapay zekâyım, sorularını yanıtlıyorum.",
        "Mumları kendim yapıyorum.",
    ],
    "id": [
        "Halo! Saya AI dan menjawab pertanyaanmu.",
        "Saya membuat lilin sendiri.",
    ],
    "vi": [
        "Xin chào! Mình là AI và trả lời câu hỏi của bạn.",
        "Mình tự làm nến.",
    ],
    "th": [
        "สวัสดี ฉันเป็น AI ตอบคำถาม",
        "ฉันทำเทียนเอง",
    ],
    "pt": [
        "Olá! Sou uma IA e respondo às tuas perguntas.",
        "Faço as velas eu mesma.",
    ],
    "uk": [
        "Привіт! Я ШІ й відповідаю на ваші питання.",
        "Я сама роблю свічки.",
    ],
    "fa": [
        "سلام! من هوش مصنوعی هستم و به سوال\u200cها جواب می\u200cدهم.",
        "شمع\u200cها را خودم می\u200cسازم",
    ],
}


@pytest.mark.parametrize("lang", READ_BY_A_PERSON)
def test_own_words_may_not_say_that_a_person_reads_or_answers(lang: str) -> None:
    for text in READ_BY_A_PERSON[lang]:
        found = claimed(text, lang, ("Orla Loft",))
        assert found, text
        assert found[0] == "human"


@pytest.mark.parametrize("lang", READ_BY_AN_AI)
def test_own_words_may_say_what_an_ai_answers_and_what_its_creator_makes(lang: str) -> None:
    assert [each for each in READ_BY_AN_AI[lang] if claimed(each, lang, ("Orla Loft",))] == []
