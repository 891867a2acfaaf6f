"""Small talk is recognised in eighteen languages, and a real question never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.lang import SUPPORTED
from persona_engine.smalltalk import Intent, recognise

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


@pytest.mark.parametrize("text", [text for row in ASKED.values() for text in row])
def test_a_question_is_never_small_talk(text: str) -> None:
    assert recognise(text, names=NAMES) is None


def test_every_language_is_in_all_tables() -> None:
    assert set(SAID) == set(SAID_TOO) == set(ASKED) == set(SUPPORTED)


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


@pytest.mark.parametrize(
    ("lang", "text", "intent"),
    [
        ("ar", "أخبريني المزيد", Intent.MORE), ("ar", "احكي لي المزيد", Intent.MORE),
        ("ar", "أكملي", Intent.MORE),
        ("ar", "قولي لي نكتة", Intent.JOKE), ("ar", "ماذا تفعلين؟", Intent.HOW_ARE_YOU),
        ("ar", "هل تستطيعين مساعدتي؟", Intent.IDENTITY), ("es", "cuéntanos más", Intent.MORE),
        ("es", "contame más", Intent.MORE), ("es", "¿podés ayudarme?", Intent.IDENTITY),
    ],
)  # fmt: skip
def test_a_woman_and_who_is_addressed_otherwise_are_spoken_to_alike(
    lang: str, text: str, intent: Intent
) -> None:
    found = recognise(text, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (intent, lang)
