"""The language of a message, where its sentences end, and its words' common ground."""

import time

import pytest

from kernel.lang import SUPPORTED
from memory.retrieval import detect, pivot, split_sentences
from memory.retrieval.analysis import fold, normalise
from memory.retrieval.translit import ideographic_names, skeleton

_ENABLED = (
    "en",
    "zh-Hans",
    "zh-Hant",
    "ja",
    "ko",
    "es",
    "pt",
    "fr",
    "de",
    "ru",
    "uk",
    "ar",
    "fa",
    "hi",
    "th",
)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Why is the flame yellow?", "en"),
        ("¿Por qué la llama sube?", "es"),
        ("Por que a chama é amarela?", "pt"),
        ("为什么火焰是黄的？", "zh-Hans"),
        ("為什麼火焰是黃的？", "zh-Hant"),
        ("炎はなぜ黄色いの？", "ja"),
        ("불꽃은 왜 노란색이에요?", "ko"),
        ("Чому полум'я жовте?", "uk"),
        ("Почему пламя жёлтое?", "ru"),
        ("Вiн зовсiм не дивиться телевiзор.", "uk"),
        ("چرا شعله زرد است؟", "fa"),
        ("لماذا اللهب أصفر؟", "ar"),
        ("ทำไมเปลวไฟเป็นสีเหลือง", "th"),
        ("OpenAI 是什么？", "zh-Hans"),
    ],
)
def test_the_language_of_a_message(text: str, lang: str) -> None:
    assert detect(text, _ENABLED).lang == lang


_NAMES = (
    "Michael Faraday", "Taylor Swift", "Cristiano Ronaldo", "Oskar Lindqvist", "YouTube",
    "Simone de Beauvoir", "Leonardo da Vinci", "The Beatles", "iPhone 15 Pro Max",
)  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "asked"),
    [
        ("zh-Hans", "{}是谁？"), ("zh-Hans", "你认识{}吗？"), ("zh-Hans", "{}什么时候出生的？"),
        ("ja", "{}って誰?"), ("ja", "{}が好き?"), ("ja", "{}について教えて"), ("ko", "{}가 누구야?"),
        ("ko", "{} 좋아해요?"), ("ar", "من هو {}؟"), ("ar", "هل تحب {}؟"), ("fa", "{} کیست؟"),
        ("ru", "Кто такой {}?"), ("ru", "Когда родился {}?"), ("uk", "Чи знаєш ти {}?"),
        ("hi", "{} कौन है?"),        ("th", "คุณรู้จัก {} ไหม"),
    ],
)  # fmt: skip
def test_a_name_in_other_letters_is_no_sign_of_another_language(lang: str, asked: str) -> None:
    for name in _NAMES:
        assert detect(asked.format(name), (*_ENABLED, "id", "tr", "vi")).lang == lang, name


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Who is 廖老三?", "en"), ("What does 是 mean?", "en"), ("I love 北京", "en"),
        ("What is さくら?", "en"),
        ("привет everyone how are you", "en"), ("¿Quién es 廖老三?", "es"), ("Was bedeutet 愛?", "de"),
        ("Que veut dire さくら ?", "fr"), ("李白 kimdir?", "tr"), ("Siapa 李白?", "id"),
        ("Пётр I", "ru"), ("Когда правил Николай II и где он жил?", "ru"),
        ("我用iPhone拍照", "zh-Hans"), ("ok спасибо", "ru"), ("Twitterやってますか", "ja"),
    ],
)  # fmt: skip
def test_grammar_tells_the_language_of_a_message_in_letters_of_two(text: str, lang: str) -> None:
    assert detect(text, (*_ENABLED, "id", "tr", "vi")).lang == lang


def test_without_letters_the_last_language_then_the_hint_then_the_first_decides() -> None:
    assert detect("👍 123", _ENABLED, last="es", hint="de").lang == "es"
    assert detect("👍 123", _ENABLED, hint="de-AT").lang == "de"
    assert detect("👍 123", _ENABLED).lang == "en"
    assert detect("👍 123", _ENABLED).confidence == 0.0


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("看看 https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PLrAXtmErZgOeiKm4sgNOknGvN 对吗", "zh-Hans"),
        ("看https://example.com/the/flame这个视频", "zh-Hans"),
        ("@why_is_the_flame_yellow这是为什么", "zh-Hans"),
        ("HTTP://EXAMPLE.COM/why", "ja"),
        ("www.example.com/why-is-the-flame-yellow", "ja"),
        ("my.name.is@example.co.uk", "ja"),
        ("@the_candle_lab", "ja"),
    ],
)
def test_an_address_is_in_no_language(text: str, lang: str) -> None:
    assert detect(text, _ENABLED, last="ja", hint="en").lang == lang


