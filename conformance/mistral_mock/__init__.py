"""A stateful, deterministic mock of the Mistral AI HTTP API, driven by the curated document.

`mistral_mock.server.running(Settings())` runs it inside a test; `mistral-mock serve` runs it alone.
What the document says (routes, parameters, bodies) is read from it; what it leaves out (behaviour)
stands in `resources/`, one module for one noun.
"""
