"""What the values of options may be, each read from its text or refused with what to write."""

from __future__ import annotations

import argparse
import math
import re
from urllib.parse import urlsplit

import httpx

from mistral_conformance.laws.law import Depth
from mistral_conformance.probing.targets import load_abilities
from mistral_conformance.report.formats import Output, parse_output
from mistral_conformance.running.shards import Shard, parse_shard
from mistral_conformance.session.markers import RUN_ID


def base_url(text: str) -> str:
    """Return the URL without a slash at its end; a password in a wrong one is not repeated.

    Raises:
        ArgumentTypeError: no request can go to it.

    """
    shown = "this" if "@" in text else repr(text)
    url = _url(text)
    if url is None:
        meant = f"http://{text}"
        bare = "@" not in text and "://" not in text
        example = meant if bare and _url(meant) else "http://localhost:8000"
        raise argparse.ArgumentTypeError(f"{shown} is no URL: write it like {example}")
    if url.userinfo:
        raise argparse.ArgumentTypeError("leave user and password out of the URL")
    if url.query or url.fragment:
        raise argparse.ArgumentTypeError(f"{shown}: leave out what follows the path")
    return text.rstrip("/")


def _url(text: str) -> httpx.URL | None:
    """Return the URL that requests can go to, None where a text is none."""
    try:
        url, port = httpx.URL(text), urlsplit(text).port
        url.raw_host.decode("ascii").encode("idna")
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in {"http", "https"} and url.host and port != 0 else None


def depth(text: str) -> Depth:
    """Return how much of the laws to try.

    Raises:
        ArgumentTypeError: it is none.

    """
    if text not in {*Depth}:
        raise argparse.ArgumentTypeError(f"{text!r}: choose from {', '.join(Depth)}")
    return Depth(text)


def natural(text: str) -> int:
    """Return a whole number from 0.

    Raises:
        ArgumentTypeError: it is none.

    """
    return int(number(text, int, least=0))


def positive(text: str) -> int:
    """Return a whole number from 1.

    Raises:
        ArgumentTypeError: it is none.

    """
    return int(number(text, int, least=1))


def seconds(text: str) -> float:
    """Return seconds, less than an hour.

    Raises:
        ArgumentTypeError: it is none.

    """
    value = number(text, float, least=0)
    if not 0 < value < 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: write seconds, more than 0, below 3600")
    return value


def duration(text: str) -> float:
    """Return seconds, however many.

    Raises:
        ArgumentTypeError: it is none.

    """
    value = number(text, float, least=0)
    if not math.isfinite(value) or value == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write seconds, more than 0")
    return value


def dollars(text: str) -> float:
    """US dollars, more than none.

    Raises:
        ArgumentTypeError: it is no such amount.

    """
    value = number(text.removeprefix("$"), float, least=0)
    if not math.isfinite(value) or value == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write US dollars, more than 0")
    return value


def prefix(text: str) -> str:
    """Return a path without a slash at its end.

    Raises:
        ArgumentTypeError: it is none.

    """
    if text and (not text.startswith("/") or not text.isascii() or re.search(r"[ ?#]", text)):
        raise argparse.ArgumentTypeError(f"{text!r}: write a path, such as /mistral")
    return text.rstrip("/")


def rate(text: str) -> float:
    """Return requests in a second.

    Raises:
        ArgumentTypeError: it is none.

    """
    value = number(text.removesuffix("/s"), float, least=0)
    if not math.isfinite(value) or value == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write requests in a second, such as 5/s")
    return value


def number(text: str, kind: type[int | float], least: int) -> float:
    """Return a number that is not too small.

    Raises:
        ArgumentTypeError: it is none.

    """
    try:
        value = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if value < least:
        raise argparse.ArgumentTypeError(f"{text!r} is below {least}")
    return value


def model(text: str) -> tuple[str, str]:
    """Return an ability and the model that has it.

    Raises:
        ArgumentTypeError: it is none, or the suite asks for no such ability.

    """
    ability, separator, name = text.partition("=")
    if not ability or not separator or not name:
        raise argparse.ArgumentTypeError(f"{text!r}: write ABILITY=NAME, such as chat=my-model")
    known = load_abilities()
    if ability not in known:
        said = f"no ability {ability!r}: choose from {', '.join(known)}"
        raise argparse.ArgumentTypeError(said)
    return ability, name


def shard(text: str) -> Shard:
    """Return a part of the plan.

    Raises:
        ArgumentTypeError: it is none.

    """
    try:
        return parse_shard(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def output(text: str) -> Output:
    """Return a form of the report and where it goes.

    Raises:
        ArgumentTypeError: there is no such form.

    """
    try:
        return parse_output(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run_id(text: str) -> str:
    """Return a part of names that a run can be told by.

    Raises:
        ArgumentTypeError: it is none.

    """
    if not RUN_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: write 4 to 16 lower-case letters and digits")
    return text
