"""Good news are celebrated, an insult gets a calm answer; nobody's word of themselves is taken for either."""

import pytest

from kernel.lang import SUPPORTED
from persona_engine.smalltalk import Intent, recognise, reply

NAMES = ("Ember Wick · 烛星", "Ember Wick")

# In each language: good news and high moods.
GOOD_NEWS = {
    "en": ("I got the job!!", "I passed my exam", "we're having a baby", "I finally got the job today!",
           "OMG I got the job", "I'm so happy today", "Today is my birthday 🎂", "hi! I got promoted"),
    "es": ("¡¡Conseguí el trabajo!!", "He aprobado el examen", "vamos a tener un bebé",
           "por fin aprobé mi examen", "hoy es mi cumpleaños", "estoy muy feliz"),
    "zh-Hans": ("我找到工作了！", "我考试通过了", "我们要有宝宝了", "我终于考过了", "我今天特别开心"),
    "zh-Hant": ("我找到工作了！", "我考試通過了", "我們要有寶寶了", "我今天很開心"),
    "ja": ("仕事が決まりました！", "試験に合格しました", "赤ちゃんが生まれました", "やっと内定が出た！",
           "今日は誕生日です", "とても嬉しいです"),
    "ar": ("حصلت على الوظيفة!", "نجحت في الامتحان", "ننتظر طفلا", "أنا سعيد جدا اليوم",
           "أخيرا حصلت على وظيفة"),
    "de": ("Ich habe den Job bekommen!", "Ich habe die Prüfung bestanden", "Wir bekommen ein Baby",
           "Ich bin so glücklich heute"),
    "fr": ("J'ai eu le poste !", "J'ai réussi mon examen", "On attend un bébé", "Je suis trop contente"),
    "pt": ("Consegui o emprego!", "Passei na prova", "Vamos ter um bebê", "Estou muito feliz hoje"),
    "ru": ("Я получила работу!", "Я сдал экзамен", "У нас будет ребёнок", "Я так счастлива"),
    "uk": ("Я отримала роботу!", "Я склав іспит", "У нас буде дитина", "Я дуже щаслива"),
    "tr": ("İşi aldım!", "Sınavımı geçtim", "Bebeğimiz olacak", "Çok mutluyum"),
    "fa": ("کار پیدا کردم!", "امتحانم رو قبول شدم", "بچه دار می‌شویم", "خیلی خوشحالم امروز"),
    "hi": ("मुझे नौकरी मिल गई!", "मैं परीक्षा में पास हो गया", "हमारे घर बच्चा आने वाला है",
           "मैं बहुत खुश हूँ"),
    "id": ("Aku dapat kerja!", "Aku lulus ujian", "Kami akan punya bayi", "Aku senang banget"),
    "vi": ("Tôi được nhận việc rồi!", "Mình đậu kỳ thi rồi", "Chúng tôi sắp có em bé", "Mình vui quá"),
    "th": ("ฉันได้งานแล้ว!", "สอบผ่านแล้ว", "เรากำลังจะมีลูก", "ดีใจมากเลย"),
    "ko": ("나 취직했어요!", "시험에 합격했어요", "아기가 생겼어요", "너무 행복해요"),
}  # fmt: skip
# In each language: what is flung at the avatar.
INSULTS = {
    "en": ("you're useless", "you suck", "You are so stupid!", "useless bot", "shut up", "ur useless",
           "you're really dumb", "what a stupid bot", "you are a joke, Ember"),
    "es": ("eres un inútil", "eres tonta", "no sirves para nada", "cállate", "eres muy malo"),
    "zh-Hans": ("你真没用", "你是废物", "你什么都不懂", "垃圾机器人", "你太蠢了"),
    "zh-Hant": ("你真沒用", "你是廢物", "你什麼都不懂"),
    "ja": ("役立たず", "お前は使えない", "バカ", "何も知らないじゃん", "あなたは役に立たない"),
    "ar": ("أنت عديم الفائدة", "يا غبي", "لا فائدة منك", "بوت غبي"),
    "de": ("Du bist nutzlos", "Du nervst", "blöder Bot", "Du bist echt dumm"),
    "fr": ("Tu es nul", "tu sers à rien", "T'es vraiment stupide"),
    "pt": ("você é inútil", "você não serve pra nada", "bot burro"),
    "ru": ("ты бесполезный", "тупой бот", "ты ничего не знаешь"),
    "uk": ("ти нікчемний", "тупий бот"),
    "tr": ("işe yaramazsın", "aptal bot", "hiçbir şey bilmiyorsun"),
    "fa": ("تو بی‌فایده‌ای", "ربات احمق", "به درد نمی‌خوری"),
    "hi": ("तुम बेकार हो", "बेवकूफ", "तुम्हें कुछ नहीं आता"),
    "id": ("kamu tidak berguna", "bodoh", "bot bodoh"),
    "vi": ("bạn vô dụng quá", "đồ ngu", "bot ngu"),
    "th": ("คุณไร้ประโยชน์", "คุณโง่มาก", "บอทห่วย"),
    "ko": ("너 쓸모없어", "바보야", "멍청한 봇", "닥쳐"),
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), [(lang, each) for lang, row in GOOD_NEWS.items() for each in row])
def test_good_news_are_understood(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.JOY, lang)


