"""Two accounts of one fan's: linked when both have confirmed, read together, and given back each its own."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from app.services import Dsn
from bots import service as bots
from community import service as community
from community.errors import BadLink
from community.types import NoEntitlements, Role
from conversation import broadcasts, facts_repository, history_repository, rights, rights_repository
from conversation import service as conversation
from conversation.broadcasts import Broadcasts
from conversation.segments import Segment
from conversation.turn import Turns
from kernel import clock
from kernel.chat import Addressed, Inbound
from kernel.db import Database
from kernel.i18n import t
from kernel.lang import SUPPORTED
from persona_engine.service import Fact, Kind
from tests.conversation.conftest import KeptJobs
from tests.conversation.staff import employ, give, table
from tests.conversation.stand_ins import Echo
from tests.factories.people import Home, make_home

EVERYBODY = Segment()


@dataclass
class Somebody:
    """An account on a platform, by which somebody writes in private."""

    db: Database
    home: Home
    platform: str
    connection: int
    user: str
    said: int = 0

    def inbound(self, text: str, *, room: str = "") -> Inbound:
        self.said += 1
        return Inbound(
            connection_id=self.connection, platform=self.platform, update_id=f"{self.user}:{self.said}",
            chat_id=room or self.user, user_id=self.user, user_name=self.user.title(), text=text, room=room,
        )  # fmt: skip

    async def says(self, text: str) -> list[Any]:
        """Say something; what is queued because of it, also to the other account."""
        return await give(self.db, self.home, self.inbound(text))

    async def told(self, text: str) -> str:
        return "\n".join(row.payload["text"] for row in await self.says(text))

    async def fan(self) -> int:
        async with self.db.uow(self.home.creator_id) as uow:
            found = await community.find_fan(uow, self.platform, self.user)
        assert found
        return found.id

    async def thread(self) -> int:
        async with self.db.uow(self.home.creator_id) as uow:
            found = await conversation.find_thread(
                uow, connection_id=self.connection, platform=self.platform, user_id=self.user,
                chat_id=self.user,
            )  # fmt: skip
        assert found
        return found

    async def tells(self, fact: str) -> None:
        thread = await self.thread()
        async with self.db.uow(self.home.creator_id) as uow:
            await facts_repository.remember(uow, thread, (Fact(Kind.NAME, fact),), ())


async def at(db: Database, home: Home, platform: str, user: str) -> Somebody:
    async with db.uow(home.creator_id) as uow:
        connection = await bots.ensure_connection(uow, home.avatar.id, platform)
    made = Somebody(db, home, platform, connection, user)
    await made.says("Hello")
    return made


@pytest.fixture
async def ada(db: Database, home: Home) -> Somebody:
    return await at(db, home, "telegram", "ada")


@pytest.fixture
async def ada_too(db: Database, home: Home) -> Somebody:
    return await at(db, home, "discord", "countess")


async def code_of(account: Somebody) -> str:
    """The command that is to be written elsewhere."""
    said = await account.told("/link")
    return said[said.index("/link ") :][: len("/link ABCD-EFGH")]


def buttons(rows: list[Any]) -> list[str]:
    """What the buttons of the last of these say."""
    return [each["text"] for each in rows[-1].payload["buttons"]]


async def link(one: Somebody, other: Somebody) -> None:
    asked = await other.says(await code_of(one))
    there = await other.says(buttons(asked)[0])
    await one.says(buttons([row for row in there if row.payload["buttons"]])[0])


async def linked(one: Somebody) -> int:
    fan = await one.fan()
    async with one.db.uow(one.home.creator_id) as uow:
        return len(await community.linking.linked(uow, fan))


async def test_both_chats_are_asked_and_each_names_the_other(ada: Somebody, ada_too: Somebody) -> None:
    asked = await ada_too.says(await code_of(ada))
    assert "Ada (Telegram)" in asked[-1].payload["text"].replace("\u2068", "").replace("\u2069", "")
    assert await linked(ada) == 1
    there = await ada_too.says(buttons(asked)[0])
    question = next(row for row in there if row.payload["buttons"])
    assert "Countess (Discord)" in question.payload["text"].replace("\u2068", "").replace("\u2069", "")
    assert await linked(ada) == 1, "nothing before both have said so"
    done = await ada.says(buttons([question])[0])
    assert await linked(ada) == await linked(ada_too) == 2
    assert len(done) == 2, "both are told"


async def test_neither_hears_anything_of_the_other_before_or_after(ada: Somebody, ada_too: Somebody) -> None:
    await ada.tells("Augusta")
    code = await code_of(ada)
    assert "Augusta" not in await ada_too.told("/me")
    asked = await ada_too.says(code)
    assert "Augusta" not in await ada_too.told("/me")
    there = await ada_too.says(buttons(asked)[0])
    assert "Augusta" not in await ada_too.told("/me")
    await ada.says(buttons([row for row in there if row.payload["buttons"]])[0])
    assert "Augusta" in await ada_too.told("/me")
    assert "Countess" in await ada.told("/me")
    assert "Ada" in await ada_too.told("/unlink")
    assert "Augusta" not in await ada_too.told("/me")
    assert "Augusta" in await ada.told("/me"), "each keeps its own"
    assert "Countess" not in await ada.told("/me")


async def test_an_export_has_both_only_while_they_are_linked(ada: Somebody, ada_too: Somebody) -> None:
    async def texts(of: Somebody) -> str:
        fan = await of.fan()
        await of.says("And this")
        async with of.db.uow(of.home.creator_id) as uow:
            (last,) = await uow.fetch("SELECT max(id) AS id FROM message")
            secret = await rights.ask_export(uow, fan_id=fan, message_id=last.id, platform=of.platform)
        async with of.db.uow(of.home.creator_id) as uow:
            return str((await rights.take_export(uow, secret)).to_json())

    await ada.says("My secret is a candle")
    assert "candle" not in await texts(ada_too)
    await link(ada, ada_too)
    assert "candle" in await texts(ada_too)
    await ada.says("/unlink")
    assert "candle" not in await texts(ada_too)
    assert "candle" in await texts(ada)


async def test_a_model_reads_what_was_said_in_both_and_in_no_group(ada: Somebody, ada_too: Somebody) -> None:
    async def before(of: Somebody) -> list[str]:
        thread = await of.thread()
        async with of.db.uow(of.home.creator_id) as uow:
            rows = await history_repository.turns_before(uow, thread, 1 << 40, 20)
        return [row.text for row in rows]

    await ada.says("About wax")
    await ada_too.says("About wicks")
    assert "About wax" not in await before(ada_too)
    await link(ada, ada_too)
    found = await before(ada_too)
    assert found.index("About wax") < found.index("About wicks")
    await ada_too.says("/unlink")
    assert "About wax" not in await before(ada_too)
    assert "About wicks" not in await before(ada)


async def test_a_code_is_good_once_and_for_minutes(db: Database, ada: Somebody, ada_too: Somebody) -> None:
    third = await at(db, ada.home, "webchat", "mallory")
    code = await code_of(ada)
    await ada_too.says(code)
    assert await third.told(code) == t("en", "link.wrong")
    assert buttons(await ada_too.says(code)), "whose it is may look again"
    old = await code_of(ada)
    await code_of(ada)
    assert await third.told(old) == t("en", "link.wrong"), "a newer one takes its place"
    assert await third.told("/link AAAA-AAAA") == t("en", "link.wrong")
    late = await code_of(ada)
    with clock.shifted(timedelta(minutes=11)):
        assert await third.told(late) == t("en", "link.wrong")


async def test_a_code_may_be_written_carelessly(ada: Somebody, ada_too: Somebody) -> None:
    code = (await code_of(ada)).removeprefix("/link ")
    assert buttons(await ada_too.says(f"/link {code.lower().replace('-', ' ')}"))


async def test_of_two_who_enter_it_at_once_one_has_it(dsn: Dsn, ada: Somebody, ada_too: Somebody) -> None:
    third = await at(ada.db, ada.home, "webchat", "mallory")
    code = (await code_of(ada)).removeprefix("/link ")
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=4)

    async def enters(db: Database, who: Somebody) -> bool:
        fan, thread = await who.fan(), await who.thread()
        async with db.uow(who.home.creator_id) as uow:
            try:
                await community.linking.claim(uow, fan, thread, code)
            except BadLink:
                return False
        return True

    results = await asyncio.gather(enters(ada.db, ada_too), enters(other, third))
    await other.close()
    assert sorted(results) == [False, True]


async def test_two_confirmations_at_once_and_again_link_them_once(
    dsn: Dsn, ada: Somebody, ada_too: Somebody
) -> None:
    asked = await ada_too.says(await code_of(ada))
    yes = buttons(asked)[0]
    number = int(yes.split()[-1])
    other = Database(dsn.app, jobs=KeptJobs(), pool_size=4)

    async def agrees(db: Database, fan: int) -> Any:
        async with db.uow(ada.home.creator_id) as uow:
            return await community.linking.agree(uow, fan, number)

    mine, theirs = await ada.fan(), await ada_too.fan()
    with pytest.raises(BadLink):
        await agrees(ada.db, mine)
    await asyncio.gather(agrees(ada.db, theirs), agrees(other, theirs))
    await asyncio.gather(agrees(ada.db, mine), agrees(other, mine), agrees(other, theirs))
    await other.close()
    assert await linked(ada) == 2
    async with ada.db.uow(ada.home.creator_id) as uow:
        assert len(await uow.fetch("SELECT id FROM person")) == 1


async def test_nobody_else_confirms_and_a_no_ends_it(ada: Somebody, ada_too: Somebody) -> None:
    third = await at(ada.db, ada.home, "webchat", "mallory")
    asked = await ada_too.says(await code_of(ada))
    yes, no = buttons(asked)
    assert await third.told(yes) == t("en", "link.over")
    await third.says(no)
    await ada_too.says(yes)
    assert await ada.told(no) == t("en", "link.refused")
    assert await ada_too.told(yes) == t("en", "link.over")
    assert await linked(ada) == 1


async def test_who_is_erased_meanwhile_is_linked_with_nobody(ada: Somebody, ada_too: Somebody) -> None:
    asked = await ada_too.says(await code_of(ada))
    fan = await ada.fan()
    async with ada.db.uow(ada.home.creator_id) as uow:
        assert await rights.erase(uow, fan, by="fan")
    assert await ada_too.told(buttons(asked)[0]) == t("en", "link.over")
    assert await linked(ada_too) == 1


async def test_an_erasure_covers_both_and_says_so_and_after_parting_one(
    ada: Somebody, ada_too: Somebody
) -> None:
    assert "Countess" not in await ada.told("/forgetme")
    await link(ada, ada_too)
    assert "Countess" in await ada.told("/forgetme")
    third = await at(ada.db, ada.home, "webchat", "mallory")
    await link(ada, third)
    assert await linked(third) == 3
    await third.says("/unlink")
    fan = await ada.fan()
    async with ada.db.uow(ada.home.creator_id) as uow:
        assert await rights.erase(uow, fan, by="fan")
        left = await uow.fetch("SELECT name FROM fan")
        assert [row.name for row in left] == ["Mallory"]
        assert await uow.fetch("SELECT 1 FROM fan_link") == []


async def test_one_account_of_each_platform(ada: Somebody, ada_too: Somebody) -> None:
    twin = await at(ada.db, ada.home, "telegram", "twin")
    assert await twin.told(await code_of(ada)) == t("en", "link.same_platform")
    code = await code_of(ada)
    assert await ada.told(code) == t("en", "link.self")
    await link(ada, ada_too)
    assert await twin.told(await code_of(ada_too)) == t("en", "link.same_platform")
    assert await ada_too.told(await code_of(ada)) == t("en", "link.already")


async def test_codes_are_not_guessed_by_trying(ada: Somebody) -> None:
    for _ in range(12):
        with clock.shifted(timedelta(seconds=ada.said * 5)):
            assert await ada.told("/link ABCD-2345") == t("en", "link.wrong")
    with clock.shifted(timedelta(seconds=ada.said * 5)):
        assert await ada.told("/link ABCD-2345") == t("en", "link.often")
    with clock.shifted(timedelta(hours=2)):
        assert await ada.told("/link ABCD-2345") == t("en", "link.wrong")


async def test_a_group_hears_no_code(ada: Somebody) -> None:
    said = replace(ada.inbound("/link", room="group"), addressed=Addressed.COMMAND)
    rows = await give(ada.db, ada.home, said)
    assert all("minutes" not in row.payload["text"] for row in rows)
    async with ada.db.uow(ada.home.creator_id) as uow:
        assert await uow.fetch("SELECT 1 FROM fan_link") == []


async def test_a_code_of_one_creator_is_none_of_anothers(db: Database, ada: Somebody) -> None:
    other = await at(db, await make_home(db), "discord", "countess")
    assert await other.told(await code_of(ada)) == t("en", "link.wrong")


async def test_who_works_for_the_creator_on_one_platform_does_not_on_the_other(
    db: Database, home: Home, ada: Somebody
) -> None:
    await employ(db, home, Role.CREATOR, user="robin")
    robin = Somebody(db, home, "webchat", home.connection_id, "robin")
    robin.said = 100
    await link(robin, ada)
    assert await linked(ada) == 2
    fan = await ada.fan()
    async with db.uow(home.creator_id) as uow:
        assert await community.staff_of(uow, fan) is None


async def test_a_person_gets_news_once_and_ends_them_everywhere(
    db: Database, home: Home, ada: Somebody, ada_too: Somebody
) -> None:
    await link(ada, ada_too)
    for account in (ada, ada_too):
        await account.says("/me news on")

    async def goes_to() -> list[str]:
        async with db.uow(home.creator_id) as uow:
            made = await broadcasts.draft(
                uow, home.avatar.id, texts={"en": "New"}, segment=Segment(), by="Robin"
            )
            await broadcasts.start(uow, home.avatar.id, made)
        for _ in range(2):
            await Broadcasts(db, NoEntitlements()).tick()
        async with db.uow(home.creator_id) as uow:
            rows = await uow.fetch(
                "SELECT thread.chat_id FROM outbound JOIN thread ON thread.id = thread_id "
                "WHERE broadcast_id = %(id)s AND outbound.state <> 'dropped'",
                {"id": made},
            )
        return [row.chat_id for row in rows]

    assert await goes_to() == ["countess"], "where they wrote last"
    await ada.says("/stop")
    assert await goes_to() == []


async def begun(db: Database, home: Home, segment: Segment = EVERYBODY) -> int:
    """A broadcast that is to go out now."""
    async with db.uow(home.creator_id) as uow:
        made = await broadcasts.draft(uow, home.avatar.id, texts={"en": "New"}, segment=segment, by="Robin")
        await broadcasts.start(uow, home.avatar.id, made)
    return made


async def chats(db: Database, home: Home, broadcast: int) -> list[str]:
    """Where a broadcast's messages went, or are to go, and in the end how many it counts."""
    for _ in range(4):
        await Broadcasts(db, NoEntitlements()).tick()
    async with db.uow(home.creator_id) as uow:
        rows = await uow.fetch(
            "SELECT thread.chat_id FROM outbound JOIN thread ON thread.id = thread_id "
            "WHERE broadcast_id = %(id)s AND outbound.state <> 'dropped' ORDER BY outbound.id",
            {"id": broadcast},
        )
        assert (await broadcasts.get(uow, home.avatar.id, broadcast)).progress.aimed == len(rows)
    return [row.chat_id for row in rows]


