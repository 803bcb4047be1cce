"""Gives code that lost its indentation a layout again.

Python blocks cannot be found from the text alone once the indentation is gone, so this module
decides by rules that hold for documentation examples, in this order:

- a line that cannot be first in a statement (`else`, `except`, ...) closes blocks up to its own;
- `return`, `raise`, `break`, `continue` and `pass` end the block that they stand in, and
  `break` and `continue` stand in the block that is open;
- an import and `if __name__` stand outside every block, and so do `def` and `class`,
  except methods (first parameter `self` or `cls`) in a class;
- a `def` goes on until a line uses its own name (`main()`, `asyncio.run(main())`);
- `with` and `try` keep what follows; `if` keeps what stands before its `elif` or `else`;
- every other body keeps the lines that use a name which its header or its lines bind,
  and a `while` body keeps calls of `sleep`.

The result must parse, else the example counts as broken: nothing is guessed further.
TypeScript has braces; its layout follows them and changes nothing for the machine.
"""

from __future__ import annotations

import ast
import re
import textwrap

import attrs

from examples.lexing import PYTHON, TYPESCRIPT, continues, standing

STEP = "    "
CLAUSES = {
    "elif": {"if", "elif"},
    "else": {"if", "elif", "for", "while", "try", "except"},
    "except": {"try", "except"},
    "finally": {"try", "except", "else"},
}
ENDINGS = {"return", "raise", "break", "continue", "pass"}
CHOICE = re.compile(r"(?:elif|else)\b")
WORD = re.compile(r"[A-Za-z_]\w*")
HEADER = re.compile(
    r"(?:async\s+)?(def|class|with|for|while|if|elif|else|try|except|finally)\b.*:\s*(?:#.*)?$",
    re.DOTALL,
)


class LayoutLostError(Exception):
    """The indentation of an example is gone and the rules above do not bring it back."""


@attrs.define
class Block:
    """A block that is open while lines are laid out."""

    kind: str
    header: str
    names: set[str]
    filled: bool = False
    closed: bool = False


def restore_python(code: str) -> str:
    """Return the code with a layout that Python accepts; code that parses already is only dedented.

    Raises:
        LayoutLostError: No layout is found.

    """
    plain = textwrap.dedent(code).strip("\n")
    if parses(plain):
        return plain
    laid_out = lay_out(statements(plain))
    if not parses(laid_out):
        raise LayoutLostError("the indentation is lost and cannot be restored")
    return laid_out


def parses(code: str) -> bool:
    """Say whether Python accepts the code as a module (top-level `await` included)."""
    try:
        compile(code, "<example>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):
        return False
    return True


def statements(code: str) -> list[str]:
    """Logical lines: each joined with the physical lines that its brackets or quotes reach over."""
    found: list[str] = []
    pending = ""
    for line in code.splitlines():
        pending = f"{pending}\n{line}" if pending else line.strip()
        if not standing(pending, PYTHON).open and not continues(pending):
            found.append(pending)
            pending = ""
    return [*found, pending] if pending else found


def lay_out(lines: list[str]) -> str:
    """Return the lines with indentation, by the rules of this module."""
    blocks: list[Block] = []
    written: list[str] = []
    notes: list[str] = []
    for place, line in enumerate(lines):
        if not line or line.startswith("#"):
            notes.append(line)
            continue
        close_blocks(blocks, line, lines[place + 1 :])
        written += [STEP * len(blocks) + text if text else "" for text in (*notes, line)]
        notes.clear()
        record(blocks, line)
    return "\n".join([*written, *notes])


def close_blocks(blocks: list[Block], line: str, rest: list[str]) -> None:
    """Drop the blocks that end before `line`."""
    word = first_word(line)
    if word in CLAUSES and is_header(line):
        while blocks and blocks[-1].kind not in CLAUSES[word]:
            blocks.pop()
        if blocks:
            blocks.pop()
        return
    for place, block in enumerate(blocks):
        if block.kind == "def" and block.filled and not stays(block, line, rest):
            del blocks[place:]
            break
    while blocks and blocks[-1].filled and not stays(blocks[-1], line, rest):
        blocks.pop()


def record(blocks: list[Block], line: str) -> None:
    """Note what `line` does to the open blocks: fills, binds, ends, opens."""
    bound = bound_names(line)
    for block in blocks:
        if block.kind != "def":
            block.names |= bound
    if blocks:
        blocks[-1].filled = True
        blocks[-1].closed = first_word(line) in ENDINGS
    header = HEADER.match(line)
    if header:
        blocks.append(Block(header[1], line, header_names(header[1], line)))


def stays(block: Block, line: str, rest: list[str]) -> bool:
    """Say whether `line` still belongs to `block`, which has at least one line."""
    if block.closed or re.match(r"(import|from)\s|if __name__\b", line):
        return False
    if re.match(r"(?:async\s+)?(def|class)\b|@", line):
        opener = next((text for text in (line, *rest) if not text.startswith("@")), line)
        return block.kind == "class" and bool(re.search(r"\(\s*(self|cls)\b", opener))
    if block.kind == "def":
        return not block.names & set(WORD.findall(line))
    if block.kind == "class":
        return re.match(r"\w+\s*[:=]", line) is not None
    goes_on = block.kind in {"if", "elif"} and any(CHOICE.match(text) for text in rest)
    waits = block.kind == "while" and "sleep(" in line
    keeps = block.kind in {"with", "try"} or first_word(line) in {"break", "continue"}
    return keeps or goes_on or waits or bool(block.names & set(WORD.findall(line)))


def header_names(kind: str, line: str) -> set[str]:
    """Return the names that tie later lines to a block: its name, its targets, its condition."""
    if kind == "def":
        return set(re.findall(r"def\s+(\w+)", line))
    if kind == "while":
        return set(WORD.findall(line)) - {"while", "not", "and", "or", "True", "in", "is", "None"}
    if kind == "for":
        return set(WORD.findall(re.sub(r"\s+in\s.*", "", line, flags=re.DOTALL))) - {"for", "async"}
    if kind == "except":
        return set(re.findall(r"\bas\s+(\w+)", line))
    return set()


def bound_names(line: str) -> set[str]:
    """Return the names that a plain assignment binds."""
    target = re.match(r"([\w\s,]+?)\s*(?::[^=]+)?=(?!=)", line)
    return set(WORD.findall(target[1])) if target and not HEADER.match(line) else set()


def first_word(line: str) -> str:
    """Return the first word of a line, or nothing."""
    word = WORD.match(line)
    return word[0] if word else ""


def is_header(line: str) -> bool:
    """Say whether the line opens a block."""
    return HEADER.match(line) is not None


def restore_typescript(code: str) -> str:
    """Return the code indented by the brackets that are open at the start of each line."""
    written: list[str] = []
    so_far = ""
    for line in code.splitlines():
        before = standing(so_far, TYPESCRIPT)
        so_far += line + "\n"
        if before.quoted:
            written.append(line)
            continue
        closers = re.match(r"[)\]}\s]*", line.strip())
        depth = before.depth - len(re.sub(r"\s", "", closers[0])) if closers else before.depth
        written.append(STEP * max(depth, 0) + line.strip() if line.strip() else "")
    return "\n".join(written)
