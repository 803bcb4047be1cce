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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import FULL, QUICK, Law, Subject, law
from mistral_conformance.laws.subjects import changeable, resources
from mistral_conformance.laws.world import World
from mistral_conformance.model import Resource
from mistral_conformance.model.document import load_document, tell_unknown
from mistral_conformance.model.places import find_place
from mistral_conformance.rules import load_rules
from mistral_conformance.session.context import Context
from mistral_conformance.session.rule import EACH, Rule, rule
from mistral_conformance.session.source_lines import line_of, line_of_error
from mistral_conformance.verdict.citations import OWN, UnknownSource, read_citations
from mistral_conformance.verdict.outcome import Failed, NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.registry import WrongEntry
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
        WrongModule: there is no such module, it breaks, it registers nothing, or what it
            registers names an operation or a source that there is not.

    """
    for name in modules:
        before = {each.id for each in (*load_rules(), *load_laws())}
        if _module_name(name) in sys.modules:
            continue
        try:
            _import(name)
        except Exception as error:
            raise WrongModule(f"--rules-from {name}: {_told(error)}") from error
        rules = [each for each in load_rules() if each.id not in before]
        laws = [each for each in load_laws() if each.id not in before]
        if not rules and not laws:
            raise WrongModule(
                f"--rules-from {name}: no rule and no law is registered there: "
                "see `pydoc mistral_conformance.own`"
            )
        functions = [(each, each.check) for each in rules] + [(each, each.judge) for each in laws]
        for each, function in functions:
            wrong = _find_wrong(each)
            if wrong:
                where = line_of(function)
                raise WrongModule(f"--rules-from {name}: {where}: {wrong}")


def _told(error: Exception) -> str:
    """Return what is wrong with a module that could not be imported, and in which line."""
    if isinstance(error, SyntaxError):
        return str(error)
    importing = {__file__, importlib.__file__, "<frozen importlib._bootstrap>"}
    where = line_of_error(error, importing | {"<frozen importlib._bootstrap_external>"})
    told = str(error) if isinstance(error, WrongEntry) else f"{type(error).__name__}: {error}"
    return f"{where}: {told}" if where else told


def _find_wrong(entry: Rule | Law) -> str:
    """Return what a rule or law names that there is not; empty where all of it is there."""
    kind = "rule" if isinstance(entry, Rule) else "law"
    known = load_document().operations
    for each in entry.operations if isinstance(entry, Rule) else ():
        if each not in known:
            return f"{kind} {entry.id}: {tell_unknown(each, known)}"
    try:
        read_citations(entry.source, partial(find_place, load_document()))
    except UnknownSource as error:
        return f"{kind} {entry.id}: the source {error}: begin it with `{OWN}` to say it freely"
    return ""


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
