"""What of a passage is quoted: its own words, those that answer."""

import pytest

from memory.retrieval import dates
from memory.retrieval.restating import restates
from memory.types import IndexedPassage, Question
from tests.memory.retrieval.conftest import Make


def quoted_from(make: Make, text: str, question: str, lang: str = "en") -> str:
    """What of a passage is quoted for a question in its language."""
    quote = make([IndexedPassage(1, 1, "", text, lang)]).search(Question(question, lang)).quote
    assert quote is not None
    return quote.text


def test_a_quote_stands_verbatim_where_it_says(make: Make, posts: list[IndexedPassage]) -> None:
    quote = make(posts).search(Question("Why is the flame yellow?", "en")).quote
    assert quote is not None
    text = posts[quote.passage_id - 1].text
    assert text[quote.start : quote.end] == quote.text
    assert text[quote.best_start : quote.best_end] in quote.text


def test_the_sentence_that_names_whom_the_question_asks_for_is_quoted_too(make: Make) -> None:
    text = (
        "Las velas de sebo olían mal. En 1820 llegó un químico francés, Michel Chevreul. "
        "Descubrió que dentro del sebo hay una sustancia dura y limpia, la estearina. Con ella hacen velas."
    )
    quoted = quoted_from(make, text, "¿Quién descubrió la estearina?", "es")
    assert "Chevreul" in quoted
    assert "la estearina" in quoted


def test_a_posts_own_question_is_not_quoted_for_an_answer(make: Make) -> None:
    text = "Why doesn't the wick get longer as the candle sinks? It bends over and burns up at the edge."
    assert "burns up" in quoted_from(make, text, "how come the wick doesn't get longer")


def test_a_number_in_words_answers_how_many(make: Make) -> None:
    text = (
        "Faraday gave the lectures at the Royal Institution. He was sixty-nine when he gave them. "
        "The lectures were printed as a book."
    )
    assert "sixty-nine" in quoted_from(make, text, "How old was Faraday when he gave the lectures?")


UNBOUND = (
    "so i moved to the valley with two suitcases and a dog and the house had no roof and the stove was "
    "full of nests and my neighbour ottavio lent me a ladder and i learned to lay slate from an old man "
    "called berengar and we cut it at the quarry of saint maurice and each tile weighs about four kilos "
    "and the first winter i slept in the bread oven because it kept the heat and in spring i planted "
    "forty quince trees on the terrace"
)
UNBOUND_ZH = (
    "我两千零九年带着两个箱子和一条狗搬到山谷，房子没有屋顶，炉子里都是鸟窝，邻居老王借给我一把梯子，从来没有要回去，"
    "我跟一个叫贝伦加尔的老人学会了铺石板，石板是从圣莫里斯采石场切来的，每块瓦大约四公斤，第一个冬天我睡在面包炉里，"
    "因为那里暖和，春天我在上面的梯田种了四十棵榅桲树，榅桲在十一月的第二个星期成熟，我每个星期四在集市上卖果冻"
)


@pytest.mark.parametrize(
    ("lang", "text", "question", "answer"),
    [
        ("en", UNBOUND, "Where did you sleep the first winter?", "in the bread oven"),
        ("en", UNBOUND, "Who taught you to lay slate?", "an old man called berengar"),
        ("en", UNBOUND.upper(), "Who taught you to lay slate?", "AN OLD MAN CALLED BERENGAR"),
        ("zh", UNBOUND_ZH, "榅桲什么时候成熟？", "榅桲在十一月的第二个星期成熟"),
        ("zh", UNBOUND_ZH.replace("，", ""), "榅桲什么时候成熟？", "第二个星期成熟"),
    ],
)
def test_of_a_text_without_any_boundary_what_is_around_the_answer_is_quoted(
    make: Make, lang: str, text: str, question: str, answer: str
) -> None:
    quoted = quoted_from(make, text, question, lang)
    assert answer in quoted
    assert len(quoted) <= 250
    assert quoted in text
    assert lang != "en" or f" {quoted} " in f" {text} "


