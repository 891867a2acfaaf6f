"""Only public addresses are fetched: whatever a URL, a name server or a redirect says."""

import asyncio
import gzip
import ipaddress
import os
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.addresses import is_public
from memory.fetching import Fetcher, FetchError, FetchLimits, check_url, fetch
from tests.factories.certificates import certificate

MB = 1024 * 1024
Answer = bytes | Callable[[asyncio.StreamWriter], object]


class Site:
    """A web server on the loopback that answers each path with the bytes given for it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.names: list[str | None] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(request)
            answer = self.answers.get(
                request.split(" ")[1], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            )
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(writer)  # type: ignore[misc]  # the ones given are coroutine functions
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def url(self, path: str = "/", host: str = "candle.test") -> str:
        return f"http://{host}:{self.port}{path}"


def ok(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def to(url: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Go\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n".encode()


async def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def local(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_loopback


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow=local, ports=None, resolver=loopback)


async def test_a_page_is_fetched_with_what_the_server_says_of_it(
    site: Site, fetcher: Fetcher, tmp_path: Path
) -> None:
    site.answers["/a%20b/page.html?q=1"] = ok(
        b"<p>Hi</p>",
        "Content-Type: text/html; charset=utf-8",
        'ETag: "v1"',
        "Last-Modified: Wed, 01 May 2024 10:00:00 GMT",
    )
    fetched = await fetcher.fetch(site.url("/a b/page.html?q=1#part".replace(" ", "%20")), folder=tmp_path)
    assert fetched.path.read_bytes() == b"<p>Hi</p>"
    assert fetched.path.parent == tmp_path
    assert (fetched.name, fetched.media_type, fetched.etag) == ("page.html", "text/html", '"v1"')
    assert fetched.last_modified == "Wed, 01 May 2024 10:00:00 GMT"
    (request,) = site.requests
    assert f"\r\nHost: candle.test:{site.port}\r\n" in request
    assert "\r\nUser-Agent: Understudy/" in request
    assert "cookie" not in request.lower()


async def test_redirects_are_followed_to_their_end(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    site.answers |= {"/": to("/b", 301), "/b": to(site.url("/c"), 307), "/c": ok(b"end")}
    fetched = await fetcher.fetch(site.url(), folder=tmp_path)
    assert (fetched.path.read_bytes(), fetched.final_url) == (b"end", site.url("/c"))


async def test_a_name_the_server_states_is_made_safe(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    site.answers["/"] = ok(b"x", 'Content-Disposition: attachment; filename="../../etc/pass\twd.pdf"')
    assert (await fetcher.fetch(site.url(), folder=tmp_path)).name == "_.._etc_pass_wd.pdf"


async def fails(fetcher: Fetcher, url: str, folder: Path, **limits: float) -> str:
    """The code with which a fetch fails; nothing stays behind."""
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url, folder=folder, limits=FetchLimits(**limits))  # type: ignore[arg-type]  # by name
    assert not os.listdir(folder)
    return caught.value.code


async def test_by_default_this_machine_is_refused(site: Site, tmp_path: Path) -> None:
    site.answers["/"] = ok(b"secret")
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0"):
        with pytest.raises(FetchError) as caught:
            await fetch(f"http://{host}:8080/", folder=tmp_path)
        assert caught.value.code == "url_private"
    for host in ("2130706433", "0x7f000001", "127.1"):  # what the system's resolver makes of such
        assert await fails(Fetcher(resolver=loopback), f"http://{host}/", tmp_path) == "url_private"
    assert not site.requests


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1",
        "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
        "2001:0:7f00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    ],
)  # fmt: skip
async def test_a_name_for_a_private_address_is_refused(tmp_path: Path, address: str) -> None:
    async def inside(host: str, port: int) -> Sequence[str]:
        return [address]

    assert await fails(Fetcher(resolver=inside), "http://candle.example/", tmp_path) == "url_private"


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


async def test_one_private_address_among_public_ones_is_refused(tmp_path: Path) -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["1.1.1.1", "10.0.0.1"]

    assert await fails(Fetcher(resolver=mixed), "http://candle.example/", tmp_path) == "url_private"


async def test_a_redirect_to_a_private_address_is_refused(site: Site, tmp_path: Path) -> None:
    async def names(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1" if host == "candle.test" else "169.254.169.254"]

    fetcher = Fetcher(allow=local, ports=None, resolver=names)
    for target in (
        f"http://metadata.test:{site.port}/",
        "//metadata.test/",
        "http://metadata.google.internal/",
    ):
        site.answers["/"] = to(target)
        assert await fails(fetcher, site.url(), tmp_path) == "url_private"
    assert len(site.requests) == 3


async def test_the_address_that_was_checked_is_the_one_connected_to(site: Site, tmp_path: Path) -> None:
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    site.answers["/"] = ok(b"first")
    fetcher = Fetcher(allow=local, ports=None, resolver=rebinding)
    assert (await fetcher.fetch(site.url(), folder=tmp_path)).path.read_bytes() == b"first"
    assert answers == [["10.0.0.1"]], "one look-up, whose answer is used"


async def test_too_many_redirects(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    site.answers["/"] = to("/")
    assert await fails(fetcher, site.url(), tmp_path) == "url_redirects"
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://candle.test/", "gopher://candle.test:70/_", "//user:pw@candle.test/"],
)
async def test_a_redirect_elsewhere_is_refused(
    site: Site, fetcher: Fetcher, tmp_path: Path, target: str
) -> None:
    site.answers["/"] = to(target)
    assert await fails(fetcher, site.url(), tmp_path) in ("url_invalid", "url_credentials")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url_invalid"),
        ("candle.example", "url_invalid"),
        ("file:///etc/passwd", "url_invalid"),
        ("javascript:alert(1)", "url_invalid"),
        ("http:///path", "url_invalid"),
        ("http://[::1", "url_invalid"),
        ("http://candle.example:99999/", "url_invalid"),
        ("http://candle.example\\@127.0.0.1/", "url_invalid"),
        ("http://candle.example/a b", "url_invalid"),
        ("http://candle.example/\r\nX: y", "url_invalid"),
        ("http://user@candle.example/", "url_credentials"),
        ("http://user:pw@candle.example/", "url_credentials"),
        ("http://candle.example:22/", "url_port"),
        ("http://candle.example:5432/", "url_port"),
        ("http://localhost/", "url_private"),
        ("http://LOCALHOST./", "url_private"),
        ("http://printer.local/", "url_private"),
        ("http://metadata.google.internal/", "url_private"),
    ],
)
def test_addresses_of_a_wrong_form_are_refused(url: str, code: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.code == code


@given(
    st.one_of(st.ip_addresses(), st.ip_addresses(v=4).map(lambda v4: ipaddress.IPv6Address(f"::ffff:{v4}")))
)
def test_what_is_public_is_global_in_every_reading(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(address):
        inner = getattr(address, "ipv4_mapped", None) or address
        assert inner.is_global
        assert not inner.is_private
        assert not inner.is_multicast
        assert not inner.is_loopback


@given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["::ffff:{}", "64:ff9b::{}", "::{}"]))
def test_a_private_address_stays_private_in_disguise(address: ipaddress.IPv4Address, form: str) -> None:
    assert not is_public(address)
    assert not is_public(ipaddress.ip_address(form.format(address)))
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80) | 1)
    assert not is_public(sixtofour)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_reason(text: str) -> None:
    for url in (text, f"http://{text}", f"https://{text}/x"):
        try:
            parts = check_url(url)
        except FetchError:
            continue
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert parts.username is None
        assert parts.port in (None, 80, 443, 8080, 8443)


async def test_size_is_bounded_while_it_streams(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * MB)
            await writer.drain()

    site.answers["/"] = endless
    assert await fails(fetcher, site.url(), tmp_path, bytes=3 * MB) == "url_too_large"


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_packed_pages_are_unpacked_within_bounds(
    site: Site, fetcher: Fetcher, tmp_path: Path, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    site.answers["/"] = ok(pack(b"page" * 1000), f"Content-Encoding: {encoding}")
    fetched = await fetcher.fetch(site.url(), folder=tmp_path)
    assert fetched.path.read_bytes() == b"page" * 1000
    fetched.path.unlink()
    site.answers["/"] = ok(pack(b"\0" * 50 * MB), f"Content-Encoding: {encoding}")
    assert await fails(fetcher, site.url(), tmp_path, bytes=2 * MB) == "url_too_large"


async def test_time_is_bounded(site: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(100):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    site.answers["/"] = drip
    assert await fails(fetcher, site.url(), tmp_path, seconds=0.3) == "url_timeout"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "url_status"),
        (b"HTTP/1.1 204 Nothing\r\n\r\n", "url_status"),
        (b"SSH-2.0-OpenSSH\r\n", "url_unreachable"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "url_unreachable"),
        (ok(b"???", "Content-Encoding: br"), "url_encoding"),
        (ok(b"not gzip", "Content-Encoding: gzip"), "url_encoding"),
    ],
)
async def test_what_goes_wrong_is_named(
    site: Site, fetcher: Fetcher, tmp_path: Path, answer: bytes, code: str
) -> None:
    site.answers["/"] = answer
    assert await fails(fetcher, site.url(), tmp_path) == code


async def test_nobody_there(fetcher: Fetcher, tmp_path: Path) -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        return []

    assert await fails(fetcher, "http://candle.test:1/", tmp_path) == "url_unreachable"
    assert await fails(Fetcher(resolver=nowhere), "http://candle.example/", tmp_path) == "url_unresolved"


async def test_a_secure_page_is_asked_for_by_its_name(tmp_path: Path) -> None:
    site = Site()
    site.answers["/"] = ok(b"secure")
    pem = certificate(tmp_path, "candle.test")
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(pem)
    theirs.sni_callback = lambda connection, name, context: site.names.append(name)
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=theirs)
    port = server.sockets[0].getsockname()[1]
    ours = ssl.create_default_context(cafile=str(pem))
    fetcher = Fetcher(allow=local, ports=None, resolver=loopback, ssl_context=ours)
    folder = tmp_path / "out"
    folder.mkdir()
    async with server:
        fetched = await fetcher.fetch(f"https://candle.test:{port}/", folder=folder)
        assert fetched.path.read_bytes() == b"secure"
        assert site.names == ["candle.test"]
        fetched.path.unlink()
        assert await fails(fetcher, f"https://other.test:{port}/", folder) == "url_unreachable"
