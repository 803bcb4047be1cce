"""Where a worker has to connect."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mistral_mock.answers import json_answer
from mistral_mock.registry import operation

if TYPE_CHECKING:
    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

PORTS = {"http": 80, "https": 443}


@operation("workflows.workers.whoami")
def whoami(ctx: Context) -> Answer:
    """The mock's own address, though no scheduler listens there, and the key's workspace."""
    parts = urlsplit(ctx.base_url)
    host = parts.netloc if parts.port else f"{parts.netloc}:{PORTS[parts.scheme]}"
    namespace = ctx.caller.workspace_id
    return json_answer(
        {"scheduler_url": host, "namespace": namespace, "tls": parts.scheme == "https"}
    )
