"""Lines of help as values: the package's, and one as somebody wrote it. Texts are made of them elsewhere."""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from kernel.addresses import is_public_host
from kernel.errors import BadInput
from kernel.lang import SUPPORTED, locale
from persona_engine.boundaries.spelling import readable
from persona_engine.errors import BadLine

LONGEST_NAME: Final = 80
LONGEST_ADDRESS: Final = 300
LOOK_AGAIN: Final = timedelta(days=365)
"""How long ago a line may have been checked before somebody should look at its source again."""

_FILE: Final = Path(__file__).with_name("contacts.toml")
# In CLDR, but no countries that a device can name: unions, tests, what is reserved for post and tax.
_NO_COUNTRIES: Final = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_BRACKETED: Final = r"[0-9]+(?:[ -][0-9]+)*\)"
_NUMBER: Final = re.compile(
    rf"(?:[+*#]?(?:[0-9]|\({_BRACKETED})|\(\+{_BRACKETED})(?:(?: ?- ?| )?(?:[0-9]|\({_BRACKETED}))*#?"
)
_NUMBER_DIGITS: Final = range(2, 16)
_LONGEST_NUMBER: Final = 40
_UNFIT: Final = re.compile(r'[\s"<>\\]')
_DAY: Final = re.compile(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """People who listen: what they are called, whom they are for, how they are reached, how that is known.

    `country` is ISO 3166's, empty for a line of none; to speakers of `languages` it is named where their
    country isn't known. Of `phone`, `sms` and `url` at least one isn't empty. `source` is the page on which
    somebody saw all this, at `checked`.
    """

    name: str
    country: str
    languages: tuple[str, ...]
    phone: str
    sms: str
    url: str
    source: str
    checked: date

    def old(self, today: date) -> bool:
        """Whether its source should be looked at again."""
        return self.checked < today - LOOK_AGAIN

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name, "country": self.country, "languages": list(self.languages),
            "phone": self.phone, "sms": self.sms, "url": self.url, "source": self.source,
            "checked": self.checked.isoformat(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Line":
        """From what `to_json` made."""
        languages, checked = tuple(value["languages"]), date.fromisoformat(value["checked"])
        return cls(**value | {"languages": languages, "checked": checked})


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line as it stands in a form, with nothing made of it yet."""

    name: str = ""
    country: str = ""
    languages: tuple[str, ...] = ()
    phone: str = ""
    sms: str = ""
    url: str = ""
    source: str = ""
    checked: str = ""

    @classmethod
    def of(cls, line: Line) -> "LineForm":
        """The form that shows a line."""
        return cls(**line.to_json() | {"languages": line.languages})


@lru_cache(maxsize=1)
def shipped() -> dict[str, Line]:
    """The lines of the package's data file, by their ids, in its order."""
    return {
        each["id"]: Line(
            each["name"], each["country"], tuple(each["languages"]), each["number"], "", "",
            each["source"], each["date"],
        )
        for each in tomllib.loads(_FILE.read_text("utf-8"))["line"]
    }  # fmt: skip


@lru_cache(maxsize=32)
def countries(lang: str) -> dict[str, str]:
    """The names in a language of the countries that a line may be for, by their codes, in its order."""
    known = locale(lang).territories
    found = {
        code: str(name)
        for code, name in known.items()
        if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda each: unicodedata.normalize("NFKD", each[1])))


def checked(form: LineForm, today: date) -> Line:
    """A line as somebody wrote it, trimmed, its digits and dashes the plain ones.

    Raises:
        BadLine: something is missing or can't be used; for each field of the form, says what to do.
    """
    wrong: dict[str, BadInput] = {}

    def held(field: str, check: Callable[[], T], otherwise: T) -> T:
        try:
            return check()
        except BadInput as error:
            wrong[field] = error
            return otherwise

    line = Line(
        name=held("name", lambda: _name(form.name), ""),
        country=held("country", lambda: _country(form.country), ""),
        languages=held("languages", lambda: _languages(form.languages), ()),
        phone=held("phone", lambda: _number(form.phone), ""),
        sms=held("sms", lambda: _number(form.sms), ""),
        url=held("url", lambda: _address(form.url) if form.url.strip() else "", ""),
        source=held("source", lambda: _source(form.source), ""),
        checked=held("checked", lambda: _day(form.checked, today), today),
    )
    if not wrong.keys() & {"phone", "sms", "url"}:
        held("phone", lambda: _reached(line), None)
    if not wrong.keys() & {"country", "languages"}:
        held("languages", lambda: _meant(line), None)
    if wrong:
        raise BadLine("Nothing is saved yet: look at what is marked below.", wrong)
    return line


def _name(given: str) -> str:
    name = readable(" ".join(given.split()), "NFC")
    if not name or len(name) > LONGEST_NAME:
        raise BadInput("Write what the service is called, in at most {most} characters.", most=LONGEST_NAME)
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        raise BadInput("The name has a control character in it: type it anew instead of pasting it.")
    return name


def _country(given: str) -> str:
    code = given.strip().upper()
    if code and code not in countries("en"):
        raise BadInput("“{value}” is no country of the list: choose one, or none.", value=given[:40])
    return code


def _languages(given: tuple[str, ...]) -> tuple[str, ...]:
    for tag in given:
        if tag not in SUPPORTED:
            raise BadInput("“{value}” is no language of the list: tick others, or none.", value=tag[:40])
    return tuple(tag for tag in SUPPORTED if tag in given)


def _number(given: str) -> str:
    """A number as it is dialled. Digits of any script are one, and what is copied with it doesn't show."""
    # The normal form makes a digit of what nobody reads as one beside others: "1³2".
    odd = any(unicodedata.category(sign) == "No" for sign in given)
    plain = _DASHES.sub("-", " ".join(readable(given).split()))
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdecimal() else sign for sign in plain)
    fits = not odd and len(plain) <= _LONGEST_NUMBER and _NUMBER.fullmatch(plain)
    if plain and not (fits and sum(map(str.isdecimal, plain)) in _NUMBER_DIGITS):
        raise BadInput(
            "“{value}” can't be dialled: write 2 to 15 digits, with spaces, hyphens or brackets between them,"
            " and a + before them where it is needed.",
            value=given.strip()[:40],
        )
    return plain


