"""An export that broke off or has a mistake in it says so, with its place."""

import pytest

from memory.readers import ReadError
from tests.factories import media
from tests.memory.readers.conftest import Reading, Refused

WHOLE = media.telegram_json().decode()


@pytest.mark.parametrize("kept", [1, 15, 40, 120, len(WHOLE) // 2, len(WHOLE) - 1])
@pytest.mark.parametrize("name", ["result.json", "chat.json"])
def test_an_export_that_breaks_off_says_so(refused: Refused, name: str, kept: int) -> None:
    error = refused(name, WHOLE[:kept])
    assert error.code == "cut_off"
    assert "Export it again" in error.advice


@pytest.mark.parametrize("end", ["tru", "-", '"wax', '"wax\\', '"wax\\u00', "12", "[1, 2", "{"])
def test_wherever_it_breaks_off(reading: Reading, end: str) -> None:
    with pytest.raises(ReadError, match="breaks off"):
        reading("result.json", f'{{"name": "Lab", "id": {end}')


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"name": "Lab",}', 1, 15),
        ("{'name': 'Lab'}", 1, 2),
        ('{"name": "Lab"}}', 1, 16),
        ('{"name": "Lab"\n "type": "public_channel", "messages": []}', 2, 2),
        ("The wax melts at sixty degrees.", 1, 1),
    ],
)
def test_json_with_a_mistake_in_it_fails_with_its_place(
    reading: Reading, text: str, line: int, column: int
) -> None:
    with pytest.raises(ReadError) as caught:
        reading("result.json", text)
    assert (caught.value.code, caught.value.params["line"]) == ("not_json", line)
    assert abs(int(caught.value.params["column"]) - column) <= 1  # of a comma too many, or what follows it


def test_braces_in_a_text_of_ones_own_are_text(reading: Reading) -> None:
    (document,) = reading("song.txt", "[Chorus]\nBurn low, little flame, burn low.").documents
    assert document.kind == "text"
