"""One cell of the matrix: what is declared of a system and an entity, and what is proven.

Five sources speak of a letter, each with yes, no or unknown:

    declared   the dossier's `crud:`
    granted    the rights of the system's accounts: what it may do
    observed   statements that ran under its accounts
    coded      its source, and what the database's machinery makes of it
    written    stamps, marks and counters in the tables

Observed, coded and written *prove*; a right only allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from crmaudit.evidence.use import LETTERS, Letter

Origin = Literal["declared", "granted", "observed", "coded", "written"]
Answer = Literal["yes", "no", "unknown"]
Verdict = Literal["confirmed", "declared", "contradicted", "shadow", "allowed", "no", "unknown"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""What declared and proven make together of one letter.

`confirmed`     declared and proven
`declared`      declared; nothing that was read could prove it or did
`contradicted`  declared, and a source that would have seen it says no
`shadow`        proven, and declared not to be or not declared at all
`allowed`       neither declared nor proven, and a right allows it
`no`            declared not to be, nothing proves it
`unknown`       nobody said, nothing shows it
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """What one source says of one letter in one cell, and on what it rests.

    `tables` are those that hold the entity, `system:table` where they stand in
    another system's database. `principals` are the accounts concerned.
    `calls` and `statements` count what was seen or stands in code; `first` and
    `last` when. `evidence` are ids of documents, `reason` a short sentence:
    why the answer is unknown, or by what right, view or trigger it is yes.
    `calls` and `statements` are those of the table seen most: what one
    statement does to two tables counts once. `places` are `file:line` in code.
    """

    letter: Letter
    origin: Origin
    answer: Answer
    tables: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    calls: int | None = None
    statements: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    evidence: tuple[str, ...] = ()
    reason: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What is known of one system and one entity.

    `letters` are declared; None = nobody said. `proven` were found in use;
    `denied`: a source that would have seen them says no, and none says yes;
    `granted`: a right allows them. Each a part of `CRUD` in that order.
    """

    system: str
    entity: str
    letters: str | None
    proven: str = ""
    denied: str = ""
    granted: str = ""

    def __contains__(self, letter: str) -> bool:
        """Whether the system does it, as far as anybody knows: declared or proven."""
        return letter in self.held

    @property
    def held(self) -> str:
        """Letters declared or proven."""
        if not self.proven:
            return self.letters or ""
        return "".join(x for x in LETTERS if x in (self.letters or "") or x in self.proven)

    @property
    def known(self) -> bool:
        """Whether anything is declared or proven of it."""
        return self.letters is not None or bool(self.proven)

    @property
    def text(self) -> str:
        """`CR` declared or proven, `–` for none, `?` for unknown."""
        return self.held or ("?" if self.letters is None else "–")

    def verdict(self, letter: Letter) -> Verdict:
        """What declared and proven make together of the letter."""
        declared, proven = letter in (self.letters or ""), letter in self.proven
        if declared:
            if proven:
                return "confirmed"
            return "contradicted" if letter in self.denied else "declared"
        if proven:
            return "shadow"
        if letter in self.granted:
            return "allowed"
        return "unknown" if self.letters is None else "no"

    @property
    def marked(self) -> str:
        """The letters with what proves or contradicts them.

        `C` confirmed, `c` declared only, `-C` declared and contradicted, `+C`
        proven and not declared; `–` none, `?` unknown.
        """
        shapes = {"confirmed": "{0}", "declared": "{1}", "contradicted": "-{0}", "shadow": "+{0}"}
        told = (shapes.get(self.verdict(x), "").format(x, x.lower()) for x in LETTERS)
        return "".join(told) or ("?" if self.letters is None else "–")
