"""What of a page's tree is its text: all else is taken out here, and what only its layout said is worded."""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from memory.readers.note_marks import raised, without_marks
from memory.readers.tables import said

#: Never text, wherever it stands; left in the tree, since titles and dates are told by some of it.
UNSEEN: Final = ("script", "style", "noscript", "template", "iframe", "object", "svg", "head", "nav")
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: Elements that begin a line of their own.
BLOCKS: Final = HEADINGS | {
    *("p", "li", "tr", "blockquote", "pre", "div", "section", "article", "figcaption", "dt", "dd"),
    *("header", "main", "footer", "table", "ul", "ol", "dl", "body", "details", "summary", "form"),
}
#: What is typed or chosen, and the glosses above ideographs, which cut words in two.
NO_TEXT: Final = ("input", "select", "textarea", "datalist", "progress", "meter", "rt", "rp")
_OF_FORMS: Final = ("button", "label")
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SHOWING: Final = ("aria-controls", "data-target", "data-bs-target", "popovertarget")
_NOTE_ROLES: Final = frozenset({"doc-noteref", "doc-backlink"})
_NOTE_CLASSES: Final = frozenset(
    {
        *("reference", "footnote-ref", "footnoteref", "footnote-reference", "noteref", "fn-ref"),
        *("footnote-back", "footnote-backref", "reversefootnote", "data-footnote-backref", "footnote"),
    }
)
_TOOL_CLASSES: Final = frozenset({"headerlink", "mw-editsection", "mw-cite-backlink"})
_MARK: Final = re.compile(r"(?:\[[^\[\]]{1,30}\]\s*)+|[*†‡]+")
_LINK_MARK: Final = re.compile(r"\[\w{1,4}\]|[↩↑^¶§#]\ufe0e?")
_DIGITS: Final = re.compile(r"\d{1,3}(?:\s*,\s*\d{1,3})*")
_TERM_CHARS: Final = 80
_TERMS: Final = 10  # that one definition has
_MARK_CHARS: Final = 12  # what is longer is a note itself, whatever it is called


def seen(tree: html.HtmlElement) -> None:
    """Leave in a page's tree what its author shows as its text."""
    _without_hidden(tree)
    _without_controls(tree)
    _without_notes(tree)
    for figure in list(tree.iter("sup")):
        figure.text = raised(_before(figure), figure.text_content().strip(), figure.tail or "")
        for child in list(figure):
            figure.remove(child)
    for terms in tree.iter("dl"):
        _define(terms)


def _without_hidden(tree: html.HtmlElement) -> None:
    """Drop what a browser doesn't show, but for what a control of the page shows when it is asked."""
    shown = set(_controlled(tree))
    for element in [each for each in tree.iter() if _hidden(each)]:
        if element.get("id") in shown or element.get("role") == "tabpanel":
            for name in ("hidden", "style", "aria-hidden"):
                element.attrib.pop(name, None)
        else:
            element.drop_tree()


def _controlled(tree: html.HtmlElement) -> Iterator[str]:
    """The ids that links and buttons name as what they open."""
    for element in tree.iter():
        for name in _SHOWING:
            yield from (element.get(name) or "").replace("#", " ").split()
        if (address := element.get("href") or "").startswith("#"):
            yield address[1:]


def _hidden(element: html.HtmlElement) -> bool:
    if element.tag in ("html", "body"):  # hidden until a script has run
        return False
    if (element.get("hidden") or "until-found").lower() != "until-found" or element.get("hidden") == "":
        return True
    if element.tag == "dialog" and element.get("open") is None:
        return True
    if element.get("aria-hidden") == "true" and not any(each.tag in BLOCKS for each in element.iter()):
        return True  # decoration in a line, or its words a second time
    return bool(_HIDDEN_STYLE.search(element.get("style") or ""))


