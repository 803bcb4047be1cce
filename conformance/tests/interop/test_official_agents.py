"""The official Python SDK works with the mock's agents and conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from mistralai.client import models

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistralai.client import Mistral

    from mistral_mock.server import RunningServer

# The SDK warns about deprecated parameters and operations that it offers by itself.
pytestmark = pytest.mark.filterwarnings("ignore:warning. .. DEPRECATED ..:DeprecationWarning")
MODEL = "mistral-medium-latest"
DRAW = models.ImageGenerationTool()


@pytest.fixture
def agent(official: Mistral) -> models.Agent:
    return official.beta.agents.create(
        model=MODEL, name="Helper", tools=[models.WebSearchTool()], metadata={"team": "a"}
    )


def test_agents_are_listed_by_page_and_by_token(official: Mistral, agent: models.Agent) -> None:
    pages = official.beta.agents.list_pages(page_size=1)
    assert pages is not None
    assert pages.result.data == official.beta.agents.list(metadata={"team": "a"}) == [agent]
    assert official.beta.agents.list(metadata={"team": "b"}) == []


def test_versions_and_aliases_are_read(official: Mistral, agent: models.Agent) -> None:
    agents, id_ = official.beta.agents, agent.id
    agents.update(agent_id=id_, name="Expert")
    alias = agents.create_version_alias(agent_id=id_, alias="live", version=1)
    assert agents.list_version_aliases(agent_id=id_) == [alias]
    assert agents.update_version(agent_id=id_, version=0).name == "Helper"
    assert agents.get(agent_id=id_, agent_version="live").name == "Expert"
    assert agents.get_version(agent_id=id_, version="1").name == "Expert"
    assert [each.version for each in agents.list_versions(agent_id=id_)] == [1, 0]
    agents.delete_version_alias(agent_id=id_, alias="live")
    agents.delete(agent_id=id_)
    assert agents.list() == []


def test_conversation_goes_on_and_is_read_back(official: Mistral, agent: models.Agent) -> None:
    conversations = official.beta.conversations
    first = conversations.start(agent_id=agent.id, inputs="Hello.")
    id_ = first.conversation_id
    later = conversations.append(conversation_id=id_, inputs="More.")
    history = conversations.get_history(conversation_id=id_).entries
    assert history[1:3] == first.outputs
    assert history[4:] == later.outputs
    entry = history[2]
    assert isinstance(entry, models.MessageOutputEntry)
    branch = conversations.restart(conversation_id=id_, from_entry_id=str(entry.id), inputs="Or?")
    assert branch.conversation_id != id_
    assert len(conversations.get_messages(conversation_id=id_).messages) == 4
    assert isinstance(conversations.get(conversation_id=id_), models.AgentConversation)
    conversations.delete(conversation_id=id_)
    assert len(conversations.list()) == 1


def test_shared_library_is_quoted(official: Mistral, mock: RunningServer) -> None:
    library = official.beta.libraries.create(name="Papers").id
    file = models.File(file_name="owls.txt", content=b"Owls hunt at night.")
    official.beta.libraries.documents.upload(library_id=library, file=file)
    mock.clock.advance(60)
    organisation = mock.world.settings.identities[0].organisation_id
    share = {"level": "Viewer", "share_with_type": "Org", "share_with_uuid": organisation}
    httpx.put(  # the SDK does not know the word Org
        f"{mock.base_url}/v1/libraries/{library}/share",
        json=share,
        headers={"authorization": "Bearer mock-key"},
    ).raise_for_status()
    answer = official.beta.conversations.start(
        model=MODEL,
        inputs="When do owls hunt?",
        tools=[models.DocumentLibraryTool(library_ids=[library])],
    )
    message = answer.outputs[-1]
    assert isinstance(message, models.MessageOutputEntry)
    text, reference = list(message.content)
    assert isinstance(text, models.TextChunk)
    assert isinstance(reference, models.ToolReferenceChunk)
    assert "Owls hunt at night." in text.text
    assert reference.title == "owls.txt"


def test_picture_is_downloaded(official: Mistral) -> None:
    answer = official.beta.conversations.start(model=MODEL, inputs="An owl.", tools=[DRAW])
    message = answer.outputs[-1]
    assert isinstance(message, models.MessageOutputEntry)
    picture = message.content[-1]
    assert isinstance(picture, models.ToolFileChunk)
    content = official.files.download(file_id=picture.file_id).read()
    assert content.startswith(b"\x89PNG")


@pytest.mark.parametrize("form", ["start", "append", "restart"])
def test_streams_tell_the_answer(official: Mistral, agent: models.Agent, form: str) -> None:
    conversations = official.beta.conversations
    made = conversations.start(agent_id=agent.id, inputs="Hello.")
    id_, entry = made.conversation_id, made.outputs[-1]
    streams: dict[str, Callable[[], object]] = {
        "start": lambda: conversations.start_stream(agent_id=agent.id, inputs="More."),
        "append": lambda: conversations.append_stream(conversation_id=id_, inputs="More."),
        "restart": lambda: conversations.restart_stream(
            conversation_id=id_, from_entry_id=str(entry.id), inputs="More."
        ),
    }
    with streams[form]() as stream:  # type: ignore[attr-defined] # an EventStream
        events = [event.data for event in stream]
    assert isinstance(events[0], models.ResponseStartedEvent)
    assert isinstance(events[1], models.ToolExecutionStartedEvent)
    assert isinstance(events[-2], models.MessageOutputEvent)
    assert isinstance(events[-1], models.ResponseDoneEvent)
