"""Telegram's HTML export (messages.html): the same rules as for the JSON one, from what the pages show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import html

from memory.notes import counted
from memory.readers.decode import decode, read_bytes
from memory.readers.errors import ReadError
from memory.readers.options import Progress, ReadOptions, ReadResult
from memory.readers.telegram import public_address
from memory.types import Block, Document, Locator


@dataclass(frozen=True, slots=True)
class _Message:
    number: str
    author: str
    text: str
    when: datetime | None
    forwarded: bool


def read(path: Path, _name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True)
    tree = html.document_fromstring(decode(read_bytes(path, options.limits)), parser=parser)
    title = _text(tree.xpath("//div[contains(@class,'page_header')]//div[contains(@class,'text')]"))
    messages = list(_messages(tree))
    # A channel's posts all stand under its own name; the page says nowhere what kind of chat it is.
    if any(message.author != title for message in messages):
        if not options.author:
            raise ReadError("not_own_messages", type="group")
        wanted = options.author.strip().casefold()
        messages = [message for message in messages if message.author.casefold() == wanted]
        if not messages:
            raise ReadError("author_not_found", author=options.author)
    base = public_address(options.channel)
    forwarded = sum(message.forwarded for message in messages)
    blocks = tuple(
        Block(
            message.text,
            Locator(
                url=f"{base}/{message.number}" if base and message.number.isdigit() else None,
                published_at=message.when,
            ),
        )
        for message in messages
        if message.text and not message.forwarded
    )
    if not blocks:
        raise ReadError("no_messages")
    notes = counted("forwarded_posts", forwarded)
    return ReadResult((Document("telegram", title or "Telegram", blocks, url=base),), notes=notes)


def _messages(tree: html.HtmlElement) -> Iterator[_Message]:
    author = ""
    for element in tree.find_class("message"):
        classes = (element.get("class") or "").split()
        if "default" not in classes:
            continue
        forwarded = element.find_class("forwarded")
        own = [node for node in element.find_class("from_name") if not _inside(node, "forwarded")]
        # A joined message belongs to the author above it.
        author = _text(own) if own and "joined" not in classes else author
        texts = [node for node in element.find_class("text") if not _inside(node, "forwarded")]
        dates = element.find_class("date")
        yield _Message(
            (element.get("id") or "").removeprefix("message"),
            author,
            _text(texts),
            _when(dates[0].get("title") if dates else None),
            bool(forwarded),
        )


def _inside(node: html.HtmlElement, name: str) -> bool:
    return any(name in (parent.get("class") or "").split() for parent in node.iterancestors())


def _text(nodes: list[html.HtmlElement]) -> str:
    if not nodes:
        return ""
    for line_break in nodes[0].iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    lines = (" ".join(line.split()) for line in nodes[0].text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def _when(stated: str | None) -> datetime | None:
    """``01.05.2024 12:30:00 UTC+02:00``, as the page states it."""
    for form in ("%d.%m.%Y %H:%M:%S UTC%z", "%d.%m.%Y %H:%M:%S"):
        try:
            when = datetime.strptime(stated or "", form)
        except ValueError:
            continue
        return when if when.tzinfo else when.replace(tzinfo=UTC)
    return None
