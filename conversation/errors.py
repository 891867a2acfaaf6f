"""What can go wrong in a conversation.

UnderstudyError
├── BadInput
│   ├── BadBroadcast         a text, a segment or a moment that can't be used
│   └── BadMessage           empty, or longer than the avatar reads
├── Conflict
│   ├── NotKnownThere        one of the team has no private chat with the avatar
│   ├── AlreadyDecided       somebody else was first
│   └── TakenOver            somebody else is talking with this fan
├── NotFound
│   ├── NoSuchBroadcast      not this avatar's
│   ├── NoSuchExport         the link to it was used, or is too old
│   ├── NoSuchFan            not this creator's, or erased
│   ├── NoSuchMessage        not this avatar's, or erased with its fan
│   └── NothingWaits         what waited for a person isn't there any more
└── TooMany
    └── TooManyMessages      a fan writes faster than the avatar answers; the message was not taken
"""

from kernel.errors import BadInput, Conflict, NotFound, TooMany


class AlreadyDecided(Conflict):
    """What waited for a person was sent, dropped or answered by somebody else, or has waited too long."""

    code = "already_decided"


class BadBroadcast(BadInput):
    """A broadcast whose text, segment or moment can't be used."""

    code = "bad_broadcast"


class BadMessage(BadInput):
    """A message that is empty, or longer than the avatar reads."""

    code = "bad_message"


class NotKnownThere(Conflict):
    """One of the creator's people whom the avatar knows in no private chat."""

    code = "not_known_there"


class NoSuchBroadcast(NotFound):
    """A broadcast that isn't this avatar's."""

    code = "no_such_broadcast"


class NoSuchExport(NotFound):
    """The link to an export was used, or is too old."""

    code = "no_such_export"


class NoSuchFan(NotFound):
    """A fan who isn't this creator's, or has been erased."""

    code = "no_such_fan"


class NoSuchMessage(NotFound):
    """A message that isn't there: not this avatar's, or erased with its fan."""

    code = "no_such_message"


class NothingWaits(NotFound):
    """What waited for a person isn't there: not this avatar's, or erased with its fan."""

    code = "nothing_waits"


class TakenOver(Conflict):
    """Somebody else of the creator's people is talking with this fan."""

    code = "taken_over"


class TooManyMessages(TooMany):
    """A fan writes too fast; the message was not taken."""

    code = "too_many_messages"
