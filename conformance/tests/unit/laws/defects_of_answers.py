"""Defects of answers to questions, plain and streamed."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.unit.laws.defects import LIBRARIES, defect, is_item, remembering

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

CHAT = "/chat/completions"


def is_plain(answer: Answer) -> bool:
    return answer.is_("POST", CHAT) and answer.content[:1] == b"{"


def with_usage(answer: Answer, **changed: int) -> None:
    usage = {**answer.body["usage"], **changed}
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
    answer.body = {**answer.body, "usage": usage}


def with_choices(answer: Answer, changed: Any) -> None:
    answer.body = {**answer.body, "choices": [changed(each) for each in answer.body["choices"]]}


@remembering("pictures-are-free", "sums.pictures-are-counted[chat.complete]", "the words alone")
def pictures_are_free() -> Alter:
    spent: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        if is_plain(answer) and isinstance(
            parts := answer.sent_body["messages"][-1]["content"], list
        ):
            words = parts[0]["text"]
            tokens = spent.setdefault(words, answer.body["usage"]["prompt_tokens"])
            with_usage(answer, prompt_tokens=tokens)

    return alter


@defect("one-choice-is-billed", "sums.choices-are-counted[chat.complete]", "are 12")
def one_choice_is_billed(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("n"):
        used = answer.body["usage"]["completion_tokens"]
        with_usage(answer, completion_tokens=used // answer.sent_body["n"])


@defect("last-turn-is-billed", "sums.turns-are-counted[chat.complete]", "of user and assistant")
def last_turn_is_billed(answer: Answer) -> None:
    if is_plain(answer):
        words = str(answer.sent_body["messages"][-1]["content"]).split()
        with_usage(answer, prompt_tokens=len(words))


@defect("answers-are-billed-twice", "sums.same-prompt-counts-the-same[chat.complete]", "counts")
def answers_are_billed_twice(answer: Answer) -> None:
    if is_plain(answer):
        usage = answer.body["usage"]
        with_usage(answer, prompt_tokens=usage["prompt_tokens"] + usage["completion_tokens"])


@defect("stop-takes-a-word", "answers.option-is-used[chat.complete:stop]", "due is")
def stop_takes_a_word(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("stop"):

        def shorter(choice: dict[str, Any]) -> dict[str, Any]:
            text = choice["message"]["content"].rpartition(" ")[0].rpartition(" ")[0]
            return {**choice, "message": {**choice["message"], "content": text}}

        with_choices(answer, shorter)


@defect("stops-in-capitals-count", "answers.option-is-used[chat.complete:stop]", "does not come")
def stops_in_capitals_count(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("stop"):
        stop = answer.sent_body["stop"]
        stops = [each.lower() for each in ([stop] if isinstance(stop, str) else stop)]

        def shorter(choice: dict[str, Any]) -> dict[str, Any]:
            text = choice["message"]["content"]
            kept = min((text.lower().partition(each)[0] for each in stops), key=len)
            return {**choice, "message": {**choice["message"], "content": text[: len(kept)]}}

        with_choices(answer, shorter)


@defect(
    "inner-objects-are-empty",
    "answers.option-is-used[chat.complete:response_format, by a schema]",
    "does not fit",
)
def inner_objects_are_empty(answer: Answer) -> None:
    if is_plain(answer) and "json_schema" in answer.sent_body.get("response_format", {}):

        def emptied(choice: dict[str, Any]) -> dict[str, Any]:
            found = json.loads(choice["message"]["content"])
            kept = {name: {} if isinstance(each, dict) else each for name, each in found.items()}
            return {**choice, "message": {**choice["message"], "content": json.dumps(kept)}}

        with_choices(answer, emptied)


@remembering(
    "seeds-are-not-read", "answers.seed-repeats[chat.complete:random_seed]", "the next time"
)
def seeds_are_not_read() -> Alter:
    answered: list[bytes] = []

    def alter(answer: Answer) -> None:
        if is_plain(answer) and answer.sent_body.get("random_seed"):
            answered.append(answer.content)
            number = len(answered)

            def other(choice: dict[str, Any]) -> dict[str, Any]:
                return {**choice, "message": {**choice["message"], "content": f"It is {number}."}}

            with_choices(answer, other)

    return alter


@defect("first-tool-is-called", "answers.option-is-used[chat.complete:tools, by name]", "is called")
def first_tool_is_called(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("tools"):
        answer.content = answer.content.replace(b'"getTime"', b'"get_weather"')


@defect("tools-are-lowered", "answers.option-is-used[chat.complete:tools, by name]", "'gettime'")
def tools_are_lowered(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("tools"):
        answer.content = answer.content.replace(b'"getTime"', b'"gettime"')


@defect(
    "calls-are-doubled",
    "answers.option-is-used[chat.complete:parallel_tool_calls]",
    "2 tools are called at once",
)
def calls_are_doubled(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("parallel_tool_calls") is False:

        def doubled(choice: dict[str, Any]) -> dict[str, Any]:
            calls = choice["message"]["tool_calls"]
            both = [*calls[:1], {**calls[0], "id": "another1", "index": 1}]
            return {**choice, "message": {**choice["message"], "tool_calls": both}}

        with_choices(answer, doubled)


@defect("required-is-a-hint", "answers.option-is-used[chat.complete:tools, required]", "no tool is")
def required_is_a_hint(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("tool_choice") == "required":
        with_choices(
            answer,
            lambda each: {**each, "message": {"role": "assistant", "content": "It rains."}},
        )


@defect("streams-skip-an-index", "answers.stream-tells-the-same[chat.complete:n]", "the indexes")
def streams_skip_an_index(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.content.startswith(b"data: "):
        answer.content = answer.content.replace(b'"index": 1', b'"index": 2').replace(
            b'"index":1', b'"index":2'
        )


@defect(
    "choices-end-with-the-shortest",
    "answers.stream-tells-the-same[chat.complete:n, of several lengths]",
    "the text of choice",
)
def choices_end_with_the_shortest(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.content.startswith(b"data: "):
        events = answer.content.split(b"\n\n")
        pieces = [re.search(rb'"index": ?(\d+), ?"delta": ?.*"content": ?"[^"]', e) for e in events]
        told = Counter(each[1] for each in pieces if each)
        left = dict.fromkeys(told, min(told.values(), default=0))
        kept = []
        for event, piece in zip(events, pieces, strict=True):
            if piece:
                left[piece[1]] -= 1
            if not piece or left[piece[1]] >= 0:
                kept.append(event)
        answer.content = b"\n\n".join(kept)


@defect(
    "arguments-come-twice", "answers.stream-tells-the-same[chat.complete:tools, several]", "calls"
)
def arguments_come_twice(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.content.startswith(b"data: "):
        events = answer.content.split(b"\n\n")
        doubled = [part for each in events for part in [each] * (1 + (b"arguments" in each))]
        answer.content = b"\n\n".join(doubled)


@remembering("streams-mix", "together.streams-do-not-mix[chat.complete]", "beside others")
def streams_mix() -> Alter:
    first: list[bytes] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", CHAT) and answer.content.startswith(b"data: "):
            first.append(answer.content)
            answer.content = first[0]

    return alter


@remembering("changes-revive", "together.change-meets-deletion[library]", "still shows")
def changes_revive() -> Alter:
    changed: dict[str, dict[str, Any]] = {}

    def alter(answer: Answer) -> None:
        if answer.method == "PATCH":
            changed[answer.path] = json.loads(answer.sent)
        if answer.method == "GET" and is_item(answer, LIBRARIES) and answer.status == 404:
            answer.status, answer.body = 200, changed.get(answer.path, {})

    return alter


@defect(
    "last-input-is-dropped", "answers.each-input-has-its-own[embeddings.create]", "5 inputs get"
)
def last_input_is_dropped(answer: Answer) -> None:
    if answer.is_("POST", "/v1/embeddings") and len(answer.body["data"]) > 1:
        answer.body = {**answer.body, "data": answer.body["data"][:-1]}


@defect("moderations-have-one-id", "answers.have-their-own-ids[classifiers.moderate]", "the id")
def moderations_have_one_id(answer: Answer) -> None:
    if answer.is_("POST", "/v1/moderations"):
        answer.body = {**answer.body, "id": "mod-1"}


@defect(
    "tools-are-called-anyway", "answers.option-is-used[chat.complete:tools, not at all]", "none"
)
def tools_are_called_anyway(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and answer.sent_body.get("tool_choice") == "none":
        said = json.dumps(answer.sent_body["messages"])
        call = {"function": {"name": "get_weather", "arguments": "{}"}}
        body = answer.body
        if "weather" in said:
            body["choices"][0]["message"]["tool_calls"] = [call]
        answer.body = body


@defect(
    "cut-calls-end-as-whole-ones", "answers.option-is-used[chat.complete:tools, cut short]", "whole"
)
def cut_calls_end_as_whole_ones(answer: Answer) -> None:
    sent = answer.sent_body if answer.is_("POST", CHAT) else {}
    if sent.get("tools") and sent.get("max_tokens") == 1:
        body = answer.body
        body["choices"][0]["finish_reason"] = "tool_calls"
        answer.body = body


@defect(
    "only-sixteen-are-judged", "answers.each-input-has-its-own[classifiers.moderate]", "40 inputs"
)
def only_sixteen_are_judged(answer: Answer) -> None:
    if answer.is_("POST", "/v1/moderations"):
        answer.body = {**answer.body, "results": answer.body["results"][:16]}


@defect("prompts-are-charged-n-times", "sums.choices-are-counted[chat.complete]", "one prompt")
def prompts_are_charged_n_times(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and not answer.sent_body.get("stream"):
        usage = answer.body["usage"]
        times = answer.sent_body.get("n") or 1
        answer.body = {
            **answer.body,
            "usage": {**usage, "prompt_tokens": times * usage["prompt_tokens"]},
        }


@defect("flags-stick", "answers.each-input-has-its-own[classifiers.moderate]", "says")
def flags_stick(answer: Answer) -> None:
    if answer.is_("POST", "/v1/moderations"):
        body, seen = answer.body, set[str]()
        for result in body["results"]:
            seen |= {name for name, flagged in result["categories"].items() if flagged}
            result["categories"] |= dict.fromkeys(seen, True)
        answer.body = body


@remembering(
    "formats-are-not-part-of-the-question",
    "answers.option-is-used[chat.complete:response_format]",
    "no JSON object",
)
def formats_are_not_part_of_the_question() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", CHAT) and not answer.sent_body.get("stream"):
            asked = {**answer.sent_body, "response_format": None}
            answer.body = known.setdefault(json.dumps(asked, sort_keys=True), answer.body)

    return alter


@defect("charsets-are-refused", "extra.charset-is-harmless[embeddings.create]", "UTF-8")
def charsets_are_refused(answer: Answer) -> None:
    if "charset" in str(answer.request_headers):
        answer.status = 415


@defect(
    "conversations-ignore-forms",
    "answers.option-is-used[beta.conversations.start:completion_args.response_format]",
    "no JSON object",
)
def conversations_ignore_forms(answer: Answer) -> None:
    if answer.is_("POST", "/conversations"):
        outputs = [{**each, "content": "Oslo."} for each in answer.body["outputs"]]
        answer.body = {**answer.body, "outputs": outputs}


@defect(
    "agents-forget-caps",
    "answers.option-is-used[agents.complete:agent_id.completion_args.max_tokens]",
    "gives 40 tokens",
)
def agents_forget_caps(answer: Answer) -> None:
    if answer.is_("POST", "/agents/completions"):
        with_usage(answer, completion_tokens=40)


@defect(
    "thoughts-escape-caps", "answers.option-is-used[chat.complete:max_tokens]", "thoughts counted"
)
def thoughts_escape_caps(answer: Answer) -> None:
    if is_plain(answer) and {"reasoning_effort", "max_tokens"} <= answer.sent_body.keys():
        with_usage(answer, completion_tokens=answer.sent_body["max_tokens"] + 1)


@defect(
    "streams-hide-thoughts",
    "answers.stream-tells-the-same[chat.complete:reasoning_effort]",
    "thoughts",
)
def streams_hide_thoughts(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and not is_plain(answer):
        answer.content = answer.content.replace(b'"thinking":[{', b'"hidden":[{')


@defect("system-messages-are-free", "sums.turns-are-counted[chat.complete]", "messages of system")
def system_messages_are_free(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body["messages"][0]["role"] == "system":
        with_usage(answer, prompt_tokens=1)


@defect("words-of-rules-are-free", "sums.turns-are-counted[chat.complete]", "of system and user")
def words_of_rules_are_free(answer: Answer) -> None:
    if is_plain(answer):
        said = answer.sent_body["messages"]
        words = [str(each.get("content")).split() for each in said if each["role"] != "system"]
        with_usage(answer, prompt_tokens=4 * len(said) + sum(map(len, words)))


@defect("streams-lose-usage", "answers.stream-tells-usage[chat.complete]", "tells `usage`")
def streams_lose_usage(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and not is_plain(answer):
        answer.content = answer.content.replace(b'"usage":', b'"used":')


@defect(
    "streams-tell-the-dated-name",
    "answers.stream-tells-the-same[chat.complete, by another name of the model]",
    "the model is",
)
def streams_tell_the_dated_name(answer: Answer) -> None:
    if answer.is_("POST", CHAT) and not is_plain(answer):
        models = answer.again("GET", "/v1/models").json()["data"]
        named = json.dumps(answer.sent_body["model"])
        known = next(each for each in models if answer.sent_body["model"] == each["id"])
        dated = json.dumps(min([known["id"], *known["aliases"]], key=_undated))
        answer.content = answer.content.replace(named.encode(), dated.encode())


def _undated(name: str) -> bool:
    return not re.search(r"-[0-9]{4}$", name)


@defect(
    "forms-lose-their-parts",
    "answers.option-is-used[chat.complete:response_format, by a schema]",
    "that has definitions",
)
def forms_lose_their_parts(answer: Answer) -> None:
    if is_plain(answer) and b'"$defs"' in answer.sent:
        answer.status = 400


@defect("another-model-answers", "answers.name-their-model[agents.complete]", "was asked")
def another_model_answers(answer: Answer) -> None:
    if answer.is_("POST", "/agents/completions"):
        answer.body = {**answer.body, "model": "another-model"}


@defect("chats-are-texts", "answers.are-choices[chat.complete]", "`object` is 'text_completion'")
def chats_are_texts(answer: Answer) -> None:
    if is_plain(answer):
        answer.body = {**answer.body, "object": "text_completion"}


@defect(
    "instructions-cost-nothing", "sums.instructions-are-counted[agents.complete by agent]", "10"
)
def instructions_cost_nothing(answer: Answer) -> None:
    if answer.is_("POST", "/agents/completions"):
        with_usage(answer, prompt_tokens=10)


@defect(
    "system-messages-undo-instructions",
    "sums.instructions-are-counted[agents.complete by agent]",
    "counts 20",
)
def system_messages_undo_instructions(answer: Answer) -> None:
    asked = answer.is_("POST", "/agents/completions") and answer.sent_body["messages"]
    if asked and asked[0]["role"] == "system":
        with_usage(answer, prompt_tokens=20)


@defect("named-keys-are-fenced", "answers.option-is-used[chat.complete:response_format]", "no JSON")
def named_keys_are_fenced(answer: Answer) -> None:
    if is_plain(answer) and b"with the keys" in answer.sent:
        with_choices(answer, lambda each: {**each, "message": {"content": "```json\n{}\n```"}})


@remembering(
    "agents-stay-as-they-were",
    "sums.changed-instructions-are-read[agents.complete by agent]",
    "with the old ones",
)
def agents_stay_as_they_were() -> Alter:
    first: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/agents/completions"):
            told = answer.body["usage"]["prompt_tokens"]
            with_usage(answer, prompt_tokens=first.setdefault(answer.sent_body["agent_id"], told))

    return alter


@defect("least-is-not-read", "answers.option-is-used[fim.complete:min_tokens]", "40 gives 8 tokens")
def least_is_not_read(answer: Answer) -> None:
    if answer.is_("POST", "/fim/completions") and answer.sent_body.get("min_tokens"):
        with_usage(answer, completion_tokens=8)


@defect("suffix-costs-one", "sums.texts-beside-are-counted[fim.complete:suffix]", "11 with less")
def suffix_costs_one(answer: Answer) -> None:
    if answer.is_("POST", "/fim/completions"):
        with_usage(answer, prompt_tokens=10 + bool(answer.sent_body.get("suffix")))


@defect(
    "suffix-is-all-that-is-read", "sums.texts-beside-are-counted[fim.complete:suffix]", "with less"
)
def suffix_is_all_that_is_read(answer: Answer) -> None:
    if answer.is_("POST", "/fim/completions"):
        with_usage(answer, prompt_tokens=len(answer.sent_body.get("suffix") or ""))


@defect(
    "tools-undo-forms", "answers.option-is-used[chat.complete:response_format, by a schema]", "fit"
)
def tools_undo_forms(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("tools"):
        with_choices(answer, lambda each: {**each, "message": {"content": "Lyon."}})


@remembering(
    "forms-are-kept-by-name",
    "answers.option-is-used[chat.complete:response_format, by a schema]",
    "does not fit the schema",
)
def forms_are_kept_by_name() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        wish = is_plain(answer) and answer.sent_body.get("response_format")
        if wish and wish["type"] == "json_schema":
            name = wish["json_schema"]["name"]
            answer.body = first.setdefault(name, answer.body)

    return alter


@remembering("blanks-are-no-stops", "answers.option-is-used[chat.complete:stop]", "the text is")
def blanks_are_no_stops() -> Alter:
    plain: list[bytes] = []

    def alter(answer: Answer) -> None:
        if is_plain(answer) and "stop" not in answer.sent_body:
            plain.append(answer.content)
        elif is_plain(answer) and not str(answer.sent_body["stop"]).strip():
            answer.content = plain[-1]

    return alter


@defect("caps-are-told-for-stops", "answers.option-is-used[fim.complete:stop]", "ends with ['len")
def caps_are_told_for_stops(answer: Answer) -> None:
    body = answer.is_("POST", "/fim/completions") and answer.sent_body
    if body and body.get("stop") and body.get("max_tokens", 99) < 40:
        with_choices(answer, lambda each: {**each, "finish_reason": "length"})


@defect("one-choice-calls", "answers.option-is-used[chat.complete:tools]", "no tool is called")
def one_choice_calls(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("tools"):
        with_choices(
            answer,
            lambda each: {**each, "message": {"content": "Rain."}} if each["index"] else each,
        )


@defect("four-choices-at-most", "answers.option-is-used[chat.complete:n]", "n 7 gives the choices")
def four_choices_at_most(answer: Answer) -> None:
    if is_plain(answer):
        answer.body = {**answer.body, "choices": answer.body["choices"][:4]}


@defect("caps-undo-stops", "answers.option-is-used[chat.complete:stop]", "due is")
def caps_undo_stops(answer: Answer) -> None:
    if is_plain(answer) and answer.sent_body.get("stop") and answer.sent_body["max_tokens"] > 16:
        with_choices(
            answer,
            lambda each: {
                **each,
                "message": {"content": f"{each['message']['content']} {answer.sent_body['stop']}"},
            },
        )


@remembering("zero-is-one-of-two", "answers.seed-repeats[chat.complete:random_seed]", "seed 0")
@remembering("zero-is-no-seed", "answers.nought-is-a-seed[chat.complete:random_seed]", "seed 0")
def zero_is_no_seed() -> Alter:
    answered: list[bytes] = []

    def alter(answer: Answer) -> None:
        if is_plain(answer) and not answer.sent_body["random_seed"]:
            answered.append(answer.content)
            text = f"It is {len(answered)}."
            with_choices(answer, lambda each: {**each, "message": {"content": text}})

    return alter


@defect("capitals-are-another-type", "extra.charset-is-harmless[chat.complete]", "Application/JSON")
def capitals_are_another_type(answer: Answer) -> None:
    if "Application/JSON" in str(answer.request_headers):
        answer.status = 415


@defect("objects-are-no-arguments", "extra.other-forms-are-taken[chat.complete]", "answers 422")
def objects_are_no_arguments(answer: Answer) -> None:
    said = answer.sent_body["messages"] if is_plain(answer) else ()
    calls = [each for m in said for each in m.get("tool_calls") or ()]
    if any(isinstance(each["function"]["arguments"], dict) for each in calls):
        answer.status = 422


@defect(
    "packed-vectors-are-whole",
    "answers.option-is-used[embeddings.create:output_dimension]",
    "letters",
)
def packed_vectors_are_whole(answer: Answer) -> None:
    if answer.is_("POST", "/v1/embeddings") and answer.sent_body.get("encoding_format"):
        data = [{**each, "embedding": each["embedding"] * 2} for each in answer.body["data"]]
        answer.body = {**answer.body, "data": data}


@defect(
    "chunks-are-not-judged",
    "answers.each-input-has-its-own[classifiers.moderate_chat]",
    "of another input",
)
def chunks_are_not_judged(answer: Answer) -> None:
    if answer.is_("POST", "/chat/moderations"):
        told, body = answer.sent_body["input"], answer.body
        for talk, result in zip(told, body["results"], strict=False):
            if isinstance(talk, list) and isinstance(talk[0]["content"], list):
                result["category_scores"] = dict.fromkeys(result["category_scores"], 0.0)
        answer.body = body


@defect(
    "talks-of-a-list-end-after-two-turns",
    "answers.each-input-has-its-own[classifiers.classify_chat]",
    "of another input",
)
def talks_of_a_list_end_after_two_turns(answer: Answer) -> None:
    if answer.is_("POST", "/chat/classifications"):
        told, body = answer.sent_body["input"], answer.body
        for talk, result in zip(told, body["results"], strict=False):
            if isinstance(told, list) and len(talk["messages"]) > 2:
                for rated in result.values():
                    rated["scores"] = dict.fromkeys(rated["scores"], 0.0)
        answer.body = body


@defect("stops-are-letters", "answers.option-is-used[fim.complete:stop]", "does not come as stop")
def stops_are_letters(answer: Answer) -> None:
    stop = answer.sent_body.get("stop") if answer.is_("POST", "/fim/completions") else None
    if isinstance(stop, str):
        (choice,) = answer.body["choices"]
        text = re.split(f"[{re.escape(stop)}]", choice["message"]["content"])[0]
        message = {**choice["message"], "content": text}
        answer.body = {**answer.body, "choices": [{**choice, "message": message}]}
