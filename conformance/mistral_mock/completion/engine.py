"""From a chat request to its answer, in neither of its forms on the wire yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.completion import formats, limits, thinking, tokens, tools, usage
from mistral_mock.completion.dice import Dice
from mistral_mock.completion.request import read_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.completion.catalogue import Model
    from mistral_mock.completion.request import ChatRequest
    from mistral_mock.completion.tools import Call


@frozen
class Choice:
    """One of the answers to a request."""

    content: str
    """The text, the caller's prefix included."""
    calls: tuple[Call, ...]
    finish_reason: str
    generated: int
    """The tokens that were generated; a prefix is not among them."""
    thinking: str = ""
    """What the model thought before it answered."""

    @property
    def has_thought(self) -> bool:
        """The thoughts were not cut off."""
        return bool(self.content) or self.finish_reason != limits.LENGTH


@frozen
class Completion:
    """The whole answer to a request."""

    model: str
    """The name that the request used."""
    choices: tuple[Choice, ...]
    prompt_tokens: int
    completion_tokens: int
    audio_seconds: int = 0
    """The length of the recordings in the prompt."""

    @property
    def usage(self) -> dict[str, Any]:
        """The usage block."""
        return usage.as_json(self.prompt_tokens, self.completion_tokens, self.audio_seconds)

    @property
    def total_tokens(self) -> int:
        """All tokens."""
        return usage.total(self.prompt_tokens, self.completion_tokens)


def complete(body: Mapping[str, Any], model: Model | None = None) -> Completion:
    """Return the answer to a body that holds what the document asks for.

    A model that the catalogue does not have, such as a fine-tuned one, is given beside it.

    Raises:
        APIError: 400 or 422 for what the document cannot forbid; see `refusal`.

    """
    request = read_request(body, model)
    prompt_tokens = usage.count_prompt(request)
    room = limits.find_room(request, prompt_tokens)
    choices = tuple(make_choice(request, index, room) for index in range(request.n))
    spent = usage.count_completion(choices)
    heard = usage.count_seconds(request)
    return Completion(request.model_name, choices, prompt_tokens, spent, heard)


def make_choice(request: ChatRequest, index: int, room: int) -> Choice:
    """Return the choice with this index, of at most so many generated tokens."""
    dice = Dice(request.seed).fork("choice", index)
    functions = tools.choose_functions(request)
    if functions:
        return make_calling_choice(tools.make_calls(request, functions, dice), room)
    thought, reason = limits.apply_max_tokens(thinking.think(request), room)
    spent = tokens.count_tokens(thought)
    if reason == limits.LENGTH:
        return Choice("", (), reason, spent, thought)
    said = tools.find_question(request) or formats.make_answer(request, dice)
    content, reason = limits.limit(said, request.stop, room - spent)
    prefix = request.prefix if request.format == "text" else ""
    return Choice(prefix + content, (), reason, spent + tokens.count_tokens(content), thought)


def make_calling_choice(calls: tuple[Call, ...], room: int) -> Choice:
    """Return a choice that only calls functions."""
    kept = tools.keep_within(calls, room)
    reason = limits.TOOL_CALLS if kept == calls else limits.LENGTH
    return Choice("", kept, reason, sum(call.tokens for call in kept))
