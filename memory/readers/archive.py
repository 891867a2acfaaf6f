"""Zip archives, each unpacked as if it were an attack; what its files mean together is collection.py's."""

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Final

from memory.readers.collection import collected, is_clutter, told
from memory.readers.errors import ReadError
from memory.readers.options import MB, Limits, Progress, ReadOptions, ReadResult, Refused
from memory.types import Member

_PART_BYTES: Final = 1024 * 1024
_ENCRYPTED: Final = 0x1
_UTF8_NAME: Final = 0x800
_DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, LookupError
)  # fmt: skip
# Old programs write names in the system's encoding and don't say which.
_NAME_ENCODINGS: Final = {
    "zh-Hans": "gb18030",
    "zh-Hant": "big5",
    "ja": "cp932",
    "ko": "cp949",
    "ru": "cp866",
}


def read(path: Path, name: str, options: ReadOptions, progress: Progress) -> ReadResult:
    limits = options.limits
    if limits.depth < 1:
        raise ReadError("too_deep")
    folder = options.extract_to or path.with_name(path.name + ".members")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
            if len(infos) > limits.members:
                raise ReadError("too_many_members", limit=limits.members)
            if infos and all(info.flag_bits & _ENCRYPTED for info in infos):
                raise ReadError("password_protected")
            unpacking = _Unpacking(archive, path.stat().st_size, folder, options)
            try:
                unpacking.run(infos, progress)
            except BaseException:
                unpacking.undo()
                raise
    except _DAMAGE as error:
        raise ReadError("damaged", detail=str(error)[:120] or type(error).__name__) from None
    return told(
        collected(unpacking.members, options, Path(name).stem),
        unpacking.refused,
        hidden=unpacking.clutter,
        empty=unpacking.empty,
    )


class _Unpacking:
    """One archive on its way to a folder. Sizes are counted while bytes come out: headers state anything."""

    def __init__(self, archive: zipfile.ZipFile, packed: int, folder: Path, options: ReadOptions) -> None:
        self.members: list[Member] = []
        self.refused: list[Refused] = []
        self.clutter = self.empty = 0
        self._archive = archive
        self._packed = packed
        self._folder = folder
        self._limits = options.limits
        self._langs = options.langs
        self._kept_bytes = 0
        self._unpacked_bytes = 0

    def run(self, infos: Sequence[zipfile.ZipInfo], progress: Progress) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for index, info in enumerate(infos):
            name = member_name(info, self._langs)
            if is_clutter(name):
                self.clutter += 1
                continue
            try:
                check_member(info, name)
                path = self._unpack(info, index, name)
            except _Overflow:
                raise ReadError("decompression_bomb") from None
            except ReadError as problem:
                self.refused.append(Refused(name, problem))
            else:
                if path.stat().st_size:
                    self.members.append(Member(name, path))
                else:
                    self.empty += 1
                    path.unlink()
            progress((index + 1) / len(infos))

    def undo(self) -> None:
        for member in self.members:
            member.path.unlink(missing_ok=True)

    def _unpack(self, info: zipfile.ZipInfo, index: int, name: str) -> Path:
        """Unpack one member into a file of a name that we choose."""
        if info.file_size > self._limits.file_bytes:
            raise ReadError("too_large", limit_mb=self._limits.file_bytes // MB)
        suffix = PurePosixPath(name).suffix
        path = self._folder / f"{index:05d}{suffix if suffix[1:].isalnum() and len(suffix) < 12 else ''}"
        try:
            with self._archive.open(info) as stream, path.open("wb") as out:
                self._copy(stream, out, info)
        except NotImplementedError:
            problem = ReadError("unsupported_compression")
        except RuntimeError:  # zipfile's word for a member that needs a password
            problem = ReadError("password_protected")
        except _DAMAGE as error:
            problem = ReadError("damaged", detail=type(error).__name__)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        else:
            return path
        path.unlink(missing_ok=True)
        raise problem

    def _copy(self, stream: IO[bytes], out: IO[bytes], info: zipfile.ZipInfo) -> None:
        limits = self._limits
        packed = min(info.compress_size, self._packed)
        size = 0
        while part := stream.read(_PART_BYTES):
            size += len(part)
            self._unpacked_bytes += len(part)
            if self._unpacked_bytes > limits.unpacked_bytes:
                raise _Overflow
            if size > limits.file_bytes or _suspicious(size, packed, limits):
                raise ReadError("decompression_bomb")
            out.write(part)
        if size != info.file_size:
            raise ReadError("false_size")
        self._kept_bytes += size
        if _suspicious(self._kept_bytes, self._packed, limits):
            raise _Overflow  # members that share their packed bytes


class _Overflow(Exception):
    """The archive as a whole unpacks to too much."""


def _suspicious(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.ratio_from and unpacked > limits.ratio * max(packed, 1)


def check_member(info: zipfile.ZipInfo, name: str) -> None:
    """Raises ReadError for a member that isn't a plain file at a path below the archive."""
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise ReadError("link")
    if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        raise ReadError("unknown_type")
    parts = name.split("/")
    drive = len(parts[0]) > 1 and parts[0][1] == ":"
    if not name or name.startswith("/") or ".." in parts or drive:
        raise ReadError("unsafe_path")
    if info.flag_bits & _ENCRYPTED:
        raise ReadError("password_protected")


def member_name(info: zipfile.ZipInfo, langs: Sequence[str]) -> str:
    """The member's path with plain slashes, its letters as its maker saw them where that can be told."""
    name = info.filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = name.encode("utf-8")
        for encoding in ("utf-8", *(_NAME_ENCODINGS[lang] for lang in langs if lang in _NAME_ENCODINGS)):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")
