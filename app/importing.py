"""`understudy import` and `reindex`: content into memory from the command line, followed until it is in."""

import asyncio
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import anyio.to_thread
from rich.console import Console
from rich.markup import escape

from app.container import Container
from community import service as community
from community.types import AvatarInfo
from kernel.errors import BadInput
from kernel.files import StoredFile
from memory import service as memory
from memory import tasks as memory_tasks
from memory.notes import NOTES
from memory.types import Added, Inside, SourceInfo, SourceState

_LOOK_EVERY_S = 0.4
_ENDED = {SourceState.INDEXED, SourceState.FAILED, SourceState.CANCELLED, SourceState.WAITING}
_MARKS = {
    SourceState.INDEXED: "[green]✓[/]",
    SourceState.FAILED: "[red]✗[/]",
    SourceState.CANCELLED: "[yellow]–[/]",
    SourceState.WAITING: "[yellow]…[/]",
}
# Of an export: folders, also where one inside them is named; files; and a list beside what it lists.
_EXPORT_FOLDERS = ("takeout", "youtube")
_INSIDE_EXPORT = re.compile(r"takeout|youtube .*youtube music")
_EXPORT_FILE = re.compile(r"result\.json|(messages\d*|export_results)\.html")
_CHAT_FOLDERS = {"files", "video_files", "voice_messages", "round_video_messages"}
_CHATS_ALONE = "It is part of a Telegram export, whose messages tell whose it is: import the whole export."
_LISTS = {".csv", ".json"}
_LISTED = {".srt", ".vtt", ".sbv", ".ass", ".ssa", ".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".3gp"}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Whose content it is, who may see it, under which licence; what a chat's export doesn't say itself.

    `author` is whose messages count in a group, `channel` a channel's public name, by which posts are linked.
    """

    avatar: str
    tier: str | None
    licence: str | None
    author: str | None
    channel: str | None = None


async def run(container: Container, what: Sequence[str], options: ImportOptions, out: Console) -> int:
    """Import everything named; prints a line for each item as it ends. Returns how many failed.

    A path that doesn't exist fails alone, and so does an address that can't be opened.
    """
    missing = await anyio.to_thread.run_sync(_missing, what)
    for name in missing:
        _refuse(out, name, "There is no such file or folder.")
    refused = len(missing)
    avatar = await _avatar(container, options.avatar)
    added: list[Added] = []
    for name in (each for each in what if each not in missing):
        if _is_url(name):
            try:
                async with container.db.uow(avatar.creator_id) as uow:
                    one = await memory.add_url(uow, name, tier=options.tier, licence=options.licence)
                added.append(one)
            except BadInput as error:
                _refuse(out, name, error.message)
                refused += 1
            continue
        if await anyio.to_thread.run_sync(_of_a_chat, Path(name)):
            _refuse(out, name, f"{_CHATS_ALONE} If it is your own, rename it.")
            refused += 1
            continue
        with _files(Path(name)) as files:
            if len(files) > 1 and {path.suffix.lower() for path, _ in files} <= _LISTED:
                out.print(f"[yellow]![/] {escape(name)}  [dim]{escape(NOTES['films_alone'])}[/]")
            for path, title in files:
                if _leads_out(path, Path(name)):
                    _refuse(
                        out, title, "It is a link to something outside the folder: import that by itself."
                    )
                    refused += 1
                    continue
                stored = await anyio.to_thread.run_sync(container.files.save_path, avatar.creator_id, path)
                added.append(await _add(container, avatar, stored, title, options))
    work = _working(container) if container.roles.worker else None
    try:
        return refused + await _follow(container, avatar, added, out)
    finally:
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


def _refuse(out: Console, name: str, why: str) -> None:
    out.print(f"[red]✗[/] {escape(name)}  [dim]{escape(why)}[/]")


async def reindex(container: Container) -> int:
    """Have every process build every creator's index anew; how many workers are there to do it now."""
    async with container.db.system_uow() as uow:
        creators = await community.creator_ids(uow)
    for creator_id in creators:
        async with container.db.uow(creator_id) as uow:
            await memory.reindex(uow)
    return await container.jobs.workers()


def _missing(what: Sequence[str]) -> list[str]:
    return [name for name in what if not _is_url(name) and not Path(name).exists()]


def _is_url(name: str) -> bool:
    return name.startswith(("http://", "https://"))


async def _avatar(container: Container, slug: str) -> AvatarInfo:
    async with container.db.system_uow() as uow:
        return await community.avatar_by_slug(uow, slug) if slug else await community.first_avatar(uow)


async def _add(
    container: Container, avatar: AvatarInfo, stored: StoredFile, name: str, options: ImportOptions
) -> Added:
    async with container.db.uow(avatar.creator_id) as uow:
        return await memory.add_file(
            uow,
            stored,
            name,
            origin="command",
            licence=options.licence,
            tier=options.tier,
            author=options.author,
            channel=options.channel,
            files=container.files,
        )


@contextmanager
def _files(path: Path) -> Iterator[list[tuple[Path, str]]]:
    """The files behind a path, with the names that they go by.

    A folder that holds an export anywhere, or lies in one, is one file: its zip. What may be learned from an
    export is told from all of it.
    """
    if path.is_file():
        yield [(path, path.name)]
        return
    found = sorted(
        p for p in path.rglob("*") if (p.is_file() or _leads_out(p, path)) and not _hidden(p, path)
    )
    at = path.resolve()
    around = next((name for name in at.parts[:-1] if _INSIDE_EXPORT.fullmatch(name.casefold())), None)
    if around or _holds_export([Path(at.name) / each.relative_to(path) for each in found]):
        with tempfile.TemporaryDirectory() as folder:
            name = f"{around} {at.name}" if around else at.name
            yield [(_packed(path, Path(folder)), f"{name}.zip")]
    else:
        yield [(each, each.relative_to(path).as_posix()) for each in found]


def _of_a_chat(path: Path) -> bool:
    """Whether a folder is that of a Telegram export's files, without the messages that they belong to."""
    return path.resolve().name in _CHAT_FOLDERS and not any(
        _EXPORT_FILE.fullmatch(each.name.casefold()) for each in path.rglob("*")
    )


def _holds_export(names: Sequence[Path]) -> bool:
    """Whether files are of an export, in any language: a zip of others is read the same, so doubt counts."""
    endings = {name.suffix.lower() for name in names}
    return bool(endings & _LISTS and endings & _LISTED) or any(
        _EXPORT_FILE.fullmatch(name.name.casefold())
        or any(part.casefold().startswith(_EXPORT_FOLDERS) for part in name.parts[:-1])
        for name in names
    )


def _leads_out(path: Path, below: Path) -> bool:
    """Whether a file found in a folder lies elsewhere; a link that a person names is theirs to follow."""
    return below.is_dir() and path.is_symlink() and not path.resolve().is_relative_to(below.resolve())


def _hidden(path: Path, below: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(below).parts)


def _packed(folder: Path, into: Path) -> Path:
    """The folder as an uncompressed zip whose bytes depend on its content alone."""
    target = into / "export.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not _hidden(path, folder):
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
                    while block := source.read(1 << 20):
                        sink.write(block)
    return target


def _working(container: Container) -> asyncio.Task[None]:
    """Work the queue here, where no worker runs."""
    return asyncio.create_task(
        container.jobs.run([memory_tasks.IMPORTS], concurrency=container.settings.import_concurrency)
    )


async def _follow(container: Container, avatar: AvatarInfo, added: list[Added], out: Console) -> int:
    """Print items as they end, those found in archives too, until none is under way. How many failed."""
    told: set[int] = set()
    failed = 0
    known = {one.source.id: _known(one) for one in added if not one.new}
    waiting = list(dict.fromkeys(one.source.id for one in added))

    def tell(info: SourceInfo) -> None:
        nonlocal failed
        if info.state in _ENDED and not info.inside.under_way and info.id not in told:
            told.add(info.id)
            failed += info.state == SourceState.FAILED and not info.inside.files
            out.print(_line(info, known.get(info.id, "")))

    with suppress(BrokenPipeError):
        while waiting:
            async with container.db.uow(avatar.creator_id) as uow:
                infos = await memory.get_sources(uow, waiting)
                found = await memory.children(uow, [one.id for one in infos if one.inside.files])
            archives = [one for one in infos if one.inside.files]
            for info in (one for one in infos if not one.inside.files):
                tell(info)
            # What an archive came to is told after what became of its files.
            if told.issuperset({*found} - {one.id for one in archives}):
                for info in archives:
                    tell(info)
            there = dict.fromkeys([*(one.id for one in infos), *found])
            waiting = [one for one in there if one not in told]
            if waiting:
                await asyncio.sleep(_LOOK_EVERY_S)
    return failed


def _inside(inside: Inside) -> str:
    """What became of an archive's files."""
    said = [f"{inside.indexed} of {inside.files} files read"]
    for number, what in (
        (inside.failed, "couldn't be read"),
        (inside.waiting, "on hold"),
        (inside.cancelled, "cancelled"),
    ):
        if number:
            said.append(f"{number} {what}")
    return ", ".join(said)


def _known(added: Added) -> str:
    """Of an item that was here already: that it was, and who sees it."""
    tier = added.source.tier
    if added.tightened:
        return f"here already; now only “{tier}” sees it"
    return f"here already; {f'only “{tier}”' if tier else 'everyone'} sees it, as before"


def _line(info: SourceInfo, known: str) -> str:
    said = [_inside(info.inside)] if info.inside.files else []
    if info.reason:
        said.append(info.reason)
    notes = list(map(str, info.notes)) if info.state == SourceState.INDEXED else []
    if not (said or info.passages):
        said.extend(notes)
    if not said:
        number = f"{info.passages} passage{'' if info.passages == 1 else 's'}"
        said.append(number if info.state == SourceState.INDEXED else info.state)
        said.extend(notes if info.looked_at else [])
    if known:
        said.append(known)
    gap = os.linesep if len(info.name) > 80 else "  "
    return f"{_MARKS[info.state]} {escape(info.name)}{gap}[dim]{escape('; '.join(said))}[/]"
