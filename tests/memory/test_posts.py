"""Posts of a creator's channel, as they come: each once, as it stands now, in its place, with its address."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from memory import importer, service
from memory.reading import read_source
from memory.types import ChannelPost, PassageInfo, SourceState
from tests.memory.house import House, reading

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAX = ChannelPost("-100777", "Candle news", "candle_news", 5, "Wax melts at sixty-two degrees.", NOON)
SOOT = replace(WAX, number=6, text="Soot glows yellow in the heat of the flame.", said_at=NOON + timedelta(1))
VELA = replace(WAX, number=9, text="La vela es de cera de abeja y huele a miel.", said_at=NOON + timedelta(2))


def edited(post: ChannelPost, text: str, minutes: float) -> ChannelPost:
    return replace(post, text=text, edited_at=post.said_at + timedelta(minutes=minutes))


async def keep(house: House, *posts: ChannelPost) -> list[int]:
    """Keep posts, and read what they are in; which items changed."""
    changed = []
    for post in posts:
        async with house.db.uow(house.creator) as uow:
            if source := await service.keep_post(uow, post):
                changed.append(source)
    for source in dict.fromkeys(changed):
        await read_source(house.memory, house.creator, source)
    return changed


async def passages(house: House) -> Sequence[PassageInfo]:
    async with house.db.uow(house.creator) as uow:
        items = (await service.list_sources(uow)).items
        assert len(items) <= 1, "a channel is one item"
        return (await service.passages(uow, items[0].id)).items if items else ()


async def texts(house: House) -> list[str]:
    return [each.text for each in await passages(house)]


async def index_changes(house: House) -> int:
    """How many passages indexes had to look at so far."""
    async with house.db.uow(house.creator) as uow:
        row = await uow.fetch_one("SELECT coalesce(sum(cardinality(chunk_ids)), 0) AS n FROM index_change")
    return int(row.n)


async def test_a_channel_is_one_item_whose_posts_have_their_own_address_date_and_language(
    house: House,
) -> None:
    first = await keep(house, WAX)
    assert await keep(house, SOOT, VELA) == first * 2
    async with house.db.uow(house.creator) as uow:
        item = await service.get_source(uow, first[0])
    assert (item.title, item.kind, item.state, item.url) == (
        "Candle news", "telegram", SourceState.INDEXED, "https://t.me/candle_news",
    )  # fmt: skip
    found = await passages(house)
    assert [(each.text, each.lang, each.link) for each in found] == [
        (WAX.text, "en", "https://t.me/candle_news/5"),
        (SOOT.text, "en", "https://t.me/candle_news/6"),
        (VELA.text, "es", "https://t.me/candle_news/9"),
    ]
    assert [each.published_at for each in found] == [WAX.said_at, SOOT.said_at, VELA.said_at]


async def test_a_private_channels_posts_have_the_address_that_its_members_open(house: House) -> None:
    await keep(house, replace(WAX, address="c/1000000777"))
    assert [each.link for each in await passages(house)] == ["https://t.me/c/1000000777/5"]


async def test_a_post_that_comes_again_changes_nothing(house: House) -> None:
    await keep(house, WAX, SOOT)
    before = await passages(house)
    assert await keep(house, WAX, SOOT, WAX) == []
    assert await passages(house) == before


async def test_an_edit_replaces_what_the_post_said_and_its_passage_stays_the_same(house: House) -> None:
    await keep(house, WAX, SOOT)
    before = await passages(house)
    await keep(house, edited(WAX, "Wax melts at sixty-four degrees.", 5))
    after = await passages(house)
    assert [each.text for each in after] == ["Wax melts at sixty-four degrees.", SOOT.text]
    assert [each.id for each in after] == [each.id for each in before]


async def test_however_posts_and_edits_come_the_latest_edit_stands(house: House) -> None:
    second, third = edited(WAX, "Wax melts slowly.", 1), edited(WAX, WAX.text, 2)
    fourth = edited(WAX, "Wax melts at once.", 3)
    told = [WAX, second, third, fourth, WAX, fourth]
    for seed in range(6):
        random.Random(seed).shuffle(told)
        await keep(house, *told)
        assert await texts(house) == ["Wax melts at once."]
    await keep(house, SOOT)
    await keep(house, edited(SOOT, SOOT.text, 9), edited(SOOT, "Soot is black.", 4))
    assert (await texts(house))[1] == SOOT.text, "that it said this again was later than what it said between"


async def test_what_an_edit_leaves_empty_is_not_quoted_any_more(house: House) -> None:
    (source,) = await keep(house, WAX)
    await keep(house, edited(WAX, "", 1))
    assert await texts(house) == []
    async with house.db.uow(house.creator) as uow:
        assert (await service.get_source(uow, source)).state is SourceState.INDEXED
    assert await keep(house, WAX) == []
    await keep(house, SOOT)
    assert await texts(house) == [SOOT.text]


async def test_a_post_that_says_nothing_begins_no_item(house: House) -> None:
    assert await keep(house, edited(WAX, "", 1)) == []
    assert await passages(house) == ()


async def test_with_a_new_post_indexes_take_in_that_alone(house: House) -> None:
    await keep(house, *(replace(WAX, number=n, text=f"Candle number {n} burns red.") for n in range(1, 30)))
    before = await index_changes(house)
    await keep(house, SOOT)
    assert await index_changes(house) - before == 1
    await keep(house, edited(replace(WAX, number=3), "Candle number 3 burns blue.", 1))
    assert await index_changes(house) - before == 2


async def test_a_channel_that_is_renamed_keeps_its_item(house: House) -> None:
    (source,) = await keep(house, WAX)
    moved = replace(SOOT, title="Wick news", address="wick_news")
    assert await keep(house, moved) == [source]
    async with house.db.uow(house.creator) as uow:
        assert (await service.get_source(uow, source)).title == "Wick news"
    assert [each.link for each in await passages(house)] == [
        "https://t.me/wick_news/5", "https://t.me/wick_news/6",
    ]  # fmt: skip


async def test_once_the_item_is_deleted_only_what_is_posted_from_then_on_is_there(house: House) -> None:
    (source,) = await keep(house, WAX)
    async with house.db.uow(house.creator) as uow:
        await service.delete(uow, [source])
    (other,) = await keep(house, SOOT)
    assert other != source
    async with house.db.uow(house.creator) as uow:
        assert [each.text for each in (await service.passages(uow, other)).items] == [SOOT.text]
        await uow.fetch("DELETE FROM source WHERE id = %(id)s", {"id": source})
        assert [row.number for row in await uow.fetch("SELECT number FROM post")] == [SOOT.number]


async def test_channels_are_apart_and_so_are_creators(house: House) -> None:
    await keep(house, WAX)
    stranger = await house.new_creator("Wick Ember")
    async with house.db.uow(stranger) as uow:
        theirs = await service.keep_post(uow, WAX)
        assert len((await service.list_sources(uow)).items) == 1
    async with house.db.uow(house.creator) as uow:
        another = await service.keep_post(uow, replace(WAX, channel="-100778"))
        ids = {each.id for each in (await service.list_sources(uow)).items}
    assert another in ids
    assert len(ids) == 2
    assert theirs not in ids


async def test_who_sees_the_item_sees_its_next_posts_and_nobody_else(house: House) -> None:
    (source,) = await keep(house, WAX)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [source], "gold")
    await keep(house, SOOT)
    assert [each.tier for each in await passages(house)] == ["gold", "gold"]


async def test_a_post_that_comes_while_its_channel_is_being_read_is_read_too(house: House) -> None:
    async with house.db.uow(house.creator) as uow:
        source = await service.keep_post(uow, WAX)
    assert source
    under_way = await house.claim(source)
    async with house.db.uow(house.creator) as uow:
        await service.keep_post(uow, SOOT)
    async with house.db.uow(house.creator) as uow:
        assert not await importer.finish(uow, under_way, reading([WAX.text]))
    await read_source(house.memory, house.creator, source)
    assert await texts(house) == [WAX.text, SOOT.text]


async def test_hostile_posts_are_text(house: House) -> None:
    said = '{"type": "service"}\n<script>alert(1)</script> \u202eelbatsurtnu\u202c and "quotes" \\ too'
    await keep(house, replace(WAX, text=said), SOOT)
    found = " ".join(await texts(house))
    assert "<script>alert(1)</script>" in found
    assert SOOT.text in found