@pytest.mark.parametrize("written_last", ["telegram", "discord"])
@pytest.mark.parametrize("meanwhile", ["linked", "parted"])
async def test_news_come_once_to_accounts_that_are_linked_or_parted_in_their_midst(
    db: Database,
    home: Home,
    ada: Somebody,
    ada_too: Somebody,
    meanwhile: str,
    written_last: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One account was looked at, the other comes with the next step; and both are in one step's hands."""
    for account in (ada, ada_too):
        await account.says("/me news on")
    if meanwhile == "parted":
        await link(ada, ada_too)
    last = ada if written_last == "telegram" else ada_too
    await last.says("I write here last")
    monkeypatch.setattr(broadcasts, "BATCH", 1)
    made = await begun(db, home)
    steps = Broadcasts(db, NoEntitlements())
    await steps.tick()
    assert await steps._step(home.creator_id, made)
    if meanwhile == "linked":
        await link(ada, ada_too)
        assert await chats(db, home, made) == ["ada"]
    else:
        await ada.says("/unlink")
        found = await chats(db, home, made)
        assert found[0] == last.user
        assert len(found) == len(set(found)), "none of them has it twice"


async def test_accounts_that_are_linked_while_a_step_has_both_in_hand_get_one(
    db: Database, home: Home, ada: Somebody, ada_too: Somebody
) -> None:
    for account in (ada, ada_too):
        await account.says("/me news on")
    made = await begun(db, home)

    class Slow:
        """Looks up tiers; meanwhile the two are linked."""

        async def tiers_of(self, creator_id: int, fan_id: int | None) -> frozenset[str]:
            if await linked(ada) == 1:
                await link(ada, ada_too)
            return frozenset({"gold"})

    async with db.uow(home.creator_id) as uow:
        await uow.send(
            'UPDATE broadcast SET segment = segment || \'{"tier": "gold"}\' WHERE id = %(id)s', {"id": made}
        )
    for _ in range(2):
        await Broadcasts(db, Slow()).tick()
    assert len(await chats(db, home, made)) == 1


async def test_a_segment_has_a_person_for_any_of_their_accounts(
    db: Database, home: Home, ada: Somebody, ada_too: Somebody
) -> None:
    """Whichever account is older: what one of them is or has done, its person is and has done."""
    for account in (ada, ada_too):
        await account.says("/me news on")
    await link(ada, ada_too)
    first, second = await ada.fan(), await ada_too.fan()
    with clock.shifted(timedelta(days=10)):
        await ada_too.says("Hello again")
        async with db.uow(home.creator_id) as uow:
            await community.remember_language(uow, first, last="ja")
            await community.remember_language(uow, second, last="es")
        for segment, meant in (
            (Segment(languages=("es",)), ["countess"]),
            (Segment(languages=("fr",)), []),
            (Segment(active_days=3), ["countess"]),
            (Segment(silent_days=3), []),
            (Segment(platforms=("telegram",)), ["ada"]),
        ):
            assert await broadcasts.reach(db, NoEntitlements(), home.avatar, segment) == len(meant)
            assert await chats(db, home, await begun(db, home, segment)) == meant, segment


async def test_news_dont_reach_an_account_that_has_had_enough_by_way_of_another(
    db: Database, home: Home, ada: Somebody, ada_too: Somebody
) -> None:
    for account in (ada, ada_too):
        await account.says("/me news on")
    await ada_too.says("/stop")
    await link(ada, ada_too)
    await ada_too.says("I write here last")
    async with db.uow(home.creator_id) as uow:
        made = await broadcasts.draft(uow, home.avatar.id, texts={"en": "New"}, segment=Segment(), by="Robin")
        await broadcasts.start(uow, home.avatar.id, made)
    for _ in range(2):
        await Broadcasts(db, NoEntitlements()).tick()
    async with db.uow(home.creator_id) as uow:
        rows = await uow.fetch(
            "SELECT thread.chat_id, outbound.state FROM outbound JOIN thread ON thread.id = thread_id "
            "WHERE broadcast_id = %(id)s",
            {"id": made},
        )
    assert [(row.chat_id, row.state) for row in rows] == [("ada", "queued")]


async def test_what_one_account_forgets_the_other_told_is_forgotten_too_while_they_are_linked(
    db: Database, home: Home, ada: Somebody, ada_too: Somebody
) -> None:
    async def forget(account: Somebody) -> None:
        thread = await account.thread()
        async with db.uow(home.creator_id) as uow:
            await facts_repository.remember(uow, thread, (), (Kind.NAME,))

    async def kept() -> set[str]:
        async with db.uow(home.creator_id) as uow:
            return {row.text for row in await uow.fetch("SELECT text FROM fact")}

    await ada.tells("Augusta")
    await ada_too.tells("Countess")
    await forget(ada_too)
    assert await kept() == {"Augusta"}, "whoever isn't linked forgets their own"
    await ada_too.tells("Countess")
    await link(ada, ada_too)
    await forget(ada_too)
    assert await kept() == set()


async def test_after_parting_the_old_button_links_nothing_and_says_so(
    ada: Somebody, ada_too: Somebody
) -> None:
    asked = await ada_too.says(await code_of(ada))
    there = await ada_too.says(buttons(asked)[0])
    (yes, *_) = buttons([row for row in there if row.payload["buttons"]])
    await ada.says(yes)
    await ada_too.says("/unlink")
    assert await ada.told(yes) == t("en", "link.over")
    assert await linked(ada) == 1


async def test_a_parting_that_is_answered_twice_is_answered_alike(
    db: Database, ada: Somebody, ada_too: Somebody
) -> None:
    await link(ada, ada_too)
    told = await ada.told("/unlink")
    async with db.uow(ada.home.creator_id) as uow:  # a death before the answer was written
        row = await uow.fetch_one("SELECT id, thread_id FROM message WHERE text = '/unlink'")
        await uow.send("UPDATE message SET state = 'new' WHERE id = %(id)s", {"id": row.id})
        await uow.send("DELETE FROM outbound WHERE message_id = %(id)s", {"id": row.id})
    await Turns(db, Echo(), table(db)).run(ada.home.creator_id, row.thread_id)
    async with db.uow(ada.home.creator_id) as uow:
        again = await uow.fetch_one(
            "SELECT payload->>'text' AS text FROM outbound WHERE message_id = %(id)s", {"id": row.id}
        )
    assert again.text in told
    assert again.text != t("en", "unlink.none")
    assert (await ada.told("/unlink")) == t("en", "unlink.none")


async def test_what_is_kept_of_linking_is_theirs(ada: Somebody, ada_too: Somebody) -> None:
    await ada_too.says(await code_of(ada))
    fan = await ada.fan()
    async with ada.db.uow(ada.home.creator_id) as uow:
        assert "fan_link" in await rights_repository.kept_about(uow, fan)


@pytest.mark.parametrize("lang", SUPPORTED)
def test_the_question_names_the_account_in_every_language(lang: str) -> None:
    assert "Ada" in t(lang, "link.ask", account="Ada")
    assert "/link X" in t(lang, "link.code", code="/link X", minutes=10)
    assert "/unlink" in t(lang, "link.forget", accounts="Ada")
