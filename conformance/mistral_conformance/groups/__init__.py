"""What the suite has to know about each group of operations, one TOML file for one group.

`[[creation]]`: what a run creates and how it is deleted again, one entry for each kind of object.
    operation, delete   ids of the two operations; where nothing deletes: one that ends it
    ids     path parameter of `delete` = field of the creating answer; others come from its path
    list    (optional) an operation that finds what no answer told us about, by its marked name
    items   where the list's objects are, empty for a bare array; name: the field that carries the
            marker
    look    (optional) an operation that tells what the object made by itself, such as results

`[samples."operation.id"]`: the plainest valid request, where that needs more than path ids.
    ids     path ids other than the target of the same name: a `$word` or the id itself
    query   query parameters                           body    JSON body
    form    text fields of a multipart form            file    name and text of the file part; a
            file that is no text has `base64` and its media `type` instead
    before  a sample to send first, so that this one can succeed
    marked  which field of the body is a name and gets the run's marker
    always  fields of the body that the bodies of rules are sent with too, where they lack them and
            the run's document has them: what became required after the rules were written

`[owed."operation.id"]`: fields of the body that older documents require; where the run's does, a
    request without them is sent with them. Field = `user`, `workspace` or `org` of the caller.

`[targets.NAME]`: where the id for a path parameter, or for a `$NAME`, comes from.
    operation  its sample is sent; what it creates is deleted at the end of the run
    at         the place of the id in its answer, such as `id` or `data.0.id`; a `*` in it is the
               first item of a list that fits `where`
    where      what an item has: values by path, such as `capabilities.vision = true`; texts may
               have wildcards
    or_first   whether the first item will do where none has it
    ability    what `--model ABILITY=NAME` calls it; the NAME stands for it then
    sample     sent instead of the operation's sample, with the same keys
    after_s    how far the clock is moved before that, in seconds; without a clock: skipped
    settled    whether to wait until the object is in one of the end states that are declared for it

The text `a tone of 3 s` stands for the base64 of a WAV file with a tone of so many seconds.
Words with a dollar sign stand for:
    $NAME             the id of a target
    $colleague.user   the user id of an identity; without it the sample is skipped
For objects that laws make and follow to their end:
    made    fields of the body that are sent instead of the sample's; made_ids: likewise path ids;
            of what is done to one: fields that it is made with
    other_ids  path ids of something of another kind, through which one more is made to be listed
    failed  the word of a target that comes to a bad end, where the server lets one be made
For ids in the body, also where the plainest request has none:
    named   by place, such as `agent_id` or `training_files.*.file_id`: the `target` that fits
            there, the fields that the request is sent `without` then, and whether the request
            itself does nothing with it but keep it for `later`
For generated requests of the same operation:
    most    the largest value that a field may have, set where it is absent: keeps outputs small
    aimed   a field that must name something real, and the word it stands for
    apart   fields whose values make sense only beside others: their bounds are not tried alone
    unsent  values of fields that are not sent, as a rule of their own judges what they do
"""

from __future__ import annotations

import re
import tomllib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from mistral_conformance.groups.tones import make_tone

TONE = re.compile(r"a tone of (\d+) s")


@cache
def load_groups() -> tuple[dict[str, Any], ...]:
    """Return the data of all groups, in the order of their names."""
    found = sorted(files(__name__).iterdir(), key=lambda each: each.name)
    texts = (each.read_text("utf-8") for each in found if each.name.endswith(".toml"))
    return tuple(_sounding(tomllib.loads(text)) for text in texts)


def _sounding(value: Any) -> Any:  # noqa: ANN401 - TOML
    """Return data with the base64 of tones in place of the words for them."""
    if isinstance(value, dict):
        return {name: _sounding(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_sounding(each) for each in value]
    told = TONE.fullmatch(value) if isinstance(value, str) else None
    return b64encode(make_tone(int(told[1]))).decode() if told else value


@cache
def load_always() -> dict[str, dict[str, Any]]:
    """Return the fields that the bodies of rules are sent with, by operation, with their values."""
    return {
        name: {field: sample["body"][field] for field in sample["always"]}
        for group in load_groups()
        for name, sample in group.get("samples", {}).items()
        if "always" in sample
    }


@cache
def load_owed() -> dict[str, dict[str, str]]:
    """Return the fields that older documents require, by operation; what they are of the caller."""
    return {name: each for group in load_groups() for name, each in group.get("owed", {}).items()}
