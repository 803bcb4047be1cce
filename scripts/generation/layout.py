"""What the templates call while they lay out text: signatures, request parts, wrapped prose."""

from __future__ import annotations

import copy
import textwrap
from typing import TYPE_CHECKING, Any, Final

import attrs
from document.events import EVENTS
from document.tree import operations
from jinja2 import Environment, StrictUndefined
from openapi_python_client.strings import ClassName, PythonIdentifier

from generation import docs
from generation.annotations import Imports, python_literal
from generation.shapes import Named, Shapes, is_list

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openapi_python_client import Project

    from generation.models import Field, ModelView
    from generation.operations import Argument, GroupView, OperationView
    from generation.source import Json

_PREFIX: Final = "field_"
FORMING: Final = ("response_format", "n")
"""Arguments that a method which returns one object of a class leaves out or sets itself."""
CLASS_DESCRIPTION: Final = (
    "The class: an attrs class, a dataclass, or one with `model_json_schema` and "
    "`model_validate_json`, as pydantic's have."
)
FORMING_DESCRIPTION: Final = (
    "Or a class, as `parse` takes it: the answer has its form, and `final()` gives an object of it."
)
STRUCTURED_STREAMS: Final = ("AsyncStructuredStream", "StructuredStream")
KNOWN_ANSWERS: Final = ("application/json", "application/octet-stream", EVENTS)


def simplified(derived: Json) -> Json:
    """Return the document as the generator gets it: only named schemas keep what makes a class.

    Maps and unnamed enums would become classes there, under names that may clash with real ones;
    neither takes part in what it decides (class names, groups, operations).
    """
    result = copy.deepcopy(derived)
    for schema in result["components"]["schemas"].values():
        if "properties" in schema or "enum" not in schema:
            _simplify(schema)
        else:
            schema["enum"] = [value for value in schema["enum"] if value is not None]
    for _, _, data in operations(result):
        data.pop("x-mistral-stream", None)
        _simplify_answers(data)
        _simplify(data)
    return result


def _simplify_answers(data: Json) -> None:
    """Let answers of media types that the generator does not know be plain bytes."""
    for answer in data["responses"].values():
        content = answer.get("content") or {}
        for kind in [kind for kind in content if kind not in KNOWN_ANSWERS]:
            content["application/octet-stream"] = content.pop(kind)


def _simplify(node: Any) -> None:  # noqa: ANN401 - any JSON
    if isinstance(node, list):
        for value in node:
            _simplify(value)
    if not isinstance(node, dict):
        return
    is_map = node.get("type") == "object" and "properties" not in node
    if is_map or isinstance(node.get("enum"), list):
        for key in [key for key in node if key != "description"]:
            del node[key]
    for value in node.values():
        _simplify(value)


def endpoint_name(operation_id: str) -> str:
    """Return the generator's name of an operation."""
    return str(PythonIdentifier(operation_id, _PREFIX))


def place(name: str, project: Project) -> tuple[str, str]:
    """Return the class and module of a component that the generator makes no class for."""
    override = project.config.class_overrides.get(name)
    class_name = ClassName(name, _PREFIX)
    module = override.module_name if override and override.module_name else None
    return str(class_name), module or str(PythonIdentifier(class_name, _PREFIX))


def form_schema(data: Json, shapes: Shapes) -> set[str]:
    """Return the components that are only forms, never JSON."""
    content = data.get("requestBody", {}).get("content", {})
    found = (shapes.of(media["schema"]) for media in content.values())
    return {shape.name for shape in found if isinstance(shape, Named)}


def environment(project: Project) -> Environment:
    """Return the generator's template environment with our helpers."""
    result: Environment = project.env
    result.undefined = StrictUndefined
    result.filters.update(
        comment=comment,
        doc=lambda text, indent: inside(docs.wrapped(text, indent), indent),
        inside=inside,
        literal=lambda value: "None" if value is None else python_literal(value),
        places=places_literal,
    )
    result.globals.update(
        described=described,
        facade_imports=facade_imports,
        formless=formless,
        forming_arguments=forming_arguments,
        given=given,
        keyed=keyed,
        lazy_module=lazy_module,
        method_signature=method_signature,
        operation_fields=operation_fields,
        paged=paged,
        param_type=param_type,
        passed=passed,
        request_helpers=request_helpers,
        request_parts=request_parts,
        required_names=required_names,
        returns=returns,
        signature=signature,
        structured_arguments=structured_arguments,
        unstructured=unstructured,
    )
    return result


