"""`python -m mistral_mock` is the command `mistral-mock`."""

from __future__ import annotations

import sys

from mistral_mock.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
