"""What people say of their data is not what was measured.

## Why
Whoever believes that contacts are fine writes to them without a second look, and nobody cleans
what all call clean. Where people call bad what is good, they were let down by something else.

## Fix
Show the group the count, with twenty records of each kind. Set `about:` where the statement speaks
of one side only.

## Bad
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
statements: [{text: Contacts are fine, verdict: good, systems: crm, entities: contact}]
```
```yaml entities.yaml
entities: [{id: contact, kind: person}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, nulls: 31, checks: {email syntax: [69, 69]}}]
```

## Good
```yaml interviews/sales.yaml
id: sales
group: Sales
participants: 9
statements: [{text: Contacts are fine, verdict: good, systems: crm, entities: contact}]
```
```yaml entities.yaml
entities: [{id: contact, kind: person}]
```
```yaml maps/crm.yaml
{system: crm, tables: [{table: contacts, entity: contact}]}
```
```yaml evidence
- kind: profile
  system: crm
  table: contacts
  rows: 100
  columns: [{name: email, nulls: 3, checks: {email syntax: [97, 97]}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmaudit.facts import Facts
from crmaudit.governance.contradictions import Gainsaid
from crmaudit.heard import against_measured
from crmaudit.messages import msg
from crmaudit.rules.base import Hit, NotAssessed, Severity, Topic
from crmaudit.rules.interviewed import need_counted, parts_of, shares
from crmaudit.rules.words import listed, percent, quoted

severity: Severity = "medium"
topic: Topic = "interviews"
initiative = "listen-to-users"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    heard = need_counted(facts)
    if not any(i.statements for i in heard):
        raise NotAssessed(
            msg("no group was asked what it thinks of the data"),
            needs=msg("statements: in interviews/"),
        )
    facts.need_evidence()
    found = against_measured(facts)
    told: dict[str, list[Gainsaid]] = {}
    for one in found.against:
        told.setdefault(one.said.topic.subject, []).append(one)
    for about, several in told.items():
        yield _hit(facts, about, several)
    for one_said in found.open:
        if one_said.topic.subject not in told and one_said.statement.verdict != "mixed":
            told[about := one_said.topic.subject] = []
            yield NotAssessed(
                msg(
                    "nothing measured tells whether {statement} holds",
                    statement=quoted(one_said.statement.text, 40),
                ),
                msg("crmaudit collect, and about: beside the statement"),
                about,
            )


def _hit(facts: Facts, about: str, several: Sequence[Gainsaid]) -> Hit:
    said, worst = several[0].said, several[0].facts[0]
    groups = listed(dict.fromkeys(g.said.group for g in several), 2)
    where = (
        ""
        if said.topic.system
        else msg(", in {name}", name=facts.workspace.system[worst.subject.system].name)
    )
    return Hit(
        about,
        msg(
            "{groups}: {statement}; yet {percent} {what} ({part:,} of {whole:,}{where})",
            groups=groups,
            statement=quoted(said.statement.text, 30),
            percent=percent(worst.share),
            what=worst.what,
            part=worst.part,
            whole=worst.whole,
            where=where,
        ),
        file=facts.workspace.file_of(f"interview:{said.interview}"),
        path=("statements", said.index),
        measurements=shares(fact for gainsaid in several for fact in gainsaid.facts),
        confidence="firm" if worst.sure else "tentative",
        related=parts_of(said.topic),
    )
