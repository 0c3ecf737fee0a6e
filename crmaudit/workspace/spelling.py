"""What somebody may have meant who wrote a name that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean X`, or what there is to choose from."""
    names = sorted(set(known))
    lower = {n.lower(): n for n in names}
    close = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    if close:
        return f"did you mean {lower[close[0]]!r}?"
    if not names:
        return ""
    if len(names) > 12:
        return f"known: {', '.join(names[:12])} and {len(names) - 12} more"
    return f"known: {', '.join(names)}"
