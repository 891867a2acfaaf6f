"""Of a page is told what its author shows as its text, whole: no more, and no less."""

import time

import pytest

from memory.readers import ReadError
from tests.memory.readers.conftest import Reading


def _texts(reading: Reading, body: str, name: str = "page.html") -> list[str]:
    (document,) = reading(name, f"<!doctype html><html><head><title>Yard</title></head>{body}").documents
    return [block.text for block in document.blocks]


_LONG = "".join(
    f"<p>Paragraph {n} says that the mill grinds rye and barley all year round.</p>" for n in range(40)
)


@pytest.mark.parametrize("more", ["", _LONG], ids=["short", "long"])
def test_a_page_that_stands_in_a_form_is_read_without_its_fields(reading: Reading, more: str) -> None:
    page = f"""<body><form method=post><input type=hidden value=abc><div><h1>The mill</h1>
<p>The mill grinds rye on Tuesdays.</p>{more}<label>Name <input></label><select><option>Ann<option>Bo</select>
<textarea>Write here</textarea><button>Send it</button></div></form></body>"""
    texts = _texts(reading, page)
    assert texts[0] == "The mill grinds rye on Tuesdays."
    assert len(texts) == (41 if more else 1)


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>The safe code is 4455.</p>",
        "<p hidden=hidden>The safe code is 4455.</p>",
        "<p style='color:red; Display : none'>The safe code is 4455.</p>",
        "<div style='visibility:hidden'><p>The safe code is 4455.</p></div>",
        "<template><p>The safe code is 4455.</p></template>",
        "<dialog><p>The safe code is 4455.</p></dialog>",
        "<!-- The safe code is 4455. -->",
        "<p>Moss.<span hidden> The safe code is 4455.</span></p>",
    ],
)
@pytest.mark.parametrize("more", ["", _LONG], ids=["short", "long"])
@pytest.mark.parametrize("name", ["page.html", "page.md"])
def test_what_is_hidden_is_not_told(reading: Reading, hidden: str, more: str, name: str) -> None:
    page = f"<article>\n\n<p>The oak is old.</p>\n\n{hidden}\n\n{more}</article>"
    (document,) = reading(name, page if name.endswith("md") else f"<!doctype html><body>{page}").documents
    texts = [block.text for block in document.blocks]
    assert texts[0] == "The oak is old."
    assert "4455" not in " ".join(texts)


@pytest.mark.parametrize(
    "page",
    [
        "<body><a href='#a1'>Where?</a><p id=a1 style='display:none'>In Ghent.</p>",
        "<body><button aria-controls='x a1'>Where?</button><div id=a1 hidden>In Ghent.</div>",
        "<body><button data-target='#a1'>Where?</button><div id=a1 aria-hidden=true hidden>In Ghent.</div>",
        "<body><p>Where?</p><div role=tabpanel hidden>In Ghent.</div>",
        "<body><p>Where?</p><div hidden=until-found>In Ghent.</div>",
        "<body><details><summary>Where?</summary>In Ghent.</details>",
        "<body style='visibility:hidden'><p>Where?</p><p>In Ghent.</p>",
        "<body><p>Where?</p><p aria-hidden=true>In Ghent.</p>",
        "<body><p>Where?<i aria-hidden=true>➤</i></p><p>In Ghent.</p>",
    ],
)
def test_what_a_page_shows_when_asked_is_told(reading: Reading, page: str) -> None:
    assert _texts(reading, page) == ["Where?", "In Ghent."]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("<dt>Garboard<dd>The plank next to the keel.", ["Garboard: The plank next to the keel."]),
        ("<div><dt>Bilge<dd><p>It is <b>low</b>.</p><p>Wet.</p></div>", ["Bilge: It is low.", "Wet."]),
        ("<dt>Jib</dt><dt>Foresail</dt><dd>One.<dd>Two.", ["Jib, Foresail: One.", "Jib, Foresail: Two."]),
        ("<dt>龙骨<dd>船底的梁。", ["龙骨：船底的梁。"]),
        ("<dt>What is a jib?<dd>A sail.", ["What is a jib?", "A sail."]),
        ("<dt>Mast</dt><dt>Boom</dt>", ["Mast", "Boom"]),
        ("<dt>Rig<dd><dl><dt>Jib<dd>A sail.</dl>", ["Rig: Jib: A sail."]),
        ("<dt>Empty<dd></dd>", ["Empty"]),
        ("<dt>Jib<dt>Foresail<dd>One.<dt>Mast<dt>Boom<dd>Two.", ["Jib, Foresail: One.", "Mast, Boom: Two."]),
    ],
)  # fmt: skip
def test_a_definition_says_its_term(reading: Reading, terms: str, said: list[str]) -> None:
    assert _texts(reading, f"<body><dl>{terms}</dl>") == said


def test_terms_that_nobody_closed_are_read_quickly(reading: Reading) -> None:
    terms = "".join(f"<dt>Sail number {number}" for number in range(1200))
    began = time.process_time()
    _texts(reading, f"<body><dl>{terms}<dd>A sail of the fleet.</dl>")
    assert time.process_time() - began < 3


