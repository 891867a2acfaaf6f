"""How a creator opens and ends their posts, again and again, is no answer to anything."""

import pytest

from memory.retrieval import Retriever
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

_POSTS = {
    "en": (
        "Good evening, dear gardeners. {} Keep growing, and water your roots.",
        [
            "Tomatoes want warm soil and a stake.",
            "Slugs come out at night after rain. I pick them by hand.",
            "Compost is ready when it smells of forest.",
            "Roses are cut above an outward bud.",
        ],
        ("How do I keep growing?", "Do you water your roots?", "Who are your dear gardeners?"),
        ("When do slugs come out?", "after rain"),
    ),
    "es": (
        "¡Abre la ventana y respira! {} Sigue sembrando y riega despacio.",
        [
            "El tomate quiere tierra tibia y una caña.",
            "Las babosas salen de noche después de la lluvia.",
            "El compost está listo cuando huele a bosque.",
            "La rosa se corta sobre una yema.",
        ],
        ("¿Qué sigues sembrando?", "¿Cómo se riega despacio?"),
        ("¿Cuándo salen las babosas?", "después de la lluvia"),
    ),
    "zh-Hans": (
        "开窗，深呼吸！{}继续播种，记得慢慢浇水。",
        [
            "番茄喜欢温暖的土和一根支柱。",
            "蛞蝓在雨后的夜里爬出来。",
            "堆肥闻起来像森林时就好了。",
            "玫瑰要在朝外的芽上方剪。",
        ],
        ("你记得慢慢浇水吗？",),
        ("蛞蝓什么时候爬出来？", "雨后"),
    ),
}


def garden(lang: str) -> list[IndexedPassage]:
    frame, told, _, _ = _POSTS[lang]
    return [IndexedPassage(n, n, "", frame.format(text), lang) for n, text in enumerate(told, 1)]


def quoted(retriever: Retriever, question: str, lang: str) -> str:
    ranking = retriever.search(Question(question, lang))
    return ranking.quote.text if ranking.answerable and ranking.quote else ""


@pytest.mark.parametrize("lang", _POSTS)
def test_what_opens_and_ends_every_post_is_never_quoted(make: Make, lang: str) -> None:
    frame, _, questions, (question, said) = _POSTS[lang]
    retriever = make(garden(lang))
    opening, ending = frame.split("{}")
    for asked in questions:
        assert quoted(retriever, asked, lang) == "", asked
    answer = quoted(retriever, question, lang)
    assert said in answer
    assert opening.strip() not in answer
    assert ending.strip() not in answer


def test_what_few_posts_say_or_what_holds_a_name_or_a_number_may_be_an_answer(make: Make) -> None:
    posts = garden("en")
    told = ["The seeds come from the old mill.", "I film with a Leica.", "The course starts at 18 o'clock."]
    often = [
        IndexedPassage(n, n, "", f"{posts[n % 4].text} {told[1]} {told[2]}", "en") for n in range(10, 16)
    ]
    twice = [IndexedPassage(n, n, "", f"Beans need no manure. {told[0]}", "en") for n in (20, 21)]
    retriever = make([*posts, *often, *twice])
    assert "Leica" in quoted(retriever, "What do you film with?", "en")
    assert "18 o'clock" in quoted(retriever, "When does the course start?", "en")
    assert "old mill" in quoted(retriever, "Where do the seeds come from?", "en")


def test_a_passage_put_in_again_and_again_repeats_nothing(make: Make) -> None:
    retriever = make(garden("en"))
    post = IndexedPassage(9, 9, "", "Onions dry in the sun. Braid them, and hang them in a shed.", "en")
    for position in range(2, 8):
        retriever.add([post])
        retriever.commit(position)
    assert "shed" in quoted(retriever, "Where do I hang the onions?", "en")


def test_passages_of_one_source_repeat_nothing_to_others(make: Make) -> None:
    song = [
        IndexedPassage(n, 9, "", f"Line {n} of the song. The river carries all our boats.", "en")
        for n in range(9, 15)
    ]
    assert "boats" in quoted(make([*garden("en"), *song]), "What does the river carry?", "en")


