"""Dashboards and reports: for whom they are, and when somebody last looked.

What the CRM records of looks outweighs what people declare. A dashboard of the
CRM is that of needs.yaml whose `called:`, `text:` or `id:` is its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from crmaudit.evidence import Board, Recording
from crmaudit.messages import msg
from crmaudit.workspace.landscape import Need
from crmaudit.workspace.people import Person


@dataclass(frozen=True, slots=True)
class Look:
    """A dashboard or report as the CRM has it, and the need that it meets, if any.

    `since`: the CRM keeps looks from that day on; None: it keeps the last one for good.
    `read` is the day of reading.
    """

    system: str
    board: Board
    read: date
    since: date | None
    evidence: str
    need: Need | None = None

    @property
    def viewed(self) -> date | None:
        return self.board.viewed

    @property
    def never(self) -> bool:
        """Whether nobody ever opened it, as far as the CRM keeps that for good."""
        return self.board.viewed is None and self.since is None

    def days(self, day: date) -> int | None:
        """Days since somebody looked, at least; since it was made where nobody ever did.

        Counted up to the day of reading where that came before. None where it
        cannot be told.
        """
        last = self.board.viewed or self.since or self.board.created
        end = min(day, self.read)
        return None if last is None else max((end - last).days, 0)


def looks(needs: Iterable[Need], recordings: Mapping[str, Recording]) -> tuple[Look, ...]:
    """Every dashboard and report that a CRM keeps looks of; of one name, that last opened."""
    by_name: dict[str, Need] = {}
    for need in needs:
        if need.kind != "question":
            for name in (need.id, need.text, need.called or need.text):
                by_name[_plain(name)] = need
    found: dict[tuple[str, str, str], Look] = {}
    for system, told in sorted(recordings.items()):
        read = told.provenance.taken_at.date()
        for board in told.boards:
            met = by_name.get(_plain(board.name)) if board.name else None
            if met is not None and met.sources and system not in met.sources:
                met = None
            look = Look(system, board, read, told.looks_since, told.id, met)
            place = (system, board.table, board.name or f"#{len(found)}")
            before = found.get(place)
            if before is None or (before.viewed or date.min) < (look.viewed or date.min):
                found[place] = look
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Shown:
    """A dashboard or report for people to read of: for whom, when last opened, by whose word.

    `exists` None: nobody said. `basis` is `recorded` by a system, `declared`,
    or empty where neither tells when somebody last looked. `never`: nobody
    ever opened it; `days` then counts from its making.
    """

    name: str
    kind: str
    audience: tuple[str, ...]
    exists: bool | None
    last: date | None
    days: int | None
    basis: str
    never: bool = False
    declared: bool = True
    system: str = ""


def of_need(need: Need, look: Look | None, days: int | None, people: Mapping[str, Person]) -> Shown:
    """A declared one. Persons of its audience are told by their job: who looks is behaviour."""
    audience = tuple(
        (people[who].job or msg("one person")) if who in people else who for who in need.audience
    )
    if look is None:
        basis = "declared" if need.last_consulted else ""
        return Shown(need.text, need.kind, audience, need.exists, need.last_consulted, days, basis)
    return Shown(
        need.text,
        need.kind,
        audience,
        True,
        look.viewed,
        days,
        "recorded",
        look.never,
        system=look.system,
    )


def of_look(look: Look, day: date | None) -> Shown:
    """One that the CRM has and nobody declared."""
    board = look.board
    return Shown(
        board.name or msg("name not shown"),
        board.kind,
        (board.audience,) if board.audience else (),
        True,
        look.viewed,
        look.days(day) if day else None,
        "recorded",
        look.never,
        False,
        look.system,
    )


def consulted(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """What can be consulted: dashboards and reports."""
    return tuple(n for n in needs if n.kind in ("dashboard", "report"))


def days_unused(need: Need, day: date, look: Look | None = None) -> int | None:
    """Days since it was last consulted: as the CRM records it, else as declared.

    None where neither tells.
    """
    if look is not None:
        return look.days(day)
    return None if need.last_consulted is None else max((day - need.last_consulted).days, 0)


def for_management(need: Need, people: Mapping[str, Person]) -> bool:
    """Whether its audience includes the management, the champion or a manager in person."""
    return any(
        who in ("management", "system champion")
        or (who in people and people[who].rank in ("executive", "department manager"))
        for who in need.audience
    )


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
