"""What a written answer is held against before it leaves: each file looks for one kind of fault.

Whether it says what no avatar of this creator may say is `persona_engine.boundaries.guard`'s matter.
"""

from collections.abc import Callable
from typing import Final

from persona_engine.wording.checks import (
    citing,
    contacts,
    figures,
    gratis,
    leaks,
    persons,
    pledging,
    quotation,
    refusing,
    retelling,
    shape,
    tongue,
)
from persona_engine.wording.checks.draft import Draft, Fault

__all__ = ["Draft", "Fault", "fault_of"]

# What gives secrets away stands first: it is what a trace should say, whatever else is wrong.
_CHECKS: Final[tuple[Callable[[Draft], Fault | None], ...]] = (
    shape.check,
    leaks.check,
    persons.check,
    refusing.check,
    citing.check,
    contacts.check,
    figures.check,
    gratis.check,
    pledging.check,
    quotation.check,
    tongue.check,
)
# What is told again cites and quotes as its original does.
_RETOLD: Final[tuple[Callable[[Draft], Fault | None], ...]] = (
    shape.check,
    leaks.check,
    persons.check,
    refusing.check,
    contacts.check,
    figures.check,
    gratis.check,
    pledging.check,
    retelling.check,
    tongue.check,
)


def fault_of(draft: Draft) -> Fault | None:
    """The first fault of a draft, or None where it has none. Blocking: milliseconds."""
    for check in _RETOLD if draft.retold else _CHECKS:
        if (fault := check(draft)) is not None:
            return fault
    return None
