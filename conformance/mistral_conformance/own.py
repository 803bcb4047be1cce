"""Rules and laws of your own: what to write them with, and how a run finds them.

A module of yours registers rules and laws with the decorators that ours are registered with:

    from mistral_conformance.own import MUST, Context, rule

    @rule(
        id="own.models-are-few",
        level=MUST,
        source="own: our contract",
        operations=("models.list",),
    )
    def models_are_few(ctx: Context) -> None:
        '''No more than ten models are offered.'''
        answer = ctx.expect_status(ctx.api.call("models.list"), 200)
        ctx.expect(len(answer["data"]) <= 10, f"{len(answer['data'])} models are listed")

`mistral-conformance run --rules-from MODULE` judges them beside ours.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import FULL, QUICK, Subject, law
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.world import World
from mistral_conformance.model import Resource
from mistral_conformance.rules import load_rules
from mistral_conformance.session.context import Context
from mistral_conformance.session.rule import EACH, rule
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

__all__ = [
    "EACH",
    "FULL",
    "MAY",
    "MUST",
    "QUICK",
    "SHOULD",
    "Context",
    "Failed",
    "NotOffered",
    "Resource",
    "Skipped",
    "Subject",
    "Unjudged",
    "World",
    "WrongModule",
    "changeable",
    "law",
    "load_own",
    "resources",
    "rule",
]


class WrongModule(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A module of own rules that cannot be used; the message says why."""


def load_own(modules: Iterable[str]) -> None:
    """Import modules, by dotted name or by the path of a file: that registers what they hold.

    Ours are registered before, so that an id that is taken is noticed here.

    Raises:
        WrongModule: there is no such module, it breaks, or it registers nothing.

    """
    for name in modules:
        before = len(load_rules()) + len(load_laws())
        if _module_name(name) in sys.modules:
            continue
        try:
            _import(name)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise WrongModule(f"--rules-from {name}: {reason}") from error
        if len(load_rules()) + len(load_laws()) == before:
            raise WrongModule(
                f"--rules-from {name}: no rule and no law is registered there: "
                "see `pydoc mistral_conformance.own`"
            )


def _module_name(name: str) -> str:
    return Path(name).stem if name.endswith(".py") else name


def _import(name: str) -> ModuleType:
    if not name.endswith(".py"):
        folder = str(Path.cwd())
        if folder not in sys.path:
            sys.path.append(folder)
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(_module_name(name), name)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module
