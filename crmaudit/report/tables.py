"""The tables that sections print: `{{ block(tables.systems) }}`.

Typed, so that every format can sort, align and export them. A table without
rows is left out of the mapping: a template asks `{% if tables.systems %}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from crmaudit.engine import Finding, Judgement
from crmaudit.facts import Facts
from crmaudit.report import blocks as b
from crmaudit.report.functions import make_table
from crmaudit.report.numbers import number, share
from crmaudit.report.text import slug
from crmaudit.strategy import Plan

DASH = b.Cell("–", None, state="none")


def tables(facts: Facts, judgement: Judgement, plan: Plan) -> SimpleNamespace:
    """Every table by name; None where it would be empty."""
    made = _Tables(facts, judgement, plan)
    names = [n for n in dir(made) if not n.startswith("_")]
    return SimpleNamespace(**{n: getattr(made, n)() for n in names})


def _or_dash(value: object) -> object:
    return DASH if value in (None, "", ()) else value


def _gap(reason: str) -> b.Cell:
    return b.Cell("not assessed", None, state="not_assessed", reason=reason)


def _severity(finding: Finding) -> b.Cell:
    return b.Cell(finding.severity, finding.severity, inlines=(b.SeverityMark(finding.severity),))


class _Tables:
    """One public method a table."""

    def __init__(self, facts: Facts, judgement: Judgement, plan: Plan) -> None:
        self._facts, self._judgement, self._plan = facts, judgement, plan
        self._w = facts.workspace

    def _make(
        self,
        caption: str,
        columns: Iterable[Any],
        rows: Iterable[Sequence[object]],
        note: str = "",
        filters: bool = False,
    ) -> b.Table | None:
        body = list(rows)
        if not body:
            return None
        return make_table(
            columns, body, caption, slug(caption), note, filters, self._w.audit.language
        )

    def _person(self, ref: str | None) -> object:
        return _or_dash(self._w.person_name(ref))

    def _labels(self, ids: Iterable[str]) -> str:
        names = self._w.entity
        return ", ".join(names[i].label if i in names else i for i in ids)

    def _systems(self, ids: Iterable[str]) -> str:
        return ", ".join(self._w.system[i].name if i in self._w.system else i for i in ids)

    def systems(self) -> b.Table | None:
        currency = self._facts.inventory.currency
        rows = []
        for row in self._facts.inventory.rows:
            system = row.system
            if not system.in_scope:
                continue
            facts = row.completeness
            rows.append(
                (
                    system.name,
                    _or_dash(system.kind),
                    _or_dash(system.vendor),
                    self._person(system.owners.business),
                    self._person(system.owners.it),
                    b.Cell(f"{facts.given}/{facts.wanted}", facts.share),
                    row.cost.total if row.cost else _gap("no cost declared"),
                    _or_dash(system.lifecycle.phase),
                )
            )
        return self._make(
            "Systems in scope",
            [
                {"name": "System"},
                {"name": "Kind", "filter": True},
                {"name": "Vendor"},
                {"name": "Business owner"},
                {"name": "IT owner"},
                {"name": "Facts", "kind": "bar"},
                {"name": f"{currency} a year", "kind": "money"},
                {"name": "Phase", "kind": "label", "filter": True},
            ],
            rows,
            "Facts: given of the nine, less those left blank on purpose. Cost: newest year.",
        )

    def missing_facts(self) -> b.Table | None:
        rows = [
            (r.system.name, f.name, f.ask)
            for r in self._facts.inventory.rows
            if r.system.in_scope
            for f in r.completeness.missing
        ]
        return self._make(
            "Facts missing from the dossiers",
            [{"name": "System", "filter": True}, {"name": "Fact"}, {"name": "Ask", "filter": True}],
            rows,
        )

    def skills(self) -> b.Table | None:
        states = {
            "gap": "nobody at this level",
            "single": "one person",
            "covered": "covered",
            "unknown": "holders not named",
        }
        rows = [
            (r.system.name, s.skill, s.needed, len(s.held), len(s.able), states[s.state])
            for r in self._facts.inventory.rows
            if r.system.in_scope
            for s in r.skills
        ]
        return self._make(
            "Skills of production support",
            [
                {"name": "System"},
                {"name": "Skill"},
                {"name": "Level needed", "kind": "number"},
                {"name": "People", "kind": "number"},
                {"name": "At that level", "kind": "number"},
                {"name": "State", "filter": True},
            ],
            rows,
            "Levels: 0 none, 1 aware, 2 with help, 3 alone, 4 teaches others.",
        )

    def entities(self) -> b.Table | None:
        rows = []
        for entity in self._w.entity.values():
            volume = entity.volume
            rows.append(
                (
                    entity.label,
                    _or_dash(entity.class_),
                    entity.definition or _gap("no definition"),
                    self._person(entity.steward),
                    volume.rows if volume and volume.rows is not None else DASH,
                    number(volume.growth * 100) + " %"
                    if volume and volume.growth is not None
                    else DASH,
                )
            )
        return self._make(
            "Entities of the conceptual model",
            [
                {"name": "Entity"},
                {"name": "Class", "kind": "label", "filter": True},
                {"name": "Definition"},
                {"name": "Steward"},
                {"name": "Volume", "kind": "number"},
                {"name": "Growth a year", "align": "right"},
            ],
            rows,
        )

    def relationships(self) -> b.Table | None:
        rows = [
            (e.label, r.name or "relates to", self._labels([r.to]), _or_dash(r.cardinality))
            for e in self._w.entity.values()
            for r in e.relationships
        ]
        return self._make(
            "Relationships",
            [
                {"name": "Entity"},
                {"name": "Relation"},
                {"name": "Entity "},
                {"name": "Cardinality"},
            ],
            rows,
        )

    def records(self) -> b.Table | None:
        crud = self._facts.crud
        rows: list[Sequence[object]] = []
        for entity in crud.entities:
            record = crud.record(entity)
            label = self._w.entity[entity].label
            if record is None:
                rows.append((label, _gap("no system creates or updates it"), DASH, DASH))
                continue
            verdict = (
                "decided"
                if record.declared
                else "undecided"
                if len(record.systems) > 1
                else "proposed"
            )
            rows.append((label, self._systems(record.systems), verdict, record.margin))
        return self._make(
            "System of record by entity",
            [
                {"name": "Entity"},
                {"name": "System of record"},
                {"name": "How", "filter": True},
                {"name": "Margin", "kind": "number"},
            ],
            rows,
            "Proposed by 4·C + 3·U + 2·D + 1·R over declared letters; margin: lead over the next.",
        )

    def feeds(self) -> b.Table | None:
        crud, rows = self._facts.crud, []
        for link in crud.feeds:
            feed = (self._w.system[link.declared_in].feeds or ())[link.index]
            rows.append(
                (
                    self._systems([link.source]),
                    self._systems([link.target]),
                    self._labels(link.entities) or "not said",
                    _or_dash(link.by),
                    _or_dash(feed.frequency),
                    self._person(feed.owner),
                    _or_dash(feed.problems),
                )
            )
        return self._make(
            "Declared feeds",
            [
                {"name": "From"},
                {"name": "To"},
                {"name": "Entities"},
                {"name": "By", "kind": "label", "filter": True},
                {"name": "How often", "kind": "label"},
                {"name": "Owner"},
                {"name": "Problems"},
            ],
            rows,
        )

    def missing_feeds(self) -> b.Table | None:
        rows = [
            (self._systems([a]), self._systems([z]), self._labels(entities))
            for (a, z), entities in self._facts.crud.implied_feeds().items()
        ]
        return self._make(
            "Feeds that the mapping implies and nobody declared",
            [{"name": "Created in"}, {"name": "Read in"}, {"name": "Entities"}],
            rows,
        )

    def retention(self) -> b.Table | None:
        rows = [
            (
                e.label,
                _or_dash(e.personal_data),
                f"{e.retention.years:g} years"
                if e.retention and e.retention.years is not None
                else _gap("no retention declared"),
                _or_dash(e.retention.basis if e.retention else None),
                self._systems(self._facts.crud.doing("D", e.id)) or DASH,
            )
            for e in self._w.entity.values()
            if e.personal_data not in (None, "none") or e.retention
        ]
        return self._make(
            "Personal data and retention",
            [
                {"name": "Entity"},
                {"name": "Personal data", "filter": True},
                {"name": "Kept for"},
                {"name": "Basis"},
                {"name": "Deleted in"},
            ],
            rows,
        )

    def policies(self) -> b.Table | None:
        rows = [
            (
                p.name,
                p.kind,
                self._person(p.owner),
                p.date or DASH,
                p.review or DASH,
                p.kept or _gap("nobody said"),
            )
            for p in self._w.audit.policies
        ]
        return self._make(
            "Policies and standards",
            [
                {"name": "Name"},
                {"name": "Kind", "kind": "label"},
                {"name": "Owner"},
                {"name": "Of", "kind": "date"},
                {"name": "Review", "kind": "date"},
                {"name": "Kept"},
            ],
            rows,
        )

    def needs(self) -> b.Table | None:
        rows = [
            (
                n.text,
                n.kind,
                ", ".join(self._w.person_name(a) or a for a in n.audience) or DASH,
                self._labels(n.entities) or DASH,
                self._systems(n.sources) or DASH,
                n.answered or _gap("nobody said"),
                n.last_consulted or DASH,
            )
            for n in self._w.needs
        ]
        return self._make(
            "Questions, reports and dashboards",
            [
                {"name": "Need"},
                {"name": "Kind", "kind": "label", "filter": True},
                {"name": "For"},
                {"name": "Entities"},
                {"name": "From"},
                {"name": "Answered"},
                {"name": "Last consulted", "kind": "date"},
            ],
            rows,
        )

    def maintenance(self) -> b.Table | None:
        rows = []
        for system in self._w.in_scope:
            care = system.maintenance
            if care is None:
                rows.append((system.name, *[_gap("not declared")] * 4))
                continue
            duties = (care.backup, care.restore_test, care.index_care)
            rows.append(
                (
                    system.name,
                    _or_dash(care.provider),
                    *(
                        " · ".join(str(v) for v in (d.frequency, d.last) if v) or DASH
                        if d
                        else _gap("not declared")
                        for d in duties
                    ),
                )
            )
        return self._make(
            "Declared maintenance",
            [
                {"name": "System"},
                {"name": "By", "kind": "label"},
                {"name": "Backup"},
                {"name": "Restore test"},
                {"name": "Index care"},
            ],
            rows,
            "Frequency and the day it was last done, as declared.",
        )

    def extraction(self) -> b.Table | None:
        rows = []
        for e in self._plan.extractions:
            low, high = e.range
            known = [x for x in e.criteria if x.difficulty is not None]
            hardest = sorted(known, key=lambda x: -x.weight * (x.difficulty or 0))[:3]
            rows.append(
                (
                    self._systems([e.system]),
                    e.score if e.score is not None else _gap("no criterion is known"),
                    f"{low:.1f}–{high:.1f}",
                    e.coverage,
                    e.band or DASH,
                    "; ".join(x.basis for x in hardest) or DASH,
                )
            )
        return self._make(
            "Extraction complexity by system",
            [
                {"name": "System"},
                {"name": "Score", "kind": "number"},
                {"name": "Range"},
                {"name": "Known", "kind": "percent"},
                {"name": "Band", "kind": "label", "filter": True},
                {"name": "What weighs most"},
            ],
            rows,
            "1 easy, 10 hard. Range: with the unknown criteria at their best and worst. "
            "Known: share of the weight that could be judged.",
        )

    def initiatives(self) -> b.Table | None:
        rows = [
            (
                i.phase,
                i.title,
                len(i.findings),
                f"{i.effort[0]:.0f}–{i.effort[1]:.0f}",
                i.cost if i.cost is not None else _gap("no hourly rate"),
                _or_dash(self._w.person_name(i.owner) or i.role),
                ", ".join(x.title for a in i.after for x in self._plan.initiatives if x.id == a)
                or DASH,
                f"{i.start} – {i.end}" if i.start else DASH,
                i.status,
            )
            for i in self._plan.initiatives
        ]
        return self._make(
            "Initiatives in the order of work",
            [
                {"name": "Phase", "kind": "number"},
                {"name": "Initiative"},
                {"name": "Findings", "kind": "number"},
                {"name": "Days", "align": "right"},
                {"name": f"{self._facts.inventory.currency}", "kind": "money"},
                {"name": "Who"},
                {"name": "After"},
                {"name": "When"},
                {"name": "Status", "kind": "label"},
            ],
            rows,
            "Days: proposal by template, low to high. Cost: the middle of the range at the "
            "internal hourly rate, eight hours a day.",
        )

    def findings(self) -> b.Table | None:
        rows = []
        for f in (*self._judgement.findings, *self._judgement.waived):
            response = f.response
            answer: str = f.state
            if f.lapsed:
                answer = "waiver run out"
            told = " · ".join(
                x
                for x in (
                    self._w.person_name(response.owner) if response else None,
                    f"due {response.due}" if response and response.due else None,
                    response.reason if response else None,
                )
                if x
            )
            marks: tuple[b.Inline, ...] = (b.Text(f.message),)
            if f.evidence:
                marks += (b.EvidenceRef(f.evidence),)
            rows.append(
                (
                    _severity(f),
                    f.code,
                    b.Cell(f.message, f.message, f.evidence, inlines=marks),
                    f.subject,
                    f.room,
                    self._person(f.who),
                    answer,
                    told or DASH,
                )
            )
        return self._make(
            "Findings register",
            [
                {"name": "Severity", "kind": "severity", "filter": True},
                {"name": "Code", "kind": "id"},
                {"name": "Finding"},
                {"name": "Subject", "kind": "id"},
                {"name": "Room", "filter": True},
                {"name": "Ask", "filter": True},
                {"name": "State", "kind": "label", "filter": True},
                {"name": "Answer"},
            ],
            rows,
            filters=True,
        )

    def deadlines(self) -> b.Table | None:
        rows = [
            (d.date, d.text, d.kind) for d in sorted(self._w.brief.deadlines, key=lambda d: d.date)
        ]
        return self._make(
            "Deadlines",
            [
                {"name": "Date", "kind": "date"},
                {"name": "Deadline"},
                {"name": "Kind", "kind": "label"},
            ],
            rows,
        )

    def aims(self) -> b.Table | None:
        kpis = {k.id: k.name for k in self._w.kpis.kpis}
        rows = [
            (
                a.text,
                a.measure or ", ".join(kpis.get(k, k) for k in a.kpis) or _gap("no measure named"),
            )
            for a in self._w.brief.aims
        ]
        return self._make("Aims and their measures", [{"name": "Aim"}, {"name": "Measure"}], rows)

    def pains(self) -> b.Table | None:
        rate, currency = self._w.audit.hourly_rate, self._facts.inventory.currency
        groups = {i.id: i.group for i in self._w.interviews}
        rows = []
        for x in sorted(self._facts.governance.losses, key=lambda x: -(x.hours or (0, 0))[1]):
            cost = x.cost(rate)
            rows.append(
                (
                    x.pain.text,
                    groups.get(x.interview, x.interview),
                    f"{x.hours[0]:,.0f}–{x.hours[1]:,.0f}"
                    if x.hours
                    else _gap("minutes, frequency or people not said"),
                    f"{cost[0]:,.0f}–{cost[1]:,.0f}" if cost else DASH,
                )
            )
        return self._make(
            "Time that people say they lose",
            [
                {"name": "Pain"},
                {"name": "Said by"},
                {"name": "Hours a year", "align": "right"},
                {"name": f"{currency} a year", "align": "right"},
            ],
            rows,
            "Minutes × times × people × working periods a year, as told; low to high.",
        )

    def dysfunctions(self) -> b.Table | None:
        rows = [
            (
                d.what,
                d.cause or _gap("cause not known"),
                self._systems(d.systems) or DASH,
                self._person(d.owner),
                d.since or DASH,
                d.status,
            )
            for d in self._w.registers.dysfunctions
        ]
        return self._make(
            "Dysfunctions",
            [
                {"name": "What"},
                {"name": "Cause", "kind": "label"},
                {"name": "Systems"},
                {"name": "Owner"},
                {"name": "Since", "kind": "date"},
                {"name": "Status", "kind": "label"},
            ],
            rows,
        )

    def not_assessed(self) -> b.Table | None:
        rows = [
            (g.code, g.title, g.subject or "all", g.reason, _or_dash(g.needs))
            for g in self._judgement.not_assessed
        ]
        return self._make(
            "Questions not assessed",
            [
                {"name": "Code", "kind": "id"},
                {"name": "Question"},
                {"name": "About"},
                {"name": "Why not"},
                {"name": "What would answer it"},
            ],
            rows,
            filters=len(rows) > 20,
        )

    def scores(self) -> b.Table | None:
        """Every table read with its scores, the worst first."""
        quality, rows = self._facts.quality, []
        for system, profile in quality.tables():
            card = quality.table_card(system, profile.table)
            cells = []
            for dimension in ("completeness", "uniqueness", "validity", "timeliness"):
                score = card.scores[dimension]
                if score.share is None:
                    cells.append(_gap(score.reason))
                else:
                    text = share(round(score.passed), round(score.applicable))
                    cells.append(b.Cell(text, score.share, score.evidence))
            mean = card.mean()
            name = f"{self._systems([system])}: {profile.table}"
            rows.append((mean if mean is not None else 2.0, (name, profile.rows, *cells)))
        rows.sort(key=lambda x: (x[0], x[1][0]))
        return self._make(
            "Measured quality by table, the worst first",
            [
                {"name": "Table"},
                {"name": "Rows", "kind": "number"},
                {"name": "Completeness", "kind": "percent"},
                {"name": "Uniqueness", "kind": "percent"},
                {"name": "Validity", "kind": "percent"},
                {"name": "Timeliness", "kind": "percent"},
            ],
            [x[1] for x in rows],
            "Passed of applicable. Consistency and accuracy need a comparison and are not "
            "assessed here.",
            filters=len(rows) > 20,
        )

    def unexplained(self) -> b.Table | None:
        rows = [
            (
                self._systems([system]),
                len(names),
                ", ".join(names[:12]) + (" …" if len(names) > 12 else ""),
            )
            for system, names in self._facts.unexplained.items()
            if names
        ]
        return self._make(
            "Tables that no entity explains",
            [{"name": "System"}, {"name": "Tables", "kind": "number"}, {"name": "Names"}],
            rows,
        )
