"""What the tests of replies share: the guard, with the bundled encoder."""

import pytest

from memory.retrieval import Encoder
from persona_engine.boundaries.guard import Guard
from tests.persona_engine.stand_ins import Matching


@pytest.fixture(scope="session")
def guard(encoder: Encoder) -> Guard:
    """The guard."""
    return Guard(Matching(encoder))
