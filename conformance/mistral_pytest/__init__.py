"""Fixtures for tests of applications that talk to the Mistral AI API: `mistral_server` and others.

`plugin` is what pytest loads in every project of an environment, so it imports nothing but pytest
until a fixture is used. `serving` starts mocks, `routing` leads requests for the vendor's hosts to
one, `recording` answers from recordings; all serve unittest and plain `with` too.
"""
