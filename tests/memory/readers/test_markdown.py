"""Markdown with HTML anywhere in it, tasks, notes and definitions is read whole, without their marks."""

import time

import pytest

from memory.readers.errors import ReadError
from memory.readers.markdown_html import as_html
from memory.types import Block, Locator
from tests.memory.readers.conftest import Reading


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<div align="center">\nThe pear tree is old.\n</div>', ["The pear tree is old."]),
        ("<p>Moles are chased.</p>", ["Moles are chased."]),
        ("<details><summary>Prize</summary>A copper kettle.</details>", ["Prize", "A copper kettle."]),
        ("<details>\n<summary>Who?</summary>\n\nKardinal *Bea*.\n\n</details>", ["Who?", "Kardinal Bea."]),
        ("The <kbd>north</kbd> cistern<br>at dusk, m<sup>2</sup>.", ["The north cistern\nat dusk, m²."]),
        ("Write <your name> and <select> one.\n\nThen go.", ["Write and one.", "Then go."]),
        ("Write <script>steal()</script> and <svg> here.", ["Write and here."]),
        ("<iframe src='x'>\n\nThen go.", ["Then go."]),
        ("<div style='display:none'>\n\nA secret.\n\n</div>\n\nThen go.", ["Then go."]),
        ("<script>steal()</script>\n\nThen go.", ["Then go."]),
        ("Use `<br>` here.\n\n    <b>code</b>", ["Use <br> here.", "<b>code</b>"]),
        ("```\nif oak:\n    cut()\n\n```", ["if oak:\n    cut()"]),
        ("![212 panes](a.png \"x\")", ["212 panes"]),
        ("<table><tr><th>Tool<th>Owner<tr><td>Rake<td>Tom</table>", ["Tool: Rake | Owner: Tom"]),
        ("- [x] **Oven** bought\n- [ ] Sweep\n  - [X] ladder", ["Oven bought", "Sweep", "ladder"]),
        ("[x] marks the spot", ["[x] marks the spot"]),
        ("He was Welsh[^1], they say.[^note]", ["He was Welsh, they say."]),
        ("[^1]: From his letters.\n[^note]: From *her* letters.", ["From his letters.\nFrom her letters."]),
        ("Hoe\n: A tool.\n:   It is *sharp*.", ["Hoe: A tool.\nHoe: It is sharp."]),
        ("锄头\n: 一种工具。", ["锄头：一种工具。"]),
        ("一行\n两行，\n三行 two\nthree", ["一行两行，三行 two three"]),
        ("a * b | c & d < e", ["a * b | c & d < e"]),
    ],
)  # fmt: skip
def test_all_text_is_told(reading: Reading, content: str, said: list[str]) -> None:
    (document,) = reading("garden.md", content).documents
    assert [block.text for block in document.blocks] == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Tie it.%%draft%%\n\n%%\nPrivate: Dora owes me.\n\nStill.\n%%\n\nPull.", ["Tie it.", "Pull."]),
        ("100%% sure, 50%% wet.", ["100%% sure, 50%% wet."]),
        ("Use [[Cleat Hitch|the cleat hitch]] or a [[Bowline]].", ["Use the cleat hitch or a Bowline."]),
        ("![[photo.png]]\n\nA ==strong== knot. ^knot1", ["A strong knot."]),
        ("if a == b and c == d", ["if a == b and c == d"]),
        ("Write `%%` twice.\n\nOn `{% if %}` and `%%i`.", ["Write %% twice.", "On {% if %} and %%i."]),
        ("%%\n\tWith `code`, private.\n%%\n\nPull.", ["Pull."]),
        ("if a==b or `c==d and e==f`", ["if a==b or c==d and e==f"]),
        ("Dogs bark.[[1]](https://example.org/a)", ["Dogs bark.[1]"]),
        ("The area grows as r ^2", ["The area grows as r ^2"]),
        ("- one\n\n  ```\n  [[a]]\n  ```\n", ["one", "[[a]]"]),
        ("> [!tip] Keep it dry\n> Salt eats rope.", ["Keep it dry", "Salt eats rope."]),
        ("{{< youtube abc123 >}}\n\nTake {{% ref x %}}fifteen kilos.", ["Take fifteen kilos."]),
        ("{% include a.html %}\n\nOn.", ["On."]),
        ("```\n[[a]] ==b== %%c%%\n```\n\nOn [[deck]].", ["[[a]] ==b== %%c%%", "On deck."]),
    ],
)  # fmt: skip
def test_what_programs_write_beside_it_is_read_as_they_show_it(
    reading: Reading, content: str, said: list[str]
) -> None:
    (document,) = reading("knots.md", content).documents
    assert [block.text for block in document.blocks] == said


def test_front_matter_may_be_toml(reading: Reading) -> None:
    content = (
        '+++\ntitle = "Anchor weights"\ndate = 2024-05-05\ntags = ["a"]\n[params]\nx = 1\n+++\nFifteen kilos.'
    )
    (document,) = reading("anchor.md", content).documents
    assert document.title == "Anchor weights"
    assert document.published_at is not None
    assert document.published_at.date().isoformat() == "2024-05-05"
    assert [block.text for block in document.blocks] == ["Fifteen kilos."]


@pytest.mark.parametrize("front", ["+++\ndraft = true\n+++\n", "---\ntitle: A\ndraft: true\n---\n"])
def test_a_draft_is_refused(reading: Reading, front: str) -> None:
    with pytest.raises(ReadError) as error:
        reading("anchor.md", front + "Nobody may read this yet.")
    assert error.value.code == "draft"


def test_notions_properties_are_no_text(reading: Reading) -> None:
    content = (
        "# Sail repair\n\nStatus: Done\nCreated: March 4, 2024 9:12 AM\nTags: sails, repair\n\nPatch it dry."
    )
    (document,) = reading("Sail repair 0123456789abcdef0123456789abcdef.md", content).documents
    assert (document.title, [block.text for block in document.blocks]) == ("Sail repair", ["Patch it dry."])


def test_a_first_paragraph_with_a_colon_is_text(reading: Reading) -> None:
    content = "# Trip\n\nDeparture: 9 am at the station\n\nBring a coat."
    (document,) = reading("Trip 0123456789abcdef0123456789abcdef.md", content).documents
    assert [block.text for block in document.blocks] == ["Departure: 9 am at the station", "Bring a coat."]


def test_headings_in_html_are_headings(reading: Reading) -> None:
    content = (
        '<h1 align="center">Garden</h1>\n\n## Pears\n\nThey are old.\n\n<h2>Apples</h2>\n\nThey are new.'
    )
    (document,) = reading("a.md", content).documents
    assert document.title == "Garden"
    assert document.blocks == (
        Block("They are old.", Locator(heading="Pears")),
        Block("They are new.", Locator(heading="Apples")),
    )


@pytest.mark.parametrize(
    "content",
    ["Oak <script> " * 8000, "Oak.\n\n<div>" + "<script " * 8000, "Oak <script>a</script> " * 4000],
    ids=["left open", "without an end", "closed"],
)
def test_many_tags_are_read_at_once(content: str) -> None:
    began = time.process_time()
    assert as_html(content).startswith("<p>Oak")
    assert time.process_time() - began < 3
