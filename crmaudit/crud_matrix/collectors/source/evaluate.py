"""What a program's texts and receivers are worth, function by function.

Variables are followed through assignment, concatenation and branches within
one function; fields and constants of the same file where they are set once.
Of branches that only append, the longer text counts: it touches all that the
shorter touches. What comes from elsewhere is a hole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from crmaudit.crud_matrix.collectors.source import formats
from crmaudit.crud_matrix.collectors.source.frameworks import UNSURE
from crmaudit.crud_matrix.collectors.source.tree import (
    Call,
    Class,
    Fork,
    Function,
    Give,
    Group,
    Joined,
    Member,
    Name,
    Node,
    Pick,
    Set,
    Text,
)
from crmaudit.crud_matrix.collectors.source.values import (
    MOST,
    TABLE_NAMES,
    Thing,
    Value,
    as_template,
    common,
    known_text,
    limited,
    unknown,
    without_prefixes,
)
from crmaudit.crud_matrix.collectors.source.words import Hole, Template

_OWN = frozenset({"this", "static"})
_LEAVING = frozenset(["whereAdd", "selectAdd", "orderBy", "limit", "delete"])
"""Methods of an object that give it no key; `find`, `save` and all that are not known may."""
_ROW = ("fetch", "id=")
_SCOPES = frozenset({"scope", "default_scope"})
"""Calls in a class whose closures speak of the class, as Ruby's scopes do."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A class as its file has it.

    `fields` are texts, `types` what fields are declared as, `methods` the names
    of its methods.
    """

    name: str
    bases: tuple[str, ...]
    marks: dict[str, tuple[tuple[str, ...], dict[str, str]]]
    fields: dict[str, str]
    types: dict[str, str]
    line: int
    methods: tuple[str, ...] = ()


class Findings(Protocol):
    def texts(self, alternatives: Iterable[Template]) -> None:
        """A text that is used for something, in all forms it can have; most are no SQL."""

    def act(self, thing: Thing, arg: str | None) -> None:
        """A step was made; `arg` is the first argument, where it is a known text."""

    def seen(self, found: Seen) -> None: ...

    def blind(self, line: int) -> None:
        """A statement is sent whose beginning is not known."""


@dataclass(slots=True)
class _Frame:
    """One function at work."""

    names: dict[str, Value]
    pending: dict[tuple[str | Hole, ...], Template] = field(default_factory=dict)
    told: set[tuple[str | Hole, ...]] = field(default_factory=set)


def evaluate(tree: Iterable[Node], findings: Findings, set_once: Callable[[str], bool]) -> None:
    """Go through a file. `set_once` says whether its text assigns that name just once."""
    evaluator = _Evaluator(findings, set_once)
    evaluator.run(list(tree), _Frame({}))


class _Evaluator:
    def __init__(self, findings: Findings, set_once: Callable[[str], bool]) -> None:
        self._findings = findings
        self._once = set_once

    def run(self, block: list[Node], frame: _Frame) -> None:
        self._block(block, frame)
        for template in list(frame.pending.values()):
            self._tell([template], frame)

    def _block(self, block: list[Node], frame: _Frame) -> None:
        for node in block:
            self._use(self._value(node, frame), frame)

    def _use(self, value: Value, frame: _Frame) -> None:
        self._tell([one for one in value if isinstance(one, Template)], frame)

    def _tell(self, templates: list[Template], frame: _Frame) -> None:
        new = [t for t in templates if t.parts not in frame.told]
        for template in templates:
            frame.pending.pop(template.parts, None)
            frame.told.add(template.parts)
        if new:
            self._findings.texts(new)

    # Values

    def _value(self, node: Node, frame: _Frame) -> Value:
        match node:
            case Text():
                return (Template((node.text,), node.line),)
            case Joined():
                return self._joined([self._part(p, frame) for p in node.parts], frame)
            case Name():
                return self._named(node.name, frame)
            case Member():
                return self._member(node, frame)
            case Call():
                return self._call(node, frame)
            case Pick():
                return limited([v for o in node.options for v in self._value(o, frame)])
            case Group():
                for part in node.parts:
                    self._use(self._value(part, frame), frame)
            case Set():
                return self._set(node, frame)
            case Give():
                self._use(self._value(node.value, frame), frame)
            case Fork():
                self._fork(node, frame)
            case Function():
                self._function(node, frame)
            case Class():
                self._class(node, frame)
        return (unknown(),)

    def _part(self, node: Node, frame: _Frame) -> Value:
        """A part of a text; a hole is called as the variable that stands there."""
        value = self._value(node, frame)
        name = node.name if isinstance(node, Name | Member) else ""
        return tuple(as_template(v, name) for v in value)

    def _joined(self, parts: list[Value], frame: _Frame) -> Value:
        made: list[Template] = [Template(())]
        for part in parts:
            texts = [as_template(v) for v in part]
            for text in texts:
                frame.pending.pop(text.parts, None)
            if len(made) * len(texts) > MOST:
                texts = [common(texts)]
            made = [a + b for a in made for b in texts]
        return tuple(made)

    def _named(self, name: str, frame: _Frame) -> Value:
        found = frame.names.get(name)
        if found is not None:
            return found
        last = name.rpartition(".")[2]
        if name[:1].isupper() or last[:1].isupper():
            if last.isupper() and len(last) > 1 and "." in name:  # A.CONSTANT
                inner = frame.names.get(f"this.{last}")
                if inner is not None:
                    return inner
            return (Thing(name),)
        return (unknown(name),)

    def _member(self, node: Member, frame: _Frame) -> Value:
        if isinstance(node.of, Name):
            of = node.of.name
            if of in _OWN or frame.names.get("class " + of) is not None:
                own = frame.names.get(f"this.{node.name}")
                if own is not None:
                    return own
            if of == "wpdb":
                return (Template((Hole("prefix"), "" if node.name == "prefix" else node.name)),)
            if of in _OWN:
                return (Thing("." + node.name),)
        of_value = self._value(node.of, frame)
        things = [v for v in of_value if isinstance(v, Thing)]
        if things:
            return tuple(replace(t, steps=(*t.steps, node.name)) for t in things)
        self._use(of_value, frame)
        return (Thing("." + node.name),)

    # Calls

    def _call(self, node: Call, frame: _Frame) -> Value:
        of: Value = ()
        own = isinstance(node.of, Name) and node.of.name in _OWN
        if own:
            of = self._self(node.of, frame)
        elif node.of is not None:
            of = self._value(node.of, frame)
        scope = node.name in _SCOPES and "class " in frame.names and "this " not in frame.names
        if scope:
            frame.names["this "] = _steps(frame.names["class "], "<own>")
        args = [self._value(a, frame) for a in node.args]
        named = {k: self._value(v, frame) for k, v in (node.named or {}).items()}
        for given in (*node.args, *(node.named or {}).values()):
            for handed_over in _flat([given]):  # who gets it may do anything with it
                self._went_on(handed_over, "<any>", frame)
        if scope:
            del frame.names["this "]
        short = node.name.rpartition(".")[2]
        if short in formats.SENDING and args and any(_headless(v) for v in args[0]):
            self._findings.blind(node.line)
        made = formats.applied(short, node.new, of, args, named)
        if made is not None:
            for value in (of, *args):
                for one in value:
                    if isinstance(one, Template):
                        frame.pending.pop(one.parts, None)
            if short in formats.APPENDING and node.of is not None:
                self._store(_appended_to(node.of), made, frame)
            return limited(list(made))
        for value in (*args, *named.values()):
            self._use(value, frame)
        if short == "define" and len(args) == 2 and (constant := known_text(args[0])):
            frame.names[constant] = args[1]
        first = known_text(args[0]) if args else None
        table = formats.builder(node.name, of, first)
        if table is not None:
            return (Thing(table, (), node.line),)
        if node.new or (node.of is None and node.name[:1].isupper()):
            if node.name in _OWN | {"self"}:
                return (unknown(),)
            return (Thing(node.name, ("new",), node.line),)
        handed = self._handed(node, args, named, first)
        if handed:
            return handed
        found: list[Thing] = []
        if short in TABLE_NAMES and own:
            return _steps(frame.names.get("class ", ()), short)
        for one in of:
            if isinstance(one, Thing):
                thing = Thing(one.root, (*one.steps[-12:], short), node.line)
                if not short.startswith("<"):
                    self._findings.act(thing, first)
                found.append(thing)
            else:
                self._use((one,), frame)
        if short == "fetch":
            self._went_on(node.of, short, frame)
        elif short not in _LEAVING:
            self._went_on(node.of, "<any>", frame)
        if node.of is not None and not found and not own:
            self._findings.act(Thing("", (short,), node.line), None)
        return tuple(found) or (unknown(short),)

    def _self(self, node: Node | None, frame: _Frame) -> Value:
        """What `this` or `static` is here; nothing outside a class."""
        if isinstance(node, Name) and node.name == "static":
            return _steps(frame.names.get("class ", ()), "<own>")
        return frame.names.get("this ", ())

    def _handed(
        self, node: Call, args: list[Value], named: dict[str, Value], first: str | None
    ) -> Value:
        """What comes of handing a thing to a function: `query(Order)`, `persist(order)`."""
        found: list[Thing] = []
        short = ">" + node.name.rpartition(".")[2]
        if short not in formats.TAKING:
            return ()
        for value in (*args[:2], *named.values()):
            found += [Thing(t.root, (*t.steps[-12:], short), node.line) for t in _things(value)]
        if not found and first and formats.CLASS_NAME.fullmatch(first):
            found.append(Thing(first.replace("\\", "."), (short,), node.line))
        for thing in found:
            self._findings.act(thing, None)
        return tuple(found)

    # Statements

    def _set(self, node: Set, frame: _Frame) -> Value:
        value = self._value(node.value, frame) if node.value is not None else ()
        if node.adds:
            value = self._joined([self._value(node.target, frame), value], frame)
        known = [v for v in value if not (isinstance(v, Template) and v.empty)]
        if node.type and not known:
            typed = re.sub(r"\s", "", node.type).strip("?")
            if typed[:1].isupper() or "." in typed:
                value = (Thing(typed, (":",)),)
        if not value:
            value = (unknown(),)
        if isinstance(node.value, Call) and isinstance(node.target, Name | Member):
            # What a function gives is called as the variable that takes it.
            name = node.target.name
            value = tuple(unknown(name) if v == unknown(node.value.name) else v for v in value)
        self._store(node.target, value, frame)
        target = node.target
        if isinstance(target, Member) and (target.name == "id" or target.name[:1] == "$"):
            # A variable or field: nothing that may turn out to be empty.
            keyed = target.name == "id" and isinstance(node.value, Name | Member)
            self._went_on(target.of, "id=" if keyed else "<key>", frame)
        elif isinstance(node.value, Name) and isinstance(target, Name):
            self._went_on(node.value, "<any>", frame)  # from here on it has two names
            if node.value.name in frame.names and _things(value):
                frame.names[target.name] = frame.names[node.value.name]
        return value if isinstance(node.target, Group) else ()

    def _went_on(self, of: Node | None, step: str, frame: _Frame) -> None:
        """The variable's object has come so far: what follows goes on from there."""
        if isinstance(of, Name):
            things = _things(frame.names.get(of.name, ()))
            if things and any(_further(t.steps, step) != t.steps for t in things):
                frame.names[of.name] = tuple(
                    replace(v, steps=_further(v.steps, step)) if isinstance(v, Thing) else v
                    for v in frame.names[of.name]
                )

    def _store(self, target: Node, value: Value, frame: _Frame) -> None:
        match target:
            case Name():
                frame.names[target.name] = value
                for one in value:
                    if isinstance(one, Template) and one.parts not in frame.told:
                        frame.pending[one.parts] = one
            case Member(of=Name(name="this" | "static")):
                frame.names[f"this.{target.name}"] = value
                self._pend(value, frame)
            case Member():
                of = self._value(target.of, frame)
                for one in of:
                    if isinstance(one, Thing):
                        self._findings.act(
                            Thing(one.root, (*one.steps, target.name + "="), 0), None
                        )
                self._use(value, frame)
            case _:
                self._use(value, frame)

    def _pend(self, value: Value, frame: _Frame) -> None:
        for one in value:
            if isinstance(one, Template) and one.parts not in frame.told:
                frame.pending[one.parts] = one

    def _fork(self, node: Fork, frame: _Frame) -> None:
        before = frame.names
        after: list[dict[str, Value]] = [] if node.whole else [before]
        for block in node.blocks:
            frame.names = dict(before)
            self._block(block, frame)
            after.append(frame.names)
        if not after:
            after = [before]
        joined = dict(before)
        changed = {k for names in after for k, v in names.items() if before.get(k) is not v}
        for key in sorted(changed):
            values = [names[key] for names in after if key in names]
            joined[key] = limited(without_prefixes([v for value in values for v in value]))
            dropped = {v for value in values for v in value} - set(joined[key])
            kept = [v.parts for v in joined[key] if isinstance(v, Template)]
            for one in dropped:
                if isinstance(one, Template) and any(k[: len(one.parts)] for k in kept):
                    frame.pending.pop(one.parts, None)
        frame.names = joined

    def _function(self, node: Function, frame: _Frame) -> None:
        names = {k: v for k, v in frame.names.items() if "." in k or " " in k or self._once(k)}
        for name, typed in node.params:
            plain = re.sub(r"\s", "", typed).strip("?")
            is_class = plain[:1].isupper() and plain not in {"String", "Integer", "Long"}
            names[name] = (Thing(plain, (":",)),) if is_class else (unknown(name),)
        if node.name and "class " in names:
            names["this "] = _steps(names["class "], "<own>" if node.static else "::")
        inner = _Frame(names)
        for mark in node.marks:
            self._call(mark, inner)
        self.run(node.body, inner)

    def _class(self, node: Class, frame: _Frame) -> None:
        inner = _Frame(dict(frame.names))
        outer = _things(frame.names.get("class ", ()))
        name = f"{outer[0].root}.{node.name}" if outer else node.name
        inner.names["class " + node.name] = ()
        inner.names["class "] = (Thing(name),)
        inner.names.pop("this ", None)
        fields: dict[str, str] = {}
        types: dict[str, str] = {}
        later: list[Node] = []
        for member in _flat(node.body):
            if isinstance(member, Set) and isinstance(member.target, Name | Member):
                self._field(member, member.target.name, inner, fields, types)
            elif isinstance(member, Class) and member.name == "Meta":
                for f in member.body:
                    if isinstance(f, Set) and isinstance(f.target, Name) and f.value is not None:
                        fields["Meta." + f.target.name] = (
                            known_text(self._value(f.value, inner)) or "?"
                        )
            else:
                later.append(member)
        marks = {
            m.name: (
                tuple(known_text(self._value(a, inner)) or "" for a in m.args),
                {k: known_text(self._value(v, inner)) or "" for k, v in (m.named or {}).items()},
            )
            for m in node.marks
        }
        methods = tuple(m.name for m in later if isinstance(m, Function))
        seen = Seen(name, tuple(node.bases), marks, fields, types, node.line, methods)
        self._findings.seen(seen)
        for mark in node.marks:
            self._call(mark, inner)
        self.run(later, inner)

    def _field(
        self,
        member: Set,
        name: str,
        frame: _Frame,
        fields: dict[str, str],
        types: dict[str, str],
    ) -> None:
        value = self._value(member.value, frame) if member.value is not None else ()
        types[name] = re.sub(r"\s", "", member.type)
        if (text := known_text(value)) is not None:
            fields[name] = text
        if value and (self._once(name)):
            frame.names[f"this.{name}"] = value
            frame.names.setdefault(name, value)
        elif types[name][:1].isupper():
            frame.names[f"this.{name}"] = (Thing(types[name], (":",)),)
            frame.names.setdefault(name, (Thing(types[name], (":",)),))
        self._pend(value, frame)


