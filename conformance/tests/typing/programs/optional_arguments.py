"""Arguments that a program may or may not have."""

from mistral_client import UNSET, Mistral


def ask(client: Mistral, temperature: float | None = None, seed: int | None = None) -> str:
    answer = client.chat.complete(
        model="mistral-small-latest",
        messages=[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}],
        temperature=temperature,
        random_seed=UNSET if seed is None else seed,
        tool_choice=None,
        response_format=None,
        safe_prompt=None,
    )
    return answer.id
