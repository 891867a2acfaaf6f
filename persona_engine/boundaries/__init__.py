"""Boundaries: the creator's rules on what the avatar doesn't answer, and what a message falls under."""

from pathlib import Path
from typing import Final

DEFAULTS: Final = Path(__file__).with_name("defaults.toml")
