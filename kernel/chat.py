"""The vocabulary of chat that belongs to no platform: what comes in, what goes out, the commands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Addressed(StrEnum):
    """How a message is meant for the avatar: in private, by its name, as a reply to it, by a command, below a
    post of the creator's channel; or for whoever reads it.
    """

    DIRECT = "direct"
    MENTION = "mention"
    REPLY = "reply"
    COMMAND = "command"
    POST = "post"
    NOBODY = "nobody"


EXPORT: Final = "export:"
"""How the `file` of a medium begins that is what is kept about a fan: made when sent, stored nowhere."""


RELAYED: Final = "relayed:"
"""How the `file` of a medium begins that somebody else has sent: its connection there, a colon, its name.

It is fetched when it is sent on, and stored nowhere.
"""


@dataclass(frozen=True, slots=True)
class Medium:
    """What isn't text in a message.

    `kind`: photo, video, video_note, animation, voice, audio, document, sticker, other. `file` is the
    platform's name of it where it came in, and the file store's (SHA-256) where it goes out, or an `EXPORT`
    and its secret, or what is `RELAYED`. `size` is in bytes.
    """

    kind: str
    file: str = ""
    name: str = ""
    mime: str = ""
    seconds: float = 0.0
    size: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a fan, as a platform's receiver understood it.

    `update_id` is the platform's own name of the update: the same update twice is one message. `chat_id` is
    where it was said, with the topic or post that it stands under, if any; `room` the group that is in, empty
    in private. `message_ref` is the message's own name there, by which it is answered. `edited_at`: it is
    what its sender has made of it then, under the name that it had before. `others` came with the `medium`.
    """

    connection_id: int
    platform: str
    update_id: str
    chat_id: str
    user_id: str
    text: str
    user_name: str = ""
    language_hint: str | None = None
    chosen_language: str | None = None
    reply_to: str | None = None
    sent_at: datetime | None = None
    room: str = ""
    message_ref: str | None = None
    addressed: Addressed = Addressed.DIRECT
    medium: Medium | None = None
    edited_at: datetime | None = None
    others: tuple[Medium, ...] = ()


PRIVATELY: Final = "private:"
"""The `url` of a button that leads to the private chat with the avatar."""


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: opens `url`, or sends `text` as if the fan had typed it.

    `url` is a whole address, a path of the public site, or `PRIVATELY`, perhaps with what is to be started
    there ("private:privacy").
    """

    label: str
    url: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source under an answer. `url` opens it at the right page or second.

    It is a whole address, or a path of the public site; empty, with no passage (0), where there is nothing to
    open: the words are the creator's own.
    """

    label: str
    url: str
    passage_id: int


@dataclass(frozen=True, slots=True)
class Poll:
    """A question with answers to choose from."""

    question: str
    options: tuple[str, ...]
    anonymous: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class Invoice:
    """What is sold for a platform's own currency (Telegram's Stars: XTR, whole ones). `payload` comes back
    with the payment.
    """

    title: str
    description: str
    payload: str
    amount: int
    currency: str = "XTR"


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a chat. `text` is plain; a platform adds its own markup around it.

    `notice` stands before the text and apart from it: that an AI speaks, or that a person does. It is the
    catalogues', and the conversation's alone to set. `quote` is the message that this answers, where others
    came in between. `by`: "" the avatar, "person" somebody of the creator's team, "fan" a fan, whose words
    are passed on to such a person, "card" what the team is to decide on, "news" a broadcast; `who` is either
    person's name.
    Several `media` are an album; the text then stands below them. `judged`: who gets it may be asked what
    they think of it. `edits`: the outbound in whose place this is shown, 0 where it stands for itself.
    `card`: what it is, where it is to stand out as a card: "waits", "person", "flag", "done", "news",
    "sources", "note"; empty: an answer like any other.
    """

    text: str
    lang: str
    citations: tuple[Citation, ...] = ()
    buttons: tuple[Button, ...] = ()
    notice: str = ""
    quote: str = ""
    by: str = ""
    media: tuple[Medium, ...] = ()
    poll: Poll | None = None
    invoice: Invoice | None = None
    judged: bool = True
    who: str = ""
    edits: int = 0
    card: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Outbound":
        """From what `to_json` made."""
        return cls(
            text=value["text"],
            lang=value["lang"],
            citations=tuple(Citation(**one) for one in value.get("citations", ())),
            buttons=tuple(Button(**one) for one in value.get("buttons", ())),
            notice=value.get("notice", ""),
            quote=value.get("quote", ""),
            by=value.get("by", ""),
            media=tuple(Medium(**one) for one in value.get("media", ())),
            poll=_poll(value.get("poll")),
            invoice=Invoice(**value["invoice"]) if value.get("invoice") else None,
            judged=value.get("judged", True),
            who=value.get("who", ""),
            edits=value.get("edits", 0),
            card=value.get("card", ""),
        )


@dataclass(frozen=True, slots=True)
class Capabilities:
    """How much a platform takes in one message, in UTF-16 code units: of text, and below a medium.

    `files`: whether it hands files over by itself, where a page of ours would have a link. `forms`: whether
    what is ordered there may come by a form, and stand in no message; `albums`: whether what somebody sends
    at once comes in parts. Bytes of files: `takes` in one message,
    `hands_over` of what somebody has sent; `by_name`: what the same bot got it sends by its name, of whatever
    size, but for pictures that were sent as files, since those are stripped.
    """

    text_units: int
    caption_units: int
    files: bool = False
    forms: bool = False
    albums: bool = False
    by_name: bool = False
    takes: int = 0
    hands_over: int = 0


CAPABILITIES: Final[Mapping[str, Capabilities]] = {
    "telegram": Capabilities(
        4_096, 1_024, files=True, albums=True, by_name=True, takes=50 << 20, hands_over=20 << 20
    ),
    # 2,000 of Discord's, of which some are for what keeps signs in a text from being markup.
    "discord": Capabilities(1_900, 1_900, files=True, forms=True, takes=10 << 20, hands_over=50 << 20),
}
"""By platform. What isn't here takes whatever text there is, and no files."""


