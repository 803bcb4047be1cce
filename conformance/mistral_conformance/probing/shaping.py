"""Makes generated requests fit for a real server: marked names, a real model, small outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import nothing

if TYPE_CHECKING:
    from mistral_conformance.markers import Marker
    from mistral_conformance.probing.targets import Targets

FILENAME = b'filename="'


class Shaper:
    """Shapes the bodies of one operation as its entry in `groups` says."""

    def __init__(self, operation: str, marker: Marker) -> None:
        self._marker = marker
        self._sample = load_samples().get(operation)

    def shape(self, body: Any) -> Any:  # noqa: ANN401 - whatever was generated
        """The body with its name marked, limits kept and `$words` as placeholders.

        An invalid body stays invalid: only values of the right kind are touched.
        """
        if self._sample is None or not isinstance(body, dict):
            return body
        shaped = dict(body)
        if isinstance(shaped.get(self._sample.marked), str):
            shaped[self._sample.marked] = self._marker.name(shaped[self._sample.marked])
        for name, most in self._sample.most.items():
            value = shaped.get(name)
            if value is None or (_is_number(value) and value > most):
                shaped[name] = most
        for name, word in self._sample.aimed.items():
            if isinstance(shaped.get(name), str):
                shaped[name] = nothing(word)
        return shaped

    def file_names(self, content: bytes) -> bytes:
        """A multipart body with the marker in front of its file names."""
        return content.replace(FILENAME, FILENAME + self._marker.prefix.encode())

    def words(self, targets: Targets) -> dict[str, str]:
        """What the placeholders of `shape` stand for.

        Raises:
            Skipped: the run does not know one of them.

        """
        aimed = self._sample.aimed if self._sample else {}
        return {word: targets.lookup(word) for word in aimed.values()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
