"""What people call things, made fit for keeping and showing; nothing is looked up here."""

from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

from memory.errors import BadSource

MAX_NAME, MAX_URL, _MAX_SHORT = 300, 2000, 120


def clean_name(name: str) -> str:
    """A file's name for showing: printable, at most 300 characters, its folders kept.

    Raises:
        BadSource: nothing is left.
    """
    printable = "".join(char if char.isprintable() else " " for char in name.replace("\\", "/"))
    kept = " ".join(printable.split()).strip("/")[-MAX_NAME:]
    if not kept:
        raise BadSource("The file needs a name.")
    return kept


def clean_url(url: str) -> str:
    """A web address without its fragment.

    Raises:
        BadSource: it isn't one, or it carries credentials.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
    except ValueError:
        usable = False
    if not usable or len(url) > MAX_URL or any(char.isspace() for char in url.strip()):
        refuse_address()
    return urlunsplit(parts._replace(fragment=""))


def refuse_address() -> NoReturn:
    """Say what to use in place of what is no web address.

    Raises:
        BadSource: it always does.
    """
    raise BadSource(
        "Use an address that begins with http:// or https://, without a name or password."
    ) from None


def short(value: str | None) -> str | None:
    """An optional line of text: trimmed, None where blank.

    Raises:
        BadSource: longer than 120 characters.
    """
    line = " ".join((value or "").split())
    if len(line) > _MAX_SHORT:
        raise BadSource("A licence or a tier's name has at most {most} characters.", most=_MAX_SHORT)
    return line or None
