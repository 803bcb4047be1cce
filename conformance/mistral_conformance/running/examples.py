"""Where hypothesis keeps what it stores for itself."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hypothesis.configuration import set_hypothesis_home_dir

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hypothesis_at_home() -> Iterator[None]:
    """Keep what hypothesis stores out of the folder that the command is called in."""
    with tempfile.TemporaryDirectory(prefix="mistral-conformance-") as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)
