"""What a comparison has to say about an exchange."""

from __future__ import annotations

import attrs


@attrs.frozen
class Finding:
    """One sentence about one exchange: a difference, or what was not compared and why."""

    exchange: str
    text: str
    differs: bool = True

    def __str__(self) -> str:
        return f"{'differs' if self.differs else 'not compared'}: {self.exchange}: {self.text}"
