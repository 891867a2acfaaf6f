"""Archives and folders: every file becomes an item of its own, and an attack unpacks nothing outside."""

import contextlib
import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.readers import Limits, ReadError, ReadOptions, ReadResult, read
from tests.factories import media
from tests.memory.readers.conftest import Reading

MB = 1024 * 1024
USUAL = Limits()


def unpack(folder: Path, data: bytes, limits: Limits = USUAL, langs: tuple[str, ...] = ("en",)) -> ReadResult:
    path = folder / "upload"
    path.write_bytes(data)
    options = ReadOptions(langs=langs, limits=limits, extract_to=folder / "out")
    return read(path, "archive.zip", options, lambda share: None)


def reasons(result: ReadResult) -> dict[str, str]:
    return {refused.name: refused.problem.code for refused in result.refused}


def test_each_file_becomes_a_member(tmp_path: Path) -> None:
    result = unpack(tmp_path, media.zipped({"a.md": b"# A", "deep/er/b.txt": b"B", "蜡烛.txt": b"C"}))
    assert {member.name: member.path.read_bytes() for member in result.members} == {
        "a.md": b"# A",
        "deep/er/b.txt": b"B",
        "蜡烛.txt": b"C",
    }
    assert all(member.path.parent == tmp_path / "out" for member in result.members)


def test_a_member_of_more_than_4_gib_fails_alone_and_nothing_of_it_is_written(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("film.mp4", b"x")
        archive.writestr("a.md", b"# A")
        archive.getinfo("film.mp4").file_size = USUAL.file_bytes + 1
    assert zipfile.ZipFile(out).getinfo("film.mp4").file_size > 0xFFFFFFFF  # by its zip64 record
    result = unpack(tmp_path, out.getvalue())
    assert reasons(result) == {"film.mp4": "too_large"}
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".md"]


def test_a_file_of_more_than_4_gib_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    with path.open("wb") as file:
        file.write(b"The wax melts, and melts. " * 10)
        file.truncate(USUAL.file_bytes + 1)  # a hole: it takes no room
    with pytest.raises(ReadError, match="larger than 4096 MB"):
        read(path, "notes.txt", ReadOptions(), lambda share: None)


def test_what_systems_leave_behind_is_left_out(tmp_path: Path) -> None:
    clutter = {"__MACOSX/._a.md": b"x", ".DS_Store": b"x", "pics/Thumbs.db": b"x", "a.md": b"A"}
    result = unpack(tmp_path, media.zipped(clutter))
    assert [member.name for member in result.members] == ["a.md"]
    assert [str(note) for note in result.notes] == ["Hidden files, left out: 3."]


def test_members_that_point_outside_fail_alone(tmp_path: Path) -> None:
    names = ["../up.txt", "/abs.txt", "a/../../b.txt", "C:\\windows.txt", "..\\up.txt"]
    result = unpack(tmp_path, media.zipped({**dict.fromkeys(names, b"x"), "good.txt": b"ok"}))
    assert [member.name for member in result.members] == ["good.txt"]
    assert set(reasons(result).values()) == {"unsafe_path"}
    assert len(result.refused) == len(names)


