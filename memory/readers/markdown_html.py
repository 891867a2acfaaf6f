"""Markdown as the page that it stands for: HTML may stand anywhere in it, so both are read as one."""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from memory.readers.html_seen import NO_TEXT, UNSEEN
from memory.readers.spacing import unspaced
from memory.readers.tables import said

_DEEPEST: Final = 50
# Tags within a line that say something of its words. All others leave them as they are, and one that is no
# tag at all ("<your name>") must not swallow what comes behind it.
_INLINE: Final = frozenset({"br", "sup", "sub", "a", "span", "ruby", "rt", "rp"})
_TAG: Final = re.compile(r"</?([A-Za-z][\w-]*)")
_TASK: Final = re.compile(r"\[[ xX]\]\s+")
_NOTE: Final = re.compile(r"\[\^[^\]\s]{1,60}\]:\s*")
_NOTE_MARK: Final = re.compile(r"[ \t]{0,3}\[\^[^\]\s]{1,60}\]")
_DEFINITION: Final = re.compile(r":\s+")

# By a line's tokens (their id): where in it each tag is first opened, and where last closed.
_Places = dict[int, tuple[dict[str, int], dict[str, int]]]


def as_html(text: str) -> str:
    """The page of a Markdown text, without the marks of tasks, notes and definitions."""
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    parser.add_render_rule("softbreak", _softbreak)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("html_inline", _html_inline)
    parser.add_render_rule("html_block", _html_block)
    tokens = parser.parse(text)
    for at, token in enumerate(tokens):
        if token.type == "inline" and token.children:
            _plain(token.children, listed=at > 1 and tokens[at - 2].type == "list_item_open")
    return str(parser.renderer.render(tokens, parser.options, {}))


def _plain(line: list[Token], *, listed: bool) -> None:
    """Take the marks out of a paragraph's parts; one that is ``listed`` may be a task."""
    defined = [at for at in _begun(line) if at and _DEFINITION.match(line[at].content)]
    term = "".join(each.content for each in line[: defined[0] - 1]) if defined else ""
    for at in _begun(line):
        token = line[at]
        if at in defined:
            token.content = said(term.strip(), _DEFINITION.sub("", token.content, count=1))
            line[at - 1].type = "hardbreak"
        elif _NOTE.match(token.content):
            token.content = _NOTE.sub("", token.content, count=1)
            if at:
                line[at - 1].type = "hardbreak"
        elif listed and not at:
            token.content = _TASK.sub("", token.content, count=1)
    for token in line[: defined[0] - 1] if defined else ():
        token.type, token.content = "text", ""
    for token in line:
        if token.type == "text":
            token.content = _NOTE_MARK.sub("", token.content)


def _begun(line: Sequence[Token]) -> list[int]:
    """The places of texts with which a line of a paragraph begins."""
    return [
        at
        for at, token in enumerate(line)
        if token.type == "text" and (at == 0 or line[at - 1].type in ("softbreak", "hardbreak"))
    ]


def _softbreak(_self: object, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    before, after = (
        tokens[at - 1].content if at else "",
        "".join(each.content for each in tokens[at + 1 :][:1]),
    )
    return "" if unspaced(before[-1:]) and unspaced(after[:1]) else "\n"


def _image(_self: object, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    return escapeHtml(tokens[at].content)


def _html_inline(_self: object, tokens: Sequence[Token], at: int, _options: object, env: _Places) -> str:
    tag = _TAG.match(tokens[at].content)
    name = tag[1].lower() if tag else ""
    if name in UNSEEN:  # with what it encloses, if it does
        if id(tokens) not in env:
            env[id(tokens)] = _places(tokens)
        opened, closed = env[id(tokens)]
        closing = tokens[at].content.startswith("</")
        paired = opened.get(name, at) < at if closing else closed.get(name, at) > at
        return tokens[at].content if paired else ""
    return tokens[at].content if name in _INLINE else ""


def _places(tokens: Sequence[Token]) -> tuple[dict[str, int], dict[str, int]]:
    """Where each tag is first opened in a line, and where last closed."""
    opened: dict[str, int] = {}
    closed: dict[str, int] = {}
    for at, token in enumerate(tokens):
        tag = _TAG.match(token.content) if token.type == "html_inline" else None
        if tag and tag[0].startswith("</"):
            closed[tag[1].lower()] = at
        elif tag:
            opened.setdefault(tag[1].lower(), at)
    return opened, closed


def _html_block(_self: object, tokens: Sequence[Token], at: int, _options: object, _env: object) -> str:
    """HTML as it stands, but for elements without text that are left open, and would swallow all below."""
    block = tokens[at].content
    for tag in {*UNSEEN, *NO_TEXT} & set(map(str.lower, _TAG.findall(block))):
        opened = re.compile(rf"<{tag}\b[^<>]*>", re.I)
        if len(opened.findall(block)) > len(re.findall(rf"</{tag}\b", block, re.I)):
            block = opened.sub("", block)
    return block
