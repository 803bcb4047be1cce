from __future__ import annotations

import json
import subprocess
import sys
import typing

import pytest

from mistral_generated import models, params

ANSWER = {
    "id": "1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}}],
    "usage": {"prompt_tokens": 1},
}
FIRST_CHAT = f"""
import sys, json
from mistral_generated.resources import Resources
class Answer:
    status_code = 200
    headers = {{}}
    content = {json.dumps(ANSWER).encode()!r}
class Send:
    def __call__(self, call, options):
        return call.parse(Answer)
Resources(Send()).chat.complete(model="m", messages=[{{"role": "user", "content": "x"}}])
print(json.dumps(sorted(name for name in sys.modules if name.startswith("mistral_generated."))))
"""


def _modules_after(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded: list[str] = json.loads(done.stdout)
    return loaded


def test_first_chat_call_loads_only_what_its_answer_needs() -> None:
    loaded = _modules_after(FIRST_CHAT)
    assert [name.rpartition(".")[2] for name in loaded if ".models." in name] == [
        "assistant_message",
        "chat_completion_choice",
        "chat_completion_response",
        "usage_info",
    ]
    assert not [name for name in loaded if ".params" in name or "beta" in name]
    assert len(loaded) <= 14


def test_tree_alone_loads_no_group() -> None:
    code = "import sys, json, mistral_generated.resources\n" + FIRST_CHAT.splitlines()[-1]
    assert _modules_after(code) == ["mistral_generated.resources", "mistral_generated.types"]


def test_every_listed_name_can_be_had() -> None:
    for package in (models, params):
        for name in package.__all__:
            assert getattr(package, name) is not None
        assert dir(package) == package.__all__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nonsense"):
        getattr(models, "Nonsense")  # noqa: B009 - type checkers would refuse the attribute


def test_union_can_be_had_at_run_time() -> None:
    assert models.TextChunk in typing.get_args(models.ContentChunk)
