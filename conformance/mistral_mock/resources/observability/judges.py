"""Judges: saved definitions, with the revisions that updates leave behind.

An update keeps the judge's id, and leaves its former contents under a new id: revisions are linked
by `up_revision` (newer), `down_revision` (older) and `base_revision` (the first contents). Older
revisions can be read and used, but neither listed nor updated; deleting any revision deletes the
judge with all of them. The names of what is listed are unique in a workspace (our choices).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_mock import clock
from mistral_mock.answers import json_answer, no_content
from mistral_mock.ownership import Owned, visible
from mistral_mock.registry import operation, section
from mistral_mock.resources.observability import campaign_state, judging, lookups
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.fixtures import Seeding

LIST = "/v1/observability/judges"
CONTENTS = ("name", "description", "model_name", "output", "instructions", "tools")
OUTPUT = {
    "type": "object",
    "required": ["type"],
    "oneOf": [
        {
            "required": ["options"],
            "properties": {
                "type": {"const": "CLASSIFICATION"},
                "options": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["value", "description"],
                        "additionalProperties": {"type": "string"},
                    },
                },
            },
        },
        {
            "required": ["min_description", "max_description"],
            "properties": {
                "type": {"const": "REGRESSION"},
                "min": {"type": "number", "minimum": 0},
                "min_description": {"type": "string"},
                "max": {"type": "number", "exclusiveMaximum": 1000000000},
                "max_description": {"type": "string"},
            },
        },
    ],
}
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "output"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "name": {"type": "string", "minLength": 5, "maxLength": 50},
            "description": {"type": "string"},
            "model_name": {"type": "string"},
            "output": OUTPUT,
            "instructions": {"type": "string"},
            "tools": {"type": "array", "items": {"type": "string"}},
        },
    },
}
BLANK = {"description": "", "model_name": "mistral-medium-latest", "instructions": "", "tools": []}
"""What a judge of a fixture world has where the world says nothing."""


@frozen(kw_only=True)
class StoredJudge(Owned):
    """One revision of a judge."""

    called = "judge"

    owner_id: str
    created_at: datetime
    updated_at: datetime
    contents: dict[str, Any]
    """What `CreateJudgeRequest` holds."""
    up_revision: str | None = None
    down_revision: str | None = None
    base_revision: str | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.contents["name"])


@operation("beta.observability.judges.create")
def create(ctx: Context) -> Answer:
    """Return 201 with the new judge; 409 when its name is taken."""
    contents = read_contents(ctx.body)
    check_name(ctx, contents["name"])
    now = ctx.clock.stamp()
    judge = StoredJudge(
        id=ctx.ids.uuid4(),
        workspace_id=ctx.caller.workspace_id,
        owner_id=ctx.caller.user_id,
        created_at=now,
        updated_at=now,
        contents=contents,
    )
    return json_answer(view(ctx.table(StoredJudge).put(judge)), 201)


@operation("beta.observability.judges.list")
def list_judges(ctx: Context) -> Answer:
    """Return a page of the judges, the newest first, without their older revisions."""
    found = [judge for judge in reversed(list_current(ctx)) if is_wanted(ctx, judge)]
    return json_answer({"judges": lookups.page(ctx, LIST, found, view)})


@operation("beta.observability.judges.fetch")
def fetch(ctx: Context) -> Answer:
    """Return the judge, or an older revision of one."""
    return json_answer(view(find(ctx, ctx.path["judge_id"])))


@operation("beta.observability.judges.update")
def update(ctx: Context) -> Answer:
    """Return 204; the judge has the new contents, and its former ones are a revision below it."""
    judge = find(ctx, ctx.path["judge_id"])
    contents = read_contents(ctx.body)
    check_update(ctx, judge, contents)
    table = ctx.table(StoredJudge)
    older = evolve(judge, id=ctx.ids.uuid4(), up_revision=judge.id)
    if judge.down_revision is not None:
        below = find(ctx, judge.down_revision)
        table.put(evolve(below, up_revision=older.id))
    newer = evolve(
        judge,
        contents=contents,
        updated_at=ctx.clock.stamp(),
        down_revision=older.id,
        base_revision=judge.base_revision or older.id,
    )
    table.put(older)
    table.put(newer)
    return no_content()


@operation("beta.observability.judges.delete")
def delete(ctx: Context) -> Answer:
    """Return 204.

    The judge has gone with all its revisions. Campaigns keep the judge that they ran.
    """
    judge: StoredJudge | None = find(ctx, ctx.path["judge_id"])
    while judge is not None and judge.up_revision is not None:
        judge = find(ctx, judge.up_revision)
    while judge is not None:
        ctx.table(StoredJudge).remove(judge.id)
        below = judge.down_revision
        judge = None if below is None else ctx.table(StoredJudge).get(below)
    return no_content()


@operation("beta.observability.judges.judge_conversation")
def judge_conversation(ctx: Context) -> Answer:
    """Return the judge's verdict on the messages of the request."""
    judge = find(ctx, ctx.path["judge_id"])
    messages, properties = ctx.body["messages"], ctx.body.get("properties")
    return json_answer(judging.judge_messages(ctx, judge.contents, messages, properties))