def test_a_language_that_isnt_enabled_is_never_given() -> None:
    assert detect("¿Por qué la llama sube?", ("en", "de")).lang in {"en", "de"}
    assert detect("ทำไมเปลวไฟเป็นสีเหลือง", ("en", "de"), last="de").lang == "de"


@pytest.mark.parametrize(
    ("lang", "text", "sentences"),
    [
        ("en", "Dr. Smith met J. K. Rowling in 1923. Then he left! Why?",
         ["Dr. Smith met J. K. Rowling in 1923.", "Then he left!", "Why?"]),
        ("en", "It costs 3.50 dollars. “Yes.” She went.", ["It costs 3.50 dollars.", "“Yes.”", "She went."]),
        ("de", "Am 3. Mai kam er. Es war z.B. kalt.", ["Am 3. Mai kam er.", "Es war z.B. kalt."]),
        ("zh", "蜡烛灭了。为什么？“看！”他说。", ["蜡烛灭了。", "为什么？", "“看！”", "他说。"]),
        ("hi", "यह मोम है। यह जलता है।", ["यह मोम है।", "यह जलता है।"]),
        ("ar", "هل تعلم؟ نعم. اللهب أصفر.", ["هل تعلم؟", "نعم.", "اللهب أصفر."]),
        ("el", "Τι είναι αυτό; Είναι κερί.", ["Τι είναι αυτό;", "Είναι κερί."]),
        ("en", "First line\nSecond line", ["First line", "Second line"]),
        ("en", "It is high.[1] It was first climbed in 1876.[2][note 3] “Steep!”[4] they said.",
         ["It is high.[1]", "It was first climbed in 1876.[2][note 3]", "“Steep!”[4] they said."]),
        ("en", "The north face is ice.¹² Its hut is old.(3) Nobody sleeps there (in winter).[a] Why?",
         ["The north face is ice.¹²", "Its hut is old.(3)", "Nobody sleeps there (in winter).[a]", "Why?"]),
        ("zh", "山很高。[1]山顶有小屋。[2][3]", ["山很高。[1]", "山顶有小屋。[2][3]"]),
        ("en", "See Fig.[1] The top", ["See Fig.[1] The top"]),
        ("en", "the house had no roof. my neighbour ottavio lent me a ladder! why? i never asked.",
         ["the house had no roof.", "my neighbour ottavio lent me a ladder!", "why?", "i never asked."]),
        ("en", "i bring cheese etc. and bread, e.g. rye. wait... what? it costs approx. two euros. yes… no.",
         ["i bring cheese etc. and bread, e.g. rye.", "wait... what?", "it costs approx. two euros.",
          "yes… no."]),
        ("en", "j. k. rowling came. Hannibal barked. he is 3.5 years old. i gave him (old) bread.[1] he ate.",
         ["j. k. rowling came.", "Hannibal barked.", "he is 3.5 years old.", "i gave him (old) bread.[1]",
          "he ate."]),
        ("de", "am 3. mai kam er. es war kalt. das haus war z.b. leer.",
         ["am 3. mai kam er.", "es war kalt.", "das haus war z.b. leer."]),
        ("es", "la casa no tenía techo. ¿quién vino? mi vecino. ¡qué bien! trajo pan.",
         ["la casa no tenía techo.", "¿quién vino?", "mi vecino.", "¡qué bien!", "trajo pan."]),
        ("ru", "у дома не было крыши. сосед дал мне лестницу. потом пришла зима.",
         ["у дома не было крыши.", "сосед дал мне лестницу.", "потом пришла зима."]),
        ("en", "It weighs appr. two kilos. The bag is incls. tax, as Yahoo! says. Then it rained.",
         ["It weighs appr. two kilos.", "The bag is incls. tax, as Yahoo! says.", "Then it rained."]),
        ("en", "THE HOUSE HAD NO ROOF. MY NEIGHBOUR LENT ME A LADDER! IT COST 3.50, ETC. AND MORE. WHY?",
         ["THE HOUSE HAD NO ROOF.", "MY NEIGHBOUR LENT ME A LADDER!", "IT COST 3.50, ETC. AND MORE.",
          "WHY?"]),
        ("en", "he said no. then he left. see no. 5 and nos. 7 to 9.",
         ["he said no.", "then he left.", "see no. 5 and nos. 7 to 9."]),
    ],
)  # fmt: skip
def test_sentences_end_where_their_writing_ends_them(lang: str, text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text, lang)] == sentences


