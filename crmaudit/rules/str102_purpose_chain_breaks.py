"""Purpose of a CRM is not carried through.

## Why
A CRM is there to follow leads from first contact to order, to keep the team's activity, and to
see who responds to campaigns. Where a step has no system or a hand-over no feed, the chain
breaks, and what happened after it cannot be known.

## Fix
Describe the process for each of the three purposes in processes.yaml, step by step, with the
systems. Then close the breaks: a system for the step, a feed for the hand-over. In a database
that was read a chain breaks where less than `share` of the records go on to the next step.

## Bad
```yaml processes.yaml
processes:
  - id: leads
    name: From lead to order
    purpose: lead tracking
    steps: [{name: first contact, systems: crm}, {name: quotation}, {name: order, systems: crm}]
```

## Good
```yaml processes.yaml
processes:
  - id: leads
    name: From lead to order
    purpose: lead tracking
    steps: [{name: first contact, systems: crm}, {name: order, systems: crm}]
  - id: team
    name: The team's calls
    purpose: activity tracking
    steps: [{name: call, systems: crm}]
  - id: mailing
    name: Campaigns
    purpose: campaign tracking
    steps: [{name: response, systems: crm}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.purposes import PURPOSES
from crmaudit.quality.one_place import Step, breaks
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, entity_label, part_of, quoted, several

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "close-information-gaps"


_FOLLOWS = {
    ("lead tracking", "opportunity"): "became an opportunity",
    ("lead tracking", "customer"): "became a customer",
    ("lead tracking", "confirmation"): "came to an order or confirmation",
    ("activity tracking", "customer"): "tell with whom",
    ("activity tracking", "recorded by people"): "were recorded by people",
    ("campaign tracking", "response"): "have any response",
}


def check(facts: Facts, share: float = 0.05) -> Iterator[Hit | NotAssessed]:
    broken = breaks(facts.purposes, share)
    served = {p.purpose for p in facts.workspace.processes}
    for purpose in PURPOSES:
        steps = [s for s in broken if s.purpose == purpose]
        # Without a process there is a finding on the purpose already.
        if steps and (purpose in served or not facts.workspace.says("processes.yaml")):
            yield _measured(facts, purpose, steps)
    facts.need("processes.yaml")
    yield from _declared(facts)


def _measured(facts: Facts, purpose: str, steps: list[Step]) -> Hit:
    """A chain that breaks in the data: records of which nothing follows."""
    first = steps[0]
    part = f"{first.going_on:,}" if first.going_on else "none"
    told = _FOLLOWS[first.purpose, first.towards]
    return Hit(
        f"purpose:{purpose.replace(' ', '-')}",
        f"{purpose.capitalize()} breaks in {facts.workspace.system[first.system].name}: {part} of "
        f"{first.records:,} {several(entity_label(facts, first.entity))} {told}",
        file="processes.yaml",
        measurements=tuple(
            Measurement.share(
                f"{s.entity} to {s.towards}, {s.system}", s.going_on or 0, s.records, (s.evidence,)
            )
            for s in steps
        ),
        confidence="firm",
        related=tuple(dict.fromkeys(f"system:{s.system}" for s in steps)),
    )


def _declared(facts: Facts) -> Iterator[Hit | NotAssessed]:
    found_breaks = facts.governance.breaks
    for purpose in PURPOSES:
        serving = [p for p in facts.workspace.processes if p.purpose == purpose]
        if not serving:
            yield Hit(
                f"purpose:{purpose.replace(' ', '-')}",
                f"{capital(part_of(0, len(facts.workspace.processes), 'process', 'processes'))} "
                f"is declared to serve {purpose}",
                file="processes.yaml",
            )
        for process in serving:
            subject, steps = f"process:{process.id}", len(process.steps)
            found = found_breaks.get(process.id, ())
            if not steps:
                reason = f"the steps of {process.name!r}, which serves {purpose}, are not described"
                yield NotAssessed(reason, "steps: in processes.yaml", subject)
            elif not any(step.systems for step in process.steps):
                # As `init` presets it: nobody has spoken yet.
                reason = f"no step of {process.name!r}, which serves {purpose}, names a system"
                yield NotAssessed(reason, "systems: of each step in processes.yaml", subject)
            elif found:
                first = found[0]
                yield Hit(
                    subject,
                    f"{purpose.capitalize()} breaks at {part_of(len(found), steps, 'step')}, "
                    f"first at "
                    f"{quoted(process.steps[first.step].name, 40)}: {first.reason}",
                    path=("steps", first.step),
                    measurements=(Measurement.share("steps broken", len(found), steps),),
                    who=process.owner,
                )
