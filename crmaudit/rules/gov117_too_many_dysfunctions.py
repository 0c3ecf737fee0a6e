"""Too large a share of the process steps does not work.

## Why
Something always goes wrong; an optimistic case has at most `share` of the declared process steps
× systems struck. Beyond that, people remember the CRM for its failures.

## Fix
Work through registers.yaml by cause: what the system does wrong, and how it is used wrongly.
Without steps that name their systems, there is no denominator and no rate; a dysfunction
without `step:` counts at every step that it may strike.

## Bad
```yaml processes.yaml
processes:
  - id: intake
    name: Intake
    steps: [{id: call, name: Take the call, systems: crm}, {name: Record it, systems: crm}]
```
```yaml registers.yaml
dysfunctions: [{id: slow, what: Form takes ten minutes, process: intake, step: call}]
```

## Good
```yaml processes.yaml
processes:
  - id: intake
    name: Intake
    steps: [{id: call, name: Take the call, systems: crm}, {name: Record it, systems: crm}]
```
```yaml registers.yaml
dysfunctions: [{id: slow, what: Form took long, process: intake, step: call, status: solved}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import crm_subject, percent

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "mend-dysfunctions"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit]:
    facts.need("registers.yaml", "processes.yaml")
    rate = facts.governance.dysfunction_rate
    if rate is None:
        raise NotAssessed(
            msg("no process step names its systems, so there is nothing to count over"),
            needs=msg("steps: with systems: in processes.yaml"),
        )
    if rate.share > share:
        yield Hit(
            crm_subject(facts),
            msg(
                "{percent} of the places where a process step uses a system do not work "
                "({part} of {whole}); at most {percent2} is expected",
                percent=percent(rate.share),
                part=rate.part,
                whole=rate.whole,
                percent2=percent(share),
            ),
            file="registers.yaml",
            path=("dysfunctions",),
            measurements=(Measurement.share("dysfunctions", rate.part, rate.whole),),
            confidence="firm" if facts.governance.dysfunctions_placed else "tentative",
        )
