"""The callers that a run knows: a name, a key, and who stands behind it where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping

CALLER = "caller"
NOBODY = "nobody"
IMPOSTOR = "impostor"
KEY_VARIABLE = "MISTRAL_API_KEY"
FACTS = ("user", "workspace", "org")
KNOWN = {
    CALLER: "the default caller",
    "colleague": "same workspace as the caller, another user",
    "neighbour": "same organisation, another workspace",
    "stranger": "another organisation",
    "private": "the caller's user and workspace, and what it creates may be owned by a user",
}


class WrongIdentity(ValueError):  # noqa: N818 - read as a sentence by the command line
    """An `--as` value that cannot be used; the message says what to write instead."""


@frozen
class Identity:
    """One caller. `variable` names the environment variable that holds the key.

    `user`, `workspace` and `org` are UUIDs, empty where the command line did not give them.
    """

    name: str
    variable: str
    key: str = field(repr=False)
    user: str = ""
    workspace: str = ""
    org: str = ""

    def known(self, fact: str) -> str:
        """Return the UUID of the identity's `user`, `workspace` or `org`.

        Raises:
            Skipped: the command line did not say it.

        """
        value: str = getattr(self, fact)
        if not value:
            raise Skipped(
                f"the {fact} id of {self.name!r} is not known: --as {self.name}=ENV,{fact}=UUID"
            )
        return value


def parse_identity(text: str, environment: Mapping[str, str]) -> Identity:
    """Return the identity that `NAME=ENVVAR[,user=UUID][,workspace=UUID][,org=UUID]` describes.

    Raises:
        WrongIdentity: the text has another form, or the variable is not set.

    """
    name, separator, rest = text.partition("=")
    variable, *facts = rest.split(",")
    if not separator or not name or not variable:
        raise WrongIdentity(f"--as {text!r}: write NAME=ENVVAR, such as neighbour=NEIGHBOUR_KEY")
    if name not in KNOWN:
        raise WrongIdentity(f"--as {name!r} is not an identity of the suite: {', '.join(KNOWN)}")
    pairs = {name: value for name, _, value in (each.partition("=") for each in facts)}
    for fact in set(pairs) - set(FACTS):
        raise WrongIdentity(f"--as {text!r}: {fact!r} is none of {', '.join(FACTS)}")
    return Identity(name, variable, _key(name, variable, environment), **pairs)


def parse_identities(texts: list[str], environment: Mapping[str, str]) -> dict[str, Identity]:
    """Return the identities by name, the caller first.

    Raises:
        WrongIdentity: one is malformed or given twice, or the caller's key is not set.

    """
    given = [parse_identity(each, environment) for each in texts]
    identities = {each.name: each for each in given}
    if len(identities) < len(given):
        raise WrongIdentity("--as names the same identity twice: give each one once")
    if CALLER not in identities:
        key = _key(CALLER, KEY_VARIABLE, environment)
        identities = {CALLER: Identity(CALLER, KEY_VARIABLE, key), **identities}
    return identities


def _key(name: str, variable: str, environment: Mapping[str, str]) -> str:
    key = environment.get(variable, "").strip()
    if not key:
        raise WrongIdentity(f"no key for {name!r}: set the environment variable {variable}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise WrongIdentity(f"the key in {variable} has characters that no header can carry")
    return key
