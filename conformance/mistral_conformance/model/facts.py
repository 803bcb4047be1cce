"""The facts of the model, as frozen values. Each says where it comes from."""

from __future__ import annotations

from typing import Any

import attrs
from attrs import frozen

from mistral_conformance.record.counting import plural

CHOICE = "our choice"
"""How the evidence of a declaration begins that nobody but this project stands behind."""

Json = dict[str, Any]


@frozen
class Origin:
    """Where a fact comes from.

    `why` is the shape or name that it was derived from, or the reason of its declaration, which is
    at `pointer` in the document. `evidence` is the declaration's.
    """

    why: str
    pointer: str = ""
    evidence: str = ""

    @property
    def declared(self) -> bool:
        """Whether somebody wrote it down."""
        return bool(self.pointer)

    @property
    def chosen(self) -> bool:
        """Whether only this project says so."""
        return self.evidence.startswith(CHOICE)

    def __str__(self) -> str:
        """Return the origin as words for people."""
        return f"{self.pointer}: {self.why}" if self.declared else f"derived: {self.why}"


@frozen(eq=False)
class Field:
    """One field of a resource.

    `sent` is the field of the creating request that sets it (`file.name` and the like are parts of
    an uploaded file), `changed` that of a changing one; both are empty where none does. `owner` is
    `client`, `server`, or `both` where the server fills in what the client left out.
    `null` is what null does in an update that can carry it: it `clears`, is `refused`, or `leaves`
    the value where answers have no null for it; `open` where the document says that nobody knows.
    `moves` tells when a server's field may change: `never`, with a `change` of the object, or
    `alone` at any time; `moved_by` names the actions that move it, while nothing else does. `count`
    and `sum` (`document.size`) name children that it adds up, `adds` fields of its own object, of
    which null counts as 0. `seen_by` tells by value who sees the object: the `caller` or the
    `workspace`. `ends` is true of the time after which the object is
    gone; where the creating request takes that as a span, `after` is its field and `after_s` its
    unit, in seconds. A server may have to know its values, and refuse others, where `known` is set.
    """

    name: str
    owner: str
    origin: Origin
    schema: Json = attrs.field(factory=dict, repr=False)
    required: bool = False
    deprecated: bool = False
    sent: str = ""
    changed: str = ""
    null: str = ""
    unit: str = ""
    moves: str = "never"
    moved_by: tuple[str, ...] = ()
    count: str = ""
    sum: str = ""
    adds: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    """The values that requests may give it, where the document lists them."""
    seen_by: dict[str, str] = attrs.field(factory=dict)
    ends: bool = False
    after: str = ""
    after_s: float = 1
    known: bool = False
    refers: str = ""
    """The resource whose id it is, empty where it is no id."""
    beside: frozenset[str] = frozenset()
    """The fields of each object that has it, where not every object has."""
    through: str = ""
    """The operation that changes it alone, where the object's own ways to change it do not."""

    @property
    def kept(self) -> bool:
        """Whether it is the client's: shown as it was sent."""
        return self.owner == "client" and bool(self.sent or self.changed)


@frozen(eq=False)
class Place:
    """One place in a request that holds an id: `where` is path, query, body or url."""

    operation: str
    where: str
    name: str

    def __str__(self) -> str:
        """Return the place as part of a case's name."""
        return f"{self.operation}:{self.name}"


@frozen(eq=False)
class Reference:
    """Which resource the id at a place belongs to; None where it names nothing of this API.

    `refusals` are the statuses, by cause, that a wrong id may get: `unknown`, `deleted`, `foreign`,
    `wrong-kind`, `invalid`. All statuses of one cause are equivalent.
    """

    place: Place
    resource: str | None
    refusals: dict[str, tuple[int, ...]]
    origin: Origin
    view: str = ""
    """The view of the same object that shows what may stand there."""
    at: str = ""
    """Where it shows that."""


