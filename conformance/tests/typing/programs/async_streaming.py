"""The same, asynchronously, several at once."""

import asyncio

from mistral_client import AsyncMistral


async def say(client: AsyncMistral, word: str) -> int:
    count = 0
    messages = [{"role": "user", "content": word}]
    async with client.chat.stream(model="mistral-small-latest", messages=messages) as events:
        async for event in events:
            count += len(event.data.choices)
    return count


async def main() -> list[int]:
    async with AsyncMistral() as client:
        return await asyncio.gather(*(say(client, word) for word in ("shelf", "book")))


print(sum(asyncio.run(main())))
