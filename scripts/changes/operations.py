"""What changed between two operations: parameters, bodies, answers, authorization."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from changes.change import Change, Text, change
from changes.kinds import Side
from changes.renaming import probably_renamed, renamed
from changes.schemas import Comparer, Finding
from changes.shapes import is_same_schema
from changes.values import Located, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from changes.api import Answer, Endpoint, Media, Parameter

_DOTTED = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)+")
"""An operationId that is the path of a client's method."""
Found = tuple[list[Change], list[Finding]]


@attrs.define
class Result:
    """What a comparison of two operations found."""

    changes: list[Change] = attrs.field(factory=list)
    findings: list[Finding] = attrs.field(factory=list)
    """Of schemas, with the components that they led to."""

    def add(self, kind: str, pointer: str, **values: object) -> None:
        """Add a change of that kind."""
        self.changes.append(change(kind, pointer, **values))


def compare_operations(old: Endpoint, new: Endpoint, comparer: Comparer) -> Result:
    """Return all that changed between two operations that belong together."""
    result = Result()
    _compare_heads(old, new, result)
    _compare_parameters(old, new, comparer, result)
    _compare_bodies(old, new, comparer, result)
    _compare_answers(old, new, comparer, result)
    _compare_security(old, new, result)
    return result


def _compare_heads(old: Endpoint, new: Endpoint, result: Result) -> None:
    name = Text(new.name)
    one, other = sorted(old.node.get("tags") or ()), sorted(new.node.get("tags") or ())
    if one != other:
        result.add(
            "operation-retagged", f"{new.at}/tags", name=name, old=_joined(one), new=_joined(other)
        )
    if old.id and new.id and old.id != new.id and old.shape == new.shape:
        dotted = _DOTTED.fullmatch(old.id) and _DOTTED.fullmatch(new.id)
        kind = "client-method-renamed" if dotted else "operation-id-changed"
        result.add(kind, f"{new.at}/operationId", name=name, old=Text(old.id), new=Text(new.id))
    if old.deprecated != new.deprecated:
        kind = "operation-deprecated" if new.deprecated else "operation-undeprecated"
        result.add(kind, new.at, name=name)
    if old.servers != new.servers:
        lists = [", ".join(one) or "those of the document" for one in (old.servers, new.servers)]
        told = {"old": Text(lists[0]), "new": Text(lists[1])}
        result.add("operation-servers-changed", f"{new.at}/servers", name=name, **told)
    before, after = old.node.get("callbacks") or {}, new.node.get("callbacks") or {}
    for each in [each for each in before if each not in after]:
        result.add(
            "callback-removed", f"{old.at}/callbacks/{escaped(each)}", name=name, old=Text(each)
        )
    for each in [each for each in after if each not in before]:
        result.add(
            "callback-added", f"{new.at}/callbacks/{escaped(each)}", name=name, new=Text(each)
        )


def _joined(words: Iterable[str]) -> Text:
    return Text(", ".join(words) or "none")


def _quoted(name: str) -> Text:
    return Text(f"`{name}`")


def _compare_parameters(old: Endpoint, new: Endpoint, comparer: Comparer, result: Result) -> None:
    before, after = dict(old.parameters), dict(new.parameters)
    for kind, one, other in _rewritten(before, after):
        name, place = _quoted(one.name), Text(other.place)
        if kind:
            now = _quoted(other.name)
            result.add(kind, other.at, name=name, place=place, old=name, new=now)
        else:
            was = Text(one.place)
            result.add("parameter-moved", other.at, name=name, place=place, old=was, new=place)
        _compare_parameter(one, other, comparer, result)
    for key, one in before.items():
        if key in after:
            _compare_parameter(one, after[key], comparer, result)
        elif one.place != "path" or _is_told(one, old, new):
            gone = one.node.get("deprecated") is True
            kind = "deprecated-parameter-removed" if gone else "parameter-removed"
            result.add(kind, one.at, name=_quoted(one.name), place=Text(one.place))
    for key, other in after.items():
        if key not in before and (other.place != "path" or _is_told(other, new, old)):
            kind = f"{'required' if other.required else 'optional'}-parameter-added"
            result.add(kind, other.at, name=_quoted(other.name), place=Text(other.place))


