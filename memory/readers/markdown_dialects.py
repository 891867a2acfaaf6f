"""What note and blog programs write beside Markdown: taken out, or said as they show it.

Obsidian's comments, links, highlights and callouts, shortcodes of Hugo and Jekyll, Notion's properties.
"""

import re
from typing import Final

_FENCE: Final = re.compile(r"[ \t]*(?:[-*+]|\d+[.)])?[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_SPAN: Final = r"(?<!`)(?P<ticks>`{1,3})(?!`)[^`\n]{1,500}(?<!`)(?P=ticks)(?!`)"
_LONGEST: Final = 20_000  # characters of a comment
_COMMENT: Final = re.compile(rf"(?<!\d)%%(?:[^%]|%(?!%)){{1,{_LONGEST}}}%%")
_SHORTCODE: Final = re.compile(
    r"\{\{[<%](?:(?!\{\{).){0,2000}?[>%]\}\}|\{%(?:(?!\{%).){0,2000}?%\}", re.DOTALL
)
_EMBEDDED: Final = re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]")
_LINKED: Final = re.compile(r"\[\[(?:[^\[\]|\n]{0,300}\|)?#?([^\[\]|\n]{1,300})\]\](?!\()")
_MARKED: Final = re.compile(r"(?<!\w)==(?=[^\s=])([^=\n]{1,500})(?<=\S)==(?!\w)")
_CALLOUT: Final = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[![\w-]{1,40}\][+-]?[ \t]*(.*)$", re.MULTILINE)
_BLOCK_NAME: Final = re.compile(r"[ \t]\^(?=[a-z0-9-]*[a-z])[a-z0-9-]{4,40}[ \t]*$", re.MULTILINE)
_NOTION_NAME: Final = re.compile(r".+ [0-9a-f]{32}\.(?:md|markdown)", re.IGNORECASE)
_PROPERTIES: Final = re.compile(r"\A(#[^\n]+\n+)(?:[^\W\d_][^\n:]{0,40}: [^\n]+\n){2,}(?=\n|\Z)")


def standard(text: str, name: str = "") -> str:
    """A Markdown text with what shows in those programs, and nothing else; code stays as it is."""
    if _NOTION_NAME.fullmatch(name):
        text = _PROPERTIES.sub(r"\1", text.lstrip("\n"))
    return "".join(part if code else _shown(part) for part, code in _parts(text))


def _shown(text: str) -> str:
    for what, instead in (
        (_COMMENT, ""),
        (_SHORTCODE, ""),
        (_EMBEDDED, ""),
        (_LINKED, r"\1"),
        (_MARKED, r"\1"),
        (_CALLOUT, r"\1\2\n\1"),
        (_BLOCK_NAME, ""),
    ):
        text = _outside_code(what, instead, text)
    return text


def _outside_code(what: re.Pattern[str], instead: str, text: str) -> str:
    """What begins within a line's code stays; code within what begins before it goes with that."""
    either = re.compile(rf"(?P<code>{_SPAN})|{what.pattern}", what.flags)
    return either.sub(lambda found: found[0] if found["code"] else what.sub(instead, found[0]), text)


def _parts(text: str) -> list[tuple[str, bool]]:
    """The text cut into what is code between fences, and what isn't."""
    found: list[tuple[str, bool]] = []
    lines: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        opened = _FENCE.match(line)
        if fence:
            lines.append(line)
            if opened and opened[1].startswith(fence) and not line.strip(" \t\r\n`~"):
                found.append(("".join(lines), True))
                lines, fence = [], ""
        elif opened:
            found.append(("".join(lines), False))
            lines, fence = [line], opened[1]
        else:
            lines.append(line)
    return [*found, ("".join(lines), bool(fence))]
