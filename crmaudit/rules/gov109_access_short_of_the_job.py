"""Access short of what the job needs.

## Why
Who cannot see the records of the own unit keeps them elsewhere: in a spreadsheet, a mailbox, a
shared account. Too little access is how shadow systems begin. Where the CRM's own rights were
read, an account is short that sees most kinds of record less far than recommended, of those that it
may see at all.

## Fix
Raise the level to the one recommended, or adjust `access_policy:` in audit.yaml.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Head, rank: department manager, granted: User}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Head, rank: department manager, granted: "Parent: Child"}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.accounts import Accounts, Judged
from crmaudit.messages import counted, msg
from crmaudit.rules.accounts import compared, each
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import position_subject, position_words, verb
from crmaudit.workspace.dossier import System

severity: Severity = "medium"
topic: Topic = "access"
initiative = "right-access"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    room, measured = facts.governance, False
    for told in compared(facts):
        measured = True
        if isinstance(told, NotAssessed):
            yield told
            continue
        yield from _measured(facts, *told)
    if not room.access:
        if measured:
            return
        raise NotAssessed(
            msg("no granted access level is known together with a rank"),
            needs=msg("granted: and rank: in people.yaml"),
        )
    for group in room.access_by_position:
        if group.under:
            least, under = group.narrowest, len(group.under)
            # Of others with the same job the level may not be known.
            who = (
                msg("one person")
                if group.known == 1
                else msg("{under} of {known} people", under=under, known=group.known)
            )
            yield Hit(
                position_subject(group.position),
                msg(
                    "{position_words}: {who} {verb} {granted} access; {recommended} is recommended",
                    position_words=position_words(group.position, facts),
                    who=who,
                    verb=verb(under, "holds", "hold"),
                    granted=msg(least.granted),
                    recommended=msg(least.recommended),
                ),
                file="people.yaml",
                path=("people",),
                measurements=(Measurement.share("short of access", len(group.under), group.known),),
            )


def _measured(facts: Facts, system: System, accounts: Accounts) -> Iterator[Hit]:
    short = {j.name: found for j in accounts.compared if (found := accounts.short(j))}

    def words(judged: Judged) -> str:
        found = short[judged.name]
        advised = msg(judged.advised[0]) if judged.advised else ""
        if found.level == "None":
            return msg(
                "{judged} may see no records; {advised} is recommended",
                judged=judged.name,
                advised=advised,
            )
        of = msg(
            "{kinds} of {kinds2} of record", kinds=found.kinds, kinds2=counted(found.of, "kind")
        )
        return msg(
            "{judged} sees {of} no further than {level}; {advised} is recommended",
            judged=judged.name,
            of=of,
            level=msg(found.level),
            advised=advised,
        )

    yield from each(
        facts,
        system,
        accounts,
        [j for j in accounts.compared if j.name in short],
        words,
        msg("see less than is recommended"),
    )
