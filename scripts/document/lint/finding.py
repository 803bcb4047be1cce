"""What a rule of the lint has to say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from document.tree import Tree


@attrs.frozen
class Finding:
    """One breach of one rule."""

    where: str
    problem: str
    """What is wrong and what to do, without a full stop."""

    def __str__(self) -> str:
        """Return the finding as a line for people."""
        return f"{self.where}: {self.problem}"


Rule = Callable[[Tree], Iterator[Finding]]
