"""What can go wrong with how the avatar speaks.

UnderstudyError
├── BadInput
│   ├── BadCard              a style or character card that can't be used
│   ├── BadAnswer            a taught answer that can't be kept
│   ├── BadTrial             a trial that can't be begun
│   └── BadLine              a line of help that can't be named to anybody
└── NotFound
    ├── NoSuchVersion        no version of that number; no trace of that message
    ├── NoSuchConnection     no model connection of that number
    ├── NoSuchAnswer         no taught answer of that number
    ├── NoSuchTrial          no trial, or question of one, of that number
    └── NoSuchLine           no line of help of that name
"""

from collections.abc import Mapping

from kernel.errors import BadInput, NotFound


class BadCard(BadInput):
    """A style or character card that can't be used; says where it is wrong."""

    code = "bad_card"


class NoSuchVersion(NotFound):
    """No version of that number, or no trace of that message."""

    code = "no_such_version"


class NoSuchConnection(NotFound):
    """No model connection of that number."""

    code = "no_such_connection"


class BadAnswer(BadInput):
    """A taught answer that can't be kept; says what is missing."""

    code = "bad_answer"


class NoSuchAnswer(NotFound):
    """No taught answer of that number."""

    code = "no_such_answer"


class BadTrial(BadInput):
    """A trial that can't be begun; says what is missing."""

    code = "bad_trial"


class NoSuchTrial(NotFound):
    """No trial of that number, or no question of one."""

    code = "no_such_trial"


class BadLine(BadInput):
    """A line of help that can't be named to anybody; `wrong` says for each field of its form what to do."""

    code = "bad_line"

    def __init__(self, message: str, wrong: Mapping[str, BadInput]) -> None:
        super().__init__(message)
        self.wrong = wrong


class NoSuchLine(NotFound):
    """No line of help of that name."""

    code = "no_such_line"
