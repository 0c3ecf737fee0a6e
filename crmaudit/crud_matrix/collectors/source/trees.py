"""PHP, Java, C#, JavaScript, TypeScript and Ruby, by the tree-sitter grammar of each.

The grammars call the same things by similar names, so one converter serves
all: a node's type says what it is, and the first of several field names that
it has says where its parts are.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from crmaudit.crud_matrix.collectors.source import grammar
from crmaudit.crud_matrix.collectors.source.marks import field, marks, of_types
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

if TYPE_CHECKING:
    import tree_sitter

    TS = tree_sitter.Node

_GRAMMARS = {
    "PHP": "tree_sitter_php:language_php",
    "Java": "tree_sitter_java:language",
    "C#": "tree_sitter_c_sharp:language",
    "JavaScript": "tree_sitter_javascript:language",
    "TypeScript": "tree_sitter_typescript:language_typescript",
    "TSX": "tree_sitter_typescript:language_tsx",
    "Ruby": "tree_sitter_ruby:language",
}

_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", "f": " ", "v": " ", "0": " ", "\n": "", "s": " "}


@cache
def _parser(language: str) -> tree_sitter.Parser:
    import tree_sitter

    module, _, attribute = _GRAMMARS[language].partition(":")
    made = getattr(importlib.import_module(module), attribute)
    return tree_sitter.Parser(tree_sitter.Language(made()))


def parse(data: bytes, language: str, worth: Callable[[bytes], bool]) -> list[Node]:
    """The file's tree; functions that are not `worth` reading, by their text, are left out.

    Nothing is raised for faulty code: what the parser could not make out is
    left out. RecursionError for a file nested too deep.
    """
    root = _parser(language).parse(data).root_node
    return _Converter(data, worth, language == "Ruby", root).block(root)


_MEMBERS = ("member_access_expression", "nullsafe_member_access_expression")
_NAMED = ("name", "identifier", "generic_name")
"""Fields of an object; PHP may take the name of one out of a variable."""


class _Converter:
    def __init__(self, data: bytes, worth: Callable[[bytes], bool], ruby: bool, root: TS) -> None:
        self._data = data
        self._worth = worth
        self._heredocs: dict[int, TS] = {}
        self._ruby = ruby
        if ruby and b"<<" in data:
            found = list(of_types(root, {"heredoc_beginning", "heredoc_body"}))
            begun = [n for n in found if n.type == "heredoc_beginning"]
            bodies = [n for n in found if n.type == "heredoc_body"]
            self._heredocs = {b.start_byte: body for b, body in zip(begun, bodies, strict=False)}

    # Statements

    def block(self, node: TS) -> list[Node]:
        return [made for n in node.named_children if (made := self.node(n)) is not None]

    def node(self, node: TS) -> Node | None:
        """What it is in the common form; None where nothing in it bears on anything."""
        method = grammar.HANDLER.get(node.type)
        if method is not None:
            made: Node | None = getattr(self, method)(node)
            return made
        if node.type in grammar.NOTHING:
            return None
        parts = self.block(node)
        if len(parts) == 1 and node.type in grammar.WRAPPERS:
            return parts[0]
        return Group(parts) if parts else None

    def value(self, node: TS | None) -> Node:
        """As `node`, for what stands where a value is wanted."""
        return (self.node(node) if node is not None else None) or Group([])

    def text(self, node: TS | None) -> str:
        if node is None:
            return ""
        return self._data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def dotted(self, node: TS | None) -> str:
        """A name as written, parts joined by dots, sigils off."""
        text = self.text(node).strip().lstrip("$&?@:\\")
        return re.sub(r"::|\\|->|\?\.", ".", text)

    def if_(self, node: TS) -> Node:
        before = [self.value(field(node, "condition"))]
        blocks: list[list[Node]] = []
        whole = False
        body = field(node, "consequence", "body")
        blocks.append(self.block(body) if body is not None and _is_block(body) else self._one(body))
        for other in node.children_by_field_name("alternative"):
            whole = whole or not other.type.startswith(("else_if", "elsif"))
            if other.type in {"else_if_clause", "elsif"}:
                made = self.if_(other)
                blocks.append([made])
                whole = True  # what is inside says whether nothing may run
            elif other.type in {"else_clause", "else"}:
                blocks.append(self.block(other))
            else:
                blocks.append(self._one(other))
        return Group([*before, Fork(blocks, whole)])

    def _one(self, node: TS | None) -> list[Node]:
        made = self.node(node) if node is not None else None
        return [made] if made is not None else []

    def loop(self, node: TS) -> Node:
        body = field(node, "body")
        parts: list[Node] = []
        rest = [n for n in node.named_children if n != body]
        if node.type in grammar.LOOPS_OF_EACH:
            target, source = self._each(node, rest)
            if target is not None:
                line = node.start_point[0] + 1
                made = field(node, "type")
                typed = self.text(made) if made is not None else ""
                parts.append(Set(target, Call(source, "<each>", [], line), type=typed))
        else:
            parts += [m for n in rest if (m := self.node(n)) is not None]
        inner = self._one(body) if body is not None and not _is_block(body) else []
        if body is not None and not inner:
            inner = self.block(body)
        return Group([*parts, Fork([inner])])

    def _each(self, node: TS, rest: list[TS]) -> tuple[Node | None, Node]:
        left = field(node, "left", "name", "pattern")
        right = field(node, "right", "value")
        if left is None and len(rest) >= 2:  # PHP: foreach (source as key => item)
            right, left = rest[0], rest[1]
            if left.type == "pair" and left.named_child_count:
                left = left.named_children[-1]
        return (self.node(left) if left is not None else None), self.value(right)

    def cases(self, node: TS) -> Node:
        """switch, case/when, match, try: what is before, then one of the blocks."""
        blocks: list[list[Node]] = []
        before: list[Node] = []
        for n in _branches(node):
            if n.type in grammar.BRANCHES:
                blocks.append(self.block(n))
            elif (made := self.node(n)) is not None:
                before.append(made)
        return Group([*before, Fork(blocks)])

    def give(self, node: TS) -> Node:
        parts = self.block(node)
        return Give(parts[0]) if len(parts) == 1 else Group(parts)

    # Assignments

    def set_(self, node: TS) -> Node | None:
        left, right = field(node, "left"), field(node, "right")
        if left is None or right is None:
            return Group(self.block(node))
        operator = field(node, "operator")
        sign = self.text(operator) if operator is not None else "="
        target = self.value(left)
        if isinstance(target, Call) and target.of is not None and not target.args:
            target = Member(target.of, target.name)  # Ruby: self.name = …
        value = self.value(right)
        if sign in {"=", "||=", "??=", "&&=", ":="}:
            return Set(target, value)
        return Set(target, value, adds=sign in {".=", "+=", "<<="})

    def declare(self, node: TS) -> Node | None:
        name = field(node, "name")
        value = field(node, "value", "default_value")
        children = node.named_children
        if name is None and children:
            name = children[0]
        if value is None and len(children) > 1 and children[-1] != name:
            value = children[-1] if children[-1].type not in grammar.NOTHING else None
        if value is not None and value.type == "equals_value_clause":
            value = value.named_children[-1]
        parent = node.parent
        kind = field(node, "type") or (field(parent, "type") if parent is not None else None)
        typed = self.text(kind).lstrip(": ?") if kind is not None else ""
        made = self.node(value) if value is not None else None
        if value is not None and made is None:
            made = Group([])
        return Set(Name(self.dotted(name)), made, type=typed)

    def field_(self, node: TS) -> Node | None:
        """A class's field: JavaScript, TypeScript; a property of C#, or PHP's list of them."""
        name = field(node, "name", "property")
        if name is None:
            return Group(self.block(node))
        accessors = field(node, "accessors")
        if accessors is not None and (code := self.block(accessors)):
            return Group(code)
        value = field(node, "value")
        made = self.node(value) if value is not None else None
        kind = field(node, "type")
        typed = self.text(kind).lstrip(": ?")
        return Set(Name(self.dotted(name)), made, type=typed)

    # Functions and classes

    def function(self, node: TS) -> Node | None:
        found = marks(node, self)
        body = field(node, "body")
        if not found and not self._worth(self._data[node.start_byte : node.end_byte]):
            return None
        params: list[tuple[str, str]] = []
        listed = field(node, "parameters", "parameter")
        if listed is not None:
            each = listed.named_children if listed.named_child_count else [listed]
            for p in each:
                name = field(p, "name", "pattern") or p
                kind = field(p, "type")
                params.append((self.dotted(name), self.text(kind).lstrip(": ?")))
        inner: list[Node] = []
        if body is not None:
            inner = self.block(body) if _is_block(body) else [Give(self.value(body))]
        static = node.type == "singleton_method" or any(
            c.type == "static_modifier" for c in node.children
        )
        return Function(self.dotted(field(node, "name")), params, inner, found, static)

    def class_(self, node: TS) -> Node:
        bases: list[str] = []
        for child in node.named_children:
            if child.type in grammar.HERITAGE:
                names = child.named_children
                while len(names) == 1 and names[0].type in {"type_list", "extends_clause"}:
                    names = names[0].named_children
                bases += [re.sub(r"\s", "", self.dotted(n)) for n in names if n.type != "arguments"]
        body = field(node, "body")
        inner = self.block(body) if body is not None else []
        inner = self._promoted(node) + inner
        name = self.dotted(field(node, "name"))
        return Class(name, bases, inner, marks(node, self), node.start_point[0] + 1)

    def module(self, node: TS) -> Node:
        body = field(node, "body")
        return Group(self.block(body) if body is not None else self.block(node))

    def _promoted(self, node: TS) -> list[Node]:
        """Fields that a constructor's parameters make: PHP, TypeScript."""
        body = field(node, "body")
        found: list[Node] = []
        for method in body.named_children if body is not None else ():
            if self.dotted(field(method, "name")) not in {"__construct", "constructor"}:
                continue
            listed = field(method, "parameters")
            for p in listed.named_children if listed is not None else ():
                kinds = {c.type for c in p.children}
                if p.type == "property_promotion_parameter" or "accessibility_modifier" in kinds:
                    name = self.dotted(field(p, "name", "pattern"))
                    typed = self.text(field(p, "type")).lstrip(": ?")
                    found.append(Set(Name(name), None, type=typed))
        return found

    def pairs(self, node: TS) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for p in node.named_children:
            key, value = field(p, "key"), field(p, "value")
            if p.type == "pair" and key is not None and value is not None:
                found[self.text(key).strip("\"':")] = self.value(value)
        return found

    # Expressions

    def string(self, node: TS) -> Node:
        line = node.start_point[0] + 1
        if node.type == "verbatim_string_literal":
            return Text(self.text(node)[2:-1].replace('""', '"'), line)
        inner = node
        if node.type in {"heredoc", "nowdoc"}:
            value = field(node, "value")
            if value is None:
                return Text("", line)
            inner = value
            line = inner.start_point[0] + 1
        elif node.type == "heredoc_beginning":
            found = self._heredocs.get(node.start_byte)
            if found is None:
                return Text("", line)
            inner = found
            line += 1
        parts: list[Node] = []
        self._into(parts, inner, line)
        if not parts:
            return Text("", line)
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Joined(parts)

    def _into(self, parts: list[Node], node: TS, line: int) -> None:
        end = -1
        for child in node.children:
            # The grammars leave out line breaks next to an interpolation.
            if parts and 0 <= end < child.start_byte:
                parts.append(
                    Text(self._data[end : child.start_byte].decode("utf-8", "replace"), line)
                )
            end = child.end_byte
            kind = child.type
            if not child.is_named:
                continue
            if kind in grammar.CONTENT:
                text = self.text(child)
            elif kind == "escape_sequence":
                text = _unescaped(self.text(child))
            elif kind in grammar.EDGES:
                continue
            elif kind in {"interpolation", "template_substitution"}:
                held = [c for c in child.named_children if c.type not in grammar.EDGES]
                parts.append(self.value(held[0]) if held else Group([]))
                continue
            else:
                parts.append(self.value(child))
                continue
            last = parts[-1] if parts else None
            if isinstance(last, Text):
                last.text += text
            else:
                parts.append(Text(text, child.start_point[0] + 1 if parts else line))

    def chained(self, node: TS) -> Node:
        return Joined([self.value(n) for n in node.named_children])

    def binary(self, node: TS) -> Node | None:
        sign = self.text(field(node, "operator"))
        if sign in {".", "+"}:
            return Joined([self.value(n) for n in self._chain(node, sign)])
        left, right = self.node_or_none(node, "left"), self.node_or_none(node, "right")
        line = node.start_point[0] + 1
        if sign == "<<" and left is not None:  # Ruby
            return Call(left, "append", [right or Group([])], line)
        if sign == "%" and left is not None and isinstance(left, (Text, Joined, Name)):
            many = right.parts if isinstance(right, Group) else [right or Group([])]
            return Call(None, "sprintf", [left, *many], line)
        if sign in {"??", "||", "or", "?:"}:
            return Pick([n for n in (left, right) if n is not None])
        parts = [n for n in (left, right) if n is not None]
        return Group(parts) if parts else None

    def _chain(self, node: TS, sign: str) -> list[TS]:
        """The operands of `a . b . c`, which the grammar nests to the left."""
        found: list[TS] = []
        here: TS | None = node
        while here is not None and here.type == node.type:
            if self.text(field(here, "operator")) != sign:
                break
            right = field(here, "right")
            found += [right] if right is not None else []
            here = field(here, "left")
        return [*([here] if here is not None else []), *reversed(found)]

    def node_or_none(self, node: TS, part: str) -> Node | None:
        found = field(node, part)
        return self.node(found) if found is not None else None

    def pick(self, node: TS) -> Node:
        asked = self.value(field(node, "condition"))
        options = [
            self.value(f)
            for f in (field(node, "consequence", "body"), field(node, "alternative"))
            if f is not None
        ]
        return Pick([asked, *options] if len(options) == 1 else options)

    def name(self, node: TS) -> Node:
        return Name(self.dotted(node))

    def this(self, node: TS) -> Node:
        return Name("this")

    def property_of_self(self, node: TS) -> Node:
        return Member(Name("this"), self.dotted(node))

    def member(self, node: TS) -> Node:
        of = field(node, "object", "expression", "scope")
        name = field(node, "name", "property", "field")
        if of is None and node.named_child_count:
            of, name = node.named_children[0], node.named_children[-1]
        text = self.dotted(name)
        if node.type in _MEMBERS and name is not None and name.type not in _NAMED:
            text = "$" + text  # its name is known at run time only
        if node.type == "scope_resolution" or (
            node.type == "class_constant_access_expression" and text == "class"
        ):
            return Name(self.dotted(of if text == "class" else node))
        if of is None:
            return Name(text)
        own = self._own(of)
        if own is not None:
            return Member(own, text)
        return Member(self.value(of), text)

    def _own(self, node: TS) -> Name | None:
        """`this`, or `static` for PHP's `self::` and `static::`."""
        if node.type == "relative_scope":
            return Name("this" if self.text(node) == "parent" else "static")
        return Name("this") if node.type in {"self", "this"} else None

    def class_literal(self, node: TS) -> Node:
        held = node.named_children
        return Name(self.dotted(held[0])) if held else Group([])

    def call(self, node: TS) -> Node:
        line = node.start_point[0] + 1
        of = field(node, "object", "receiver", "scope")
        name = field(node, "name", "method")
        callee = field(node, "function")
        named: dict[str, Node] = {}
        if callee is not None:
            if callee.type in grammar.MEMBERS:
                of = field(callee, "object", "expression", "scope")
                name = field(callee, "name", "property")
            else:
                name = callee
                if callee.type not in grammar.NAMES:
                    return Group([self.value(callee), *self._arguments(node, named)])
        written = name
        types: list[Node] = []
        if name is not None and name.type == "generic_name":  # Entity<X>()
            written = name.named_children[0]
            types = [
                Name(self.dotted(t))
                for args in name.named_children[1:]
                for t in args.named_children
            ]
        args = types + self._arguments(node, named)
        receiver: Node | None = None
        if of is not None:
            receiver = self._own(of) or self.value(of)
        elif self._ruby:
            receiver = Name("this")
        block = field(node, "block")
        made = Call(receiver, self.dotted(written), args, line, named=named)
        if block is None:
            return made
        return self._with_block(made, block)

    def _with_block(self, made: Call, block: TS) -> Node:
        """Ruby: `X.each do |x| … end`: the block's parameter is one of what is gone through."""
        listed = field(block, "parameters")
        inner: list[Node] = []
        if listed is not None and listed.named_child_count and made.of is not None:
            item = self.dotted(listed.named_children[0])
            inner.append(Set(Name(item), Call(made, "<each>", [], made.line)))
        body = field(block, "body")
        inner += self.block(body) if body is not None else []
        return Call(made, "<block>", [Fork([inner])], made.line)

    def _arguments(self, node: TS, named: dict[str, Node]) -> list[Node]:
        listed = field(node, "arguments")
        if listed is None and node.type == "object_creation_expression":
            listed = next((c for c in node.named_children if c.type.startswith("argument")), None)
        if listed is None:
            return []
        if listed.type == "template_string":  # sql`…`
            return [self.value(listed)]
        found: list[Node] = []
        for a in listed.named_children:
            if a.type == "pair":
                key, value = field(a, "key"), field(a, "value")
                named[self.text(key).strip(":\"' ")] = self.value(value)
            elif a.type == "comment":
                continue
            elif a.type == "object":
                named.update(self.pairs(a))
                found.append(Group(list(self.pairs(a).values())))
            else:
                found.append(self.value(a))
        return found

    def new(self, node: TS) -> Node:
        made = field(node, "type", "constructor")
        if made is None:
            made = next((c for c in node.named_children if not c.type.startswith("argument")), None)
        named: dict[str, Node] = {}
        args = self._arguments(node, named)
        inside = [self.value(c) for c in node.named_children if c.type == "declaration_list"]
        line = node.start_point[0] + 1
        call = Call(None, self.dotted(made), args, line, new=True, named=named)
        return Group([call, *inside]) if inside else call

    def symbol(self, node: TS) -> Node | None:
        return None


def _is_block(node: TS) -> bool:
    return node.type in grammar.BLOCKS


def _branches(node: TS) -> Iterable[TS]:
    for n in node.named_children:
        if n.type in grammar.SWITCHES:
            yield from n.named_children
        else:
            yield n


def _unescaped(text: str) -> str:
    """An escape sequence's character; a blank for one that is no plain character."""
    body = text[1:]
    if len(body) == 1:
        return _ESCAPES.get(body, body)
    return " " if body[:1] in "uUx0123456789" else body
