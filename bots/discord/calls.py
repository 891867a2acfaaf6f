"""Which call of Discord sends an outbound, and with what."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bots.discord.cards import COMPONENTS_V2, card
from bots.discord.client import Json, Upload
from bots.discord.text import Setting, rendered, short
from conversation.types import ToSend
from kernel.chat import CAPABILITIES, Medium

LARGEST: Final = CAPABILITIES["discord"].takes
"""Bytes of all files of a message."""

CARRIED: Final = frozenset({"photo", "video", "video_note", "animation", "voice", "audio", "document"})
_QUESTION, _ANSWER, _MOST_ANSWERS, _HOURS = 300, 55, 10, 24
_NO_PREVIEWS: Final = 1 << 2
_ENDINGS: Final = {
    "photo": "jpg", "video": "mp4", "video_note": "mp4", "animation": "mp4", "voice": "ogg", "audio": "mp3",
}  # fmt: skip
_UNSAFE: Final = re.compile(r'[\\/"\r\n]')


def file_name(medium: Medium) -> str:
    """The name that a file gets on its way, of nothing that could end the header it stands in."""
    given = _UNSAFE.sub("_", short(medium.name, 80))
    return given or f"{medium.kind}.{_ENDINGS.get(medium.kind, 'bin')}"


def body(one: ToSend, files: Sequence[Upload], setting: Setting) -> Json:
    """What is posted to say it: nobody is pinged by it, and what it answers may have been deleted.

    The `nonce` is the outbound's own number: within some minutes Discord makes one message of the same.

    Raises:
        TooLong: it doesn't fit.
        ValueError: Discord has nothing of this kind.
    """
    said = one.outbound
    if said.invoice:
        raise ValueError("nothing of Discord's is an invoice")
    if unknown := next((medium.kind for medium in said.media if medium.kind not in CARRIED), None):
        raise ValueError(f"nothing of Discord's is a {unknown}")
    if said.card:
        # What is changed keeps its files.
        shown = replace(said, media=()) if said.edits else said
        made = card(shown, setting, [file.name for file in files], outbound_id=one.id)
    else:
        made = rendered(said, setting, outbound_id=one.id)
    posted: Json = {
        "allowed_mentions": {"parse": []},
        "nonce": str(one.id),
        "enforce_nonce": True,
    }
    if made.content:
        posted |= {"content": made.content, "flags": _NO_PREVIEWS}
    if made.card:
        posted["flags"] = COMPONENTS_V2
    if made.components:
        posted["components"] = made.components
    if one.answers and one.answers.isdecimal() and not setting.private:
        posted["message_reference"] = {"message_id": one.answers, "fail_if_not_exists": False}
    if files:
        posted["attachments"] = [{"id": at, "filename": file.name} for at, file in enumerate(files)]
    if said.poll:
        posted["poll"] = {
            "question": {"text": short(said.poll.question, _QUESTION)},
            "answers": [
                {"poll_media": {"text": short(text, _ANSWER)}} for text in said.poll.options[:_MOST_ANSWERS]
            ],
            "duration": _HOURS,
            "allow_multiselect": said.poll.several,
        }
    return posted
