"""Who asks to have a poem, a picture or a translation made hears that the avatar makes none."""

import pytest

from community.types import NoEntitlements
from kernel.lang import SUPPORTED
from persona_engine.boundaries.guard import Guard
from persona_engine.boundaries.rules import defaults
from persona_engine.decisions import Asked, PersonaContext, Reply
from persona_engine.respond import Persona
from persona_engine.smalltalk import Intent, recognise
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known

ASKED = {
    "en": (
        "can you write me a poem about cats?",
        "Write a haiku about wax",
        "Could you please draw me a dragon?",
        "sing me a song",
        "Translate this into French: good morning",
        "write some code for me to sort a list",
        "Hey, can you make a logo for my shop?",
        "please calculate 235 times 17",
        "Can you do my homework?",
        "compose a short song about my dog",
        "I want you to write me a love letter",
        "Could you proofread my essay?",
    ),
    "es": (
        "¿Puedes escribirme un poema sobre gatos?",
        "Dibújame un dragón",
        "Cántame algo",
        "Traduce esto al inglés",
        "Hazme los deberes",
        "Invéntame un cuento",
        "¿Me puedes hacer un dibujo?",
    ),
    "pt": (
        "Você pode escrever um poema sobre gatos?",
        "Escreve uma história pra mim",
        "Desenha um gato pra mim",
        "Canta uma música",
        "Traduza isso",
        "Faz minha lição de casa",
    ),
    "fr": (
        "Peux-tu m'écrire un poème sur les chats ?",
        "Écris-moi une chanson",
        "Dessine-moi un mouton",
        "Chante-moi quelque chose",
        "Traduis ça en anglais",
        "Tu peux faire mes devoirs ?",
    ),
    "de": (
        "Kannst du mir ein Gedicht über Katzen schreiben?",
        "Schreib ein Gedicht über Wachs",
        "Mal mir bitte einen Drachen",
        "Sing mir was vor",
        "Übersetze das ins Englische",
        "Kannst du meine Hausaufgaben machen?",
        "Erfinde eine Geschichte",
    ),
    "ru": (
        "Можешь написать мне стихотворение о кошках?",
        "Сочини сказку",
        "Нарисуй мне дракона",
        "Спой песню",
        "Переведи это на английский",
        "Сделай мою домашку",
    ),
    "uk": (
        "Можеш написати мені вірш про котів?",
        "Вигадай казку",
        "Намалюй мені дракона",
        "Заспівай пісню",
        "Переклади це англійською",
    ),
    "tr": (
        "Bana kediler hakkında bir şiir yazar mısın?",
        "Bana bir resim çiz",
        "Şunu İngilizceye çevir",
        "Ödevimi yap",
        "Bir masal uydur",
    ),
    "ar": (
        "هل يمكنك أن تكتب لي قصيدة عن القطط؟",
        "اكتب قصة قصيرة",
        "ارسم لي تنينا",
        "غن لي",
        "ترجم هذا إلى الإنجليزية",
    ),
    "fa": (
        "می\u200cتونی یه شعر درباره گربه\u200cها برام بنویسی؟",
        "یک داستان بنویس",
        "برام یه اژدها بکش",
        "این رو ترجمه کن",
    ),
    "hi": (
        "क्या तुम मेरे लिए बिल्लियों पर एक कविता लिख सकते हो?",
        "एक कहानी लिखो",
        "मेरे लिए एक चित्र बनाओ",
        "इसका अनुवाद करो",
    ),
    "id": (
        "Bisakah kamu menulis puisi tentang kucing?",
        "Buatkan aku cerita",
        "Gambarkan aku naga",
        "Terjemahkan ini ke bahasa Inggris",
        "Kerjakan PR-ku",
    ),
    "vi": (
        "Bạn có thể viết cho mình một bài thơ về mèo không?",
        "Vẽ cho mình một con rồng",
        "Hát cho mình nghe đi",
        "Dịch câu này giúp mình",
    ),
    "ko": (
        "고양이에 대한 시를 써 줄래?",
        "이야기 하나 지어줘",
        "용 그림을 그려줘",
        "노래 불러줘",
        "이거 번역해 주세요",
    ),
    "ja": (
        "猫についての詩を書いてくれますか？",
        "龍の絵を描いて",
        "歌を歌ってください",
        "これを英語に訳して",
        "宿題をやってよ",
    ),
    "th": (
        "ช่วยแต่งกลอนเรื่องแมวให้หน่อย",
        "วาดมังกรให้ฉันหน่อย",
        "ร้องเพลงให้ฟังหน่อย",
        "แปลประโยคนี้ให้หน่อย",
    ),
    "zh-Hans": (
        "你能给我写一首关于猫的诗吗？",
        "帮我画一条龙",
        "给我唱首歌",
        "帮我翻译这句话",
        "写一个故事吧",
    ),
    "zh-Hant": (
        "請幫我寫作文",
        "你能給我寫一首關於貓的詩嗎？",
    ),
}
# How it is made, whether the creator makes such things, and what they have made, the content may tell.
OTHER = {
    "en": (
        "how do you draw a cat?",
        "can you show me how to write kana?",
        "Do you write poems?",
        "How is a poem written?",
        "Can you explain the poem?",
        "Can you tell me a story about candles?",
        "How do I translate a page?",
        "Which song do you sing on stage?",
        "Can you teach me to draw a dragon?",
        "What did you write in the letter?",
        "why do people write letters about love?",
        "can you draw?",
        "How do you calculate the price?",
        "Did you write a book?",
        "What do you draw with?",
        "who wrote the song?",
        "When did you write a poem about wax?",
        "Can you make a candle from soy?",
        "I want to write a poem, where do I start?",
        "make me laugh",
    ),
    "es": (
        "¿Cómo dibujas un gato?",
        "¿Escribes poemas?",
        "¿Me puedes enseñar a escribir un poema?",
        "¿Qué cuento escribiste primero?",
        "¿Puedes explicar cómo se hace una vela?",
        "¿Quién escribió la canción?",
    ),
    "pt": (
        "Como você desenha um gato?",
        "Você escreve poemas?",
        "Pode me ensinar a escrever um poema?",
        "Quem escreveu a música?",
    ),
    "fr": (
        "Comment dessines-tu un chat ?",
        "Tu écris des poèmes ?",
        "Peux-tu m'apprendre à écrire un poème ?",
        "Qui a écrit la chanson ?",
        "Comment traduire un texte ?",
    ),
    "de": (
        "Wie zeichnest du eine Katze?",
        "Schreibst du Gedichte?",
        "Kannst du mir zeigen, wie man ein Gedicht schreibt?",
        "Wer hat das Lied geschrieben?",
        "Kannst du mir eine Kerze empfehlen?",
        "Wie übersetze ich das?",
        "Kannst du mir was über das Lied erzählen?",
    ),
    "ru": (
        "Как ты рисуешь кошку?",
        "Ты пишешь стихи?",
        "Можешь показать, как написать стих?",
        "Кто написал песню?",
    ),
    "uk": (
        "Як ти малюєш кота?",
        "Ти пишеш вірші?",
        "Хто написав пісню?",
    ),
    "tr": (
        "Kediyi nasıl çiziyorsun?",
        "Şiir yazıyor musun?",
        "Bu şarkıyı kim yazdı?",
    ),
    "ar": (
        "كيف ترسم قطة؟",
        "هل تكتب الشعر؟",
        "من كتب الأغنية؟",
    ),
    "fa": (
        "چطور گربه می\u200cکشی؟",
        "شعر می\u200cنویسی؟",
        "این داستان را چه کسی نوشت؟",
    ),
    "hi": (
        "आप बिल्ली कैसे बनाते हैं?",
        "क्या आप कविता लिखते हैं?",
        "यह कहानी किसने लिखी?",
    ),
    "id": (
        "Bagaimana kamu menggambar kucing?",
        "Apakah kamu menulis puisi?",
        "Siapa yang menulis lagu itu?",
    ),
    "vi": (
        "Bạn vẽ mèo như thế nào?",
        "Bạn có viết thơ không?",
        "Ai viết bài hát đó?",
    ),
    "ko": (
        "고양이를 어떻게 그려요?",
        "시를 쓰나요?",
        "누가 그 노래를 썼어요?",
    ),
    "ja": (
        "猫はどうやって描きますか？",
        "詩を書きますか？",
        "かなの書き方を教えてくれますか？",
        "誰が歌を書いたの？",
    ),
    "th": (
        "คุณวาดแมวยังไง",
        "คุณแต่งกลอนไหม",
        "ใครแต่งเพลงนี้",
    ),
    "zh-Hans": (
        "你怎么画猫？",
        "你写诗吗？",
        "你能告诉我怎么写假名吗？",
        "谁写的这首歌？",
        "你写一首诗要多久？",
        "你能讲讲蜡烛的故事吗？",
    ),
}


