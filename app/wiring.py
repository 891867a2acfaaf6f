"""Who hears which event: the one table."""

from kernel.events import EventTable


def wire(events: EventTable) -> None:
    """Fill the table."""
