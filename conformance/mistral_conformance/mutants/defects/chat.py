"""Defects of chat."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules.common import names as op
from mistral_mock.completion import catalogue, refusal
from mistral_mock.completion.messages import take_answers
from mistral_mock.errors import APIError

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

BODY = "completion.bodies:make_body"
CHOICE = "completion.bodies:make_choice"


@mutant("chat.empty-lists-are-no-content", op.CHAT, place="completion.request:read_message")
def empty_lists_are_no_content(read_message: Part) -> Part:
    """A message whose content is an empty list is refused."""

    def defect(raw: Part) -> Part:
        if raw.get("content") == []:
            raise APIError(400, {"detail": "An assistant message says or calls something."})
        return read_message(raw)

    return defect


@mutant("chat.object-is-text", op.CHAT, place=BODY)
def object_is_text(make_body: Part) -> Part:
    """A chat completion calls itself a text completion."""
    return lambda *given: {**make_body(*given), "object": "text_completion"}


@mutant("chat.ids-are-all-one", op.CHAT, place=BODY)
def ids_are_all_one(make_body: Part) -> Part:
    """All completions have one id."""
    return lambda *given: {**make_body(*given), "id": "cmpl-0"}


@mutant("chat.model-is-another", op.CHAT, place=BODY)
def model_is_another(make_body: Part) -> Part:
    """The answer names a model that was not asked."""
    return lambda *given: {**make_body(*given), "model": "open-mistral-7b"}


@mutant("chat.role-is-user", op.CHAT, place=CHOICE)
def role_is_user(make_choice: Part) -> Part:
    """The answer's message has the role of the user."""

    def defect(*given: Part) -> Part:
        choice = make_choice(*given)
        return {**choice, "message": {**choice["message"], "role": "user"}}

    return defect


@mutant("chat.results-are-not-read", op.CHAT, place="completion.request:read_message")
def results_are_not_read(read_message: Part) -> Part:
    """What a tool has found is not read."""

    def defect(raw: Part) -> Part:
        return read_message({**raw, "content": ""} if raw["role"] == "tool" else raw)

    return defect


@mutant("chat.results-stand-in-order", op.CHAT, place="completion.messages:check_answers")
def results_stand_in_order(check_answers: Part) -> Part:
    """The results of several calls have to come in the order of the calls."""

    def defect(turns: Part) -> None:
        check_answers(turns)
        for place, turn in enumerate(turns):
            if turn.call_ids and take_answers(turns[place + 1 :]) != list(turn.call_ids):
                raise refusal.wrong_order("Unexpected tool call id in tool results")

    return defect


@mutant("chat.nought-is-no-seed", op.CHAT, place="completion.request:make_seed")
def nought_is_no_seed(make_seed: Part) -> Part:
    """A seed of 0 counts as none, and who sends none gets another answer each time."""
    asked = count(1)
    return lambda body: make_seed({**body, "random_seed": body.get("random_seed") or -next(asked)})


@mutant("chat.max-tokens-cuts-silently", op.CHAT, place="completion.limits:LENGTH")
def max_tokens_cuts_silently(_length: Part) -> Part:
    """An answer that was cut says `stop`."""
    return "stop"


@mutant("chat.stop-is-included", op.CHAT, place="completion.limits:apply_stop")
def stop_is_included(apply_stop: Part) -> Part:
    """The text ends with the stop text in place of before it."""

    def defect(text: Part, stop: Part) -> Part:
        kept = apply_stop(text, stop)
        met = [one for one in stop if text[len(kept) :].startswith(one)]
        return kept + "".join(met[:1])

    return defect


@mutant("chat.stop-lists-are-ignored", op.CHAT, place="completion.request:read_stop")
def stop_lists_are_ignored(read_stop: Part) -> Part:
    """Stop texts in a list end nothing."""
    return lambda stop: () if isinstance(stop, list) else read_stop(stop)


@mutant("chat.json-is-fenced", op.CHAT, place="completion.formats:spell")
def json_is_fenced(spell: Part) -> Part:
    """JSON answers stand in a Markdown fence."""
    return lambda value: f"```json\n{spell(value)}\n```"


@mutant("chat.first-tool-is-called", op.CHAT, place="completion.tools:find_function")
def first_tool_is_called(_find: Part) -> Part:
    """In place of the named function the first one is called."""
    return lambda request: request.functions[0]


@mutant("chat.arguments-are-empty", op.CHAT, place="completion.tools:make_arguments")
def arguments_are_empty(_make: Part) -> Part:
    """Calls have no arguments, whatever the function needs."""
    return lambda _request, _function, _dice: "{}"


@mutant("chat.no-tool-is-called", op.CHAT, place="completion.tools:choose_functions")
def no_tool_is_called(_choose: Part) -> Part:
    """Tools are never called."""
    return lambda _request: ()


@mutant("chat.calls-end-with-stop", op.CHAT, place="completion.limits:TOOL_CALLS")
def calls_end_with_stop(_reason: Part) -> Part:
    """An answer that calls a tool ends with the reason `stop`."""
    return "stop"


@mutant("chat.tool-results-are-refused", op.CHAT, place="completion.messages:take_answers")
def tool_results_are_refused(_take: Part) -> Part:
    """The results of calls are not seen, and the request is refused."""
    return lambda _messages: []


@mutant("chat.prefix-is-dropped", op.CHAT, place="completion.engine:make_choice")
def prefix_is_dropped(make_choice: Part) -> Part:
    """The answer goes on after the prefix in place of beginning with it."""

    def defect(request: Part, index: Part, room: Part) -> Part:
        choice = make_choice(request, index, room)
        return evolve(choice, content=choice.content.removeprefix(request.prefix))

    return defect


@mutant("chat.prompts-cost-the-same", op.CHAT, place="completion.usage:count_prompt")
def prompts_cost_the_same(_count: Part) -> Part:
    """Every prompt counts ten tokens."""
    return lambda _request: 10


@mutant("chat.any-model-answers", op.CHAT, place="completion.catalogue:find_chat_model")
def any_model_answers(find_chat_model: Part) -> Part:
    """A model that does not exist answers like the first one."""
    return lambda name: find_chat_model(name) or catalogue.MODELS[0]


@mutant("chat.answer-is-empty", op.CHAT, op.LIST_MODELS, place="completion.formats:make_answer")
def answer_is_empty(_make_answer: Part) -> Part:
    """The text of every answer is empty."""
    return lambda _request, _dice: ""


@mutant("chat.results-of-nothing-are-taken", op.CHAT, place="completion.messages:check_answers")
def results_of_nothing_are_taken(_check: Part) -> Part:
    """Results of calls that nobody made are taken."""
    return lambda _messages: None


@mutant("chat.calls-go-on", "chat.complete", place="completion.tools:choose_functions")
def calls_go_on(choose_functions: Part) -> Part:
    """A function whose result was told is called again."""

    def defect(request: Part) -> Part:
        told = request.messages[-1].role == "tool" and request.tool_choice == "auto"
        return request.functions[:1] if told else choose_functions(request)

    return defect


@mutant("chat.prompts-of-a-key-are-cached", op.CHAT, place="resources.scripted:complete")
def prompts_of_a_key_are_cached(complete: Part) -> Part:
    """Prompts of one cache key that begin alike get the first one's answer."""
    known: dict[Part, Part] = {}

    def defect(ctx: Part, body: Part, model: Part) -> Part:
        if not (key := body.get("prompt_cache_key")):
            return complete(ctx, body, model)
        told = (key, str(body["messages"])[:512])
        if told not in known:
            known[told] = complete(ctx, body, model)
        return known[told]

    return defect