def _is_told(one: Parameter, here: Endpoint, there: Endpoint) -> bool:
    """Say whether a parameter of one path alone is more than the other, or a slip in its list."""
    return here.shape == there.shape and f"{{{one.name}}}" not in there.path


def _rewritten(
    before: dict[tuple[str, str], Parameter], after: dict[tuple[str, str], Parameter]
) -> Iterator[tuple[str, Parameter, Parameter]]:
    """Take out the parameters that only moved to another place, or are called otherwise.

    Each comes with the kind of change if it is another name.
    """
    for key, one in list(before.items()):
        if key in after or one.place == "path":
            continue
        for other_key, other in list(after.items()):
            if other_key in before:
                continue
            if one.name.lower() == other.name.lower() and one.place != other.place:
                del before[key], after[other_key]
                yield "", one, other
                break
    for place in ("query", "header", "cookie"):
        for kind, find, is_one in (
            ("parameter-renamed", renamed, _is_same),
            ("parameter-probably-renamed", probably_renamed, _is_like),
        ):
            old, new = _by_name(before, place), _by_name(after, place)
            for name, now in find(old, new, is_one).items():
                yield kind, before.pop(old[name][0]), after.pop(new[now][0])


def _by_name(
    parameters: dict[tuple[str, str], Parameter], place: str
) -> dict[str, tuple[tuple[str, str], Parameter]]:
    """Return the parameters of one place by name, each with its key."""
    return {key[1]: (key, one) for key, one in parameters.items() if one.place == place}


def _is_same(one: tuple[object, Parameter], other: tuple[object, Parameter]) -> bool:
    return is_same_schema(one[1].schema, other[1].schema)


def _is_like(one: tuple[object, Parameter], other: tuple[object, Parameter]) -> bool:
    return one[1].required == other[1].required and _is_same(one, other)


def _compare_parameter(old: Parameter, new: Parameter, comparer: Comparer, result: Result) -> None:
    told: dict[str, Any] = {"name": _quoted(new.name), "place": Text(new.place)}
    if old.place == new.place == "path" and old.name != new.name:
        result.add("path-parameter-renamed", new.at, old=_quoted(old.name), new=_quoted(new.name))
    if old.required != new.required:
        kind = "parameter-became-required" if new.required else "parameter-became-optional"
        result.add(kind, new.at, **told)
    one, other = (each.node.get("deprecated") is True for each in (old, new))
    if one != other:
        result.add("parameter-deprecated" if other else "parameter-undeprecated", new.at, **told)
    if old.media != new.media:
        named = [Text(each.media or "plain text") for each in (old, new)]
        result.add("parameter-content-changed", new.at, **told, old=named[0], new=named[1])
    elif old.style != new.style and _has_parts(comparer, old, new):
        result.add(
            "parameter-style-changed", new.at, **told, old=Text(old.style), new=Text(new.style)
        )
    _compare_spelling(old, new, told, result)
    _collect(result, comparer, (old.schema, new.schema), Side.REQUEST, new.name)


def _has_parts(comparer: Comparer, old: Parameter, new: Parameter) -> bool:
    """Say whether style says anything: it does of lists and objects, and as `deepObject`."""
    forms = [*comparer.old.of(old.schema).forms, *comparer.new.of(new.schema).forms]
    return any(form.type in {"array", "object", None} for form in forms)


def _compare_spelling(old: Parameter, new: Parameter, told: dict[str, Any], result: Result) -> None:
    """Reserved characters, and whether nothing may stand after the name."""
    one, other = (each.node.get("allowReserved") is True for each in (old, new))
    if one != other:
        result.add("parameter-reserved-changed", new.at, **told, old=one, new=other)
    one, other = (each.node.get("allowEmptyValue") is True for each in (old, new))
    if one != other:
        result.add(f"parameter-empty-{'allowed' if other else 'refused'}", new.at, **told)


