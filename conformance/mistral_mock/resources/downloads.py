"""Content that is fetched from the network, when the mock was told to: public addresses alone.

The host is looked up once, every address that it has must be public, and the connection goes to the
one that was checked; each redirection is checked again. Requests carry nothing of the caller's.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import TYPE_CHECKING

from mistral_mock.completion.refusal import bad_request
from mistral_mock.context import Upload

if TYPE_CHECKING:
    import httpx

MOST_HOPS = 5
TIMEOUT_S = 5.0
"""For each step of a connection."""
LONGEST_S = 20.0
"""For all together."""
PORTS = {"http": 80, "https": 443}


class RefusedError(ValueError):
    """The address is not visited; the message says why."""


def download(url: str, name: str, limit: int) -> Upload:
    """Return what an address on the public network answers, at most so many bytes of it.

    Raises:
        APIError: 400, it is not public, does not answer with content, or with too much.

    """
    import httpx  # noqa: PLC0415 - needed only where the mock may visit addresses

    late = time.monotonic() + LONGEST_S
    try:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
            target = httpx.URL(url)
            for _ in range(MOST_HOPS + 1):
                host = target.netloc.decode("ascii").rpartition("@")[2]
                with client.stream(
                    "GET",
                    pin(target),
                    headers={"host": host},
                    extensions={"sni_hostname": target.host},
                ) as answer:
                    if not answer.has_redirect_location:
                        content = read(answer, limit, late)
                        return Upload(name, answer.headers.get("content-type"), content)
                    target = target.join(answer.headers["location"])
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise bad_request(f"The URL cannot be fetched: {error}") from error
    raise bad_request("The URL cannot be fetched: it leads from one place to the next")


def pin(target: httpx.URL) -> httpx.URL:
    """Return the address with the host's number in the place of its name.

    Raises:
        RefusedError: It is not a web address, or the host is not public.
        OSError: The host is unknown.

    """
    if target.scheme not in PORTS or not target.host:
        raise RefusedError("only http and https are fetched")
    port = target.port or PORTS[target.scheme]
    found = socket.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not all(is_public(address) for address in addresses):
        raise RefusedError("its host is not on the public network")
    return target.copy_with(host=addresses[0])


def is_public(address: str) -> bool:
    """Say whether the number of a host belongs to the public network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return bool(inner.is_global) and found.is_global and not found.is_multicast


def read(answer: httpx.Response, limit: int, late: float) -> bytes:
    """Return the content of an answer.

    Raises:
        RefusedError: It is an error, too long, or takes too long.

    """
    if answer.status_code != 200:
        raise RefusedError(f"it answers {answer.status_code}")
    content = bytearray()
    for piece in answer.iter_bytes():
        content += piece
        if len(content) > limit:
            raise RefusedError(f"it has more than {limit} bytes")
        if time.monotonic() > late:
            raise RefusedError(f"it takes longer than {LONGEST_S} seconds")
    return bytes(content)
