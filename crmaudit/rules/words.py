"""Words, numbers, lists and subjects that the messages of rules share."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from crmaudit import messages
from crmaudit.evidence import ColumnProfile, TableProfile
from crmaudit.facts import Facts, NotAssessed
from crmaudit.governance.access import Position
from crmaudit.messages import Formed, Money, Words, counted, joined, msg, told
from crmaudit.rules.base import Confidence

# One and many


def listed(items: Iterable[str], limit: int = 3) -> str:
    """`a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    return messages.listed(items, limit)


def part_of(part: int, whole: int, noun: str, plural: str = "") -> str:
    """`2 of 7 tables`, `none of 7 tables`; of a single one `the one table` or `no table`."""
    if whole < 2:
        one = Formed(noun, _one, (noun, plural or noun + "s"))
        return msg("the one {noun}", noun=one) if part else msg("no {noun}", noun=one)
    count = counted(whole, noun, plural)
    if not part:
        return msg("none of {count}", count=count)
    return msg("{part:,} of {count}", part=part, count=count)


def _one(words: Words, noun: str, plural: str) -> str:
    return words.noun(1, noun, plural, "")


def verb(number: int, one: str, many: str) -> str:
    """The verb that goes with `1 of 7`, with `none of 7` or with `2 of 7`.

    Where another language chooses the whole sentence by its numbers, its pattern leaves it out.
    """
    return msg(one if number < 2 else many)


def several(label: str) -> str:
    """`Contact person` → `contact persons`; a name in capitals or in the plural stays."""
    return Formed(_several(label), _label, (label,))


def _several(label: str) -> str:
    word = label if label[1:2].isupper() else label[:1].lower() + label[1:]
    if word.endswith("s"):
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _label(words: Words, label: str) -> str:
    """The name as people gave it: only English is known well enough to put it in the plural."""
    return label


# Texts


def quoted(text: str, most: int = 60) -> str:
    """A text of people's own in quotation marks, cut at a word where it is long."""
    return Formed(_quoted(text, most), _quoted_in, (text, most))


def _quoted_in(words: Words, text: str, most: int) -> str:
    return told(_quoted(told(text, words), most), words)


def _quoted(text: str, most: int) -> str:
    text = " ".join(text.split()).rstrip(".")
    if len(text) > most:
        text = text[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    marked = '"{text}"' if "'" in text and '"' not in text else "'{text}'"
    return msg(marked, text=text)


# Numbers and days


def percent(share: float) -> str:
    """`0.31` → `31 %`; what is not quite none or all never reads 0 % or 100 %."""
    value = round(100 * share, 1)
    if value == 0 and share > 0:
        return msg("under {value} %", value=0.1)
    if value == 100 and share < 1:
        return msg("over {value} %", value=99.9)
    return msg("{value:g} %", value=value)


def amount(value: float, unit: str) -> str:
    """`0.25 hours`, `420` without a unit."""
    form = ".3g" if abs(value) < 1000 else ",.0f"
    pattern = f"{{value:{form}}} {{unit}}" if unit else f"{{value:{form}}}"
    return msg(pattern, value=value, unit=unit)


def rounded(value: float, unit: str) -> str:
    """`0.446` → `about 0.4`, `1.12` → `about 1.1`: an estimate has no more to say.

    Units are words of people's own, and mostly in the plural: just one goes without.
    """
    near = float(f"{value:.{1 if abs(value) < 1 else 2}g}")
    return msg("about {amount}", amount=amount(near, "" if near == 1 else unit))


def span(days: int) -> str:
    """`1 day`, `136 days`, and in years what is longer than anybody counts in days."""
    if days <= 400:
        return counted(days, "day")
    return msg("{n:g} years", n=round(days / 365.25, 1))


def ahead(days: int) -> str:
    """`today`, `in 1 day`, `in 32 days`."""
    return msg("in {days}", days=counted(days, "day")) if days else msg("today")


def worst(faults: Iterable[tuple[str, int]], most: int = 3) -> str:
    """`email (412), phone (17) and 2 more`, the most faults first."""
    ordered = sorted(faults, key=lambda f: -f[1])
    shown = joined(", ", (msg("{name} ({n:,})", name=name, n=n) for name, n in ordered[:most]))
    more = len(ordered) - most
    return msg("{items} and {n} more", items=shown, n=more) if more > 0 else shown


# Names


def systems(facts: Facts, ids: Iterable[str], limit: int = 3) -> str:
    """The names of systems, in their order, the first few."""
    known = facts.workspace.system
    return listed((known[s].name if s in known else s for s in ids), limit)


def entity_label(facts: Facts, entity: str | None) -> str:
    """The entity's name; a map may name one that entities.yaml does not define."""
    known = facts.workspace.entity.get(entity or "")
    return known.label if known else entity or ""


def entities(facts: Facts, ids: Iterable[str], limit: int = 3) -> str:
    """The names of entities, in their order, the first few."""
    return listed((entity_label(facts, e) for e in ids), limit)


def crm_name(facts: Facts) -> str:
    return facts.workspace.crm.name if facts.workspace.crm else msg("the CRM")


def position_words(position: Position, facts: Facts) -> str:
    unit = facts.workspace.unit.get(position.unit)
    job = position.job or msg("people without a declared job")
    return msg("{job}, {unit}", job=job, unit=unit.name) if unit else job


def burdened(facts: Facts, about: str) -> str:
    """` with Groundplan`, ` in Renewal`: what pains are about."""
    kind, _, name = about.partition(":")
    if kind == "system":
        return msg(" with {system}", system=facts.workspace.system[name].name)
    names = {p.id: p.name for p in facts.workspace.processes}
    return msg(" in {process}", process=names[name]) if name in names else ""


def cost_range(facts: Facts, low: float, high: float) -> str:
    """`, EUR 9,000 to 21,000`, or nothing where the hourly rate is not declared."""
    audit = facts.workspace.audit
    if audit.hourly_rate is None:
        return ""
    amounts = between(Money(low * audit.hourly_rate), Money(high * audit.hourly_rate))
    return msg(", {currency} {amounts}", currency=audit.currency, amounts=amounts)


def between(low: float, high: float) -> str:
    """`9,000 to 21,000`, or `9,000` where both are that."""
    if round(low) == round(high):
        return msg("{low:,.0f}", low=low)
    return msg("{low:,.0f} to {high:,.0f}", low=low, high=high)


def held_in(facts: Facts, system: str, table: str) -> str:
    """What a table's rows are, by the name of the one entity that it holds; else its own name."""
    known = facts.maps.get(system)
    rows = known.tables if known else ()
    held = {r.entity for r in rows if r.table == table and r.role == "primary" and r.entity}
    return entity_label(facts, held.pop()) if len(held) == 1 else table


# Subjects


def subject(kind: str, *parts: str) -> str:
    """A finding's subject, odd characters percent-encoded: `column:crm.contacts.e%20mail`."""
    return f"{kind}:" + ".".join(quote(p, safe="") for p in parts if p)


def table_subject(system: str, table: str) -> str:
    """`table:crm.contacts`."""
    return subject("table", system, table)


def entity_subject(entity: str) -> str:
    """`entity:customer`, `entity:event%20registration` where only a map names it."""
    return subject("entity", entity)


def column_subject(system: str, table: str, column: str) -> str:
    """`column:crm.contacts.email`."""
    return subject("column", system, table, column)


def crm_subject(facts: Facts) -> str:
    """What findings about the use of the CRM as a whole are about."""
    crm = facts.workspace.crm
    return f"system:{crm.id}" if crm else "organisation:crm"


def position_subject(position: Position) -> str:
    """`job:sales.Account%20manager`: findings on rights name no person."""
    return subject("job", position.unit or "no-unit", position.job or "no-job")


# Profiles


def need_profiles(facts: Facts) -> None:
    """Raise NotAssessed where no table was profiled."""
    if not facts.evidence.profiles:
        raise NotAssessed(msg("no table was profiled"), needs=msg("crmaudit collect"))


def doubted(confidence: Confidence, doubtful: bool) -> Confidence:
    """One step less sure where a finding rests on a table that was mapped by a weak guess."""
    lower: dict[Confidence, Confidence] = {"certain": "firm", "firm": "tentative"}
    return lower.get(confidence, "tentative") if doubtful else confidence


def guessed(facts: Facts, system: str, entity: str, table: str = "") -> bool:
    """Whether only a weak guess says that the system's tables, or this one, hold the entity."""
    return bool(entity) and system in facts.maps and facts.maps[system].doubtful(entity, table)


def surety(profile: TableProfile, *columns: ColumnProfile) -> Confidence:
    """Certain where everything was counted exactly, else firm."""
    sampled = profile.rows_method.kind != "exact" or any(c.methods for c in columns)
    partly = profile.provenance.status.state != "done"
    return "firm" if sampled or partly else "certain"
