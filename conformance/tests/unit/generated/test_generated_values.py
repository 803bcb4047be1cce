from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

from mistral_generated import models
from mistral_generated.models import Document, TextChunk, UserMessage
from mistral_generated.files import File
from mistral_generated.types import UNSET, Call, Event, Operation, Unset
from mistral_generated.wire import to_wire

OPERATION = Operation(id="a.b", method="GET", path="/a", idempotent=True, success=(200,))
DOCUMENT: dict[str, Any] = {
    "id": "1",
    "size": 3,
    "name": "n",
    "created_at": "2026-01-02T03:04:05.678901Z",
    "attributes": {"a": [1, {"b": None}]},
    "new_field": True,
}


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_model_survives_pickling_and_copying() -> None:
    document = Document.from_dict(DOCUMENT)
    for twin in (
        _pickled(document),
        copy.copy(document),
        copy.deepcopy(document),
    ):
        assert twin == document
        assert twin.hash is None
        assert "hash" not in twin.to_dict()
        assert twin.missing_fields == document.missing_fields


def test_models_compare_by_value_and_class() -> None:
    assert TextChunk(text="a") == TextChunk(text="a")
    assert TextChunk(text="a") != TextChunk(text="b")
    assert TextChunk.from_dict({"type": "text", "text": "a"}) == TextChunk(text="a")
    assert models.ModelCapabilities() != models.GuardrailConfig()


def test_model_is_frozen() -> None:
    chunk: Any = TextChunk(text="a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        chunk.text = "b"


def test_evolve_makes_a_changed_copy_of_a_model_that_was_read() -> None:
    document = Document.from_dict(DOCUMENT)
    changed = attrs.evolve(document, name="other")
    assert changed.to_dict() == {**DOCUMENT, "name": "other"}
    assert document.name == "n"


def test_repr_shows_what_is_there_and_nothing_else() -> None:
    text = repr(Document.from_dict({"id": "1", "name": None}))
    assert text == "Document(id='1', name=None)"
    assert "new_field" in repr(Document.from_dict(DOCUMENT))


def test_what_was_read_is_written_back() -> None:
    assert Document.from_dict(DOCUMENT).to_dict() == DOCUMENT


def test_constant_tags_are_set_by_the_class() -> None:
    assert UserMessage(content="x").to_dict() == {"role": "user", "content": "x"}


def test_tag_that_the_server_left_out_is_not_invented() -> None:
    assert TextChunk.from_dict({"text": "x"}).to_dict() == {"text": "x"}


def test_more_fields_than_the_document_has_can_be_sent() -> None:
    chunk = TextChunk(text="x", additional_properties={"cache": True})
    assert chunk.to_dict() == {"type": "text", "text": "x", "cache": True}


def test_model_refuses_unknown_and_missing_arguments() -> None:
    made: Any = TextChunk
    with pytest.raises(TypeError):
        made(text="x", colour="red")
    with pytest.raises(TypeError):
        made()


def test_models_are_attrs_classes() -> None:
    assert attrs.has(Document)
    assert {field.name for field in attrs.fields(TextChunk)} == {
        "type",
        "text",
        "additional_properties",
    }


def test_every_model_reads_an_empty_object() -> None:
    for name in models.__all__:
        read = getattr(getattr(models, name), "from_dict", None)
        if read is not None:
            assert read({}).to_dict() == {}, name


def test_unset_is_one_false_object_with_a_plain_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert _pickled(UNSET) is UNSET
    assert copy.deepcopy(UNSET) is UNSET
    assert isinstance(UNSET, Unset)


def test_to_wire_leaves_unset_out_at_every_depth() -> None:
    assert to_wire({"a": UNSET, "b": [UNSET, {"c": UNSET, "d": None}]}) == {"b": [{"d": None}]}


def test_to_wire_reads_models_inside_lists_and_dicts() -> None:
    assert to_wire({"a": (TextChunk(text="x"),)}) == {"a": [{"type": "text", "text": "x"}]}


def test_calls_and_operations_compare_by_value() -> None:
    parse: Any = len
    call = Call[int](operation=OPERATION, url="/a", parse=parse)
    assert call == attrs.evolve(call)
    assert call != attrs.evolve(call, url="/b")
    assert {OPERATION: 1}[attrs.evolve(OPERATION)] == 1


def test_operations_and_events_pickle() -> None:
    assert _pickled(OPERATION) == OPERATION
    assert _pickled(Event(1, "a")) == Event(1, "a")


def test_file_takes_its_name_in_both_spellings() -> None:
    made: Any = File
    assert made(fileName="a", content=b"x") == File("a", content=b"x")
    with pytest.raises(TypeError, match="name once"):
        made("a", b"x", fileName="b")
    with pytest.raises(TypeError, match="name once"):
        made(content=b"x")
    with pytest.raises(TypeError, match="content"):
        made("a")


def _pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def test_dict_of_unknown_fields_is_there_when_it_is_asked_for() -> None:
    chunk, same = TextChunk.from_dict({"text": "a"}), TextChunk.from_dict({"text": "a"})
    assert chunk.additional_properties == {}
    assert chunk.additional_properties is chunk.additional_properties
    assert chunk == same
    chunk.additional_properties["new"] = 1
    assert chunk != same
    assert chunk.to_dict()["new"] == 1
    assert "new" not in same.to_dict()


def test_model_that_was_read_equals_one_that_was_made() -> None:
    made = TextChunk(text="a", type="text")
    assert TextChunk.from_dict({"text": "a", "type": "text"}) == made


def test_attribute_that_no_model_has_is_an_error() -> None:
    chunk: Any = TextChunk.from_dict({"text": "a"})
    with pytest.raises(AttributeError, match="'TextChunk' object has no attribute 'nothing'"):
        _ = chunk.nothing
