"""No system shows the whole customer.

## Why
Whoever answers a call needs the customer's contact, activity, invoices and open cases at hand. If
they lie in several systems, the caller waits while somebody looks from one to the other, or is
told what is not true.

## Fix
Choose the system that the front line works in, mostly the CRM, and bring into it what it does
not show, by feed or by link. Note the result under `one_place_view:`. Where a database was read,
what its customers really have is counted besides.

## Bad
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, one_place_view: [contact, activity]}
```

## Good
```yaml systems/crm.yaml
{id: crm, name: BeaconCRM, one_place_view: [contact, activity, invoice, case]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.inventory import in_use, left_blank
from crmaudit.messages import counted, msg
from crmaudit.quality.one_place import PARTS, Seen, apart, fullest, parts_shown, seen
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import doubted, guessed, listed

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "one-place-view"


def check(facts: Facts) -> Iterator[Hit]:
    scope = [s for s in facts.workspace.in_scope if in_use(s)]
    said = {s.id: s.one_place_view for s in scope}
    measured = {m.system: m for m in seen(facts.one_place)}
    shown, crm = parts_shown(said, measured.values()), facts.workspace.crm
    if any(v.issuperset(PARTS) for v in shown.values()):
        return
    at = fullest(shown, crm.id if crm else None)
    if at is None or not shown[at]:
        raise NotAssessed(
            msg("nobody said what of a customer can be seen in which system"),
            needs="one_place_view:",
        )
    silent = [s for s in scope if s.id not in shown and not left_blank(s, "one_place_view")]
    best, system, counts = shown[at], facts.workspace.system[at], measured.get(at)
    lacks = listed((msg(w) for w in PARTS if w not in best), 4)
    if counts is None:
        told = msg(
            "comes nearest with {best} of {WANTED} parts and lacks {lacks}",
            best=len(best),
            WANTED=len(PARTS),
            lacks=lacks,
        )
    else:
        told = msg(
            "comes nearest and lacks {lacks}; {together:,} of its {customers} of all kinds have "
            "all the rest",
            lacks=lacks,
            together=counts.together,
            customers=counted(counts.customers, "customer"),
        )
    places = [p for p in facts.one_place if p.system == at and p.kind != "lead" and p.records]
    doubtful = any(guessed(facts, at, p.entity, p.table) for p in places)
    sure: Confidence = "firm" if counts else "certain"
    yield Hit(
        f"system:{at}",
        msg("No system shows the whole customer; {system} {told}", system=system.name, told=told),
        path=("one_place_view",) if said[at] is not None else (),
        measurements=(
            Measurement.share("parts shown", len(best), len(PARTS)),
            *_counts(counts),
            *_elsewhere(facts, at),
            Measurement.share("systems that say", len(shown), len(scope)),
        ),
        confidence="tentative" if silent else doubted(sure, counts is not None and doubtful),
        who=system.owners.business,
    )


def _elsewhere(facts: Facts, at: str) -> Iterator[Measurement]:
    """What other systems hold of customers, as far as a number leads there from here."""
    for a in apart(at, facts.one_place, facts.overlap):
        label = msg(
            "{parts} in {name} within reach",
            parts=listed(map(msg, a.parts)),
            name=facts.workspace.system[a.other].name,
        )
        yield Measurement.share(label, round(a.within_reach), a.customers, a.evidence)


def _counts(found: Seen | None) -> Iterator[Measurement]:
    """With how many customers each part is at hand, as counted in the database."""
    if found is not None:
        parts = {**found.having, "all of these": found.together}
        for part, count in parts.items():
            yield Measurement.share(
                msg("with {part}", part=msg(part)), count, found.customers, (found.evidence,)
            )
