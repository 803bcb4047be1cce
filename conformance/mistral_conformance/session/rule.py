"""What a rule is and how a module registers one.

A rule is one small function with an id, a level, a source and a sentence (its docstring's first
line). Two kinds exist: a rule that names its operations runs once; a rule over `EACH` operation
runs once per operation that `applies` accepts and finds it in `ctx.operation`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from mistral_conformance.verdict.registry import Registry, WrongEntry
from mistral_conformance.verdict.requirement import Requirement

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model.document import Operation
    from mistral_conformance.session.context import Context
    from mistral_conformance.verdict.requirement import Level
    from mistral_openapi.eras import Era

    Check = Callable[[Context], None]
    Applies = Callable[[Operation], bool]

EACH: Final = "each"


def _everywhere(_operation: Operation) -> bool:
    return True


@frozen
class Rule(Requirement):
    """A requirement and the function that judges it.

    `operations` is empty for a rule over each operation, which `applies` narrows.
    """

    applies: Applies
    check: Check
    about: tuple[str, ...] = ()
    """Places that it takes for granted: the operation, a blank, the place as `mistral_openapi.eras`
    writes it, and perhaps a blank and a constraint. It is not judged in an era that lacks one."""

    def fits(self, era: Era) -> bool:
        """Say whether an era has all that the rule takes for granted."""
        return all(era.holds(*each.split(" ")) for each in self.about)


Rules = Registry[Rule]
RULES = Rules()


def rule(
    level: Level,
    source: str,
    operations: tuple[str, ...] | Literal["each"],
    *,
    id: str = "",  # noqa: A002 - the word of the reports
    needs: tuple[str, ...] = (),
    applies: Applies = _everywhere,
    about: tuple[str, ...] = (),
    registry: Rules = RULES,
) -> Callable[[Check], Check]:
    """Register the decorated function as a rule.

    Its `id` is the name of its module, which is its family, and its own name, unless another is
    given. `needs` names identities (`colleague`, `neighbour`, `stranger`, `private`) and `clock`; a
    run that lacks one skips the rule with that reason. `about` are places that not every era has,
    see `Rule`. The function's docstring starts with the rule's sentence.

    Raises:
        WrongEntry: the rule breaks the form, see `Registry.add`; or it names no operation.

    """
    if not operations:
        raise WrongEntry(f"rule {id or source!r} names no operation")
    given: object = operations  # modules of others need not keep to the types
    if isinstance(given, str) and given != EACH:
        said = f"rule {id or source!r}: operations={given!r} is one text"
        raise WrongEntry(f"{said}, a tuple is due: ({given!r},)")
    named = () if operations == EACH else tuple(operations)

    def register(check: Check) -> Check:
        id_ = id or _name(check)
        sentence = (check.__doc__ or "").strip().partition("\n")[0]
        registry.add(Rule(id_, level, source, sentence, named, needs, applies, check, about))
        return check

    return register


def _name(check: Check) -> str:
    """Return the id of a rule by where its function stands, such as `deletes.twice-is-404`."""
    family = check.__module__.rpartition(".")[2]
    return f"{family}.{check.__name__}".replace("_", "-")
