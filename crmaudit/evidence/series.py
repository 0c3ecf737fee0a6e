"""A KPI's values, asked of a database by the statement that kpis.yaml has for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from crmaudit.evidence.provenance import Document


@dataclass(frozen=True, slots=True)
class Series(Document):
    """`points` in the order of their days; `kpi` and `statement` are those of kpis.yaml."""

    kind: ClassVar[str] = "series"
    kpi: str = ""
    statement: str = ""
    points: tuple[tuple[date, float], ...] = ()

    @property
    def subject(self) -> str:
        return self.kpi
