"""Questions that say nothing but a name or a date, asked across languages and scripts."""

import pytest

from memory.retrieval import bare
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make

CROOKES = "A young chemist, William Crookes, had every word written down."
FARADAY = "And here's Faraday's best trick."


def said(question: str, lang: str, sentence: str, spoken: str = "en") -> bool:
    asked = bare.read(question, lang)
    return asked is not None and asked.said_by(sentence, spoken) > 0.0


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ja", "ウィリアム・クルックスは何をしましたか？"),
        ("ja", "ウィリアム・クルックスは誰ですか？"),
        ("ko", "윌리엄 크룩스는 누구인가요?"),
        ("ko", "윌리엄 크룩스는 무엇을 했나요?"),
        ("zh", "威廉·克鲁克斯是谁？"),
        ("zh", "威廉·克魯克斯做了什麼？"),
        ("ar", "من هو ويليام كروكس؟"),
        ("hi", "विलियम क्रुक्स कौन थे?"),
        ("ru", "Кто такой Уильям Крукс?"),
        ("fr", "Qui est William Crookes ?"),
    ],
)
def test_a_whole_name_is_known_in_any_script(lang: str, question: str) -> None:
    assert said(question, lang, CROOKES)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ja", "ウィリアム・シェイクスピアは誰ですか？"),
        ("ko", "윌리엄 셰익스피어는 누구인가요?"),
        ("zh", "威廉·莎士比亚是谁？"),
        ("ar", "من هو ويليام شكسبير؟"),
        ("fr", "Qui est William Crooks ?"),
        ("ja", "ウィリアムは誰ですか？"),
    ],
)
def test_another_name_is_not_taken_for_it(lang: str, question: str) -> None:
    assert not said(question, lang, CROOKES)


@pytest.mark.parametrize(
    ("lang", "question", "known"),
    [
        ("ja", "ファラデーって誰？", True),
        ("ko", "패러데이는 누구인가요?", True),
        ("ru", "Кто такой Фарадей?", True),
        ("ar", "من هو فاراداي؟", True),
        ("ar", "من كان فاراداي؟", True),
        ("fa", "فارادی کیست؟", True),
        ("he", "מי היה פאראדיי?", True),
        ("he", "מי זה פאראדיי?", True),
        ("hi", "फैराडे कौन थे?", True),
        ("hi", "फैराडे कौन है?", True),
        ("zh", "法拉第是谁？", True),
        ("ar", "من هو فريد؟", False),
        ("ar", "من هو الفائز؟", False),
        ("fa", "فردا کیست؟", False),
        ("he", "מי היה פרידה?", False),
        ("hi", "फरीद कौन थे?", False),
        ("zh", "佛罗多是谁？", False),
        ("zh", "弗莱德是谁？", False),
        ("ja", "アカウントとは何ですか？", False),
        ("ko", "비타민은 무엇인가요?", False),
    ],
)
def test_a_name_of_one_word_is_known_by_all_its_sounds(lang: str, question: str, known: bool) -> None:
    others = " It was the Huguenot, not Kennedy of Vietnam, who told of Freddie."
    assert said(question, lang, FARADAY + others) is known


def test_a_whole_name_says_more_of_who_somebody_is_than_a_mention() -> None:
    asked = bare.read("法拉第是谁？", "zh")
    assert asked is not None
    assert asked.said_by("It was Michael Faraday who asked.", "en") > asked.said_by(FARADAY, "en") > 0.0
    assert asked.said_by("Here is Michael. And here is Faraday.", "en") < 1.0


def test_a_word_is_a_name_only_where_it_has_a_capital_in_mid_sentence() -> None:
    assert not said("패러데이는 누구인가요?", "ko", "Faraday had faraday cups.")
    assert said("패러데이는 누구인가요?", "ko", "It was Faraday who asked.")


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "What happened in 1848?"),
        ("es", "¿Qué pasó en 1848?"),
        ("ja", "1848年に何がありましたか？"),
        ("ko", "1848년에 무슨 일이 있었나요?"),
        ("zh", "1848年发生了什么？"),
        ("ar", "ماذا حدث عام 1848؟"),
        ("ar", "ماذا حدث عام ١٨٤٨؟"),
        ("vi", "Chuyện gì đã xảy ra năm 1848?"),
    ],
)
def test_a_year_is_known_in_every_language(lang: str, question: str) -> None:
    assert said(question, lang, "He had told its story in the winter of 1848.")
    assert not said(question, lang, "It cost 11,848 pounds, or 1848.50, in 1849.")


