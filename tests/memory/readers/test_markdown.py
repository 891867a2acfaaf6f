"""Markdown with HTML anywhere in it, tasks, notes and definitions is read whole, without their marks."""

import time

import pytest

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


def test_headings_in_html_are_headings(reading: Reading) -> None:
    content = (
        '<h1 align="center">Garden</h1>\n\n## Pears\n\nThey are old.\n\n<h2>Apples</h2>\n\nThey are new.'
    )
    (document,) = reading("a.md", content).documents
    assert document.title == "Garden"
    assert document.blocks[1:] == (
        Block("They are old.", Locator(heading="Pears")),
        Block("They are new.", Locator(heading="Apples")),
    )


@pytest.mark.parametrize(
    "content",
    ["Oak <script> " * 8000, "Oak.\n\n<div>" + "<script " * 8000, "Oak <script>a</script> " * 4000],
    ids=["left open", "without an end", "closed"],
)
def test_many_tags_are_read_at_once(content: str) -> None:
    began = time.monotonic()
    assert as_html(content).startswith("<p>Oak")
    assert time.monotonic() - began < 3
