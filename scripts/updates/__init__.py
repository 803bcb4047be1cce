"""Taking a newer upstream document, from its address to client, report and changelog.

`staging` is a copy in which all is tried before anything changes, `survey` all that is still to do,
`drafts` what a program can write of it, `steps` the run, `release` version and changelog.
"""