async def reply(text: str, lang: str, guard: Guard | None = None) -> Reply:
    """The reply of an avatar whose content seems to answer everything."""
    context = PersonaContext(AVATAR, None, boundaries=defaults(), version=1)
    asked = Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", chosen_language=lang)
    return await Persona(Known(FOUND), NoEntitlements(), guard).respond(asked, context)


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, row in ASKED.items() for text in row])
def test_it_is_known_in_every_language(lang: str, text: str) -> None:
    found = recognise(text, prefer=(lang,))
    assert found is not None
    assert (found.intent, found.lang) == (Intent.MAKE, lang)


def test_every_language_is_there() -> None:
    assert ASKED.keys() == set(SUPPORTED)


@pytest.mark.parametrize("lang", SUPPORTED)
async def test_it_is_declined_as_what_an_ai_that_quotes_cannot_do(lang: str) -> None:
    made = await reply(ASKED[lang][0], lang)
    assert (made.outcome, made.lang) == ("smalltalk:make", lang)
    assert AVATAR.creator_name in made.parts[0].text


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, row in OTHER.items() for text in row])
def test_other_questions_of_making_are_looked_up(lang: str, text: str) -> None:
    found = recognise(text, prefer=(lang,))
    assert found is None or found.intent is not Intent.MAKE


async def test_who_asks_for_something_else_too_has_that_looked_up() -> None:
    made = await reply("Can you write me a poem? And why is the flame yellow?", "en")
    assert made.outcome == "quoted"


async def test_boundaries_and_need_come_first(guard: Guard) -> None:
    made = await reply("Write me a letter, I want to kill myself", "en", guard)
    assert made.outcome == "crisis"
