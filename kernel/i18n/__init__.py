"""Message catalogues: every sentence a person reads, in their language.

Three domains. ``answers`` holds what the avatar says (frames around answers, errors, payments, safety): its
ids are keys such as ``answer.same.1``. ``chat`` and ``pages`` hold the words of the fans' chat page and of
all other pages: their ids are the English sentences themselves, marked with ``_("...")`` in the templates.
In ``chat`` is also what an order from a chat may be refused with.
``answers`` and ``chat`` are complete in all eighteen languages, ``pages`` in the five of the pages. The
catalogues are the committed ``.po`` files, parsed once per process when first needed, so that there is
nothing to compile and nothing to go stale.
"""

from kernel.i18n.bidi import commands_isolated, isolate
from kernel.i18n.catalogues import (
    PAGE_LANGS,
    MissingMessageError,
    Word,
    load,
    said,
    t,
    tell,
    translator,
    variants,
)
from kernel.i18n.filling import one_after_another

__all__ = [
    "PAGE_LANGS",
    "MissingMessageError",
    "Word",
    "commands_isolated",
    "isolate",
    "load",
    "one_after_another",
    "said",
    "t",
    "tell",
    "translator",
    "variants",
]
