"""Chat answers without a model: the same request always gets the same answer.

`engine.complete` turns a checked request into a `Completion`; `bodies` and `stream` are its two
forms on the wire. Everything here is pure: ids and times come from the caller.
"""
