"""Makes generated requests fit for a real server: marked names, a real model, small outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.probing.samples import load_samples
from mistral_conformance.probing.targets import nothing

if TYPE_CHECKING:
    from mistral_conformance.probing.targets import Targets
    from mistral_conformance.session.markers import Marker

FILENAME = b'filename="'


@frozen
class Shaper:
    """Shapes the bodies of one operation as its entry in `groups` says."""

    operation: str
    marker: Marker

    def shape(self, body: Any) -> Any:  # noqa: ANN401 - whatever was generated
        """Return the body with its name marked, limits kept and `$words` as placeholders.

        An invalid body stays invalid: only values of the right kind are touched.
        """
        sample = load_samples().get(self.operation)
        if sample is None or not isinstance(body, dict):
            return body
        shaped = dict(body)
        if isinstance(shaped.get(sample.marked), str):
            shaped[sample.marked] = self.marker.name(shaped[sample.marked])
        for name, most in sample.most.items():
            value = shaped.get(name)
            if value is None or (_is_number(value) and value > most):
                shaped[name] = most
        for name, value in sample.unsent.items():
            if shaped.get(name) == value:
                del shaped[name]
        for name, word in sample.aimed.items():
            if isinstance(shaped.get(name), str):
                shaped[name] = nothing(word)
        return shaped

    def file_names(self, content: bytes) -> bytes:
        """Return a multipart body with the marker in front of its file names."""
        return content.replace(FILENAME, FILENAME + self.marker.prefix.encode())

    def words(self, targets: Targets) -> dict[str, str]:
        """Return what the placeholders of `shape` stand for.

        Raises:
            Skipped: the run does not know one of them.

        """
        sample = load_samples().get(self.operation)
        aimed = sample.aimed if sample else {}
        return {word: targets.lookup(word) for word in aimed.values()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