@pytest.mark.parametrize(
    ("lang", "question", "answer"),
    [
        ("en", "Are these death caps edible after boiling?", "No: boiled or fried, they stay poisonous."),
        ("en", "Which vitamin do lemons hold?", "C: more than apples do."),
        ("es", "¿Se pueden comer crudas estas setas?", "Nunca: crudas son venenosas."),
        ("de", "Verschickst du nach Brasilien?", "Nein: nur innerhalb Europas."),
        ("zh", "可以用微波炉加热这个蜡烛吗？", "不可以：玻璃会裂开。"),
        ("ar", "هل يمكن أكل هذا الفطر نيئًا؟", "لا: هو سام جدًا."),
    ],
)
def test_a_word_that_answers_is_quoted_though_a_colon_follows(
    make: Make, lang: str, question: str, answer: str
) -> None:
    assert quoted_from(make, f"{question} {answer}", question, lang) == answer


@pytest.mark.parametrize(
    ("lang", "asks", "question", "label", "answer"),
    [
        ("en", "Q: ", "Is the saw loud?", "A: ", "Only when it starts."),
        ("en", "", "Is the saw loud?", "Answer 2: ", "Only when it starts."),
        ("de", "Frage: ", "Ist die Säge laut?", "Antwort: ", "Nur beim Anlaufen."),
        ("zh", "问：", "锯子吵吗？", "答：", "只有启动的时候吵。"),
        ("ja", "質問：", "のこぎりはうるさいですか？", "回答：", "動き始めだけです。"),
        ("vi", "Hỏi: ", "Cái cưa có ồn không?", "Trả lời: ", "Chỉ khi khởi động."),
        ("ar", "س: ", "هل المنشار صاخب؟", "ج: ", "عند التشغيل فقط."),
    ],
)
def test_a_label_that_says_an_answer_follows_is_left_out(
    make: Make, lang: str, asks: str, question: str, label: str, answer: str
) -> None:
    assert quoted_from(make, f"{asks}{question} {label}{answer}", question, lang) == answer


@pytest.mark.parametrize(
    ("lang", "restated", "answer", "question"),
    [
        (
            "en",
            "People ask me every week why I don't build refractors.",
            "Two reasons. A lens has four surfaces to polish, and good glass costs more than my car.",
            "Why don't you make refractors?",
        ),
        (
            "es",
            "Muchos me preguntan por qué no vendo por internet.",
            "El barro se rompe. Perdí once jarras en un mes y no quiero perder más.",
            "¿Por qué no vendes por internet?",
        ),
        (
            "de",
            "Oft werde ich gefragt, warum ich nur im Winter fotografiere.",
            "Das Licht ist flacher. Im Sommer ist mir der Himmel zu leer.",
            "Warum fotografierst du nur im Winter?",
        ),
        (
            "zh",
            "很多人问我为什么不用塑料鱼竿。",
            "竹子会说话。鱼一碰，手上就知道。",
            "你为什么不用塑料鱼竿？",
        ),
        (
            "ja",
            "なぜ左手で彫るのかとよく聞かれます。",
            "右手を怪我したからです。",
            "なぜ左手で彫るのですか？",
        ),
        (
            "ru",
            "Меня часто спрашивают, почему я не рисую маслом.",
            "У меня аллергия на растворитель.",
            "Почему ты не рисуешь маслом?",
        ),
        (
            "ar",
            "يسألني كثيرون لماذا أعزف باليد اليسرى.",
            "كسرت يدي اليمنى وأنا طفل.",
            "لماذا تعزف باليد اليسرى؟",
        ),
    ],
)
def test_where_a_text_tells_what_is_asked_what_answers_it_is_quoted_too(
    make: Make, lang: str, restated: str, answer: str, question: str
) -> None:
    text = f"{restated} {answer}"
    assert quoted_from(make, text, question, lang) == text


def test_of_what_stands_behind_a_restated_question_three_sentences_are_quoted_at_most(make: Make) -> None:
    text = (
        "Many ask which clay I use. It is grey. It comes from Devon. It fires white. My kiln is gas. I fish."
    )
    quoted = quoted_from(make, text, "Which clay do you use?")
    assert quoted == "Many ask which clay I use. It is grey. It comes from Devon. It fires white."


_LISTS = {
    "en": (
        "A 32 mm Plössl for finding things. It was my first.\n"
        "A 14 mm wide-angle with 82 degrees of field. My favourite: the double cluster fits whole.\n"
        "A 7 mm orthoscopic for planets."
    ),
    "es": "Un limonero de 1998. Mi favorito: da flores en enero.\nUn romero. Lo riego una vez al mes.",
    "zh": "三十二毫米的普罗素目镜。这是我的第一只。\n十四毫米的广角目镜。我最喜欢它：双星团都看得见。",
}