@pytest.mark.parametrize("page", ["<!doctype html>", "<!doctype html><!-- hi -->"])
def test_a_page_without_any_element_has_no_text(reading: Reading, page: str) -> None:
    with pytest.raises(ReadError) as refused:
        reading("page.html", page)
    assert refused.value.code == "no_text"


def test_signs_of_a_font_of_icons_are_no_breaks(reading: Reading) -> None:
    (text,) = _texts(reading, "<body><p>The &#xE000;oak, &#xE001;the &#xE002;elm.</p>")
    assert "\n" not in text
    assert "|" not in text


def test_a_label_that_belongs_to_no_field_is_text(reading: Reading) -> None:
    field = "<label for=a>Name</label><input id=a>"
    form = f"<form><p>We ask for <label>the <b>name</b></label> only.</p>{field}</form>"
    assert _texts(reading, f"<body>{form}") == ["We ask for the name only."]


def test_a_definition_in_a_long_page_says_its_term(reading: Reading) -> None:
    terms = "<dl><dt>Garboard</dt><dd>The plank next to the keel.</dd></dl>"
    texts = _texts(reading, f"<body><article>{_LONG}{terms}{_LONG}</article>")
    assert "Garboard: The plank next to the keel." in texts


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("the range.<sup id=r1><a href='#c1'>[1]</a></sup> It was", "the range. It was"),
        ("in 1931.<sup>[3]</sup><sup>[4]</sup> Its", "in 1931. Its"),
        ("until 1911.”[1] The wind", "until 1911.” The wind"),
        ('until 1911."[1][12] The wind', 'until 1911." The wind'),
        ("来自山。[2]风大。", "来自山。风大。"),
        ("in Finland<sup><a href='#n1'>2</a></sup> and", "in Finland and"),
        ("in Finland<a href='#n1'><sup>2</sup></a> and", "in Finland and"),
        ("in Finland<a href='#n1' role='doc-noteref'>2</a> and", "in Finland and"),
        ("in Finland.<sup>2, 3</sup> And", "in Finland. And"),
        ("300 kilos<sup>[a]</sup>.", "300 kilos."),
        ("the oak<span class='mw-editsection'>[edit]</span>", "the oak"),
        ("the oak<a class=headerlink href='#oak'>¶</a>", "the oak"),
        ("the oak. <a href='#r1' class='footnote-back'>↩︎</a>", "the oak."),
        ("It is <span class=footnote>twelve metres tall</span>.", "It is twelve metres tall."),
        ("It is tall<span class=footnote>12</span>.", "It is tall."),
        ("the oak<span class='mw-editsection'>[Bearbeiten | Quelltext bearbeiten]</span>", "the oak"),
        ("see <a href='#oak'>the oak</a>", "see the oak"),
        ("25 m<sup>2</sup> or 3 cm<sup>-1</sup>", "25 m² or 3 cm⁻¹"),
        ("2<sup>10</sup> and <i>x</i><sup>2</sup>", "2^10 and x²"),
        ("3<sup>1</sup>/<sub>2</sub> cups", "3 1/2 cups"),
        ("the 1<sup>st</sup> M<sup>me</sup>", "the 1st Mme"),
        ("H<sub>2</sub>O", "H2O"),
        ("a list[1] of words [2]", "a list[1] of words [2]"),
        ("<code>'a.'[1] == b</code>", "'a.'[1] == b"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>", "漢字"),
    ],
)
@pytest.mark.parametrize("name", ["page.html", "page.md"])
def test_marks_of_notes_are_left_out_and_figures_set_high_are_kept(
    reading: Reading, marked: str, said: str, name: str
) -> None:
    page = f"<p>{marked}</p>" if name.endswith(".md") else f"<!doctype html><body><p>{marked}</p>"
    (document,) = reading(name, page).documents
    assert [block.text for block in document.blocks] == [said]


def test_notes_themselves_are_told(reading: Reading) -> None:
    notes = "<ol class=references><li id=c1><a href='#r1'>^</a> Atlas of Peaks, page 12.</li></ol>"
    assert _texts(reading, f"<body><p>An oak.</p>{notes}") == ["An oak.", "Atlas of Peaks, page 12."]


@pytest.mark.parametrize("name", ["page.html", "page.md", "page.txt", "talk.srt"])
@pytest.mark.parametrize("mark", ["\u00ad", "\u200b", "\u2060", "\ufeff"])
def test_marks_of_where_words_may_break_don_t_part_them(reading: Reading, name: str, mark: str) -> None:
    words = f"The Donau{mark}dampf{mark}schiff is old."
    told = {
        "page.html": f"<!doctype html><body><p>{words}</p>",
        "talk.srt": f"1\n00:00:01,000 --> 00:00:02,000\n{words}\n",
    }
    (document,) = reading(name, told.get(name, words)).documents
    assert [block.text for block in document.blocks] == ["The Donaudampfschiff is old."]


def test_what_a_page_writes_by_name_doesn_t_part_words_either(reading: Reading) -> None:
    assert _texts(reading, "<body><p>Donau&shy;dampf&ZeroWidthSpace;schiff") == ["Donaudampfschiff"]
    assert _texts(reading, "<body><p>می\u200cخواهم") == ["می\u200cخواهم"]
