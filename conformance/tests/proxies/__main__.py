"""The whole of both proxies: every rule and law over every liberty, rules over spoilt fields.

python -m tests.proxies variations [--seeds N] [--profile NAME]... [--rules PATTERN]
python -m tests.proxies mutations [--profile NAME] [--most N] [--rules PATTERN]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.proxies.mutations import OTHERS
from tests.proxies.sweep import named_cases, sweep
from tests.proxies.trial import is_wrong, judge_varied

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import default_profile, make_plan, select_operations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.running.plan import Case

BUSY = 0.02
"""The share of requests that a busy server puts off."""
PROFILES = [default_profile(), "seed"]


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 where no rule found fault with what is free, and none broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.proxies", description=__doc__)
    commands = parser.add_subparsers(required=True)
    varied = commands.add_parser("variations", help="vary all that the document leaves free")
    varied.add_argument("--seeds", type=int, default=5)
    varied.add_argument("--profile", action="append", default=None)
    varied.add_argument("--rules", default="*", help="only these rules and laws")
    varied.set_defaults(command=run_variations)
    spoilt = commands.add_parser("mutations", help="spoil what rules read, field by field")
    spoilt.add_argument("--profile", default="seed")
    spoilt.add_argument("--most", type=int, default=None, help="of each rule's mutations")
    spoilt.add_argument("--rules", default="*")
    spoilt.set_defaults(command=run_mutations)
    options = parser.parse_args(arguments)
    code: int = options.command(options)
    return code


def run_variations(options: argparse.Namespace) -> int:
    """Judge whole profiles on servers of several seeds, each once more while it is busy."""
    document, wrong = load_document(), 0
    known = [*load_rules(), *load_laws()]
    for profile in options.profile or PROFILES:
        whole = make_plan(document, known, select_operations(document, profile), profile)
        plan = [case for case in whole if fnmatchcase(case.rule.id, options.rules)]
        for seed in range(1, options.seeds + 1):
            for busy in (0, BUSY):
                wrong += _judge_seed(profile, plan, seed, busy)
    return int(wrong > 0)


def _judge_seed(profile: str, plan: Sequence[Case], seed: int, busy: float) -> int:
    """Judge the plan on one server; how many cases are wrong."""
    counts: Counter[str] = Counter()
    wrong = 0
    for result in judge_varied(seed, plan, busy=busy):
        counts[result.status] += 1
        if is_wrong(result):
            wrong += 1
            _say(f"{result.rule.level} {result.status} {result.name}: {result.reason}")
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    _say(f"{profile}, seed {seed}{', busy' if busy else ''}: {told}")
    return wrong


def run_mutations(options: argparse.Namespace) -> int:
    """Judge every rule over every field that it reads, spoilt in every way."""
    tried, wrong = 0, 0
    for case in named_cases(options.profile):
        if not fnmatchcase(case.name, options.rules):
            continue
        count, broken = sweep(case, OTHERS, options.most)
        tried += count
        wrong += len(broken)
        for each in broken:
            _say(str(each))
    _say(f"{tried} mutations, {wrong} rules broke")
    return int(wrong > 0)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
