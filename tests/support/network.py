"""The guard that keeps tests off the network: whatever leaves the loopback fails, whoever tries it.

It is an audit hook of the interpreter, so no library goes round it by importing `socket` early; programs that
a test starts are not covered.
"""

import ipaddress
import socket
import sys
from typing import Any


class NetworkBlocked(RuntimeError):
    """A test tried to reach something outside this machine."""


def block() -> None:
    """Refuse connections, datagrams and look-ups that leave the loopback, for the life of this process."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        connection, address = arguments[0], arguments[1]
        # The family decides: a Unix socket's address is a path, and a connected datagram's is None.
        if getattr(connection, "family", None) in (socket.AF_INET, socket.AF_INET6) and address:
            _refuse_outside(str(address[0]))
    elif event == "socket.getaddrinfo":
        _refuse_outside(arguments[0])


def _refuse_outside(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return
    try:
        inside = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        pass
    else:
        # Binding and listening look up the unspecified address too.
        if inside.is_loopback or inside.is_unspecified:
            return
    raise NetworkBlocked(f"a test tried to reach {name}: start a server on the loopback instead")