def _headless(value: Template | Thing) -> bool:
    """Whether it is put together of parts the first of which is not known."""
    parts = value.parts if isinstance(value, Template) else ()
    start = "".join(p if isinstance(p, str) else "\0" for p in parts[:2]).lstrip("( \n\t")
    return len(parts) > 1 and start.startswith("\0")


def _steps(value: Value, step: str) -> Value:
    return tuple(replace(t, steps=(step,)) for t in _things(value))


def _further(steps: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """The steps with one more mark, and without those that say no more after it."""
    plain = [s for s in steps if s not in _ROW and s not in UNSURE]
    if mark in _ROW:
        return (*plain[-12:], mark)
    row = [s for s in steps if s in _ROW][-1:]
    return (*plain[-12:], *row, "<key>" if "<key>" in steps else mark)


def _things(value: Value) -> list[Thing]:
    return [v for v in value if isinstance(v, Thing)]


def _flat(body: list[Node]) -> Iterable[Node]:
    for node in body:
        if isinstance(node, Group):
            yield from _flat(node.parts)
        else:
            yield node


def _appended_to(of: Node) -> Node:
    """The variable that `b.append(x).append(y)` appends to."""
    while isinstance(of, Call) and of.name in formats.APPENDING and of.of is not None:
        of = of.of
    return of
