"""How a reading travels between the parent and its reader process: frames of JSON, never pickled objects."""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from memory.notes import packed, unpacked
from memory.readers.errors import REASONS, ImportProblem, ReadError, Waiting
from memory.readers.options import (
    MB,
    Cut,
    CutResult,
    Limits,
    ReadOptions,
    ReadResult,
    Refused,
    Transcriber,
)
from memory.types import Block, Locator, Member, Passage, ReadFrom

Message = dict[str, Any]
_HEADER = struct.Struct(">I")
_LONGEST = 64 * MB


def send(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Write one message: four bytes of length, then JSON."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    stream.write(_HEADER.pack(len(body)) + body)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """The next message, or None at the stream's end, or where it is longer than any of ours. Blocking."""
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    (size,) = _HEADER.unpack(header)
    if size > _LONGEST:
        return None
    body = stream.read(size)
    return json.loads(body) if len(body) == size else None


def pack_request(path: Path, name: str, options: ReadOptions) -> Message:
    """A request to read. The transcriber stays behind: the child asks the parent for it."""
    return {
        "path": str(path),
        "name": name,
        "langs": options.langs,
        "tesseract": options.tesseract,
        "speech": options.transcriber is not None,
        "limits": asdict(options.limits),
        "author": options.author,
        "channel": options.channel,
        "extract_to": str(options.extract_to) if options.extract_to else None,
        "page": options.page,
    }


def unpack_options(request: Message, transcriber: Transcriber) -> ReadOptions:
    return ReadOptions(
        langs=tuple(request["langs"]),
        tesseract=request["tesseract"],
        transcriber=transcriber if request["speech"] else None,
        limits=Limits(**request["limits"]),
        author=request["author"],
        channel=request["channel"],
        extract_to=Path(request["extract_to"]) if request["extract_to"] else None,
        page=request["page"],
    )


def pack_problem(problem: ImportProblem) -> Message:
    return {"code": problem.code, "params": problem.params, "waits": isinstance(problem, Waiting)}


def unpack_problem(message: Message) -> ImportProblem:
    if message["code"] not in REASONS:
        return ReadError("crashed", detail="unknown outcome")
    return (Waiting if message["waits"] else ReadError)(message["code"], **message["params"])


def _pack_place(at: Locator) -> list[Any]:
    when = at.published_at.isoformat() if at.published_at else None
    return [at.page, at.start, at.end, at.url, at.heading, when, at.cues, at.read_from, at.sure]


def _unpack_place(fields: list[Any]) -> Locator:
    page, start, end, url, heading, when, cues, made_of, sure = fields
    published_at = datetime.fromisoformat(when) if when else None
    spoken = tuple((int(at), float(begin), float(over)) for at, begin, over in cues)
    read_from = ReadFrom(made_of) if made_of else None
    return Locator(page, start, end, url, heading, published_at, spoken, read_from, sure)


def pack_blocks(blocks: Sequence[Block]) -> list[list[Any]]:
    """Blocks as lists: text, then the locator's fields."""
    return [[block.text, *_pack_place(block.locator)] for block in blocks]


def unpack_blocks(packed: list[list[Any]]) -> tuple[Block, ...]:
    return tuple(Block(text, _unpack_place(place)) for text, *place in packed)


def pack_passages(passages: Sequence[Passage]) -> list[list[Any]]:
    """Passages as lists: text, language, ordinal, then the locator's fields."""
    return [[one.text, one.lang, one.ordinal, *_pack_place(one.locator)] for one in passages]


def unpack_passages(packed: list[list[Any]]) -> list[Passage]:
    return [Passage(text, _unpack_place(place), lang, ordinal) for text, lang, ordinal, *place in packed]


def pack_result(result: ReadResult) -> Message:
    """All of a result but its documents' text, whose passages go before it in messages of their own."""
    return {
        "documents": [
            {
                "kind": document.kind,
                "title": document.title,
                "url": document.url,
                "author": document.author,
                "published_at": document.published_at.isoformat() if document.published_at else None,
                "meta": dict(document.meta),
            }
            for document in result.documents
        ],
        "members": [[member.name, str(member.path), member.url, member.title] for member in result.members],
        "notes": packed(result.notes),
        "refused": [[refused.name, pack_problem(refused.problem)] for refused in result.refused],
        "title": result.title,
    }


def unpack_result(message: Message, passages: Mapping[int, Sequence[Passage]]) -> CutResult:
    """A result, with the passages that came before it by their document's place."""
    documents = []
    for place, fields in enumerate(message["documents"]):
        when = fields.pop("published_at")
        published_at = datetime.fromisoformat(when) if when else None
        documents.append(Cut(passages=tuple(passages.get(place, ())), published_at=published_at, **fields))
    notes = unpacked(message["notes"])
    "".join(map(str, notes))  # one that lacks a parameter fails here, not wherever it is shown
    return CutResult(
        tuple(documents),
        tuple(Member(name, Path(path), url, title) for name, path, url, title in message["members"]),
        notes,
        tuple(Refused(name, unpack_problem(problem)) for name, problem in message["refused"]),
        message["title"],
    )
