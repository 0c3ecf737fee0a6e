"""The small common form of a program: what text and calls it has, in the order of running.

Whatever bears on neither the text of a statement nor the class of a receiver
is left out or becomes a `Group` of its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(slots=True)
class Text:
    """A string literal, its escapes resolved."""

    text: str
    line: int


@dataclass(slots=True)
class Joined:
    """Concatenation and interpolation."""

    parts: list[Node]


@dataclass(slots=True)
class Name:
    """A variable, constant or class: `x`, `A::B` as `A.B`; `this`, `static` for the own class."""

    name: str


@dataclass(slots=True)
class Member:
    of: Node
    name: str


@dataclass(slots=True)
class Call:
    """`of.name(args)`; without `of` a function, with `new` a constructor.

    `named` are arguments given by name. `then` is run by it: blocks, closures.
    """

    of: Node | None
    name: str
    args: list[Node]
    line: int
    new: bool = False
    named: dict[str, Node] | None = None


@dataclass(slots=True)
class Pick:
    """One of several: `a ? b : c`, `a ?? b`."""

    options: list[Node]


@dataclass(slots=True)
class Group:
    """Anything else: its parts are looked at, its value is not known."""

    parts: list[Node]


@dataclass(slots=True)
class Set:
    """An assignment; `adds` to what was there. `type` is the declared one."""

    target: Node
    value: Node | None
    adds: bool = False
    type: str = ""


@dataclass(slots=True)
class Give:
    """`return`."""

    value: Node


@dataclass(slots=True)
class Fork:
    """Blocks of which at most one runs; one of them does where it is `whole`."""

    blocks: list[list[Node]]
    whole: bool = False


@dataclass(slots=True)
class Function:
    """Parameters with their declared types, marks (annotations), body.

    `static`: of the class, not of one of its objects. One without a name is a
    closure.
    """

    name: str
    params: list[tuple[str, str]]
    body: list[Node]
    marks: list[Call]
    static: bool = False


@dataclass(slots=True)
class Class:
    """A class: names as written, fields as `Set`, methods as `Function`.

    `bases` keep their type arguments: `JpaRepository<Order,Long>`. `marks`
    are annotations, attributes and decorators, those in a comment too.
    """

    name: str
    bases: list[str]
    body: list[Node]
    marks: list[Call]
    line: int


Node: TypeAlias = (
    Text | Joined | Name | Member | Call | Pick | Group | Set | Give | Fork | Function | Class
)