@pytest.mark.parametrize(("lang", "text"), [(lang, each) for lang, row in INSULTS.items() for each in row])
def test_an_insult_is_understood(lang: str, text: str) -> None:
    found = recognise(text, names=NAMES, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.INSULT, lang)


@pytest.mark.parametrize(
    "text",
    [
        "I got the job of cleaning candles, how?", "I'm useless", "I am so useless", "I feel useless",
        "I suck", "I hate myself", "I'm stupid", "I want to go to hell", "nobody helps me, I'm worthless",
        "Why are you useless?", "are you stupid?", "I passed my exam, what now with the candle?",
        "How did you get the job?", "did you pass your exam?", "I'm so happy I could die", "I'm not happy",
        "we're having a baby, is candle smoke safe?", "is the wick useless", "I won't be here tomorrow",
        "soy un inútil", "soy inútil", "me odio", "no sirvo para nada", "我真没用", "我很没用", "我是废物",
        "我没用", "我太蠢了", "我想死", "你觉得我没用吗", "我怀孕了能点蜡烛吗", "私は役立たず",
        "私は役立たずです", "俺は使えない", "僕はバカだ", "死にたい", "自分は無能", "أنا عديم الفائدة",
        "أنا غبي", "أنا فاشل", "Ich bin nutzlos", "ich bin so dumm", "je suis nul", "je suis inutile",
        "eu sou inútil", "я бесполезный", "я тупой", "я ничего не умею", "я марний", "ben işe yaramazım",
        "aptalım", "من بی‌فایده‌ام", "من احمقم", "मैं बेकार हूँ", "मैं मूर्ख हूँ", "aku tidak berguna",
        "aku bodoh", "saya bodoh", "tôi vô dụng", "mình ngu quá", "ฉันไร้ประโยชน์", "ฉันโง่มาก",
        "ผมแย่มาก", "나는 쓸모없어", "나는 바보야", "저는 쓸모없어요", "난 바보예요", "난 쓰레기야",
        "em vô dụng quá", "em ngu quá", "最悪", "ไร้ค่า", "หนูโง่", "真没用", "쓸모없어", "I am pregnant",
        "怀孕了",
    ],
)  # fmt: skip
def test_what_is_said_of_oneself_or_asked_is_neither(text: str) -> None:
    for lang in SUPPORTED:
        found = recognise(text, names=NAMES, prefer=(lang,))
        assert found is None or found.intent not in (Intent.JOY, Intent.INSULT)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_good_news_are_celebrated_and_an_insult_is_answered_with_help_or_a_person(lang: str) -> None:
    for intent in (Intent.JOY, Intent.INSULT):
        first, second = (reply(intent, lang, "Ember", turn=turn) for turn in (0, 1))
        assert first != second
        assert all(("/human" in said) is (intent is Intent.INSULT) for said in (first, second))


def test_every_language_is_in_the_tables() -> None:
    assert set(GOOD_NEWS) == set(INSULTS) == set(SUPPORTED)
