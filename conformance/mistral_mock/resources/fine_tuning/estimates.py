"""What a job takes: steps, tokens, time and money. All numbers are our choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

TOKENS_PER_STEP = 131_072
USUAL_STEPS = 10
MOST_STEPS = 1_000_000
"""More steps than this are estimated and trained as this many."""
STEP_S = 2
LONGEST_S = 3600
"""However many steps a job has, it trains no longer, in seconds."""
CURRENCY = "EUR"
BASE_PRICE = 4.0
PRICE_PER_MILLION = 0.01


def find_steps(hyperparameters: Mapping[str, Any], data_tokens: int) -> int:
    """Return how many steps a training has: as asked, or enough for the epochs asked for."""
    if hyperparameters.get("training_steps"):
        return min(int(hyperparameters["training_steps"]), MOST_STEPS)
    epochs = hyperparameters.get("epochs")
    if epochs is None:
        return USUAL_STEPS
    passes = float(min(epochs, MOST_STEPS)) * data_tokens / TOKENS_PER_STEP
    return min(max(math.ceil(passes), 1), MOST_STEPS)


def find_duration(steps: int) -> int:
    """Return how long a training runs, in seconds."""
    return min(steps * STEP_S, LONGEST_S)


def estimate(steps: int, data_tokens: int, start: datetime | None) -> dict[str, Any]:
    """Return the numbers that jobs and dry runs tell; the start is in seconds since 1970."""
    trained = steps * TOKENS_PER_STEP
    return {
        "expected_duration_seconds": find_duration(steps),
        "cost": round(BASE_PRICE + trained / 1_000_000 * PRICE_PER_MILLION, 2),
        "cost_currency": CURRENCY,
        "train_tokens_per_step": TOKENS_PER_STEP,
        "train_tokens": trained,
        "data_tokens": data_tokens,
        "estimated_start_time": None if start is None else int(start.timestamp()),
    }


def count_epochs(steps: int, data_tokens: int) -> float | None:
    """Return how many times a training goes through the data; None without data."""
    return round(steps * TOKENS_PER_STEP / data_tokens, 2) if data_tokens else None
