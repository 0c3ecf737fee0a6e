"""Where a measurement comes from and how far it can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose

State = Literal["done", "partly", "failed"]


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a measurement was completed, and why not where it was not."""

    state: State = "done"
    reason: Prose = ""

    def __post_init__(self) -> None:
        if self.state != "done" and not self.reason:
            raise ValueError(f"a measurement that is {self.state} needs a reason")


@dataclass(frozen=True, slots=True)
class Method:
    """How a statistic was obtained.

    `exact`: over all rows. `sketch`: over all rows with a relative error of
    at most `bound`. `sample`: over `n` of `total` rows. `estimate`: taken from
    the server's own statistics, of unknown error. `model`: over all rows, judged by a
    probabilistic model, whose errors are estimated beside it.
    """

    kind: Literal["exact", "sketch", "sample", "estimate", "model"] = "exact"
    bound: float | None = None
    n: int | None = None
    total: int | None = None

    def __str__(self) -> str:
        if self.kind == "sketch" and self.bound is not None:
            return f"sketch ± {self.bound:.1%}"
        if self.kind == "sample":
            return f"sample {self.n:,} of {self.total:,}" if self.total else f"sample {self.n:,}"
        return self.kind


EXACT = Method()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Source of a document of evidence.

    `source` is the address without its secrets; `snapshot` names the
    consistent reading of the source: two documents of one snapshot saw the
    same data. `key_id` is the id of the key of the audit that collected it,
    empty where there was none and no keyed pseudonym is in it. `collected_as`
    is the id that the system had then, where it has another now; it names the
    document as before and is never written.
    """

    system: str
    source: str
    engine: str
    snapshot: str
    taken_at: datetime
    tool: str
    key_id: str = ""
    status: Status = Status()
    collected_as: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Base of every measurement that is stored as one document.

    `kind` names the type in the store; `subject` tells documents of one kind
    and system apart (a table's name, or empty).
    """

    kind: ClassVar[str] = ""
    provenance: Provenance

    @property
    def subject(self) -> str:
        return ""

    @property
    def id(self) -> str:
        """The evidence id that reports and findings refer to."""
        system = self.provenance.collected_as or self.provenance.system
        place = system + (f"/{self.subject}" if self.subject else "")
        return f"{self.kind}:{place}@{self.provenance.snapshot}"
