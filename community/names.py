"""Names as they may be shown beside each other, whoever typed them."""

import re
import unicodedata

# Controls, halves of characters, and what turns the writing around. Joiners stay: some scripts need them.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def readable(value: str) -> str:
    """One line of text: no needless spaces, nothing that can't be seen or that disturbs its neighbours.

    Empty where nothing of it shows.
    """
    line = " ".join(_UNSEEN.sub("", value).split())
    return line if any(unicodedata.category(each)[0] not in "CZ" for each in line) else ""