def inside(text: str, indent: int) -> str:
    """Indent all but the first line, as in a docstring; a closing quote never touches a quote."""
    indented = textwrap.indent(text, " " * indent).strip()
    if "\n" in indented:
        return f"{indented}\n{' ' * indent}"
    return f"{indented} " if indented.endswith('"') else indented


def comment(text: str) -> str:
    """Return prose as the rest of a comment."""
    return docs.wrapped(text, 2).replace("\n\n", "\n").replace("\n", "\n# ")


def places_literal(value: dict[str, Any]) -> str:
    """Return a dict of texts (or of tuples of texts) as Python source."""
    return repr(value)


def signature(arguments: list[Argument], extra: str = "") -> str:
    """Return parameters: those of the path as they come, the rest by keyword."""
    path = [f"{one.name}: {one.annotation}" for one in arguments if one.location == "path"]
    rest = [
        f"{one.name}: {one.annotation}" + ("" if one.required else " = UNSET")
        for one in arguments
        if one.location != "path"
    ]
    if extra:
        path.append(extra)
    return ", ".join([*path, *(["*", *rest] if rest else [])])


def method_signature(arguments: list[Argument], extra: str = "") -> str:
    """Return the parameters of a facade's method."""
    listed = signature(arguments, extra)
    return ", ".join(part for part in ("self", listed, "**options: Unpack[CallOptions]") if part)


def passed(arguments: list[Argument]) -> str:
    """Return the arguments of the call that prepares."""
    return ", ".join(f"{one.name}={one.name}" for one in arguments)


def keyed(arguments: list[Argument]) -> str:
    """Return the items of a dict of arguments."""
    return ", ".join(f'"{one.name}": {one.name}' for one in arguments)


def paged(operation: OperationView) -> list[Argument]:
    """Return the arguments that a walk over all pages takes."""
    skipped = operation.paging.skipped if operation.paging else frozenset()
    return [argument for argument in operation.arguments if argument.name not in skipped]


def unstructured(operation: OperationView) -> list[Argument]:
    """Return the arguments beside the class that an answer is to be an object of."""
    return [one for one in operation.arguments if one.name not in FORMING]


def structured_arguments(operation: OperationView) -> list[Argument]:
    """Return the same, and before them the class."""
    (whole,) = (one for one in operation.arguments if one.name == FORMING[0])
    described = attrs.evolve(
        whole, annotation="type[T]", required=True, description=CLASS_DESCRIPTION
    )
    return [described, *unstructured(operation)]


def forming_arguments(operation: OperationView) -> list[Argument]:
    """Return all arguments, where that for the form of the answer takes a class too."""
    return [
        attrs.evolve(
            one,
            annotation=f"type[T] | {one.annotation}",
            description=f"{one.description} {FORMING_DESCRIPTION}",
        )
        if one.name == FORMING[0]
        else one
        for one in operation.arguments
    ]


def formless(operation: OperationView) -> list[Argument]:
    """Return all arguments but that for the form of the answer."""
    return [one for one in operation.arguments if one.name != FORMING[0]]


def given(operation: OperationView) -> str:
    """Return the deprecated arguments, each with what to do instead, as arguments of `given`."""
    parts = [
        f'("{one.name}", {one.name}, {python_literal(one.deprecated)})'
        for one in operation.arguments
        if one.deprecated
    ]
    return ", ".join(parts)


def operation_fields(operation: OperationView, accept: str) -> str:
    """Return the keyword arguments of an `Operation`."""
    lines = [
        f'id="{operation.id}"',
        f'method="{operation.method.upper()}"',
        f'path="{operation.path}"',
        f"idempotent={operation.is_idempotent}",
        f"success={operation.success!r}",
    ]
    if operation.is_repeatable:
        lines.append("repeatable=True")
    if accept != "application/json":
        lines.append(f'accept="{accept}"')
    if operation.is_binary:
        lines.append("binary=True")
    if operation.deprecated:
        lines.append(f"deprecated={python_literal(operation.deprecated)}")
    return "\n".join(f"    {line}," for line in lines)


