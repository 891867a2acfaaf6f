"""A folder: each plain file in it, no hidden ones, no links; what they mean together is collection.py's."""

import os
import stat
from pathlib import Path

from memory.notes import counted
from memory.readers.collection import collected, is_clutter
from memory.readers.errors import ReadError
from memory.readers.options import Progress, ReadOptions, ReadResult, Refused
from memory.types import Member


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    members: list[Member] = []
    refused: list[Refused] = []
    hidden = 0
    for folder, folders, files in os.walk(path, followlinks=False):
        folders.sort()
        for file in sorted(files):
            at = Path(folder) / file
            shown = at.relative_to(path).as_posix()
            if is_clutter(shown):
                hidden += 1
                continue
            mode = at.lstat().st_mode
            if stat.S_ISREG(mode):
                members.append(Member(shown, at))
            else:
                problem = ReadError("link" if stat.S_ISLNK(mode) else "unknown_type")
                refused.append(Refused(shown, problem))
            if len(members) + len(refused) > options.limits.members:
                raise ReadError("too_many_members", limit=options.limits.members)
    if not (members or refused):
        raise ReadError("empty")
    found = collected(members, options, Path(name).name)
    notes = counted("hidden_files", hidden)
    return ReadResult(found.documents, found.members, (*found.notes, *notes), (*refused, *found.refused))
