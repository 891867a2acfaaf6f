"""Key comments: each point comes from something that is stored, and the Inbox says from what."""

from dataclasses import replace
from typing import Any

import pytest

from community import service as community
from conversation import inbox, key_comments
from conversation.turn import Turns
from kernel.db import Database
from tests.conversation.groups import behave, in_group
from tests.conversation.staff import give, table
from tests.conversation.stand_ins import Avatar
from tests.factories.people import Home


def points(text: str, outcome: str, **more: int) -> dict[str, int]:
    """What a comment gets its points for."""
    counted = {"reach": 0, "reactions": 0, "bad": 0} | more
    return {each.kind: each.points for each in key_comments.why(text, None, outcome, **counted)}


@pytest.mark.parametrize(
    ("text", "outcome", "more", "expected"),
    [
        ("nice", "quoted", {}, {}),
        ("¿Por qué sube la llama?", "quoted", {}, {"question": 1}),
        ("蜡烛为什么会灭？", "to_person", {}, {"open": 2}),
        ("لماذا؟", "declined", {"reach": 99}, {"open": 2, "reach": 1}),
        ("Danke dir", "smalltalk:thanks", {}, {"glad": 1}),
        ("so proud of this 🎉", "quoted", {}, {"glad": 1}),
        ("what a joke 😡", "quoted", {"reactions": 3}, {"upset": 2, "reactions": 2}),
        ("hm", "quoted", {"bad": 1, "reactions": 1}, {"upset": 2, "reactions": 1}),
        ("I can't go on", "crisis", {"reach": 1_000}, {"need": 3, "reach": 3}),
        ("?", "smalltalk:laughter", {}, {}),
    ],
)
def test_what_gives_points(text: str, outcome: str, more: dict[str, int], expected: dict[str, int]) -> None:
    assert points(text, outcome, **more) == expected


async def says(db: Database, home: Home, text: str, user: str, **more: Any) -> None:
    said = replace(home.inbound(text, text, user=user), user_name=user.capitalize(), **more)
    await give(db, home, said, Turns(db, Avatar(), table(db)))


async def test_the_inbox_lists_them_by_points_with_what_gave_them(db: Database, home: Home) -> None:
    await behave(db, home, cool_down_s=0, per_minute=60)
    for number in range(10):
        await give(db, home, in_group(home, f"g{number}", "quoted 0.9 the wick", user=f"f{number}"))
    await give(db, home, in_group(home, "q", "declined - why does it smoke?", user="f3"),
               Turns(db, Avatar(), table(db)))  # fmt: skip
    await says(db, home, "crisis - nobody needs me", "kim")
    await says(db, home, "quoted 0.9 thanks", "lee")
    async with db.uow(home.creator_id) as uow:
        found = await inbox.conversations(uow, home.avatar.id, only=inbox.Only.KEY)
    first, second = found.items
    assert {first.text, second.text} == {"crisis - nobody needs me", "declined - why does it smoke?"}
    assert (first.points, second.points) == (3, 3)
    asked = next(each for each in found.items if "smoke" in each.text)
    assert [(why.kind, why.number, why.points) for why in asked.why] == [("reach", 10, 1), ("open", 1, 2)]
    async with db.uow(home.creator_id) as uow:
        found = await inbox.conversations(uow, home.avatar.id, only=inbox.Only.KEY, find="smoke")
    assert [each.text for each in found.items] == ["declined - why does it smoke?"]


async def test_important_fans_are_those_whom_the_team_has_marked_so(db: Database, home: Home) -> None:
    await says(db, home, "quoted 0.9 one", "kim")
    await says(db, home, "quoted 0.9 two", "lee")
    async with db.uow(home.creator_id) as uow:
        fan = await uow.fetch_one("SELECT fan_id FROM identity WHERE platform_user_id = 'lee'")
        await community.notes.tag(uow, fan.fan_id, "VIP")
        found = await inbox.conversations(uow, home.avatar.id, only=inbox.Only.VIP)
    assert [each.fan_name for each in found.items] == ["Lee"]
