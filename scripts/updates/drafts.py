"""Drafts: what a program can write of the corrections and words that a new document needs.

Every draft is an overlay action with `x-draft: true`, which the document is not composed with
until a person has gone over it, and its words begin with DRAFT, which the lint refuses.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import jsonpath_rfc9535 as jsonpath
from document.overlay import DRAFT, read_overlay
from document.tree import operations
from document.yaml_text import write_yaml

from updates.declarations import declared_as
from updates.examples import WRONG, mend_of, split_place, step_to
from updates.guesses import (
    distinct,
    example_of,
    items_of,
    operation_id,
    paged_anew,
    paging_of,
    path_id,
    schema_name,
    stream_of,
    tag_of,
    taken_methods,
    usual_words,
)
from updates.samples import SampleDraft
from updates.stale import StaleDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from document.survey import Survey, Task
    from document.tree import Tree

_SCHEME = "security scheme "
_COMPONENT = re.compile(
    r"([\w.-]+?)(?:\.((?:properties|items|prefixItems|anyOf|oneOf|allOf|not|additionalProperties)"
    r"\b.*))?"
)
"""A schema, whose name may have dots and dashes, and the place in it."""
_HEAD = "overlay: 1.0.0\ninfo:\n  title: Words for {stem}\n  version: 1.0.0\nactions:\n"


@attrs.define
class Draft:
    """One action to be gone over."""

    file: str
    """The file that it belongs to, below the folder `openapi`."""
    target: str
    update: Tree = attrs.field(factory=dict)
    remove: bool = False

    def action(self, day: str) -> Tree:
        """Return the action as an overlay has it."""
        action: Tree = {"target": self.target}
        action |= {"remove": True} if self.remove else {"update": self.update}
        if self.file.startswith("curation/"):
            action |= {"x-reason": "DRAFT: why this is right.", "x-evidence": f"spec {day}."}
        return action | {DRAFT: True}


AnyDraft = Draft | SampleDraft | StaleDraft


def make_drafts(survey: Survey, names: dict[str, str]) -> dict[Task, Draft]:
    """Return the draft of each task for which a program can make one.

    `names` gives upstream's name of a component by ours.
    """
    drafts: dict[Task, Draft] = {}
    shared: dict[tuple[str, str], Draft] = {}
    titles = _titles(survey)
    ids = taken_methods(survey.document)
    named: dict[str, str] = {}
    for task in survey.tasks:
        if task.text.startswith(WRONG):
            _mend_example(task, survey.document, (shared, drafts))
            continue
        target = target_of(task.where, of_media="example" in task.text)
        update = _update_of(task, target, survey.document)
        if declared := declared_as(task, survey.document):
            target, update = declared
        if target is None or update is None:
            continue
        if isinstance(update, dict):
            update |= {"title": titles[target]} if "title" in update else {}
            _name_apart(update, task, survey.document, (ids, named))
        if task.file.startswith("curation/"):
            target = _as_upstream(target, names)
        elif "of its own" in task.text:
            target = f"$.components.schemas.{titles.get(target, 'Unnamed')}"
        else:
            target = _as_titled(target, titles)
        key = (task.file, target)
        is_removal = isinstance(update, str)
        if isinstance(update, str):
            key = (task.file, target + update)
        draft = shared.setdefault(key, Draft(*key, remove=is_removal))
        if isinstance(update, dict):
            _merge(draft.update, update)
        drafts[task] = draft
    return drafts


def _mend_example(
    task: Task,
    document: Tree,
    made: tuple[dict[tuple[str, str], Draft], dict[Task, Draft]],
) -> None:
    """Draft, among those that are made, what an example lacks or has too much."""
    shared, drafts = made
    place, name = split_place(task.where)
    target = target_of(place, of_media=True)
    nodes: list[Any] = [node.value for node in jsonpath.find(target, document)] if target else []
    mend = mend_of(name, task.text, nodes[0], document) if nodes else None
    if mend is None:
        return
    key = (task.file, f"{target}{mend.steps}")
    draft = shared.setdefault(key, Draft(*key, remove=mend.update is None))
    _merge(draft.update, mend.update or {})
    drafts[task] = draft


def _name_apart(
    update: Tree, task: Task, document: Tree, known: tuple[set[str], dict[str, str]]
) -> None:
    """Let no two methods of the drafts have one name, in place.

    `known` are the methods that there are, and the drafted ids by operation. What only streams has
    the method of its id.
    """
    ids, named = known
    if "operationId" in update:
        update["operationId"] = distinct(update["operationId"], ids)
        named[task.where] = update["operationId"]
    if stream := update.get("x-mistral-stream"):
        own = _own_id(task.where, document) or named.get(task.where)
        own = own or operation_id(task.where, document)
        parent = own.rpartition(".")[0]
        name = distinct(f"{parent}.{stream['method']}", ids) if "when" in stream else own
        stream["method"] = name.rpartition(".")[2]


def _own_id(where: str, document: Tree) -> str | None:
    """Return the id that an operation has already."""
    method, _, path = where.partition(" ")
    found: str | None = document["paths"].get(path, {}).get(method.lower(), {}).get("operationId")
    return found


def _titles(survey: Survey) -> dict[str, str]:
    """Return what drafts call components and schemas in place, by their targets; inner ones first.

    Two schemas that differ have two names.
    """
    found: dict[str, str] = {}
    shapes: dict[str, Tree] = {}
    for task in survey.tasks:
        target = target_of(task.where)
        update = _update_of(task, target, survey.document)
        if target and isinstance(update, dict) and "title" in update:
            shape: Any = jsonpath.find(target, survey.document)[0].value
            name = update["title"]
            while shapes.setdefault(name, shape) != shape:
                name += "Other"
            found[target] = name
    return dict(sorted(found.items(), key=lambda entry: -len(entry[0])))


def _as_titled(target: str, titles: dict[str, str]) -> str:
    """Return the target as words need it, which see a schema under the name that a draft gives."""
    for place, title in titles.items():
        inner = target.startswith((f"{place}.", f"{place}["))
        is_component = re.fullmatch(r"\$\.components\.schemas(\.\w+|\['[^']*'\])", place)
        if inner or (is_component and target == place):
            return f"$.components.schemas.{title}{target[len(place) :]}"
    return target


def _merge(into: Tree, update: Tree) -> None:
    for key, value in update.items():
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value)
        elif isinstance(into.get(key), list) and isinstance(value, list):
            into[key] = [*into[key], *value]
        else:
            into[key] = value


def target_of(where: str, *, of_media: bool = False) -> str | None:
    """Return the JSONPath of a place as findings name it; None where it is none.

    A media type and its schema have one name: `of_media` means the media type.
    """
    if where.startswith("tag "):
        return "$"
    if where.startswith(_SCHEME):
        return f"$.components.securitySchemes{step_to(where.removeprefix(_SCHEME))}"
    if found := re.fullmatch(r"([A-Z]+) (/[^:]*)(?:: (.*))?", where):
        base = f"$.paths['{found[2]}'].{found[1].lower()}"
        step = _inside(found[3]) if found[3] else ""
        return base + (step.removesuffix(".schema") if of_media else step)
    component = _COMPONENT.fullmatch(where)
    if component is None:
        return None
    return f"$.components.schemas{step_to(component[1])}" + _steps(component[2] or "")


def _inside(part: str) -> str:
    """Return the step from an operation to a parameter, body or answer, and on."""
    if found := re.fullmatch(r"(body|[0-9][0-9X]{2}|default)(?: ([^.]*/[^.]*?)(?:\.(.*))?)?", part):
        step = ".requestBody" if found[1] == "body" else f".responses['{found[1]}']"
        media = f".content['{found[2]}'].schema" if found[2] else ""
        return step + media + _steps(found[3] or "")
    name, _, rest = part.partition(".")
    return f".parameters[?@.name == '{name}']" + (".schema" + _steps(rest) if rest else "")


def _steps(path: str) -> str:
    """Return the steps of a path with dots, names that are no plain words in quotes."""
    steps = ""
    for word in path.split(".") if path else ():
        name, bracket, index = word.partition("[")
        steps += step_to(name) + bracket + index
    return steps


def _as_upstream(target: str, names: dict[str, str]) -> str:
    """Return the target with the component's name before it was renamed, as corrections need it."""
    found = re.match(r"\$\.components\.schemas\.(\w+)", target)
    if found and found[1] in names:
        return f"$.components.schemas.{names[found[1]]}{target[found.end() :]}"
    return target


