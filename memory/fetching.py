"""Getting a file from the public web, never from a private address; reading it is memory.readers'."""

import asyncio
import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit, urlunsplit
from uuid import uuid4

import httpcore

from kernel.addresses import Address, is_inside_name, is_public
from memory.readers.errors import ReadError

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

USER_AGENT: Final = "Understudy/0.1 (imports a creator's own pages at the creator's request)"
PORTS: Final = frozenset({80, 443, 8080, 8443})
_MB: Final = 1024 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PART_BYTES: Final = 256 * 1024
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"  # left as they are; what is encoded already stays so


class FetchError(ReadError):
    """The address can't be fetched: its code is one of the ``url_`` ones."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Bounds on one fetch, redirects included."""

    bytes: int = 200 * _MB
    seconds: float = 60.0
    connect_seconds: float = 10.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched file. ``name`` is what the server or the address calls it, safe as a file name.

    ``etag`` and ``last_modified`` are what the server said, for asking again later.
    """

    path: Path
    name: str
    final_url: str
    media_type: str
    etag: str | None
    last_modified: str | None


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, by the system's resolver."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def check_url(url: str, ports: frozenset[int] | None = PORTS) -> SplitResult:
    """The address's parts, if its form may be fetched; its host is only checked on connecting.

    ``ports`` None allows any.

    Raises FetchError: not http(s), credentials in it, another port, a name for inside.
    """
    if len(url) > 4096 or any(char.isspace() or ord(char) < 32 or char == "\\" for char in url.strip()):
        raise FetchError("url_invalid")
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname
    except ValueError:
        raise FetchError("url_invalid") from None
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError("url_invalid")
    if parts.username is not None or parts.password is not None:
        raise FetchError("url_credentials")
    if port is not None and ports is not None and port not in ports:
        raise FetchError("url_port", port=port)
    try:
        name = host if ":" in host else host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise FetchError("url_invalid") from None
    if not name or is_inside_name(name):
        raise FetchError("url_private", host=host)
    netloc = f"[{name}]" if ":" in name else name
    return parts._replace(netloc=netloc if port is None else f"{netloc}:{port}", fragment="")


class Fetcher:
    """Fetches public addresses.

    ``allow`` says which addresses may be connected to, ``ports`` which ports (None: any). Only tests,
    whose servers stand on the loopback, pass others than the defaults. ``resolver`` turns a host name
    into addresses.
    """

    def __init__(
        self,
        *,
        allow: Callable[[Address], bool] = is_public,
        ports: frozenset[int] | None = PORTS,
        resolver: Resolver = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = allow
        self._ports = ports
        self._backend = _CheckedBackend(allow, resolver)
        self._ssl_context = ssl_context

    def check(self, url: str) -> None:
        """Say without any network what can be said of an address: its form, its port, a private number.

        Raises FetchError.
        """
        host = check_url(url, self._ports).hostname or ""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return  # a name, whose addresses are checked on connecting
        if not self._allow(address):
            raise FetchError("url_private", host=host)

    async def fetch(self, url: str, *, folder: Path, limits: FetchLimits = FetchLimits()) -> Fetched:
        """Fetch ``url`` into a new file in ``folder``.

        Each redirect is checked like the first address, and each connection goes to the very address
        that was checked. Raises FetchError; leaves no file behind then.
        """
        host = check_url(url, self._ports).hostname or ""
        path = folder / f"fetch-{uuid4().hex}"
        try:
            async with asyncio.timeout(limits.seconds):
                return await self._follow(url, path, limits)
        except TimeoutError:
            _discard(path)
            raise FetchError("url_timeout", host=host, seconds=round(limits.seconds)) from None
        except BaseException:
            _discard(path)
            raise

    async def _follow(self, url: str, path: Path, limits: FetchLimits) -> Fetched:
        async with httpcore.AsyncConnectionPool(
            ssl_context=self._ssl_context or ssl.create_default_context(),
            network_backend=self._backend,
            max_keepalive_connections=0,
        ) as pool:
            for _ in range(limits.redirects + 1):
                parts = check_url(url, self._ports)
                try:
                    fetched, url = await _get(pool, parts, path, limits)
                except FetchError:
                    raise
                except (httpcore.TimeoutException, TimeoutError):
                    raise FetchError(
                        "url_timeout", host=parts.hostname or "", seconds=round(limits.connect_seconds)
                    ) from None
                except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
                    detail = str(error)[:200] or type(error).__name__
                    raise FetchError("url_unreachable", host=parts.hostname or "", detail=detail) from None
                if fetched is not None:
                    return fetched
        raise FetchError("url_redirects", limit=limits.redirects)


async def fetch(
    url: str, *, folder: Path, limits: FetchLimits = FetchLimits(), resolver: Resolver = resolve
) -> Fetched:
    """Fetch a public address into a new file in ``folder``; see ``Fetcher.fetch``."""
    return await Fetcher(resolver=resolver).fetch(url, folder=folder, limits=limits)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, checks every address, and connects to a checked one: no second look-up can differ."""

    def __init__(self, allow: Callable[[Address], bool], resolver: Resolver) -> None:
        self._allow = allow
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = [ipaddress.ip_address(text) for text in await self._resolver(host, port)]
        except (OSError, ValueError, UnicodeError):
            found = []
        if not found:
            raise FetchError("url_unresolved", host=host)
        if not all(self._allow(address) for address in found):
            raise FetchError("url_private", host=host)
        failure: Exception = FetchError("url_unresolved", host=host)
        for address in found[:4]:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _get(
    pool: httpcore.AsyncConnectionPool, parts: SplitResult, path: Path, limits: FetchLimits
) -> tuple[Fetched | None, str]:
    """One hop: the fetched file, or None and where to go next."""
    url = urlunsplit(parts)
    host = parts.hostname or ""
    headers = [
        ("Host", parts.netloc),
        ("User-Agent", USER_AGENT),
        ("Accept", "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5"),
        ("Accept-Encoding", "gzip, deflate"),
    ]
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), limits.connect_seconds)
    target = urlunsplit(("", "", quote(parts.path, safe=_SAFE) or "/", quote(parts.query, safe=_SAFE), ""))
    address = httpcore.URL(scheme=parts.scheme, host=host, port=parts.port, target=target)
    async with pool.stream("GET", address, headers=headers, extensions={"timeout": timeout}) as response:
        said = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status in _REDIRECTS and "location" in said:
            return None, urljoin(url, said["location"])
        if response.status != 200:
            raise FetchError("url_status", host=host, status=response.status)
        encoding = said.get("content-encoding", "").strip().lower()
        await _store(_unpacked(response.aiter_stream(), encoding, host), path, limits)
    fetched = Fetched(
        path,
        _name(said.get("content-disposition", ""), parts),
        url,
        said.get("content-type", "").split(";")[0].strip().lower(),
        said.get("etag"),
        said.get("last-modified"),
    )
    return fetched, url


