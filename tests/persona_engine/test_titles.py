"""A title that is only a file's name is offered to nobody, and nothing is asked about it."""

import pytest

from persona_engine.titles import is_file_name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_2041.jpg",
        "IMG_2041",
        "IMG 2041",
        "DSC 0001",
        "DSC-0001",
        "PXL_20240501_101112",
        "VID-20240501-WA0001.mp4",
        "post.md",
        "报告.pdf",
        "result.json",
        "talk_final",
        "archive/talk",
        "C:\\films\\talk",
        "2024-05-01",
        "01.05.2024",
        "3",
        "…",
    ],
)
def test_a_files_name(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "title",
    [
        "The wick",
        "Wax?",
        "Soot",
        "蜡烛",
        "蜡烛为什么会流泪",
        "第3课",
        "لماذا الشمعة صفراء؟",
        "Why wax costs 2.50",
        "Salt & wax",
        "Beeswax / paraffin: which one",
        "2024 in candles",
        "Version 2.0",
        "How hot is 62 °C?",
    ],
)
def test_a_texts_title(title: str) -> None:
    assert not is_file_name(title)
