"""YAML as this project reads and writes it.

Reading follows the core schema of YAML 1.2, so `1e+09` is a number and `on` or `2024-05-14`
are text; the 1.1 rules that PyYAML brings along would turn these into text, a boolean and a
date. A key that is there twice is an error instead of a silent loss.
Writing is deterministic: the order of the input, one style for each kind of text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Hashable

DEEPEST = 500
"""How deep values may be nested; documents need about thirty levels."""
LARGEST = 3_000_000
"""How many values a file may hold once its aliases are written out."""
_ALIAS = re.compile(r"(?:^|[\s,:\[{-])\*\S", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_DEEP_LINE = re.compile(rf"^ {{{4 * DEEPEST},}}\S|^ *(?:[-?] ){{{DEEPEST},}}", re.MULTILINE)
WIDTH = 100
"""Columns at which long text is folded."""

_INT = r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$"
_FLOAT = r"""(?x)^(?: [-+]? (?:\.[0-9]+ | [0-9]+(?:\.[0-9]*)?) (?:[eE][-+]?[0-9]+)?
    | [-+]? \.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN) )$"""
_CORE: dict[str, tuple[str, str]] = {
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "null": (r"^(?:~|null|Null|NULL|)$", "~nN"),
    "int": (_INT, "-+0123456789"),
    "float": (_FLOAT, "-+.0123456789"),
    "merge": (r"^(?:<<)$", "<"),
}
"""The implicit types of YAML 1.2: pattern and first characters of each."""
if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one, where it was built


class _Loader(_Base):
    """The safe loader with the scalars of YAML 1.2 and unique keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping; a repeated key is an error that names its line."""
        self.flatten_mapping(node)
        built: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refusal("a key has to be plain text", key_node)
            key = self.construct_object(key_node, deep=True)
            if key in built:
                raise _refusal(f"the key {key!r} is there twice", key_node)
            built[key] = self.construct_object(value_node, deep=deep)
        return built


def _refusal(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    """The error that says where the text breaks a rule of this module."""
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _int(loader: Any, node: yaml.ScalarNode) -> int:  # noqa: ANN401 - PyYAML leaves its loaders untyped
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


def _float(loader: Any, node: yaml.ScalarNode) -> float:  # noqa: ANN401 - PyYAML leaves its loaders untyped
    text = str(loader.construct_scalar(node)).lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


for _tag, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first) + ([""] * (_tag == "null"))
    )
_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)


class _Dumper(yaml.SafeDumper):
    """The safe dumper that never writes anchors and indents lists under their key."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - PyYAML's own
        super().__init__(*arguments, **options)
        self._analyses: dict[str, Any] = {}

    def analyze_scalar(self, scalar: str) -> Any:  # noqa: ANN401 - PyYAML's own
        """What the base class finds; the same words come again and again, so each once."""
        if scalar not in self._analyses:
            self._analyses[scalar] = super().analyze_scalar(scalar)
        return self._analyses[scalar]

    def ignore_aliases(self, data: object) -> bool:
        """Always: equal parts are written out, so that the text shows what is there."""
        del data
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indents the items of a list, which the base class does not."""
        del indentless
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Text as a block when it is long or has lines, plain or quoted otherwise."""
    style = None
    clean = not re.search(r"[ \t]\n|[^\S\n ]", value) and value == value.strip()
    if clean and "\n" in value:
        style = "|"
    elif clean and len(value) > WIDTH - 20 and " " in value:
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
for _tag in ("int", "float"):  # text that YAML 1.2 readers would take for a number is quoted
    _Dumper.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_CORE[_tag][0]), list(_CORE[_tag][1])
    )


def read_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - YAML of any kind
    """The value that the text stands for.

    Raises:
        DocumentProblem: The text is not YAML, or is nested or repeats itself beyond all sense;
            the message names the line of `name` where there is one.

    """
    if is_too_deep(text):
        raise DocumentProblem(f"{name} is nested more than {DEEPEST} levels deep; is it damaged?")
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
        if _ALIAS.search(text):
            _check_size(value)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        detail = " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
        raise DocumentProblem(
            f"{name} is not valid YAML ({detail}); repair the file or fetch it again"
        ) from error
    return value


def is_too_deep(text: str) -> bool:
    """Say so before the parser, written in C, overflows its stack; brackets in words count too."""
    if _DEEP_LINE.search(text):
        return True
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > DEEPEST:
            return True
    return False


def _check_size(value: object) -> None:
    """Refuse what aliases make endless, or larger than any document.

    Raises:
        ValueError: It is one of them.

    """
    count = 0
    waiting = [value]
    while waiting:
        found = waiting.pop()
        count += 1
        if count > LARGEST:
            raise ValueError(f"with its aliases it has more than {LARGEST} values")
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def write_yaml(value: object) -> str:
    """The value as YAML text: same value, same text."""
    return yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, width=WIDTH, allow_unicode=True, indent=2
    )
