"""What making objects and requests needs of a `World`, so that it need not know all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from mistral_conformance.session.identities import CALLER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.values import Values
    from mistral_conformance.model import Model, Resource
    from mistral_conformance.model.document import Document, Json
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


class Maker(Protocol):
    """The document, values, and ways to call the server; each is told of at `World`."""

    model: Model
    ctx: Context
    values: Values

    @property
    def document(self) -> Document: ...  # noqa: D102 - see `World`
    def lookup(self, word: str) -> str: ...  # noqa: D102 - see `World`
    def prepare(  # noqa: D102 - see `World`
        self, operation: str, by: str, ids: Mapping[str, str] | None = None
    ) -> None: ...
    def need(self, exchange: Exchange) -> Exchange: ...  # noqa: D102 - see `World`
    def call(  # noqa: D102 - see `World`
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        *,
        by: str = CALLER,
        **request: Any,  # noqa: ANN401 - what `Api.call` takes
    ) -> Exchange: ...
    def ask(  # noqa: D102 - see `World`
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        *,
        by: str = CALLER,
        **request: Any,  # noqa: ANN401 - what `Api.call` takes
    ) -> Exchange: ...
    def make(  # noqa: D102 - see `World`
        self,
        resource: Resource,
        *,
        by: str = CALLER,
        parent: Instance | None = None,
        given: Json | None = None,
    ) -> Instance: ...
