"""Those for whom the CRM made things worse are the majority.

## Why
A few who see only the failing part are normal, and useful. When more than `share` of those heard
say that it made things worse, there is a real problem, and no training will talk it away.

## Fix
Investigate every negative opinion, mend the causes they share, and tell people what was done.
Groups under five are told without a number. The opinions of the register and each survey are
judged apart, as people may be in both; a survey's majority is firm where its interval of 95 % is.

## Bad
```yaml registers.yaml
opinions:
  - {id: desk, group: Front desk, people: 9, attitude: made things worse}
  - {id: board, group: Management, people: 6, attitude: only praise}
```

## Good
```yaml registers.yaml
opinions:
  - {id: desk, group: Front desk, people: 6, attitude: made things worse}
  - {id: board, group: Management, people: 9, attitude: only praise}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.facts import Facts
from crmaudit.governance.attitudes import Attitudes
from crmaudit.messages import msg
from crmaudit.rules.base import Confidence, Hit, Measurement, NotAssessed, Severity, Topic
from crmaudit.rules.unread import unread_surveys
from crmaudit.rules.words import crm_name, crm_subject

severity: Severity = "high"
topic: Topic = "attitudes"
initiative = "listen-to-users"


def check(facts: Facts, share: float = 0.5) -> Iterator[Hit | NotAssessed]:
    yield from unread_surveys(facts)
    opinions, surveys = facts.governance.attitudes, facts.governance.surveys
    if not surveys:
        facts.need("registers.yaml")
    if not opinions.total and not any(s.negative for s in surveys):
        raise NotAssessed(
            msg("no opinion is recorded, and of no survey five answers are sorted"),
            needs=msg("opinions: in registers.yaml, or surveys: in kpis.yaml"),
        )
    if opinions.total and opinions.worse / opinions.total > share:
        yield _hit(facts, opinions, crm_subject(facts), msg("those on the register"), "firm")
    for survey in surveys:
        if survey.negative is None:
            continue
        found, low, _ = survey.negative
        if found > share:
            about = f"survey:{survey.survey.id}"
            # That chance made it a majority can be ruled out where the whole interval is one.
            sure: Confidence = "firm" if low > share else "tentative"
            whom = msg("those who answered the survey “{name}”", name=survey.survey.name)
            yield _hit(facts, survey.attitudes, about, whom, sure)


def _hit(facts: Facts, found: Attitudes, about: str, whom: str, sure: Confidence) -> Hit:
    measured = Measurement.share("made things worse", found.worse, found.total)
    register = not about.startswith("survey:")
    return Hit(
        about,
        msg(
            "For the majority of {whom}, {crm_name} made things worse: {share_text}",
            whom=whom,
            crm_name=crm_name(facts),
            share_text=found.share_text("made things worse"),
        ),
        file="registers.yaml" if register else "",
        path=("opinions",) if register else (),
        measurements=(measured,) if found.showable else (),
        confidence=sure,
    )
