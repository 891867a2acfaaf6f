"""The fans' pages: a message goes in once, answers come back inert, nobody reads another's conversation."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.container import Container
from community import service as community
from conversation import service as conversation
from tests.bots.conftest import MARKUP, Fan
from tests.factories.people import Home, make_home


async def test_the_page_says_at_once_that_this_is_an_ai(fan: Fan) -> None:
    page = await fan.page(**{"accept-language": "es"})
    assert 'lang="es"' in page
    assert fan.home.avatar.creator_name in page
    assert "IA" in page


async def test_a_message_is_taken_once_however_often_it_is_sent(fan: Fan) -> None:
    first, second = await fan.say("Why?"), await fan.say("Why?")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == {"message_id": first.json()["message_id"], "duplicate": True}
    await fan.answer()
    assert (await fan.page()).count('data-author="avatar"') == 1


async def test_it_works_without_scripts(fan: Fan) -> None:
    page = await fan.page()
    fields = {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("csrf_token", "client_id")
    }
    sent = await fan.client.post(f"{fan.path}/messages", data={**fields, "text": "No script here"})
    assert sent.status_code == 303
    await fan.answer()
    assert (await fan.page()).count("No script here") == 2


async def test_markup_in_messages_names_and_sources_stays_text(fan: Fan) -> None:
    await fan.say(MARKUP)
    await fan.answer()
    page = await fan.page()
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") >= 3


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [("es", "x" * 4097, "4096"), ("zh-CN", "x" * 4097, "4096"), ("ar", " ", ""), ("ja", "", "")],
)
async def test_what_cannot_be_read_is_refused_in_the_fans_language(
    fan: Fan, language: str, text: str, word: str
) -> None:
    refused = await fan.say(text, **{"accept-language": language})
    in_english = await fan.say(text, **{"accept-language": "en"})
    assert refused.status_code == 422
    assert word in refused.json()["message"].replace(",", "").replace(".", "")
    assert refused.json()["message"] != in_english.json()["message"]


async def test_a_flood_is_refused_with_the_time_to_wait(fan: Fan) -> None:
    answers = [await fan.say("again", str(number)) for number in range(int(conversation.BURST) + 1)]
    assert [one.status_code for one in answers[:-1]] == [202] * int(conversation.BURST)
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_a_message_from_another_site_is_refused(fan: Fan) -> None:
    assert (await fan.say("hi", origin="https://evil.example")).status_code == 403
    forged = await fan.client.post(f"{fan.path}/messages", data={"text": "hi", "client_id": "x"})
    assert forged.status_code == 403


async def test_nobody_reads_anothers_conversation(fan: Fan, container: Container) -> None:
    await fan.say("my secret question")
    await fan.answer()
    stranger = Fan(container, fan.home)
    assert "my secret question" not in await stranger.page()
    elsewhere = Fan(container, await make_home(container.db))
    elsewhere.client.cookies = fan.client.cookies
    assert "my secret question" not in await elsewhere.page()
    for each in (stranger, elsewhere):
        await each.client.aclose()


async def test_nobody_lives_at_an_unknown_address(fan: Fan) -> None:
    assert (await fan.client.get("/c/nobody")).status_code == 404
    assert (await fan.client.get("/c/..%2f..%2fetc")).status_code == 404


async def test_an_avatar_that_is_taken_offline_is_gone_for_fans_until_it_is_back(
    fan: Fan, container: Container
) -> None:
    for live, status in ((False, 404), (True, 200)):
        async with container.db.uow(fan.home.creator_id) as uow:
            await community.update_avatar(uow, fan.home.avatar.id, live=live)
        container.webchat.forget(fan.home.avatar.slug)
        assert (await fan.client.get(fan.path)).status_code == status


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "a:b", "a\x00", "a\n", "é"])
async def test_an_id_that_no_page_makes_is_refused(fan: Fan, client_id: str) -> None:
    assert (await fan.say("hi", client_id)).status_code == 422


async def test_the_bare_address_leads_to_the_avatar_that_is_live(fan: Fan, container: Container) -> None:
    assert (await fan.client.get("/")).headers["location"] == fan.path
    async with container.db.uow(fan.home.creator_id) as uow:
        await community.update_avatar(uow, fan.home.avatar.id, live=False)
    assert (await fan.client.get("/")).status_code == 404


async def test_a_portrait_comes_in_the_size_of_the_page(
    fan: Fan, container: Container, tmp_path: Path
) -> None:
    large = tmp_path / "large.png"
    Image.effect_noise((1080, 1350), 90).save(large)
    stored = container.files.save_path(fan.home.creator_id, large)
    async with container.db.uow(fan.home.creator_id) as uow:
        await community.update_avatar(uow, fan.home.avatar.id, portrait=stored.sha256)
    answer = await fan.client.get(f"{fan.path}/portrait")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(answer.content)).width <= 640


async def test_the_page_offers_the_languages_that_the_avatar_speaks_and_no_others(
    container: Container, home: Home
) -> None:
    async with container.db.uow(home.avatar.creator_id) as uow:
        await community.update_avatar(uow, home.avatar.id, languages=["en", "ja"])
    page = await Fan(container, home).page()
    offered = re.findall(
        r'<option value="([^"]+)"', page.partition('id="page-lang"')[2].partition("</select>")[0]
    )
    assert offered == ["en", "ja"]


async def test_under_an_answer_the_fan_says_what_they_think_of_it_and_takes_it_back(
    fan: Fan, container: Container
) -> None:
    await fan.say("Why?")
    await fan.answer()
    page = await fan.page()
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    async def press(label: str) -> None:
        shown = re.search(rf'name="opinion" value="([^"]+)"[^>]*aria-label="{label}"', await fan.page())
        assert shown
        sent = await fan.client.post(f"{fan.path}/opinions", data={"csrf_token": token, "opinion": shown[1]})
        assert sent.status_code == 303

    async def pressed() -> list[str]:
        return re.findall(r'aria-pressed="true" aria-label="([^"]+)"', await fan.page())

    assert await pressed() == []
    await press("Good answer")
    assert await pressed() == ["Good answer"]
    await press("Something is wrong with this answer")
    assert await pressed() == ["Something is wrong with this answer"]
    await press("Something is wrong with this answer")
    assert await pressed() == []


@pytest.mark.parametrize("opinion", ["1:bad", "x:good", "1", "", "1:good\n", "-1:good", f"{'9' * 30}:good"])
async def test_an_opinion_that_no_page_sends_is_refused(fan: Fan, opinion: str) -> None:
    token = (await fan.page()).partition('name="csrf_token" value="')[2].partition('"')[0]
    sent = await fan.client.post(f"{fan.path}/opinions", data={"csrf_token": token, "opinion": opinion})
    assert sent.status_code == 422


async def test_nobody_judges_what_was_said_to_another(fan: Fan, container: Container) -> None:
    await fan.say("Why?")
    await fan.answer()
    number = re.search(r'id="avatar-(\d+)"', await fan.page())
    assert number
    stranger = Fan(container, fan.home)
    for known in (False, True):
        if known:
            await stranger.say("Me too")
        token = (await stranger.page()).partition('name="csrf_token" value="')[2].partition('"')[0]
        data = {"csrf_token": token, "opinion": f"{number[1]}:flag"}
        assert (await stranger.client.post(f"{fan.path}/opinions", data=data)).status_code == 404
    await stranger.client.aclose()


async def test_nobody_is_asked_about_small_talk(fan: Fan, container: Container) -> None:
    await fan.say("/help")
    await fan.answer()
    page = await fan.page()
    assert 'data-author="avatar"' in page
    assert "data-opinion" not in page
