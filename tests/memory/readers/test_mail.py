"""Mail is other people's words, and is refused; a page that a browser saved in its form is read."""

import re

import pytest

from memory.readers import ReadError
from tests.memory.readers.conftest import Reading, Refused

_MAIL = """Received: from mx.candle.example
 by mail.candle.example; Wed, 1 May 2024 10:00:00 +0000
From: Flora <flora@candle.example>
To: Ember
Subject: Wax
Message-ID: <1@candle.example>

Where do you buy it?"""


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("letter.eml", _MAIL),
        ("letter.eml", "From: a@b.example\nSubject: hi\n\nThe parrot is Polly."),
        ("letter.txt", _MAIL),
        ("letter.md", _MAIL.replace("\n", "\r\n")),
        ("letter.mbox", "From flora@candle.example Wed May  1 10:00:00 2024\nSubject: hi\n\nHello."),
        ("all mail", "From flora@candle.example Wed May  1 10:00:00 2024\nSubject: hi\n\nHello."),
        ("letter.emlx", f"412\n{_MAIL}"),
    ],
)
def test_mail_is_refused(refused: Refused, name: str, content: str) -> None:
    error = refused(name, content)
    assert error.code == "mail"
    assert re.search(r"mail.*your own words", str(error))


@pytest.mark.parametrize(
    "text",
    [
        "From: our kitchen\nTo: yours\n\nKnead for twelve minutes.",
        "From here on it was dark.\nNote: bring a lamp.",
        "Subject: wax\n\nIt melts.",
    ],
)
def test_a_text_that_begins_like_mail_is_read(reading: Reading, text: str) -> None:
    (document,) = reading("post.txt", text).documents
    assert document.blocks


_PAGE = """From: <Saved by Blink>
Snapshot-Content-Location: https://candle.example/wax
Subject: =?utf-8?Q?Wax?=
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="----x"

------x
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable
Content-Location: https://candle.example/wax

<!doctype html><html><head><title>Wax</title></head><body><nav>Home</nav><p>Wax mel=
ts at 62 =C2=B0C.</p></body></html>
------x
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
------x--
"""


@pytest.mark.parametrize("name", ["wax.mhtml", "wax.mht", "wax"])
def test_a_page_saved_by_a_browser_is_read(reading: Reading, name: str) -> None:
    (document,) = reading(name, _PAGE.replace("\n", "\r\n")).documents
    assert (document.kind, document.title, document.url) == ("html", "Wax", "https://candle.example/wax")
    assert [block.text for block in document.blocks] == ["Wax melts at 62 °C."]


def test_a_saved_page_without_a_page_says_so(refused: Refused) -> None:
    assert refused("a.mhtml", "MIME-Version: 1.0\nContent-Type: image/png\n\nx").code == "no_text"


def test_a_page_under_another_name_is_told_its_own(reading: Reading) -> None:
    with pytest.raises(ReadError, match=r"web page.*\.html"):
        reading("report.pdf", "<html><body>404 not found</body></html>")
