"""A PDF's table is read row by row, each saying what its head says; what only looks like one stays text."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from memory.readers.pdf_cells import Cell
from memory.readers.pdf_glyphs import Shown
from memory.readers.pdf_tables import Table, parted
from tests.factories import media
from tests.memory.readers.conftest import Reading

Text = tuple[float, float, str]  # points from the left and from below, and what stands there; "*": in bold


def page(texts: Sequence[Text], size: float = 12, meant: dict[str, str] | None = None) -> bytes:
    """A page with these texts, painted in this order."""
    shown = [
        f"/F{2 if text.startswith('*') else 1} {size} Tf 1 0 0 1 {left} {base} Tm ({text.lstrip('*')}) Tj"
        for left, base, text in texts
    ]
    return media.pdf_painted(f"BT {' '.join(shown)} ET", meant=meant or {})


def grid(
    rows: Sequence[Sequence[str]], lefts: Sequence[float], base: float = 700, step: float = 18
) -> list[Text]:
    """Cells below each other, painted row after row; an empty one is painted nowhere."""
    return [
        (left, base - step * number, cell)
        for number, row in enumerate(rows)
        for left, cell in zip(lefts, row, strict=True)
        if cell
    ]


def texts_of(reading: Reading, content: bytes) -> list[str]:
    (document,) = reading("a.pdf", content).documents
    return [block.text for block in document.blocks]


_BEFORE: Text = (72, 740, "We have three plans, and any of them can be left each month.")
_AFTER: Text = (72, 600, "All prices hold from May on.")
_PLANS = [["*Plan", "*Price"], ["Free", "0 euros"], ["Pro", "12 euros"]]
_SAID = ["Plan: Free | Price: 0 euros", "Plan: Pro | Price: 12 euros"]


def test_a_row_says_what_a_head_in_bold_says(reading: Reading) -> None:
    texts = texts_of(reading, page([_BEFORE, *grid(_PLANS, (72, 200)), _AFTER]))
    assert texts == [_BEFORE[2], *_SAID, _AFTER[2]]


def test_a_head_is_known_by_columns_of_numbers(reading: Reading) -> None:
    rows = [["Plan", "Price", "Seats"], ["Free", "0 euros", "1"], ["Pro", "12 euros", "5"]]
    assert texts_of(reading, page(grid(rows, (72, 200, 300)))) == [
        "Plan: Free | Price: 0 euros | Seats: 1",
        "Plan: Pro | Price: 12 euros | Seats: 5",
    ]


@pytest.mark.parametrize("unit", ["", " euros"])
def test_rows_without_a_head_stay_apart(reading: Reading, unit: str) -> None:
    rows = [["Beeswax", f"12{unit}"], ["Paraffin wax", f"4{unit}"], ["Soy wax", f"7{unit}"]]
    assert texts_of(reading, page(grid(rows, (72, 200)))) == [" | ".join(row) for row in rows]


def test_numbers_end_and_heads_stand_in_the_middle_of_their_columns(reading: Reading) -> None:
    head = [(100, 700, "*Year"), (191, 700, "*Candles"), (272, 700, "*Guests")]
    rows = [(72, 680, "2021"), (207.9, 680, "1,200"), (292, 680, "85")]
    more = [(72, 660, "2022"), (201.2, 660, "13,400"), (278.7, 660, "1,085")]
    last = [(72, 640, "2023"), (216.2, 640, "900"), (298.7, 640, "7")]
    assert texts_of(reading, page([*head, *rows, *more, *last])) == [
        "Year: 2021 | Candles: 1,200 | Guests: 85",
        "Year: 2022 | Candles: 13,400 | Guests: 1,085",
        "Year: 2023 | Candles: 900 | Guests: 7",
    ]


def test_a_cell_of_several_lines_is_one(reading: Reading) -> None:
    """Painted cell after cell; one with fewer lines stands beside the first, the middle or the last one."""
    head = [(72, 700, "*Course"), (200, 700, "*Contents"), (400, 700, "*Price")]
    first = [
        (72, 680, "Dipping"),
        (200, 680, "How a wick is dipped"),
        (200, 666, "again and again"),
        (400, 680, "80"),
    ]
    second = [(72, 638, "Casting"), (200, 645, "Making a mould"), (200, 631, "of plaster")]
    second.append((400, 638, "120"))
    third = [(72, 608, "Carving for"), (72, 594, "beginners"), (200, 594, "With a knife"), (400, 594, "95")]
    assert texts_of(reading, page([*head, *first, *second, *third]))[:2] == [
        "Course: Dipping | Contents: How a wick is dipped again and again | Price: 80",
        "Course: Casting | Contents: Making a mould of plaster | Price: 120",
    ]
    assert (
        "Contents: With a knife | Price: 95" in texts_of(reading, page([*head, *first, *second, *third]))[-1]
    )


def test_a_row_whose_cells_nearly_meet_is_cut_where_the_columns_are(reading: Reading) -> None:
    rows = [*_PLANS, ["Studio in the old mill", "49 euros"]]
    assert (
        texts_of(reading, page(grid(rows, (72, 190))))[-1] == "Plan: Studio in the old mill | Price: 49 euros"
    )


def test_an_empty_cell_says_nothing_and_a_line_alone_is_no_row(reading: Reading) -> None:
    rows = [
        ["*Drink", "*Small", "*Large"],
        ["Tea", "2.10", "3.20"],
        ["*Only in winter", "", ""],
        ["Punch", "", "4.50"],
        ["Cocoa", "2.80", "4.10"],
    ]
    assert texts_of(reading, page(grid(rows, (72, 200, 300)))) == [
        "Drink: Tea | Small: 2.10 | Large: 3.20",
        "Only in winter",
        "Drink: Punch | Large: 4.50",
        "Drink: Cocoa | Small: 2.80 | Large: 4.10",
    ]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (("*Beginners", "*ages 8 to 12", ""), "Beginners | ages 8 to 12"),
        (("*Beginners", "", ""), "Beginners"),
        (("*Beginners", "*any day", "*per person"), "Beginners | any day | per person"),
        (("*All of them", "", "*57 euros"), "Course: All of them | Price: 57 euros"),
        (("*Both", "*Mondays", "*20 euros"), "Course: Both | Day: Mondays | Price: 20 euros"),
        (("Sailing", "", "by request"), "Course: Sailing | Price: by request"),
    ],
)
def test_a_row_in_bold_that_heads_others_is_no_row_of_the_head(
    reading: Reading, section: Sequence[str], said: str
) -> None:
    rows = [
        ["*Course", "*Day", "*Price"],
        ["Knots", "Monday", "12 euros"],
        section,
        ["Rigging", "Tuesday", "30 euros"],
        ["Splices", "Friday", "15 euros"],
    ]
    texts = texts_of(reading, page(grid(rows, (72, 200, 300))))
    assert texts == [
        "Course: Knots | Day: Monday | Price: 12 euros",
        said,
        "Course: Rigging | Day: Tuesday | Price: 30 euros",
        "Course: Splices | Day: Friday | Price: 15 euros",
    ]


def test_a_part_and_its_own_part_are_headed_one_below_the_other(reading: Reading) -> None:
    rows = [
        ["*Drink", "*Small"],
        ["*In winter", ""],
        ["*Without milk", ""],
        ["Tea", "2.10"],
        ["Punch", "3.20"],
    ]
    texts = texts_of(reading, page(grid(rows, (72, 200))))
    assert texts == ["In winter", "Without milk", "Drink: Tea | Small: 2.10", "Drink: Punch | Small: 3.20"]


def test_a_table_is_read_from_the_right_where_its_words_are(reading: Reading) -> None:
    """As programs paint Hebrew: the rightmost cell first, the letters from the left."""
    rows = [["*רצומ", "*ריחמ"], ["שבד", "12"], ["הוועש", "4"], ["הליתפ", "7"]]
    letters = sorted({char for row in rows for cell in row for char in cell} - set("*0123456789"))
    seen = dict(zip(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", strict=False))
    painted = [["".join(seen.get(char, char) for char in cell) for cell in row] for row in rows]
    content = page(grid(painted, (300, 150)), meant={letter: char for char, letter in seen.items()})
    assert texts_of(reading, content) == [
        "מוצר: דבש | מחיר: 12",
        "מוצר: שעווה | מחיר: 4",
        "מוצר: פתילה | מחיר: 7",
    ]


def test_rows_alike_at_the_edges_of_pages_are_no_header(reading: Reading) -> None:
    rows = [["*No", "*Shade"], *([str(number), f"{number} red"] for number in range(4))]
    pages = [page(grid(rows, (72, 200))) for _ in range(4)]
    (document,) = reading("a.pdf", media.joined_pdf(pages)).documents
    assert Counter(block.text for block in document.blocks) == {
        f"No: {n} | Shade: {n} red": 4 for n in range(4)
    }


def test_rows_on_the_next_pages_say_what_the_head_on_the_first_one_says(reading: Reading) -> None:
    """Below a page's header, and above its footer."""
    head, foot = (72, 800, "Wick and Sons"), (300, 40, "i")
    rows = [[["Beeswax", "12"], ["Soot", "4"], ["Tallow", "7"]], [["Soy", "9"], ["Rape", "3"], ["Palm", "8"]]]
    pages = [
        page([head, *grid([["*Item", "*Price"]], (72, 200)), *grid(rows[0], (72, 200), base=682), foot]),
        page([head, *grid(rows[1], (72, 200)), foot]),
        page([head, (72, 740, "Another"), (72, 720, "Two more"), *grid(rows[1], (72, 200))]),
    ]
    (document,) = reading("a.pdf", media.joined_pdf(pages)).documents
    told = [(block.locator.page, block.text) for block in document.blocks if block.text[-1].isdigit()]
    assert told[0] == (1, "Item: Beeswax | Price: 12")
    assert [text for at, text in told if at == 2] == [
        "Item: Soy | Price: 9", "Item: Rape | Price: 3", "Item: Palm | Price: 8",
    ]  # fmt: skip
    assert [text for at, text in told if at == 3] == ["Soy | 9", "Rape | 3", "Palm | 8"]


