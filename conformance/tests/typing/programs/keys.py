"""Clients whose key a function gives."""

import asyncio

from mistral_client import AsyncMistral, Mistral


def fetch_token() -> str:
    return "token"


async def fetch_token_later() -> str:
    await asyncio.sleep(0)
    return "token"


def make() -> Mistral:
    return Mistral(api_key=fetch_token)


def make_async() -> tuple[AsyncMistral, AsyncMistral]:
    return AsyncMistral(api_key=fetch_token), AsyncMistral(fetch_token_later)
