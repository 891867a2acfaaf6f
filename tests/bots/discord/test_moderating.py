"""Moderators at work in a Discord server: each order, its undoing, and what forbids it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from community import service as community
from community.types import Role
from conversation import service as conversation
from kernel import clock
from moderation import service as moderation
from moderation.types import CaseInfo, Settings
from tests.bots.discord.living import Living, said, texts, until
from tests.emulators.discord.guilds import Member
from tests.emulators.discord.interactions import Interaction
from tests.emulators.discord.messages import EPHEMERAL, Message
from tests.emulators.discord.people import User
from tests.emulators.discord.permissions import May
from tests.emulators.discord.server import DiscordServer
from tests.emulators.discord.stage import Stage

DAY = 86_400
BAN = "/guilds/{guild_id}/bans/{user_id}"
CHANNEL = "/channels/{channel_id}"


@dataclass
class Desk:
    """The server, and the avatar that keeps order there."""

    living: Living
    stage: Stage

    async def goes_on(self) -> None:
        """Have everything that was said be answered, decided and done."""
        for _ in range(4):
            await self.living.answers()
            while await self.living.house.acting.once():
                pass
        await self.living.answers()

    async def order(self, name: str, /, **options: Any) -> str:
        """Order something by a slash command; what its giver is shown alone, and then what all read."""
        return await self.after(
            self.stage.moderator.runs(self.stage.general, self.stage.app, name, **options)
        )

    async def after(self, asked: Interaction) -> str:
        """What comes of an interaction."""
        before = self.last
        assert await asked.acknowledged()
        assert asked.original is not None
        assert asked.original.flags & EPHEMERAL
        await self.goes_on()
        public = self.told(before)
        own = asked.original.content.text
        return "\n".join([*([] if own.startswith("Got it") else [_bare(own)]), *map(_bare, public)])

    async def writes(self, text: str, reply_to: Message | None = None) -> str:
        """Order something by a message; what all read then."""
        before, heard = self.last, len(await self.living.messages())
        self.stage.moderator.says(self.stage.general, text, reply_to=reply_to)

        async def there() -> bool:
            return len(await self.living.messages()) > heard

        await until(there)
        await self.goes_on()
        return "\n".join(map(_bare, self.told(before)))

    @property
    def last(self) -> int:
        """The number of what stands last in the channel."""
        return self.stage.general.last_message_id or 0

    def told(self, since: int = 0) -> list[str]:
        """What the avatar has said in the channel to all, after a message."""
        own = said(self.stage.general, self.stage.app)
        return [one.content.text for one in own if one.id > since]

    @property
    def fan(self) -> User:
        """Whom it is about."""
        return self.stage.fan.user

    @property
    def member(self) -> Member | None:
        """What they are in the server now."""
        return self.stage.guild.members.get(self.fan.id)

    @property
    def muted(self) -> bool:
        """Whether they can't speak."""
        return bool(self.member and self.member.timed_out(self.stage.world.clock.now()))

    @property
    def banned(self) -> bool:
        """Whether they can't come."""
        return self.fan.id in self.stage.guild.bans

    async def cases(self) -> tuple[CaseInfo, ...]:
        """All there are, oldest first."""
        async with self.living.house.db.uow(self.living.home.creator_id) as uow:
            return (await moderation.cases(uow, self.living.home.avatar.id)).items[::-1]


def _bare(text: str) -> str:
    return text.split("\n\n", 1)[-1]


async def employ(living: Living, user: User, role: Role) -> None:
    """Have somebody be one of the creator's people."""
    db, creator = living.house.db, living.home.creator_id
    async with db.system_uow() as uow:
        await community.invite(uow, creator, user.username, role)
        account = (await community.members(uow, creator))[-1].account_id
    async with db.uow(creator) as uow:
        fan = await community.ensure_fan(uow, "discord", str(user.id), user.global_name or "")
        token = await community.link_staff(uow, account)
    async with db.system_uow() as uow:
        await community.bind_staff(uow, creator, token, fan_id=fan.id)


