"""A message of several parts, kept in a variable."""

from mistral_client import Mistral

client = Mistral()
messages = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is on this picture?"},
            {"type": "image_url", "image_url": "https://example.com/shelf.png"},
        ],
    }
]
answer = client.chat.complete(model="pixtral-12b", messages=messages, max_tokens=100)
print(answer.choices[0].finish_reason, answer.model, answer.id)
