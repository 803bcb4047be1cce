"""What fine-tuned classifiers have learned."""

from __future__ import annotations

from attrs import frozen

from mistral_mock.store import Record


@frozen(kw_only=True)
class Lesson(Record):
    """What the training files of a job teach; its id is the job's."""

    called = "content of training files"

    words: dict[str, dict[str, dict[str, int]]]
    """For each target, for each label: how often each word stood in its texts."""
