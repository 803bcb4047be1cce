"""Whether HTTP can carry a raw answer, and the status and headers of any."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from mistral_mock.faults import check_headers
from mistral_mock.replies import templates
from mistral_mock.replies.problem import ReplyError, check_json, check_names, demand

if TYPE_CHECKING:
    from collections.abc import Mapping

    Place = tuple[str | int, ...]

BARE = (204, 304)
"""Answers with these statuses have no body."""


def check_raw(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for anything that HTTP can carry."""
    check_json(value, place)
    if isinstance(value, str):
        return
    demand(isinstance(value, dict), place, "it is a text, or a mapping with body")
    check_names(value, ("body", "base64", "media_type", "status", "headers"), place)
    demand(not {"body", "base64"} <= value.keys(), place, "body and base64 do not go together")
    if "base64" in value:
        check_base64(value["base64"], (*place, "base64"))
    if "media_type" in value:
        named = {"content-type": value["media_type"]}
        check_header_names(named, (*place, "media_type"))
    if "status" in value:
        check_status(value["status"], (*place, "status"))
    if "headers" in value:
        check_header_names(value["headers"], (*place, "headers"))


def check_bareness(answer: Mapping[str, Any], place: Place) -> None:
    """Pass when an answer has no body where HTTP forbids one."""
    raw = answer["raw"]
    given = {"body": raw} if isinstance(raw, str) else raw
    status = given.get("status") or answer.get("status")
    is_empty = given.get("body", "") == "" and not given.get("base64")
    demand(is_empty or status not in BARE, (*place, "raw"), f"an answer with {status} has no body")


def check_base64(value: object, place: Place) -> None:
    """Pass for bytes as base64; a text with places is looked at when they are filled."""
    demand(isinstance(value, str), place, "it is a text")
    if isinstance(value, str) and not templates.PLACE.search(value):
        try:
            b64decode(value, validate=True)
        except ValueError as error:
            raise ReplyError(place, f"it is not base64: {error}") from error


def check_status(value: object, place: Place) -> None:
    """Pass for the status of an answer."""
    right = type(value) is int and 200 <= value <= 599
    demand(right, place, "it is a status from 200 to 599")


def check_header_names(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for headers that HTTP can carry."""
    right = isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    demand(right, place, "it is a mapping of texts")
    try:
        check_headers(value)
    except ValueError as error:
        raise ReplyError(place, str(error)) from error
