"""Requests that the document implies: plain ones, valid and invalid variations, and their answers.

The rules over each operation judge what these modules collect.
"""
