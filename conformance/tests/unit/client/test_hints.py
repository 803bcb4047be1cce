"""Annotations that can be read at run time, as frameworks, generators of docs and mocks do."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import mistral_client
from mistral_client import AsyncMistral, Mistral
from mistral_client.models import ChatCompletionChoice, ChatCompletionResponse, Document
from mistral_generated import models
from mistral_generated.base import Model
from mistral_generated.types import CallOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PUBLIC = [getattr(mistral_client, name) for name in mistral_client.__all__]
CLASSES = [each for each in PUBLIC if isinstance(each, type)]


def members(owner: type) -> Iterator[Callable[..., Any]]:
    """The methods and properties of a class, and those of the groups below it."""
    for name in dir(owner):
        member = inspect.getattr_static(owner, name)
        if isinstance(member, property):
            yield typing.cast("Callable[..., Any]", member.fget)
            below = getattr(owner, name)
            if isinstance(below, type):
                yield from members(below)
        elif inspect.isfunction(member) and (
            not name.startswith("_")
            or (name == "__init__" and not attrs.has(owner))  # attrs writes it without our names
        ):
            yield member


@pytest.mark.parametrize("name", models.__all__)
def test_types_of_the_fields_of_every_model_can_be_read(name: str) -> None:
    model = getattr(models, name)
    if isinstance(model, type) and issubclass(model, Model):
        hints = typing.get_type_hints(model)
        assert not [each for each in hints.values() if isinstance(each, str)]
        typing.get_type_hints(model.from_dict)


def test_types_are_what_the_fields_hold() -> None:
    hints = typing.get_type_hints(ChatCompletionResponse)
    assert hints["choices"] == list[ChatCompletionChoice]
    assert "datetime.datetime" in str(typing.get_type_hints(Document)["created_at"])


@pytest.mark.parametrize("kind", [*CLASSES, mistral_client.ClientOptions, CallOptions])
def test_types_of_public_classes_and_their_methods_can_be_read(kind: type) -> None:
    typing.get_type_hints(kind)
    for function in members(kind):
        typing.get_type_hints(function)
        inspect.signature(function, eval_str=True)


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
def test_signature_of_a_method_of_a_client_has_types(kind: type[Any]) -> None:
    client = kind("key-0123456789")
    signature = inspect.signature(client.chat.complete, eval_str=True)
    assert signature.parameters["model"].annotation is str
    assert signature.return_annotation is ChatCompletionResponse


def test_names_are_imported_only_when_somebody_asks() -> None:
    code = (
        "import sys, mistral_client, mistral_generated.api.chat as chat\n"
        "from mistral_client.models import ChatCompletionChoice\n"
        "names = ('mistral_generated.params', 'mistral_generated.hints')\n"
        "print([name for name in names if name in sys.modules])\n"
        "import typing; typing.get_type_hints(chat.Chat.complete)\n"
        "print([name for name in names if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "[]",
        "['mistral_generated.params', 'mistral_generated.hints']",
    ]


def test_subclass_of_a_user_keeps_its_annotations() -> None:
    class Own(Mistral):
        def ask(self, text: Missing) -> str:  # type: ignore[name-defined]  # noqa: F821
            return str(text)

    assert type(Own.ask.__annotations__) is dict


def test_subclass_may_belong_to_no_module() -> None:
    type("Own", (Mistral,), {"__module__": "nowhere", "x": 1})