FLOOD = "In February 1953 the sea broke through the dyke, and the pottery stood under water for nine days."
BORN = "My grandmother was born in a farmhouse on 5 March 1960."


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "What happened in February 1953?"),
        ("en", "What happened in Feb. 1953?"),
        ("es", "¿Qué pasó en febrero del año 1953?"),
        ("ja", "1953年2月に何がありましたか？"),
        ("ko", "1953년 2월에 무슨 일이 있었나요?"),
        ("zh", "1953年2月发生了什么？"),
        ("zh", "1953 年 2 月发生了什么？"),
        ("ar", "ماذا حدث في فبراير 1953؟"),
        ("ar", "ماذا حدث في شباط ١٩٥٣؟"),
        ("hi", "फरवरी 1953 में क्या हुआ?"),
        ("ru", "Что произошло в феврале 1953 года?"),
        ("vi", "Chuyện gì đã xảy ra tháng 2 năm 1953?"),
    ],
)
def test_a_month_of_a_year_is_known_in_every_language(lang: str, question: str) -> None:
    assert said(question, lang, FLOOD)
    assert not said(question, lang, "In May 1953 we lit the kiln, and in February we rested.")
    assert not said(question, lang, "In February 1954 the dyke was mended.")


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "What happened on 5 March 1960?"),
        ("en", "What happened on March 5th, 1960?"),
        ("en", "What happened on the 5th of March 1960?"),
        ("en", "What happened on 1960-03-05?"),
        ("de", "Was geschah am 5. März 1960?"),
        ("de", "Was geschah am 05.03.1960?"),
        ("fr", "Que s'est-il passé le 5 mars 1960 ?"),
        ("ja", "1960年3月5日に何がありましたか？"),
    ],
)
def test_a_day_is_known_however_it_is_written(lang: str, question: str) -> None:
    assert said(question, lang, BORN)
    assert said(question, lang, "Meine Großmutter kam am 5. März 1960 zur Welt.", "de")
    assert said(question, lang, "祖母は1960年3月5日に農家で生まれました。", "ja")
    assert not said(question, lang, "We were married on 15 March 1960.")
    assert not said(question, lang, "In March 1960 we moved.")


def test_a_month_is_answered_by_what_happened_then_and_by_nothing_else(make: Make) -> None:
    others = [f"I collect {what} and keep them in a drawer." for what in ("stamps", "coins", "shells")]
    posts = [IndexedPassage(n, n, "", text, "en") for n, text in enumerate([FLOOD, BORN, *others], 1)]
    searched = make(posts)
    for question, answer in (
        ("What happened in February 1953?", FLOOD),
        ("What happened on 5 March 1960?", BORN),
        ("What happened in March 1960?", BORN),
    ):
        found = searched.search(Question(question, "en"))
        assert found.answerable
        assert found.quote is not None
        assert found.quote.text == answer
    for question in ("What happened in May 1953?", "What happened on 6 March 1960?"):
        assert not searched.search(Question(question, "en")).answerable


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", "Who was king in 1848?"),
        ("en", "When did William Crookes die?"),
        ("en", "Room 305 or 306?"),
        ("en", "Who was king in February 1848?"),
        ("ja", "ウィリアム・クルックスの猫の名前は？"),
        ("ja", "今日は何をしましたか？"),
        ("ja", "ウィリアム・クルックスはいつですか？"),
        ("zh", "谁在1848年发明了它？"),
        ("zh", "你是谁？"),
        ("ko", "오늘 뭐 해요?"),
        ("en", "paraffin lantern chimney soot glass cleaning?"),
    ],
)
def test_a_question_that_says_or_asks_for_more_is_none(lang: str, question: str) -> None:
    assert bare.read(question, lang) is None


_POSTS = (
    ("en", "And here's Faraday's best trick: light the vapour at the far end of the tube."),
    (
        "en",
        "Michael Faraday gave his lectures on the candle in London. He was the most famous man in the room.",
    ),
    ("es", "La sombra de la llama la enseñó Faraday con una lámpara muy potente delante de la vela."),
    ("zh-Hans", "法拉第说，如果空气全是氧气，炉子里的铁条会烧得比煤还旺。"),
    ("zh-Hans", "法拉第告诉大家，一品脱灯油好好烧完，能得到比一品脱还多一点的水。"),
    ("en", "Melted wax climbs the wick by capillary action, against gravity."),
)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("ar", "من هو فاراداي؟"),
        ("ja", "ファラデーは誰ですか？"),
        ("zh-Hans", "法拉第是谁？"),
        ("fa", "فارادی کیست؟"),
        ("he", "מי היה פאראדיי?"),
        ("hi", "फैराडे कौन थे?"),
        ("ko", "패러데이는 누구인가요?"),
        ("ru", "Кто такой Фарадей?"),
    ],
)
def test_who_somebody_is_is_told_by_the_post_that_introduces_them(
    make: Make, lang: str, question: str
) -> None:
    posts = [IndexedPassage(n, n, "", text, spoken) for n, (spoken, text) in enumerate(_POSTS, 1)]
    ranking = make(posts).search(Question(question, lang))
    assert ranking.answerable
    assert ranking.quote is not None
    assert ranking.quote.passage_id == 2


def test_whom_the_askers_own_posts_introduce_is_told_by_them(make: Make) -> None:
    own = "迈克尔·法拉第是英国最有名的实验家，他给孩子们讲蜡烛。"
    posts = [IndexedPassage(n, n, "", text, spoken) for n, (spoken, text) in enumerate(_POSTS, 1)]
    ranking = make([*posts, IndexedPassage(9, 9, "", own, "zh-Hans")]).search(Question("法拉第是谁？", "zh"))
    assert ranking.quote is not None
    assert ranking.quote.text == own
