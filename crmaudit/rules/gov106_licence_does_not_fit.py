"""Licence that does not fit the type of use.

## Why
Super users and data custodians work in the system for days at a time and need named licences.
Everyday users and the champion look in now and then: shared ones do, and cost less. Where
the CRM's own accounts carry their licence, by the name that the dossier gives it (`called:`), that
counts before what people.yaml says.

## Fix
Swap licences between the groups, and correct `licence:` in people.yaml. Overall administrators
are left out.

## Bad
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user, licence: concurrent}]
```

## Good
```yaml people.yaml
people: [{id: ana, name: Ana Diaz, user_type: super user, licence: named}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.messages import capital, msg
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import part_of, subject, verb

severity: Severity = "low"
topic: Topic = "users"
initiative = "right-licences"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    for fit in facts.governance.licence_fits:
        about = subject("user-type", fit.user_type)
        who = (
            msg("people who do not use it") if fit.user_type == "none" else msg(f"{fit.user_type}s")
        )
        if not fit.known:
            yield NotAssessed(
                msg("the licences of the {who} are not declared", who=who),
                msg("licence: in people.yaml"),
                about,
            )
        elif fit.wrong:
            some = msg("{wrong} of {known} {who}", wrong=fit.wrong, known=fit.known, who=who)
            if fit.user_type != "none":
                known = " with a known licence" if fit.unknown else ""
                some = part_of(
                    fit.wrong, fit.known, f"{fit.user_type}{known}", f"{fit.user_type}s{known}"
                )
            elif fit.known == 1:
                some = msg("the one person with a licence declared who does not use it")
            hold = verb(fit.wrong, "holds", "hold")
            yield Hit(
                about,
                capital(
                    msg("{some} {hold} a licence; none is needed", some=some, hold=hold)
                    if fit.fitting == "none"
                    else msg(
                        "{some} {hold} another licence than needed; a {fitting} one fits",
                        some=some,
                        hold=hold,
                        fitting=msg(fit.fitting),
                    )
                ),
                file="people.yaml",
                path=("people",),
                measurements=(Measurement.share("other licence", fit.wrong, fit.known),),
                severity="medium" if fit.fitting == "named" else None,
            )
