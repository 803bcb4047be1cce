"""The store and its tables."""

from __future__ import annotations

from attrs import frozen

from mistral_mock.store import Blob, Record, Store, record_classes


@frozen(kw_only=True)
class Leaf(Record):
    """A record that belongs to a branch."""

    branch: str
    colour: str = "green"

    @property
    def parent_id(self) -> str:
        return self.branch


def test_records_are_found_by_id_and_by_parent() -> None:
    table = Store().table(Leaf)
    first, other, second = (Leaf(id=id_, branch=id_[0]) for id_ in ("b1", "a1", "b2"))
    for leaf in (first, other, second):
        table.put(leaf)
    assert table.get("a1") == other
    assert table.get("c1") is None
    assert table.children("b") == [first, second]
    assert list(table) == [first, other, second]


def test_a_changed_record_keeps_its_place() -> None:
    table = Store().table(Leaf)
    for id_ in ("1", "2"):
        table.put(Leaf(id=id_, branch="b"))
    table.put(Leaf(id="1", branch="b", colour="red"))
    assert [leaf.colour for leaf in table.children("b")] == ["red", "green"]
    assert len(table) == 2


def test_nothing_stays_of_a_removed_record() -> None:
    table = Store().table(Leaf)
    table.put(Leaf(id="1", branch="b"))
    table.remove("1")
    table.remove("1")
    assert (len(table), table.children("b"), table._children) == (0, [], {})


def test_every_change_raises_the_version() -> None:
    store = Store()
    versions = [store.version]
    for act in (
        lambda: store.table(Blob).put(Blob(id="1", content=b"")),
        lambda: store.table(Blob).remove("1"),
    ):
        act()
        versions.append(store.version)
    assert versions == [0, 1, 2]


def test_each_class_has_its_own_table() -> None:
    store = Store()
    store.table(Leaf).put(Leaf(id="1", branch="b"))
    assert store.table(Blob).get("1") is None
    assert store.table(Leaf) is store.table(Leaf)


def test_clearing_removes_everything() -> None:
    store = Store()
    store.table(Leaf).put(Leaf(id="1", branch="b"))
    store.table(Blob).put(Blob(id="1", content=b""))
    store.clear()
    assert (len(store.table(Leaf)), len(store.table(Blob))) == (0, 0)


def test_a_class_that_attrs_has_replaced_is_no_kind_of_record() -> None:
    class Replaced(Record):
        called = "replaced"

    made = frozen(Replaced)
    assert made in record_classes()
    assert Replaced not in record_classes()