def request_helpers(operation: OperationView) -> str:
    """Return the names that an operation's module imports to build its request."""
    found = [
        ("segment", operation.located("path")),
        ("query", operation.located("query")),
        ("header_fields", operation.located("header")),
        ("form_fields", operation.located("field")),
        ("form_files", operation.located("file")),
        ("needed_file", [one for one in operation.located("file") if one.required]),
        ("given", [one for one in operation.arguments if one.deprecated]),
        ("listed", [one for one in _json_arguments(operation) if is_list(one.shape)]),
        ("json_text", [one for one in operation.arguments if one.is_json_text]),
        ("json_body", operation.located("body") if operation.body_required else []),
        ("whole_body", operation.located("whole")),
        ("optional_body", operation.located("body") if not operation.body_required else []),
    ]
    return ", ".join(name for name, needed in found if needed)


def _json_arguments(operation: OperationView) -> list[Argument]:
    """Return the arguments that make the JSON body."""
    return [*operation.located("body"), *operation.located("whole")]


def request_parts(operation: OperationView, fixed: dict[str, Any]) -> str:
    """Return the keyword arguments of a call that depend on the method's arguments."""
    url = operation.path
    for one in operation.located("path"):
        url = url.replace(f"{{{one.wire}}}", f"{{segment('{one.name}', {one.name})}}")
    prefix = "f" if operation.located("path") else ""
    lines = [f'url={prefix}"{url}"']
    pairs = {
        "params=query": operation.located("query"),
        "headers=header_fields": operation.located("header"),
    }
    for start, arguments in pairs.items():
        if arguments:
            lines.append(f"{start}({_pairs(arguments)})")
    body = _body(operation, fixed)
    return "\n".join(f"{line}," for line in [*lines, *([body] if body else [])])


def _pairs(arguments: list[Argument]) -> str:
    return ", ".join(f'("{one.wire}", {_value(one)}{_other_name(one)})' for one in arguments)


def _other_name(argument: Argument) -> str:
    """Return the third part of a pair: the argument's name, where a query calls it otherwise."""
    is_texts = argument.location in {"query", "header", "field"}
    return f', "{argument.name}"' if is_texts and argument.name != argument.wire else ""


def renamed(operation: OperationView) -> list[tuple[str, str]]:
    """Return the fields of a body that are called otherwise as arguments, each with that name."""
    return [(one.wire, one.name) for one in operation.located("body") if one.wire != one.name]


def _value(argument: Argument) -> str:
    """Return the expression of what a query, a header or a form takes of an argument."""
    if argument.is_json_text:
        return f"json_text('{argument.name}', {argument.name})"
    if argument.location == "file" and argument.required:
        return f"needed_file('{argument.name}', {argument.name})"
    return argument.name


def _json_value(argument: Argument) -> str:
    """Return the expression of what a JSON body takes of an argument."""
    value = argument.name
    if is_list(argument.shape):
        value = f"listed('{argument.name}', {argument.name})"
    if argument.required or argument.is_nullable:
        return value
    return f"UNSET if {argument.name} is None else {value}"


def _body(operation: OperationView, fixed: dict[str, Any]) -> str:
    if operation.has_form:
        parts = []
        pairs = [_pairs(operation.located("field"))] if operation.located("field") else []
        pairs += [f'("{name}", {python_literal(value)})' for name, value in fixed.items()]
        if pairs:
            parts.append(f"fields=form_fields({', '.join(pairs)})")
        if operation.located("file"):
            parts.append(f"files=form_files({_pairs(operation.located('file'))})")
        return f"form=Form({', '.join(parts)})"
    whole = operation.located("whole")
    if whole:
        return f"json=whole_body('{whole[0].name}', {_json_value(whole[0])})"
    fields = operation.located("body")
    if not fields:
        return ""
    pairs = [f'"{one.wire}": {_json_value(one)}' for one in fields]
    pairs += [f'"{name}": {python_literal(value)}' for name, value in fixed.items()]
    helper = "json_body" if operation.body_required else "optional_body"
    names = renamed(operation)
    shared = f", {names!r}" if names else ""
    return f"json={helper}({{{', '.join(pairs)}}}{shared})" + (
        f",\n    names={names!r}" if names else ""
    )


