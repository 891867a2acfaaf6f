"""Where a browser may be sent on to."""

import re


def inside(target: str | None) -> str:
    """A path of this site to go on to; anything else becomes the first page (no open redirect)."""
    if not target or not re.fullmatch(r"/(?!/)[^\\]*", target) or not target.isprintable():
        return "/"
    return "/" if target.startswith("/sign-in") else target
