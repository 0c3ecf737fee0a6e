"""Findings in pieces of work: by template, and within it by system, feed or entity.

A finding goes to the one piece that its subject names; what names none, and
what is beyond `MOST` pieces of a template, stays together under the template's
own id. Ids are made of template and subject, so that plan.yaml finds a piece
again in the next audit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from crmaudit.engine import Finding
from crmaudit.facts import Facts
from crmaudit.messages import listed, msg
from crmaudit.rules.base import Severity
from crmaudit.standing.past import last_before
from crmaudit.strategy.initiatives import OTHER, TEMPLATES, Template
from crmaudit.strategy.once import once
from crmaudit.strategy.order import Step, order
from crmaudit.strategy.target import target
from crmaudit.strategy.target_model import FeedAction, FeedTarget

VALUE: Mapping[Severity, int] = {"critical": 8, "high": 4, "medium": 2, "low": 1}
MOST = 5
"""Initiatives that one template makes at most, besides those that people named; the lighter ones
stay together."""
ANSWER = 2
"""How much an answer counts: one that must be given, monthly, and is not given at all counts 8,
as a critical finding does."""
EXTRACT = "extract-data"
"""The template of extractions for open questions."""
_LENGTH = 80
_ACTIONS: Mapping[str, FeedAction] = {"build-feeds": "build", "mend-feeds": "mend"}
"""What the target picture says of the feeds that a template is about."""
_END = ("renew-or-replace", "retire-systems")
_SPARED = ("document-systems", "open-access-paths", "right-licences")
"""Work that a system is spared that ends: what its end needs of it is part of the end."""
_SETTLED = (*_END, *_SPARED, "build-feeds", "mend-feeds", "secure-skills")
"""Work that an own initiative does or spares which takes the place of a system."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Work of one kind on one thing, with the findings that ask for it.

    `units` is how often the template's days are needed. `feed` is what the
    target picture says of a feed to be built; without it None. `others` are
    feeds to be built that stay together: they are no `units`. `days` are those beside the
    template's, `questions` those of needs.yaml that it answers, `worth` what these are worth,
    `after` ids of those of its template whose work it builds on.
    """

    id: str
    slug: str
    template: Template
    title: str
    findings: tuple[Finding, ...]
    systems: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    units: int = 1
    feed: FeedTarget | None = None
    others: tuple[FeedTarget, ...] = ()
    days: tuple[float, float] = (0.0, 0.0)
    questions: tuple[str, ...] = ()
    worth: int = 0
    after: tuple[str, ...] = ()

    @property
    def value(self) -> int:
        """Severities added up; a feed that only the target picture asks for counts as medium.

        A question to be answered counts `ANSWER` times what it is worth to `strategy.order`.
        """
        asked = sum(VALUE[f.severity] for f in self.findings)
        return asked or self.worth or (2 if self.feed else 0)

    @property
    def pressing(self) -> bool:
        """Whether all that asks for it is critical, and open."""
        return bool(self.findings) and all(f.urgent for f in self.findings)

    def needs(self, other: Piece) -> bool:
        """Whether the other, of a template that this one waits for, is about the same thing."""
        if other.template.split == "entity":
            return bool({*self.entities} & {*other.entities})
        return bool({*self.systems} & {*other.systems})


def pieces(facts: Facts, findings: Iterable[Finding]) -> tuple[Piece, ...]:
    """Each finding in exactly one piece; feeds that the target picture has built stand beside."""
    groups: dict[str, dict[str, list[Finding]]] = {}
    about = _about(facts)
    found = tuple(findings)
    both = _ending(about, found)
    for finding in found:
        slug = finding.initiative if finding.initiative in TEMPLATES else "other"
        if slug in _END:
            slug = both.get(about.system(finding), slug)
        template = TEMPLATES.get(slug, OTHER)
        key = about.key(finding, template)
        slug, key = about.ending(slug, key, finding) or (slug, key)
        groups.setdefault(slug, {}).setdefault(key, []).append(finding)
    _contain(about, groups)
    if facts.workspace.in_scope:
        wanted = groups.setdefault("build-feeds", {})
        for feed in about.built:
            wanted.setdefault(f"{feed.source}.{feed.target}", [])
    made: list[Piece] = []
    named = _named(facts)
    for slug, by_key in groups.items():
        template = TEMPLATES.get(slug, OTHER)
        weight = {k: sum(VALUE[f.severity] for f in v) for k, v in by_key.items() if k}
        held = [k for k in weight if piece_id(slug, k) in named]
        ranked = sorted((k for k in weight if k not in held), key=lambda k: (-weight[k], k))
        single = [*held, *ranked[: max(0, MOST - len(held))]]
        others = {k: v for k, v in by_key.items() if k not in single and (k or v)}
        made += (about.piece(slug, template, k, by_key[k]) for k in single)
        if others:
            made.append(about.rest(slug, template, others, bool(single)))
    return (*made, *_extractions(facts, about))


def _extractions(facts: Facts, about: _About) -> Iterator[Piece]:
    """The extractions that open questions need, in their order: one piece up to each answer.

    Those that people named stand alone; what is beyond the most pieces of a template stays
    together. A piece waits for those that extract what it needs, too. What a dropped one would
    have extracted is left to the next that needs it.
    """
    found = order(facts)
    asked = {a.need: a for a in found.asked}
    parts: list[list[Step]] = [[]]
    for step in found.steps if found.by == "questions" else ():
        parts[-1].append(step)
        if step.answers:
            parts.append([])
    parts = [p for p in parts if p and p[-1].answers]
    named, given = _named(facts), facts.workspace.plan.initiatives
    ids = [[piece_id(EXTRACT, a) for a in p[-1].answers] for p in parts]
    free = [k for k, mine in enumerate(ids) if named.isdisjoint(mine)]
    room = max(1, MOST - len(ids) + len(free))
    rest = free[room - 1 :] if len(free) > room else []
    groups = [[k] for k in range(len(parts)) if k not in rest] + ([rest] if rest else [])
    by_cell: dict[tuple[str, str], str] = {}
    open_: dict[tuple[str, str], Step] = {}
    for group in sorted(groups):
        steps = [s for k in group for s in parts[k]]
        answers = [a for s in steps for a in s.answers]
        cells = dict.fromkeys(c for a in answers for c in asked[a].cells)
        steps = [*(open_.pop(c) for c in cells if c in open_), *steps]
        mine = [i for k in group for i in ids[k]]
        id_ = next((i for i in mine if i in named), mine[0])
        if id_ in given and given[id_].status == "dropped":
            open_ |= {(s.system, s.entity): s for s in steps}
        else:
            by_cell |= {(s.system, s.entity): id_ for s in steps}
        after = dict.fromkeys(by_cell[c] for c in cells if by_cell.get(c, id_) != id_)
        worth = sum(asked[a].value for a in answers)
        yield about.extraction(id_, steps, answers, worth, tuple(after))


def answering(pieces: Iterable[Piece]) -> Mapping[str, str]:
    """Id of the extraction for each question → the piece that it is a part of."""
    return {piece_id(EXTRACT, q): p.id for p in pieces if p.slug == EXTRACT for q in p.questions}


def _named(facts: Facts) -> frozenset[str]:
    """Ids that people use: in plan.yaml, or agreed to when the last audit was made.

    What has one stands alone whatever else grows heavier, so that no decision is lost.
    """
    file = facts.workspace.plan
    used = {*file.initiatives}
    used |= {b for o in (*file.initiatives.values(), *file.own) for b in o.after}
    kept = remembered(facts).values()
    return frozenset(used | {i["id"] for i in kept if i["status"] != "proposed"})


def asked_by(facts: Facts, finding: Finding) -> str:
    """Id of the piece that the finding asks for, whichever answers it."""
    slug = finding.initiative if finding.initiative in TEMPLATES else "other"
    key = _about(facts).key(finding, TEMPLATES.get(slug, OTHER))
    return piece_id(slug, key) if key else slug


def makes(facts: Facts, id: str) -> bool:
    """Whether a template could make such an id, of the systems and entities that there are."""
    slug, _, key = id.partition(".")
    if slug not in TEMPLATES and slug != "other":
        return False
    if not key or len(id) == _LENGTH:  # a long one is cut: whose it is cannot be read from it
        return True
    split = TEMPLATES.get(slug, OTHER).split
    if split == "feed":
        return bool(_about(facts).ends(key))
    workspace = facts.workspace
    needs = {n.id for n in workspace.needs}
    known = {"system": {*workspace.system}, "entity": {*workspace.entity}, "need": needs}
    return bool(split) and key in known[split]


@once
def remembered(facts: Facts) -> Mapping[str, Mapping[str, Any]]:
    """The plan of the last audit, as `plan_summary` kept it: initiatives by id."""
    last = last_before(facts.past, facts.day)
    kept = (last.part("plan") if last else None) or {}
    return {i["id"]: i for i in kept.get("initiatives", ())}


def _ending(about: _About, findings: Iterable[Finding]) -> Mapping[str, str]:
    """Of systems that end or are to be renewed: the one template that answers for them."""
    found: dict[str, set[str]] = {}
    for f in findings:
        if f.initiative in _END and (s := about.system(f)):
            found.setdefault(s, set()).add(f.initiative)
    chosen = {}
    for system, slugs in found.items():
        decided = about.actions.get(system)
        if decided == "retire":
            chosen[system] = "retire-systems"
        elif decided == "replace" or len(slugs) > 1:
            chosen[system] = "renew-or-replace"
    return chosen


def _contain(about: _About, groups: dict[str, dict[str, list[Finding]]]) -> None:
    """What is critical does not wait with the larger work that it is a part of."""
    for by_key in list(groups.values()):
        for key, found in by_key.items():
            urgent = [f for f in found if f.urgent]
            if len(urgent) == len(found):
                continue
            by_key[key] = [f for f in found if f not in urgent]
            for f in urgent:
                groups.setdefault("answer-critical", {}).setdefault(about.system(f), []).append(f)


def replaced_by(facts: Facts, finding: Finding) -> str | None:
    """The own initiative that takes the place of the system that the finding is about.

    None where there is none, or where the finding is critical: that is not left to a later end.
    """
    own = {s: o.id for o in facts.workspace.plan.own for s in o.replaces}
    if not own or finding.severity == "critical" or finding.initiative not in _SETTLED:
        return None
    about = _about(facts)
    template = TEMPLATES.get(finding.initiative, OTHER)
    named = (about.system(finding), *about.ends(about.key(finding, template)))
    return next((own[s] for s in named if s in own), None)


class _About:
    """What findings are about, as far as it tells pieces apart."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._workspace = facts.workspace
        picture = target(facts)
        self.actions = {s.system: s.action for s in picture.systems}
        self._leaving = {s.system for s in picture.systems if not s.stays}
        self._going = {s.system for s in picture.systems if s.action in ("replace", "retire")}
        self._successors = {s.system: s.successor for s in picture.systems}
        self.built = picture.to("build")
        self._feeds = {(f.source, f.target, f.action): f for f in picture.feeds}
        self._tables = {
            (system, t.table): t.entity
            for system, known in facts.maps.items()
            for t in known.tables
            if t.entity and t.role == "primary"
        }
        self._expected = {e.id: e for e in self._workspace.expectations.expectations}

    def key(self, finding: Finding, template: Template) -> str:
        """What names the piece; empty for what stays with the rest."""
        by: Mapping[str, Callable[[Finding], str]] = {
            "system": self.system,
            "entity": self.entity,
            "feed": self.feed,
            "need": lambda f: "",
        }
        return by[template.split](finding) if template.split else ""

    def ending(self, slug: str, key: str, finding: Finding) -> tuple[str, str] | None:
        """Template and key of what answers in place of work on what ends; None where it is done.

        What ends is not mended, described or opened: its end answers for what is amiss there. To
        one that is to be replaced a feed may be built, as it will be to its successor.
        """
        way = self.ends(key)
        mended = (*way, "mend") in self._feeds and (*way, "build") not in self._feeds
        if slug == "build-feeds" and mended:
            return self.ending("mend-feeds", key, finding) or ("mend-feeds", key)
        if slug in _ACTIONS:
            ends = self._leaving if slug == "build-feeds" else self._going
            for system in self.ends(key):
                if system in ends:
                    return self._end(system)
            if slug == "mend-feeds":
                return self._retired(key)
        if slug in _SPARED and key in self._going and finding.severity != "critical":
            row = self.facts.inventory.row(key)
            last = any(state.lost for state in row.skills)
            # What only one person knows who leaves is written down first, whatever ends later.
            return None if last and slug == "document-systems" else self._end(key)
        return None

    def _end(self, system: str) -> tuple[str, str]:
        retired = self.actions[system] == "retire"
        return "retire-systems" if retired else "renew-or-replace", system

    def _retired(self, pair: str) -> tuple[str, str] | None:
        """Of a feed that is to go though both ends stay: the feed that comes in its place."""
        way = self.ends(pair)
        if not way or (*way, "retire") not in self._feeds or (*way, "mend") in self._feeds:
            return None
        gone = {*self._feeds[(way[0], way[1], "retire")].entities}
        for new in self.built:
            if new.target == way[1] and gone & {*new.entities}:
                return "build-feeds", f"{new.source}.{new.target}"
        return "agree-system-of-record", ""

    def ends(self, pair: str) -> tuple[str, ...]:
        """The two systems that a feed's key names; none where it is empty."""
        known = self._workspace.system
        for source in known:
            to = pair[len(source) + 1 :]
            if pair.startswith(f"{source}.") and to in known:
                return source, to
        return ()

    def system(self, finding: Finding) -> str:
        """The system that the finding is about; empty where there is none or several."""
        kind, parts = _parts(finding.subject)
        if kind in ("system", "account", "role", "table", "column", "cell"):
            return parts[0] if parts[0] in self._workspace.system else ""
        named = _related(finding, "system")
        return named[0] if len(named) == 1 else ""

    def entity(self, finding: Finding) -> str:
        kind, parts = _parts(finding.subject)
        found: str | None = None
        if kind in ("entity", "attribute"):
            found = parts[0]
        elif kind == "cell" and len(parts) > 1:
            found = parts[1]
        elif kind in ("table", "column"):
            name = ".".join(parts[1:] if kind == "table" else parts[1:-1])
            found = self._tables.get((parts[0], name))
        elif kind == "expectation" and (asked := self._expected.get(parts[0])):
            found = asked.entity or self._tables.get((asked.system or "", asked.table or ""))
        if found is None:
            named = _related(finding, "entity")
            found = named[0] if len(named) == 1 else None
        return found if found and found in self._workspace.entity else ""

    def feed(self, finding: Finding) -> str:
        """`source.target`, in the target picture's direction where it has the pair."""
        kind, parts = _parts(finding.subject)
        pair: tuple[str, ...] = ()
        if kind == "feed" and len(parts) == 2:
            pair = (parts[0], parts[1])
        elif finding.initiative == "build-feeds":
            named = _related(finding, "system")
            if kind == "cell" and len(parts) > 1:
                return self._from(named, parts[0]) or self._built(parts[0], parts[1])
            if kind == "system":
                return self._built(parts[0], "")
            pair = named if len(named) == 2 else ()
        if not pair or not {*pair} <= {*self._workspace.system}:
            return ""
        if finding.initiative == "build-feeds":
            ways = [(pair[0], pair[1]), (pair[1], pair[0])]
            wanted = [w for w in ways if (*w, "build") in self._feeds]
            pair = (wanted or ways)[0]
        return f"{pair[0]}.{pair[1]}"

    def _from(self, named: Sequence[str], system: str) -> str:
        """The feed, to be built or mended, that brings this system what the other one named has."""
        for source in named:
            if any((source, system, action) in self._feeds for action in _ACTIONS.values()):
                return f"{source}.{system}"
        return ""

    def _built(self, system: str, entity: str) -> str:
        """The feed to be built that would help this system most: that with most entities."""
        mine = [
            f
            for f in self.built
            if system in (f.source, f.target) and (not entity or entity in f.entities)
        ]
        # What a system lacks is brought to it: a feed out of it helps only where none leads in.
        best = min(
            mine,
            key=lambda f: (f.target != system, -len(f.entities), f.source, f.target),
            default=None,
        )
        return f"{best.source}.{best.target}" if best else ""

    def piece(self, slug: str, template: Template, key: str, findings: list[Finding]) -> Piece:
        name, systems, entities, feed = key, self._systems(findings), self._entities(findings), None
        if template.split == "system":
            name, systems = self._workspace.system[key].name, (key,)
        elif template.split == "entity":
            name, entities = self._workspace.entity[key].label, (key,)
        elif template.split == "feed":
            source, to = self.ends(key)
            # Between two systems one flow may be kept and another mended: each slug has its own.
            known = self._feeds.get((source, to, _ACTIONS[slug]))
            feed = known if slug == "build-feeds" else None
            entities = known.entities if known else entities
            systems = (source, to)
            name = self._way(source, to, entities)
        title = msg(template.piece, name=name)
        if slug == "build-feeds" and feed is None:
            # Two systems that nothing joins: which way it has to run is part of the work.
            ends = {"source": self._heir(systems[0]), "target": self._heir(systems[1])}
            title = msg("Build a feed between {source} and {target}", **ends)
        if slug == "renew-or-replace" and self.actions.get(key) == "replace":
            successor = self._successors.get(key)
            title = (
                msg("Replace {name} by {other}", name=name, other=self._named(successor))
                if successor
                else msg("Find and bring in a successor of {name}", name=name)
            )
        if slug == "retire-systems" and self._off(key):
            title = msg("Settle what is left of {name}, which is retired", name=name)
        return Piece(
            id=piece_id(slug, key),
            slug=slug,
            template=template,
            title=title,
            findings=tuple(findings),
            systems=systems,
            entities=entities,
            units=1 if template.once else max(len(findings), 1),
            feed=feed,
        )

    def rest(
        self, slug: str, template: Template, others: Mapping[str, list[Finding]], split: bool
    ) -> Piece:
        """What is left, by what would have named it; `split`: others went.

        With `once` each of these counts once, and each subject of what nothing names.
        """
        findings = [f for found in others.values() for f in found]
        title = msg(template.title)
        if split:
            title = msg("{title}: the others", title=title) if any(others) else msg(template.rest)
        pairs = [self.ends(key) for key in others] if slug == "build-feeds" else []
        asked = (self._feeds.get((p[0], p[1], "build")) for p in pairs if p)
        built = [feed for feed in asked if feed is not None]
        things = sum(map(bool, others)) + len({f.subject for f in others.get("", ())}) - len(built)
        return Piece(
            id=slug,
            slug=slug,
            template=template,
            title=title,
            findings=tuple(findings),
            systems=self._systems(findings),
            entities=self._entities(findings),
            units=things if built else max(1, things if template.once else len(findings)),
            others=tuple(built),
        )

    def extraction(
        self,
        id: str,
        steps: Sequence[Step],
        answers: Sequence[str],
        worth: float,
        after: tuple[str, ...],
    ) -> Piece:
        """Extractions that answer these questions, once those of `after` are done, too."""
        name = self._workspace.system
        cells = dict.fromkeys(
            msg("{entity} from {system}", entity=self._workspace.entity[s.entity].label,
                system=name[s.system].name)
            for s in steps
        )  # fmt: skip
        return Piece(
            id=id,
            slug=EXTRACT,
            template=TEMPLATES[EXTRACT],
            title=msg(TEMPLATES[EXTRACT].piece, name=listed(cells, 2)),
            findings=(),
            systems=tuple(dict.fromkeys(s.system for s in steps)),
            entities=tuple(dict.fromkeys(s.entity for s in steps)),
            days=(sum(s.effort.low for s in steps), sum(s.effort.high for s in steps)),
            questions=tuple(answers),
            worth=max(1, round(ANSWER * worth)),
            after=after,
        )

    def _off(self, system: str) -> bool:
        """Whether it was switched off before the audit's day."""
        day, retired = self.facts.day, self._workspace.system[system].lifecycle.retired
        return day is not None and retired is not None and retired < day

    def _named(self, system: str) -> str:
        return self._workspace.system[system].name if system in self._workspace.system else system

    def _heir(self, system: str) -> str:
        """The system; what follows it where it is to be replaced by nobody knows what."""
        name = self._named(system)
        if self.actions.get(system) == "replace" and not self._successors.get(system):
            return msg("the successor of {name}", name=name)
        return name

    def _way(self, source: str, to: str, entities: tuple[str, ...]) -> str:
        labels = [self._workspace.entity[e].label for e in entities if e in self._workspace.entity]
        ends = {"source": self._heir(source), "target": self._heir(to)}
        if not labels:
            return msg("from {source} to {target}", **ends)
        return msg("from {source} to {target} ({entities})", **ends, entities=listed(labels, 3))

    def _systems(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        found = {self.system(f) for f in findings}
        found |= {s for f in findings for s in _related(f, "system")}
        return tuple(s.id for s in self._workspace.systems if s.id in found)

    def _entities(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        found = {self.entity(f) for f in findings}
        found |= {e for f in findings for e in _related(f, "entity")}
        return tuple(e for e in self._workspace.entity if e in found)


_about = once(_About)


def _parts(subject: str) -> tuple[str, list[str]]:
    kind, _, rest = subject.partition(":")
    return kind, [unquote(x) for x in rest.split(".")]


def _related(finding: Finding, kind: str) -> tuple[str, ...]:
    found = (_parts(r) for r in finding.related)
    return tuple(dict.fromkeys(parts[0] for k, parts in found if k == kind))


def piece_id(slug: str, key: str) -> str:
    made = f"{slug}.{re.sub(r'[^A-Za-z0-9_.-]', '-', key)}"
    if len(made) <= _LENGTH:
        return made
    return f"{made[: _LENGTH - 9]}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"
