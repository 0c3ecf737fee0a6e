"""Records that stand for one real thing: within a system, and across systems.

Nothing here holds a value of a record. A record is named by a keyed id
(`rec-…`, `crmaudit.key.Key.record`), a value by its shape. Probabilities lie
in [0, 1]; a weight is log2 of the odds that the evidence gives for "same".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Literal

from crmaudit.evidence.prose import Prose
from crmaudit.evidence.provenance import EXACT, Document, Method

State = Literal["same", "uncertain", "different"]
"""What is made of a pair: over the threshold, to be reviewed, or apart."""

Origin = Literal["author", "import batch", "month", "source", "unit", "feed"]
"""By what the causes of duplicates are told."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was not counted, with the interval that holds it with 95 % confidence."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} is not between {self.low} and {self.high}")


@dataclass(frozen=True, slots=True)
class Compared:
    """An attribute by which records are compared, and the columns that hold it.

    `columns` are `table.column` (of several systems: `system:table.column`).
    `filled` of the records have it. `unused` says why it takes no part.
    """

    attribute: Prose
    columns: tuple[str, ...] = ()
    filled: int = 0
    unused: Prose = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One way in which candidates were found: records that share `rule`.

    `pairs` it gave, of which `new` came by no way before it. Groups larger
    than allowed were refused: so many, with so many records.
    """

    rule: Prose
    pairs: int
    new: int
    refused: int = 0
    refused_records: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A degree of agreement: its share among same (`m`) and among different pairs (`u`)."""

    label: Prose
    m: float | None
    u: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The degrees of agreement of one attribute, the highest first."""

    attribute: Prose
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one attribute says of one pair: the degree of agreement and its weight.

    `left` and `right` are masked examples, empty where the record has no value.
    """

    attribute: Prose
    level: Prose
    weight: float
    left: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class PairFound:
    """Two records compared. `prior` is the weight before anything is compared.

    `prior` and the weights of the steps add up to `weight`, from which the
    probability follows, unless `rule` says which definite rule decided.
    `reviewed` is what people answered, where they did.
    """

    left: str
    right: str
    left_system: str
    right_system: str
    probability: float
    weight: float
    state: State
    prior: float = 0.0
    steps: tuple[Step, ...] = ()
    rule: Prose = ""
    reviewed: Literal["", "same", "different", "unsure"] = ""


@dataclass(frozen=True, slots=True)
class Bin:
    """Candidate pairs with a weight from `low` on and below `high`; `expected` of them are same."""

    low: float
    high: float
    pairs: int
    expected: float


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a cluster: how many of the attributes it has, and when it was last changed."""

    id: str
    system: str
    table: str
    filled: int
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that stand for one thing; `least` is the probability of its weakest link.

    `survivor` is the member suggested to be kept, `why` on what grounds.
    """

    members: tuple[Member, ...]
    survivor: int
    why: Prose
    least: float


@dataclass(frozen=True, slots=True)
class Cause:
    """Where duplicates come from: so many of the records with this origin are duplicates.

    A record counts as a duplicate where it joined, later, a thing that was
    already there. `value` is an account's pseudonym, a batch, a month, a code.
    """

    by: Origin
    value: str
    duplicates: int
    records: int


@dataclass(frozen=True, slots=True)
class Matching:
    """How records were compared, and how sure the outcome is: of one entity.

    `records` are those compared; `left_out` of the table were not, by reason.
    `candidates` pairs were compared. `prior` is the probability that two
    records taken at random are the same. Pairs with a weight from `threshold`
    on (bits, as `PairFound.weight`) are taken for the same, those from
    `uncertain` to it are to be reviewed;
    `threshold_by` says how it was found. `precision` is the share of the pairs
    taken that are the same, `recall` the share of the same pairs that were
    taken, both estimated by the model itself, or by the `answers` of a review.
    `cannot` says why nothing can be said; all else is empty then.
    """

    attributes: tuple[Compared, ...] = ()
    records: int = 0
    left_out: Mapping[Prose, int] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    candidates: int = 0
    comparisons: tuple[Comparison, ...] = ()
    prior: float | None = None
    threshold: float | None = None
    uncertain: float | None = None
    threshold_by: Prose = ""
    histogram: tuple[Bin, ...] = ()
    same_pairs: int = 0
    uncertain_pairs: int = 0
    precision: Estimate | None = None
    recall: Estimate | None = None
    answers: int = 0
    examples: tuple[PairFound, ...] = ()
    review: tuple[PairFound, ...] = ()
    """The pairs to be reviewed, those first of which an answer tells the most."""
    method: Method = EXACT
    seconds: float = 0.0
    notes: tuple[Prose, ...] = ()
    """What a reader has to know: refused groups, attributes that could not be told apart…"""
    cannot: Prose = ""

    def renamed(self, formerly: Mapping[str, str]) -> Matching:
        """The same with systems under the ids that they have now."""

        def now(pairs: tuple[PairFound, ...]) -> tuple[PairFound, ...]:
            return tuple(
                replace(
                    p,
                    left_system=formerly.get(p.left_system, p.left_system),
                    right_system=formerly.get(p.right_system, p.right_system),
                )
                for p in pairs
            )

        return replace(self, examples=now(self.examples), review=now(self.review))