def test_a_head_is_of_no_other_table_on_its_page(reading: Reading) -> None:
    days = [["*City", "*Day", "*Price"], ["Berlin", "3", "12"], ["Munich", "5", "14"], ["Graz", "7", "9"]]
    band = [["Ada", "Lead", "Violin"], ["Ben", "Bass", "Cello"], ["Cleo", "Drums", "Bells"]]
    lefts = (72, 200, 330)
    told = texts_of(
        reading, page([_BEFORE, *grid(days, lefts), (72, 590, "Our band"), *grid(band, lefts, base=550)])
    )
    assert "City: Berlin | Day: 3 | Price: 12" in told
    assert "Ada | Lead | Violin" in told


def test_rows_in_small_letters_stay_apart_over_a_pages_end(reading: Reading) -> None:
    rows = [["soy", "nine"], ["rape", "three"], ["palm", "eight"]]
    (document,) = reading("a.pdf", media.joined_pdf([page(grid(rows, (72, 200)))] * 2)).documents
    assert [block.text for block in document.blocks] == [" | ".join(row) for row in rows] * 2


def test_long_rows_make_no_line_of_prose_a_short_one(reading: Reading) -> None:
    prose = ["A flame glows yellow since soot is in it.", "Soot is what is left of wax that burns."]
    rows = [["*Course", "*Contents", "*Price"]] + [
        [f"Course {n}", "How a wick is dipped in wax", "80"] for n in "ABC"
    ]
    lines = [(72.0, 760.0, prose[0]), (72.0, 746.0, prose[1])]
    assert texts_of(reading, page([*lines, *grid(rows, (72, 200, 400))]))[0] == " ".join(prose)


