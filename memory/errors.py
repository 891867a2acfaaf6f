"""What can go wrong with a creator's content. (Why a file can't be read: `memory.readers.errors`.)

UnderstudyError
├── BadInput
│   └── BadSource          an address, name, licence or visibility that can't be used
│       └── FileGone       a file deleted, with an item of the same content, before it became one
├── NotFound
│   ├── NoSuchSource       not this creator's, or deleted
│   ├── NoSuchPicture      nothing pictured on an item's page, or nothing that can be drawn
│   └── NoSuchPassage      not this creator's, deleted, or not for this viewer
└── Unavailable
    └── NoSearcher         no worker answered a search in time
"""

from kernel.errors import BadInput, NotFound, Unavailable


class BadSource(BadInput):
    """An address, name, licence or visibility that can't be used."""

    code = "bad_source"


class FileGone(BadSource):
    """A file that was handed in was deleted, with an item of the same content, before it became one."""


class NoSuchSource(NotFound):
    """The item isn't this creator's, or has been deleted."""

    code = "no_such_source"


class NoSuchPicture(NotFound):
    """Nothing is pictured on the item's page, or nothing that can be drawn."""

    code = "no_such_picture"


class NoSuchPassage(NotFound):
    """The passage isn't this creator's, has been deleted, or isn't for this viewer."""

    code = "no_such_passage"


class NoSearcher(Unavailable):
    """No worker answered a search in time."""

    code = "no_searcher"