def _update_of(task: Task, target: str | None, document: Tree) -> Tree | str | None:
    """Return what the draft merges in, the step to what it removes, or None if nobody can guess."""
    nodes = [node.value for node in jsonpath.find(target, document)] if target else []
    if not nodes or not isinstance(nodes[0], dict):
        return None
    return _words(task, nodes[0], document) or _correction(task, nodes[0], document)


def _words(task: Task, node: Tree, document: Tree) -> Tree | None:
    """Return words and examples."""
    what = task.where.rpartition(".")[2].rpartition(" ")[2].replace("_", " ")
    if re.fullmatch(r"[A-Z]+ /[^:]*", task.where):
        verb = node.get("operationId") or operation_id(task.where, document)
        what = verb.rpartition(".")[2].replace("_", " ")
    if "has to be 1 to" in task.text:
        return {"summary": f"DRAFT: {what}"[:60]}
    if "no description" in task.text:
        return {"description": f"DRAFT: {usual_words(node, document) or f'what {what} is.'}"}
    if "no entry in tags" in task.text:
        tag = task.where.removeprefix("tag ")
        return {"tags": [{"name": tag, "description": "DRAFT: what these are for."}]}
    if task.text.startswith("deprecated;"):
        note = {"replacement": None, "message": "DRAFT: what to use instead."}
        return {"x-mistral-deprecated": note}
    return None


