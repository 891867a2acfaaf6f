"""A folder: each plain file in it, no hidden ones, no links; what they mean together is collection.py's."""

import os
import stat
from pathlib import Path

from memory.readers.collection import collected, is_clutter, told
from memory.readers.errors import ReadError
from memory.readers.options import Progress, ReadOptions, ReadResult, Refused
from memory.types import Member


def read(path: Path, name: str, options: ReadOptions, _progress: Progress) -> ReadResult:
    members: list[Member] = []
    refused: list[Refused] = []
    hidden = empty = 0
    for folder, folders, files in os.walk(path, followlinks=False):
        folders.sort()
        for file in sorted(files):
            at = Path(folder) / file
            shown = at.relative_to(path).as_posix()
            if is_clutter(shown):
                hidden += 1
                continue
            about = at.lstat()
            if not stat.S_ISREG(about.st_mode):
                problem = ReadError("link" if stat.S_ISLNK(about.st_mode) else "unknown_type")
                refused.append(Refused(shown, problem))
            elif about.st_size:
                members.append(Member(shown, at))
            else:
                empty += 1
            if len(members) + len(refused) + empty > options.limits.members:
                raise ReadError("too_many_members", limit=options.limits.members)
    return told(collected(members, options, Path(name).name), refused, hidden=hidden, empty=empty)
