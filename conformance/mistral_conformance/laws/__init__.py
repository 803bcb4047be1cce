"""The laws: what holds for every resource, told once over declarations.

A law is one function in a module named by what it is about:

    @law(id="views.created-is-shown", over=resources, source="harm: ...", harm=True)
    def created_is_shown(world: World, resource: Resource) -> None:
        '''What was created is shown as it was sent, by every view at once.'''
        instance = world.make(resource)
        for shown in world.look(instance):
            world.expect(shown.value == ..., "what is wrong, with both values", shown.exchange)

`over` is a function from the model to subjects: `subjects.resources`, `subjects.changeable`, or one
in the law's own module. A subject whose value is a tuple gives the law so many arguments. Each
subject is one case, called `views.created-is-shown[library]`; its
`operations` are what the verdict is about, its `needed` ones have to be offered or the case is not
judged. Where the declarations that it stands on (`origins`) are our choice, a MUST becomes a
SHOULD, unless breaking the law does harm.

`World` has what laws need: `make` an object (with parents, by any identity), `change`, `delete` and
`settle` it, `look` at all its views, `walk` its list. `call` is for what is there, and finds out
when an operation is not offered; `ask` is for what may be gone or refused. An answer that a law
goes on from is `need`ed, or `taken` where a server may refuse. Rules of the trade:

- Nothing passes on emptiness: `raise Skipped("why")` where there was nothing to judge.
- Only the declared is judged. Compare with `comparing.first_difference` over fields of the model: a
  field that is left out, or that nobody knows, is free. Fields that move by themselves are not
  `views.stable`; those that move with a change have `moves == "change"`.
- Read answers with `reading` or by `exchange["field"]`, which fail with a sentence; never index
  what came from outside by hand.
- Say the first difference, with both values, and show the exchanges that prove it.
- Every law has a test in `conformance/tests/unit/laws` that alters an answer of the mock and sees
  the law fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.laws.law import LAWS
from mistral_conformance.verdict.registry import import_modules

if TYPE_CHECKING:
    from mistral_conformance.laws.law import Law
    from mistral_conformance.verdict.registry import Registry


def load_laws() -> Registry[Law]:
    """Return all laws, in the order of the modules' names."""
    import_modules(__name__)
    return LAWS
