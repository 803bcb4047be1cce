"""What can go wrong, told apart."""

import time

from mistral_client import (
    APIStatusError,
    ConnectionFailed,
    Mistral,
    MistralError,
    RateLimited,
    Retries,
    TimedOut,
)

client = Mistral(retries=Retries(count=1), timeout=10, headers={"X-Team": "shelves"})
try:
    client.models.list(timeout=None, retries=0)
except RateLimited as error:
    time.sleep(error.retry_after_s or 1)
except APIStatusError as error:
    for detail in error.problem.details:
        print(detail)
    print(error.status, error.headers.get("content-type"), error.body, error.operation)
except (ConnectionFailed, TimedOut) as error:
    print(error.sent, error.attempts)
except MistralError as error:
    print(error.message)