@pytest.fixture
async def desk(living: Living, stage: Stage) -> Desk:
    await employ(living, stage.moderator.user, Role.MODERATOR)
    await living.house.holder.tick()
    return Desk(living, stage)


async def test_a_member_is_muted_and_undone_by_the_button(desk: Desk) -> None:
    answer = await desk.order("mod mute", user=desk.fan, duration="2h", reason="spam")
    assert answer == "Case 1: mute · Ana · 2 hours\nReason: spam"
    assert desk.member
    assert abs(desk.member.until - desk.stage.world.clock.now() - 7_200) < 60
    assert desk.stage.guild.log[-1]["reason"] == "mo: spam"
    own = said(desk.stage.general, desk.stage.app)[-1]
    assert await desk.after(desk.stage.moderator.presses(own, "Undo")) == "Case 1 is undone."
    assert not desk.muted
    (case,) = await desk.cases()
    assert (case.state, case.undone_by, case.room) == ("undone", "mo", str(desk.stage.guild.id))


@pytest.mark.parametrize(
    ("order", "there", "back"),
    [
        ("mute", lambda desk: desk.muted, "unmute"),
        ("ban", lambda desk: desk.banned, "unban"),
        ("kick", lambda desk: desk.member is None, ""),
    ],
)
async def test_each_order_does_what_it_says_and_its_opposite_takes_it_back(
    desk: Desk, order: str, there: Callable[[Desk], bool], back: str
) -> None:
    assert (await desk.order(f"mod {order}", user=desk.fan, reason="rude")).startswith("Case 1: ")
    assert there(desk)
    if not back:
        assert "come again by themselves" in await desk.order("mod case", number=1, what="undo")
        return
    assert (await desk.order(f"mod {back}", user=desk.fan)).startswith("Case 2: ")
    assert not there(desk)
    assert (await desk.cases())[0].state == "undone"


@pytest.mark.parametrize(
    ("order", "right", "named"),
    [
        ("mute", May.MODERATE_MEMBERS, "Moderate Members"),
        ("unmute", May.MODERATE_MEMBERS, "Moderate Members"),
        ("ban", May.BAN_MEMBERS, "Ban Members"),
        ("unban", May.BAN_MEMBERS, "Ban Members"),
        ("kick", May.KICK_MEMBERS, "Kick Members"),
        ("purge", May.MANAGE_MESSAGES, "Manage Messages"),
        ("slowmode", May.MANAGE_CHANNELS, "Manage Channels"),
    ],
)
async def test_each_right_that_is_missing_is_named_told_or_not(
    desk: Desk, order: str, right: May, named: str
) -> None:
    desk.stage.fan.says(desk.stage.general, "Hello")
    options: dict[str, Any] = {"user": desk.fan}
    if order == "purge":
        options = {"amount": 1}
    elif order == "slowmode":
        options = {"duration": "30s"}
    role = next(one for one in desk.stage.guild.roles.values() if one.bot_id)
    whole = role.permissions
    role.permissions &= ~int(right)
    # Discord hasn't told that the rights are others now.
    answer = await desk.order(f"mod {order}", **options)
    assert answer.endswith(f"I need the right “{named}” here.")
    assert [each.state for each in await desk.cases()] == ["failed"]
    channel = str(desk.stage.general.id)
    # Now it has, and nothing is tried; given back, it works at once.
    desk.stage.world.change_role(desk.stage.guild, role, permissions=role.permissions)
    await until(lambda: knows(desk, channel, named, has=False))
    assert await desk.order(f"mod {order}", **options) == f"I need the right “{named}” here."
    assert len(await desk.cases()) == 1
    desk.stage.world.change_role(desk.stage.guild, role, permissions=whole)
    await until(lambda: knows(desk, channel, named, has=True))
    assert (await desk.order(f"mod {order}", **options)).startswith("Case 2: ")


