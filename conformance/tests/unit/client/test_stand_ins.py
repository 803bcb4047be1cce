"""Stand-ins that tests put in the place of groups and methods, as unittest.mock does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock, create_autospec, patch

import pytest

from mistral_client import AsyncMistral, Mistral

if TYPE_CHECKING:
    from collections.abc import Callable

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


WHOLE: list[Callable[[], Any]] = [
    lambda: create_autospec(Mistral, instance=True),
    lambda: create_autospec(Mistral)("key"),
    lambda: create_autospec(Mistral),
    lambda: create_autospec(Mistral("key-0123456789")),
]


@pytest.mark.parametrize("make", WHOLE)
def test_stand_in_for_a_whole_client_has_its_methods(make: Callable[[], Any]) -> None:
    client = make()
    client.chat.complete.return_value = "stand-in"
    assert client.chat.complete(model="m", messages=[]) == "stand-in"
    client.chat.complete.assert_called_once_with(model="m", messages=[])
    client.beta.libraries.documents.wait(library_id="l", document_id="d")


@pytest.mark.parametrize("make", WHOLE)
def test_stand_in_for_a_whole_client_takes_what_the_client_takes(make: Callable[[], Any]) -> None:
    client = make()
    with pytest.raises(TypeError, match="messages"):
        client.chat.complete(model="m")
    with pytest.raises(TypeError, match="document_id"):
        client.beta.libraries.documents.wait(library_id="l")
    with pytest.raises(AttributeError, match="completions"):
        client.chat.completions.create()


def test_stand_in_for_an_asynchronous_client_is_awaited() -> None:
    client: Any = create_autospec(AsyncMistral, instance=True)
    client.chat.complete.return_value = "stand-in"
    assert asyncio.run(client.chat.complete(model="m", messages=[])) == "stand-in"


def test_group_of_a_class_is_the_class_of_the_group() -> None:
    client = Mistral("key-0123456789")
    kinds: Any = Mistral
    assert kinds.chat is type(client.chat)
    assert kinds.beta.libraries.documents is type(client.beta.libraries.documents)
