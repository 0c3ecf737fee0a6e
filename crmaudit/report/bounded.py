"""A sandbox for templates that also ends: rounds, texts and numbers have bounds.

Templates may be a user's own. The sandbox keeps them from reaching into Python;
what is here keeps a slip of theirs from never ending or filling the memory, and
says where it went wrong.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Template
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import SandboxedEnvironment

from crmaudit.errors import CrmauditError, Place

ROUNDS = 1_000_000
"""Rounds of all loops, macros and captured texts; the largest landscapes take some ten thousand."""
LONGEST = 50_000_000
"""Characters that a template may make."""
_POWERS = 64
"""The largest exponent."""
_DIGITS = 1_000
"""Of a product or a power; as bits, some three and a third for each."""


class Counting(CodeGenerator):
    """Every loop counts its rounds; `a ~ b` is a function, and so can be bounded and replaced."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        rounds = nodes.EnvironmentAttribute("rounds")
        node.iter = nodes.Call(rounds, [node.iter], [], None, None, lineno=node.lineno)
        super().visit_For(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write('environment.filters["~"]((')
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Bounded(SandboxedEnvironment):
    """Raises OverflowError where a template goes on for too long or makes too much."""

    code_generator_class = Counting
    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals.pop("lipsum")  # as many words as asked for, and no report needs them
        self.filters["~"] = self.joined
        for name, made in _FILTERS.items():
            self.filters[name] = self._measured(name, self.filters[name], made)
        self._rounds = self._length = 0

    def text(self, template: Template, **values: Any) -> str:
        """What the template makes."""
        self._rounds = self._length = 0
        return "".join(map(self._spent, template.generate(**values)))

    def spend(self, made: int, what: str = "it") -> None:
        """Count so many characters to what the template makes."""
        self._length += max(made, 0)
        if self._length > LONGEST:
            raise OverflowError(f"{what} makes more than {LONGEST:,} characters")

    def _spent(self, text: str) -> str:
        self.spend(len(text))
        return text

    def _round(self) -> None:
        self._rounds += 1
        if self._rounds > ROUNDS:
            raise OverflowError(f"its loops and macros go round more than {ROUNDS:,} times")

    def rounds(self, things: Iterable[object]) -> Iterator[object]:
        """The things one by one, counted."""
        for thing in things:
            self._round()
            yield thing

    def concat(self, parts: Iterable[str]) -> str:
        """Jinja joins with this what a macro, a block or a `{% set %}` has printed."""
        self._round()
        return "".join(map(self._spent, parts))

    def join_path(self, template: str, parent: str) -> str:
        """Jinja asks this at each include, import and extends."""
        self._round()
        return super().join_path(template, parent)

    def joined(self, parts: Iterable[object]) -> str:
        """`a ~ b`."""
        parts = tuple(parts)
        self.spend(length(parts))
        return markup_join(parts) if self.autoescape else str_join(parts)

    def call(self, context: Context, thing: Any, /, *args: Any, **named: Any) -> Any:
        """`'x'.center(10**10)` would take all memory."""
        # The sandbox wraps `format`.
        method = getattr(thing, "__wrapped__", thing)
        mine = getattr(method, "__self__", None)
        if isinstance(mine, str | bytes | int | list) and method.__name__ in _METHODS:
            # In loops Jinja adds its own, which its context takes away again.
            given = {k: v for k, v in named.items() if k not in ("_loop_vars", "_block_vars")}
            args = _held(args)
            self._expect(method.__name__, _METHODS[method.__name__], mine, *args, **given)
        return super().call(context, thing, *args, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`"x" * 10**9` and `10 ** 10**9` would take all memory, or for ever."""
        if operator == "**" and isinstance(right, int | float) and abs(right) > _POWERS:
            raise OverflowError(f"an exponent is larger than {_POWERS}")
        if operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
            # A power is as long as a product of so many.
            bits = left.bit_length() * right if operator == "**" else left.bit_length()
            bits += right.bit_length()
            if bits > _DIGITS * 10 / 3:
                raise OverflowError(f"a number has more than {_DIGITS:,} digits")
        elif operator in ("+", "*") and _size(operator, left, right) > LONGEST:
            raise OverflowError(f"it makes more than {LONGEST:,} characters")
        elif operator == "%" and isinstance(left, str):
            self._expect("%", _filled, left, right)
        return super().call_binop(context, operator, left, right)

    def _expect(self, name: str, made: Callable[..., int], *args: Any, **named: Any) -> None:
        """Count what a method or a filter will make of these."""
        size = 0
        with suppress(TypeError, ValueError, AttributeError):  # its own error says what is wrong
            size = int(made(*args, **named))
        self.spend(size, f"`{name}`")

    def _measured(
        self, name: str, change: Callable[..., Any], made: Callable[..., int]
    ) -> Callable[..., Any]:
        """The filter; what it will make is counted before."""
        given = 1 if hasattr(change, "jinja_pass_arg") else 0  # Jinja's own values come first

        @wraps(change)
        def measured(*args: Any, **named: Any) -> Any:
            args = _held(args)
            self._expect(name, made, *args[given:], **named)
            return change(*args, **named)

        return measured

    def failure(self, error: Exception, name: str) -> CrmauditError:
        """Why and where the template of that name failed, for those who wrote it."""
        lines = _lines(error)
        return CrmauditError(reason(error), self._hint(error), lines[-1] if lines else Place(name))

    def _hint(self, error: Exception) -> str:
        if isinstance(error, jinja2.UndefinedError):
            return "Mend the line; the documentation lists the names that a section may use"
        if isinstance(error, jinja2.TemplateNotFound):
            folders = ", ".join(dict.fromkeys(getattr(self.loader, "searchpath", ())))
            return f"Name a file by its path inside one of these folders: {folders}"
        if isinstance(error, UnicodeDecodeError):
            return "Save it as UTF-8, or remove your own copy of the file to use the shipped one"
        return "Mend the line, or remove your own copy of the file to use the shipped one"


def length(thing: object) -> int:
    """How long a thing is as text, about: a list is as long as all that stands in it.

    Of more than a million things it is too long, and not counted to the end.
    """
    if isinstance(thing, str | bytes):
        return len(thing)
    total, met, left = 0, 0, [thing]
    while left and total <= LONGEST:
        each = left.pop()
        total += len(each) if isinstance(each, str | bytes) else 1
        if isinstance(each, Mapping | list | tuple | set | frozenset):
            met += len(each)
            if met > ROUNDS:
                return LONGEST + 1
            left += [*each, *each.values()] if isinstance(each, Mapping) else each
    return total


def _held(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values; what is made one by one is held in a list, so that it can be counted."""
    return tuple(list(x) if isinstance(x, Iterator) else x for x in args)


def _size(operator: str, left: Any, right: Any) -> int:
    """The length of a sum or a product of texts or lists; 0 of numbers."""
    lengths = [len(x) for x in (left, right) if hasattr(x, "__len__")]
    if operator == "+":
        return sum(lengths)
    times = [x for x in (left, right) if isinstance(x, int)]
    return lengths[0] * times[0] if lengths and times else 0


_FIELD = re.compile(r"%(?:\([^)]*\))?([-+ #.\d*]*)|\{[^{}]*:([^{}]*)(\{)?")
"""A value's place in a text, with its width, or with the sign that the width is a value too."""


def _filled(text: str, *args: Any, **named: Any) -> int:
    """How long `text % args` or `text.format(*args)` may be."""
    values = [y for x in (*args, *named.values()) for y in _flat(x)]
    total = len(text) + (text.count("%") + text.count("{")) * max(map(length, values), default=0)
    for of_percent, of_brace, nested in _FIELD.findall(text):
        total += sum(map(int, re.findall(r"\d+", of_percent + of_brace)))
        if nested or "*" in of_percent:
            total += max((x for x in values if isinstance(x, int)), default=0)
    return total


def _flat(thing: Any) -> Iterable[Any]:
    """The values that are given as one."""
    if isinstance(thing, Mapping):
        return thing.values()
    return thing if isinstance(thing, tuple) else (thing,)


def _replaced(text: str, old: str, new: str, *_: Any) -> int:
    return len(text) + text.count(old) * len(new)


def _padded(_: Any, width: int = 80, *__: Any) -> int:
    return width


def _indented(text: str, width: int | str = 4, *_: Any, **__: Any) -> int:
    return len(text.splitlines()) * (len(width) if isinstance(width, str) else width)


_METHODS: Mapping[str, Callable[..., int]] = {
    **dict.fromkeys(("center", "ljust", "rjust", "zfill", "to_bytes"), _padded),
    **dict.fromkeys(("format", "format_map"), _filled),
    "expandtabs": lambda text, tabsize=8: text.count("\t") * tabsize,
    "extend": lambda _, more: len(more),
    "join": lambda mark, parts: length(parts) + len(mark) * len(parts),
    "replace": _replaced,
    "translate": lambda text, table: len(text) * max(map(length, table.values()), default=1),
}
"""Methods whose result may be far longer than what they are given, and how long it will be."""
_FILTERS: Mapping[str, Callable[..., int]] = {
    "batch": lambda _, linecount, fill_with=None: linecount if fill_with is not None else 0,
    "center": _padded,
    "format": _filled,
    "indent": _indented,
    "join": lambda parts, d="", attribute=None: length(parts) + len(d) * len(parts),
    "replace": _replaced,
    # Ten to the power of n takes some n² steps.
    "round": lambda _, precision=0, *__, **___: precision**2,
    "slice": lambda _, slices, fill_with=None: slices,
    **dict.fromkeys(("pprint", "string"), length),
    "tojson": lambda value, indent=None: length(value) * (1 + (indent or 0)),
}
"""The same of filters."""


def _lines(error: Exception) -> list[Place]:
    """The lines of templates that led to the error, the innermost last."""
    if isinstance(error, jinja2.TemplateSyntaxError) and error.filename:
        return [_at(error.filename, error.lineno)]
    frames = traceback.extract_tb(error.__traceback__)
    return [
        _at(f.filename, f.lineno or 0)
        for f in frames
        if not f.filename.endswith(".py") and Path(f.filename).is_file()
    ]


def _at(file: str, line: int) -> Place:
    try:
        snippet = Path(file).read_text(encoding="utf-8").split("\n")[line - 1]
    except (OSError, IndexError, UnicodeDecodeError):
        snippet = ""
    return Place(file, line, 0, snippet)


def reason(error: Exception) -> str:
    """Why a template failed, for those who wrote it."""
    match error:
        case jinja2.TemplateSyntaxError():
            return f"the template cannot be read: {error.message}"
        case jinja2.TemplatesNotFound():
            return f"there is no template {', '.join(map(repr, error.templates))}"
        case jinja2.TemplateNotFound():
            return f"there is no template {error.name!r}"
        case jinja2.UndefinedError():
            return f"the template asks for what is not there: {error.message}"
        case UnicodeDecodeError():
            return "the template is no text in UTF-8"
        case MemoryError():
            return "the template makes more than the memory can hold"
        case OverflowError():
            return f"the template asks for too much: {error}"
    return f"the template failed: {type(error).__name__}: {error}"
