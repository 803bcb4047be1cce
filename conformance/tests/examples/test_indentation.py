"""Lost indentation comes back where the rules can bring it back, and nothing is guessed beyond."""

from __future__ import annotations

import ast
import textwrap

import pytest
from examples.indentation import LayoutLostError, restore_python, restore_typescript

LAYOUTS = {
    "with keeps what follows": """
        with Mistral(
        api_key="key",
        ) as client:
            res = client.models.list()
            # Handle response
            print(res)
    """,
    "for keeps the lines that use its names": """
        for model in models:
            name = model.id
            print(name)
        print("done")
    """,
    "while keeps its condition's names and its sleep": """
        while status.processing_status == "Running":
            status = read()
            time.sleep(1)
        finish()
    """,
    "else closes if": """
        if len(found) == 0:
            print("nothing")
        else:
            items = found.data
            for item in items:
                print(item.name)
    """,
    "a return ends its block, a call of the function the function": """
        def first(items):
            for item in items:
                if item.ready:
                    return item
            return None
        first([])
    """,
    "an async function runs to the line that runs it": """
        import asyncio
        async def main():
            async with AsyncMistral() as client:
                answer = await client.chat.complete(model="m", messages=[])
                print(answer)
        asyncio.run(main())
    """,
    "try keeps its lines, except ends with pass": """
        try:
            open_library()
            read_library()
        except KeyError as error:
            print(error)
        finally:
            pass
        print("after")
    """,
    "continue ends its block although the next line uses a name bound there": """
        for item in items:
            if item.bad:
                bad = item
                continue
            print(item, bad)
    """,
    "methods belong to their class": """
        class Shelf:
            size: int = 0
            def grow(self):
                self.size = 1
            @property
            def big(self):
                return self.size > 10
        def main():
            print(Shelf().big)
        if __name__ == "__main__":
            main()
    """,
    "brackets and long strings count as one line": '''
        for name in (
        "a",
        "b",
        ):
            text = f"""
        {name}:
        """
            print(text)
    ''',
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_a_lost_layout_comes_back(layout: str) -> None:
    wanted = textwrap.dedent(layout).strip()
    lost = "\n".join(line.strip() for line in wanted.splitlines())
    assert ast.dump(ast.parse(restore_python(lost))) == ast.dump(ast.parse(wanted))


def test_code_that_parses_is_only_dedented() -> None:
    assert restore_python("    if ready:\n      go()\n    stop()\n") == (
        "if ready:\n  go()\nstop()"
    )


def test_a_comment_goes_with_the_line_that_follows() -> None:
    lost = "for a in b:\nc = a\n# inside\nprint(c)\n# outside\nstop()"
    assert restore_python(lost) == (
        "for a in b:\n    c = a\n    # inside\n    print(c)\n# outside\nstop()"
    )


def test_code_that_no_rule_brings_back_is_refused() -> None:
    with pytest.raises(LayoutLostError, match="cannot be restored"):
        restore_python("else:\nprint(1)\nif")


def test_typescript_is_indented_by_its_open_brackets() -> None:
    code = "async function run() {\nconst a = {\nb: `\n x`,\n};\n}\nrun();"
    assert restore_typescript(code) == (
        "async function run() {\n    const a = {\n        b: `\n x`,\n    };\n}\nrun();"
    )
