"""Fine-tuning jobs: their files are checked, they train by the clock, and make a model."""
