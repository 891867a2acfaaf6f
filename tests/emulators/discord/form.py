"""Collects what is wrong with a request, so that one answer says all of it."""

from collections.abc import Sized
from typing import Any

from tests.emulators.discord.errors import Invalid


class Form:
    """The problems of one request, by field."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str, str]] = []

    def wrong(self, where: str, code: str, said: str) -> None:
        """Note a problem."""
        self.problems.append((where, code, said))

    def given(self, where: str, value: Any) -> bool:
        """Note where something that must be given isn't. Is it?"""
        if value in (None, ""):
            self.wrong(where, "BASE_TYPE_REQUIRED", "This field is required")
            return False
        return True

    def at_most(self, where: str, value: Any, most: int) -> None:
        """Note what is too long: text by its characters, a list by its items."""
        if isinstance(value, Sized) and len(value) > most:
            self.wrong(where, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def between(self, where: str, value: Any, least: int, most: int) -> None:
        """Note what is too short or too long."""
        if isinstance(value, Sized) and not least <= len(value) <= most:
            said = f"Must be between {least} and {most} in length."
            self.wrong(where, "BASE_TYPE_BAD_LENGTH", said)

    def number(self, where: str, value: Any, least: int, most: int) -> None:
        """Note a number that is too small, too large, or none."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong(where, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < least:
            self.wrong(where, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {least}.")
        elif value > most:
            self.wrong(where, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")

    def among(self, where: str, value: Any, known: tuple[Any, ...]) -> None:
        """Note what isn't one of the known values."""
        if value not in known:
            said = f"Value must be one of {{{', '.join(repr(one) for one in known)}}}."
            self.wrong(where, "BASE_TYPE_CHOICES", said)

    def end(self) -> None:
        """Refuse the request where anything was noted.

        Raises:
            ApiError: 50035, with all of it.
        """
        if self.problems:
            raise Invalid(self.problems)
