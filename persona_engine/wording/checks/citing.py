"""Whether a draft cites, and only what it was given."""

from persona_engine.wording.checks.draft import Draft, Fault


def check(draft: Draft) -> Fault | None:
    """A number that no passage has, or none at all."""
    for number in draft.numbers:
        if not 0 < number <= len(draft.passages):
            return Fault("citation", f"[{number}]")
    return None if draft.numbers else Fault("uncited")
