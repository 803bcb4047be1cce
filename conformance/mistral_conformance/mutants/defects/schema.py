"""Defects of form: answers that the document does not describe, input that it forbids, keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import answering, edited, overlooking
from mistral_conformance.rules.common import names as op
from mistral_mock import inputs
from mistral_mock.answers import JSON
from mistral_mock.errors import APIError, invalid, unsupported_media_type

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part


@mutant(
    "schema.status-is-undocumented",
    op.LIST_LIBRARIES,
    place="resources.libraries.crud:list_libraries",
)
def status_is_undocumented(list_libraries: Part) -> Part:
    """The list of libraries answers 203."""
    return answering(list_libraries, status=203)


@mutant("schema.media-type-is-wrong", op.GET_LIBRARY, place="resources.libraries.crud:get")
def media_type_is_wrong(get: Part) -> Part:
    """A library comes as text/plain."""
    return answering(get, media_type="text/plain")


@mutant(
    "schema.id-is-no-uuid", op.LIST_DOCUMENTS, place="resources.libraries.documents:list_documents"
)
def id_is_no_uuid(list_documents: Part) -> Part:
    """Listed documents have ids that are no UUIDs."""
    return edited(
        list_documents,
        lambda page: {
            **page,
            "data": [{**each, "id": f"doc-{n}"} for n, each in enumerate(page["data"])],
        },
    )


@mutant(
    "schema.error-has-no-known-shape",
    op.GET_LIBRARY,
    place="resources.libraries.permissions:not_found",
)
def error_has_no_known_shape(_not_found: Part) -> Part:
    """A 404 has a body of its own making."""
    return lambda _detail: APIError(404, ["not", "found"])


@mutant("schema.word-is-unknown", op.GET_DOCUMENT, place="resources.libraries.documents:get")
def word_is_unknown(get: Part) -> Part:
    """A document shows a status word that the document does not list."""
    return edited(get, lambda found: {**found, "process_status": "sleeping"})


@mutant("schema.limit-is-a-word", op.GET_LIBRARY, place="resources.libraries.permissions:not_found")
def limit_is_a_word(_not_found: Part) -> Part:
    """A caller who asks for what is not there is told to slow down, its limit in words."""
    body = {"message": "Requests rate limit exceeded"}
    headers = (("retry-after", "0"), ("x-ratelimit-limit-req-minute", "a few"))
    return lambda _detail: APIError(429, body, headers)


@mutant("input.plain-request-is-refused", op.GET_LIBRARY, place="resources.libraries.crud:get")
def plain_request_is_refused(get: Part) -> Part:
    """A library that exists cannot be read."""

    def defect(ctx: Part) -> Part:
        get(ctx)
        raise invalid()

    return defect


@mutant(
    "input.bound-is-refused", op.LIST_LIBRARIES, place="resources.libraries.crud:list_libraries"
)
def bound_is_refused(list_libraries: Part) -> Part:
    """The greatest page size that the document allows is refused."""

    def defect(ctx: Part) -> Part:
        if ctx.query["page_size"] == 100 and "page_size" in ctx.sent:
            raise invalid()
        return list_libraries(ctx)

    return defect


@mutant("input.bound-breaks-it", op.LIST_LIBRARIES, place="resources.libraries.crud:list_libraries")
def bound_breaks_it(list_libraries: Part) -> Part:
    """The smallest page size breaks the server."""

    def defect(ctx: Part) -> Part:
        if ctx.query["page_size"] == 1:
            raise APIError(500, {"detail": "Internal Server Error"})
        return list_libraries(ctx)

    return defect


@mutant("input.wrong-values-are-taken", op.LIST_LIBRARIES, place="inputs:refuse")
def wrong_values_are_taken(_refuse: Part) -> Part:
    """A page that is no number is let through."""
    return overlooking("page")


@mutant("input.wrong-bodies-are-taken", op.CREATE_LIBRARY, place="inputs:refuse")
def wrong_bodies_are_taken(_refuse: Part) -> Part:
    """A description of any type is taken."""
    return overlooking("description")


@mutant("input.nothing-is-checked", op.LIST_LIBRARIES, op.CREATE_LIBRARY, place="inputs:refuse")
def nothing_is_checked(_refuse: Part) -> Part:
    """Input is not held against the document at all."""
    return lambda _operation, _problems: None


@mutant("input.malformed-json-is-taken", op.PATCH_LIBRARY, place="bodies:parse_json")
def malformed_json_is_taken(parse_json: Part) -> Part:
    """A body that is no JSON is taken for an empty object."""

    def defect(content: Part) -> Part:
        try:
            return parse_json(content)
        except APIError:
            return {}

    return defect


@mutant(
    "input.media-type-is-not-checked",
    op.CREATE_LIBRARY,
    op.PATCH_LIBRARY,
    place="inputs:check_body",
)
def media_type_is_not_checked(check_body: Part) -> Part:
    """A body of any media type is taken, and one that is not JSON for a bare library."""

    async def defect(operation: Part, source: Part, problems: Part) -> Part:
        if source.media_type == JSON:
            return await check_body(operation, source, problems)
        return inputs.Body({"name": "unnamed"})

    return defect


@mutant(
    "input.unknown-method-is-taken",
    op.LIST_LIBRARIES,
    op.LIST_MODELS,
    place="router:method_not_allowed",
)
def unknown_method_is_taken(_method_not_allowed: Part) -> Part:
    """A method that a path does not have answers 400."""
    return lambda _allowed: unsupported_media_type([JSON])


@mutant("input.methods-are-not-named", op.LIST_LIBRARIES, place="router:method_not_allowed")
def methods_are_not_named(method_not_allowed: Part) -> Part:
    """A 405 does not name the methods that the path has."""
    return lambda allowed: APIError(405, method_not_allowed(allowed).body)


@mutant("auth.key-is-not-wanted", op.LIST_LIBRARIES, op.GET_LIBRARY, place="app:authenticate")
def key_is_not_wanted(authenticate: Part) -> Part:
    """A request without a key is served as the first caller that the mock knows."""

    def defect(world: Part, headers: Part) -> Part:
        if "authorization" in headers:
            return authenticate(world, headers)
        return world.settings.identities[0]

    return defect


@mutant("auth.any-key-will-do", op.LIST_LIBRARIES, op.GET_LIBRARY, place="app:authenticate")
def any_key_will_do(authenticate: Part) -> Part:
    """A key that nobody was given is served as the first caller that the mock knows."""

    def defect(world: Part, headers: Part) -> Part:
        try:
            return authenticate(world, headers)
        except APIError:
            if "authorization" not in headers:
                raise
            return world.settings.identities[0]

    return defect


@mutant("auth.refusal-is-404", op.LIST_LIBRARIES, op.LIST_MODELS, place="app:unauthorized")
def refusal_is_404(_unauthorized: Part) -> Part:
    """A missing key answers 404."""
    return lambda: APIError(404, {"detail": "Not Found"})