async def knows(desk: Desk, channel: str, right: str, *, has: bool) -> bool:
    """Whether the avatar knows by now that it has a right in a channel, or hasn't."""
    (row,) = await desk.living.rows("SELECT rights FROM chat WHERE platform_chat_id = %(id)s", id=channel)
    return (right.lower().replace(" ", "_") in row.rights) is has


async def test_whose_role_stands_higher_and_who_owns_the_server_are_left_alone(desk: Desk) -> None:
    owner = desk.stage.creator.user
    assert "administrator" in await desk.order("mod ban", user=owner)
    high = desk.stage.world.role(desk.stage.guild, "High")
    assert desk.member
    desk.member.roles.append(high.id)
    for order in ("mute", "ban", "kick"):
        assert "drag my role above theirs" in await desk.order(f"mod {order}", user=desk.fan)
    assert desk.member
    assert not desk.muted
    mine = await desk.order("mod mute", user=desk.stage.moderator.user)
    assert "of the team" in mine


async def test_what_discord_has_no_span_for_is_refused_with_what_to_do(desk: Desk) -> None:
    assert "28 days at most" in await desk.order("mod mute", user=desk.fan, duration="29d")
    assert "28 days at most" in await desk.order("mod mute", user=desk.fan, duration="2y")
    assert "no end of its own" in await desk.writes(f"/ban <@{desk.fan.id}> 7d")
    assert not desk.muted
    assert not desk.banned
    assert "4 weeks" in await desk.order("mod mute", user=desk.fan, duration="28d")


async def test_warnings_add_up_in_the_whole_server_and_are_told_to_all(desk: Desk) -> None:
    async with desk.living.house.db.uow(desk.living.home.creator_id) as uow:
        await moderation.save_settings(uow, Settings(mute_at=2, mute_h=8_760, ban_at=0))
    assert (await desk.order("mod warn", user=desk.fan)).endswith("warnings in force: 1")
    asked = desk.stage.moderator.runs(desk.stage.lab, desk.stage.app, "mod warn", user=desk.fan)
    await desk.after(asked)
    assert any("in force: 2" in text for text in texts(desk.stage.lab, desk.stage.app))
    assert desk.muted, "for as long as Discord mutes"
    assert desk.member
    assert desk.member.until - desk.stage.world.clock.now() <= 28 * DAY + 60


async def test_undoing_a_case_leaves_what_one_of_another_channel_asks_for(desk: Desk) -> None:
    await desk.order("mod mute", user=desk.fan, duration="1h")
    await desk.after(
        desk.stage.moderator.runs(desk.stage.lab, desk.stage.app, "mod mute", user=desk.fan, duration="6h")
    )
    await desk.order("mod case", number=2, what="undo")
    assert desk.member
    assert abs(desk.member.until - desk.stage.world.clock.now() - 3_600) < 120


async def test_messages_are_deleted_together_and_what_is_older_than_two_weeks_one_by_one(
    desk: Desk, server: DiscordServer
) -> None:
    general = desk.stage.general
    kept = desk.stage.fan.says(general, "kept")
    old = [desk.stage.fan.says(general, f"old {n}") for n in range(12)]
    desk.stage.world.clock.moves(15 * DAY)
    with clock.shifted(timedelta(days=15)):
        written = [desk.stage.fan.says(general, f"wax {n}") for n in range(120)]
        assert await desk.order("mod purge", amount=1) == "Case 1: deletion · messages: 1"
        assert await desk.order("mod purge", amount=110) == "Case 2: deletion · messages: 110"
        left = [one for one in written if one.id in general.messages]
        assert len(left) in (9, 10), "the avatar's own word about the first is one of them"
        before = len(server.made(f"DELETE {CHANNEL}/messages/{{message_id}}"))
        # What is left of those and what the avatar has said of it twice, and the old ones.
        count = len(general.messages) - 1
        assert f"messages: {count}" in await desk.order("mod purge", amount=count)
        assert kept.id in general.messages
        assert not any(one.id in general.messages for one in (*old, *written))
        assert len(server.made(f"DELETE {CHANNEL}/messages/{{message_id}}")) == before + len(old)
        assert "stays deleted" in await desk.order("mod case", number=1, what="undo")


