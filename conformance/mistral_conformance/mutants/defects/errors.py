"""Defects of errors: shapes, places, checks of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import overlooking
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import Answer
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

ANSWERED = (op.LIST_LIBRARIES, op.GET_LIBRARY, op.CREATE_LIBRARY)


@mutant("errors.no-key-is-403", op.LIST_LIBRARIES, op.LIST_MODELS, place="app:unauthorized")
def no_key_is_403(_unauthorized: Part) -> Part:
    """A missing key answers 403."""
    return lambda: APIError(403, {"detail": "Forbidden"})


@mutant("errors.401-is-a-list", op.LIST_LIBRARIES, place="app:unauthorized")
def unauthorized_is_a_list(_unauthorized: Part) -> Part:
    """A 401 says what is wrong in a list."""
    return lambda: APIError(401, {"errors": ["Unauthorized"]})


@mutant("errors.key-is-repeated", *ANSWERED, place="app:authenticate")
def key_is_repeated(authenticate: Part) -> Part:
    """A 401 repeats the key that was refused."""

    def defect(world: Part, headers: Part) -> Part:
        try:
            return authenticate(world, headers)
        except APIError as error:
            detail = f"Unauthorized: {headers.get('authorization', 'no key')}"
            raise APIError(error.status, {"detail": detail}) from error

    return defect


@mutant("errors.stack-is-shown", op.GET_LIBRARY, place="resources.libraries.permissions:not_found")
def stack_is_shown(_not_found: Part) -> Part:
    """A 404 shows the stack of calls."""
    stack = 'Traceback (most recent call last):\n  File "/srv/app.py", line 12, in handle\nKeyError'
    return lambda _detail: APIError(404, {"detail": stack})


@mutant("errors.errors-are-plain-text", *ANSWERED, place="errors:APIError.answer")
def errors_are_plain_text(_answer: Part) -> Part:
    """Errors come as plain text."""
    return lambda self: Answer(self.status, str(self.body).encode(), "text/plain")


@mutant(
    "errors.404-says-nothing", op.GET_LIBRARY, place="resources.libraries.permissions:not_found"
)
def not_found_says_nothing(_not_found: Part) -> Part:
    """A 404 is an empty object."""
    return lambda _detail: APIError(404, {})


@mutant("errors.problems-lack-their-type", *ANSWERED, place="inputs:invalid")
def problems_lack_their_type(invalid: Part) -> Part:
    """The problems of a 422 have no `type`."""

    def defect(*problems: Part) -> Part:
        detail = [{k: v for k, v in each.as_json().items() if k != "type"} for each in problems]
        return APIError(invalid().status, {"detail": detail})

    return defect


@mutant(
    "errors.place-is-the-field-alone",
    *ANSWERED,
    op.PATCH_LIBRARY,
    op.SHARE,
    place="inputs:invalid",
)
def place_is_the_field_alone(invalid: Part) -> Part:
    """The place of a problem does not say whether it is in path, query or body."""
    return lambda *problems: invalid(*(evolve(each, loc=each.loc[1:]) for each in problems))


@mutant("errors.first-problem-only", op.CHAT, place="inputs:refuse")
def first_problem_only(refuse: Part) -> Part:
    """A 422 lists the first problem only."""
    return lambda operation, problems: refuse(operation, problems[:1])


@mutant("errors.unknown-fields-are-taken", op.CHAT, place="inputs:refuse")
def unknown_fields_are_taken(refuse: Part) -> Part:
    """Fields that a closed request does not know are ignored."""
    return lambda operation, problems: refuse(
        operation, [each for each in problems if each.type != "extra_forbidden"]
    )


@mutant("errors.broken-json-breaks-it", op.CREATE_LIBRARY, op.CHAT, place="bodies:parse_json")
def broken_json_breaks_it(parse_json: Part) -> Part:
    """A body that is no JSON breaks the server."""

    def defect(content: Part) -> Part:
        try:
            return parse_json(content)
        except APIError as error:
            raise APIError(500, error.body) from error

    return defect


@mutant("errors.broken-json-is-empty", op.CREATE_LIBRARY, op.CHAT, place="bodies:parse_json")
def broken_json_is_empty(parse_json: Part) -> Part:
    """A body that is no JSON is taken for a library without a name of its own."""

    def defect(content: Part) -> Part:
        try:
            return parse_json(content)
        except APIError:
            return {"name": "unnamed"}

    return defect


@mutant("errors.unknown-path-is-200", op.LIST_LIBRARIES, place="router:no_route")
def unknown_path_is_200(_no_route: Part) -> Part:
    """An unknown path answers 200 with an empty object."""
    return lambda _request_id: APIError(200, {})


@mutant("errors.unknown-path-is-html", op.LIST_LIBRARIES, place="router:no_route")
def unknown_path_is_html(_no_route: Part) -> Part:
    """An unknown path answers with a web page."""

    class PageError(APIError):
        """The web page."""

        def answer(self) -> Answer:
            """Return the page as an answer."""
            return Answer(self.status, b"<h1>Not Found</h1>", "text/html")

    return lambda _request_id: PageError(404, {})


@mutant(
    "errors.wrong-method-is-200",
    op.LIST_LIBRARIES,
    op.LIST_MODELS,
    place="router:method_not_allowed",
)
def wrong_method_is_200(_method_not_allowed: Part) -> Part:
    """A method that a path does not have answers 200 with an empty object."""
    return lambda _allowed: APIError(200, {})


@mutant("errors.name-is-not-wanted", op.CREATE_LIBRARY, place="inputs:refuse")
def name_is_not_wanted(_refuse: Part) -> Part:
    """A missing name is let through."""
    return overlooking("name")
