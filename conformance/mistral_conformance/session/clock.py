"""The server's clock, where it offers one: lets rules about time hold without waiting.

The contract is two requests to one URL: GET answers a JSON object with `now`, POST with
`{"advance_s": n}` moves the clock n seconds forward. Any emulator can offer it. A route that asks
for a token gets the one in the environment variable CLOCK_TOKEN.
"""

from __future__ import annotations

import time
from typing import Any

import httpx

from mistral_conformance.record.connection import trust
from mistral_conformance.session.patience import LONGEST_WAIT_S, MOST_REPEATS, asked_wait
from mistral_conformance.verdict.outcome import Unjudged

TOKEN_VARIABLE = "CLOCK_TOKEN"  # noqa: S105 - the name of a variable


class Clock:
    """The control route of a server's clock."""

    def __init__(self, url: str, token: str = "", timeout_s: float = 10.0) -> None:
        self.url = url
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(
            headers=headers, timeout=timeout_s, trust_env=False, verify=trust()
        )

    def close(self) -> None:
        """Give back the connection."""
        self._http.close()

    @property
    def now(self) -> Any:  # noqa: ANN401 - seconds or a date-time, as the server likes
        """The server's present time.

        Raises:
            Unjudged: the route does not answer as documented.

        """
        answer = self._ask("GET", None)
        if not isinstance(answer, dict) or "now" not in answer:
            raise Unjudged(f"the clock at {self.url} does not tell `now`")
        return answer["now"]

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward.

        Raises:
            Unjudged: the route does not answer as documented.

        """
        self._ask("POST", {"advance_s": seconds})

    def _ask(self, method: str, body: object) -> object:
        try:
            response = self._send(method, body)
            if not response.is_success:
                raise Unjudged(f"the clock at {self.url} answers {response.status_code}")
            return response.json() if response.content else None
        except (httpx.HTTPError, ValueError) as error:
            raise Unjudged(f"the clock at {self.url} does not answer: {error}") from error

    def _send(self, method: str, body: object) -> httpx.Response:
        """Send, again where a gateway in front asks to: it did not let the request through."""
        response = self._http.request(method, self.url, json=body)
        for _ in range(MOST_REPEATS):
            if response.status_code not in {429, 503} or "retry-after" not in response.headers:
                break
            time.sleep(min(asked_wait(response.headers), LONGEST_WAIT_S))
            response = self._http.request(method, self.url, json=body)
        return response
