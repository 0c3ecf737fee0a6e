"""Short English sentences that evidence keeps: a reason, a sign, what is odd about a value.

A collector writes them as plain text. Read again they are `Kept`, so that a
report in another language finds the pattern that they were made by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from crmaudit.messages import Kept

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class _Prose:
    """Says to pydantic, without importing it, that a text which was read is `Kept`."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(Kept, handler(source))


Prose = Annotated[str, _Prose]
