"""The HTTP under an OpenAI-compatible connection: checked addresses, bounded bytes, no redirects."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Final, cast

import httpx

from kernel.addresses import is_public
from persona_engine.drafting.outcomes import AddressRefused, TooLong

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_BYTES: Final = 1 << 20
_TRIED: Final = 4
# What a client tells of the machine that it runs on, or takes from the environment.
_UNSAID: Final = ("x-stainless-", "openai-organization", "openai-project")


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def client(*, private: bool, resolver: Resolver = resolve) -> httpx.AsyncClient:
    """The HTTP client of one connection; its addresses may be private ones only where `private` says so.

    One connection has one host, so that a kept-alive connection is never used for another's name.
    """
    return httpx.AsyncClient(
        transport=_Transport(private, resolver),
        follow_redirects=False,
        trust_env=False,
        timeout=None,  # noqa: S113 - the whole call has a deadline
    )


class _Transport(httpx.AsyncBaseTransport):
    """Connects to the very address that was checked, and counts what comes back."""

    def __init__(self, private: bool, resolver: Resolver) -> None:
        self._private = private
        self._resolve = resolver
        self._inner = httpx.AsyncHTTPTransport(verify=_tls(), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._send(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            await response.aclose()
            raise httpx.DecodingError("packed", request=request)
        response.stream = _Bounded(cast(httpx.AsyncByteStream, response.stream))
        return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        # A copy: the client reads its own headers again when the answer has come.
        headers = httpx.Headers(
            [each for each in request.headers.items() if not each[0].lower().startswith(_UNSAID)]
        )
        headers["accept-encoding"] = "identity"  # what is counted is what is read
        headers["user-agent"] = "Understudy/0.1"
        hosts = [request.url.host] if self._private else await self._checked(request)
        failure = httpx.ConnectError("no address", request=request)
        for host in hosts[:_TRIED]:
            sent = httpx.Request(
                request.method,
                request.url.copy_with(host=host),
                headers=headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
            try:
                return await self._inner.handle_async_request(sent)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = httpx.ConnectError(str(error), request=request)
        raise failure

    async def _checked(self, request: httpx.Request) -> Sequence[str]:
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        try:
            found = await self._resolve(request.url.host, port)
            addresses = [ipaddress.ip_address(each) for each in found]
        except (OSError, ValueError) as error:
            raise httpx.ConnectError("unknown_host", request=request) from error
        if not all(map(is_public, addresses)):
            raise AddressRefused(request.url.host)
        return [str(each) for each in addresses]

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._inner:
            size += len(part)
            if size > MAX_BYTES:
                raise TooLong
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