def test_thai_is_cut_at_spaces_but_not_into_crumbs() -> None:
    text = "เปลวไฟของเทียนเป็นสีเหลืองเพราะมีเขม่าที่ร้อนจัดอยู่ในนั้น อนุภาคคาร์บอนเล็ก ๆ จะเรืองแสงเมื่อได้รับความร้อนสูง"
    assert len(split_sentences(text, "th")) == 2


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("panthers", "Пантерс"), ("Washington", "واشنطن"), ("Shakespeare", "शेक्सपियर"), ("Washington", "워싱턴"),
     ("Washington", "ワシントン"), ("Faraday", "Фарадей")],
)  # fmt: skip
def test_a_name_has_one_skeleton_in_every_script(ours: str, theirs: str) -> None:
    assert skeleton(fold(normalise(ours))) == skeleton(fold(normalise(theirs)))


def test_chinese_spellings_of_names_have_it_too() -> None:
    assert skeleton("yosemite") in ideographic_names("约塞米蒂")
    assert skeleton("carolina") in ideographic_names("卡罗莱纳")


@pytest.mark.parametrize(
    ("lang", "word", "stem"), [("es", "vela", "candl"), ("zh", "蜡烛", "candl"), ("ru", "свеча", "candl")]
)
def test_words_meet_on_english_stems(lang: str, word: str, stem: str) -> None:
    assert stem in {found for gloss in pivot.glosses(word, lang) for found, _ in gloss.stems}


@pytest.mark.parametrize(
    ("text", "means", "in_chinese"),
    [
        ("大家さんに手紙を書く", {"landlord", "letter"}, {"everyon", "paper"}),
        ("大丈夫ですか", {"fine"}, {"husband"}),
        ("黄色いです", {"yellow"}, set()),
    ],
)
def test_japanese_words_mean_what_they_mean_in_japanese(
    text: str, means: set[str], in_chinese: set[str]
) -> None:
    found = {stem for gloss in pivot.glosses(text, "ja") for stem, _ in gloss.stems}
    assert means <= found
    assert not in_chinese & found
    assert in_chinese <= {stem for gloss in pivot.glosses("大家，纸，丈夫", "zh") for stem, _ in gloss.stems}


def test_digits_of_every_script_are_the_same() -> None:
    assert normalise("१९४८ ١٩٤٨ 1948") == "1948 1948 1948"


def test_a_language_that_isnt_enabled_but_known_is_told_apart_where_it_is_sure() -> None:
    for text, lang in (("Pourquoi la flamme est-elle jaune ?", "fr"), ("불꽃은 왜 노란색이에요?", "ko")):
        found = detect(text, ("en", "es"), known=_ENABLED)
        assert (found.lang, found.reason) == (lang, "foreign")
    for text in ("ok", "Faraday?", "👍", "¿Por qué la llama sube?"):
        assert detect(text, ("en", "es"), known=_ENABLED).reason != "foreign"


@pytest.mark.parametrize(
    "text", ["Γιατί είναι η φλόγα κίτρινη;", "למה הלהבה צהובה?", "Dlaczego płomień świecy jest żółty?"]
)
def test_a_language_that_nobody_knows_is_told_from_those_that_are_like_it(text: str) -> None:
    found = detect(text, ("en", "es"), hint="es", known=_ENABLED)
    assert found.reason == "unknown"
    for known in ("Selamat pagi, apa kabar semuanya di sana?", "¿Qué tal, amigo?", "👍", "1861", "Chopin ❤"):
        assert detect(known, ("en", "es"), known=_ENABLED).reason != "unknown"


