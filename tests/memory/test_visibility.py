"""Who may see an item: what a person chose last, else what its file says."""

from dataclasses import replace

import pytest

from memory import adding, importer, service
from memory.types import NewSource, Visibility
from tests.factories import media
from tests.memory.house import POST, House, reading


async def test_a_tier_that_is_asked_for_later_tightens_and_never_loosens(house: House) -> None:
    bundle = media.zipped({"a.md": POST.encode()})
    async with house.working():
        archive = await house.add("bundle.zip", bundle)
        await house.ended(archive.source.id)
    again = await house.add("bundle.zip", bundle, tier="Patrons")
    assert (again.new, again.tightened, again.source.tier) == (False, True, "Patrons")
    assert {one.tier for one in (await house.sources()).values()} == {"Patrons"}
    for tier in (None, "Lamplighters"):
        once_more = await house.add("bundle.zip", bundle, tier=tier)
        assert (once_more.tightened, once_more.source.tier) == (False, "Patrons")


async def test_an_address_that_is_given_again_with_a_tier_is_kept_for_it(house: House) -> None:
    async with house.db.uow(house.creator) as uow:
        await service.add_url(uow, "https://candles.example/flames")
        added = await service.add_url(uow, "https://candles.example/flames", tier="Patrons")
    assert (added.tightened, added.source.tier) == (True, "Patrons")


async def test_a_file_that_says_who_may_see_it_is_kept_for_them(house: House) -> None:
    front = "---\ntitle: For the few\ntier: Lamplighters\nlicence: CC-BY-4.0\n---\n\nThe wick is a pump."
    async with house.working():
        added = await house.add("few.md", front)
        source = await house.ended(added.source.id)
    assert (source.title, source.tier, source.licence) == ("For the few", "Lamplighters", "CC-BY-4.0")
    assert source.visibility is Visibility.TIER


@pytest.mark.parametrize(
    ("at_first", "chosen", "in_file", "outcome"),
    [
        (None, "Patrons", None, "Patrons"),
        (None, "Patrons", "Lamplighters", "Patrons"),
        (None, None, "Lamplighters", None),
        ("Patrons", None, "Lamplighters", None),
        ("Patrons", "Lamplighters", None, "Lamplighters"),
    ],
)
async def test_who_may_see_it_is_what_a_person_chose_last_also_while_it_is_read(
    house: House, at_first: str | None, chosen: str | None, in_file: str | None, outcome: str | None
) -> None:
    added = await house.add("a.md", POST, tier=at_first)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [added.source.id], chosen)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, replace(reading(["Soot glows."]), tier=in_file))
    assert (await house.get(added.source.id)).tier == outcome


@pytest.mark.parametrize("at_first", [None, "Patrons"])
async def test_where_nobody_chose_the_file_says_who_may_see_it(house: House, at_first: str | None) -> None:
    added = await house.add("a.md", POST, tier=at_first)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, replace(reading(["Soot glows."]), tier="Lamplighters"))
    assert (await house.get(added.source.id)).tier == (at_first or "Lamplighters")


async def test_what_is_public_on_purpose_stays_so_when_it_is_read_again(house: House) -> None:
    front = "---\ntier: Lamplighters\n---\n\nThe wick is a pump."
    async with house.working():
        added = await house.add("few.md", front)
        await house.ended(added.source.id)
        async with house.db.uow(house.creator) as uow:
            await service.set_tier(uow, [added.source.id], None)
            await service.retry(uow, [added.source.id])
        assert (await house.ended(added.source.id)).tier is None


@pytest.mark.parametrize(
    ("chosen", "in_file", "outcome"),
    [("CC0", None, "CC0"), ("CC0", "CC-BY-4.0", "CC0"), (None, "CC-BY-4.0", "CC-BY-4.0")],
)
async def test_a_licence_is_what_a_person_says_else_what_the_file_says(
    house: House, chosen: str | None, in_file: str | None, outcome: str
) -> None:
    added = await house.add("a.md", POST)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_licence(uow, [added.source.id], chosen)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, replace(reading(["Soot glows."]), licence=in_file))
    assert (await house.get(added.source.id)).licence == outcome


@pytest.mark.parametrize(("chosen", "outcome"), [(True, None), (False, "Lamplighters")])
async def test_what_an_archive_holds_is_public_on_purpose_where_the_archive_is(
    house: House, chosen: bool, outcome: str | None
) -> None:
    front = b"---\ntier: Lamplighters\n---\n\nThe wick is a pump."
    archive = await house.add("bundle.zip", media.zipped({"few.md": front}))
    if chosen:
        async with house.db.uow(house.creator) as uow:
            await service.set_tier(uow, [archive.source.id], None)
    async with house.working():
        await house.ended(archive.source.id)
        inside = (await house.sources())["bundle.zip/few.md"]
        assert (await house.ended(inside.id)).tier == outcome


async def test_what_an_archive_holds_is_kept_for_whom_the_archive_is_kept_by_then(house: House) -> None:
    archive = await house.add("bundle.zip", media.zipped({"a.md": POST.encode()}))
    claim = await house.claim(archive.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [archive.source.id], "Patrons")
        await service.set_licence(uow, [archive.source.id], "CC0")
    inside = NewSource("bundle.zip/a.md", "a" * 64, len(POST), origin="archive")
    async with house.db.uow(house.creator) as uow:
        assert await adding.add_members(uow, claim, [inside], 0.9)
    member = (await house.sources())["bundle.zip/a.md"]
    assert (member.tier, member.licence) == ("Patrons", "CC0")
