"""Campaigns: generated requests and random sequences of actions, for as long as one likes.

A campaign judges the same plan round after round, each with a seed of its own, in shares that any
worker can do alone: `shares` says which, `working` does one, `pools` has them done here or on
several machines, `corpus` remembers on disk what is done, and `findings` puts it together as the
run that reports tell of.
"""
