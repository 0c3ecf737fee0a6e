"""Survey whose answers nobody sorted.

## Why
A survey tells something once its answers fall into the three groups of attitude. What the mapping
in kpis.yaml does not have is left out, and the shares are of fewer people than answered.

## Fix
Name the column under `attitude:` and what each of its answers counts as. The cells are named in
`crmaudit governance attitudes`. Up to `share` of the answers may stay out.

## Bad
```yaml kpis.yaml
surveys: [{id: staff, name: What do you think of it?, file: data/staff.csv}]
```
```csv data/staff.csv
unit,what
Desk,It is fine
```

## Good
```yaml kpis.yaml
surveys:
  - id: staff
    name: What do you think of it?
    file: data/staff.csv
    attitude: {column: what, answers: {It is fine: only praise}}
```
```csv data/staff.csv
unit,what
Desk,It is fine
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.unread import unread_surveys
from crmaudit.rules.words import part_of, quoted, verb

severity: Severity = "low"
topic: Topic = "attitudes"
initiative = "listen-to-users"


def check(facts: Facts, share: float = 0.1) -> Iterator[Hit | NotAssessed]:
    if not facts.workspace.kpis.surveys:
        raise NotAssessed(msg("no survey is declared"), needs=msg("surveys: in kpis.yaml"))
    yield from unread_surveys(facts)
    for found in facts.governance.surveys:
        about, name = f"survey:{found.survey.id}", quoted(found.survey.name, 50)
        whole = len(found.answers)
        if found.survey.attitude is None:
            yield Hit(about, msg("The answers to {name} are not sorted by attitude", name=name))
            continue
        out = len(found.unsorted.get("attitude", ()))
        if out and out / whole > share:
            yield Hit(
                about,
                msg(
                    "{answers} to {name} {verb} into no group of attitude",
                    answers=capital(part_of(out, whole, "answer")),
                    name=name,
                    verb=verb(out, "falls", "fall"),
                ),
                path=("attitude",),
                measurements=(Measurement.share("answers not sorted", out, whole),),
            )
