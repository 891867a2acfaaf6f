"""Passkeys over HTTP with a software authenticator: the ceremonies, and everything that must not pass."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from admin_web.auth import passkeys
from community.errors import BadPasskey, PasskeyRefused
from community.types import AccountInfo, PasskeyProof, Role
from kernel.clock import shifted
from kernel.db import Database
from tests.admin_web.auth.authenticator import Authenticator, decode, encode
from tests.admin_web.auth.conftest import ORIGIN, Browser, Household, NewBrowser, sign_in


def refused(answer: Response) -> bool:
    return answer.status_code == 401 and answer.json()["error"] == "passkey_refused"


async def test_a_passkey_signs_in_without_a_link(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey("Robin's phone")
    assert "Robin&#39;s phone" in (await owner.get("/account")).text
    other = browser()
    answer = await other.use_passkey(device, next="/account")
    assert answer.json() == {"to": "/account"}
    assert await other.signed_in()


async def test_adding_a_passkey_changes_the_cookie(owner: Browser, browser: NewBrowser) -> None:
    before = owner.cookie
    await owner.add_passkey()
    assert owner.cookie != before
    thief = browser()
    thief.client.cookies.set("understudy_session", before or "")
    assert not await thief.signed_in()


async def test_the_options_name_this_host_and_ask_for_a_resident_key(owner: Browser) -> None:
    options = (await owner.send("/account/passkeys/options")).json()
    assert options["rp"] == {"name": "Understudy", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert len(decode(options["challenge"])) >= 32
    device = await owner.add_passkey()
    options = (await owner.send("/account/passkeys/options")).json()
    assert [decode(each["id"]) for each in options["excludeCredentials"]] == [device.credential_id]


async def test_an_answer_from_another_origin_is_refused(owner: Browser, browser: NewBrowser) -> None:
    options = (await owner.send("/account/passkeys/options")).json()
    body = {"credential": Authenticator().create(options, "https://localhost.evil.example"), "name": "x"}
    assert (await owner.send("/account/passkeys", body)).status_code == 422
    device = await owner.add_passkey()
    other = browser()
    for origin in ("https://evil.example", "http://localhost:9999", "https://localhost:8000"):
        options = (await other.send("/sign-in/passkey/options")).json()
        device.counter += 1
        assert refused(await other.send("/sign-in/passkey", {"credential": device.get(options, origin)}))
    assert not await other.signed_in()


async def test_a_passkey_of_another_host_is_refused(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    device.rp_id = "evil.example"
    assert refused(await browser().use_passkey(device))


async def test_a_challenge_is_answered_once(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    other = browser()
    options = (await other.send("/sign-in/passkey/options")).json()
    device.counter += 1
    body = {"credential": device.get(options, ORIGIN)}
    assert (await other.send("/sign-in/passkey", body)).status_code == 200
    assert refused(await other.send("/sign-in/passkey", body))


async def test_a_wrong_answer_uses_the_challenge_up(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    other = browser()
    options = (await other.send("/sign-in/passkey/options")).json()
    device.counter += 1
    wrong = Authenticator(
        counter=1, credential_id=device.credential_id, user_handle=device.user_handle, rp_id="localhost"
    )
    assert refused(await other.send("/sign-in/passkey", {"credential": wrong.get(options, ORIGIN)}))
    assert refused(await other.send("/sign-in/passkey", {"credential": device.get(options, ORIGIN)}))


async def test_a_challenge_belongs_to_the_browser_that_was_asked(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    victim, thief = browser(), browser()
    options = (await victim.send("/sign-in/passkey/options")).json()
    device.counter += 1
    body = {"credential": device.get(options, ORIGIN)}
    assert refused(await thief.send("/sign-in/passkey", body))
    await thief.send("/sign-in/passkey/options")
    assert refused(await thief.send("/sign-in/passkey", body))
    assert (await victim.send("/sign-in/passkey", body)).status_code == 200


async def test_a_challenge_grows_old(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    other = browser()
    options = (await other.send("/sign-in/passkey/options")).json()
    device.counter += 1
    with shifted(timedelta(minutes=6)):
        assert refused(await other.send("/sign-in/passkey", {"credential": device.get(options, ORIGIN)}))


async def test_a_challenge_for_signing_in_does_not_add_a_passkey(owner: Browser) -> None:
    options = (await owner.send("/account/passkeys/options")).json()
    challenge = (await owner.send("/sign-in/passkey/options")).json()["challenge"]
    body = {"credential": Authenticator().create(options | {"challenge": challenge}, ORIGIN), "name": "x"}
    assert refused(await owner.send("/account/passkeys", body))


async def test_a_counter_that_does_not_grow_is_refused(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    device.counter = 7
    assert (await browser().use_passkey(device)).status_code == 200
    for counter in (8, 7, 0):
        device.counter = counter - 1
        assert refused(await browser().use_passkey(device)), counter


async def test_a_device_that_does_not_count_may_sign_in_again(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    for _ in range(2):
        device.counter = -1
        assert (await browser().use_passkey(device)).status_code == 200


async def test_a_passkey_with_another_accounts_handle_is_refused(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    device.user_handle = b"somebody else"
    assert refused(await browser().use_passkey(device))


async def test_a_removed_or_unknown_passkey_is_refused(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    page = (await owner.get("/account")).text
    path = page.partition('action="/account/passkeys/')[2].partition('"')[0]
    assert (await owner.post(f"/account/passkeys/{path}")).status_code == 303
    assert refused(await browser().use_passkey(device))
    stranger = Authenticator(user_handle=b"x", rp_id="localhost")
    assert refused(await browser().use_passkey(stranger))


async def test_nobody_removes_anothers_passkey(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    device = await owner.add_passkey()
    page = (await owner.get("/account")).text
    path = page.partition('action="/account/passkeys/')[2].partition('"')[0]
    other = browser()
    await sign_in(database, other, ember.people[Role.CREATOR])
    await other.post(f"/account/passkeys/{path}")
    assert (await browser().use_passkey(device)).status_code == 200


async def test_a_credential_that_is_known_is_not_added_again(
    database: Database, owner: Browser, browser: NewBrowser, ember: Household
) -> None:
    device = await owner.add_passkey()
    other = browser()
    await sign_in(database, other, ember.people[Role.CREATOR])
    options = (await other.send("/account/passkeys/options")).json()
    body = {"credential": device.create(options, ORIGIN), "name": "mine now"}
    assert (await other.send("/account/passkeys", body)).json()["error"] == "bad_passkey"


async def test_a_page_opened_by_a_number_says_to_use_the_name(browser: NewBrowser) -> None:
    answer = await browser("http://127.0.0.1:8000").get("/sign-in")
    assert answer.status_code == 421
    assert "http://localhost:8000" in answer.text


def _bent(whole: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    made = copy.deepcopy(whole)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is KeyError:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return made


NONSENSE = [
    *("", "!", "AA", 5, None, [], {}),
    *(encode(each) for each in (b"\xa1\x01", b"{}", b"[]", b"\xff" * 400)),
    KeyError,  # stands for: the field is missing
]
NEEDED = [("id",), ("rawId",), ("type",), ("response",), ("response", "clientDataJSON")]


PARTY = passkeys.Party("localhost", ORIGIN)
CHALLENGE = b"what this browser was asked to sign"
HANDLE = b"an account's handle"


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:20])
def test_nonsense_is_refused_politely(value: object) -> None:
    account = AccountInfo(1, "Robin", HANDLE)
    options = passkeys.ask_to_register(PARTY, account, [], CHALLENGE)
    device = Authenticator(counter=1)
    made = passkeys.check_registration(device.create(options, ORIGIN), CHALLENGE, PARTY)
    proof = PasskeyProof(1, 1, HANDLE, made.public_key, 0)
    asked = passkeys.ask_to_sign_in(PARTY, CHALLENGE)
    answered = device.get(asked, ORIGIN)
    assert passkeys.check_assertion(passkeys.parse_assertion(answered), CHALLENGE, proof, PARTY) == 1
    for path in [*NEEDED, ("response", "authenticatorData"), ("response", "signature")]:
        bent = _bent(answered, path, value)
        with pytest.raises(PasskeyRefused):
            passkeys.check_assertion(passkeys.parse_assertion(bent), CHALLENGE, proof, PARTY)
    for path in [*NEEDED, ("response", "attestationObject")]:
        with pytest.raises(BadPasskey):
            passkeys.check_registration(_bent(device.create(options, ORIGIN), path, value), CHALLENGE, PARTY)


async def test_client_data_that_is_not_an_object_is_refused(owner: Browser, browser: NewBrowser) -> None:
    device = await owner.add_passkey()
    other = browser()
    for data in ("[]", "null", "1", '"x"', json.dumps({"type": 1, "challenge": 2, "origin": 3})):
        options = (await other.send("/sign-in/passkey/options")).json()
        device.counter += 1
        credential = device.get(options, ORIGIN)
        credential["response"]["clientDataJSON"] = encode(data.encode())
        assert refused(await other.send("/sign-in/passkey", {"credential": credential})), data


async def test_signing_in_by_passkey_kills_the_browsers_old_cookie(
    owner: Browser, browser: NewBrowser
) -> None:
    device = await owner.add_passkey()
    before = owner.cookie
    assert (await owner.use_passkey(device)).status_code == 200
    stale = browser()
    stale.client.cookies.set("understudy_session", before or "")
    assert owner.cookie != before
    assert not await stale.signed_in()
