"""What a message holds that a rule forbids. Letters that only look like others count as those."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from moderation.rules import Rules

# Cyrillic, Greek and Armenian letters that are read as Latin ones (Unicode TR39, those in common use), and
# figures that stand in for letters. What is compared was folded to small letters and NFKC before.
_ALIKE: Final = (
    "аa вb еe кk мm нh оo рp сc тt уy хx іi јj ѕs ԁd ԛq ԝw һh ьb αa βb εe ηn ιi κk μm νn οo ρp τt υu χx γy "
    "ωw օo սu ոn հh 0o 1i 3e 5s $s @a |i ıi"
)
_LOOKS: Final = str.maketrans({each[0]: each[1] for each in _ALIKE.split()})
_DOTS: Final = str.maketrans({"。": ".", "．": ".", "｡": ".", "․": "."})
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
# Their vowels and tones are marks, which make words differ.
_SPELT_WITH_MARKS: Final = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff]")
_ADDRESS: Final = re.compile(
    r"(?:https?://|www\.)\S|\b[a-z0-9][a-z0-9-]{0,62}(?:\s?\.\s?[a-z0-9-]{1,63})*\s?\.\s?"
    r"(?:com|net|org|info|biz|xyz|top|site|online|shop|store|club|live|link|click|app|dev|io|co|me|gg|ly|tv|ru|cn|"
    r"de|uk|in|br|jp|kr|ir|tr|vn|id|es|fr|pt|ua)(?:/|\b(?!\.))"
)
_INVITE: Final = re.compile(
    r"(?:t(?:elegram)?\s?\.\s?(?:me|dog)\s?/\s?(?:\+|joinchat)|tg://join|discord(?:app)?\s?\.\s?(?:gg|com\s?/\s?invite)"
    r"|chat\s?\.\s?whatsapp\s?\.\s?com\s?/)"
)
_EDGE: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message in a group as its platform's edge understood it.

    `key` is the name of its update, one for all pictures of an album; `links` are the addresses that the
    platform itself found in it, `media` the kind of what it has beside its text.
    """

    user_id: str
    name: str
    ref: str
    text: str
    key: str
    at: datetime
    links: Sequence[str] = ()
    media: str = ""


def forbidden(seen: Seen, rules: Rules, *, newcomer: bool = False) -> str:
    """The rule that a message breaks by what it holds; empty where none."""
    links = bool(seen.links)
    said = plain(seen.text)
    if rules.invites and (_INVITE.search(said) or any(_INVITE.search(plain(each)) for each in seen.links)):
        return "invites"
    if (rules.links or newcomer) and (links or _ADDRESS.search(said)):
        return "links" if rules.links else "newcomer"
    if (rules.media or newcomer) and seen.media:
        return "media" if rules.media else "newcomer"
    bare = skeleton(seen.text)
    if any(_stands_in(skeleton(phrase), bare) for phrase in rules.phrases):
        return "phrases"
    return ""


def plain(text: str) -> str:
    """A text in small letters, without what isn't seen, its dots one dot."""
    folded = unicodedata.normalize("NFKC", text.translate(_DOTS)).casefold()
    return "".join(c for c in folded if unicodedata.category(c) != "Cf")


def skeleton(text: str) -> str:
    """A text as the eye takes it: without marks that only decorate, look-alikes as Latin letters."""
    folded = plain(text)
    if not _SPELT_WITH_MARKS.search(folded):
        apart = unicodedata.normalize("NFD", folded)
        folded = "".join(c for c in apart if unicodedata.category(c) not in _UNSEEN)
    return " ".join(folded.translate(_LOOKS).split())


def _stands_in(phrase: str, text: str) -> bool:
    """Whether a phrase stands in a text, not only within a word; in scripts without spaces, anywhere."""
    if not phrase:
        return False
    at = text.find(phrase)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(phrase) : at + len(phrase) + 1]
        if not (_joined(before, phrase[0]) or _joined(phrase[-1], after)):
            return True
        at = text.find(phrase, at + 1)
    return False


def _joined(one: str, other: str) -> bool:
    """Whether two characters are of one word, in a script that leaves spaces between words."""
    if not (one and other and _EDGE.match(one) and _EDGE.match(other)):
        return False
    return one < "\u2e80" and other < "\u2e80"
