"""Who asks what something is called is told its name, by whatever words, and never another's."""

import pytest

from memory.retrieval import naming
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make, posted

_ABOUT = {
    "en": (
        "My name is Corvin Oakes. I grind telescope mirrors in a dairy. My dog is called Vega. She barks.",
        "My dog is called Vega.",
        ("What is your dog's name?", "What's the name of your dog?", "what is your dog called"),
    ),
    "de": (
        "Mein Name ist Corvin Oakes. Ich schleife Spiegel in einer Molkerei. Mein Hund heißt Vega. Er bellt.",
        "Mein Hund heißt Vega.",
        ("Wie ist der Name deines Hundes?", "Wie heißt dein Hund?"),
    ),
    "fr": (
        "Mon nom est Corvin Oakes. Je polis des miroirs dans une laiterie. Ma chienne s'appelle Vega.",
        "Ma chienne s'appelle Vega.",
        ("Quel est le nom de ta chienne ?",),
    ),
    "es": (
        "Mi nombre es Corvin Oakes. Pulo espejos en una vieja lechería. Mi perra se llama Vega. Ladra mucho.",
        "Mi perra se llama Vega.",
        ("¿Cuál es el nombre de tu perra?",),
    ),
    "zh": (
        "我的名字叫柯文。我在一间旧牛奶房里磨望远镜镜片。我的狗叫织女。它睡在工作台下面。",
        "我的狗叫织女。",
        ("你的狗叫什么名字？", "你的狗名字是什么？"),
    ),
    "ja": (
        "私の名前はコービンです。古い牛乳工場で望遠鏡の鏡を磨いています。犬はベガと呼ばれています。",
        "犬はベガと呼ばれています。",
        ("犬の名前は何ですか？",),
    ),
    "ar": (
        "اسمي كورفين أوكس. أصقل مرايا التلسكوبات في مصنع قديم. كلبتي تدعى فيغا. تنام كثيرًا.",
        "كلبتي تدعى فيغا.",
        ("ما اسم كلبتك؟",),
    ),
    "hi": (
        "मेरा नाम कॉर्विन ओक्स है। मैं पुरानी डेयरी में शीशे घिसता हूँ। मेरे कुत्ते को वेगा कहते हैं।",
        "मेरे कुत्ते को वेगा कहते हैं।",
        ("आपके कुत्ते का नाम क्या है?",),
    ),
}


@pytest.mark.parametrize(
    ("lang", "question"), [(lang, question) for lang, told in _ABOUT.items() for question in told[2]]
)
def test_a_name_is_told_by_the_sentence_that_speaks_of_what_has_it(
    make: Make, lang: str, question: str
) -> None:
    text, answer, _ = _ABOUT[lang]
    quote = make([IndexedPassage(1, 1, "", text, lang)]).search(Question(question, lang)).quote
    assert quote is not None
    assert quote.text == answer


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("es", "¿Cómo se llama tu perra?"),
        ("zh", "你的狗叫什么名字？"),
        ("th", "หมาของคุณชื่ออะไร"),
        ("ar", "ما اسم كلبتك؟"),
    ],
)
def test_so_it_is_in_another_language(make: Make, lang: str, question: str) -> None:
    quote = make([IndexedPassage(1, 1, "", _ABOUT["en"][0], "en")]).search(Question(question, lang)).quote
    assert quote is not None
    assert quote.text == "My dog is called Vega."


def test_a_name_is_quoted_with_the_sentence_before_it_that_says_whose_it_is(make: Make) -> None:
    text = "My own name is Corvin. I have a dog. Her name is Vega. She is afraid of thunder."
    quote = (
        make([IndexedPassage(1, 1, "", text, "en")]).search(Question("What's your dog's name?", "en")).quote
    )
    assert quote is not None
    assert quote.text == "I have a dog. Her name is Vega."


def test_a_name_that_isnt_told_is_not_answered_with_another(make: Make) -> None:
    posts = posted(
        [
            "My name is Corvin Oakes. I grind telescope mirrors in an old dairy in Wales.",
            "My cat sleeps all day on the warm kiln. In the evening she hunts mice in the orchard.",
            "Our village is called Llanfair. The pub is named The Red Kite and has music on Fridays.",
            "A mirror of 20 cm takes me about forty hours of grinding and polishing.",
            "The workshop is open on Saturdays from ten to one. Bring old clothes.",
        ]
    )
    retriever = make(posts)
    for question in ("What's your cat's name?", "What is the name of your daughter?"):
        assert not retriever.search(Question(question, "en")).answerable, question
    for question, answer in (
        ("What's the name of the pub?", "The Red Kite"),
        ("What's the name of your village?", "Llanfair"),
        ("What's your name?", "Corvin Oakes"),
    ):
        ranking = retriever.search(Question(question, "en"))
        assert ranking.answerable
        assert ranking.quote is not None
        assert answer in ranking.quote.text


def test_what_asks_for_the_name_of_whom_it_is_put_to_asks_for_nothing_elses() -> None:
    for lang, question in (
        ("en", "What's your name?"),
        ("de", "Wie heißt du?"),
        ("zh", "你叫什么名字？"),
        ("ja", "お名前は何ですか？"),
        ("en", "How did you choose the name of the channel?"),
    ):
        assert not naming.asks(question, lang), question


@pytest.mark.parametrize(
    ("lang", "text", "asked"),
    [
        (
            "en",
            "My cat Tintero sleeps on the bench while I work.",
            (("en", "What's your cat called?"), ("de", "Wie heißt deine Katze?")),
        ),
        ("en", "Our old dog Biscuit barks at parcels.", (("en", "what's the name of your dog?"),)),
        (
            "es",
            "Mi gato Tintero duerme en el banco.",
            (("es", "¿Cómo se llama tu gato?"), ("en", "What's your cat called?")),
        ),
        ("fr", "Mon chat Encrier dort sur l'établi.", (("fr", "Comment s'appelle ton chat ?"),)),
        (
            "de",
            "Unser Hund Bruno schläft unter der Werkbank.",
            (("de", "Wie heißt euer Hund?"), ("en", "What's your dog called?")),
        ),
    ],
)
def test_a_name_is_told_in_passing_behind_what_has_it(
    make: Make, lang: str, text: str, asked: tuple[tuple[str, str], ...]
) -> None:
    posts = [text, *{"en": ("I open on Tuesdays.",), "de": ("Dienstags ist offen.",)}.get(lang, ())]
    retriever = make([IndexedPassage(n, n, "", post, lang) for n, post in enumerate(posts, 1)])
    for asked_in, question in asked:
        found = retriever.search(Question(question, asked_in))
        assert found.answerable, question
        assert found.quote is not None
        assert found.quote.text == text
    assert not retriever.search(Question("What's your parrot called?", "en")).answerable


def test_a_name_of_something_else_is_none_of_ones_own() -> None:
    assert naming.introduces("I ride with my brother Ivo.", "en")
    assert not naming.introduces("My cat sleeps. Tintero is a town.", "en")
    assert not naming.introduces("Mein Hund schläft.", "de")
    assert not naming.introduces("Mi gato duerme en Madrid.", "es")
