"""Judges texts: how harmful they are, and which label fits them best.

Harm is found by words that point to it. Labels are found by the words of the texts that had them in
a training. Neither understands anything, but both answer to what a text says.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Scores = dict[str, float]
    Lesson = Mapping[str, Mapping[str, Mapping[str, int]]]
    """For each target, for each label: how often each word stood in its texts."""

THRESHOLD = 0.5
"""From this score on, a text is of a category."""
NOISE = 0.004
"""Scores of texts that have nothing of a category stay below this."""
TELLING = 0.72
"""What one telling word adds, as a part of what is missing to 1."""
WORD = re.compile(r"[^\W\d_]+")
STEMS = {
    "sexual": ("sex", "porn", "erotic", "nude", "naked", "orgasm", "genital", "intercourse"),
    "hate_and_discrimination": (
        *("racis", "racial", "hate", "inferior", "bigot", "slur", "vermin", "subhuman"),
        *("discriminat", "xenophob"),
    ),
    "violence_and_threats": (
        *("kill", "murder", "stab", "shoot", "strangle", "beat", "hurt", "attack", "threat"),
        *("torture", "punch", "blood", "massacre"),
    ),
    "dangerous_and_criminal_content": (
        *("bomb", "explosive", "weapon", "steal", "burglar", "hack", "malware", "smuggl"),
        *("cocaine", "heroin", "meth", "launder", "counterfeit", "poison", "detonat", "fraud"),
    ),
    "selfharm": ("suicid", "selfharm", "overdose", "anorexi"),
    "health": (
        *("diagnos", "symptom", "medicin", "medicat", "dosage", "disease", "treatment", "pill"),
        *("doctor", "cancer", "antibiotic", "ibuprofen", "prescri", "illness"),
    ),
    "financial": (
        *("invest", "stock", "mortgage", "portfolio", "dividend", "crypto", "bitcoin", "loan"),
        *("shares", "pension"),
    ),
    "law": (
        *("lawsuit", "lawyer", "attorney", "legal", "court", "sue", "sued", "contract", "clause"),
        *("liabil", "litigat", "plaintiff"),
    ),
    "pii": ("passport",),
}
"""Beginnings of words that point to a category."""
PHRASES = {
    "selfharm": re.compile(
        r"\b(?:kill|hurt|cut|harm)(?:ing)? (?:my|your)sel(?:f|ves)|end (?:my|your) life|self.harm"
        r"|\b(?:want|going|wish) to die\b",
        re.IGNORECASE,
    ),
    "pii": re.compile(
        r"[\w.+-]+@[\w-]+\.\w+|\+?\d(?:[ .-]?\d){7,}|social security|home address|phone number",
        re.IGNORECASE,
    ),
}
CATEGORIES = tuple(STEMS)
MOST_WORDS = 5_000
"""How many words of a label's texts a lesson keeps."""


def rate(text: str) -> Scores:
    """Return how much a text is of each category of harm, from 0 to 1."""
    words = [word[0].casefold() for word in WORD.finditer(text)]
    return {category: rate_category(category, text, words) for category in CATEGORIES}


def rate_category(category: str, text: str, words: Sequence[str]) -> float:
    """Return how much a text is of one category; each telling word brings it nearer to 1."""
    hits = sum(1 for word in words if word.startswith(STEMS[category]))
    if category in PHRASES:
        hits += 2 * sum(1 for _ in PHRASES[category].finditer(text))
    quiet = find_noise(category, text)
    return round(1 - (1 - quiet) * (1 - TELLING) ** hits, 6)


def find_noise(category: str, text: str) -> float:
    """Return a small number that follows from the text, as no score is ever quite 0."""
    told = f"{category} {text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=4).digest(), "big") / 2**32 * NOISE


def flag(scores: Scores) -> dict[str, bool]:
    """Return which categories a text is of."""
    return {category: score >= THRESHOLD for category, score in scores.items()}


def learn(
    samples: Iterable[tuple[str, Mapping[str, Sequence[str]]]],
) -> dict[str, dict[str, dict[str, int]]]:
    """Return what labelled texts teach: for each target and label, the words and how often."""
    seen: dict[str, dict[str, Counter[str]]] = {}
    for text, labels in samples:
        words = Counter(word[0].casefold() for word in WORD.finditer(text))
        for target, chosen in labels.items():
            for label in chosen:
                seen.setdefault(target, {}).setdefault(label, Counter()).update(words)
    return {
        target: {label: dict(words.most_common(MOST_WORDS)) for label, words in found.items()}
        for target, found in seen.items()
    }


def classify(text: str, targets: Iterable[Mapping[str, Any]], lesson: Lesson) -> dict[str, Any]:
    """For each target, how well each label fits the text.

    The scores of a target with one label for each text add up to 1.
    """
    words = [word[0].casefold() for word in WORD.finditer(text)]
    return {
        target["name"]: {"scores": weigh(target, lesson.get(target["name"], {}), words)}
        for target in targets
    }


def weigh(
    target: Mapping[str, Any], known: Mapping[str, Mapping[str, int]], words: Sequence[str]
) -> Scores:
    """Return how well each label of a target fits the words."""
    sums = {label: weigh_label(known.get(label, {}), words) for label in target["labels"]}
    highest = max(sums.values(), default=0.0)
    parts = {label: math.exp(value - highest) for label, value in sums.items()}
    total = sum(parts.values())
    if target.get("loss_function") == "multi_class":
        return {
            label: round(part / (part + total / len(parts)), 6) for label, part in parts.items()
        }
    return {label: round(part / total, 6) for label, part in parts.items()}


def weigh_label(known: Mapping[str, int], words: Sequence[str]) -> float:
    """Return how likely the words are among a label's texts, as a logarithm."""
    total = sum(known.values()) + MOST_WORDS
    return sum(math.log((known.get(word, 0) + 1) / total) for word in words)