def _collect(
    result: Result, comparer: Comparer, pair: tuple[Located, Located], side: Side, name: str
) -> None:
    finding = comparer.compare(*pair, side, name)
    result.changes += finding.changes
    result.findings.append(finding)


def _compare_bodies(old: Endpoint, new: Endpoint, comparer: Comparer, result: Result) -> None:
    name = Text(new.name)
    if old.body is None or new.body is None:
        if old.body is not new.body:
            kind = f"{'required' if new.body_required else 'optional'}-body-added"
            at = (old.at if new.body is None else new.at) + "/requestBody"
            result.add("body-removed" if new.body is None else kind, at, name=name)
        return
    if old.body_required != new.body_required:
        kind = "body-became-required" if new.body_required else "body-became-optional"
        result.add(kind, f"{new.at}/requestBody", name=name)
    _compare_contents((old.body, new.body), Side.REQUEST, {"name": name}, comparer, result)
    for media, one in old.body.items():
        if media in new.body:
            _compare_encodings(one, new.body[media], result)


def _compare_contents(
    contents: tuple[dict[str, Media], dict[str, Media]],
    side: Side,
    told: dict[str, Any],
    comparer: Comparer,
    result: Result,
) -> None:
    before, after = contents
    gone = [media for media in before if media not in after]
    added = [media for media in after if media not in before]
    if len(gone) == len(added) == 1:
        told_both = {"old": Text(gone[0]), "new": Text(added[0])}
        result.add(f"{side}-media-type-changed", after[added[0]].at, **told, **told_both)
    else:
        for media in gone:
            result.add(f"{side}-media-type-removed", before[media].at, **told, old=Text(media))
        for media in added:
            result.add(f"{side}-media-type-added", after[media].at, **told, new=Text(media))
    for media, other in after.items():
        if media not in before:
            continue
        name = "the body" if side is Side.REQUEST else f"the answer {told['place']}"
        _collect(result, comparer, (before[media].schema, other.schema), side, name)


def _compare_encodings(old: Media, new: Media, result: Result) -> None:
    for part in sorted({*old.encoding, *new.encoding}):
        one, other = (
            {
                key: value
                for key, value in each.items()
                if key in {"contentType", "style", "explode"}
            }
            for each in (old.encoding.get(part) or {}, new.encoding.get(part) or {})
        )
        if one != other:
            result.add(
                "part-encoding-changed",
                new.at,
                name=_quoted(part),
                old=_joined(map(str, one.values())),
                new=_joined(map(str, other.values())),
            )


def _compare_answers(old: Endpoint, new: Endpoint, comparer: Comparer, result: Result) -> None:
    _compare_statuses(old, new, result)
    for status, one in old.answers.items():
        if status in new.answers:
            _compare_answer(status, (one, new.answers[status]), new, comparer, result)


def _compare_statuses(old: Endpoint, new: Endpoint, result: Result) -> None:
    name = Text(new.name)
    gone = [status for status in old.answers if status not in new.answers]
    added = [status for status in new.answers if status not in old.answers]
    for kind, one in (("success", _is_success), ("error", _is_error), ("default", _is_default)):
        before, after = [each for each in gone if one(each)], [each for each in added if one(each)]
        if kind == "success" and len(before) == len(after) == 1:
            at = new.answers[after[0]].at
            result.add(
                "success-status-changed", at, name=name, old=Text(before[0]), new=Text(after[0])
            )
            continue
        word = "answer" if kind == "default" else "status"
        for status in before:
            result.add(
                f"{kind}-{word}-removed", old.answers[status].at, name=name, old=Text(status)
            )
        for status in after:
            result.add(f"{kind}-{word}-added", new.answers[status].at, name=name, new=Text(status))


def _is_success(status: str) -> bool:
    return status.startswith(("1", "2", "3"))


def _is_error(status: str) -> bool:
    return status.startswith(("4", "5"))


def _is_default(status: str) -> bool:
    return not (_is_success(status) or _is_error(status))


