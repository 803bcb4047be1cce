"""Where hypothesis keeps what it stores for itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hypothesis.configuration import set_hypothesis_home_dir
from platformdirs import user_cache_path

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def hypothesis_at_home() -> Iterator[None]:
    """Keep what hypothesis stores out of the folder that the command is called in.

    It stores tables of characters, which take seconds to make, and no examples; the user's folder
    for caches keeps them for the next run.
    """
    set_hypothesis_home_dir(user_cache_path("mistral-conformance") / "hypothesis")
    try:
        yield
    finally:
        set_hypothesis_home_dir(None)
