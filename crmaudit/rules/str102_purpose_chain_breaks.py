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
from crmaudit.messages import capital, msg
from crmaudit.quality.one_place import Step, breaks
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import doubted, entity_label, guessed, part_of, quoted, several

severity: Severity = "medium"
topic: Topic = "extraction"
initiative = "close-information-gaps"


def check(facts: Facts, share: float = 0.05) -> Iterator[Hit | NotAssessed]:
    served = {p.purpose for p in facts.workspace.processes}
    first = {step.purpose: step for step in reversed(breaks(facts.purposes, share))}
    for purpose in PURPOSES:
        # Without a process there is a finding on the purpose already.
        silent = facts.workspace.says("processes.yaml") and purpose not in served
        if purpose in first and not silent:
            yield _measured(facts, first[purpose])
    facts.need("processes.yaml")
    yield from _declared(facts)


def _measured(facts: Facts, step: Step) -> Hit:
    """A chain that breaks in the data: nothing follows on most records."""
    going, records = step.going_on or 0, several(entity_label(facts, step.entity))
    return Hit(
        f"purpose:{step.purpose.replace(' ', '-')}",
        msg(
            "{purpose} breaks in {name}: {going} of {records:,} {records2} {told}",
            purpose=capital(msg(step.purpose)),
            name=facts.workspace.system[step.system].name,
            going=msg("{n:,}", n=going) if going else msg("none"),
            records=step.records,
            records2=records,
            told=step.told,
        ),
        measurements=(Measurement.share(step.towards, going, step.records, (step.evidence,)),),
        confidence=doubted("firm", guessed(facts, step.system, step.entity, step.table)),
        related=(f"system:{step.system}",),
    )


def _declared(facts: Facts) -> Iterator[Hit | NotAssessed]:
    for purpose in PURPOSES:
        serving = [p for p in facts.workspace.processes if p.purpose == purpose]
        if not serving:
            yield Hit(
                f"purpose:{purpose.replace(' ', '-')}",
                msg(
                    "{processes} is declared to serve {purpose}",
                    processes=capital(
                        part_of(0, len(facts.workspace.processes), "process", "processes")
                    ),
                    purpose=msg(purpose),
                ),
                file="processes.yaml",
            )
        for process in serving:
            subject, steps = f"process:{process.id}", len(process.steps)
            found = facts.governance.breaks.get(process.id, ())
            if not steps:
                reason = msg(
                    "the steps of {process!r}, which serves {purpose}, are not described",
                    process=process.name,
                    purpose=msg(purpose),
                )
                yield NotAssessed(reason, msg("steps: in processes.yaml"), subject)
            elif not any(step.systems for step in process.steps):
                # As `init` presets it: nobody has spoken yet.
                reason = msg(
                    "no step of {process!r}, which serves {purpose}, names a system",
                    process=process.name,
                    purpose=msg(purpose),
                )
                yield NotAssessed(reason, msg("systems: of each step in processes.yaml"), subject)
            elif found:
                first = found[0]
                yield Hit(
                    subject,
                    msg(
                        "{purpose} breaks at {steps}, first at {name}: {reason}",
                        purpose=capital(msg(purpose)),
                        steps=part_of(len(found), steps, "step"),
                        name=quoted(process.steps[first.step].name, 40),
                        reason=first.reason,
                    ),
                    path=("steps", first.step),
                    measurements=(Measurement.share("steps broken", len(found), steps),),
                    who=process.owner,
                )
