"""The one error that the document commands show to a person."""

from __future__ import annotations


class DocumentProblem(Exception):  # noqa: N818 - a person reads "problem", and catches nothing else
    """Something in the input that a person has to repair.

    The message is complete: it names the file, says what is wrong and what to do.
    """
