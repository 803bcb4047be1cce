"""One question, one answer."""

from mistral_client import Mistral

with Mistral() as client:
    messages = [{"role": "user", "content": "What is a shelf?"}]
    answer = client.chat.complete(model="mistral-small-latest", messages=messages)
    content = answer.choices[0].message.content
    if isinstance(content, str):
        print(content.upper())
    print(answer.usage.prompt_tokens + answer.usage.total_tokens)
