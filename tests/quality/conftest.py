"""Fixtures of more than one file about faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from crmaudit.evidence import Semantic
from crmaudit.evidence.semantic import SemanticType
from crmaudit.quality.collectors import measure as measure_module
from crmaudit.quality.collectors import staging
from crmaudit.quality.collectors.column import Found


@pytest.fixture(params=["held", "staged"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small table is held in memory, any other staged in a file: both have to find the same."""
    if request.param == "staged":
        monkeypatch.setattr(staging, "SMALL", 0)
    return str(request.param)


@pytest.fixture
def meanings(monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, SemanticType]], None]:
    """Gives columns their meaning by name: recognising it is another test's matter."""

    def give(types: Mapping[str, SemanticType]) -> None:
        def recognise(engine: object, columns: Sequence[Found], *rest: object) -> None:
            for column in columns:
                if column.column.name in types:
                    column.semantic = Semantic(types[column.column.name], 0.9)

        monkeypatch.setattr(measure_module, "recognise", recognise)

    return give