def _correction(task: Task, node: Tree, document: Tree) -> Tree | str | None:
    """Return names, answers, marks: what the first rule that fits makes of the task."""
    for pattern, make in _CORRECTIONS:
        if found := re.search(pattern, task.text):
            made: Tree | str | None = make(found, task.where, node, document)
            return made
    return None


def _usual_answer(status: str, document: Tree) -> Tree | None:
    """Return the status with what most operations answer with it."""
    counts = Counter(
        answer["$ref"]
        for _, _, operation in operations(document)
        if "$ref" in (answer := operation.get("responses", {}).get(status, {}))
    )
    return {"responses": {status: {"$ref": counts.most_common(1)[0][0]}}} if counts else None


_CORRECTIONS: tuple[tuple[str, Callable[[re.Match[str], str, Tree, Tree], Any]], ...] = (
    (r"^no operationId", lambda _, where, __, all_: {"operationId": operation_id(where, all_)}),
    (r"^does not declare (\w+)", lambda found, _, __, all_: _usual_answer(found[1], all_)),
    (r"mark it in enums_open", lambda *_: {"x-mistral-open": True}),
    (r"^has no path parameter '(.+?)'", lambda found, _, __, all_: path_id(found[1], all_)),
    (r"closes an answer", lambda *_: ".additionalProperties"),
    (
        r"in place; name it|call it otherwise",
        lambda _, where, node, all_: {"title": schema_name(where, node, all_)},
    ),
    (
        r"^its mapping lacks the member",
        lambda _, __, node, all_: tag_of(node["discriminator"]["propertyName"], node, all_),
    ),
    (r"^'(\w+)' is its tag", lambda found, _, node, all_: tag_of(found[1], node, all_)),
    (r"has no x-mistral-stream", lambda _, __, node, all_: stream_of(node, all_)),
    (r"^has no list at", lambda _, __, node, all_: items_of(node, all_)),
    (r"has no x-mistral-paging", lambda _, __, node, all_: paging_of(node, all_)),
    (
        r"^pages by the (parameter|field) '(.+?)', which is not there",
        lambda found, _, node, all_: paged_anew(found[1], found[2], node, all_),
    ),
    (r"^no example", lambda _, __, node, all_: example_of(node, all_)),
)
"""What a task says, and what makes its draft of the match, the place, the node there, and all."""


def shown(draft: AnyDraft, day: str) -> str:
    """Return the draft as text to paste: an action under `actions:`, all else where it stands."""
    if not isinstance(draft, Draft):
        return draft.lines()
    text = write_yaml([draft.action(day)])
    return "".join(f"  {line}\n" for line in text.splitlines())


def with_drafts(folder: Path, drafts: Iterable[AnyDraft], day: str) -> dict[Path, bytes]:
    """Return the folder's (`openapi`) files with new actions at their ends, all else in its place.

    Raises:
        DocumentProblem: A file is no overlay.

    """
    texts: dict[Path, str] = {}
    for draft in sorted(drafts, key=_order):
        path = (folder / draft.file).resolve()
        if path not in texts:
            if path.exists() and draft.file.startswith(("curation/", "prose/")):
                read_overlay(path, reasons=draft.file.startswith("curation/"))
            head = _HEAD.format(stem=path.stem)
            texts[path] = path.read_text("utf-8").rstrip("\n") + "\n" if path.exists() else head
        if isinstance(draft, Draft):
            texts[path] += shown(draft, day)
        else:
            texts[path] = draft.written_into(texts[path])
    return {path: text.encode() for path, text in texts.items()}


def _order(draft: AnyDraft) -> int:
    """Return a draft's rank: removals first, from the file's end, so that the rest stays put."""
    return -draft.action if isinstance(draft, StaleDraft) else 1
