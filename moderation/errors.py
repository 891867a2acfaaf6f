"""What can go wrong in moderation.

UnderstudyError
├── BadInput
│   └── BadModeration        a number that can't be used; its `field` says which
├── Conflict
│   └── NotUndone            what was done can't be undone, or has been already
└── NotFound
    └── NoSuchCase           no case of this creator's has this number
"""

from kernel.errors import BadInput, Conflict, NotFound


class BadModeration(BadInput):
    """A setting that can't be used."""

    code = "bad_moderation"


class NotUndone(Conflict):
    """What was done can't be undone, or has been already."""

    code = "not_undone"


class NoSuchCase(NotFound):
    """No case of this creator's has this number."""

    code = "no_such_case"
