"""What community announces about who is who."""

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True, slots=True)
class AvatarChanged(Event):
    """An avatar is shown otherwise from now on: its name or its creator's, its picture, its languages."""

    avatar_id: int


@dataclass(frozen=True, slots=True)
class StaffChanged(Event):
    """Who of a creator's people is who on a platform, or what they may do, is another from now on."""


@dataclass(frozen=True, slots=True)
class ChatMoved(Event):
    """A group has become another, under a new name of the platform's, on one of the creator's connections."""

    connection_id: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class FanErased(Event):
    """A fan is being erased, in this transaction: whoever keeps anything of theirs removes it now.

    Rows that refer to the fan, or to what refers to them, go by themselves where the reference cascades.
    """

    fan_id: int
