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
from crmaudit.rules.base import Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.words import capital, part_of, subject, verb

severity: Severity = "low"
topic: Topic = "users"
initiative = "right-licences"


def check(facts: Facts) -> Iterator[Hit | NotAssessed]:
    facts.need("people.yaml")
    for fit in facts.governance.licence_fits:
        about = subject("user-type", fit.user_type)
        who = "people who do not use it" if fit.user_type == "none" else f"{fit.user_type}s"
        if not fit.known:
            yield NotAssessed(
                f"the licences of the {who} are not declared", "licence: in people.yaml", about
            )
        elif fit.wrong:
            some = f"{fit.wrong} of {fit.known} {who}"
            if fit.user_type != "none":
                known = " with a known licence" if fit.unknown else ""
                some = part_of(
                    fit.wrong, fit.known, f"{fit.user_type}{known}", f"{fit.user_type}s{known}"
                )
            elif fit.known == 1:
                some = "the one person with a licence declared who does not use it"
            hold = verb(fit.wrong, "holds", "hold")
            needs = "none is needed" if fit.fitting == "none" else f"a {fit.fitting} one fits"
            another = "a licence" if fit.fitting == "none" else "another licence than needed"
            yield Hit(
                about,
                capital(f"{some} {hold} {another}; {needs}"),
                file="people.yaml",
                path=("people",),
                measurements=(Measurement.share("other licence", fit.wrong, fit.known),),
                severity="medium" if fit.fitting == "named" else None,
            )
