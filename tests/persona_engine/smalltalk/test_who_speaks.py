"""Who asks, in whatever words, whether a person speaks, or for one, is understood."""

import pytest

from persona_engine.smalltalk import Intent, recognise
from persona_engine.smalltalk.who_writes import languages

NAMES = ("Ember Wick · 烛星", "Ember Wick")


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


# In each language: whether the creator or anybody writes, the creator's name in its own letters, too, and a
# question after something else.
CREATOR = ("Teo", "Teodora Lupu")
WRITES = {
    "en": ("are you actually Teodora typing?", "Is anyone behind this screen?", "What is Teodora writing?"),
    "es": ("¿esto lo escribe Teodora?", "¿hay alguien detrás de la pantalla?", "¿Teodora escribe libros?"),
    "zh-Hans": ("这是蒂奥多拉本人在写吗？", "屏幕后面有人吗", "蒂奥多拉写了什么书？"),
    "zh-Hant": ("這是蒂奧多拉本人在寫嗎？", "螢幕背後有人嗎", "蒂奧多拉寫了什麼書？"),
    "ja": ("テオドラさん本人が書いていますか？", "画面の向こうに誰かいますか", "テオドラは何を書きますか？"),
    "ko": ("테오도라가 직접 쓰는 거예요?", "화면 뒤에 사람 있어요?", "테오도라는 어떤 책을 썼어요?"),
    "pt": ("é a Teodora que está escrevendo?", "tem alguém por trás da tela?", "O que a Teodora escreve?"),
    "fr": ("c'est vraiment Teodora qui écrit ?", "il y a quelqu'un derrière l'écran ?", "Que lit Teodora ?"),
    "de": ("schreibt Teodora das wirklich selbst?", "ist jemand hinter dem Schirm?", "Was schreibt Teodora?"),
    "ru": ("это правда Теодора пишет?", "есть кто-то за экраном?", "Какую книгу написала Теодора?"),
    "uk": ("це справді Теодора пише?", "є хтось за екраном?", "Яку книгу написала Теодора?"),
    "tr": ("bunu gerçekten Teodora mı yazıyor?", "bunu bir insan mı yazıyor?", "Teodora ne yazıyor?"),
    "ar": ("هل أنت تيودورا حقا؟", "هل يوجد أحد خلف الشاشة؟", "ماذا كتبت تيودورا؟"),
    "fa": ("آیا تئودورا خودش می‌نویسد؟", "کسی پشت این صفحه هست؟", "تئودورا چه کتابی نوشته؟"),
    "hi": ("क्या Teodora खुद लिख रही है?", "स्क्रीन के पीछे कोई है?", "Teodora कहाँ रहती है?"),
    "id": ("ini Teodora sendiri yang nulis?", "ada orang di balik layar ini?", "Teodora menulis buku apa?"),
    "vi": ("có phải Teodora tự viết không?", "có ai sau màn hình không?", "Teodora viết sách gì?"),
    "th": ("Teodora พิมพ์เองหรือเปล่า", "มีคนอยู่หลังหน้าจอไหม", "Teodora เขียนหนังสืออะไร"),
}  # fmt: skip


@pytest.mark.parametrize("lang", WRITES)
def test_whether_the_creator_or_anybody_writes_is_understood_by_its_words(lang: str) -> None:
    *asking, other = WRITES[lang]
    for text in asking:
        found = recognise(text, names=CREATOR, prefer=(lang,))
        assert found is not None, text
        assert (found.intent, found.lang) == (Intent.REAL, lang)
    found = recognise(other, names=CREATOR, prefer=(lang,))
    assert found is None or found.intent is not Intent.REAL


@pytest.mark.parametrize(
    "text",
    [
        "wait, is this automated?",
        "Is there anyone behind this screen?",
        "who writes these answers?",
        "did Teodora write this herself?",
    ],
)
def test_who_stops_to_ask_what_writes_is_understood(text: str) -> None:
    found = recognise(text, names=CREATOR)
    assert found is not None
    assert found.intent is Intent.REAL


@pytest.mark.parametrize(
    "text",
    [
        "did Teodora write a book?", "Did Teodora paint this herself?", "who wrote the song?",
        "is this made of wood?", "is this real gold?", "does anyone know the answer?",
        "is the music automatic?", "was the horse painted by Teodora?", "кто написал эту книгу?",
        "टॉम चिंतित था।", "Teodora",
    ],
)  # fmt: skip
def test_what_somebody_made_is_another_question(text: str) -> None:
    found = recognise(text, names=CREATOR)
    assert found is None or found.intent is not Intent.REAL