def _without_controls(tree: html.HtmlElement) -> None:
    fields = list(tree.iter(*NO_TEXT))
    labels = {label for field in fields for label in field.iterancestors("label")}
    named = {field.get("id") for field in fields} - {None}
    for element in fields:
        element.drop_tree()
    for form in tree.iter("form"):
        for element in list(form.iter(*_OF_FORMS)):
            words = element.tag == "label" and element not in labels and element.get("for") not in named
            if not words and next(element.iterancestors(*HEADINGS), None) is None:
                element.drop_tree()
        form.tag = "div"  # some sites put all of a page into one


def _without_notes(tree: html.HtmlElement) -> None:
    """Drop the marks that point to notes and back, and links to edit; the notes themselves stay."""
    for element in list(tree.iter("sup", "a", "span")):
        if _is_mark(element):
            element.drop_tree()
    code = {each for outer in tree.iter("pre", "code") for each in outer.iter()}
    for element in tree.iter():
        if element.text and element not in code:
            element.text = without_marks(element.text)
        if element.tail and element.getparent() not in code:
            element.tail = without_marks(element.tail)


def _is_mark(element: html.HtmlElement) -> bool:
    if element.get("role") in _NOTE_ROLES or element.get("epub:type") == "noteref":
        return True
    text = element.text_content().strip()
    address = element.get("href") or ""
    linked = any("#" in (link.get("href") or "") for link in element.iter("a"))
    classes = (element.get("class") or "").split()
    if not _TOOL_CLASSES.isdisjoint(classes):
        return True
    if not _NOTE_CLASSES.isdisjoint(classes) and (linked or len(text) <= _MARK_CHARS):
        return True
    if element.tag == "a":
        raised = "".join(each.text_content() for each in element.iter("sup")).strip()
        return ("#" in address and bool(_LINK_MARK.fullmatch(text) or (text and raised == text))) or (
            "action=edit" in address and text.startswith("[")
        )
    if element.tag != "sup":
        return False
    behind = _before(element).rstrip()[-1:]
    return linked or bool(
        _MARK.fullmatch(text) or (_DIGITS.fullmatch(text) and behind and behind in '.!?…。！？,;:”’"»')
    )


def _before(element: html.HtmlElement) -> str:
    """The words before an element in its line, as far as its own parent tells."""
    above, beside = element.getparent(), element.getprevious()
    if beside is None:
        return (above.text or "") if above is not None else ""
    return beside.tail or (beside.text_content() if beside.tag not in BLOCKS else "")


def _define(terms: html.HtmlElement) -> None:
    """Put each term of a list before what is said of it: "Garboard: The plank next to the keel."

    A question stays above its answer, and so does what is too long for a term or marked as a heading.
    """
    term: list[html.HtmlElement] = []
    told: set[html.HtmlElement] = set()
    before = ""
    for each in [one for one in terms.iter("dt", "dd") if next(one.iterancestors("dl")) is terms]:
        going_on, before = before == "dt", each.tag
        if each.tag == "dt":
            term = [*term, each] if going_on else [each]
            continue
        if len(term) > _TERMS or any(next(one.iter(*HEADINGS), None) is not None for one in term):
            continue
        label = ", ".join(" ".join("".join(_own(one)).split()) for one in term)
        fits = 0 < len(label) <= _TERM_CHARS and label[-1] not in "?？؟"
        if fits and _label(each, label):
            told.update(term)
    for each in told:
        each.drop_tree()


def _own(term: html.HtmlElement) -> Iterator[str]:
    """The texts in a term, without those of the terms that one left open holds."""
    walk = etree.iterwalk(term, events=("start", "end"))
    for event, each in walk:
        if event == "end":
            yield (each.tail or "") if each is not term else ""
        elif each is not term and each.tag in ("dt", "dd"):
            walk.skip_subtree()
        else:
            yield each.text or ""


def _label(element: html.HtmlElement, label: str) -> bool:
    """Put a label before the first words in an element. Returns whether there are any."""
    for each in element.iter():
        if (each.text or "").strip() and each.tag not in UNSEEN:
            each.text = said(label, each.text.lstrip())
            return True
        if each is not element and (each.tail or "").strip():
            each.tail = said(label, each.tail.lstrip())
            return True
    return False
