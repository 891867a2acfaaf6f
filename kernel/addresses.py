"""Which network addresses belong to the public internet; fetching and connecting are their callers'."""

import ipaddress
import re
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Beyond what ipaddress calls not global: the old 6to4 relays, and networks that carry an IPv4 address.
_NEVER: Final = tuple(
    map(ipaddress.ip_network, ("192.88.99.0/24", "fec0::/10", "64:ff9b:1::/48", "::/96", "5f00::/16"))
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Names that mean "here" or "inside" on many networks, whatever they resolve to.
_INSIDE: Final = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion")
_LABEL: Final = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# A last label like this makes the whole a number to browsers and resolvers ("127.1"): no name ends so.
_NUMBER: Final = re.compile("[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME: Final = 253


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, with every IPv4 address it embeds.

    Embedding forms: IPv4-mapped (RFC 4291), 6to4 (RFC 3056), Teredo (RFC 4380), NAT64 (RFC 6052).
    """
    if isinstance(address, ipaddress.IPv6Address):
        embedded = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            embedded.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = [part for part in embedded if part is not None]
        if not all(map(is_public, inner)):
            return False
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # the outer form is never global by itself
        if address.scope_id is not None:
            return False
    if any(address in network for network in _NEVER if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_inside_name(host: str) -> bool:
    """Whether a host name means this machine or an inner network, whatever it resolves to."""
    name = host.rstrip(".").lower()
    return any(name == inside or name.endswith("." + inside) for inside in _INSIDE)


def is_public_host(host: str) -> bool:
    """Whether the host of an address, a name or a number, could be on the public internet.

    A name is looked at, not looked up: it has to be whole and to mean no inner network.
    """
    try:
        name = host if ":" in host else host.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return False
    try:
        return is_public(ipaddress.ip_address(name))
    except ValueError:
        labels = name.split(".")
    return (
        len(labels) > 1
        and len(name) <= _LONGEST_NAME
        and all(map(_LABEL.fullmatch, labels))
        and not _NUMBER.fullmatch(labels[-1])
        and not is_inside_name(name)
    )
