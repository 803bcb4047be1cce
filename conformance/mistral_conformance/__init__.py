"""A conformance suite for servers that speak the Mistral HTTP API, emulators and gateways alike."""
