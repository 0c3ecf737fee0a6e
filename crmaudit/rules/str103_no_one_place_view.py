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
from crmaudit.quality.one_place import Seen, apart, seen
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import counted, doubted, guessed, listed

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "one-place-view"

WANTED = ("contact", "activity", "invoice", "case")
_AS_MEASURED = {"contact point": "contact", "open case": "case"}


def check(facts: Facts) -> Iterator[Hit]:
    scope = [s for s in facts.workspace.in_scope if in_use(s)]
    said: dict[str, set[str]] = {
        s.id: set(s.one_place_view) for s in scope if s.one_place_view is not None
    }
    measured = {m.system: m for m in seen(facts.one_place) if m.system in {s.id for s in scope}}
    shown = {s.id: set(said.get(s.id, ())) for s in scope if s.id in said or s.id in measured}
    for system_id, found in measured.items():
        shown[system_id] |= {_AS_MEASURED.get(part, part) for part in found.held}
    if any(v.issuperset(WANTED) for v in shown.values()):
        return
    if not any(shown.values()):
        raise NotAssessed(
            "nobody said what of a customer can be seen in which system", needs="one_place_view:"
        )
    silent = [s for s in scope if s.id not in shown and not left_blank(s, "one_place_view")]
    crm = facts.workspace.crm
    at = max(shown, key=lambda s: (len(shown[s]), crm is not None and s == crm.id))
    best, system, counts = shown[at], facts.workspace.system[at], measured.get(at)
    lacks = listed((w for w in WANTED if w not in best), 4)
    if counts is None:
        told = f"comes nearest with {len(best)} of {len(WANTED)} parts and lacks {lacks}"
    else:
        told = (
            f"comes nearest and lacks {lacks}; "
            f"{counts.together:,} of its {counted(counts.customers, 'customer')} have all the rest"
        )
    places = [p for p in facts.one_place if p.system == at and p.kind != "lead" and p.records]
    doubtful = any(guessed(facts, at, p.entity, p.table) for p in places)
    sure: Confidence = "firm" if counts else "certain"
    yield Hit(
        f"system:{at}",
        f"No system shows the whole customer; {system.name} {told}",
        path=("one_place_view",) if at in said else (),
        measurements=(
            Measurement.share("parts shown", len(best), len(WANTED)),
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
        label = f"{listed(a.parts)} in {facts.workspace.system[a.other].name} within reach"
        yield Measurement.share(label, round(a.within_reach), a.customers, a.evidence)


def _counts(found: Seen | None) -> Iterator[Measurement]:
    """With how many customers each part is at hand, as counted in the database."""
    if found is not None:
        parts = {**found.having, "all of these": found.together}
        for part, count in parts.items():
            yield Measurement.share(f"with {part}", count, found.customers, (found.evidence,))
