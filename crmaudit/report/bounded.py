"""A sandbox for templates that also ends: rounds, texts and numbers have bounds.

Templates may be a user's own. The sandbox keeps them from reaching into Python;
what is here keeps a slip of theirs from never ending or filling the memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Template
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

ROUNDS = 1_000_000
"""Rounds of all loops of a template; the largest landscapes take some ten thousand."""
LONGEST = 50_000_000
"""Characters that a template may make."""
_POWERS = 64
"""The largest exponent."""


class Counting(CodeGenerator):
    """Every loop counts its rounds."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802
        rounds = nodes.EnvironmentAttribute("rounds")
        node.iter = nodes.Call(rounds, [node.iter], [], None, None, lineno=node.lineno)
        super().visit_For(node, frame)


class Bounded(SandboxedEnvironment):
    """Raises OverflowError where a template goes on for too long or makes too much."""

    code_generator_class = Counting
    intercepted_binops = frozenset(("+", "*", "**"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.globals.pop("lipsum")  # as many words as asked for, and no report needs them
        self._rounds = self._length = 0

    def text(self, template: Template, **values: Any) -> str:
        """What the template makes."""
        self._rounds = self._length = 0
        parts = []
        for part in template.generate(**values):
            self.spend(part)
            parts.append(part)
        return "".join(parts)

    def spend(self, text: str) -> None:
        """Count a text to what the template makes."""
        self._length += len(text)
        if self._length > LONGEST:
            raise OverflowError(f"it makes more than {LONGEST:,} characters")

    def rounds(self, things: Iterable[object]) -> Iterator[object]:
        """The things one by one, counted."""
        for thing in things:
            self._rounds += 1
            if self._rounds > ROUNDS:
                raise OverflowError(f"its loops go round more than {ROUNDS:,} times")
            yield thing

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`"x" * 10**9` and `10 ** 10**9` would take all memory, or for ever."""
        if operator == "**" and isinstance(right, int | float) and abs(right) > _POWERS:
            raise OverflowError(f"an exponent is larger than {_POWERS}")
        if operator in "+*" and _size(operator, left, right) > LONGEST:
            raise OverflowError(f"it makes more than {LONGEST:,} characters")
        return super().call_binop(context, operator, left, right)


def _size(operator: str, left: Any, right: Any) -> int:
    """The length of a sum or a product of texts or lists; 0 of numbers."""
    lengths = [len(x) for x in (left, right) if hasattr(x, "__len__")]
    if operator == "+":
        return sum(lengths)
    times = [x for x in (left, right) if isinstance(x, int)]
    return lengths[0] * times[0] if lengths and times else 0


def reason(error: Exception) -> str:
    """Why a template failed, for those who wrote it."""
    if isinstance(error, MemoryError):
        return "the template makes more than the memory can hold"
    if isinstance(error, OverflowError):
        return f"the template asks for too much: {error}"
    return f"the template failed: {type(error).__name__}: {error}"