def _address(given: str) -> str:
    address = given.strip()
    if len(address) > LONGEST_ADDRESS:
        raise BadInput("An address has at most {most} characters.", most=LONGEST_ADDRESS)
    if not address.lower().startswith("https://"):
        raise BadInput("Write an address that begins with https://, such as https://example.org/help")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    open_to_all = is_public_host(host) and "@" not in parts.netloc
    if not open_to_all or _UNFIT.search(address) or not address.isprintable():
        raise BadInput("“{value}” is no whole address: copy it from the browser.", value=address[:80])
    return address


def _source(given: str) -> str:
    if not given.strip():
        raise BadInput("Write where you checked this: the https address of the page that names the line.")
    return _address(given)


def _day(given: str, today: date) -> date:
    written = given.strip()
    try:
        # Beside days it would read weeks, and what has no hyphens.
        day = date.fromisoformat(written if _DAY.fullmatch(written) else "")
    except ValueError:
        raise BadInput("Write the day on which you checked this, such as 2026-03-31.") from None
    if day > today:
        raise BadInput("This day is still to come: write the one on which you checked this.")
    return day


def _reached(line: Line) -> None:
    if not (line.phone or line.sms or line.url):
        raise BadInput("Write how it is reached: a telephone number, a number for texts, or an address.")


def _meant(line: Line) -> None:
    if not (line.country or line.languages):
        raise BadInput("Say whom it is for: choose a country, tick languages, or both.")
