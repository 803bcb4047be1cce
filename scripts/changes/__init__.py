"""What changed between two OpenAPI documents, as callers and as servers see it.

`kinds` is the table of all that can change, `values` and `shapes` what a schema means however it
is written, `schemas`, `forms` and `facets` compare that, `api` is a document as operations,
`matching` finds what became of each operation, `operations` compares two of them, `comparison` is
the whole, `report` what people read, `surface` the generated package in Python.
"""
