"""The parts of the runner of documentation examples, which `scripts/run_examples.py` calls."""
