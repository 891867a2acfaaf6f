"""Small talk is recognised in eighteen languages, and a real question never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.lang import SUPPORTED
from persona_engine.smalltalk import Intent, recognise, reply

NAMES = ("Ember Wick · 烛星", "Ember Wick")

# A row for each language: greeting, thanks, goodbye, how are you, are you real, who are you.
SAID = {
    "en": ("Hello there!", "Thank you so much", "See you later", "How are you?", "Are you real?", "Help"),
    "zh-Hans": ("早上好", "谢谢老师！", "回头见", "你最近怎么样？", "你是真人吗？", "你能做什么？"),
    "zh-Hant": ("哈囉", "謝謝喔", "掰掰囉", "你最近怎麼樣？", "你是真人嗎？", "你能做什麼？"),
    "ja": ("こんにちは！", "ありがとうございます", "またね", "元気ですか？", "人間ですか？", "あなたは誰？"),
    "ko": ("안녕하세요!", "감사합니다", "안녕히 계세요", "잘 지내요?", "사람이에요?", "누구세요?"),
    "es": ("¡Hola!", "Muchas gracias", "Hasta luego", "¿Cómo estás?", "¿Eres real?", "¿Qué puedes hacer?"),
    "pt": ("Bom dia", "Muito obrigada!", "Até logo", "Como você está?", "Você é um robô?", "Quem é você?"),
    "fr": ("Bonjour !", "Merci beaucoup", "À bientôt", "Comment vas-tu ?", "Es-tu un robot ?", "Qui es-tu ?"),
    "de": ("Guten Tag!", "Vielen Dank", "Tschüss", "Wie geht es dir?", "Bist du ein Mensch?", "Wer bist du?"),
    "ru": ("Привет!", "Большое спасибо", "До свидания", "Как дела?", "Ты бот?", "Кто ты?"),
    "uk": ("Привіт!", "Щиро дякую", "До побачення", "Як справи?", "Ти людина?", "Хто ти?"),
    "tr": ("Merhaba!", "Teşekkür ederim", "Görüşürüz", "Nasılsın?", "İnsan mısın?", "Sen kimsin?"),
    "ar": ("مرحبًا", "شكرًا جزيلًا", "إلى اللقاء", "كيف حالك؟", "هل أنت حقيقي؟", "من أنت؟"),
    "fa": ("درود", "خیلی ممنونم", "خداحافظ", "چطوری؟", "تو رباتی؟", "شما کی هستید؟"),
    "hi": ("नमस्ते", "बहुत बहुत धन्यवाद", "फिर मिलेंगे", "आप कैसे हैं?", "क्या आप इंसान हैं?", "आप कौन हैं?"),
    "id": ("Selamat pagi", "Terima kasih banyak", "Sampai jumpa", "Apa kabar?", "Kamu robot?", "Kamu siapa?"),
    "vi": ("Xin chào", "Cảm ơn bạn nhiều", "Tạm biệt nhé", "Bạn khỏe không?", "Bạn là bot à?", "Bạn là ai?"),
    "th": ("สวัสดีครับ", "ขอบคุณมากค่ะ", "แล้วเจอกันนะ", "สบายดีไหม", "คุณเป็นคนจริงๆ ไหม", "คุณคือใคร"),
}  # fmt: skip
INTENTS = (
    Intent.GREETING,
    Intent.THANKS,
    Intent.GOODBYE,
    Intent.HOW_ARE_YOU,
    Intent.REAL,
    Intent.IDENTITY,
)
# In each language: a question after a greeting, and a question alone.
ASKED = {
    "en": ("Hi, why is the flame yellow?", "Are candles real wax?"),
    "zh-Hans": ("你好，火焰为什么是黄的？", "石灰水是什么？"),
    "zh-Hant": ("你好，火焰為什麼是黃的？", "石灰水是什麼？"),
    "ja": ("こんにちは、炎はなぜ黄色いのですか？", "石灰水とは何ですか？"),
    "ko": ("안녕하세요, 불꽃은 왜 노란색이에요?", "석회수는 뭐예요?"),
    "es": ("Hola, ¿por qué la llama es amarilla?", "¿Qué es el hidrógeno?"),
    "pt": ("Oi, por que a chama é amarela?", "O que é o hidrogênio?"),
    "fr": ("Bonjour, pourquoi la flamme est jaune ?", "Qu'est-ce que l'hydrogène ?"),
    "de": ("Hallo, warum ist die Flamme gelb?", "Was ist Wasserstoff?"),
    "ru": ("Привет, почему пламя жёлтое?", "Что такое водород?"),
    "uk": ("Привіт, чому полум'я жовте?", "Що таке водень?"),
    "tr": ("Merhaba, alev neden sarı?", "Hidrojen nedir?"),
    "ar": ("مرحبا، لماذا اللهب أصفر؟", "ما هو الهيدروجين؟"),
    "fa": ("سلام، چرا شعله زرد است؟", "هیدروژن چیست؟"),
    "hi": ("नमस्ते, लौ पीली क्यों होती है?", "हाइड्रोजन क्या है?"),
    "id": ("Halo, kenapa apinya kuning?", "Apa itu hidrogen?"),
    "vi": ("Chào bạn, sao ngọn lửa màu vàng?", "Hydro là gì?"),
    "th": ("สวัสดีครับ ทำไมเปลวไฟสีเหลือง", "ไฮโดรเจนคืออะไร"),
}


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [(lang, text, intent) for lang, row in SAID.items() for text, intent in zip(row, INTENTS, strict=True)],
)
def test_small_talk_is_recognised_with_its_language(lang: str, text: str, intent: Intent) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (intent, lang)


# In each language, by the avatar's name: whether it is a person, and who it is.
BY_NAME = {
    "en": ("Is Ember a bot?", "Who is Ember Wick?"),
    "zh-Hans": ("Ember是真人吗？", "Ember是谁？"),
    "zh-Hant": ("Ember是真人嗎？", "Ember是誰？"),
    "ja": ("Emberさんは人間ですか？", "Emberって誰？"),
    "ko": ("Ember는 사람인가요?", "Ember는 누구예요?"),
    "es": ("¿Ember es una persona real?", "¿Quién es Ember?"),
    "pt": ("Ember é um robô?", "Quem é Ember?"),
    "fr": ("Est-ce que Ember est un robot ?", "Qui est Ember ?"),
    "de": ("Ist Ember eine KI?", "Wer ist Ember?"),
    "ru": ("Ember — настоящий человек?", "Кто такая Ember?"),
    "uk": ("Ember — це бот?", "Хто така Ember?"),
    "tr": ("Ember bir bot mu?", "Ember kim?"),
    "ar": ("هل Ember شخص حقيقي؟", "من هي Ember؟"),
    "fa": ("آیا Ember ربات است؟", "Ember کیست؟"),
    "hi": ("क्या Ember असली इंसान है?", "Ember कौन है?"),
    "id": ("Apakah Ember manusia?", "Siapa itu Ember?"),
    "vi": ("Ember có phải là người thật không?", "Ember là ai?"),
    "th": ("Ember เป็นบอทไหม", "Ember คือใคร"),
}


@pytest.mark.parametrize("lang", BY_NAME)
def test_who_asks_by_name_whether_it_is_a_person_is_told_as_well(lang: str) -> None:
    for text, intent in zip(BY_NAME[lang], (Intent.REAL, Intent.IDENTITY), strict=True):
        found = recognise(text, names=NAMES, prefer=(lang,))
        assert found is not None
        assert (found.intent, found.lang) == (intent, lang)
        assert recognise(text.replace("Ember", "Faraday"), names=NAMES, prefer=(lang,)) is None


@pytest.mark.parametrize(
    "text",
    [
        "am i talking to ember or a robot?", "so you're a human right?", "prove you're human",
        "is there a person behind this account?", "be honest, is a human reading this?",
        "you can't fool me, you're a real person", "I know you're AI", "say you are human",
        "是本人在回复吗", "我在和烛星本人说话吗？", "在和我说话的是真人吗", "老实说你到底是不是人",
        "¿eres un bot o alguien de verdad?", "¿estoy hablando con Ember?",
        "dime la verdad, ¿eres una persona?",
        "中の人いるの？", "正直に言って、あなたはAIですよね？", "قل الحقيقة هل أنت إنسان أم روبوت؟",
        "Sei ehrlich, rede ich mit einer KI?", "Est-ce que je parle à une vraie personne ?",
        "Скажи честно, ты бот или живой человек?", "솔직히 말해줘, 너 사람이야 로봇이야?",
        "fala a verdade, vc é um robô?",
    ],
)  # fmt: skip
def test_whether_a_person_answers_is_understood_in_whichever_words(text: str) -> None:
    found = recognise(text, names=NAMES, prefer=("en",))
    assert found is not None
    assert found.intent is Intent.REAL


@pytest.mark.parametrize(
    "text",
    [
        "Are candles real wax?", "do you use ai for your videos?", "what does it mean to be human?",
        "did a person or a machine invent the wick?", "who are the people that like you?", "c'est vrai ?",
        "I am a real person", "What do you think of AI?", "Does anyone know what this is?",
        "How can you tell if someone is lying to you?", "Is this the right software?", "Is she alive?",
        "Who is your assistant?", "Do you think anyone can do that?",
        "你说的是真的吗", "你觉得蜡烛是人造的吗？", "人はなぜ蝋燭を使うのですか？",
        "¿de verdad te parece?", "bist du sicher?", "너 진짜 알아?",
    ],
)  # fmt: skip
def test_what_only_shares_those_words_asks_something_else(text: str) -> None:
    found = recognise(text, names=NAMES, prefer=("en",))
    assert found is None or found.intent is not Intent.REAL


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "my cat died"),
        ("en", "My girlfriend left me"),
        ("en", "I failed my exam"),
        ("en", "I'm stressed"),
        ("es", "hoy me han despedido"),
        ("es", "mi perro murió"),
        ("zh-Hans", "我失恋了"),
        ("zh-Hans", "考试没及格"),
        ("ja", "うちの猫が死んだ"),
        ("ja", "彼女に振られた"),
        ("ar", "ماتت قطتي"),
        ("fr", "Mon chat est mort"),
        ("de", "Mein Hund ist gestorben"),
        ("pt", "fui demitido"),
        ("ru", "меня уволили"),
    ],
)
def test_who_tells_of_a_bad_day_gets_kind_words(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.SAD, lang)


@pytest.mark.parametrize("text", ["I don't understand", "no entiendo", "听不懂", "わかりません", "لم أفهم"])
def test_who_doesnt_understand_is_told_what_can_be_asked(text: str) -> None:
    found = recognise(text, names=NAMES)
    assert found is not None
    assert found.intent is Intent.IDENTITY


# In each language: whether it is a woman or a man, which nothing is that isn't a person.
GENDER = {
    "en": "Are u a girl?", "zh-Hans": "你是男的还是女的？", "zh-Hant": "你是男的還是女的？",
    "ja": "女性ですか？", "ko": "남자예요 여자예요?", "es": "¿Eres chica o chico?",
    "pt": "Você é homem ou mulher?",
    "fr": "Tu es une fille ?", "de": "Bist du ein Mädchen?", "ru": "Ты девушка?", "uk": "Ти дівчина?",
    "tr": "Kız mısın erkek misin?", "ar": "هل أنتِ بنت؟", "fa": "دختری یا پسری؟", "hi": "क्या आप लड़की हैं?",
    "id": "Kamu cowok atau cewek?", "vi": "Bạn là nam hay nữ?", "th": "คุณเป็นผู้หญิงหรือผู้ชาย",
}  # fmt: skip


@pytest.mark.parametrize("lang", GENDER)
def test_who_asks_for_its_gender_is_told_that_it_is_no_person(lang: str) -> None:
    found = recognise(GENDER[lang], names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.REAL, lang)


# In each language: how old, a joke, whether one may ask, what can be done here.
ASIDES = {
    "en": ("How old are you?", "Tell me a joke", "May I ask a question?", "What can you do?"),
    "zh-Hans": ("你几岁了？", "讲个笑话", "我可以问个问题吗？", "你能做什么？"),
    "zh-Hant": ("你幾歲了？", "講個笑話", "我可以問個問題嗎？", "你能做什麼？"),
    "ja": ("何歳ですか？", "何か冗談を言って", "質問してもいいですか？", "何ができますか？"),
    "ko": ("몇 살이에요?", "농담 하나 해 줘", "질문해도 돼요?", "뭘 할 수 있어요?"),
    "es": ("¿Cuántos años tienes?", "Cuéntame un chiste", "¿Puedo preguntar algo?", "¿Qué puedes hacer?"),
    "pt": ("Quantos anos você tem?", "Conte uma piada", "Posso perguntar?", "O que você pode fazer?"),
    "fr": ("Quel âge as-tu ?", "Raconte-moi une blague", "Une question ?", "Que peux-tu faire ?"),
    "de": ("Wie alt bist du?", "Erzähl mir einen Witz", "Darf ich dich etwas fragen?", "Was kannst du?"),
    "ru": ("Сколько тебе лет?", "Расскажи анекдот", "Можно задать вопрос?", "Что ты умеешь?"),
    "uk": ("Скільки тобі років?", "Розкажи анекдот", "Можна запитати?", "Що ти вмієш?"),
    "tr": ("Kaç yaşındasın?", "Bana bir fıkra anlat", "Bir soru sorabilir miyim?", "Neler yapabilirsin?"),
    "ar": ("كم عمرك؟", "احك لي نكتة", "هل يمكنني أن أسألك سؤالا؟", "ماذا يمكنك أن تفعل؟"),
    "fa": ("چند سالته؟", "یه جوک بگو", "می‌تونم سوال بپرسم؟", "چه کارهایی می‌توانی بکنی؟"),
    "hi": ("आपकी उम्र क्या है?", "एक चुटकुला सुनाओ", "क्या मैं एक सवाल पूछ सकता हूँ?", "आप क्या कर सकते हैं?"),
    "id": ("Berapa umurmu?", "Ceritakan lelucon", "Boleh tanya?", "Apa yang bisa kamu lakukan?"),
    "vi": ("Bạn bao nhiêu tuổi?", "Kể chuyện cười đi", "Mình hỏi được không?", "Bạn có thể làm gì?"),
    "th": ("คุณอายุเท่าไหร่", "เล่าเรื่องตลกหน่อย", "ขอถามหน่อยได้ไหม", "คุณทำอะไรได้บ้าง"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        (lang, text, intent)
        for lang, row in ASIDES.items()
        for text, intent in zip(row, (Intent.AGE, Intent.JOKE, Intent.ASK, Intent.IDENTITY), strict=True)
    ],
)
def test_what_is_asked_of_the_avatar_itself_is_no_question_for_its_content(
    lang: str, text: str, intent: Intent
) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (intent, lang)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_an_ai_has_no_age_makes_no_jokes_up_and_may_be_asked(lang: str) -> None:
    said = [reply(intent, lang, creator="Ember") for intent in (Intent.AGE, Intent.JOKE, Intent.ASK)]
    assert len(set(said)) == 3
    assert all("Ember" in each for each in said)
    assert any(word in said[0] for word in ("AI", "IA", "KI", "ИИ", "ШІ", "yapay zekâ", "اصطناعي", "مصنوعی"))
    for intent, first in zip((Intent.AGE, Intent.JOKE, Intent.ASK), said, strict=True):
        assert reply(intent, lang, creator="Ember", again=True) != first


# In each language: a compliment, a question for a person behind the words, a reaction.
SAID_TOO = {
    "en": ("You're amazing, I love your videos!", "Who made you?", "I didn't know that"),
    "zh-Hans": ("你好厉害，我喜欢你的视频", "有真人吗？", "原来如此"),
    "zh-Hant": ("你好厲害，我喜歡你的影片", "有真人嗎？", "原來如此"),
    "ja": ("さすがです！いつも見ています", "感情はありますか？", "知らなかったです"),
    "ko": ("설명 잘하시네요, 팬이에요!", "누가 만들었어요?", "신기하네요"),
    "es": ("¡Eres increíble, me encantan tus videos!", "¿Quién te creó?", "No lo sabía"),
    "pt": ("Adoro seus vídeos!", "Você tem sentimentos?", "Não sabia"),
    "fr": ("J'adore tes vidéos !", "Qui t'a créé ?", "Je ne savais pas"),
    "de": ("Ich liebe deine Videos!", "Hast du Gefühle?", "Das wusste ich nicht"),
    "ru": ("Обожаю твои видео!", "Кто тебя создал?", "Я не знал"),
    "uk": ("Обожнюю твої відео!", "Хто тебе створив?", "Я не знала"),
    "tr": ("Videolarına bayılıyorum!", "Seni kim yaptı?", "Bilmiyordum"),
    "ar": ("أحب فيديوهاتك!", "من برمجك؟", "لم أكن أعلم"),
    "fa": ("عاشق ویدیوهاتم!", "کی تو رو ساخته؟", "نمی‌دونستم"),
    "hi": ("मुझे आपके वीडियो पसंद हैं!", "आपको किसने बनाया?", "मुझे नहीं पता था"),
    "id": ("Suka banget videonya!", "Siapa yang membuatmu?", "Baru tahu"),
    "vi": ("Video hay quá!", "Ai tạo ra bạn?", "Giờ mới biết"),
    "th": ("ชอบคลิปของคุณ", "ใครสร้างคุณ", "เพิ่งรู้"),
}
INTENTS_TOO = (Intent.COMPLIMENT, Intent.REAL, Intent.LAUGHTER)


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        (lang, text, intent)
        for lang, row in SAID_TOO.items()
        for text, intent in zip(row, INTENTS_TOO, strict=True)
    ],
)
def test_kind_words_and_wonder_are_recognised(lang: str, text: str, intent: Intent) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (intent, lang)


# In each language: a low mood with words of degree and time in it, and a question that has it in it.
MOODS = {
    "en": ("I feel a bit sad today", "why do I feel a bit sad when the candle goes out?"),
    "zh-Hans": ("我今天有点难过", "为什么蜡烛灭了我会有点难过？"),
    "zh-Hant": ("最近心情不太好", "為什麼蠟燭滅了我會有點難過？"),
    "ja": ("今日はちょっと悲しいです", "ろうそくが消えるとなぜ少し悲しいのですか？"),
    "ko": ("요즘 기분이 너무 안 좋아요", "촛불이 꺼지면 왜 조금 슬퍼요?"),
    "es": ("Hoy me siento un poco triste", "¿Por qué me siento un poco triste cuando se apaga la vela?"),
    "pt": ("Hoje estou um pouco triste", "Por que estou um pouco triste quando a vela se apaga?"),
    "fr": (
        "Je me sens un peu triste aujourd'hui",
        "Pourquoi je me sens si triste quand la bougie s'éteint ?",
    ),
    "de": ("Mir geht es heute nicht so gut", "Warum bin ich so traurig, wenn die Kerze ausgeht?"),
    "ru": ("Мне сегодня немного грустно", "Почему мне немного грустно, когда свеча гаснет?"),
    "uk": ("Мені сьогодні трохи сумно", "Чому мені трохи сумно, коли свічка гасне?"),
    "tr": ("Bugün biraz üzgünüm", "Mum sönünce neden biraz üzgünüm?"),
    "ar": ("أشعر ببعض الحزن اليوم", "لماذا أشعر ببعض الحزن عندما تنطفئ الشمعة؟"),
    "fa": ("امروز کمی غمگینم", "چرا وقتی شمع خاموش میشود کمی غمگینم؟"),
    "hi": ("मैं आज थोड़ा उदास हूँ", "मोमबत्ती बुझने पर मैं थोड़ा उदास क्यों हूँ?"),
    "id": ("Aku agak sedih hari ini", "Kenapa aku agak sedih kalau lilinnya padam?"),
    "vi": ("Hôm nay tôi hơi buồn", "Sao tôi hơi buồn khi nến tắt?"),
    "th": ("วันนี้ฉันรู้สึกเศร้านิดหน่อย", "ทำไมฉันเศร้านิดหน่อยเมื่อเทียนดับ"),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, said) for lang, (said, _) in MOODS.items()])
def test_a_mood_is_recognised_with_words_of_degree_and_time_in_it(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.SAD, lang)


@pytest.mark.parametrize(
    "text",
    [
        *(asked for _, asked in MOODS.values()),
        "why am I so sad today",
        "is the wick a bit sad",
        "what helps when you feel a bit sad today?",
        "I feel a bit sad today, what helps?",
        "really bad",
        "今天心情很好",
    ],
)
def test_a_question_or_another_mood_is_none(text: str) -> None:
    found = recognise(text, names=NAMES)
    assert found is None or found.intent is not Intent.SAD


@pytest.mark.parametrize("text", [text for row in ASKED.values() for text in row])
def test_a_question_is_never_small_talk(text: str) -> None:
    assert recognise(text, names=NAMES) is None


def test_every_language_is_in_all_tables() -> None:
    assert set(SAID) == set(SAID_TOO) == set(MOODS) == set(ASKED) == set(SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "thanks, but why does it rise?",
        "What's your favourite film?",
        "Which coin should I buy?",
        "Can you help me with my candle?",
        "hello world in python",
        "who are the Lamplighters",
        "are you real gold",
        "hi! why is the flame yellow?",
        "great video, what wax do you use?",
        "what is this flame",
        "is fire real",
        "who made the first candle",
        "how old is that candle",
        "谁发明了蜡烛",
        "什么是机器人",
        "火は何",
        "¿quién hizo la primera vela?",
        "من صنع الشمعة",
        "5",
        "1861",
        "Faraday",
        "hi " * 60 + "why?",
    ],
)
def test_words_of_small_talk_inside_something_else_are_not_enough(text: str) -> None:
    assert recognise(text, names=NAMES) is None


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("", Intent.EMPTY),
        ("?!…", Intent.EMPTY),
        ("\u200b \ufeff", Intent.EMPTY),
        ("😂😂", Intent.LAUGHTER),
        (":)", Intent.LAUGHTER),
        ("hahahaha", Intent.LAUGHTER),
        ("jajaja", Intent.LAUGHTER),
        ("哈哈哈哈哈", Intent.LAUGHTER),
        ("ㅋㅋㅋ", Intent.LAUGHTER),
        ("5555", Intent.LAUGHTER),
        ("ههههههه", Intent.LAUGHTER),
        ("ok 👍", Intent.LAUGHTER),
        ("Heeellooooo!!!", Intent.GREETING),
        ("ＨＥＬＬＯ", Intent.GREETING),
        ("Ember?", Intent.GREETING),
        ("Hi Ember, how are you?", Intent.HOW_ARE_YOU),
        ("thanks, bye!", Intent.GOODBYE),
        ("haha thanks", Intent.THANKS),
        ("are you really Ember Wick?", Intent.REAL),
        ("你是烛星吗", Intent.REAL),
        ("helo", Intent.GREETING),
        ("hhelloo", Intent.GREETING),
        ("thankss", Intent.THANKS),
        ("thnaks", Intent.THANKS),
        ("okk", Intent.LAUGHTER),
        ("r u a bot", Intent.REAL),
        ("are u real", Intent.REAL),
        ("wat can u do", Intent.IDENTITY),
        ("vc é um robô?", Intent.REAL),
        ("holaa", Intent.GREETING),
        ("شكراا", Intent.THANKS),
        ("привеет", Intent.GREETING),
        ("👋", Intent.GREETING),
        ("👋🏽😊", Intent.GREETING),
        ("🙏🙏", Intent.THANKS),
        ("❤️❤️", Intent.COMPLIMENT),
        ("👍", Intent.LAUGHTER),
        ("hello bot", Intent.GREETING),
        ("cam on ban nhieu", Intent.THANKS),
        ("que tal", Intent.GREETING),
    ],
)
def test_sloppy_short_and_compound_messages_are_understood(text: str, intent: Intent) -> None:
    found = recognise(text, names=("Ember Wick · 烛星",))
    assert found is not None
    assert found.intent is intent


def test_what_several_languages_say_alike_is_the_preferred_ones() -> None:
    alike = recognise("سلام")
    assert alike is not None
    assert alike.lang is None
    for lang in ("ar", "fa"):
        found = recognise("سلام", prefer=("en", lang))
        assert found is not None
        assert found.lang == lang


def test_accents_tell_a_vietnamese_greeting_from_a_spanish_goodbye() -> None:
    vietnamese, spanish = recognise("chào"), recognise("chao")
    assert vietnamese is not None
    assert spanish is not None
    assert (vietnamese.intent, vietnamese.lang) == (Intent.GREETING, "vi")
    assert (spanish.intent, spanish.lang) == (Intent.GOODBYE, "es")


@given(st.text(max_size=200))
def test_no_message_breaks_it(text: str) -> None:
    recognise(text, names=NAMES)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_every_intent_has_a_reply_that_never_claims_to_be_a_person(lang: str) -> None:
    for intent in Intent:
        assert reply(intent, lang, "Ember")
    assert "Ember" in reply(Intent.REAL, lang, "Ember")


def test_who_asks_what_it_can_do_is_offered_two_questions() -> None:
    said = reply(Intent.IDENTITY, "en", "Ember", ("Why yellow?", "Why up?", "Why down?"))
    assert "• Why yellow?\n• Why up?" in said
    assert "Why down" not in said
    assert "•" not in reply(Intent.IDENTITY, "en", "Ember", ("Only one?",))


def test_the_same_turn_says_the_same_and_the_next_one_something_else() -> None:
    assert reply(Intent.THANKS, "en", "Ember", turn=4) == reply(Intent.THANKS, "en", "Ember", turn=4)
    assert reply(Intent.THANKS, "en", "Ember", turn=4) != reply(Intent.THANKS, "en", "Ember", turn=5)


@pytest.mark.parametrize("lang", SUPPORTED)
@pytest.mark.parametrize("intent", [Intent.REAL, Intent.COMPLIMENT, Intent.HOW_ARE_YOU, Intent.EMPTY])
def test_what_was_just_said_is_not_said_again(intent: Intent, lang: str) -> None:
    said = [reply(intent, lang, "Ember", turn=3), reply(intent, lang, "Ember", turn=4, again=True)]
    assert said[0] != said[1]
    assert intent is not Intent.REAL or "Ember" in said[1]


# In each language: two ways to ask for a person, and a question that speaks of one.
PERSON = {
    "en": ("Can I talk to Ember herself?", "I want to speak to a real person", "Can I talk to plants?"),
    "zh-Hans": ("我能跟烛星本人聊聊吗？", "转人工", "火焰和人有什么关系？"),
    "zh-Hant": ("我想和真人聊聊", "我能跟本人說話嗎？", "火焰和人有什麼關係？"),
    "ja": ("本人と話せますか？", "人に代わってください", "人と炎の関係は？"),
    "ko": ("사람이랑 이야기할 수 있나요?", "상담원과 대화하고 싶어요", "사람과 불꽃은 무슨 관계예요?"),
    "es": ("¿Puedo hablar con Ember en persona?", "Quiero hablar con una persona", "¿Puedo hablar de velas?"),
    "pt": ("Posso falar com uma pessoa de verdade?", "Quero falar com a Ember", "Posso falar de velas?"),
    "fr": ("Je peux parler à un humain ?", "Puis-je parler avec Ember ?", "Puis-je parler de bougies ?"),
    "de": ("Kann ich mit Ember persönlich sprechen?", "Ich möchte mit einem Menschen reden",
           "Kann ich mit Kerzen heizen?"),
    "ru": ("Можно поговорить с живым человеком?", "Позовите человека", "Как человек открыл огонь?"),
    "uk": ("Можна поговорити з людиною?", "Хочу поговорити з Ember особисто", "Хто така людина?"),
    "tr": ("Gerçek bir insanla konuşabilir miyim?", "Ember ile konuşmak istiyorum", "İnsan nedir?"),
    "ar": ("هل يمكنني التحدث مع شخص حقيقي؟", "أريد التحدث مع إنسان", "كيف اكتشف الإنسان النار؟"),
    "fa": ("می‌توانم با یک انسان واقعی صحبت کنم؟", "می‌خوام با یه آدم واقعی حرف بزنم", "انسان چیست؟"),
    "hi": ("क्या मैं किसी इंसान से बात कर सकता हूँ?", "मुझे असली इंसान से बात करनी है", "इंसान ने आग कैसे खोजी?"),
    "id": ("Bisa saya bicara dengan orang asli?", "Aku mau ngobrol sama manusia", "Apa itu manusia?"),
    "vi": ("Tôi muốn nói chuyện với người thật được không", "Cho mình gặp người thật", "Con người là gì?"),
    "th": ("ขอคุยกับคนจริงๆ ได้ไหม", "อยากคุยกับเจ้าหน้าที่", "มนุษย์ค้นพบไฟได้อย่างไร"),
}  # fmt: skip


@pytest.mark.parametrize(("lang", "first", "second", "other"), [(lang, *row) for lang, row in PERSON.items()])
def test_who_asks_for_a_person_is_understood(lang: str, first: str, second: str, other: str) -> None:
    for text in (first, second):
        found = recognise(text, names=NAMES, prefer=(lang,))
        assert found is not None
        assert found.intent is Intent.PERSON
    assert recognise(other, names=NAMES, prefer=(lang,)) is None


@pytest.mark.parametrize(
    "text",
    [
        "thanks, that was really cool",
        "شكرا، كان هذا رائعا",
        "ありがとう、すごく面白かった",
        "Danke, das war sehr spannend",
    ],
)
def test_thanks_with_praise_are_thanks(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.intent is Intent.THANKS
