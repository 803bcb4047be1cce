"""What a tester scripts: replies, each with conditions and an answer, in the place of the engine.

`book.Book` holds those of one mock. `asked` is a request as conditions see it, `parsing` makes
replies of plain values and refuses what the API could not say, `files` reads YAML.
"""
