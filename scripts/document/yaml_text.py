"""YAML as this project reads and writes it.

Reading follows the core schema of YAML 1.2, so `1e+09` is a number and `on` or `2024-05-14`
are text; the 1.1 rules that PyYAML brings along would turn these into text, a boolean and a
date. A key that is there twice is an error instead of a silent loss.
Writing is deterministic: the order of the input, one style for each kind of text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

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
    _Writer = yaml.SafeDumper
else:  # the fast ones, where they were built
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    _Writer = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Loader(_Base):
    """The safe loader with the scalars of YAML 1.2 and unique keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Return the mapping; a repeated key is an error that names its line."""
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
    """Return the error that says where the text breaks a rule of this module."""
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


class _Dumper(_Writer):
    """The safe dumper, for single entries; `_lines` puts them together."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """Return text as a block when it is long or has lines, plain or quoted otherwise."""
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


_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}
"""Text that some reader or other takes for something else."""


def read_yaml(text: str, name: str) -> Any:  # noqa: ANN401 - YAML of any kind
    """Return the value that the text stands for.

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
    if _size(value, {}) > LARGEST:
        raise ValueError(f"with its aliases it has more than {LARGEST} values")


def _size(value: object, known: dict[int, float]) -> float:
    """Return how many values there are, with those inside; what comes often counts once.

    Endless where something holds itself.
    """
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = float("inf")  # stays so for what leads back to here
        total: float = 1
        for inner in value.values() if isinstance(value, dict) else value:
            total += _size(inner, known)
        known[id(value)] = total
    return known[id(value)]


def write_yaml(value: object) -> str:
    """Return the value as YAML text: same value, same text.

    Equal parts are written out, so that the text shows what is there, and the items of a list
    stand to the right of its key.
    """
    return "".join(f"{line}\n" for line in _lines(value, 0))


def _lines(value: object, indent: int) -> Iterator[str]:
    """Yield the lines of a value that begins at a column."""
    margin = " " * indent
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if isinstance(inner, (dict, list)) and inner:
                yield f"{margin}{_key(key)}:"
                yield from _lines(inner, indent + 2)
            else:
                yield from (margin + line if line else line for line in _entry(key, inner, indent))
    elif isinstance(value, list) and value:
        for item in value:
            first, *rest = _lines(item, indent + 2)
            yield f"{margin}- {first.lstrip(' ')}"
            yield from rest
    else:
        yield from (margin + line if line else line for line in _dumped(value, indent))


def _entry(key: object, value: object, indent: int) -> list[str]:
    """Return the lines of a key with a value that holds no others, without indentation."""
    if isinstance(value, str) and _is_plain(value) and indent + len(value) < WIDTH // 2:
        return [f"{_key(key)}: {value}"]
    return _dumped({key: value}, indent)


@cache
def _key(key: object) -> str:
    return str(key) if isinstance(key, str) and _is_plain(key) else _dumped({key: 0}, 0)[0][:-3]


def _is_plain(text: str) -> bool:
    """Say whether the text needs no quotes, as nearly all words and names do not."""
    return _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS


def _dumped(value: object, indent: int) -> list[str]:
    text = yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        width=WIDTH - indent,
        allow_unicode=True,
        indent=2,
    )
    return text.removesuffix("...\n").removesuffix("\n").split("\n")
