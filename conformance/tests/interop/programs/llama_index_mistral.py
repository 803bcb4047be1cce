"""LlamaIndex: `MistralAI` and `MistralAIEmbedding`.

The embeddings take no address, so that their client is replaced by one that has it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import trying
from llama_index.core.llms import ChatMessage
from llama_index.core.output_parsers import PydanticOutputParser
from llama_index.core.program import LLMTextCompletionProgram
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.mistralai import MistralAIEmbedding
from llama_index.llms.mistralai import MistralAI
from mistralai.client import Mistral
from trying import Book, check, check_book

if TYPE_CHECKING:
    from collections.abc import Callable


def stream(model: MistralAI) -> None:
    """Pieces of an answer."""
    question = [ChatMessage(role="user", content=trying.PLAIN)]
    check(len(list(model.stream_chat(question))) > 1)


def call_tool(model: MistralAI) -> None:
    """A call and its result."""
    tool = FunctionTool.from_defaults(trying.get_weather)
    check("Paris" in str(model.predict_and_call([tool], trying.WEATHER).response))


def predict(model: MistralAI) -> None:
    """A class, whole and in pieces."""
    prompt = PromptTemplate(trying.WANTED)
    check_book(model.structured_predict(Book, prompt))
    check(list(model.stream_structured_predict(Book, prompt)))


def complete(model: MistralAI) -> None:
    """A class from a text that the prompt describes."""
    program = LLMTextCompletionProgram.from_defaults(
        output_parser=PydanticOutputParser(Book), prompt_template_str=trying.WANTED, llm=model
    )
    check_book(program())


def embed(base_url: str) -> None:
    """A text's vector."""
    vectors = MistralAIEmbedding(model_name=trying.EMBEDDING_MODEL, api_key=trying.KEY)
    vectors._client = Mistral(api_key=trying.KEY, server_url=base_url)
    check(len(vectors.get_text_embedding("a")) == trying.DIMENSIONS)


def make_tries(base_url: str) -> dict[str, Callable[[], Any]]:
    """What is tried."""
    model = MistralAI(model=trying.MODEL, api_key=trying.KEY, endpoint=base_url)
    return {
        "chat": partial(model.complete, trying.PLAIN),
        "stream": partial(stream, model),
        "tool": partial(call_tool, model),
        "structured: structured_predict": partial(predict, model),
        "structured: as_structured_llm": lambda: check_book(
            model.as_structured_llm(Book).complete(trying.WANTED).raw
        ),
        "structured: LLMTextCompletionProgram": partial(complete, model),
        "embeddings": partial(embed, base_url),
    }


if __name__ == "__main__":
    trying.main(make_tries)
