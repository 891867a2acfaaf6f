"""Message catalogues: every sentence a person reads, in their language.

Two domains. ``answers`` holds what fans read (frames around answers, errors, payments, safety): its ids are
keys such as ``answer.frame.1``, and it is complete in all eighteen languages. ``pages`` holds the web's
words: its ids are the English sentences themselves, marked with ``_("...")`` in templates and code, and it is
complete in the five languages of the pages. The catalogues are the committed ``.po`` files, parsed once per
process when first needed, so that there is nothing to compile and nothing to go stale.
"""

from kernel.i18n.bidi import isolate
from kernel.i18n.catalogues import PAGE_LANGS, MissingMessageError, t, translator, variants

__all__ = ["PAGE_LANGS", "MissingMessageError", "isolate", "t", "translator", "variants"]
