"""What can go wrong in a conversation.

UnderstudyError
├── BadInput
│   └── BadMessage           empty, or longer than the avatar reads
└── TooMany
    └── TooManyMessages      a fan writes faster than the avatar answers; the message was not taken
"""

from kernel.errors import BadInput, TooMany


class BadMessage(BadInput):
    """A message that is empty, or longer than the avatar reads."""

    code = "bad_message"


class TooManyMessages(TooMany):
    """A fan writes too fast; the message was not taken."""

    code = "too_many_messages"
