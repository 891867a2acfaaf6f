"""No test leaves the loopback, whichever way it tries."""

import asyncio
import socket

import pytest

from tests.support.network import NetworkBlocked


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_connections_that_leave_are_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as outward, pytest.raises(NetworkBlocked):
        outward.connect(address)
    with socket.socket(family, socket.SOCK_DGRAM) as outward, pytest.raises(NetworkBlocked):
        outward.sendto(b"hello", address)


async def test_names_are_not_looked_up() -> None:
    with pytest.raises(NetworkBlocked):
        await asyncio.get_running_loop().getaddrinfo("candle-lab.example", 443)
    with pytest.raises(NetworkBlocked):
        await asyncio.open_connection("192.0.2.1", 80)


async def test_the_loopback_stays_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
