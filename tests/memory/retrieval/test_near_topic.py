"""What is asked near a creator's subject: declined where no post answers it, answered where one does."""

from pathlib import Path

import pytest

from benchmarks.common import bundled_encoder
from benchmarks.near_topic import ACROSS, ACROSS_APART, NAMES, Creator, creators, outcomes

# Of 31 questions that a post answers so many are, at least; of 33 that none answers so many are, at most.
_RIGHTLY, _FALSELY = 27, 11


@pytest.mark.parametrize("creator", creators(), ids=lambda creator: creator.subject)
def test_most_of_what_no_post_answers_is_declined_and_most_of_the_rest_answered(creator: Creator) -> None:
    found = list(outcomes(creator, bundled_encoder()))
    rightly = [one.rightly for one in found if not one.absent]
    falsely = [one.answered for one in found if one.absent]
    assert (len(rightly), len(falsely)) == (31, 33)
    assert sum(rightly) >= _RIGHTLY
    assert sum(falsely) <= _FALSELY


def test_what_is_asked_of_another_name_or_year_is_declined_and_other_forms_of_a_name_are_answered() -> None:
    (creator,) = creators(NAMES)
    found = list(outcomes(creator, bundled_encoder()))
    rightly = [one.rightly for one in found if not one.absent]
    falsely = [one.answered for one in found if one.absent]
    assert (len(rightly), len(falsely)) == (37, 35)
    assert sum(rightly) >= 35
    assert sum(falsely) <= 8


@pytest.mark.parametrize(
    ("file", "asked", "rightly", "absent", "falsely"),
    [(ACROSS, 168, 115, 110, 5), (ACROSS_APART, 60, 27, 46, 5)],
    ids=["looked at", "hardly looked at"],
)
def test_short_questions_in_other_languages_than_the_posts(
    file: Path, asked: int, rightly: int, absent: int, falsely: int
) -> None:
    found = [one for creator in creators(file) for one in outcomes(creator, bundled_encoder())]
    right = [one.rightly for one in found if not one.absent]
    wrong = [one.answered for one in found if one.absent]
    assert (len(right), len(wrong)) == (asked, absent)
    assert sum(right) >= rightly
    assert sum(wrong) <= falsely
