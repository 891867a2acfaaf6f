"""A fan's and a creator's browsers for webs that run: one set of cookies each, whichever web they reach."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from http.cookiejar import CookieJar

import httpx

from tests.admin_web.auth.conftest import Browser
from tests.support.fleet import UP_WITHIN_S, Web

_LINE = re.compile(
    r'<article class="line line-(fan|avatar)" id="\w+-\d+".*?<div class="bubble"[^>]*>(.*?)</div>', re.S
)
Line = tuple[str, str]


def lines_of(page: str) -> list[Line]:
    """What was said, in order: (fan or avatar, text)."""
    return [(who, unescape(text)) for who, text in _LINE.findall(page)]


class Fan:
    """A fan who chats with one avatar, from an address of their own: what one may send is limited."""

    def __init__(self, slug: str, number: int) -> None:
        self._path = f"/c/{slug}"
        transport = httpx.AsyncHTTPTransport(local_address=f"127.0.1.{number}")
        self._client = httpx.AsyncClient(timeout=30, transport=transport)
        self._token = ""

    async def __aenter__(self) -> "Fan":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def ask(self, web: Web, question: str) -> str:
        """Ask the first question, and wait for its answer."""
        await self.lines(web)
        await self.say(web, question)
        async with self.listening(web) as ear:
            return await ear.answer_to(question)

    async def lines(self, web: Web) -> list[Line]:
        """Open the page: what has been said."""
        page = (await self._client.get(web.public + self._path)).raise_for_status().text
        self._token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
        return lines_of(page)

    async def post(self, web: Web, text: str, client_id: str) -> httpx.Response:
        """Send a message, by the token of whichever web's page was opened."""
        return await self._client.post(
            f"{web.public}{self._path}/messages",
            data={"text": text, "client_id": client_id},
            headers={"accept": "application/json", "x-csrf-token": self._token},
        )

    async def say(self, web: Web, text: str, client_id: str = "") -> bool:
        """Send a message that is taken; whether it was known already.

        Raises:
            httpx.HTTPError: it was not taken: too many at once, or the web or its database is away.
        """
        taken = await self.post(web, text, client_id or re.sub(r"\W", "-", text))
        assert taken.status_code in {202, 429, 500, 503}, taken.text
        return bool(taken.raise_for_status().json()["duplicate"])

    @asynccontextmanager
    async def listening(self, web: Web) -> AsyncIterator["Ear"]:
        """With the page's live stream open."""
        timeout = httpx.Timeout(30, read=UP_WITHIN_S)
        async with self._client.stream("GET", f"{web.public}{self._path}/events", timeout=timeout) as stream:
            yield Ear(stream)


class Ear:
    """A page's live stream."""

    def __init__(self, stream: httpx.Response) -> None:
        self._lines = stream.aiter_lines()
        self._heard = ""

    async def answer_to(self, question: str) -> str:
        """The first answer after a question, once it has come."""
        async with asyncio.timeout(UP_WITHIN_S):
            while True:
                said = lines_of(self._heard)
                asked = [n for n, line in enumerate(said) if line == ("fan", question)]
                answers = [text for who, text in said[asked[0] :] if who == "avatar"] if asked else []
                if answers:
                    return answers[0]
                self._heard += (await anext(self._lines)).removeprefix("data: ") + "\n"


def creator_at(web: Web, cookies: CookieJar) -> Browser:
    """A creator's browser at a web's admin site; another with the same cookies is the same one elsewhere."""
    return Browser(httpx.AsyncClient(base_url=web.admin, cookies=cookies, trust_env=False, timeout=30))


async def hand_in(browser: Browser, slug: str, name: str, body: bytes) -> httpx.Response:
    """Upload a file, as the page does."""
    return await browser.client.post(
        f"/@{slug}/knowledge/files",
        params={"name": name},
        content=body,
        headers={"x-csrf-token": await browser.token(), "accept": "text/html"},
    )
