"""Training data: lines of JSON, each a sample; whether they can be trained with, and their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import json_lines
from mistral_mock.completion import tokens
from mistral_mock.completion.messages import join
from mistral_mock.json_lines import LineError
from mistral_mock.resources.tuned_models import CLASSIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Labels = Mapping[str, Sequence[str]]

ROLES = frozenset({"system", "user", "assistant", "tool"})


@frozen
class Sample:
    """One sample: its text, and for a classifier the labels that it has."""

    text: str
    labels: Labels


@frozen
class Data:
    """All samples of some files; `flaw` says why they cannot be used, if so."""

    samples: tuple[Sample, ...]
    tokens: int
    flaw: str


def read_data(
    contents: Iterable[tuple[str, bytes]],
    job_type: str,
    targets: Sequence[Mapping[str, Any]],
    tolerated: float,
) -> Data:
    """Return the samples of files, by name.

    `tolerated` is the part of wrong ones that is skipped.
    """
    samples: list[Sample] = []
    flaws: list[str] = []
    for name, content in contents:
        for number, line in json_lines.split(content):
            try:
                samples.append(read_sample(line, job_type, targets))
            except LineError as flaw:
                flaws.append(f"{name}, line {number}: {flaw}")
    spent = sum(tokens.count_tokens(sample.text) for sample in samples)
    return Data(tuple(samples), spent, judge(len(samples), flaws, tolerated))


def find_flaw(seen: Data, unseen: Data) -> tuple[str, str]:
    """Return the field with files for which no training can go on, and why.

    Empty texts when it can.
    """
    flaw = seen.flaw or ("" if seen.samples else "there are no training samples")
    if flaw:
        return "training_files", flaw
    return ("validation_files", unseen.flaw) if unseen.flaw else ("", "")


def find_targets(contents: Iterable[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """Return the targets that the samples of files have labels of, with the labels in order.

    The vendor's example of a classifier names none (client of the vendor, examples, 2026).
    """
    found: dict[str, dict[str, None]] = {}
    for _, content in contents:
        for _, line in json_lines.split(content):
            for name, labels in find_labels(line):
                found.setdefault(name, {}).update(dict.fromkeys(labels))
    return [{"name": name, "labels": list(labels)} for name, labels in found.items() if labels]


def find_labels(line: bytes) -> Iterator[tuple[str, list[str]]]:
    """Yield the targets and labels that a line names; none when it holds no sample."""
    try:
        given = json_lines.read(line).get("labels")
    except LineError:
        return
    for name, chosen in given.items() if isinstance(given, dict) else ():
        labels = chosen if isinstance(chosen, list) else [chosen]
        yield name, [label for label in labels if isinstance(label, str)]


def judge(good: int, flaws: Sequence[str], tolerated: float) -> str:
    """Return the first flaw when too many lines have one; empty when the data can be used."""
    return flaws[0] if flaws and len(flaws) > tolerated * (good + len(flaws)) else ""


def read_sample(line: bytes, job_type: str, targets: Sequence[Mapping[str, Any]]) -> Sample:
    """Return the sample on a line.

    Raises:
        LineError: The line holds none.

    """
    found = json_lines.read(line)
    if job_type == CLASSIFIER:
        text = found.get("text")
        said = text if isinstance(text, str) else read_messages(found)
        return Sample(said, read_labels(found, targets))
    return Sample(read_messages(found, answered=True), {})


def read_messages(found: Mapping[str, Any], *, answered: bool = False) -> str:
    """Return what the messages of a sample say; `answered` demands one of the assistant.

    Raises:
        LineError: There are no messages, or they are malformed.

    """
    messages = found.get("messages")
    if not isinstance(messages, list) or not messages:
        raise LineError("it has no messages")
    roles = [message.get("role") if isinstance(message, dict) else None for message in messages]
    if not ROLES.issuperset(roles):
        raise LineError("a message has an unknown role")
    if answered and "assistant" not in roles:
        raise LineError("there is no message from the assistant")
    try:
        return join(messages)
    except (TypeError, AttributeError) as error:
        raise LineError("a message has no content that can be read") from error


def read_labels(found: Mapping[str, Any], targets: Sequence[Mapping[str, Any]]) -> Labels:
    """Return the labels of a sample, by target.

    Raises:
        LineError: There are none, or one is not among those of its target.

    """
    given = found.get("labels")
    if not isinstance(given, dict) or not given:
        raise LineError("it has no labels")
    known = {target["name"]: target["labels"] for target in targets}
    labels: dict[str, list[str]] = {}
    for name, chosen in given.items():
        labels[name] = chosen if isinstance(chosen, list) else [chosen]
        for label in labels[name]:
            if name not in known or label not in known[name]:
                raise LineError(f"{name} has no label {label!r}")
    return labels
