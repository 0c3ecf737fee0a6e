"""Access beyond what the job needs.

## Why
Wide rights are how records are changed by accident and information is lost unintentionally. The
recommended level follows from rank and function (`access_policy:`). Where the CRM's own rights
were read, accounts are told by pseudonym; else jobs, by what is declared. What may only be seen is
told with `reading`; to create alone reaches no record that is there. Administrators are judged
apart (GOV169).

## Fix
Reduce the level to the one recommended, or declare what the job really is: `rank:`,
`represents_function:`, `administers:`.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, rank: employee, granted: Organizational}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, job: Clerk, rank: employee, granted: User}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.accounts import WIDEST, Accounts, Judged
from crmaudit.messages import msg
from crmaudit.rules.accounts import compared, each
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import entity_label, position_subject, position_words, verb
from crmaudit.workspace.dossier import System

severity: Severity = "high"
topic: Topic = "access"
initiative = "right-access"
_VERBS = {"R": "see", "U": "change", "D": "delete"}


def check(facts: Facts, reading: bool = True) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    room, measured = facts.governance, False
    for told in compared(facts):
        measured = True
        if isinstance(told, NotAssessed):
            yield told
        else:
            yield from _measured(facts, *told, reading=reading)
    if not room.access and not room.unjudged_access:
        if measured:
            return
        raise NotAssessed(
            msg("no granted access level is known"), needs=msg("granted: in people.yaml")
        )
    for position in room.unjudged_access:
        yield NotAssessed(
            msg("the rank, which decides the recommended access, is not declared"),
            msg("rank: in people.yaml"),
            position_subject(position),
        )
    for group in room.access_by_position:
        if group.over:
            widest, over = group.widest, len(group.over)
            # Of others with the same job the level may not be known.
            who = (
                msg("one person")
                if group.known == 1
                else msg("{over} of {known} people", over=over, known=group.known)
            )
            yield Hit(
                position_subject(group.position),
                msg(
                    "{position_words}: {who} {verb} {granted} access; {recommended} is recommended",
                    position_words=position_words(group.position, facts),
                    who=who,
                    verb=verb(over, "holds", "hold"),
                    granted=msg(widest.granted),
                    recommended=msg(widest.recommended),
                ),
                file="people.yaml",
                path=("people",),
                measurements=(
                    Measurement.share("with excess access", len(group.over), group.known),
                ),
                severity=None if widest.granted == "Organizational" else "medium",
            )


def _measured(facts: Facts, system: System, accounts: Accounts, *, reading: bool) -> Iterator[Hit]:
    ordinary = (j for j in accounts.compared if not j.administrator)
    over = {j.name: found for j in ordinary if (found := accounts.foremost(j, reading=reading))}

    def words(judged: Judged) -> str:
        found, advised = over[judged.name], judged.advised
        label = entity_label(facts, found[0].kind.entity) or found[0].kind.object
        more = msg(" and {found} more", found=len(found) - 1) if len(found) > 1 else ""
        return msg(
            "{judged} may {see} {label}{more} at {level}; {advised} is recommended",
            judged=judged.name,
            see=msg(_VERBS[found[0].worst]),
            label=label,
            more=more,
            level=msg(found[0].level),
            advised=msg(advised[0]) if advised else msg("less"),
        )

    def grave(judged: Judged) -> Severity | None:
        first = over[judged.name][0]
        return "low" if not first.changes else None if first.level == WIDEST else "medium"

    chosen = [accounts.by_name[name] for name in over]
    rest = msg("may do more than is recommended")
    yield from each(facts, system, accounts, chosen, words, rest, severity=grave)
