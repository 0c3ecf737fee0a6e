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
_MARK = re.compile(r"@(?:\w+\\)*(\w+)\s*\(([^()]*)")
_MARK_ARGUMENT = re.compile(r"(\w+)\s*=\s*\"([^\"]*)\"|\"([^\"]*)\"")


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


class _Converter:
    def __init__(self, data: bytes, worth: Callable[[bytes], bool], ruby: bool, root: TS) -> None:
        self._data = data
        self._worth = worth
        self._heredocs: dict[int, TS] = {}
        self._types = "" if ruby else ":"
        if ruby and b"<<" in data:
            found = list(_of_types(root, {"heredoc_beginning", "heredoc_body"}))
            begun = [n for n in found if n.type == "heredoc_beginning"]
            bodies = [n for n in found if n.type == "heredoc_body"]
            self._heredocs = {b.start_byte: body for b, body in zip(begun, bodies, strict=False)}

    # Statements

    def block(self, node: TS) -> list[Node]:
        return [made for n in node.named_children if (made := self.node(n)) is not None]

    def node(self, node: TS) -> Node | None:
        """What it is in the common form; None where nothing in it bears on anything."""
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            return handler(self, node)
        if node.type in _NOTHING:
            return None
        parts = self.block(node)
        if len(parts) == 1 and node.type in _WRAPPERS:
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
        before = [self.value(_field(node, "condition"))]
        blocks: list[list[Node]] = []
        whole = False
        body = _field(node, "consequence", "body")
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
        body = _field(node, "body")
        parts: list[Node] = []
        rest = [n for n in node.named_children if n != body]
        if node.type in {"foreach_statement", "enhanced_for_statement", "for_in_statement", "for"}:
            target, source = self._each(node, rest)
            if target is not None:
                line = node.start_point[0] + 1
                made = _field(node, "type")
                typed = self.text(made) if made is not None else ""
                parts.append(Set(target, Call(source, "<each>", [], line), type=typed))
        else:
            parts += [m for n in rest if (m := self.node(n)) is not None]
        inner = self._one(body) if body is not None and not _is_block(body) else []
        if body is not None and not inner:
            inner = self.block(body)
        return Group([*parts, Fork([inner])])

    def _each(self, node: TS, rest: list[TS]) -> tuple[Node | None, Node]:
        left = _field(node, "left", "name", "pattern")
        right = _field(node, "right", "value")
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
            if n.type in _BRANCHES:
                blocks.append(self.block(n))
            elif (made := self.node(n)) is not None:
                before.append(made)
        return Group([*before, Fork(blocks)])

    def give(self, node: TS) -> Node:
        parts = self.block(node)
        return Give(parts[0]) if len(parts) == 1 else Group(parts)

    # Assignments

    def set_(self, node: TS) -> Node | None:
        left, right = _field(node, "left"), _field(node, "right")
        if left is None or right is None:
            return Group(self.block(node))
        operator = _field(node, "operator")
        sign = self.text(operator) if operator is not None else "="
        target = self.value(left)
        value = self.value(right)
        if sign in {"=", "||=", "??=", "&&=", ":="}:
            return Set(target, value)
        return Set(target, value, adds=sign in {".=", "+=", "<<="})

    def declare(self, node: TS) -> Node | None:
        name = _field(node, "name")
        value = _field(node, "value", "default_value")
        children = node.named_children
        if name is None and children:
            name = children[0]
        if value is None and len(children) > 1 and children[-1] != name:
            value = children[-1] if children[-1].type not in _NOTHING else None
        if value is not None and value.type == "equals_value_clause":
            value = value.named_children[-1]
        parent = node.parent
        kind = _field(node, "type") or (_field(parent, "type") if parent is not None else None)
        typed = self.text(kind).lstrip(": ?") if kind is not None else ""
        made = self.node(value) if value is not None else None
        if value is not None and made is None:
            made = Group([])
        return Set(Name(self.dotted(name)), made, type=typed)

    def field(self, node: TS) -> Node | None:
        """A class's field: JavaScript, TypeScript; a property of C#, or PHP's list of them."""
        name = _field(node, "name", "property")
        if name is None:
            return Group(self.block(node))
        accessors = _field(node, "accessors")
        if accessors is not None and (code := self.block(accessors)):
            return Group(code)
        value = _field(node, "value")
        made = self.node(value) if value is not None else None
        kind = _field(node, "type")
        typed = self.text(kind).lstrip(": ?")
        return Set(Name(self.dotted(name)), made, type=typed)

    # Functions and classes

    def function(self, node: TS) -> Node | None:
        marks = self._marks(node)
        body = _field(node, "body")
        if not marks and not self._worth(self._data[node.start_byte : node.end_byte]):
            return None
        params: list[tuple[str, str]] = []
        listed = _field(node, "parameters", "parameter")
        if listed is not None:
            each = listed.named_children if listed.named_child_count else [listed]
            for p in each:
                name = _field(p, "name", "pattern") or p
                kind = _field(p, "type")
                params.append((self.dotted(name), self.text(kind).lstrip(": ?")))
        inner: list[Node] = []
        if body is not None:
            inner = self.block(body) if _is_block(body) else [Give(self.value(body))]
        return Function(self.dotted(_field(node, "name")), params, inner, marks)

    def class_(self, node: TS) -> Node:
        bases: list[str] = []
        for child in node.named_children:
            if child.type in _HERITAGE:
                names = child.named_children
                while len(names) == 1 and names[0].type in {"type_list", "extends_clause"}:
                    names = names[0].named_children
                bases += [re.sub(r"\s", "", self.dotted(n)) for n in names if n.type != "arguments"]
        body = _field(node, "body")
        inner = self.block(body) if body is not None else []
        inner = self._promoted(node) + inner
        name = self.dotted(_field(node, "name"))
        return Class(name, bases, inner, self._marks(node), node.start_point[0] + 1)

    def module(self, node: TS) -> Node:
        body = _field(node, "body")
        return Group(self.block(body) if body is not None else self.block(node))

    def _promoted(self, node: TS) -> list[Node]:
        """Fields that a constructor's parameters make: PHP, TypeScript."""
        body = _field(node, "body")
        found: list[Node] = []
        for method in body.named_children if body is not None else ():
            if self.dotted(_field(method, "name")) not in {"__construct", "constructor"}:
                continue
            listed = _field(method, "parameters")
            for p in listed.named_children if listed is not None else ():
                kinds = {c.type for c in p.children}
                if p.type == "property_promotion_parameter" or "accessibility_modifier" in kinds:
                    name = self.dotted(_field(p, "name", "pattern"))
                    typed = self.text(_field(p, "type")).lstrip(": ?")
                    found.append(Set(Name(name), None, type=typed))
        return found

    def _marks(self, node: TS) -> list[Call]:
        """Annotations, attributes and decorators, and those that PHP writes into comments."""
        found: list[Call] = []
        places = [node]
        if node.parent is not None and node.parent.type == "export_statement":
            places.append(node.parent)
        before = node.prev_named_sibling
        while before is not None and before.type == "decorator":
            places.append(before)
            before = before.prev_named_sibling
        if before is not None and before.type == "comment":
            found += _comment_marks(self.text(before), before.start_point[0] + 1)
        for place in places:
            tops = [place] if place.type == "decorator" else place.children
            for top in tops:
                if top.type in {"modifiers", "attribute_list", "decorator"}:
                    for mark in _of_types(top, _MARKS):
                        found.append(self._mark(mark))
        return found

    def _mark(self, mark: TS) -> Call:
        name = _field(mark, "name", "function") or (mark.named_children or [mark])[0]
        args: list[Node] = []
        named: dict[str, Node] = {}
        listed = _field(mark, "arguments", "parameters")
        if listed is None:
            listed = next((c for c in mark.named_children if c.type.endswith("list")), None)
        for a in listed.named_children if listed is not None else ():
            key = _field(a, "key", "name")
            if key is not None:
                named[self.dotted(key)] = self.value(_field(a, "value") or a.named_children[-1])
            elif a.type == "object":
                named.update(self._pairs(a))
            else:
                args.append(self.value(a))
        short = self.dotted(name).rpartition(".")[2]
        return Call(None, short, args, mark.start_point[0] + 1, named=named)

    def _pairs(self, node: TS) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for p in node.named_children:
            key, value = _field(p, "key"), _field(p, "value")
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
            value = _field(node, "value")
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
        for child in node.named_children:
            kind = child.type
            if kind in _CONTENT:
                text = self.text(child)
            elif kind == "escape_sequence":
                text = _unescaped(self.text(child))
            elif kind in _EDGES:
                continue
            elif kind in {"interpolation", "template_substitution"}:
                held = [c for c in child.named_children if c.type not in _EDGES]
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
        sign = self.text(_field(node, "operator"))
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
            if self.text(_field(here, "operator")) != sign:
                break
            right = _field(here, "right")
            found += [right] if right is not None else []
            here = _field(here, "left")
        return [*([here] if here is not None else []), *reversed(found)]

    def node_or_none(self, node: TS, field: str) -> Node | None:
        found = _field(node, field)
        return self.node(found) if found is not None else None

    def pick(self, node: TS) -> Node:
        asked = self.value(_field(node, "condition"))
        options = [
            self.value(f)
            for f in (_field(node, "consequence", "body"), _field(node, "alternative"))
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
        of = _field(node, "object", "expression", "scope")
        name = _field(node, "name", "property", "field")
        if of is None and node.named_child_count:
            of, name = node.named_children[0], node.named_children[-1]
        text = self.dotted(name)
        if node.type == "scope_resolution" or (
            node.type == "class_constant_access_expression" and text == "class"
        ):
            return Name(self.dotted(of if text == "class" else node))
        if of is None:
            return Name(text)
        if of.type == "relative_scope":
            return Member(Name("this"), text)
        return Member(self.value(of), text)

    def class_literal(self, node: TS) -> Node:
        held = node.named_children
        return Name(self.dotted(held[0])) if held else Group([])

    def call(self, node: TS) -> Node:
        line = node.start_point[0] + 1
        of = _field(node, "object", "receiver", "scope")
        name = _field(node, "name", "method")
        callee = _field(node, "function")
        named: dict[str, Node] = {}
        if callee is not None:
            if callee.type in _MEMBERS:
                of = _field(callee, "object", "expression", "scope")
                name = _field(callee, "name", "property")
            else:
                name = callee
                if callee.type not in _NAMES:
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
            relative = of.type in {"relative_scope", "self", "this"}
            receiver = Name("this") if relative else self.value(of)
        block = _field(node, "block")
        made = Call(receiver, self.dotted(written), args, line, named=named)
        if block is None:
            return made
        return self._with_block(made, block)

    def _with_block(self, made: Call, block: TS) -> Node:
        """Ruby: `X.each do |x| … end`: the block's first parameter is one of what is gone through."""
        listed = _field(block, "parameters")
        inner: list[Node] = []
        if listed is not None and listed.named_child_count and made.of is not None:
            item = self.dotted(listed.named_children[0])
            inner.append(Set(Name(item), Call(made, "<each>", [], made.line)))
        body = _field(block, "body")
        inner += self.block(body) if body is not None else []
        return Call(made, "<block>", [Fork([inner])], made.line)

    def _arguments(self, node: TS, named: dict[str, Node]) -> list[Node]:
        listed = _field(node, "arguments")
        if listed is None and node.type == "object_creation_expression":
            listed = next((c for c in node.named_children if c.type.startswith("argument")), None)
        if listed is None:
            return []
        if listed.type == "template_string":  # sql`…`
            return [self.value(listed)]
        found: list[Node] = []
        for a in listed.named_children:
            if a.type == "pair":
                key, value = _field(a, "key"), _field(a, "value")
                named[self.text(key).strip(":\"' ")] = self.value(value)
            elif a.type == "comment":
                continue
            elif a.type == "object":
                named.update(self._pairs(a))
                found.append(Group([v for v in self._pairs(a).values()]))
            else:
                found.append(self.value(a))
        return found

    def new(self, node: TS) -> Node:
        made = _field(node, "type", "constructor")
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


def _field(node: TS, *names: str) -> TS | None:
    for name in names:
        found = node.child_by_field_name(name)
        if found is not None:
            return found
    return None


def _is_block(node: TS) -> bool:
    return node.type in _BLOCKS


def _branches(node: TS) -> Iterable[TS]:
    for n in node.named_children:
        if n.type in {"switch_block", "switch_body", "match_block", "switch_expression_body"}:
            yield from n.named_children
        else:
            yield n


def _of_types(node: TS, types: set[str]) -> Iterable[TS]:
    """All nodes of these types within, outermost first, in the order of the text."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if here.type in types:
            yield here
            if here.type in _MARKS:
                continue
        waiting += reversed(here.named_children)


def _comment_marks(text: str, line: int) -> list[Call]:
    found = []
    for mark in _MARK.finditer(text):
        named: dict[str, Node] = {}
        args: list[Node] = []
        for a in _MARK_ARGUMENT.finditer(mark[2]):
            if a[1]:
                named[a[1]] = Text(a[2], line)
            else:
                args.append(Text(a[3], line))
        found.append(Call(None, mark[1], args, line, named=named))
    return found


def _unescaped(text: str) -> str:
    """An escape sequence's character; a blank for one that is no plain character."""
    body = text[1:]
    if len(body) == 1:
        return _ESCAPES.get(body, body)
    return " " if body[:1] in "uUx0123456789" else body


_NOTHING = frozenset(
    """
    comment integer float boolean null true false decimal_integer_literal number nil
    integer_literal real_literal boolean_literal null_literal character_literal php_tag
    visibility_modifier static_modifier modifier modifiers accessibility_modifier
    namespace_use_declaration namespace_name using_directive import_statement
    import_declaration package_declaration break_statement continue_statement
    relative_scope text regex regex_literal simple_symbol hash_key_symbol heredoc_body
    attribute_list type_annotation type_identifier predefined_type void_type
    integral_type primitive_type named_type generic_type type_arguments type_parameters
    empty_statement
    """.split()
)
_WRAPPERS = frozenset(
    """
    parenthesized_expression parenthesized_statements argument await_expression
    expression_statement cast_expression as_expression non_null_expression
    export_statement argument_list clone_expression error_suppression_expression
    equals_value_clause arrow_expression_clause satisfies_expression lexical_declaration
    variable_declaration local_variable_declaration local_declaration_statement
    unary_op_expression const_declaration field_declaration
    array_element_initializer by_ref reference_assignment_expression
    """.split()
)
_BLOCKS = frozenset(
    """
    compound_statement block statement_block body_statement then else colon_block
    constructor_body do class_body interface_body declaration_list block_body switch_block
    """.split()
)
_BRANCHES = frozenset(
    """
    case_statement default_statement switch_case switch_default switch_section when else
    switch_block_statement_group switch_rule in_clause catch_clause rescue
    match_conditional_expression match_default_expression switch_expression_arm
    """.split()
)
_HERITAGE = frozenset(
    """
    base_clause class_interface_clause superclass super_interfaces extends_interfaces
    base_list class_heritage extends_type_clause
    """.split()
)
_CONTENT = frozenset(
    """
    string_content string_fragment string_literal_content raw_string_content
    multiline_string_fragment heredoc_content nowdoc_string
    """.split()
)
_EDGES = frozenset(
    """
    interpolation_start interpolation_brace interpolation_format_clause heredoc_end
    raw_string_start raw_string_end interpolation_quote heredoc_start
    interpolation_alignment_clause
    """.split()
)
_MARKS = {"annotation", "marker_annotation", "attribute", "decorator"}
_MEMBERS = frozenset(
    "member_access_expression member_expression conditional_access_expression".split()
)
_NAMES = frozenset(
    "name identifier qualified_name property_identifier constant generic_name variable_name".split()
)

_Handler = Callable[[_Converter, "TS"], Node | None]
_TABLE: dict[_Handler, str] = {
    _Converter.string: """
        string encapsed_string heredoc nowdoc string_literal interpolated_string_expression
        verbatim_string_literal raw_string_literal template_string heredoc_beginning
        bare_string""",
    _Converter.chained: "chained_string",
    _Converter.binary: "binary_expression binary",
    _Converter.pick: "conditional_expression ternary_expression conditional",
    _Converter.if_: """
        if_statement if unless if_modifier unless_modifier else_if_clause elsif""",
    _Converter.loop: """
        foreach_statement enhanced_for_statement for_in_statement for for_statement
        while_statement do_statement while until while_modifier until_modifier""",
    _Converter.cases: """
        switch_statement switch_expression case try_statement begin match_expression
        try_with_resources_statement""",
    _Converter.give: "return_statement return",
    _Converter.set_: """
        assignment_expression augmented_assignment_expression assignment
        operator_assignment reference_assignment_expression""",
    _Converter.declare: "variable_declarator property_element const_element",
    _Converter.function: """
        function_definition method_declaration anonymous_function arrow_function
        anonymous_function_creation_expression lambda_expression constructor_declaration
        local_function_statement function_declaration function_expression method_definition
        method singleton_method lambda generator_function_declaration
        anonymous_method_expression accessor_declaration destructor_declaration""",
    _Converter.class_: """
        class_declaration interface_declaration trait_declaration class anonymous_class
        record_declaration enum_declaration struct_declaration abstract_class_declaration
        object_declaration""",
    _Converter.module: "module namespace_declaration",
    _Converter.name: """
        variable_name identifier name qualified_name constant property_identifier
        scoped_identifier scoped_type_identifier""",
    _Converter.this: "this self this_expression",
    _Converter.property_of_self: "instance_variable class_variable",
    _Converter.member: """
        member_access_expression nullsafe_member_access_expression field_access
        member_expression class_constant_access_expression
        scoped_property_access_expression scope_resolution conditional_access_expression""",
    _Converter.class_literal: "class_literal typeof_expression",
    _Converter.call: """
        member_call_expression nullsafe_member_call_expression scoped_call_expression
        function_call_expression method_invocation invocation_expression call_expression
        call""",
    _Converter.new: """
        object_creation_expression new_expression implicit_object_creation_expression""",
    _Converter.field: "public_field_definition field_definition property_declaration",
}
_HANDLERS: dict[str, _Handler] = {
    kind: handler for handler, kinds in _TABLE.items() for kind in kinds.split()
}
