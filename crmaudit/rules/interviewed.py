"""What rules about interviews share: who was heard, and who may be counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmaudit.facts import Facts, NotAssessed
from crmaudit.governance.contradictions import Measured, Topic
from crmaudit.governance.interviews import counted, held
from crmaudit.governance.rate import too_few
from crmaudit.messages import joined, msg
from crmaudit.rules.base import Measurement
from crmaudit.rules.words import entity_label, listed, quoted
from crmaudit.workspace.interviews import Interview


def need_held(facts: Facts) -> tuple[Interview, ...]:
    """The interviews that took place. Raises NotAssessed where none did."""
    facts.need("interviews")
    found = held(facts.workspace.interviews)
    if not found:
        raise NotAssessed(
            msg("no interview was held yet"),
            needs=msg("answers in interviews/, by hand or from the form"),
        )
    return found


def need_counted(facts: Facts) -> tuple[Interview, ...]:
    """Those with five people or more. Raises NotAssessed where there is none."""
    need_held(facts)
    found = counted(facts.workspace.interviews)
    if not found:
        raise NotAssessed(
            msg(
                "no group of five people or more was interviewed, or nobody said how many took part"
            ),
            needs=msg("participants: in interviews/"),
        )
    return found


def groups_named(facts: Facts, interviews: Sequence[str], whole: int) -> str:
    """`2 of 5 groups (Sales and Front desk)`; the names of large groups only."""
    names = {i.id: i.group for i in counted(facts.workspace.interviews)}
    named = listed((names[i] for i in interviews), 2)
    return msg(
        "{interviews} of {whole} groups ({named})",
        interviews=len(interviews),
        whole=whole,
        named=named,
    )


def shares(facts: Iterable[Measured], most: int = 5) -> tuple[Measurement, ...]:
    """Measured facts as measurements, each once, the first so many."""
    found = {(f.subject.subject, f.what): f for f in facts}
    return tuple(
        Measurement.share(
            joined(", ", (f.what, f.subject.subject.partition(":")[2])), f.part, f.whole, f.evidence
        )
        for f in list(found.values())[:most]
    )


def parts_of(topic: Topic) -> tuple[str, ...]:
    """System and entity of a cell; what is a subject of its own has no parts."""
    if not (topic.system and topic.entity):
        return ()
    return f"system:{topic.system}", f"entity:{topic.entity}"


def topic_label(facts: Facts, topic: Topic) -> str:
    """`Contact in BeaconCRM`, `Contact`, `BeaconCRM`."""
    known = facts.workspace.system
    system = known[topic.system].name if topic.system in known else topic.system
    if not topic.entity:
        return system
    label = entity_label(facts, topic.entity)
    return msg("{label} in {system}", label=label, system=system) if system else label


def quoted_of(interview: Interview, text: str) -> str:
    """What a group said, in quotation marks; empty where the group may be under five."""
    return "" if too_few(interview.participants) else quoted(text, 40)
