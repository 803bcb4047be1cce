"""Reference pages, as a documentation tool rendered them, against the document."""