_MOULD = (
    "Wash the mould in warm water. Wipe it with a soft cloth, and leave it to dry.",
    "Pour the wax slowly. Let it cool in the shade overnight.",
)


@pytest.mark.parametrize("edited", ["", " One more line."])
def test_copies_of_one_text_repeat_nothing(make: Make, edited: str) -> None:
    copies = [
        IndexedPassage(10 * n + part, n, "", text + edited * (n % 2), "en")
        for n in range(9, 14)
        for part, text in enumerate(_MOULD)
    ]
    retriever = make([*garden("en"), *copies])
    assert "soft cloth" in quoted(retriever, "What do I wipe the mould with?", "en")
    assert "shade" in quoted(retriever, "Where does the wax cool overnight?", "en")


def test_a_refrain_in_copies_of_a_song_repeats_nothing(make: Make) -> None:
    lines = (
        "The mill is turning by the bridge where barley grows.",
        "My father mended nets and sang of distant snow.",
        "A lantern swings above the quay until the morning bell.",
    )
    song = [
        IndexedPassage(10 * n + part, n, "", f"{line} The river carries all our boats.", "en")
        for n in (9, 10, 11)
        for part, line in enumerate(lines[n - 9 :] + lines[: n - 9])
    ]
    assert "boats" in quoted(make([*garden("en"), *song]), "What does the river carry?", "en")


_LONG = {
    "en": (
        "Thank you for reading this little letter from my shed. Tell a neighbour who digs as well. "
        "Keep growing, and water your roots in the cool of the evening. Until the next letter, be kind.",
        ("Beans climb.", "Slugs hide by day.", "Leeks want frost.", "Prune roses late."),
        ("Whom should I tell?", "How do I keep growing?", "When do you water your roots?"),
        ("What do leeks want?", "frost"),
    ),
    "zh-Hans": (
        "谢谢你读完我在小棚里写下的这封信。也请告诉同样爱挖土的邻居。继续播种，记得在凉爽的傍晚慢慢浇水。",
        ("豆子会爬。", "蛞蝓白天躲着。", "韭葱喜欢霜。", "玫瑰晚些剪。"),
        ("你记得在傍晚浇水吗？",),
        ("韭葱喜欢什么？", "霜"),
    ),
}


@pytest.mark.parametrize("lang", _LONG)
def test_a_long_sign_off_under_posts_of_a_few_words_is_never_quoted(make: Make, lang: str) -> None:
    ending, told, questions, (question, said) = _LONG[lang]
    posts = [IndexedPassage(n, n, "", f"{text} {ending}", lang) for n, text in enumerate(told, 1)]
    retriever = make(posts)
    for asked in questions:
        assert quoted(retriever, asked, lang) == "", asked
    answer = quoted(retriever, question, lang)
    assert said in answer
    assert ending.split()[-1] not in answer


def test_a_notice_put_up_again_with_other_words_before_it_repeats_nothing(make: Make) -> None:
    notice = (
        "The shed sells seed potatoes in paper bags. Each bag is packed by hand on the day you order. "
        "Potatoes are kept dry and dark until they sprout, and planted with the eyes up."
    )
    before = ("Back in stock!", "Only a handful left today.", "Spring is coming.")
    notices = [IndexedPassage(n, n, "", f"{told} {notice}", "en") for n, told in enumerate(before, 100)]
    others = [
        IndexedPassage(n, n, "", f"{post.text} Row {n} is done.", "en")
        for n, post in enumerate(garden("en") * 4, 10)
    ]
    assert "dry and dark" in quoted(make([*others, *notices]), "How are potatoes kept?", "en")


def test_what_ends_unlike_posts_is_a_sign_off_where_one_of_them_was_copied(make: Make) -> None:
    post = garden("en")[0]
    copies = [IndexedPassage(n, n, "", post.text, "en") for n in range(9, 14)]
    retriever = make([*garden("en")[:3], *copies])
    assert quoted(retriever, "How do I keep growing?", "en") == ""
    assert "warm soil" in quoted(retriever, "What do tomatoes want?", "en")
