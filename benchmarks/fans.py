"""Fans in a process of their own, so that their work isn't counted as the server's.

`benchmarks.reply_path` starts it and tells it by lines what to do: a round as JSON, then "go".
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address

import httpx

from benchmarks.beside import next_line, say

# What fans of a science show ask, each in the language that their browser prefers.
QUESTIONS = {
    "en": ("Why is a candle's flame yellow?", "How long does a tea light burn in a draught?"),
    "es": ("¿Por qué es amarilla la llama de una vela?", "¿Cuánto tiempo arde una vela pequeña?"),
    "de": ("Warum ist die Flamme einer Kerze gelb?", "Wie lange brennt ein Teelicht im Luftzug?"),
    "zh-Hans": ("蜡烛的火焰为什么是黄色的?", "小蜡烛在风里能烧多久?"),
    "ja": ("ろうそくの炎はなぜ黄色いのですか?", "風の中で小さなろうそくはどのくらい燃えますか?"),
    "ar": ("لماذا يكون لهب الشمعة أصفر اللون؟", "كم من الوقت تحترق الشمعة الصغيرة في الهواء؟"),
}
_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
_PATIENCE_S = 30.0
_FIRST_ADDRESS = IPv4Address("10.0.0.1")


@dataclass(frozen=True, slots=True)
class Round:
    """How many fans speak at once, how many messages each says, and the number of the first of them."""

    fans: int
    messages: int
    first: int


@dataclass(frozen=True, slots=True)
class Heard:
    """How long a round took in seconds, and each message from being posted to its answer, in milliseconds."""

    took_s: float
    waited_ms: Sequence[float]


class Fan:
    """A browser: it loads the page, keeps its stream open, posts as the page's script does.

    Its address is one of its own, as a proxy before the site would tell it: an address has an allowance.
    """

    def __init__(self, wire: httpx.AsyncBaseTransport, page: str, number: int) -> None:
        self._lang = list(QUESTIONS)[number % len(QUESTIONS)]
        headers = {"x-forwarded-for": str(_FIRST_ADDRESS + number), "accept-language": self._lang}
        self._client = httpx.AsyncClient(transport=wire, headers=headers, timeout=_PATIENCE_S)
        self._page = page
        self._token = ""

    async def open(self) -> None:
        """Load the page and open its stream."""
        page = await self._client.get(self._page)
        found = _FIELD.search(page.raise_for_status().text)
        assert found
        self._token = found[1]
        request = self._client.build_request("GET", f"{self._page}/events")
        self._stream = await self._client.send(request, stream=True)
        self._lines: AsyncIterator[str] = self._stream.raise_for_status().aiter_lines()

    async def ask(self, count: int) -> list[float]:
        """Say so many messages, each when the one before is answered; milliseconds until each answer."""
        asked = QUESTIONS[self._lang]
        return [await self._ask(asked[number % len(asked)], number) for number in range(count)]

    async def _ask(self, text: str, number: int) -> float:
        begun = time.perf_counter()
        form = {"csrf_token": self._token, "client_id": f"message-{number}", "text": text}
        posted = await self._client.post(
            f"{self._page}/messages", data=form, headers={"accept": "application/json"}
        )
        answer = f'data-author="avatar" data-message="{posted.raise_for_status().json()["message_id"]}"'
        async with asyncio.timeout(_PATIENCE_S):
            async for line in self._lines:
                if answer in line:
                    return 1000 * (time.perf_counter() - begun)
        raise ConnectionError("the stream ended before the answer")

    async def close(self) -> None:
        """Close the stream; the other connections are kept for the next fan."""
        await self._stream.aclose()


async def main(page: str) -> None:
    """Play rounds until there are no more."""
    # The server closes a connection that has been idle for five seconds, perhaps just as it is used again.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=2.0)
    wire = httpx.AsyncHTTPTransport(limits=limits)
    async with wire:
        while told := await next_line():
            wanted = Round(**json.loads(told))
            fans = [Fan(wire, page, wanted.first + number) for number in range(wanted.fans)]
            await asyncio.gather(*(fan.open() for fan in fans))
            say("ready")
            await next_line()
            begun = time.perf_counter()
            waited = await asyncio.gather(*(fan.ask(wanted.messages) for fan in fans))
            heard = Heard(time.perf_counter() - begun, [ms for each in waited for ms in each])
            await asyncio.gather(*(fan.close() for fan in fans))
            say(json.dumps(asdict(heard)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
