"""Faults that a test adds through the running mock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_mock.faults import FaultScriptError

if TYPE_CHECKING:
    from tests.unit.mock_replies.conftest import Scripted


def test_fault_strikes_until_faults_are_cleared(scripted: Scripted) -> None:
    scripted.mock.fault(operation="chat.*", status=503, times=None)
    assert [scripted.chat().status_code for _ in range(2)] == [503, 503]
    scripted.mock.clear_faults()
    assert scripted.chat().status_code == 200


def test_unknown_field_of_a_fault_is_named(scripted: Scripted) -> None:
    with pytest.raises(FaultScriptError, match="unknown fields: sttus"):
        scripted.mock.fault(sttus=503)
