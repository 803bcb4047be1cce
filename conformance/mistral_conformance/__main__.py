"""`python -m mistral_conformance`."""

from __future__ import annotations

import sys

from mistral_conformance.cli import main

sys.exit(main())
