"""The command line, and the rules as pytest items."""

from mistral_conformance.cli.entry import main

__all__ = ["main"]
