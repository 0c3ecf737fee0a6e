"""Variables of the environment in addresses: `${NAME}` anywhere, or `$NAME` alone."""

from __future__ import annotations

import os
import re

from crmaudit.errors import CrmauditError

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|^\$([A-Za-z_][A-Za-z0-9_]*)$")


def expand(text: str, part: str, of: str = "the source") -> str:
    """The text with every variable filled in.

    `part` and `of` name what the text is, for the message. Raises
    CrmauditError for a variable that is not set.
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        try:
            return os.environ[name]
        except KeyError:
            raise CrmauditError(
                f"the environment variable {name} is not set, {part} of {of} needs it",
                f"set {name} and run again",
            ) from None

    return _VARIABLE.sub(value, text)
