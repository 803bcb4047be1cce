"""Records exchanges with a server of the API into a folder, and answers from such a folder.

`exchange` has the values, `bodies`, `forms` and `streams` what is sent as people read it, `secrets`
what is never written down. `files` reads and writes folders, `har` archives. `questions` and
`alignment` say when two requests ask the same, `cabinet` finds the recording for one, `drift` tells
what the document no longer knows. `upstream` asks the recorded server, `recorder` writes down what
it says, and `player` decides who answers a request.
"""
