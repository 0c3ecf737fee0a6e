"""Survey that few of the staff answered.

## Why
Those who answer are not those who do not: the annoyed and the keen write, the others work. Below
`share` of the staff, a majority among the answers may be a minority of the house.

## Fix
Ask again, in the team meeting and on paper, and say what became of the last answers.

## Bad
```yaml audit.yaml
{organisation: Sample, as_of: 2026-06-30, staff: 30}
```
```yaml kpis.yaml
surveys: [{id: staff, name: What do you think of it?, file: data/staff.csv}]
```
```csv data/staff.csv
unit,what
Desk,a
Desk,b
Desk,b
Desk,b
Desk,a
Desk,a
```

## Good
```yaml audit.yaml
{organisation: Sample, as_of: 2026-06-30, staff: 8}
```
```yaml kpis.yaml
surveys: [{id: staff, name: What do you think of it?, file: data/staff.csv}]
```
```csv data/staff.csv
unit,what
Desk,a
Desk,b
Desk,b
Desk,b
Desk,a
Desk,a
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.rate import head_count
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.unread import unread_surveys
from crmaudit.rules.words import quoted

severity: Severity = "low"
topic: Topic = "attitudes"
initiative = "listen-to-users"


def check(facts: Facts, share: float = 0.5) -> Iterator[Hit | NotAssessed]:
    if not facts.workspace.kpis.surveys:
        raise NotAssessed(msg("no survey is declared"), needs=msg("surveys: in kpis.yaml"))
    staff = facts.governance.staff
    yield from unread_surveys(facts)
    for found in facts.governance.surveys:
        about, number = f"survey:{found.survey.id}", len(found.answers)
        response = found.response(staff)
        if response is None:
            yield NotAssessed(
                msg("the staff are not counted, or an answer is not one person's"),
                msg("staff: in audit.yaml"),
                about,
            )
        elif response < share:
            yield Hit(
                about,
                msg(
                    "{head_count} of {staff} staff answered {survey}",
                    head_count=capital(head_count(number)),
                    staff=staff,
                    survey=quoted(found.survey.name),
                ),
                measurements=(Measurement.share("answered", number, staff or 0),)
                if number >= 5
                else (),
            )