def required_names(model: ModelView) -> tuple[str, ...]:
    """Return the attributes that an answer has to hold."""
    return tuple(field.name for field in model.fields if field.required)


def described(model: ModelView) -> list[tuple[str, str]]:
    """Return the attributes that have a description."""
    return [(field.name, field.description) for field in model.fields if field.description]


def param_type(field: Field, tags: frozenset[str] = frozenset()) -> str:
    """Return the type of a TypedDict's key; a tag has to be there, so that it can decide."""
    needed = field.required or field.wire in tags
    if field.constant is not None and field.wire in tags:
        return f"Required[Literal[{field.constant}]]"
    return f"Required[{field.parameter}]" if needed else field.parameter


def returns(operation: OperationView) -> str:
    """Return what a method's docstring says about its result."""
    if operation.is_binary:
        return "The body, as bytes."
    if operation.answer == "None":
        return "Nothing; the server answers without a body."
    if operation.answer.endswith("| None"):
        kept = operation.answer.removesuffix(" | None")
        return f"{kept}, or None when the server answers without a body."
    return f"{operation.answer}."


def lazy_module(places: dict[str, str]) -> str:
    """Return the body of a package whose names are imported when they are first asked for."""
    imports = "\n".join(
        f"    from .{module} import {name} as {name}" for name, module in places.items()
    )
    listed = ", ".join(f'"{name}"' for name in places)
    table = "\n".join(f'"{name}:{module} "' for name, module in places.items()) or '""'
    return (
        f"if TYPE_CHECKING:\n{imports or '    pass'}\n\n"
        f"    __all__ = [{listed}]\n"
        "else:\n"
        "    from ..base import lazy_names\n\n"
        f"    __getattr__, __dir__ = lazy_names(\n        __name__,\n{table},\n    )\n"
    )


def flat(groups: list[GroupView]) -> Iterator[GroupView]:
    """Yield groups and all groups below them."""
    for group in groups:
        yield group
        yield from flat(group.children)


def facade_imports(group: GroupView) -> list[str]:
    """Return the imports that the facade's annotations need."""
    found = Imports(typing={("...senders", name) for name in ("AsyncSend", "Send")})
    found.typing |= {("...types", "CallOptions"), ("typing", "Unpack")}
    for operation in group.operations:
        found.typing |= operation.facade_imports
        needed = [
            (bool(operation.paging), "collections.abc", ("AsyncIterator", "Iterator")),
            (bool(operation.stream), "...senders", ("AsyncEventStream", "EventStream")),
            (operation.has_structured_stream, "...senders", STRUCTURED_STREAMS),
            (operation.is_binary, "...files", ("Destination",)),
        ]
        for wanted, module, names in needed:
            found.typing |= {(module, name) for name in names if wanted}
    return found.lines("typing")


@attrs.frozen
class Node:
    """A class of the tree that only holds groups."""

    class_name: str
    description: str
    children: list[GroupView]


@attrs.frozen
class Tree:
    """What `resources.py` holds."""

    nodes: list[Node]
    imports: list[tuple[str, str, str]]


def tree(groups: list[GroupView]) -> Tree:
    """Return the root and the groups without operations, those deepest in the tree first."""
    bare = [group for group in flat(groups) if not group.operations]
    nodes = [
        Node(group.alias, group.description or f"The groups under `{group.tag}`.", group.children)
        for group in reversed(bare)
    ]
    root = Node("Resources", "The root of the API's groups.", groups)
    shown = [child for node in [*nodes, root] for child in node.children if child.operations]
    return Tree(
        nodes=[*nodes, root],
        imports=[(group.module, group.name, group.alias) for group in shown],
    )
