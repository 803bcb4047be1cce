"""A client over the program's own httpx client, and one in tests."""

import httpx

from mistral_client import AsyncMistral, Mistral


def reply(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"data": [], "path": request.url.path})


with httpx.Client(timeout=3) as http, Mistral("key", http_client=http) as client:
    quick = client.with_options(timeout=5, retries=0)
    print(quick.models.list().data)
fake = Mistral("key", base_url="http://test", transport=httpx.MockTransport(reply))
other = AsyncMistral("key", base_url="http://test", transport=httpx.MockTransport(reply))
