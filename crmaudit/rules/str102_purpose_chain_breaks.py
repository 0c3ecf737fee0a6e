"""Purpose of a CRM is not carried through.

## Why
A CRM is there to follow leads from first contact to order, to keep the team's activity, and to
see who responds to campaigns. Where a step has no system or a hand-over no feed, the chain
breaks, and what happened after it cannot be known.

## Fix
Describe the process for each of the three purposes in processes.yaml, step by step, with the
systems. Then close the breaks: a system for the step, a feed for the hand-over.

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
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, part_of, quoted

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "close-information-gaps"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("processes.yaml")
    breaks = facts.governance.breaks
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
            found = breaks.get(process.id, ())
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
