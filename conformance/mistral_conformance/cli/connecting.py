"""What of the command line says how the server is reached: headers, certificates."""

from __future__ import annotations

import argparse
import re
import ssl
from typing import TYPE_CHECKING

from mistral_conformance.record.connection import Connection, Header, trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FROM_VARIABLE = re.compile(r"((?:[A-Za-z]+ )?)\$([A-Za-z_][A-Za-z0-9_]*)")
CARRYING_KEYS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}
)


class WrongConnection(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A way to the server that cannot be taken; the message says what to write instead."""


def header(text: str) -> tuple[str, str]:
    """Name and value of `NAME: VALUE`.

    Raises:
        ArgumentTypeError: it is no header, or would show a key in the list of processes.

    """
    name, separator, value = (each.strip() for each in text.partition(":"))
    if not separator or not NAME.fullmatch(name) or not value:
        raise argparse.ArgumentTypeError("write 'NAME: VALUE', or 'NAME: $VARIABLE' for a secret")
    if not value.isascii() or not value.isprintable():
        raise argparse.ArgumentTypeError(f"{name}: the value has characters that no header carries")
    if name.lower() in CARRYING_KEYS and not FROM_VARIABLE.fullmatch(value):
        raise argparse.ArgumentTypeError(
            f"{name}: put the secret into an environment variable and write '{name}: $VARIABLE'"
        )
    return name, value


def make_connection(
    headers: Iterable[tuple[str, str]],
    environment: Mapping[str, str],
    *,
    certificates: str = "",
    checked: bool = True,
    rate: float = 0.0,
) -> Connection:
    """Return the way to the server.

    Raises:
        WrongConnection: a variable is not set, or the certificates cannot be read.

    """
    if certificates:
        try:
            trust(certificates)
        except ssl.SSLError as error:
            raise WrongConnection(f"--ca {certificates}: no certificates in PEM form") from error
        except OSError as error:
            raise WrongConnection(f"--ca {certificates}: {error.strerror}") from error
    made = tuple(_header(name, value, environment) for name, value in headers)
    return Connection(made, certificates, checked, rate)


def _header(name: str, value: str, environment: Mapping[str, str]) -> Header:
    match = FROM_VARIABLE.fullmatch(value)
    if not match:
        return Header(name, value, value)
    scheme, variable = match.groups()
    secret = environment.get(variable, "").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise WrongConnection(f"--header {name}: set the environment variable {variable}")
    return Header(name, scheme + secret, value, secret)
