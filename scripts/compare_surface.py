"""Tell what breaks between two versions of the generated package: `compare_surface.py OLD NEW`.

Each is a folder that holds the package `mistral_generated`, as `generated` in a checkout does.

Exit codes: 0 nothing breaks, 1 something does, 2 a folder does not hold the package.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from changes.surface import PACKAGE, compare_surfaces

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args(arguments)
    for folder in (options.old, options.new):
        if not (folder / PACKAGE / "__init__.py").exists():
            print(f"compare_surface: {folder} does not hold {PACKAGE}", file=sys.stderr)
            return 2
    breaks = compare_surfaces(options.old, options.new)
    print("\n".join(map(str, breaks)) or "nothing breaks")
    return int(bool(breaks))


if __name__ == "__main__":
    sys.exit(main())