async def test_where_there_is_nothing_to_delete_nothing_is(desk: Desk) -> None:
    desk.stage.general.messages.clear()
    assert await desk.order("mod purge", amount=3) == "Case 1: deletion · messages: 0"


async def test_messages_are_deleted_from_the_one_that_is_replied_to(desk: Desk) -> None:
    general = desk.stage.general
    written = [desk.stage.fan.says(general, f"wax {n}") for n in range(5)]
    await desk.writes("/purge", reply_to=written[3])
    assert [one.id in general.messages for one in written] == [True, True, True, False, False]


async def test_slow_mode_is_discords_own_and_is_undone_to_what_it_was(desk: Desk) -> None:
    desk.stage.general.slow = 5
    assert await desk.order("mod slowmode", duration="30s") == "Case 1: slow mode · 30 seconds"
    assert desk.stage.general.slow == 30
    assert await desk.order("mod case", number=1, what="undo") == "Case 1 is undone."
    assert desk.stage.general.slow == 5
    await desk.order("mod slowmode", duration="10m")
    desk.stage.general.slow = 7
    assert "changed this since" in await desk.order("mod case", number=2, what="undo")
    assert "Choose a number" in await desk.order("mod slowmode", duration="7h")
    assert "off" in await desk.order("mod slowmode", duration="off")
    assert desk.stage.general.slow == 0


async def test_a_ban_deletes_what_was_written_lately_where_that_is_asked_for(desk: Desk) -> None:
    written = desk.stage.fan.says(desk.stage.general, "wax")
    await desk.order("mod ban", user=desk.fan, clean="1d", reason="spam")
    assert desk.banned
    assert written.id not in desk.stage.general.messages
    assert (await desk.cases())[0].reason == "spam"


async def test_an_order_is_given_in_reply_and_by_mention(desk: Desk) -> None:
    written = desk.stage.fan.says(desk.stage.general, "Buy my wax!")
    answer = await desk.writes("/mute 2h spam", reply_to=written)
    assert answer == "Case 1: mute · Ana · 2 hours\nReason: spam"
    assert (await desk.cases())[0].words == "Buy my wax!"
    assert "Case 2: unmute" in await desk.writes(f"/unmute <@{desk.fan.id}>")
    assert "Reply with it" in await desk.writes("/kick")


async def test_who_may_not_order_is_not_heard(desk: Desk) -> None:
    written = desk.stage.moderator.says(desk.stage.general, "I moderate")
    desk.stage.fan.says(desk.stage.general, "/ban", reply_to=written)
    await desk.goes_on()
    assert await desk.cases() == ()
    assert await desk.living.rows("SELECT 1 FROM moderation_pointed") == []


async def test_an_order_that_comes_twice_is_one_case(desk: Desk) -> None:
    desk.stage.world.faults.duplicates = 1.0
    await desk.order("mod kick", user=desk.fan)
    assert len(await desk.cases()) == 1


async def settled(desk: Desk) -> bool:
    await desk.goes_on()
    return all(case.state == "done" for case in await desk.cases())


