"""Stand-ins that tests put in the place of groups and methods, as unittest.mock does."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock, create_autospec, patch

import pytest

from mistral_client import AsyncMistral, Mistral

PATHS = [
    "chat.complete",
    "files.list",
    "files.upload_all",
    "embeddings.create",
    "batch.jobs.wait",
    "fine_tuning.jobs.list",
    "beta.libraries.create",
    "beta.libraries.documents.upload",
    "beta.libraries.accesses.list",
    "workflows.executions.stream",
]


def found(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("path", PATHS)
def test_method_of_one_client_can_be_replaced(kind: type[Mistral], path: str) -> None:
    client, other = kind("key-0123456789"), kind("key-0123456789")
    group, _, name = path.rpartition(".")
    with patch.object(found(client, group), name, Mock(return_value="stand-in")):
        assert found(client, path)() == "stand-in"
        assert not isinstance(found(other, path), Mock)
        assert not isinstance(found(client.with_options(timeout=1), path), Mock)
    assert not isinstance(found(client, path), Mock)


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("name", ["chat", "files", "beta"])
def test_group_of_a_client_can_be_replaced(kind: type[Mistral], name: str) -> None:
    client: Any = kind("key-0123456789")
    stand_in = Mock()
    setattr(client, name, stand_in)
    assert getattr(client, name) is stand_in


def test_stand_in_for_a_whole_client_has_its_methods() -> None:
    client: Any = create_autospec(Mistral, instance=True)
    client.chat.complete.return_value = "stand-in"
    assert client.chat.complete(model="m", messages=[]) == "stand-in"