_LEFT = [
    "Wax is made by bees from the",
    "sugar of honey, in glands of",
    "their bellies, and it takes",
    "them long.",
]
_RIGHT = [
    "Soot is what glows yellow in",
    "each flame of a candle that",
    "burns in still air, where it",
    "stands up.",
]


def test_columns_of_prose_are_read_one_after_the_other(reading: Reading) -> None:
    columns = [
        (left, 700 - 14 * at, line)
        for left, lines in ((72, _LEFT), (320, _RIGHT))
        for at, line in enumerate(lines)
    ]
    assert texts_of(reading, page(columns)) == [" ".join(_LEFT), " ".join(_RIGHT)]


def test_columns_whose_lines_are_painted_in_turns_are_no_rows(reading: Reading) -> None:
    rows = [*zip(_LEFT, _RIGHT, strict=True)]
    assert not any("|" in text for text in texts_of(reading, page(grid(rows, (72, 320), step=14))))


_PAGES = [["Wax . . . . . . .", "4"], ["Soot . . . . . .", "9"], ["Wick . . . . . .", "12"]]
_LETTER = [["Wick and Sons", "3 May 2024"], ["Harbour Road", "Room 7"]]
_WIDE = [["when it", "in wax it"], ["then so", "it in wax"], ["is clear,", "wax in it"]]
_TAKE = ["Take wax.", "Melt it in a pan.", "Pour it."]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(grid([[f"{at}.", item] for at, item in enumerate(_TAKE, 1)], (72, 92)), id="a list"),
        pytest.param(grid([["-", item] for item in _TAKE], (72, 92)), id="items"),
        pytest.param(grid(_PAGES, (72, 320)), id="a table of contents"),
        pytest.param(grid(_LETTER, (72, 320)), id="a letter"),
        pytest.param(grid(_WIDE, (72, 130), step=14), id="a full text with wide blanks"),
        pytest.param(grid([["a", "b"], ["c", "d"], ["e", "f"]], (72, 110)), id="a matrix"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_read_as_text(reading: Reading, texts: list[Text]) -> None:
    (document,) = reading("a.pdf", page([*texts, (72, 500, "That is all there is to it.")])).documents
    assert not any("|" in block.text for block in document.blocks)


def test_nothing_on_a_page_is_lost_or_told_twice() -> None:
    """Texts here and there, in and out of columns and rows, in any order."""
    for seed in range(300):
        chance = random.Random(seed)
        shown = [
            Shown(
                chance.choice(("wax", "soot of it", "12", " ", "שעווה")),
                left,
                left + chance.uniform(5, 60),
                base,
                10,
                chance.random() < 0.2,
                0,
                1.4,
            )
            for base in range(300, 0, -chance.choice((11, 16, 30)))
            for left in chance.sample((10, 80, 90, 150, 220), chance.randrange(1, 5))
        ]
        told = [each for part in parted(shown) for each in _of(part)]
        assert sorted(id(each) for each in told if each.text.strip()) == sorted(
            id(each) for each in shown if each.text.strip()
        )


def _of(part: Sequence[Shown] | Table) -> list[Shown]:
    if not isinstance(part, Table):
        return list(part)
    cells: list[Cell | None] = [cell for row in part.rows for cell in row]
    return [each for cell in cells if cell is not None for line in cell.lines for each in line]
