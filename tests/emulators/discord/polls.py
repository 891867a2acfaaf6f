"""Polls: a question, answers, who chose which, and the end."""

from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord.form import Form
from tests.emulators.discord.people import Json
from tests.emulators.discord.snowflakes import iso

LONGEST_QUESTION, LONGEST_ANSWER, MOST_ANSWERS, MOST_HOURS = 300, 55, 10, 768


@dataclass(eq=False)
class Poll:
    """A poll of a message. Its answers are numbered from 1."""

    question: str
    answers: list[Json]
    ends_at: float
    many: bool = False
    finalized: bool = False
    votes: dict[int, list[int]] = field(default_factory=dict)

    def ended(self, now: float) -> bool:
        """Is it over?"""
        return self.ends_at <= now

    def to_json(self, now: float, viewer: int) -> Json:
        """The poll as a viewer gets it."""
        return {
            "question": {"text": self.question},
            "answers": [
                {"answer_id": number, "poll_media": media} for number, media in enumerate(self.answers, 1)
            ],
            "expiry": iso(self.ends_at),
            "allow_multiselect": self.many,
            "layout_type": 1,
            "results": {
                "is_finalized": self.finalized or self.ended(now),
                "answer_counts": [
                    {"id": number, "count": len(who), "me_voted": viewer in who}
                    for number, who in sorted(self.votes.items())
                    if who
                ],
            },
        }


def check(form: Form, given: Json) -> None:
    """Note what is wrong with a poll."""
    question = (given.get("question") or {}).get("text")
    if form.given("poll.question.text", question):
        form.at_most("poll.question.text", question, LONGEST_QUESTION)
    answers: list[Any] = given.get("answers") or []
    form.between("poll.answers", answers, 1, MOST_ANSWERS)
    for number, one in enumerate(answers):
        text = (one.get("poll_media") or {}).get("text")
        if form.given(f"poll.answers.{number}.poll_media.text", text):
            form.at_most(f"poll.answers.{number}.poll_media.text", text, LONGEST_ANSWER)
    if given.get("duration") is not None:
        form.number("poll.duration", given["duration"], 1, MOST_HOURS)


def made(given: Json, now: float) -> Poll:
    """The poll that a checked request asks for."""
    answers = [
        {name: value for name, value in one["poll_media"].items() if value is not None}
        for one in given["answers"]
    ]
    hours = given.get("duration") or 24
    return Poll(given["question"]["text"], answers, now + hours * 3600, bool(given.get("allow_multiselect")))