@pytest.mark.parametrize(
    ("lang", "question", "line"),
    [
        ("en", "Which eyepiece is your favourite?", 1),
        ("en", "Which one was your first?", 0),
        ("es", "¿Cuál es tu árbol favorito?", 0),
        ("es", "¿Con qué frecuencia riegas el romero?", 1),
        ("zh", "你最喜欢的目镜是哪一只？", 1),
    ],
)
def test_a_short_item_of_a_list_is_quoted_whole_and_alone(
    make: Make, lang: str, question: str, line: int
) -> None:
    assert quoted_from(make, _LISTS[lang], question, lang) == _LISTS[lang].split("\n")[line]


def test_of_a_long_paragraph_only_what_answers_is_quoted(make: Make) -> None:
    paragraph = (
        "I moved to the valley in spring and found the dairy by chance while I was looking for a dog. "
        "The roof leaks over the bench. The mirror machine was built by my uncle from a washing machine."
    )
    text = f"{paragraph}\nVisitors are welcome."
    assert quoted_from(make, text, "Who built the mirror machine?").startswith("The mirror machine was built")


@pytest.mark.parametrize(
    ("lang", "text", "question", "price"),
    [
        (
            "en",
            "The online workshop is on 12 April at 10:30 and lasts two hours. It costs 18 euros. "
            "The workshop in the dairy is 60 euros.",
            "How much is the online workshop?",
            "18 euros",
        ),
        (
            "es",
            "El taller en línea es el sábado 12 de abril a las 10:30 y dura dos horas. Cuesta 18 euros e "
            "incluye la grabación. El taller presencial cuesta 60 euros.",
            "¿Cuánto cuesta el taller en línea?",
            "18 euros",
        ),
        (
            "de",
            "Der Onlinekurs findet am 12. April um 10:30 statt und dauert zwei Stunden. Er kostet 18 €.",
            "Was kostet der Onlinekurs?",
            "18 €",
        ),
        (
            "zh",
            "线上课四月十二日十点半开始，一共两个小时。每人一百八十元，含录像。线下课每人六百元。",
            "线上课多少钱？",
            "一百八十元",
        ),
    ],
)
def test_who_asks_for_a_price_is_told_it_though_another_number_stands_beside(
    make: Make, lang: str, text: str, question: str, price: str
) -> None:
    assert price in quoted_from(make, text, question, lang)


_HOURS = {
    "en": "The workshop is open on Saturdays from ten to one. Please ring. In August I'm away.",
    "de": "Die Werkstatt ist samstags von 10 bis 13 Uhr offen. Bitte klingeln. Im August ist geschlossen.",
    "es": "El estudio abre los sábados de diez a dos. Hay timbre. En agosto está cerrado.",
    "zh": "工作室周六十点到一点开放。请按门铃。八月休息。",
    "ru": "Мастерская открыта по субботам с десяти до часу. Звоните. В августе она закрыта.",
}


@pytest.mark.parametrize(
    ("lang", "asked_in", "question"),
    [
        ("en", "en", "When is the workshop open in August?"),
        ("de", "de", "Wann ist die Werkstatt im August offen?"),
        ("es", "es", "¿Cuándo abre el estudio en agosto?"),
        ("zh", "zh", "工作室八月什么时候开放？"),
        ("zh", "zh", "工作室8月什么时候开放？"),
        ("ru", "ru", "Когда мастерская открыта в августе?"),
        ("en", "es", "¿Cuándo está abierto el taller en agosto?"),
    ],
)
def test_what_a_post_says_of_the_month_that_is_asked_about_is_quoted_too(
    make: Make, lang: str, asked_in: str, question: str
) -> None:
    quote = make([IndexedPassage(1, 1, "", _HOURS[lang], lang)]).search(Question(question, asked_in)).quote
    assert quote is not None
    assert quote.text == _HOURS[lang]


def test_who_asks_about_no_month_is_told_of_none(make: Make) -> None:
    assert "August" not in quoted_from(make, _HOURS["en"], "When is the workshop open?")
    assert "August" not in quoted_from(make, _HOURS["en"], "Is the workshop open on Saturday?")


