"""Kills runs of the suite at random moments: `clean` has to find all that they left behind.

    python -m tests.kills --runs 60 --seed 1        # or: make kills

Each run is of a random profile against one mock, is killed with SIGKILL, and is cleaned up after by
its ledger. What the mock lists then is what it listed before. Exit codes: 0 nothing is left, 1
something is, which is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from mistral_conformance.laws.filters import value_at
from mistral_conformance.laws.instance import key_of
from mistral_conformance.model import load_model
from mistral_conformance.running.plan import load_profiles
from mistral_conformance.session.creations import load_kinds
from mistral_mock.identities import DEFAULT
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUITE = (sys.executable, "-m", "mistral_conformance")
NOT_OF_THE_MOCK = frozenset({"whole", "seed"})
EARLIEST_S, LATEST_S = 2.0, 20.0
MOST_PAGES = 50
NOT_THERE = 501
"""How the mock answers what it does not hold."""


def main(argv: Sequence[str] | None = None) -> int:
    """Kill and clean; the exit code."""
    parser = argparse.ArgumentParser(description="Kill runs and clean up after them.")
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args(argv)
    sys.stdout.write(f"--seed {options.seed}\n")
    profiles = sorted(set(load_profiles()) - NOT_OF_THE_MOCK)
    dice = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    with running(Settings()) as mock:
        for number in range(options.runs):
            profile, after_s = dice.choice(profiles), dice.uniform(EARLIEST_S, LATEST_S)
            left = kill_and_clean(mock.base_url, profile, after_s, number)
            sys.stdout.write(f"{number}: {profile} killed after {after_s:.1f} s: left {left}\n")
            sys.stdout.flush()
            if left:
                return 1
    return 0


def kill_and_clean(base_url: str, profile: str, after_s: float, seed: int) -> list[str]:
    """What can be deleted, and is left after a run was killed and cleaned up after."""
    before = deletable(base_url)
    environment = {**os.environ, "MISTRAL_API_KEY": DEFAULT.key}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder, "ledger.jsonl")
        command = [*SUITE, "run", "--base-url", base_url, "--profile", profile]
        child = subprocess.Popen(
            [*command, "--report-dir", folder, "--seed", str(seed)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_start(ledger, child)
        time.sleep(after_s)
        child.kill()
        child.wait()
        cleaned = subprocess.run(
            [*SUITE, "clean", str(ledger)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if cleaned.returncode:
        return [cleaned.stdout + cleaned.stderr]
    return sorted(deletable(base_url) - before)


def wait_for_start(ledger: Path, child: subprocess.Popen[bytes]) -> None:
    """Wait until a run has begun to make things, or has ended."""
    while child.poll() is None and not (ledger.exists() and "intended" in ledger.read_text()):
        time.sleep(0.05)


def deletable(base_url: str) -> set[str]:
    """All that the mock lists of what runs make and can delete, by kind and id."""
    found: set[str] = set()
    with httpx.Client(base_url=base_url, trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {DEFAULT.key}"
        for resource in load_model().resources.values():
            if resource.create in load_kinds() and resource.list and resource.delete:
                document = load_model().document
                if not document.operations[resource.list].path_ids:
                    items = listed(client, resource.list)
                    found |= {json.dumps([resource.name, *key_of(resource, e)]) for e in items}
    return found


def listed(client: httpx.Client, operation: str) -> Iterator[dict[str, Any]]:
    """The items of a list, page by page."""
    view = load_model().lists[operation]
    path = load_model().document.operations[operation].path
    paging = view.paging
    first = 1 if paging.get("style") == "page-from-1" else 0
    seen = 0
    for number in range(MOST_PAGES):
        query: dict[str, Any] = {paging["page"]: number + first} if "page" in paging else {}
        query |= {paging["offset"]: seen} if "offset" in paging and "page" not in paging else {}
        answer = client.get(path, params=query)
        if answer.status_code == NOT_THERE:
            return
        body = answer.raise_for_status().json()
        items = value_at(body, view.items) if view.items else body
        yield from items or ()
        seen += len(items or ())
        if not items or not query:
            return


if __name__ == "__main__":
    sys.exit(main())
