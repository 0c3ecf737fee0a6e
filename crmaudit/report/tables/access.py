"""Tables of accounts and their rights, as the systems' own tables tell; by pseudonym only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.governance.accounts import Accounts, Excess, Judged
from crmaudit.governance.accounts_conflicts import words
from crmaudit.governance.accounts_roles import alike
from crmaudit.messages import joined, msg
from crmaudit.report import blocks as b
from crmaudit.report.numbers import share
from crmaudit.report.people_access import accounts_of
from crmaudit.report.tables.given import DASH, Column, Given, gap, most, or_dash
from crmaudit.report.wording import listed

MOST = 40
_NAMED = 3
"""Accounts that one cell names, at most."""
_VERBS = {"C": msg("create"), "R": msg("read"), "U": msg("update"), "D": msg("delete")}
_MASS: dict[Beyond, str] = {
    "mass delete": "delete many records at once",
    "mass change": "change many records at once",
    "import": "import",
    "export": "export",
}


def _rights_read(given: Given) -> Iterator[Accounts]:
    return (a for a in accounts_of(given.facts) if not a.no_rights)


def account_levels(given: Given) -> b.Table | None:
    """Accounts by the level granted in the system itself and the one that the job asks for."""
    rows: list[tuple[object, ...]] = []
    for a in _rights_read(given):
        pairs = Counter(
            (a.granted(j), j.advised[0], a.verdict(j) or "") for j in a.compared if j.advised
        )
        ordered = sorted(
            pairs.items(), key=lambda p: [-LEVELS.index(x) for x in p[0][:2] if x in LEVELS]
        )
        rows += (
            (
                given.name(a.system),
                _word(granted),
                _word(advised),
                b.Cell(given.number(n), n, a.evidence),
                msg(told),
            )
            for (granted, advised, told), n in ordered
        )
    columns = [
        Column("System"),
        Column("Widest level granted"),
        Column("Recommended for the job"),
        Column("Accounts", "number"),
        Column("Verdict", filter=True),
    ]
    note = (
        "Accounts of people that can be used, whose rights and whose holder's job are known. "
        "Beyond the job: some record can be changed at a wider level than recommended; where it "
        "can only be seen, the verdict says so. Short: less can be seen than recommended."
    )
    return given.table("Accounts: level granted and recommended", columns, rows, note)


def account_remarks(given: Given) -> b.Table | None:
    """Accounts of which something is to be said, by pseudonym."""
    found = []
    for a in accounts_of(given.facts):
        for j in a.usable:
            told = a.verdict(j)
            mine: list[str] = [msg(told)] if told and told not in (None, "as recommended") else []
            mine += a.remarks(j)
            if mine:
                found.append((a, j, mine))
    found.sort(key=lambda f: (-len(f[2]), not f[1].administrator, f[0].system, f[1].name))
    rows = [
        (
            b.Cell(j.name, j.name, a.evidence),
            given.name(a.system),
            _level(a, j),
            _word(j.advised[0]) if j.advised else gap("job not known"),
            joined("; ", mine),
            or_dash(_beyond(given, a.foremost(j))),
            f"{j.account.last_login:%Y-%m}" if j.account.last_login else DASH,
        )
        for a, j, mine in found[:MOST]
    ]
    columns = [
        Column("Account", "id"),
        Column("System"),
        Column("Granted"),
        Column("Recommended"),
        Column("What is to be said"),
        Column("Beyond the job"),
        Column("Last login"),
    ]
    note = "Accounts go by pseudonyms, made with the audit's key. Of a login the month is told."
    caption = most("Accounts to look at", MOST, len(found))
    return given.table(caption, columns, rows, note)


def _level(a: Accounts, judged: Judged) -> object:
    level = a.granted(judged)
    why = a.no_rights or msg("some of its rights are not known")
    return gap(why) if level is None else _word(level)


def _word(level: AccessLevel | None) -> str:
    """The level as it is read: that of no right at all is a word of the sentence."""
    return msg("none") if level in (None, "None") else msg(level)


def _beyond(given: Given, excess: tuple[Excess, ...]) -> str:
    """`update: Case, Contact and 2 more (Organizational)`: the letter by which most is at stake."""
    entity = given.workspace.entity
    alike: dict[tuple[str, str], list[str]] = {}
    for e in excess:
        label = entity[e.kind.entity].label if e.kind.entity in entity else e.kind.object
        alike.setdefault((e.worst, e.level), []).append(label)
    told = (
        msg(
            "{verb}: {labels} ({level})",
            verb=_VERBS[letter],
            labels=listed(labels, 2),
            level=msg(level),
        )
        for (letter, level), labels in alike.items()
    )
    return joined("; ", list(told)[:2])


def mass_rights(given: Given) -> b.Table | None:
    """Ordinary accounts that may take, change or delete many records at once, or everything."""
    rows: list[tuple[object, ...]] = []
    for a in _rights_read(given):
        whole = len(a.ordinary)
        for right, told in _MASS.items():
            found = a.may(right)
            if found:
                rows.append((given.name(a.system), told, *_of(given, a, found, whole)))
        everything = [a.by_name[n] for n in a.delete_everything]
        if everything:
            may = (j for j in a.usable if not j.administrator)
            told = msg("delete every record of some kind")
            rows.append((given.name(a.system), told, *_of(given, a, everything, len(list(may)))))
    columns = [
        Column("System"),
        Column("May"),
        Column("Accounts", "percent"),
        Column("Such as"),
    ]
    note = (
        "Of accounts of people that are neither administrators nor super users; in the last line "
        "of a system, of those that are no administrators."
    )
    return given.table("Rights to many records at once", columns, rows, note)


def _of(
    given: Given, a: Accounts, found: list[Judged] | tuple[Judged, ...], whole: int
) -> tuple[object, ...]:
    cell = b.Cell(
        share(len(found), whole),
        len(found) / whole if whole else None,
        a.evidence,
    )
    return cell, listed((j.name for j in found), _NAMED)


def duty_conflicts(given: Given) -> b.Table | None:
    """Duties that ought not to lie in one hand, and who bears them together."""
    if not any(True for _ in _rights_read(given)):
        return None
    labels = {e.id: e.label for e in given.workspace.entities}
    rows = []
    for found in given.facts.governance.conflicts(given.facts.day):
        told = words(found.conflict, labels)
        hands = gap(found.cannot) if found.cannot else len(found.hands)
        whose = listed((h.name for h in found.hands), _NAMED) or DASH
        said = msg("usual practice") if found.usual else msg("own policy")
        rows.append((told, or_dash(found.conflict.reason), said, hands, whose))
    columns = [
        Column("Whoever"),
        Column("Why it matters"),
        Column("Rule of"),
        Column("Holders", "number"),
        Column("Such as"),
    ]
    note = "Accounts of one person count as one holder; administrators, who bear all, are left out."
    return given.table("Duties in one hand", columns, rows, note)


def role_faults(given: Given) -> b.Table | None:
    """Roles that nobody holds, and roles that give nearly the same rights."""
    rows: list[tuple[object, ...]] = []
    for a in accounts_of(given.facts):
        if a.cannot:
            continue
        name, mark = given.name(a.system), a.evidence
        for role in a.unheld:
            label = role.name or role.id
            cell = b.Cell(label, label, mark)
            rows.append((name, cell, msg(role.kind), 0, msg("nobody holds it")))
        for pair in alike(a.access.roles):
            label = pair.one.name or pair.one.id
            other = pair.other.name or pair.other.id
            told = msg(
                "{same:,} of {all:,} rights in common with {other}",
                same=pair.same,
                all=pair.all,
                other=other,
            )
            held = a.holders.get(pair.one.id, 0) + a.holders.get(pair.other.id, 0)
            rows.append((name, b.Cell(label, label, mark), msg(pair.one.kind), held, told))
    columns = [
        Column("System"),
        Column("Role"),
        Column("Kind", "label"),
        Column("Accounts", "number"),
        Column("What is odd"),
    ]
    caption = most("Roles to tidy up", MOST, len(rows))
    note = "Accounts: those that have it, closed ones included; of two alike, of both together."
    return given.table(caption, columns, rows[:MOST], note)


def access_not_read(given: Given) -> b.Table | None:
    """Systems of whose accounts or rights nothing, or not all, can be said, and why."""
    rows: list[tuple[object, ...]] = []
    for a in accounts_of(given.facts):
        mark = b.Cell(str(given.name(a.system)), None, a.evidence)
        if a.cannot:
            rows.append((mark, msg("accounts and rights"), a.cannot))
        elif a.no_rights:
            rows.append((mark, msg("rights"), a.no_rights))
        rows += ((mark, msg("some rights"), note) for note in a.access.notes)
    return given.table(
        "What of access could not be read",
        [Column("System"), Column("What"), Column("Why")],
        rows[:MOST],
    )