@pytest.mark.parametrize(
    ("lang", "text", "months"),
    [
        ("en", "in august or September", {8, 9}),
        ("de", "Im März und Ende Mai", {3, 5}),
        ("ru", "в начале сентября", {9}),
        ("uk", "у серпні", {8}),
        ("zh", "十一月和2月", {11, 2}),
        ("ja", "12月の展示", {12}),
        ("ko", "3월에", {3}),
        ("ar", "في اغسطس", {8}),
        ("hi", "अगस्त में", {8}),
        ("tr", "ağustosta", {8}),
        ("en", "for three months", set()),
        ("zh", "三个月", set()),
    ],
)
def test_months_are_known_by_their_names(lang: str, text: str, months: set[int]) -> None:
    assert dates.months(text, lang) == months


CLOCK = (
    "I was curious how a clock works so I took my grandfather's clock apart in 1999. My aunt lives in Lyon "
    "with two cats. On Sundays we eat soup. The market opens at nine."
)


def test_a_sentence_that_goes_on_after_what_was_asked_is_quoted_for_itself(make: Make) -> None:
    assert "cats" not in quoted_from(make, CLOCK, "When did you take the clock apart?")


def test_a_sentence_that_bears_what_is_asked_needs_nothing_of_what_follows(make: Make) -> None:
    text = "Many asked in 1999 why I took the clock apart. My aunt has two cats. On Sundays we eat soup."
    assert "soup" not in quoted_from(make, text, "When did many ask why you took the clock apart?")
    assert "soup" in quoted_from(make, text, "Why did you take the clock apart?")


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "If you have questions about the glaze class, email me and I say when it is."),
        ("en", "My grandmother asked me if I wanted her kiln, and I said yes."),
        ("en", "People ask how long the glaze fires; it fires for nine hours."),
        ("es", "Pregunté si tenían barro y me dijeron que no."),
        ("fr", "On m'a demandé si je voulais le four et j'ai dit oui."),
        ("de", "Wir wissen, warum der Ton reißt."),
        ("zh", "我问过师傅，他说多少度都行。"),
        ("zh", "有问题什么时候都可以来。"),
        ("ja", "何度かと聞かれるけど千二百度です。"),
        ("ko", "왜 비싸냐고 물어보는데 흙이 귀해서 그래요."),
        ("tr", "Neden pahalı diye soruyorlar ama toprak nadir."),
        ("ar", "يسألونني لماذا هو غال لكن الطين نادر."),
    ],
)
def test_what_answers_at_once_or_asks_nothing_restates_no_question(lang: str, text: str) -> None:
    assert not restates(text, lang)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The question I get most is why I left."),
        ("en", "Folks wonder whether salt and vinegar would do."),
        ("pt", "Muita gente me pergunta se ensino."),
        ("de", "Viele wollen von mir wissen, ob ich unterrichte."),
        ("zh", "常有人问，为什么我只用竹子。"),
        ("ko", "왜 왼손으로 깎느냐고 많이 물어봅니다."),
        ("hi", "लोग पूछते हैं कि मैं मिट्टी क्यों नहीं खरीदता।"),
        ("th", "หลายคนถามว่าทำไมฉันไม่ขายออนไลน์"),
    ],
)
def test_what_ends_with_what_is_asked_restates_it(lang: str, text: str) -> None:
    assert restates(text, lang)


@pytest.mark.parametrize(
    ("asked", "text", "told"),
    [
        (
            "What are beginner's mistakes?",
            "Five beginner's mistakes. You pour too hot. You stir too fast.",
            "You pour too hot.",
        ),
        (
            "What are your tricks for knots?",
            "My three tricks for knots. Wet the rope first. Pull slowly.",
            "Wet the rope first.",
        ),
        (
            "How many tricks for knots are there?",
            "My three tricks for knots. Wet the rope first. Pull slowly.",
            "My three tricks for knots.",
        ),
    ],
)
def test_what_only_counts_what_is_asked_for_goes_on_to_it(
    make: Make, asked: str, text: str, told: str
) -> None:
    quote = make([IndexedPassage(1, 1, "", text, "en")]).search(Question(asked, "en")).quote
    assert quote
    assert told in quote.text
