"""No system shows the whole customer.

## Why
Whoever answers a call needs the customer's contact, activity, invoices and open cases at hand. If
they lie in several systems, the caller waits while somebody looks from one to the other, or is
told what is not true.

## Fix
Choose the system that the front line works in, mostly the CRM, and bring into it what it does
not show, by feed or by link. Note the result under `one_place_view:`.

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
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import listed

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "one-place-view"

WANTED = ("contact", "activity", "invoice", "case")


def check(facts: Facts) -> Iterator[Hit]:
    scope = [s for s in facts.workspace.in_scope if in_use(s)]
    shown = {s.id: set(s.one_place_view or ()) for s in scope if s.one_place_view is not None}
    if any(v.issuperset(WANTED) for v in shown.values()):
        return
    if not any(shown.values()):
        raise NotAssessed(
            "nobody said what of a customer can be seen in which system", needs="one_place_view:"
        )
    silent = [s for s in scope if s.one_place_view is None and not left_blank(s, "one_place_view")]
    crm = facts.workspace.crm
    at = max(shown, key=lambda s: (len(shown[s]), crm is not None and s == crm.id))
    best, system = shown[at], facts.workspace.system[at]
    yield Hit(
        f"system:{at}",
        f"No system shows the whole customer; {system.name} comes nearest with {len(best)} of "
        f"{len(WANTED)} parts and lacks {listed(w for w in WANTED if w not in best)}",
        path=("one_place_view",),
        measurements=(
            Measurement.share("parts shown", len(best), len(WANTED)),
            Measurement.share("systems that say", len(shown), len(scope)),
        ),
        confidence="tentative" if silent else "certain",
        who=system.owners.business,
    )
