"""What people ask of answers beyond their fields: the text of a completion, the items of a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, SupportsIndex, TypeVar, cast, overload

T = TypeVar("T")


class Completion:
    """A completion: `text` and `thinking` are those of its first choice."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """What the model says, without its thinking; empty when it says nothing."""
        return text_of(self._content())

    @property
    def thinking(self) -> str:
        """What a reasoning model thought before it spoke; empty when it did not."""
        return thinking_of(self._content())

    def _content(self) -> object:
        choices: object = getattr(self, "choices", None)
        first: object = choices[0] if isinstance(choices, list) and choices else None
        return getattr(getattr(first, "message", None), "content", None)


class Reply:
    """What an agent or model adds to a conversation: `text` and `thinking` are of all messages."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """What was said, without thinking; empty when nothing was."""
        return "".join(map(text_of, self._contents()))

    @property
    def thinking(self) -> str:
        """What a reasoning model thought; empty when it did not."""
        return "".join(map(thinking_of, self._contents()))

    def _contents(self) -> list[object]:
        outputs: object = getattr(self, "outputs", None)
        entries = cast("list[object]", outputs) if isinstance(outputs, list) else []
        said = [entry for entry in entries if getattr(entry, "type", None) == "message.output"]
        return [getattr(entry, "content", None) for entry in said]


class Message:
    """A message of a model: `text` and `thinking` are those of its content."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """What the model says, without its thinking; empty when it says nothing."""
        return text_of(getattr(self, "content", None))

    @property
    def thinking(self) -> str:
        """What a reasoning model thought before it spoke; empty when it did not."""
        return thinking_of(getattr(self, "content", None))


class Page(Generic[T]):
    """A page of a list: it has a length and items, by iteration or index, and prints one a line."""

    __slots__ = ()

    _items: ClassVar[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self._listed())

    def __bool__(self) -> bool:
        """Be true like any object: an empty page is a page."""
        return True

    def __iter__(self) -> Iterator[T]:
        return iter(self._listed())

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> T | list[T]:
        """Return an item of this page, counted from 0, or several of them.

        Raises:
            IndexError: It is not there.

        """
        return self._listed()[index]

    def __str__(self) -> str:
        return "\n".join(map(str, self._listed()))

    def _listed(self) -> list[T]:
        found: Any = self
        for step in self._items:
            found = vars(found).get(step) if hasattr(found, "__dict__") else None
        return cast("list[T]", found) if isinstance(found, list) else []


def text_of(content: object) -> str:
    """Return the text of a message's content: the whole, or that of its pieces of text."""
    return _joined(content, "text")


def thinking_of(content: object) -> str:
    """Return the thinking in a message's content."""
    return "".join(text_of(getattr(piece, "thinking", None)) for piece in _pieces(content))


def _joined(content: object, name: str) -> str:
    if isinstance(content, str):
        return content
    texts = (getattr(piece, name, None) for piece in _pieces(content))
    return "".join(text for text in texts if isinstance(text, str))


def _pieces(content: object) -> list[object]:
    """Return the pieces of a content that is not one text: those of a list, or the one it is."""
    if isinstance(content, list):
        return cast("list[object]", content)
    return [] if content is None or isinstance(content, str) else [content]