def test_what_says_nothing_is_in_a_last_language_that_isnt_enabled_either() -> None:
    found = detect("candle?", ("en", "es"), last="fr", known=_ENABLED)
    assert (found.lang, found.reason) == ("fr", "last")


@pytest.mark.parametrize("text", ["lol", "haha", "Faraday", "Mozart", "wick"])
def test_a_name_or_a_laugh_is_no_sign_of_another_language(text: str) -> None:
    assert detect(text, _ENABLED, hint="en", known=_ENABLED).lang == "en"
    assert detect(text, ("en", "es"), hint="es", known=_ENABLED).lang == "es"
    assert detect(text, _ENABLED, last="fr", hint="en").lang == "fr"


def test_a_word_that_only_one_language_has_is() -> None:
    assert detect("¿por qué?", _ENABLED, hint="en").lang == "es"


def test_names_in_kana_share_their_consonants_with_latin_ones() -> None:
    assert skeleton("ファラデー") == skeleton("faraday")
    assert skeleton("パラフィン") == skeleton("paraffin")


@pytest.mark.parametrize(
    "text", ["." * 20_000 + "x", " " * 20_000 + "x", ".) " * 7_000, "." + ")" * 20_000 + "x"]
)
def test_a_text_is_cut_as_quickly_as_it_is_long(text: str) -> None:
    began = time.process_time()
    split_sentences(text, "en")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Расскажи об Ансельме", "ru"), ("Что случилось на ярмарке в 2011?", "ru"),
        ("Можете отреставрировать мою лошадку?", "ru"), ("Розкажи про коня", "uk"),
    ],
)  # fmt: skip
def test_a_script_of_no_enabled_language_is_told_to_be_in_a_known_one(text: str, lang: str) -> None:
    found = detect(text, ("en", "es", "zh-Hans", "ja", "ar"), hint="en", known=SUPPORTED)
    assert (found.lang, found.reason) == (lang, "foreign")


def test_a_language_that_nobody_speaks_stays_unknown_in_such_a_script() -> None:
    assert detect("Бүгін ауа райы қандай болады екен?", ("en", "es"), known=SUPPORTED).reason == "unknown"


@pytest.mark.parametrize(
    "text", ["Da chi hai imparato il mestiere?", "Hoe laat gaat de winkel open?", "Ile kosztuje naprawa?"]
)
def test_a_language_that_nobody_knows_is_told_where_every_known_one_is_enabled(text: str) -> None:
    assert detect(text, _ENABLED, known=_ENABLED).reason == "unknown"


@pytest.mark.parametrize(
    "thread",
    [
        [
            "Perché hai scelto il limone di Amalfi?",
            "Quanto costa una vaschetta di gelato?",
            "Hai dei fratelli?",
        ],
        ["Wat kost een kopje koffie?", "Heb je een hond?", "Waar woon je?"],
        ["Jaki jest twój ulubiony film?", "Masz psa?", "Kiedy otwieracie?"],
        ["Cât costă reparația?", "Ai un câine?", "Unde locuiești?"],
        ["Vad kostar det att laga?", "Var bor du?", "Har du en hund?"],
        ["Πόσο κοστίζει;", "Έχεις σκύλο;"],
        ["Kolik stojí oprava?", "Máš psa?", "Kde bydlíš?"],
    ],
)
def test_a_thread_in_a_language_that_nobody_knows_goes_on_in_the_one_it_has(thread: list[str]) -> None:
    for text in thread:
        found = detect(text, _ENABLED, last="fr", hint="en", known=_ENABLED)
        assert found.reason == "unknown" or (found.lang, found.reason) == ("fr", "last")
    assert detect("How much is the repair of a clock?", _ENABLED, last="fr", known=_ENABLED).lang == "en"


def test_it_begins_in_the_pages_language() -> None:
    for text in ("Che cosa pensi di Napoli?", "Quanto costa una vaschetta di gelato?", "Waar woon je?"):
        found = detect(text, _ENABLED, hint="en", known=_ENABLED)
        assert found.reason == "unknown" or (found.lang, found.reason) == ("en", "hint")
    assert detect("¿Dónde vives ahora?", _ENABLED, hint="en", known=_ENABLED).lang == "es"
