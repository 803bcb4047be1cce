"""Batch jobs: their requests run through the mock, and their results become files.

`records` is what is kept, `intake` reads requests, `course` moves jobs on, `jobs` answers.
"""
