"""What is asked about the keys of a system, and what the answers mean.

First everything is gathered that may be a key or a reference (`Search`),
which says what has to be read; when it is read, `found` weighs the guesses.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crmaudit.evidence import Catalog, Polymorphic, Reference, Table, TableKey
from crmaudit.evidence.privacy import MINIMUM_COUNT, may_show, shape
from crmaudit.quality.collectors.key_tables import SearchedKeys
from crmaudit.quality.collectors.key_values import KeyValues, PairSide, Side
from crmaudit.quality.products.resolved import Resolved
from crmaudit.quality.references.candidates import Candidate, Candidates
from crmaudit.quality.references.columns import Columns, Known
from crmaudit.quality.references.habits import Confirmed, Habits
from crmaudit.quality.references.judge import ENOUGH, Inclusion, Judged, Spread, judge
from crmaudit.quality.references.pairs import Pair, pairs
from crmaudit.quality.references.stated import declared, mapped, without_doubles
from crmaudit.quality.references.tables import last_part, of_value
from crmaudit.quality.references.words import named
from crmaudit.workspace.landscape import Map

_RIVALS = 5
_ONLY_VALUES = 0.15
"""The prior of a reference that nothing in its name speaks for."""

_HABIT = 0.8
"""The prior of a reference of which columns of the same name elsewhere tell."""

_MANY = 10
"""So many different numbers are needed before values alone are believed to be references."""

_TYPE = re.compile(r"[^\W\d][\w -]*(?:(?:\\|::|/|\.)[^\W\d]\w*)*")
"""How programs write the type of a record: a name, or one with its module or namespace."""
_MANY_DIGITS = 5


@dataclass(slots=True)
class _Asked:
    """A reference said by somebody, and what is asked about it; None: no value is there to ask."""

    reference: Reference
    where: str = ""
    child: int | None = None
    parent: int | None = None
    pair: int | None = None
    sentinels: tuple[str, ...] = ()


@dataclass(slots=True)
class Search:
    """The questions about one system's keys; making one registers them with `values`."""

    columns: Columns
    values: KeyValues
    catalog: Catalog
    map: Map | None = None
    product: Resolved | None = None
    described: tuple[Reference, ...] = ()
    unread: set[str] = field(default_factory=set)
    _candidates: Candidates = field(init=False)
    _stated: list[_Asked] = field(init=False, default_factory=list)
    _pairs: list[tuple[Pair, int | None, Polymorphic | None]] = field(
        init=False, default_factory=list
    )
    _guesses: list[tuple[Candidate, int | None, int | None]] = field(
        init=False, default_factory=list
    )
    _keys: SearchedKeys = field(init=False)
    _loaded: dict[int, tuple[Table, str]] = field(init=False, default_factory=dict)
    _nameless: list[tuple[Table, str, int]] = field(init=False, default_factory=list)
    _typed: list[_Asked] = field(init=False, default_factory=list)
    _polymorphic: list[Polymorphic] = field(init=False, default_factory=list)
    _doubtful: set[tuple[str, str]] = field(init=False, default_factory=set)
    _paired: set[tuple[str, str]] = field(init=False, default_factory=set)
    _said: frozenset[tuple[str, str]] = field(init=False, default=frozenset())
    _unproven: set[tuple[str, str]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self._candidates = Candidates(self.columns)
        self._ask_stated()
        taken = frozenset(
            (a.reference.table, a.reference.columns[0])
            for a in self._stated
            if len(a.reference.columns) == 1
        )
        types = self._ask_pairs(taken)
        self._said = taken | types
        self._ask_guesses(taken | types)
        likely = {(c.table.qualified, c.column) for c, *_ in self._guesses if c.prior >= 0.6}
        references = taken | likely
        self._keys = SearchedKeys(
            self.columns, self.values, self._candidates.names, self.map, self.product, references
        )

    # Questions

    def _ask_stated(self) -> None:
        known = list(self._map_references())
        conditions = {_place(r): where for r, where in known}
        product = self.product
        groups = {_place(g[0]): g for g in (product.alternatives if product else ()) if g}
        everything = without_doubles(
            (
                *(r for r, _ in known),
                *declared(self.catalog),
                *(product.references if product else ()),
                *(g[0] for g in groups.values()),
                *self.described,
            )
        )
        for reference in everything:
            where = conditions.get(_place(reference), "")
            asked = _Asked(reference, where if reference.basis == "map" else "")
            if product:
                place = (reference.table, reference.columns)
                asked.sentinels = tuple(product.sentinels.get(place, ()))
            group = groups.get(_place(reference), (reference,))
            if len(group) > 1:
                others = ", ".join(g.to for g in group[1:])
                reasons = (*reference.reasons, f"or to a row of {others}")
                asked.reference = replace(reference, reasons=reasons)
            self._stated.append(asked)
            self._register(asked, group)

    def _map_references(self) -> Iterator[tuple[Reference, str]]:
        if self.map is not None:
            yield from mapped(self.map.references, self.catalog)

    def _register(self, asked: _Asked, group: tuple[Reference, ...]) -> None:
        reference = asked.reference
        to = self.columns.table.get(reference.to)
        if to is None or not reference.to_columns or reference.table not in self.columns.table:
            return
        if self.columns.without_values(reference.table, reference.columns):
            return
        if reference.when is not None:
            if len(reference.columns) > 1:
                return
            side = PairSide(reference.table, reference.when[0], reference.columns[0])
            asked.pair = self.values.pair(side)
        else:
            side_ = Side(reference.table, reference.columns, asked.where)
            asked.child = self.values.side(side_)
        asked.parent = self.values.union(
            tuple(Side(g.to, g.to_columns) for g in group if g.to in self.columns.table)
        )

    def _ask_pairs(self, taken: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Ask about pairs; the type columns and ids about which no more is to be guessed."""
        done: set[tuple[str, str]] = set()
        for known in self._stated_pairs():
            table = self.columns.table.get(known.table)
            there = (known.table, known.id_column) in done
            if table is not None and not there and known.type_column != known.id_column:
                pair = Pair(table, known.type_column, known.id_column, 1.0, True)
                self._pairs.append((pair, self._pair_number(pair), known))
                done |= {(known.table, known.type_column), (known.table, known.id_column)}
        for pair in pairs(self.columns, self._candidates.names):
            place = pair.table.qualified, pair.id_column
            if place not in taken | done and (place[0], pair.type_column) not in done:
                self._pairs.append((pair, self._pair_number(pair), None))
        return frozenset(done)

    def _stated_pairs(self) -> Iterator[Polymorphic]:
        """Pairs that the product map knows, and those of which somebody named a type."""
        yield from self.product.polymorphic if self.product else ()
        for asked in self._stated:
            one = asked.reference
            if one.when is not None and len(one.columns) == 1:
                sure = one.confidence
                yield Polymorphic(one.table, one.when[0], one.columns[0], one.basis, sure)

    def _pair_number(self, pair: Pair) -> int | None:
        table = pair.table.qualified
        if self.columns.without_values(table, (pair.type_column, pair.id_column)):
            return None
        return self.values.pair(PairSide(table, pair.type_column, pair.id_column))

    def _ask_guesses(self, taken: frozenset[tuple[str, str]]) -> None:
        by_column: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        for candidate in self._candidates.all(taken):
            by_column[candidate.table.qualified, candidate.column].append(candidate)
        for (table, column), found in by_column.items():
            empty = self.columns.without_values(table, (column,))
            best = max(c.prior for c in found)
            for candidate in [c for c in found if c.prior >= best - 0.45][:_RIVALS]:
                if empty:
                    self._guesses.append((candidate, None, None))
                    continue
                child = self.values.side(Side(table, (column,)))
                parent = self._parent(candidate.to, candidate.to_column)
                self._guesses.append((candidate, child, parent))
        for table_ in self.columns.tables:
            for known in self.columns.of(table_):
                place = table_.qualified, known.name
                if place in taken or place in by_column or known.is_empty or not known.can_hold_key:
                    continue
                key = known.name == self._candidates.key(table_)
                if not key and known.filled and _may_refer(known):
                    # Its values have to tell; which keys are there is known when all is asked.
                    number = self.values.side(Side(table_.qualified, (known.name,)))
                    self._nameless.append((table_, known.name, number))

    def _parent(self, to: Table, column: str) -> int:
        number = self.values.side(Side(to.qualified, (column,)))
        self._loaded[number] = to, column
        return number

    # Answers

    def ask_types(self) -> None:
        """Ask about the tables that the types of pairs name; the pairs have been read."""
        for number, reference in self._settle_pairs():
            if reference.to in self.columns.table and reference.to_columns:
                parent = self.values.side(Side(reference.to, reference.to_columns))
                self._typed.append(_Asked(reference, pair=number, parent=parent))

    def found(self) -> tuple[tuple[Reference, ...], tuple[Polymorphic, ...], tuple[TableKey, ...]]:
        """References, pairs and keys; all that was asked for is read and sealed."""
        asked = [*self._stated, *self._typed]
        split = self.values.split(
            (a.pair, a.reference.when[1])
            for a in asked
            if a.pair is not None and a.reference.when is not None
        )
        said = self._proven(self._stated_results(asked, split))
        references = [*said, *self._guessed_results()]
        references.sort(key=lambda r: (r.table, r.columns, r.when or ("", ""), r.to))
        return tuple(references), tuple(self._polymorphic), tuple(self._keys.found(self.unread))

    def _settle_pairs(self) -> list[tuple[int, Reference]]:
        """Decide which pairs are ones; the references of the types that stand in them."""
        types = self.values.types()
        said = {(a.reference.table, a.reference.columns, a.reference.when) for a in self._stated}
        typed: list[tuple[int, Reference]] = []
        for pair, number, known in self._pairs:
            there = types.get(number, []) if number is not None else []
            found, unknown = self._types_of(pair, known, there)
            rows, matched = sum(n for _, n in there), sum(n for _, n, _ in found)
            table = pair.table.qualified
            if known is None and not _is_pair(pair, rows, matched):
                self._doubtful.add((table, pair.id_column))
                continue
            self._paired |= {(table, pair.id_column), (table, pair.type_column)}
            if pair.to_prove and known is None:
                self._unproven.add((table, pair.id_column))
            share = matched / rows if rows else 0.0
            sure = known.confidence if known else round(max(pair.prior, 0.45 + share / 2), 3)
            basis = known.basis if known else "inferred"
            self._polymorphic.append(
                Polymorphic(table, pair.type_column, pair.id_column, basis, sure,
                            self._shown(pair, unknown, rows, len(there)))
            )  # fmt: skip
            for _, _, reference in found:
                place = reference.table, reference.columns, reference.when
                if number is not None and place not in said:
                    typed.append((number, replace(reference, confidence=sure)))
        self._polymorphic.sort(key=lambda p: (p.table, p.type_column, p.id_column))
        return typed

    def _types_of(
        self, pair: Pair, known: Polymorphic | None, there: list[tuple[str, int]]
    ) -> tuple[list[tuple[str, int, Reference]], dict[str, int]]:
        found: list[tuple[str, int, Reference]] = []
        unknown: dict[str, int] = {}
        for value, count in there:
            reference = None
            if known is not None and self.product is not None:
                reference = self.product.reference_of(known, value)
            if reference is None and self._may_tell(value, there):
                reference = self._by_name(pair, value)
            if reference is None:
                unknown[value] = count
            else:
                found.append((value, count, reference))
        return found, unknown

    def _may_tell(self, value: str, there: Sequence[tuple[str, int]]) -> bool:
        """Whether a type that names a table may stand in evidence: somebody may have typed it.

        Only its last part names the table. What stands before is seen where
        many rows have it.
        """
        if not _TYPE.fullmatch(value) or sum(c.isnumeric() for c in value) >= _MANY_DIGITS:
            return False
        if self._candidates.names.named(value):
            return True
        last = last_part(value)
        front = value.removesuffix(last) if self._candidates.names.named(last) else value
        return sum(n for v, n in there if v.startswith(front)) >= MINIMUM_COUNT

    def _by_name(self, pair: Pair, value: str) -> Reference | None:
        to = of_value(value, self._candidates.names)
        key = self._candidates.key(to) if to else None
        if to is None or key is None:
            return None
        return Reference(
            pair.table.qualified, (pair.id_column,), to.qualified, (key,),
            (pair.type_column, value), reasons=(f"its type names {to.qualified}",),
        )  # fmt: skip

    def _shown(
        self, pair: Pair, unknown: Mapping[str, int], rows: int, distinct: int
    ) -> dict[str, int]:
        """Unknown types as they may be shown: codes in clear, all else by its shape."""
        shown: dict[str, int] = defaultdict(int)
        for value, count in sorted(unknown.items()):
            clear = may_show(pair.type_column, "text", distinct, rows, value, count)
            shown[value if clear else shape(value)] += count
        return dict(sorted(shown.items(), key=lambda item: (-item[1], item[0])))

    def _proven(self, found: list[Reference]) -> list[Reference]:
        """Without pairs whose names say little and whose ids are mostly not there."""
        filled: dict[tuple[str, str], int] = defaultdict(int)
        orphans: dict[tuple[str, str], int] = defaultdict(int)
        for one in found:
            filled[one.table, one.columns[0]] += one.filled or 0
            orphans[one.table, one.columns[0]] += one.orphans or 0
        wrong = {p for p in self._unproven if orphans[p] > 0.5 * filled[p] or not filled[p]}
        pairs_ = [p for p in self._polymorphic if (p.table, p.id_column) in wrong]
        for pair in pairs_:
            self._polymorphic.remove(pair)
            self._paired -= {(pair.table, pair.id_column), (pair.table, pair.type_column)}
        return [r for r in found if r.when is None or (r.table, r.columns[0]) not in wrong]

    def _stated_results(
        self, asked: list[_Asked], split: Mapping[tuple[int, str], int]
    ) -> list[Reference]:
        tests, places, known = [], [], self.values.rows
        for one in asked:
            when = one.reference.when
            child = split.get((one.pair, when[1])) if one.pair is not None and when else one.child
            failed = {one.reference.table, one.reference.to} & self.unread
            failed |= {w for w in (one.where,) if w and (one.reference.table, w) not in known}
            if child is not None and one.parent is not None and not failed:
                places.append(one)
                tests.append((child, one.parent, one.sentinels))
        inclusions = self.values.inclusions(tests)
        tested = {id(one): found for one, found in zip(places, inclusions, strict=True)}
        types = {
            (pair, value): count
            for pair, values in self.values.types().items()
            for value, count in values
        }
        return [self._result(one, tested.get(id(one)), types) for one in asked]

    def _result(
        self, asked: _Asked, found: Inclusion | None, types: Mapping[tuple[int, str], int]
    ) -> Reference:
        reference = asked.reference
        rows = self.values.rows.get((reference.table, asked.where))
        cases = rows if rows is not None else self.columns.rows(reference.table)
        if reference.when is not None:
            cases = types.get((asked.pair, reference.when[1]), 0) if asked.pair is not None else 0
        to = self.columns.table.get(reference.to)
        empty = (
            found is None
            and to is not None
            and bool(reference.to_columns)
            and self.columns.without_values(reference.table, reference.columns)
            and all(self.columns.get(reference.table, c) for c in reference.columns)
        )
        return self._counts(reference, Inclusion() if empty else found, cases or 0)

    def _counts(self, reference: Reference, found: Inclusion | None, cases: int) -> Reference:
        parents = self._rows(reference.to)
        if found is None:
            return replace(reference, cases=cases, parents=parents)
        return replace(
            reference,
            cases=cases,
            filled=found.filled,
            sentinels=found.sentinels,
            orphans=found.orphans,
            distinct=found.distinct,
            parents=parents,
            referred=found.referred,
            most=found.most or None,
        )

    def _rows(self, table: str) -> int | None:
        read = self.values.rows.get((table, ""))
        return read if read is not None else self.columns.rows(table)

    def _guessed_results(self) -> Iterator[Reference]:
        spreads, taken = self.values.spreads(), self._paired
        guesses = [
            (c, child, parent)
            for c, child, parent in (*self._guesses, *self._by_values(spreads))
            if (c.table.qualified, c.column) not in taken
        ]
        failed = self.unread
        tests = [
            (i, (child, parent, ()))
            for i, (c, child, parent) in enumerate(guesses)
            if child is not None
            and parent is not None
            and not {c.table.qualified, c.to.qualified} & failed
        ]
        inclusions = self.values.inclusions([t for _, t in tests])
        tested = {i: found for (i, _), found in zip(tests, inclusions, strict=True)}
        best: dict[tuple[str, str], tuple[Candidate, Judged, Inclusion | None]] = {}
        for i, (candidate, child, parent) in enumerate(guesses):
            found = tested.get(i)
            judged = judge(
                candidate,
                found,
                spreads.get(child, Spread()) if child is not None else Spread(),
                spreads.get(parent, Spread()) if parent is not None else Spread(),
            )
            place = candidate.table.qualified, candidate.column
            if place not in best or judged.confidence > best[place][1].confidence:
                best[place] = candidate, judged, found
        self._follow_habits(best)
        for candidate, judged, found in best.values():
            back = best.get((candidate.to.qualified, candidate.to_column))
            mutual = back is not None and _target(back[0]) == _source(candidate)
            # Two columns do not refer to each other: they hold the same number.
            if mutual and back is not None and back[1].confidence >= judged.confidence:
                continue
            # Beside what looks like a type, orphans may be references to other tables.
            weak = candidate.prior == _ONLY_VALUES or _source(candidate) in self._doubtful
            if weak and found is not None and found.orphans:
                continue
            if judged.confidence >= ENOUGH:
                yield self._guessed(candidate, judged, found)

    def _follow_habits(
        self, best: dict[tuple[str, str], tuple[Candidate, Judged, Inclusion | None]]
    ) -> None:
        """Send columns without values where the filled ones of their name go."""
        habits = Habits(
            Confirmed(*place, _target(candidate))
            for place, (candidate, judged, found) in best.items()
            if judged.confidence >= ENOUGH and found is not None and found.referred
        )
        for table in self.columns.tables:
            for known in self.columns.of(table):
                place = table.qualified, known.name
                if not known.is_empty or place in self._said | self._paired:
                    continue
                there = best.get(place)
                told = there is not None and there[1].confidence >= ENOUGH
                guessed = _target(there[0]) if there is not None and told else None
                to = habits.of(known.name, guessed)
                target = self.columns.get(*to) if to is not None else None
                if to is None or target is None or to == place or not known.can_hold_key:
                    continue
                why = ("columns of that name elsewhere refer to it",)
                candidate = Candidate(table, known.name, target.table, to[1], _HABIT, why)
                best[place] = candidate, judge(candidate, None, Spread(), Spread()), None

    def _guessed(self, candidate: Candidate, judged: Judged, found: Inclusion | None) -> Reference:
        table = candidate.table.qualified
        reference = Reference(
            table,
            (candidate.column,),
            candidate.to.qualified,
            (candidate.to_column,),
            confidence=judged.confidence,
            reasons=(*candidate.reasons, *judged.reasons),
        )
        if found is None and self.columns.without_values(table, (candidate.column,)):
            found = Inclusion()
        return self._counts(reference, found, self._rows(table) or 0)

    def _by_values(
        self, spreads: Mapping[int, Spread]
    ) -> Iterator[tuple[Candidate, int | None, int | None]]:
        """Columns that no name explains, against the keys that were read for others."""
        for table, name, child in self._nameless:
            spread = spreads.get(child)
            if spread is None:
                continue
            for parent, (to, column) in self._loaded.items():
                keys = spreads.get(parent)
                if keys is not None and to != table and _may_include(spread, keys):
                    why = ("only its values speak for it",)
                    candidate = Candidate(table, name, to, column, _ONLY_VALUES, why, True)
                    yield candidate, child, parent


def _is_pair(pair: Pair, rows: int, matched: int) -> bool:
    """Whether names and type values together make it a pair."""
    if not rows:
        return pair.alone
    return matched >= 0.5 * rows or (pair.prior >= 0.85 and matched >= 0.1 * rows)


def _may_refer(known: Known) -> bool:
    name = named(known.name)
    return known.means == "reference" or (name.mark >= 0.9 and bool(name.words))


def _may_include(child: Spread, parent: Spread) -> bool:
    if child.range and parent.range:
        inside = parent.range[0] <= child.range[0] and child.range[1] <= parent.range[1]
        return child.distinct >= _MANY and inside
    return not child.range and not parent.range and child.distinct >= 3


def _source(candidate: Candidate) -> tuple[str, str]:
    return candidate.table.qualified, candidate.column


def _target(candidate: Candidate) -> tuple[str, str]:
    return candidate.to.qualified, candidate.to_column


def _place(reference: Reference) -> tuple[object, ...]:
    return reference.table, reference.columns, reference.to, reference.when
