"""What the curated document says there is: resources, fields, references, lists, states, options.

Most of it follows from the shape of the document and from names; what does not is declared there in
`x-mistral-*` extensions. Each fact knows its origin. `load_model()` reads all of it once.
"""

from mistral_conformance.model.facts import (
    Field,
    Filter,
    Grant,
    Level,
    Lifetime,
    ListView,
    Option,
    Origin,
    Place,
    Reference,
    Resource,
    Sort,
    States,
    StreamView,
    Text,
)
from mistral_conformance.model.reading import Model, load_model, model_of, read_model

__all__ = [
    "Field",
    "Filter",
    "Grant",
    "Level",
    "Lifetime",
    "ListView",
    "Model",
    "Option",
    "Origin",
    "Place",
    "Reference",
    "Resource",
    "Sort",
    "States",
    "StreamView",
    "Text",
    "load_model",
    "model_of",
    "read_model",
]
