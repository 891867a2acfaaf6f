"""Notes and tags of fans: the team's to write, the fan's to have, gone with the fan."""

import pytest

from community import service as community
from community.errors import BadNote
from conversation import rights, rights_repository
from kernel.db import Database
from tests.factories.people import make_home


@pytest.mark.parametrize("text", ["", " \n ", "x" * (community.notes.MOST_TEXT + 1)])
async def test_a_note_has_words_and_not_too_many(database: Database, text: str) -> None:
    home = await make_home(database)
    async with database.uow(home.creator_id) as uow:
        fan = await community.ensure_fan(uow, "webchat", "ada", "Ada")
        with pytest.raises(BadNote):
            await community.notes.note(uow, fan.id, text, by="Robin")


async def test_notes_and_tags_are_kept_told_and_erased(database: Database) -> None:
    home = await make_home(database)
    async with database.uow(home.creator_id) as uow:
        fan = await community.ensure_fan(uow, "webchat", "ada", "Ada")
        await community.notes.note(uow, fan.id, "Makes candles herself.", by="Robin")
        await community.notes.note(uow, fan.id, "Came twice.", by="Kim")
        for word in ("VIP", " vip ", "chandler"):
            await community.notes.tag(uow, fan.id, word)
        found = await community.notes.notes(uow, fan.id)
        assert [(each.by, each.text) for each in found] == [
            ("Kim", "Came twice."), ("Robin", "Makes candles herself.")
        ]  # fmt: skip
        assert await community.notes.tags(uow, fan.id) == ("chandler", "vip")
        await community.notes.forget(uow, fan.id, found[0].id)
        await community.notes.untag(uow, fan.id, "chandler")
        kept = await rights_repository.kept_about(uow, fan.id)
        assert [row["text"] for row in kept["fan_note"]] == ["Makes candles herself."]
        assert [row["tag"] for row in kept["fan_tag"]] == ["vip"]
        await rights.erase(uow, fan.id, by="fan")
        assert await community.notes.notes(uow, fan.id) == ()
        assert await community.notes.tags(uow, fan.id) == ()


async def test_nothing_is_noted_about_anothers_fan(database: Database) -> None:
    one, other = await make_home(database), await make_home(database)
    async with database.uow(other.creator_id) as uow:
        fan = await community.ensure_fan(uow, "webchat", "ada", "Ada")
    async with database.uow(one.creator_id) as uow:
        await community.notes.note(uow, fan.id, "Mine", by="Robin")
        await community.notes.tag(uow, fan.id, "mine")
    async with database.uow(other.creator_id) as uow:
        assert await community.notes.notes(uow, fan.id) == ()
        assert await community.notes.tags(uow, fan.id) == ()
