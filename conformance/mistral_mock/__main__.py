"""The command `mistral-mock`, also as `python -m mistral_mock`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; the exit code. 2, with one line, when the extra is not installed."""
    try:
        # Imported here, so that a missing extra is a message and not a traceback.
        from mistral_mock.cli import main as run  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mistral_"):
            raise
        sys.stderr.write(
            "mistral-mock needs its extra; in a checkout: pip install '.[mock]'"
            f" ({error.name} is not installed)\n"
        )
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
