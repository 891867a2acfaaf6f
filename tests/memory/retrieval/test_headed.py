"""What a heading says is answered from its beginning; a later sentence answers what is asked beyond it."""

import pytest

from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_LOAF = (
    "en",
    "How to freeze a loaf",
    "Slice it first, then two bags, one inside the other. It keeps for three months.\n"
    "I once tried to freeze a loaf in newspaper, and the loaf tasted of ink.",
)
_SHOES = (
    "de",
    "Wie man Lederschuhe putzt",
    "Erst abbürsten, dann die Creme mit einem Tuch. Nach einer Stunde polieren.\n"
    "Mein Onkel hat Lederschuhe mit Bananenschalen geputzt, und die Lederschuhe klebten.",
)
_JAR = (
    "es",
    "Cómo abrir un tarro",
    "Dale la vuelta y golpea la base con la palma. Después gira con un paño seco.\n"
    "Intenté abrir un tarro con un martillo, y el tarro acabó en el suelo.",
)
_BURN = (
    "zh-Hans",
    "被烫了怎么办",
    "先用冷水冲二十分钟。不要涂牙膏。\n我小时候被烫了一次，奶奶给我涂了酱油。",
)
_SPRAIN = (
    "ja",
    "足をくじいたら",
    "まず座って、氷を十五分当てます。それから包帯を巻いてください。\n去年、山で足をくじいて、友達に背負われました。",
)
_WOOL = (
    "fr",
    "Laver un pull en laine",
    "À l'eau froide, avec un peu de vinaigre. On le sèche à plat.\n"
    "J'ai voulu laver un pull en laine à soixante degrés, et le pull va maintenant à mon chat.",
)
_ALL = (_LOAF, _SHOES, _JAR, _BURN, _SPRAIN, _WOOL)


def quoted(
    make: Make, question: str, lang: str, *posts: tuple[str, str, str], titles_alone: bool = False
) -> str:
    """What is quoted from posts of (language, heading, text); with titles alone they have no heading."""
    passages = [
        IndexedPassage(n, n, head, text, said_in, None, "" if titles_alone else head)
        for n, (said_in, head, text) in enumerate(posts)
    ]
    quote = make(passages).search(Question(question, lang)).quote
    return quote.text if quote else ""


@pytest.mark.parametrize("titles_alone", [False, True], ids=["a heading", "a title"])
@pytest.mark.parametrize(
    ("post", "question"),
    [
        (_LOAF, "How do I freeze a loaf?"),
        (_SHOES, "Wie putze ich Lederschuhe?"),
        (_JAR, "¿Cómo abro un tarro?"),
        (_BURN, "被烫了怎么办"),
        (_SPRAIN, "足をくじいたらどうすればいいですか？"),
        (_WOOL, "Comment laver un pull en laine ?"),
    ],
)
def test_what_the_heading_says_is_answered_from_the_first_sentence_and_not_by_one_that_repeats_it(
    make: Make, post: tuple[str, str, str], question: str, titles_alone: bool
) -> None:
    steps = post[2].partition("\n")[0]
    assert quoted(make, question, post[0], *_ALL, titles_alone=titles_alone) == steps


@pytest.mark.parametrize(
    ("post", "question", "told"),
    [
        (_LOAF, "What happened to the loaf in newspaper?", "tasted of ink"),
        (_LOAF, "How long does a frozen loaf keep?", "three months"),
        (_SHOES, "Wer hat Lederschuhe mit Bananenschalen geputzt?", "Mein Onkel"),
        (_JAR, "¿Qué pasó con el tarro y el martillo?", "en el suelo"),
        (_BURN, "被烫了可以涂酱油吗？", "酱油"),
        (_WOOL, "À quelle température as-tu lavé le pull du chat ?", "soixante degrés"),
    ],
)
def test_what_is_asked_beyond_the_heading_is_answered_by_the_sentence_that_says_it(
    make: Make, post: tuple[str, str, str], question: str, told: str
) -> None:
    assert told in quoted(make, question, post[0], *_ALL)


@pytest.mark.parametrize(
    ("lang", "heading", "text", "question", "told"),
    [
        (
            "en", "Proofing", "Four hours at room temperature.\nAfter proofing I chill the dough.",
            "What do you do after proofing?", "chill",
        ),
        (
            "de", "Das Brennen", "Neun Stunden bei tausend Grad.\nVor dem Brennen trocknet alles eine Woche.",
            "Was passiert vor dem Brennen?", "trocknet",
        ),
        ("zh-Hans", "揉面", "揉十五分钟，直到光滑。\n揉面以后盖上湿布。", "揉面以后做什么？", "湿布"),
    ],
)  # fmt: skip
def test_what_comes_before_or_after_what_the_heading_says_is_told_by_the_sentence_that_turns_it_so(
    make: Make, lang: str, heading: str, text: str, question: str, told: str
) -> None:
    assert told in quoted(make, question, lang, (lang, heading, text))


def test_of_a_heading_of_two_things_the_first_sentence_answers_only_for_its_own(make: Make) -> None:
    post = (
        "en",
        "Kiln and glazes",
        "The kiln is an old Rohde that runs on night power only, and that I share with a tile maker.\n"
        "The glazes are my own, of ash, feldspar and a local red clay, and none of them has lead in it.",
    )
    assert quoted(make, "Which kiln do you have?", "en", post).startswith("The kiln")
    assert quoted(make, "Which glazes do you use?", "en", post).startswith("The glazes")


def test_a_question_within_a_post_is_answered_by_what_follows_it_too(make: Make) -> None:
    post = (
        "en",
        "",
        "How do I descale an iron? Vinegar and water, half and half, and steam it out. Then once with water. "
        "My mother wanted to descale an iron with cola.",
    )
    assert quoted(make, "How can I descale my iron?", "en", post).startswith("Vinegar and water")


_FAQ = (
    ("es", "¿Dais clases para jubilados?", "Sí, los martes por la mañana, en el local de abajo."),
    ("en", "Can I bring my dog?", "Yes, on a lead. Water stands at the door."),
    ("de", "Kann man bei dir parken?", "Ja, im Hof hinter der Scheune."),
    ("zh-Hans", "周末有课吗？", "有的，星期六上午十点。"),
    ("en", "", "Do you mend umbrellas? No, only shoes. Do you cut keys? Yes, while you wait."),
)


@pytest.mark.parametrize(
    ("lang", "question", "told"),
    [
        ("es", "¿Dais clases para jubilados?", "Sí, los martes"),
        ("es", "¿Cuándo son las clases para jubilados?", "Sí, los martes"),
        ("en", "May my dog come, too?", "Yes, on a lead"),
        ("de", "Kann ich bei euch parken?", "Ja, im Hof"),
        ("zh-Hans", "周末有没有课？", "有的"),
        ("en", "Can you cut a key for me?", "Yes, while you wait"),
    ],
)
def test_a_yes_or_no_answers_the_question_that_it_stands_under(
    make: Make, lang: str, question: str, told: str
) -> None:
    assert quoted(make, question, lang, *_FAQ).startswith(told)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("es", "¿Estás jubilada?"),
        ("en", "Are you retired?"),
        ("de", "Mein Baum stirbt, was soll ich tun?"),
        ("en", "What shall I do about the moths?"),
    ],
)
def test_a_yes_or_no_answers_no_other_question(make: Make, lang: str, question: str) -> None:
    told = quoted(make, question, lang, *_FAQ)
    assert not told.startswith(("Sí", "Yes", "Ja", "No", "有的")), told