async def _unpacked(body: AsyncIterable[bytes], encoding: str, host: str) -> AsyncIterator[bytes]:
    """The body's bytes, unpacked a little at a time, so that a bomb is counted while it grows."""
    if encoding in ("", "identity"):
        async for part in body:
            yield part
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("url_encoding", host=host)
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, as its header says
    try:
        async for part in body:
            while part and not inflater.eof:
                yield inflater.decompress(part, _PART_BYTES)
                part = inflater.unconsumed_tail
    except zlib.error:
        raise FetchError("url_encoding", host=host) from None


async def _store(body: AsyncIterator[bytes], path: Path, limits: FetchLimits) -> None:
    size = 0
    with path.open("xb") as file:
        async for part in body:
            size += len(part)
            if size > limits.bytes:
                raise FetchError("url_too_large", limit_mb=limits.bytes // _MB)
            await asyncio.to_thread(file.write, part)


def _name(disposition: str, parts: SplitResult) -> str:
    """A file name without folders or control characters: the server's, else the address's last part."""
    stated = re.search(r"filename\*?=(?:UTF-8'')?\"?([^\";]{1,300})", disposition, re.I)
    raw = unquote(stated.group(1)) if stated else unquote(PurePosixPath(parts.path).name)
    raw = re.sub(r"[\x00-\x1f\x7f/\\]+", "_", raw).strip(" .")
    return raw[:150] or parts.hostname or "page"


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)
