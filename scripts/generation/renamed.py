"""Methods that got another name: the old ones still work, with a warning, for one release.

`openapi/renamed.yaml` names them, by the paths of the client's methods; `update.py` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from document.events import EVENTS
from document.problems import read_part
from document.yaml_text import read_yaml, write_yaml

from generation.source import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from generation.operations import OperationView

NAME = "renamed.yaml"
"""The file, below the folder `openapi`."""
_HEAD = """\
# Methods of the client that got another name. Each old name works, with a warning, in the release
# that comes after `after`, and goes with the first update after that. Written by scripts/update.py.
"""


@attrs.frozen
class Renamed:
    """One method with its old name."""

    old: str
    """As `beta.libraries.fetch`."""
    new: str
    """As `beta.libraries.get`, an operationId of the document."""
    after: str
    """The newest release without the new name, or `none`; the next one has both."""


def read_renamed(path: Path) -> list[Renamed]:
    """Return the renamed methods; none where there is no file.

    Raises:
        DocumentProblem: The file does not say `old`, `new` and `after` of each.

    """
    if not path.exists():
        return []
    entries = read_yaml(read_part(path), str(path)) or []
    keys = {field.name for field in attrs.fields(Renamed)}
    wrong = not isinstance(entries, list) or any(
        not isinstance(one, dict) or one.keys() != keys for one in entries
    )
    if wrong:
        raise DocumentError(f"{path}: each entry needs {', '.join(sorted(keys))} and nothing else")
    return [Renamed(**{key: str(value) for key, value in one.items()}) for one in entries]


def renamed_bytes(renamed: Sequence[Renamed]) -> bytes:
    """Return the file that names these methods."""
    entries: list[Any] = [attrs.asdict(one) for one in renamed]
    return (_HEAD + write_yaml(entries)).encode()


def add_renamed(groups: dict[str, list[OperationView]], renamed: Iterable[Renamed]) -> None:
    """Put each operation of another name into its old group as well.

    Raises:
        DocumentError: A new name is no operation, or an old one still is.

    """
    known = {one.id: one for operations in groups.values() for one in operations}
    for one in renamed:
        if one.new not in known or one.old in known:
            what = f"{one.new}, which is no operation" if one.new not in known else one.old
            raise DocumentError(f"openapi/{NAME} names {what}; correct or delete its entry")
        group = one.old.rpartition(".")[0]
        groups.setdefault(group, []).append(_under_old_name(known[one.new], one))


def _under_old_name(operation: OperationView, renamed: Renamed) -> OperationView:
    """Return the operation as its old group has it.

    Methods that kept their names are not there twice.
    """
    group, _, name = renamed.old.rpartition(".")
    stream, structured = operation.stream, operation.structured
    if stream and operation.accept == EVENTS:
        stream = attrs.evolve(stream, method=name)
    elif group == renamed.new.rpartition(".")[0]:
        stream = structured = None
    return attrs.evolve(
        operation,
        id=renamed.old,
        name=name,
        stream=stream,
        structured=structured,
        deprecated=f"Call `client.{renamed.new}`; this old name goes with the next release.",
        renamed_to=renamed.new,
    )
