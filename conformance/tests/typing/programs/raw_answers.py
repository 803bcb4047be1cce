"""Status and headers beside the answer."""

from mistral_client import Mistral, Raw
from mistral_client.models import ModelList

client = Mistral()
answer: Raw[ModelList] = client.raw(client.models.list)
print(answer.status_code + 1, answer.headers["content-type"], answer.parsed.data[0].id)
one = client.raw(client.files.retrieve, "file-id")
print(one.parsed.filename, one.body)