@frozen(eq=False)
class Filter:
    """One filter of a list.

    `field` is the item's field that it looks at, `compare` is `equals`, `contains`, `begins`,
    `holds` (the entries of a map), `after` or `before` (a time, `inclusive` or not); `case` is
    `ignored`, `kept`, or empty where nobody says which. Where it `repeats`, several values join by
    OR, or by AND where `every` one has to fit. A map is spelled as JSON text. `others` are further
    fields, any of which may fit instead, and it may look `beyond` what items show. `values` tells
    what the field is for what is asked, a `$word` of the samples where it is the run's; null and
    anything else that is asked leave all in. `told_by` is an operation that tells the field where
    the item itself does not: `where` gives, by what that has or takes, the item's field. Nobody
    says whether an item fits that has several values or none in the cases that it is `unsure` of:
    `some` of them fit, there are `none`.
    """

    parameter: str
    field: str
    compare: str
    origin: Origin
    case: str = ""
    repeats: bool = False
    every: bool = False
    inclusive: bool = False
    others: tuple[str, ...] = ()
    beyond: bool = False
    values: Json = attrs.field(factory=dict)
    schema: Json = attrs.field(factory=dict, repr=False)
    told_by: str = ""
    where: dict[str, str] = attrs.field(factory=dict)
    unsure: tuple[str, ...] = ()


@frozen(eq=False)
class Sort:
    """The parameters that order a list, and the fields that it can be ordered by.

    `fields` are those of items by the word that asks for each. Without a parameter for the
    `direction`, a minus before the word asks for descending order.
    """

    by: str
    direction: str
    fields: dict[str, str]
    origin: Origin

    def ask(self, word: str, *, down: bool) -> Json:
        """Return the query that asks for an order."""
        if self.direction:
            return {self.by: word, self.direction: "desc" if down else "asc"}
        return {self.by: f"-{word}" if down else word}


@frozen(eq=False)
class ListView:
    """One list: its pages, filters, sorts, and its order unless another is asked for."""

    operation: str
    resource: str
    paging: Json
    filters: tuple[Filter, ...]
    origin: Origin
    sort: Sort | None = None
    order: str = ""
    largest: int | None = None
    usual: int | None = None
    """The size of a page unless another one is asked for."""
    others: dict[str, str] = attrs.field(factory=dict)
    """Parameters that are none of these, each with what it does."""
    picky: dict[str, Origin] = attrs.field(factory=dict)
    """Those of the others that leave nothing for a value that nothing has."""
    keeps: dict[str, str] = attrs.field(factory=dict)
    """By such a parameter, the field whose value leaves at least the item that has it."""
    exact: bool = True
    """Whether its total is counted, not estimated."""
    show: Json = attrs.field(factory=dict)
    """The query with which the list has all items, and these tell most."""
    related: tuple[Filter, ...] = ()
    """Those of the others that look at what another operation tells of the items."""
    fills: dict[str, tuple[str, Origin]] = attrs.field(factory=dict)
    """By a parameter that is true or false, the place in the answer that it fills or not."""

    @property
    def items(self) -> str:
        """The place of the items in the answer, empty for a bare array."""
        return str(self.paging.get("items", ""))


@frozen(eq=False)
class States:
    """The states that a field goes through: which are ends, what leads where."""

    resource: str
    field: str
    values: tuple[str, ...]
    ends: tuple[str, ...]
    origin: Origin
    moves: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    actions: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By operation, the states that it leads to."""
    stops: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By operation that ends what is on its way, the ends that it leads to."""
    asked_in: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By operation that not every state allows, the states that do for sure."""
    words: dict[str, str] = attrs.field(factory=dict)
    """By state, what the field `said_by` says meanwhile."""
    said_by: str = ""
    null_in: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By state, the fields of which nothing is known then."""
    set_in: dict[str, tuple[str, ...]] = attrs.field(factory=dict)
    """By state, the fields that are known then."""


@frozen(eq=False)
class Grant:
    """A resource whose objects give somebody a level of access to their parent.

    `field` of its request takes the level, by one of the words of `levels`; `kind` takes who is
    meant: by one of the words of `kinds` that fact of an identity (user, workspace, org), whose id
    `whom` takes.
    """

    resource: str
    parent: str
    field: str
    levels: dict[str, str]
    kind: str
    kinds: dict[str, str]
    whom: str
    origin: Origin

    def word(self, level: str) -> str:
        """Return the word of requests that gives a level."""
        return next(word for word, given in self.levels.items() if given == level)


