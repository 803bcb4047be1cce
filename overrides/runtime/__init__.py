"""The modules of the generated package that no document changes.

They are plain Python, checked and found like any other, and `scripts/generate.py` puts copies of
them into `generated/mistral_generated/` beside what it writes. Change them here.
"""
