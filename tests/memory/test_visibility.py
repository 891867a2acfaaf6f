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
        ("Patrons", None, "Lamplighters", None),
        ("Patrons", "Lamplighters", None, "Lamplighters"),
        (None, None, "Lamplighters", "Lamplighters"),
    ],
)
async def test_who_may_see_it_is_what_was_chosen_last_also_while_it_is_read(
    house: House, at_first: str | None, chosen: str | None, in_file: str | None, outcome: str | None
) -> None:
    added = await house.add("a.md", POST, tier=at_first, licence=at_first)
    claim = await house.claim(added.source.id)
    async with house.db.uow(house.creator) as uow:
        await service.set_tier(uow, [added.source.id], chosen)
        await service.set_licence(uow, [added.source.id], chosen)
    read = replace(reading(["Soot glows."]), tier=in_file, licence=in_file)
    async with house.db.uow(house.creator) as uow:
        assert await importer.finish(uow, claim, read)
    source = await house.get(added.source.id)
    assert (source.tier, source.licence) == (outcome, outcome)


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
