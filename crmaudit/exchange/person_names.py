"""Whether a text is the name of a person or of a department.

By words alone, so it can err: a guess says what it saw, and the map can be
corrected.
"""

from __future__ import annotations

import re

from crmaudit.exchange.column_words import layout_words
from crmaudit.workspace.naming import plain

_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_'’.-]*([-'’][^\W\d_]+)*\.?")
_BETWEEN = re.compile(r"[\s,/&+-]+")
_JOINING = frozenset({"and", "und", "et", "y", "of", "der", "des", "de", "la", "s"})


def looks_like_person(text: str) -> bool:
    """Two to four words, at least two of them capitalised, without a digit; no department."""
    words = text.replace(",", " ").split()
    return (
        2 <= len(words) <= 4
        and all(_NAME_WORD.fullmatch(w) for w in words)
        and sum(w[0].isupper() for w in words) >= 2
        and not looks_like_unit(text)
    )


def looks_like_unit(text: str) -> bool:
    """Whether a department is called so: a word like `office`, or nothing but words of their work.

    `Parks & Recreation` is one, Rosa Parks is not.
    """
    words = [plain(w) for w in _BETWEEN.split(text)]
    words = [w for w in words if w and w not in _JOINING]
    works, heads = layout_words("units"), layout_words("unit_heads")
    return bool(words) and (any(w in heads for w in words) or all(w in works for w in words))