@dataclass(frozen=True, slots=True)
class Duplicates(Document):
    """Records of one entity in one system that stand for the same thing.

    `entity` is the workspace's, where it has one, `entity_kind` canonical.
    `surplus` records could go: records compared less things found.
    `estimated` is the true number of surplus records by the model, those that
    no pair over the threshold shows included. `sizes` counts the clusters by
    the number of their records; `clusters` are some of them, `clusters_left_out`
    were not kept. `causes` are the values of each origin that have most
    duplicates beyond the average of all records, which is `surplus` of
    `matching.records`.
    """

    kind: ClassVar[str] = "duplicates"
    entity: str = ""
    entity_kind: str = ""
    tables: tuple[str, ...] = ()
    matching: Matching = Matching()
    surplus: int = 0
    estimated: Estimate | None = None
    sizes: Mapping[int, int] = field(default_factory=dict)
    clusters: tuple[Cluster, ...] = ()
    clusters_left_out: int = 0
    causes: tuple[Cause, ...] = ()

    @property
    def subject(self) -> str:
        return self.entity

    def renamed(self, formerly: Mapping[str, str]) -> Duplicates:
        """The same with its system under the id that it has now."""
        return replace(
            self,
            matching=self.matching.renamed(formerly),
            clusters=tuple(
                replace(
                    c,
                    members=tuple(
                        replace(m, system=formerly.get(m.system, m.system)) for m in c.members
                    ),
                )
                for c in self.clusters
            ),
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """One system's records of an entity that is compared across systems.

    `things` are what the records stand for after duplicates were put
    together. `cannot` says why the system takes no part.
    """

    system: str
    tables: tuple[str, ...] = ()
    source: str = ""
    snapshot: str = ""
    taken_at: datetime | None = None
    records: int = 0
    things: int = 0
    left_out: Mapping[Prose, int] = field(default_factory=dict)
    cannot: Prose = ""


@dataclass(frozen=True, slots=True)
class SystemSet:
    """Things that exactly these systems hold."""

    systems: tuple[str, ...]
    things: int


@dataclass(frozen=True, slots=True)
class SharedKey:
    """Columns by which one system names the other's record (`table.column` each).

    `filled` of `records` of the holder of the reference have it; `found` of
    these lead to a record. Of the pairs that were matched, `carried` have it
    and it leads to the partner, `elsewhere` have it and it leads to another,
    `missing` have none that leads to a record.
    """

    holder: str
    column: str
    to: str
    to_column: str
    records: int
    filled: int
    found: int
    carried: int
    elsewhere: int
    missing: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two systems say of one attribute, over the pairs of records matched.

    `same` as written, `equivalent` once standardised, `conflicting`, or in one
    of them only; `neither` has it. Of the conflicting pairs the record changed
    last is the left's, the right's, or it is not known. `examples` are masked.
    """

    attribute: Prose
    same: int = 0
    equivalent: int = 0
    conflicting: int = 0
    left_only: int = 0
    right_only: int = 0
    neither: int = 0
    left_newer: int = 0
    right_newer: int = 0
    newer_unknown: int = 0
    examples: tuple[tuple[str, str], ...] = ()

    @property
    def compared(self) -> int:
        """Pairs in which both systems say something."""
        return self.same + self.equivalent + self.conflicting


@dataclass(frozen=True, slots=True)
class Between:
    """Two systems beside each other.

    `left_matched` of the left's records have a partner in the right one and
    the other way round; the estimates are of the true numbers. `pairs` of
    records lie in `things` that both hold.
    """

    left: str
    right: str
    things: int = 0
    pairs: int = 0
    left_matched: int = 0
    right_matched: int = 0
    left_estimated: Estimate | None = None
    right_estimated: Estimate | None = None
    keys: tuple[SharedKey, ...] = ()
    agreement: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Rows that belong to customers of one system whom another one does not know.

    `without` of `rows` of `entity` in `system` belong to a record that has no
    partner in `in_system`; `nobody` belong to no record at all.
    """

    system: str
    entity: str
    entity_kind: str
    table: str
    in_system: str
    rows: int
    without: int
    nobody: int


@dataclass(frozen=True, slots=True)
class Overlap(Document):
    """One entity across the systems that hold it.

    The provenance is that of the first holder; `holders` have their own.
    `by` says what the records were compared by: all they have in common
    (`records`), an identifier that both keep (`identifier`), or keyed hashes
    (`hashes`). `sets` count things by exactly which systems hold them.
    """

    kind: ClassVar[str] = "overlap"
    entity: str = ""
    entity_kind: str = ""
    by: Literal["records", "identifier", "hashes"] = "records"
    holders: tuple[Holder, ...] = ()
    matching: Matching = Matching()
    sets: tuple[SystemSet, ...] = ()
    between: tuple[Between, ...] = ()
    unlinked: tuple[Unlinked, ...] = ()

    @property
    def subject(self) -> str:
        return self.entity

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that were compared."""
        return tuple(h.system for h in self.holders if not h.cannot)

    def renamed(self, formerly: Mapping[str, str]) -> Overlap:
        """The same with systems under the ids that they have now."""

        def now(system: str) -> str:
            return formerly.get(system, system)

        def place(column: str) -> str:
            system, colon, name = column.partition(":")
            return f"{now(system)}:{name}" if colon else column

        matching = self.matching.renamed(formerly)
        attributes = tuple(
            replace(a, columns=tuple(map(place, a.columns))) for a in matching.attributes
        )
        return replace(
            self,
            holders=tuple(replace(h, system=now(h.system)) for h in self.holders),
            matching=replace(matching, attributes=attributes),
            sets=tuple(replace(s, systems=tuple(now(x) for x in s.systems)) for s in self.sets),
            between=tuple(
                replace(
                    b,
                    left=now(b.left),
                    right=now(b.right),
                    keys=tuple(replace(k, holder=now(k.holder), to=now(k.to)) for k in b.keys),
                )
                for b in self.between
            ),
            unlinked=tuple(
                replace(u, system=now(u.system), in_system=now(u.in_system)) for u in self.unlinked
            ),
        )