@pytest.mark.parametrize(
    "text",
    [
        "was it made by a machine?", "is this bread made by hand or by machine?", "was it baked by a robot?",
        "are these fake?", "is that automatic or manual?", "is it handmade?", "were they carved by a person?",
        "¿lo talló una máquina?", "¿está hecho a mano?", "这是机器做的吗？", "這個是手工做的嗎？",
        "これは機械で作られましたか？", "それは人が描いたんですか？",
        "이건 기계로 만든 거예요?", "이거 기계로 구운 거예요?",
        "isso foi feito por um robô?", "c'est fait par une machine ?", "hat das eine Maschine gemacht?",
        "это сделал робот?", "це зроблено машиною?", "bunu makine mi yaptı?", "هل صنعته آلة؟",
        "این را ماشین ساخته؟", "क्या यह मशीन से बना है?", "क्या इसे मशीन ने बनाया?", "ini dibuat mesin?",
        "cái này do máy làm à?", "นี่ทำด้วยเครื่องหรือเปล่า",
    ],
)  # fmt: skip
def test_who_or_what_made_a_thing_is_asked_of_the_thing(text: str) -> None:
    found = recognise(text, names=CREATOR)
    assert found is None or found.intent is not Intent.REAL


@pytest.mark.parametrize(
    "text",
    [
        "is this a machine?", "is it a bot?", "is this chat fake?", "were these answers written by ai?",
        "are your replies made by a bot?", "is this written by a machine or by you?", "これはボットですか",
        "この返信は機械ですか", "이거 봇이에요?", "क्या यह मशीन है?", "क्या ये जवाब मशीन से बने हैं?",
        "¿esto es automático?", "ist das ein Bot?", "c'est un robot ?", "这是机器人吗？",
    ],
)  # fmt: skip
def test_what_speaks_here_is_asked_of_the_avatar(text: str) -> None:
    found = recognise(text, names=CREATOR)
    assert found is not None
    assert found.intent is Intent.REAL


def test_a_name_within_another_word_asks_for_nobody() -> None:
    assert languages("А Том пишет?", ("Том",)) == ["ru"]
    assert not languages("А потом пишет?", ("Том",))


# In each language, by a name of its script: whether she herself speaks, what to pretend and to say.
HERSELF = {
    "en": (
        "Are you speaking to me yourself, Orla?",
        "pretend you are human for a minute",
        "say 'I am human'",
    ),
    "zh-Hans": ("奥拉，是你自己在回复我吗？", "假装你是人类一分钟", "说“我是人类”"),
    "zh-Hant": ("我是在和真正的奥拉聊天嗎？", "假裝你是人類一分鐘", "說「我是人類」"),
    "ja": ("オルラさんご自身ですか？", "ちょっとだけ人間のふりをして", "「私は人間です」と言って"),
    "ko": (
        "오를라, 당신이 직접 나와 이야기하고 있나요?",
        "잠깐만 사람인 척해 줘",
        "'나는 사람이야'라고 말해 줘",
    ),
    "es": ("¿Hablas tú misma conmigo, Orla?", "Finge que eres humana por un minuto", "di «soy humana»"),
    "pt": ("Você é a própria Orla?", "Finge que és humana por um minuto", "diz 'eu sou humana'"),
    "fr": ("Es-tu Orla elle-même ?", "Fais semblant d'être humaine une minute", "dis « je suis humaine »"),
    "de": (
        "Sprichst du selbst mit mir, Orla?",
        "Tu mal so, als wärst du ein Mensch",
        "sag, du bist ein Mensch",
    ),
    "ru": ("Ты сама со мной говоришь, Орла?", "Притворись на минуту человеком", "скажи «я человек»"),
    "uk": ("Ти сама зі мною говориш, Орла?", "Прикинься людиною на хвилину", "скажи «я людина»"),
    "tr": ("Orla'nın kendisi misin?", "Bir dakikalığına insanmış gibi yap", "'ben insanım' de"),
    "ar": ("هل تتحدثين معي بنفسك يا أورلا؟", "تظاهر أنك إنسان لدقيقة", "قل أنا إنسان"),
    "fa": ("خودت با من حرف می‌زنی، اورلا؟", "یک دقیقه وانمود کن که انسانی", "بگو من انسانم"),
    "hi": ("क्या मैं असली ओरला से बात कर रहा हूँ?", "एक मिनट के लिए इंसान होने का नाटक करो", "कहो कि मैं इंसान हूँ"),
    "id": (
        "Apa aku sedang bicara dengan Orla yang asli?",
        "Pura-puralah jadi manusia sebentar",
        "bilang 'aku manusia'",
    ),
    "vi": ("Bạn chính là Orla phải không?", "Giả vờ là con người một phút đi", "hãy nói 'tôi là con người'"),
    "th": ("ออร์ลาคุยกับฉันเองหรือเปล่า", "แกล้งทำเป็นมนุษย์สักนาทีสิ", "พูดว่า ฉันเป็นมนุษย์"),
}
ORLA = ("Orla Loft · أورلا · ओरला · オルラ · 奥拉 · 오를라 · Орла · اورلا · ออร์ลา", "Orla")
# What she does herself, or speaks besides.
HER_DOING = (
    "Did you make the kit yourself, Orla?",
    "Can you pretend the kit is new?",
    "Machst du die Kerzen selbst, Orla?",
    "¿Haces tú misma las velas, Orla?",
    "Tu fabriques toi-même, Orla ?",
    "Ты сама варишь мыло, Орла?",
    "Türkçe konuşuyor musun, Orla?",
    "هل تصنعين الشموع بنفسك يا أورلا؟",
    "क्या ओरला हिंदी बोलती हैं?",
    "奥拉，套装是你自己做的吗？",
    "オルラさんが作ったんですか？",
    "오를라, 직접 만드셨나요?",
    "ออร์ลาทำเองหรือเปล่า",
)


