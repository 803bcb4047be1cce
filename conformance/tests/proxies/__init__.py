"""What judges the suite itself: proxies that stand between it and a server.

`mutations` breaks one field of one operation's answers at a time: no rule may break over it.
`variations` changes all that the document leaves free: every rule has to hold. Both read what is
optional and what is free off the document alone and know nothing of any rule.
"""