@section("judges", SCHEMA)
def load_judges(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Judges of the first key's user and workspace."""
    for each in data:
        now = seeding.stamp()
        judge = StoredJudge(
            id=seeding.uuid("judge", each.get("id", each["name"])),
            workspace_id=seeding.owner.workspace_id,
            owner_id=seeding.owner.user_id,
            created_at=now,
            updated_at=now,
            contents=read_contents({**BLANK, **each}),
        )
        seeding.table(StoredJudge).put(judge)


def find(ctx: Context, id_: str) -> StoredJudge:
    """Return the judge or revision with the id.

    Raises:
        APIError: 404 `JUDGE_NOT_FOUND`.

    """
    return lookups.find(ctx, StoredJudge, id_, "judge", "JUDGE_NOT_FOUND")


def list_current(ctx: Context) -> list[StoredJudge]:
    """Return the judges that the caller sees, without older revisions, oldest first."""
    found = visible(ctx, StoredJudge)
    current = [judge for judge in found if judge.up_revision is None]
    return sorted(current, key=lambda judge: judge.created_at)


def is_wanted(ctx: Context, judge: StoredJudge) -> bool:
    """Say whether the judge passes all filters of the query."""
    query, contents = ctx.query, judge.contents
    return (
        (not query["type_filter"] or contents["output"]["type"] in query["type_filter"])
        and (not query["model_filter"] or contents["model_name"] in query["model_filter"])
        and lookups.matches(query["q"], judge.name, contents["description"])
    )


def check_name(ctx: Context, name: str, but: str = "") -> None:
    """Lets a name through that no judge has, apart from the one with the id.

    Raises:
        APIError: 409 `JUDGE_NAME_ALREADY_EXISTS`.

    """
    if any(judge.name == name and judge.id != but for judge in list_current(ctx)):
        message = f"There is a judge with the name {name} already"
        raise observability_error(409, message, "JUDGE_NAME_ALREADY_EXISTS")


def check_update(ctx: Context, judge: StoredJudge, contents: Mapping[str, Any]) -> None:
    """Lets an update through that changes something of a judge that may change.

    Raises:
        APIError: 409 for an older revision, a judge of a campaign, or a name that is taken; 400
            `JUDGE_DID_NOT_CHANGE`. Which status goes with which code is our choice.

    """
    if judge.up_revision is not None:
        message = "This revision of the judge has a newer one"
        raise observability_error(409, message, "JUDGE_ALREADY_HAS_NEW_VERSION")
    if campaign_state.uses(ctx, judge.id):
        message = "A campaign uses this judge"
        raise observability_error(409, message, "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED")
    if contents == judge.contents:
        raise observability_error(400, "Nothing would change", "JUDGE_DID_NOT_CHANGE")
    check_name(ctx, contents["name"], but=judge.id)


def read_contents(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contents of a judge, with the ends of a scale that the body leaves out."""
    contents = {name: body[name] for name in CONTENTS}
    if contents["output"]["type"] != judging.CLASSES:
        ends = {"min": judging.LOWEST, "max": judging.HIGHEST}
        contents["output"] = {**ends, **contents["output"]}
    return contents


def view(judge: StoredJudge) -> dict[str, Any]:
    """Return the judge as the API writes it."""
    return {
        "id": judge.id,
        "created_at": clock.spell(judge.created_at),
        "updated_at": clock.spell(judge.updated_at),
        "deleted_at": None,
        "owner_id": judge.owner_id,
        "workspace_id": judge.workspace_id,
        **judge.contents,
        "up_revision": judge.up_revision,
        "down_revision": judge.down_revision,
        "base_revision": judge.base_revision,
    }