def test_links_and_devices_fail_alone(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, kind in (("link", stat.S_IFLNK), ("device", stat.S_IFCHR)):
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
    assert reasons(unpack(tmp_path, out.getvalue())) == {"link": "link", "device": "unknown_type"}


def test_a_bomb_fails_alone(tmp_path: Path) -> None:
    result = unpack(tmp_path, media.zipped({"bomb.txt": b"\0" * (60 * MB), "good.txt": b"ok"}))
    assert reasons(result) == {"bomb.txt": "decompression_bomb"}
    assert [member.name for member in result.members] == ["good.txt"]
    assert sum(file.stat().st_size for file in (tmp_path / "out").iterdir()) == 2


def test_many_members_that_share_their_bytes_are_stopped(tmp_path: Path) -> None:
    many = media.zipped({f"{n}.txt": bytes([n]) * (3 * MB) for n in range(40)})
    with pytest.raises(ReadError) as caught:
        unpack(tmp_path, many, Limits(unpacked_bytes=20 * MB))
    assert caught.value.code == "decompression_bomb"
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("declared", [0, 10, 5000, 2**31])
def test_a_stated_size_is_never_believed(tmp_path: Path, declared: int) -> None:
    result = unpack(tmp_path, media.false_size_zip(declared))
    assert not result.members
    assert reasons(result)["a.txt"] in ("false_size", "damaged")


def test_a_damaged_member_fails_alone(tmp_path: Path) -> None:
    data = bytearray(media.zipped({"bad.txt": b"candle " * 50, "good.txt": b"ok"}))
    data[45] ^= 0xFF
    result = unpack(tmp_path, bytes(data))
    assert reasons(result) == {"bad.txt": "damaged"}
    assert [member.name for member in result.members] == ["good.txt"]


def test_empty_files_are_counted_and_left_out(tmp_path: Path) -> None:
    empty = {f"{number}.txt": b"" for number in range(30)}
    result = unpack(tmp_path, media.zipped({**empty, "a.md": b"# A"}))
    assert [member.name for member in result.members] == ["a.md"]
    assert [str(note) for note in result.notes] == ["Empty files, left out: 30."]
    assert len(list((tmp_path / "out").iterdir())) == 1
    for name, content in empty.items():
        (tmp_path / "out" / name).write_bytes(content)
    assert read(tmp_path / "out", "out", ReadOptions(), lambda share: None).notes == result.notes
    with pytest.raises(ReadError, match=r"nothing but empty files \(30\)"):
        unpack(tmp_path, media.zipped(empty))


def test_a_list_of_files_without_end_is_never_taken_in(tmp_path: Path) -> None:
    data = bytearray(media.zipped({"a.md": b"# A"}))
    data[-10:-6] = (1 << 25).to_bytes(4, "little")
    with pytest.raises(ReadError, match="more than 20000 files"):
        unpack(tmp_path, bytes(data))


def test_too_many_and_too_deep(tmp_path: Path) -> None:
    data = media.zipped({f"{n}.txt": b"x" for n in range(11)})
    for limits, code in ((Limits(members=10), "too_many_members"), (Limits(depth=0), "too_deep")):
        with pytest.raises(ReadError) as caught:
            unpack(tmp_path, data, limits)
        assert caught.value.code == code


def test_names_of_old_programs_are_legible(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = "蜡烛.txt".encode("gb18030").decode("cp437")
        archive.writestr(info, "C")
    data = out.getvalue()
    # The library marks such a name as UTF-8; an old program doesn't.
    raw, marked = "蜡烛.txt".encode("gb18030"), "蜡烛.txt".encode("gb18030").decode("cp437").encode()
    assert marked in data
    legacy = _without_utf8_mark(raw)
    assert [member.name for member in unpack(tmp_path, legacy, langs=("zh-Hans",)).members] == ["蜡烛.txt"]


def _without_utf8_mark(name: bytes) -> bytes:
    placeholder = b"n" * len(name)
    return media.zipped({placeholder.decode(): b"C"}).replace(placeholder, name)


NAMES = st.one_of(
    st.text(min_size=1, max_size=30),
    st.lists(
        st.sampled_from(["..", ".", "a", "", "C:", "b.txt", "~", "\\", "con"]), min_size=1, max_size=6
    ).map("/".join),
)


@settings(max_examples=150, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=5))
def test_no_name_unpacks_outside_its_folder(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    root = tmp_path_factory.mktemp("zip")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in dict.fromkeys(names):
            info = zipfile.ZipInfo("x")
            info.filename = name.encode("utf-8", "ignore").decode() or "x"
            archive.writestr(info, b"content")
    with contextlib.suppress(ReadError):  # nothing in it but clutter
        unpack(root, data.getvalue())
    outside = [path for path in root.rglob("*") if path.is_file() and path.parent != root / "out"]
    assert outside == [root / "upload"]


@settings(max_examples=60, deadline=None)
@given(
    cut=st.integers(0, 400), flips=st.lists(st.tuples(st.integers(0, 399), st.integers(1, 255)), max_size=4)
)
def test_any_damage_ends_in_a_reason_or_in_files(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flips: list[tuple[int, int]]
) -> None:
    data = bytearray(media.zipped({"a.txt": b"The flame is yellow.", "b/c.md": b"# Wax"}))
    for at, value in flips:
        data[at % len(data)] ^= value
    try:
        result = unpack(tmp_path_factory.mktemp("zip"), bytes(data[: max(cut, 1)] if cut < 100 else data))
    except ReadError:
        pass
    else:
        assert result.documents or result.members or result.refused


def test_a_folder_gives_its_plain_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.md").write_text("# A")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "loop").symlink_to(tmp_path)
    result = read(tmp_path, "folder", ReadOptions(), lambda share: None)
    assert [member.name for member in result.members] == ["sub/a.md"]
    assert reasons(result) == {"link": "link"}


def test_captions_stand_in_for_the_film_beside_them(tmp_path: Path) -> None:
    film = b"\0\0\0\x18ftypmp42"
    result = unpack(
        tmp_path,
        media.zipped({"talk.mp4": film, "talk.es.srt": media.SRT.encode(), "other.mp4": film + b"2"}),
    )
    assert [(member.name, member.title) for member in result.members] == [
        ("talk.es.srt", "Talk"),
        ("other.mp4", None),
        ("talk.mp4", None),  # after its captions, which then are there when it comes to it
    ]


def test_an_encrypted_member_fails_alone(tmp_path: Path) -> None:
    data = bytearray(media.zipped({"secret.txt": b"x" * 40, "open.txt": b"y"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    result = unpack(tmp_path, bytes(data))
    assert reasons(result) == {"secret.txt": "password_protected"}
    assert [member.name for member in result.members] == ["open.txt"]


def test_archives_in_archives_are_items_again(reading: Reading) -> None:
    inner = media.zipped({"a.txt": b"x"})
    (member,) = reading("outer.zip", media.zipped({"inner.zip": inner})).members
    assert member.path.read_bytes() == inner


def test_an_export_nested_beyond_measure_fails_alone(reading: Reading) -> None:
    hostile = b'{"messages":' + b"[" * 200_000
    result = reading("posts.zip", media.zipped({"wax.txt": b"Wax melts.", "result.json": hostile}))
    assert [member.name for member in result.members] == ["wax.txt", "result.json"]
    with pytest.raises(ReadError, match="nested too deeply"):
        reading("result.json", hostile.replace(b"{", b'{"type":"channel",', 1))
