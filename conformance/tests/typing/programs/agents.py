"""An agent and a conversation with it."""

from mistral_client import Mistral
from mistral_client.models import MessageOutputEntry

client = Mistral()
agent = client.beta.agents.create(
    model="mistral-medium-latest", name="Librarian", tools=[{"type": "web_search"}]
)
inputs = [{"role": "user", "content": "What is a shelf?"}]
started = client.beta.conversations.start(agent_id=agent.id, inputs=inputs)
for entry in started.outputs:
    if isinstance(entry, MessageOutputEntry):
        print(entry.content, entry.id)
again = client.beta.conversations.append(started.conversation_id, inputs="And a book?")
print(again.usage.total_tokens)
