"""The page `/_mock/`: what a mock is asked and answers, as it happens, in a browser.

`content` is the page, one file that loads nothing else; `state` is the JSON that it asks for again
and again; `coming` tells which of the things that were used are going away.
"""
