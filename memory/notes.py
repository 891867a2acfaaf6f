"""What to know about an item that was read: codes with parameters, told in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

# The catalogues take this table's sentences in: keep them written out. Places are the note's `params`.
NOTES: Final[dict[str, str]] = {
    "hidden_files": "Hidden files, left out: {number}.",
    "empty_files": "Empty files, left out: {number}.",
    "copies": "Files that are copies of others in it, kept once: {number}.",
    "films_alone": "Nothing but videos is in it. If they are from a YouTube Takeout, its metadata folder "
    "tells their titles and descriptions, and which of them are private: delete them here, and add the "
    "Takeout's whole folder or its zip.",
    "rest_of_takeout": "Other files of the Takeout, left out: {number}.",
    "forwarded_posts": "Forwarded posts, left out since others wrote them: {number}.",
    "others_chats": "Chats left out, since only channels and your own messages are read: {number}.",
    "files_without_owner": "Files left out, since the pages don't say whose they are: {number}.",
    "files_without_post": "Files left out, since they belong to no post of the creator: {number}.",
    "pictured_subtitles": "A subtitle track of pictures ({codec}) was left out: its text can't be read.",
    "captions_instead": "{file}: its captions ({captions}) are read in its place.",
    "spoken_for": "Its captions ({captions}) are read in its place, and open it.",
    "doubtful_picture": "The letters in the picture are hard to read. Look the text over; where it is wrong, "
    "hand in a larger picture or the text itself.",
    "doubtful_pages": "The letters on scanned pages are hard to read: {pages}. Look their text over; where "
    "it is wrong, hand in a larger scan or the text itself.",
    "damaged_pages": "Damaged pages were left out: {pages}.",
    "damaged_scan": "The scan on page {page} is damaged.",
    "scanned_pages": "Scanned pages were left out: {pages}. They are read by tesseract: install "
    "tesseract-ocr and tesseract-ocr-{pack} (understudy doctor shows how), then retry.",
    "new_entries": "New entries: {number}.",
    "nothing_new": "Nothing is new.",
    "changed": "It has changed since it was last looked at.",
    "kept_for_tier": "Files that now only the archive's tier sees: {number}.",
}


@dataclass(frozen=True, slots=True)
class Note:
    """One note. `code` is one of the table's; "" where an earlier version kept the `text` itself."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    text: str = ""

    @property
    def sentence(self) -> str:
        """What is to be told, in English, with {places} for the parameters."""
        return NOTES.get(self.code, self.text)

    def __str__(self) -> str:
        return self.sentence.format_map(self.params) if self.params else self.sentence


def counted(code: str, number: int) -> tuple[Note, ...]:
    """A note of how many there were; none where there were none."""
    return (Note(code, {"number": number}),) if number else ()


def packed(notes: Sequence[Note]) -> list[dict[str, Any]]:
    """Notes as they are kept."""
    return [{"code": note.code, "params": dict(note.params)} for note in notes]


def unpacked(kept: Sequence[Any]) -> tuple[Note, ...]:
    """Notes from where they were kept; earlier versions kept English sentences, which stay as they are."""
    return tuple(
        Note("", text=each) if isinstance(each, str) else Note(each["code"], each["params"]) for each in kept
    )
