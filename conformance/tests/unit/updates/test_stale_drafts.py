"""What upstream dropped goes out of the actions about it, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.survey import Task
from document.yaml_text import read_yaml
from updates.stale import Numbers, StaleDraft, stale_draft

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
overlay: 1.0.0
info: {title: Words, version: 1.0.0}
actions:
  - target: $.components.schemas.Rack
    update: {description: &said It holds.}
    x-reason: One.
  # Shelves and boards.
  - target: $.components.schemas['Shelf', 'Board']
    update:
      properties:
        size: {description: *said}
        wood: {description: Oak.}
    x-reason: Two.

  - target: $.info
    update: {description: *said}
"""
NOWHERE = "the target matches nothing; drop it"
POSITION = "action 2 in line 8 ($.components.schemas['Shelf', 'Board'])"


def _draft(where: str, text: str) -> StaleDraft:
    draft = stale_draft(Task("several operations", "shared", "prose/all.yaml", where, text))
    assert draft
    return draft


def test_an_action_without_a_target_is_commented_out() -> None:
    text = _draft("action 1 in line 4 ($)", "the target matches nothing; drop it").written_into(
        FILE
    )
    assert "  # DRAFT: upstream has dropped this" in text
    assert "  # - target: $.components.schemas.Rack\n" in text
    assert len(read_yaml(text, "text")["actions"]) == 2


def test_what_has_its_value_from_it_keeps_the_value() -> None:
    text = _draft("action 1 in line 4 ($)", "the target matches nothing; drop it").written_into(
        FILE
    )
    assert read_yaml(text, "text")["actions"][1]["update"] == {"description": "It holds."}


def test_a_field_goes_out_of_the_update() -> None:
    stale = "stale, properties.wood is not there; upstream may have dropped it"
    text = _draft(POSITION, stale).written_into(FILE)
    action = read_yaml(text, "text")["actions"][1]
    assert action["update"] == {"properties": {"size": {"description": "It holds."}}}
    assert action["x-draft"] is True
    assert "  # Shelves and boards.\n" in text


def test_a_name_goes_out_of_the_target() -> None:
    text = _draft(POSITION, "stale, Board is not there; upstream").written_into(FILE)
    assert read_yaml(text, "text")["actions"][1]["target"] == "$.components.schemas['Shelf']"


def test_an_update_of_which_nothing_is_left_goes_as_a_whole() -> None:
    stale = "stale, properties.size, properties.wood are not there; upstream"
    text = _draft(POSITION, stale).written_into(FILE)
    assert "  # - target: $.components.schemas['Shelf', 'Board']\n" in text


def test_other_tasks_have_no_such_draft() -> None:
    task = Task("several operations", "shared", "prose/all.yaml", "Rack", "no description")
    assert stale_draft(task) is None


def test_actions_have_the_numbers_of_before_once_another_one_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "prose/all.yaml"
    path.parent.mkdir()
    path.write_text(FILE, encoding="utf-8")
    numbers = Numbers(tmp_path)

    def told(where: str) -> list[tuple[str, int]]:
        task = Task("several operations", "shared", "prose/all.yaml", where, NOWHERE)
        drafts = numbers.as_before({task: stale_draft(task)})
        return [(task.where, draft.action) for task, draft in drafts.items()]

    assert told("action 1 in line 4 ($)") == [("action 1 in line 4 ($)", 1)]
    without = _draft("action 1 in line 4 ($)", NOWHERE).written_into(FILE)
    path.write_text(f"{without}  - target: $.paths\n", encoding="utf-8")
    assert told("action 2 in line 16 ($.info)") == [("action 3 ($.info)", 3)]
    assert told("action 3 in line 18 ($.paths)") == []
