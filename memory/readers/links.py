"""Addresses that open a source at the right second or page."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_YOUTUBE = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be"})


def at_second(url: str, seconds: float) -> str:
    """``url`` opened at a second: YouTube's ``t`` parameter, elsewhere a media fragment (W3C, ``#t=``)."""
    parts = urlsplit(url)
    whole = max(0, int(seconds))
    if parts.hostname in _YOUTUBE:
        query = [(key, value) for key, value in parse_qsl(parts.query) if key != "t"]
        return urlunsplit(parts._replace(query=urlencode([*query, ("t", f"{whole}s")])))
    return urlunsplit(parts._replace(fragment=f"t={whole}"))


def at_page(url: str, page: int) -> str:
    """``url`` of a PDF opened at a page (RFC 8118)."""
    return urlunsplit(urlsplit(url)._replace(fragment=f"page={page}"))