def units(text: str) -> int:
    """The length of a text in UTF-16 code units, in which platforms count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _poll(value: dict[str, Any] | None) -> Poll | None:
    return Poll(**(value | {"options": tuple(value["options"])})) if value else None


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A command as a fan or moderator gave it, with what its handler needs to know. `room`: see `Inbound`.

    `reply_to` is the message that it was given in reply to, by the platform's name of it. `role` is the
    caller's with the creator, "fan" where they have none; `by` the name of their account, `account_id` its
    number.
    """

    name: str
    argument: str
    creator_id: int
    avatar_id: int
    thread_id: int
    fan_id: int
    inbound_id: int
    lang: str
    platform: str
    room: str = ""
    reply_to: str | None = None
    role: str = "fan"
    by: str = ""
    account_id: int = 0


FAN: Final = "fan"
"""The role of whoever may give a command that anybody may."""

ORDERS: Final[set[str]] = set()
"""The names of the commands of the creator's people, of every room, as they were hung on routers here."""

CommandHandler = Callable[[CommandCall], Awaitable[Outbound]]
"""What a command does, and what it says; nothing where the text is empty."""


@dataclass(frozen=True, slots=True)
class Command:
    """A chat command: its name without the slash, who may use it, and what it does.

    `private`: what it says is for its caller's eyes alone; in a group it is answered by the way to a private
    chat.
    `platforms`: where it works; None: everywhere. Elsewhere it isn't offered, and says so if it is given.
    """

    name: str
    handler: CommandHandler
    role: str = "fan"
    private: bool = False
    platforms: frozenset[str] | None = None


def called(text: str) -> str:
    """The name of the command that a text calls, known or not; empty where it calls none."""
    if not text.startswith("/"):
        return ""
    return (text[1:].split(maxsplit=1) or [""])[0].partition("@")[0].lower()


@dataclass(slots=True)
class CommandRouter:
    """The commands of one room; `app` includes every room's into one table."""

    commands: dict[str, Command] = field(default_factory=dict)

    def add(
        self, name: str, handler: CommandHandler, *, role: str = "fan", private: bool = False,
        platforms: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Hang a command here.

        Raises:
            ValueError: the name is taken.
        """
        if name in self.commands:
            raise ValueError(f"/{name} is already a command")
        self.commands[name] = Command(name, handler, role, private, platforms)
        if role != FAN:
            ORDERS.add(name)

    def include(self, other: "CommandRouter") -> None:
        """Take over another router's commands."""
        for command in other.commands.values():
            self.add(
                command.name, command.handler, role=command.role, private=command.private,
                platforms=command.platforms,
            )  # fmt: skip

    def of_fans(self) -> list[str]:
        """The names of those that any fan may give."""
        return [each.name for each in self.commands.values() if each.role == FAN]

    def orders(self) -> list[str]:
        """The names of those that only the creator's people may give."""
        return [each.name for each in self.commands.values() if each.role != FAN]

    def match(self, text: str) -> tuple[Command, str] | None:
        """The command that a text calls, and its argument; None where it calls none that is known."""
        command = self.commands.get(called(text))
        if command is None:
            return None
        argument = "".join(text.split(maxsplit=1)[1:]).strip()
        # A link to a private chat may begin there with what is only told there, or with that and a number; it
        # can do nothing else.
        name, _, number = argument.partition("_") if command.name == "start" else ("", "", "")
        meant = self.commands.get(name) if not number or number.isdecimal() else None
        return (meant, number) if meant and meant.private else (command, argument)
