"""Generated calls and models of the Mistral API."""