@pytest.mark.parametrize("fault", ["lost answer", "lost call", "502", "429"])
async def test_what_discord_did_not_answer_is_done_again_and_told_once(
    desk: Desk, server: DiscordServer, fault: str
) -> None:
    faults, route = desk.stage.world.faults, f"PUT {BAN}"
    match fault:
        case "lost answer":
            faults.lose_answer(route)
        case "lost call":
            faults.lose_call(route)
        case "502":
            faults.refuse(502, route)
        case _:
            faults.limit(0.2, route)
    asked = desk.stage.moderator.runs(desk.stage.general, desk.stage.app, "mod ban", user=desk.fan)
    assert await asked.acknowledged()
    await until(lambda: heard(desk))
    await desk.goes_on()
    with clock.shifted(timedelta(seconds=30)):
        await until(lambda: settled(desk))
    assert desk.banned
    assert len(server.made(route)) == 2
    assert len(await desk.cases()) == 1
    assert sum("Case 1" in one for one in desk.told()) == 1


async def heard(desk: Desk) -> bool:
    return bool(await desk.living.messages())


async def test_a_deletion_that_is_done_again_takes_nothing_more(desk: Desk) -> None:
    general = desk.stage.general
    written = [desk.stage.fan.says(general, f"wax {n}") for n in range(4)]
    desk.stage.world.faults.lose_answer(f"POST {CHANNEL}/messages/bulk-delete")
    asked = desk.stage.moderator.runs(general, desk.stage.app, "mod purge", amount=2)
    assert await asked.acknowledged()
    await until(lambda: heard(desk))
    await desk.goes_on()
    with clock.shifted(timedelta(seconds=30)):
        await until(lambda: settled(desk))
    assert [one.id in general.messages for one in written] == [True, True, False, False]
    assert "Case 1: deletion · messages: 2" in map(_bare, desk.told())


async def test_a_refused_token_has_what_waits_wait_for_the_next(desk: Desk) -> None:
    asked = desk.stage.moderator.runs(desk.stage.general, desk.stage.app, "mod ban", user=desk.fan)
    assert await asked.acknowledged()
    await until(lambda: heard(desk))
    desk.stage.world.faults.refuse(401, f"PUT {BAN}")
    await desk.goes_on()
    rows = await desk.living.rows("SELECT state FROM connection WHERE platform = 'discord'")
    assert [row.state for row in rows] == ["quarantined"]
    assert [case.state for case in await desk.cases()] == ["doing"]


async def test_a_dry_run_and_the_log_are_for_who_asks_alone(desk: Desk) -> None:
    before = len(desk.told())
    assert (await desk.order("mod ban", user=desk.fan, dry=True)).startswith("Dry run")
    assert await desk.order("mod modlog") == "No cases yet."
    assert len(desk.told()) == before
    await desk.order("mod mute", user=desk.fan)
    assert (await desk.order("mod modlog")).startswith("Case 1: mute")
    assert "By: mo" in await desk.order("mod case", number=1)


async def test_somebody_is_trusted_and_isnt_any_more(desk: Desk) -> None:
    assert await desk.order("mod trust", user=desk.fan) == "Ana: no rule touches them any more."
    assert await desk.order("mod trust", user=desk.fan, off=True) == "Ana: the rules hold again."


async def test_what_a_case_says_of_a_fan_goes_with_them(desk: Desk) -> None:
    await desk.order("mod mute", user=desk.fan, reason="spam")
    async with desk.living.house.db.uow(desk.living.home.creator_id) as uow:
        fan = await community.find_fan(uow, "discord", str(desk.fan.id))
        assert fan
        await conversation.erase_by_creator(uow, fan.id)
    (case,) = await desk.cases()
    assert (case.name, case.user_id, case.reason) == ("", "", "")
    assert "has been erased" in await desk.order("mod case", number=1, what="undo")


@pytest.mark.parametrize("order", ["captcha on", "lock links", "raid on"])
async def test_rules_that_nobody_enforces_there_cannot_be_switched_on(desk: Desk, order: str) -> None:
    assert "can't keep order on this platform yet" in await desk.writes(f"/{order}")
    assert await desk.cases() == ()
    assert await desk.living.rows("SELECT 1 FROM moderation_rules") == []
