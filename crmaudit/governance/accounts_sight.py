"""Who can see, change or delete a record, and why: answered from its owner, unit and teams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmaudit.evidence.access import LEVELS, AccessLevel
from crmaudit.evidence.use import LETTERS
from crmaudit.governance.accounts import Accounts, Judged, Kind
from crmaudit.messages import joined, msg

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Opening:
    """What it means that one record is opened to somebody.

    `letters` are opened for certain, of those in `unsure` nobody can tell.
    `limited`: it opens nothing to one whose roles give no right at all to that
    kind of record.
    """

    letters: str = "R"
    unsure: str = "UD"
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Belongs:
    """Whose a record is. Accounts by pseudonym, units and teams by their ids.

    `unit` is empty where the owner has none, None where it is not known.

    `owner` is empty for a record of nobody, `owner_known` False where the
    database does not tell; `also` are others whose it is as much: who made it.
    `shared` has accounts, `shared_teams` teams to whom this one record was
    opened. `reach` is the record's own say, where each record has one: it
    stands in place of what the rights leave open.
    """

    owner: str = ""
    also: frozenset[str] = frozenset()
    owner_known: bool = True
    unit: str | None = None
    teams: tuple[str, ...] = ()
    shared: Mapping[str, Opening] = field(default_factory=dict)
    shared_teams: Mapping[str, Opening] = field(default_factory=dict)
    reach: AccessLevel | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What an account may do with a record, and by which right.

    `letters` are those that hold for certain, `open` those of which nobody can
    tell. `why` are sentences; `by` are the roles and teams that the level
    comes from, by the names that the CRM has for them.
    """

    name: str
    letters: str
    open: str
    level: AccessLevel | None
    why: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Units:
    parents: Mapping[str, str] = field(default_factory=dict)

    def below(self, unit: str, above: str) -> bool:
        """Whether a unit is `above` or lies below it."""
        seen = set()
        while unit and unit not in seen:
            if unit == above:
                return True
            seen.add(unit)
            unit = self.parents.get(unit, "")
        return False


def belongs_to(accounts: Accounts, owner: str) -> Belongs:
    """A record that this account owns: of its unit, of no team, opened to nobody."""
    found = accounts.by_name.get(owner)
    return Belongs(found.name if found else owner, unit=found.account.unit if found else None)


def who_sees(accounts: Accounts, kind: Kind, record: Belongs) -> tuple[Sight, ...]:
    """Every account that can be used and may do something with the record, or perhaps may.

    The accounts that may do most come first. Accounts of programs are included.
    """
    units = _Units({u.id: u.parent for u in accounts.access.units})
    told = (_sight(accounts, kind, record, j, units) for j in accounts.everyone if j.usable)
    found = [s for s in told if s.letters or s.open]
    return tuple(sorted(found, key=lambda s: (-len(s.letters), -len(s.open), s.name)))


def _sight(accounts: Accounts, kind: Kind, record: Belongs, judged: Judged, units: _Units) -> Sight:
    levels = accounts.levels(judged.holding, kind)
    if judged.holding is None and judged.administrator:
        return Sight(judged.name, "RUD", "", LEVELS[-1], ADMINISTRATOR)
    held = accounts.held(judged.holding, kind)
    sure, perhaps, reasons = "", "", dict[str, None]()
    by: dict[str, None] = {}
    widest: AccessLevel | None = None
    openings = _openings(record, judged)
    for i, letter in enumerate(LETTERS):
        if letter == "C":
            continue  # To create one says nothing of a record that is there.
        level = levels[i]
        reaches, paths = _reaches(level, record, judged, units, bool(accounts.access.units))
        if reaches is not False:
            if held is not None:
                by.update(dict.fromkeys(held.why[i]))
            if level is not None:
                widest = max(widest or "None", level, key=LEVELS.index)
        found = [reaches]
        reasons.update(dict.fromkeys(paths))
        for opening, why in openings:
            opened = _opens(opening, letter, level)
            found.append(opened)
            if opened is not False:
                reasons[why] = None
        if True in found:
            sure += letter
        elif None in found:
            perhaps += letter
    names = source_names(accounts)
    return Sight(
        judged.name,
        sure,
        perhaps,
        widest,
        joined("; ", reasons),
        tuple(names.get(x, x) for x in by),
    )


def _reaches(
    level: AccessLevel | None, record: Belongs, judged: Judged, units: _Units, has_units: bool
) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a right of this level reaches the record, and by which ways.

    None where nobody can tell, with what is not known.
    """
    if level == "None":
        return False, ()
    if record.reach is not None and level != LEVELS[-1]:
        if record.reach == LEVELS[-1]:
            return True, (msg("the record is open to everybody"), *_nearest(record, judged))
        level = record.reach
    if level is None:
        return None, (msg("how far its right reaches is not known"),)
    if level == LEVELS[-1]:
        return True, (msg("all records of the organisation"), *_nearest(record, judged))
    if not record.owner_known and not record.also:
        return None, (msg("whose the record is is not known"),)
    ways = _nearest(record, judged)
    if level != "User":
        by_unit, why = _by_unit(level, record, judged, units, has_units)
        ways += (why,) if by_unit else ()
        if by_unit is None and not ways:
            return None, (why,)
    if not ways and not record.owner_known:
        return None, (msg("whose the record is is not known"),)
    return bool(ways), ways


def _nearest(record: Belongs, judged: Judged) -> tuple[str, ...]:
    """The ways that any right has: one's own records, and those of one's teams."""
    own = judged.name in {record.owner, *record.also}
    of_team = bool(set(record.teams) & set(judged.account.teams))
    return (
        *([msg("its own record")] if own else []),
        *([msg("a record of its team")] if of_team else []),
    )


def _by_unit(
    level: AccessLevel, record: Belongs, judged: Judged, units: _Units, has_units: bool
) -> tuple[bool | None, str]:
    if not has_units:
        # Without units, the product's teams stand for them.
        return (False, "") if record.teams else (None, msg("the CRM has no units to compare"))
    own, unit = judged.account.unit, record.unit
    if not own or unit == "":
        return False, ""
    if unit is None:
        return None, msg("the unit of its owner is not known")
    if own == unit:
        return True, msg("a record of its unit")
    if level == "Parent: Child" and units.below(unit, own):
        return True, msg("a record of a unit below its own")
    return False, ""


def _openings(record: Belongs, judged: Judged) -> tuple[tuple[Opening, str], ...]:
    """By which the one record is opened to the account, and in what words."""
    teams = sorted(set(judged.account.teams) & record.shared_teams.keys())
    own = (
        [(record.shared[judged.name], msg("opened to it"))] if judged.name in record.shared else []
    )
    return (*own, *((record.shared_teams[t], msg("opened to its team")) for t in teams))


def _opens(opening: Opening, letter: str, level: AccessLevel | None) -> bool | None:
    if opening.limited and level == "None":
        return False
    if letter in opening.letters:
        return None if opening.limited and level is None else True
    return None if letter in opening.unsure else False


def source_names(accounts: Accounts) -> Mapping[str, str]:
    """What stands in `Held.why` → how it may be told."""
    names = {r.id: r.name or r.id for r in accounts.access.roles}
    names |= {
        msg("team {t}", t=t.id): msg("team {t}", t=t.name or t.id) for t in accounts.access.teams
    }
    return names