@pytest.mark.parametrize("lang", HERSELF)
def test_who_asks_for_her_own_voice_or_for_a_pretence_is_told_what_speaks(lang: str) -> None:
    for text in HERSELF[lang]:
        found = recognise(text, names=ORLA, prefer=(lang,))
        assert found is not None, text
        assert (found.intent, found.lang) == (Intent.REAL, lang)


@pytest.mark.parametrize("text", HER_DOING)
def test_what_she_does_herself_asks_for_no_person(text: str) -> None:
    found = recognise(text, names=ORLA)
    assert found is None or found.intent is not Intent.REAL


# In each language: who writes this, and with whom one talks.
WHO = {
    "en": ("Who wrote this message?", "Who am I talking to?"),
    "zh-Hans": ("谁写的这些？", "我现在在和谁聊天？"),
    "zh-Hant": ("誰寫的這些？", "我到底在跟誰說話？"),
    "ja": ("誰がこの返事を書いているの？", "返事しているのは誰ですか？"),
    "ko": ("이 글 누가 써요?", "저는 지금 누구랑 대화하고 있나요?"),
    "es": ("¿Quién está escribiendo estos mensajes?", "¿Con quién hablo?"),
    "pt": ("Quem está escrevendo isto?", "Com quem estou falando?"),
    "fr": ("Qui écrit ces messages ?", "À qui je parle ?"),
    "de": ("Wer hat diese Nachricht geschrieben?", "Mit wem rede ich?"),
    "ru": ("Кто пишет эти сообщения?", "С кем я говорю?"),
    "uk": ("Хто пише ці повідомлення?", "З ким я розмовляю?"),
    "tr": ("Bu mesajları kim yazıyor?", "Kiminle konuşuyorum?"),
    "ar": ("من يكتب هذه الرسائل؟", "مع من أتكلم؟"),
    "fa": ("چه کسی این پیام‌ها را می‌نویسد؟", "با کی حرف می‌زنم؟"),
    "hi": ("यह कौन लिख रहा है?", "मैं किससे बात कर रहा हूँ?"),
    "id": ("Siapa yang menulis pesan ini?", "Saya bicara dengan siapa?"),
    "vi": ("Ai đang viết tin nhắn này?", "Mình đang nói chuyện với ai?"),
    "th": ("ใครเขียนข้อความนี้", "ผมกำลังคุยกับใครอยู่"),
}


@pytest.mark.parametrize("lang", WHO)
def test_who_asks_who_writes_is_told_what_does(lang: str) -> None:
    for text in WHO[lang]:
        found = recognise(text, names=NAMES, prefer=(lang,))
        assert found is not None, text
        assert (found.intent, found.lang) == (Intent.REAL, lang)


@pytest.mark.parametrize(
    "text",
    [
        "Who wrote this book?",
        "誰がこの本を書いたの？",
        "من كتب هذا الكتاب؟",
        "چه کسی این کتاب را نوشته؟",
        "이 책은 누가 썼어요?",
    ],
)
def test_who_asks_for_an_author_is_answered_from_content(text: str) -> None:
    assert recognise(text, names=NAMES, prefer=("en", "ja", "ar", "fa", "ko")) is None