@frozen(eq=False)
class Level:
    """The level of access that an operation on a resource takes: view, edit or own."""

    operation: str
    resource: str
    level: str
    origin: Origin


@frozen(eq=False)
class Lifetime:
    """How long the URL of a link opens its content, in seconds.

    Where a `parameter` asks for another time, in units of `unit_s` seconds, it may be from `least`
    to `most` of them.
    """

    operation: str
    lifetime_s: float
    origin: Origin
    parameter: str = ""
    unit_s: float = 1
    least: int | None = None
    most: int | None = None


@frozen(eq=False)
class Text:
    """A view that gives the text of what was uploaded: in the field `at`, or behind its URL."""

    operation: str
    resource: str
    at: str
    origin: Origin


@frozen(eq=False)
class StreamView:
    """A streaming operation: the request fields that ask for it, and the answer that it equals."""

    operation: str
    when: Json
    data: str
    end: str
    origin: Origin


@frozen(eq=False)
class Option:
    """A request option whose values show in the answer, or that is only a `hint`.

    It is a field of the request, or of the object that stands in the field `inside` of it. Where
    that is kept with an object, `by` is the field of this request that names the object, and
    `kept_by` the resource of it.

    `effect` says how: `caps usage`, `fills usage`, `costs prompt`, `counts choices`, `ends text`,
    `shapes json`, `calls tools`, `makes think`, `repeats`; or, of what stands at a dotted path of
    the answer (`*` for each item), `counts items` (arrays of so many as the `value`), `shows value`
    (only what was asked for), `shows` (something with the `value`, nothing with the `other`).
    """

    operation: str
    name: str
    effect: str
    origin: Origin
    at: str = ""
    value: Any = None
    other: Any = None
    inside: str = ""
    by: str = ""
    kept_by: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as part of a case's name."""
        path = ".".join(each for each in (self.by, self.inside, self.name) if each)
        return f"{self.operation}:{path}"


@frozen(eq=False)
class Resource:
    """One kind of object and the operations on it, by what they do.

    `parameter` is the path parameter that holds its id, `key` the fields that identify it in
    answers. `changes` are ways to change it that do the same, the newest first. `views` show the
    object or a part of it, `actions` do something to it. `seen_by` is `workspace`, `organisation`,
    `everyone` or `parent`.
    """

    name: str
    origin: Origin
    parameter: str = ""
    key: tuple[str, ...] = ("id",)
    create: str = ""
    read: str = ""
    list: str = ""
    delete: str = ""
    changes: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    parent: str = ""
    children: tuple[str, ...] = ()
    seen_by: str = ""
    seen_origin: Origin = Origin("")
    links: tuple[str, ...] = ()
    """Views that answer with a URL that opens the object's content without a key."""
    comes_with: str = ""
    """The resource whose creation makes one, where no request makes one by itself."""
    lists: tuple[str, ...] = ()
    """Further lists of the same objects, beside `list`."""
    content: str = ""
    """The view that gives the stored bytes."""
    frame: str = ""
    """The property that holds the object in answers with more around it."""
    fields: dict[str, Field] = attrs.field(factory=dict, repr=False)
    roles: dict[str, Origin] = attrs.field(factory=dict, repr=False)
    """By operation, how it is known to belong here."""

    @property
    def one(self) -> str:
        """One of them in words, such as `an execution` or `a batch job`."""
        return f"{'an' if self.name[0] in 'aeio' else 'a'} {self.name.replace('_', ' ')}"

    @property
    def several(self) -> str:
        """Several of them in words, such as `libraries` or `batch jobs`."""
        return plural(self.name.replace("_", " "))

    @property
    def operations(self) -> tuple[str, ...]:
        """All operations, each once."""
        return tuple(self.roles)

    @property
    def whole(self) -> bool:
        """Whether the suite can make one and read it back."""
        return bool(self.create and (self.read or self.list))

    @property
    def lent(self) -> bool:
        """Whether none can be made, and one that is there can be read and changed."""
        return not self.create and bool(self.read and self.changes)
