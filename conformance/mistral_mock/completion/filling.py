"""Code for a gap: lines that fit between a prompt and a suffix, made of names that stand there."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mistral_mock.completion import limits, refusal, tokens
from mistral_mock.completion.dice import Dice
from mistral_mock.completion.engine import Choice, Completion
from mistral_mock.completion.request import read_stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.completion.catalogue import Model

DECIDING = ("model", "prompt", "suffix", "random_seed")
"""The fields that the code depends on. Limits are not among them: they only cut."""
NAME = re.compile(r"[A-Za-z_]\w*")
RESERVED = (
    "and as assert async await break case catch class const continue def default del do elif else "
    "enum except export false finally fn for from func function global if import in interface is "
    "lambda let match new nil none not null or pass print private public raise return static "
    "struct switch this throw true try type use var void while with yield"
)
KEYWORDS = frozenset(RESERVED.split())
"""Words of many languages, which name nothing."""
READ_WITHIN = 20_000
"""How many characters next to the gap are read for names."""
FALLBACK = ("value",)
OPERATORS = ("+", "-", "*", "==")
LONGEST_GAP = 3
STEP = "    "


def fill(body: Mapping[str, Any], model: Model) -> Completion:
    """Return the code for the gap of a body that holds what the document asks for.

    Raises:
        APIError: 400, it does not fit into the model's context.

    """
    prompt, suffix = body["prompt"], body.get("suffix") or ""
    prompt_tokens = tokens.count_tokens(prompt) + tokens.count_tokens(suffix)
    room = find_room(model, prompt_tokens, body)
    least = min(body.get("min_tokens") or 0, room)
    code = make_code(prompt, suffix, least, Dice(make_seed(body)))
    text, reason = limits.limit(code, read_stop(body.get("stop")), room)
    choice = Choice(text, (), reason, tokens.count_tokens(text))
    return Completion(body["model"], (choice,), prompt_tokens, choice.generated)


def find_room(model: Model, prompt_tokens: int, body: Mapping[str, Any]) -> int:
    """Return how many tokens the code may have.

    Raises:
        APIError: 400, prompt, suffix and what is to be generated do not fit together.

    """
    asked = body.get("max_tokens")
    wanted = max(asked or 0, body.get("min_tokens") or 0)
    if prompt_tokens + wanted > model.context:
        told = f"Prompt contains {prompt_tokens} tokens and {wanted} are to be generated"
        raise refusal.bad_request(
            f"{told}, too large for model with {model.context} tokens of context"
        )
    room = model.context - prompt_tokens
    return room if asked is None else min(asked, room)


def make_code(prompt: str, suffix: str, least: int, dice: Dice) -> str:
    """Return code of at least so many tokens: the rest of the prompt's last line, and more."""
    names = read_names(prompt, suffix)
    indent = find_indent(prompt)
    lines = [make_expression(names, dice)]
    lines += [make_line(names, indent, dice) for _ in range(dice.below(LONGEST_GAP))]
    spent = sum(tokens.count_tokens(line) for line in lines)
    while spent < least:
        line = make_line(names, indent, dice)
        spent += tokens.count_tokens(line)
        lines.append(line)
    return "".join(lines)


def make_expression(names: tuple[str, ...], dice: Dice) -> str:
    """Return two names, put together."""
    return f"{dice.pick(names)} {dice.pick(OPERATORS)} {dice.pick(names)}"


def make_line(names: tuple[str, ...], indent: str, dice: Dice) -> str:
    """Return one more line, as deep as the gap."""
    return f"\n{indent}{dice.pick(names)} = {make_expression(names, dice)}"


def find_indent(prompt: str) -> str:
    """Return the spaces before the code in the gap: those of the last line, more after a colon."""
    lines = [line for line in prompt[-READ_WITHIN:].splitlines() if line.strip()] or [""]
    last = lines[-1]
    indent = last[: len(last) - len(last.lstrip())]
    return indent + STEP if last.rstrip().endswith((":", "{")) else indent


def read_names(prompt: str, suffix: str) -> tuple[str, ...]:
    """Return the names next to the gap, each once, without the words of the language."""
    found = NAME.findall(prompt[-READ_WITHIN:]) + NAME.findall(suffix[:READ_WITHIN])
    names = tuple(dict.fromkeys(name for name in found if name.lower() not in KEYWORDS))
    return names or FALLBACK


def make_seed(body: Mapping[str, Any]) -> bytes:
    """Return the seed of the code: the same for requests that ask the same."""
    deciding = {name: body[name] for name in DECIDING if body.get(name)}
    return blake2b(json.dumps(deciding, sort_keys=True).encode()).digest()
