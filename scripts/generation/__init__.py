"""What `generate.py` is made of: from the curated document to a checked folder of Python."""
