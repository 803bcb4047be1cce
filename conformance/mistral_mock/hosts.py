"""The Host of a request: how it is written, and which hosts are the mock's own.

A caller may write anything there. A host that is not the mock's own gets into no answer.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Collection

WRITTEN = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]*))?")
HIGHEST_PORT = 65535
LOCALHOST = "localhost"


@frozen
class Host:
    """A host as it stands in a URL: a name or an address, and a port where one is named."""

    name: str
    """In lower case; an IPv6 address without its brackets."""
    port: int | None = None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


@cache_short(128)
def parse_host(text: str) -> Host:
    """Return the host that a Host header or the authority of a URL names.

    Raises:
        ValueError: It is none, for example because it names a user or a port out of range.

    """
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError("a host is written like name, name:port or [address]:port")
    address, name, port = match.groups()
    number = int(port) if port and len(port) <= len(str(HIGHEST_PORT)) else None
    if port and (number is None or number > HIGHEST_PORT):
        raise ValueError(f"a port is a number from 0 to {HIGHEST_PORT}")
    if address is None:
        return Host(name.lower(), number)
    try:
        return Host(str(IPv6Address(address)), number)
    except AddressValueError:
        raise ValueError("what stands in brackets is an IPv6 address") from None


def is_own(name: str, server: str, allowed: Collection[str]) -> bool:
    """Say whether the name means this mock: this machine, where it was reached, or one it was told.

    Other names may lead here too, but so may those of a page that wants to be taken for the mock
    (DNS rebinding).
    """
    name = name.removesuffix(".")
    return name == server or name in allowed or is_local(name)


def is_local(name: str) -> bool:
    """Say whether a name is the machine's own: localhost, a loopback address, or 0.0.0.0."""
    if name == LOCALHOST or name.endswith(f".{LOCALHOST}"):
        return True
    address = read_address(name)
    return address is not None and (address.is_loopback or address.is_unspecified)


def is_remote(server: str) -> bool:
    """Say whether an address under which other machines can reach the mock."""
    address = read_address(server)
    return address is not None and not address.is_loopback


def read_address(name: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that is written there; None for a name."""
    try:
        address = ip_address(name)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