def _compare_answer(
    status: str,
    answers: tuple[Answer, Answer],
    endpoint: Endpoint,
    comparer: Comparer,
    result: Result,
) -> None:
    old, new = answers
    told: dict[str, Any] = {"name": Text(endpoint.name), "place": Text(status)}
    if bool(old.content) != bool(new.content):
        kind = "answer-body-added" if new.content else "answer-body-removed"
        result.add(kind, new.at, **told, new=_joined(new.content))
    else:
        _compare_contents((old.content, new.content), Side.RESPONSE, told, comparer, result)
    _compare_headers(old, new, told, comparer, result)
    for each in [each for each in old.links if each not in new.links]:
        result.add("link-removed", f"{old.at}/links/{escaped(each)}", **told, old=Text(each))
    for each in [each for each in new.links if each not in old.links]:
        result.add("link-added", f"{new.at}/links/{escaped(each)}", **told, new=Text(each))


def _compare_headers(
    old: Answer, new: Answer, told: dict[str, Any], comparer: Comparer, result: Result
) -> None:
    for name, one in old.headers.items():
        required = one.node.get("required") is True
        if name not in new.headers:
            kind = f"{'required' if required else 'optional'}-header-removed"
            result.add(kind, one.at, **told, old=_quoted(name))
            continue
        other = new.headers[name]
        needed = other.node.get("required") is True
        if needed != required:
            kind = "header-became-required" if needed else "header-became-optional"
            result.add(kind, other.at, **(told | {"name": _quoted(name)}))
        pair = (_schema_of(one), _schema_of(other))
        _collect(result, comparer, pair, Side.RESPONSE, name)
    for name, other in new.headers.items():
        if name not in old.headers:
            needed = other.node.get("required") is True
            kind = f"{'required' if needed else 'optional'}-header-added"
            result.add(kind, other.at, **told, new=_quoted(name))


def _schema_of(header: Located) -> Located:
    return Located(header.node.get("schema", True), f"{header.at}/schema")


def _compare_security(old: Endpoint, new: Endpoint, result: Result) -> None:
    before = {_named(one): one for one in old.security}
    after = {_named(one): one for one in new.security}
    name, at = _security_place(old, new)
    gone = [each for each in before if each not in after]
    added = [each for each in after if each not in before]
    if _is_open(before) or _is_open(after):
        if _is_open(before) != _is_open(after):
            kind = "security-added" if _is_open(before) else "security-removed"
            result.add(kind, at, name=name, old=_joined(gone), new=_joined(added))
    elif gone and added and not before.keys() & after.keys():
        result.add("security-changed", at, name=name, old=_joined(gone), new=_joined(added))
    else:
        for each in gone:
            result.add("security-alternative-removed", at, name=name, old=Text(each))
        for each in added:
            result.add("security-alternative-added", at, name=name, new=Text(each))
    for each in before.keys() & after.keys():
        _compare_scopes((before[each], after[each]), name, at, result)


def _security_place(old: Endpoint, new: Endpoint) -> tuple[Text, str]:
    """Return whose authorization changed, and where: what operations share is told once."""
    if "security" in old.node or "security" in new.node:
        return Text(new.name), f"{new.at}/security"
    return Text("every operation without authorization of its own"), "#/security"


def _named(requirement: dict[str, Any]) -> str:
    return " and ".join(sorted(requirement))


def _is_open(alternatives: dict[str, Any]) -> bool:
    """Say whether a call needs no authorization."""
    return not alternatives or "" in alternatives


def _compare_scopes(
    pair: tuple[dict[str, Any], dict[str, Any]], name: Text, at: str, result: Result
) -> None:
    old, new = pair
    for scheme, scopes in old.items():
        before, after = set(scopes or ()), set(new[scheme] or ())
        for scope in sorted(before - after):
            result.add("security-scope-removed", at, name=name, old=Text(scope))
        for scope in sorted(after - before):
            result.add("security-scope-added", at, name=name, new=Text(scope))
