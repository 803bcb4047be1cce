"""Projects of others, in which pytest runs as it does for them."""

pytest_plugins = ("pytester",)
