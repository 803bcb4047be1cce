"""The document pipeline: upstream facts, corrections and prose become one curated document.

`facts` imports, `curated` composes, `lint` judges. The commands that people run are
`scripts/import_facts.py`, `scripts/curate.py` and `scripts/lint_document.py`.
"""
