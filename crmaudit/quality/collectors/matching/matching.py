"""From staged records to pairs, estimates and things: the one way in.

`match` is given an engine with the table `records` and leaves four tables there: `standard` and
`candidates`, `scored` (l, r, weight, probability, state, rule) with every candidate worth a look,
and `members` (n, thing): for each record the lowest number of the thing that it stands for.
It takes long and asks the engine, so it is to be given to `Engine.run`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from crmaudit.evidence import privacy
from crmaudit.evidence.match import Compared, Estimate, Matching, Step
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import (
    clusters,
    deciding,
    definite,
    estimating,
    levels,
    unseen,
)
from crmaudit.quality.collectors.matching import model as models
from crmaudit.quality.collectors.matching.candidates import candidates
from crmaudit.quality.collectors.matching.deciding import Decision
from crmaudit.quality.collectors.matching.definite import RULES
from crmaudit.quality.collectors.matching.levels import Spec
from crmaudit.quality.collectors.matching.model import Model
from crmaudit.quality.collectors.matching.standard import standardise

Pair = tuple[int, int]
Shown = tuple[int, int, float, float, str, float]
"""l, r, weight, probability, rule, prior."""

RELATED = "household or employer"
"""The step that takes back what people of one household or employer share anyway."""

_COMMON = "how common the value is"


def match(
    engine: Engine,
    kind: str,
    *,
    within: bool = True,
    across: bool = True,
    answers: Mapping[Pair, str] | None = None,
    seed: int = 1,
) -> Matched:
    """Find the records of the table `records` that stand for one thing.

    `kind` is one of `recipe.MATCHED`. Pairs `within` a system, `across`
    systems or both are compared. `answers` are those of a review, by the
    records' numbers: "same", "different" or "unsure". Same input, same result.
    """
    began = monotonic()
    attributes = standardise(engine, kind)
    blocks = candidates(engine, kind, within=within, across=across)
    made = weigh(
        engine, usable(engine, kind), within=within, across=across, answers=answers, seed=seed
    )
    made.matching = replace(
        made.matching,
        attributes=attributes,
        blocks=blocks,
        cannot=made.matching.cannot and _why_not(attributes, made.matching),
        seconds=round(monotonic() - began, 2),
    )
    return made


def usable(engine: Engine, kind: str) -> tuple[Spec, ...]:
    """What records of a kind are compared by, as far as `standard` has values that differ."""
    wanted = levels.needs(kind)
    counted = ", ".join(f"count({sql}), min({sql}) <> max({sql})" for sql in wanted.values())
    (row,) = engine.ask(f"SELECT {counted} FROM standard")
    filled = dict(zip(wanted, row[::2], strict=True))
    differ = {name for name, more in zip(wanted, row[1::2], strict=True) if more}
    return levels.specs(kind, filled, differ)


def weigh(
    engine: Engine,
    specs: Sequence[Spec],
    *,
    within: bool = True,
    across: bool = True,
    answers: Mapping[Pair, str] | None = None,
    seed: int = 1,
) -> Matched:
    """Weigh the pairs of `candidates` by what `specs` compare of `standard`, and decide."""
    said = {
        (min(pair), max(pair)): answer
        for pair, answer in sorted((answers or {}).items())
        if pair[0] != pair[1]
    }
    counts = dict(engine.ask("SELECT system, count(*) FROM standard GROUP BY 1 ORDER BY 1"))
    pairs = _possible(list(counts.values()), within, across)
    records = sum(counts.values())
    if not specs or not pairs:
        why = (
            "there is no attribute with different values in at least two records"
            if pairs
            else "there are no two records to compare"
        )
        return _nothing(engine, records, why)
    trained = models.train(engine, specs, pairs, _allowed(within, across), seed, said)
    return Matched(engine, trained, records, said, seed)


@dataclass(slots=True)
class _Scored:
    weight: npt.NDArray[np.float64]
    rules: npt.NDArray[np.int8]
    decision: Decision


class Matched:
    """The outcome. `matching` is its evidence; examples and review are empty there."""

    def __init__(
        self,
        engine: Engine,
        trained: Model | None,
        records: int,
        said: Mapping[Pair, str],
        seed: int = 1,
    ) -> None:
        self._engine = engine
        self.model = trained
        self._said = said
        none = np.empty(0, np.int64)
        self._left = self._right = none
        self._thing: dict[int, int] = {}
        if trained is None:
            self.matching = Matching(records=records)
            return
        vectors, p = trained.kept, trained.parameters
        self._left, self._right = vectors.left, vectors.right
        weight = estimating.odds(vectors, trained.specs, p)
        rules = definite.decided(vectors, trained.specs, p)
        forced = models.forced(vectors, said)
        shift, doubt = 0.0, deciding.DOUBT
        if forced is not None:
            shift, doubt = deciding.corrected(weight, forced)
            # What the answers say of all weights is part of where they begin.
            self.model = trained = replace(trained, parameters=estimating.raised(p, shift))
            p = trained.parameters
            weight = estimating.odds(vectors, trained.specs, p)
            rules[forced == 1] = RULES.index(definite.SAID_SAME)
            rules[forced == 0] = RULES.index(definite.SAID_DIFFERENT)
        self._unseen = unseen.share(
            engine, vectors, trained.specs, p, weight, deciding.settled(weight, rules), seed
        )
        decision = deciding.decide(weight, rules, forced, doubt, self._unseen)
        self._scored = _Scored(weight, rules, decision)
        _, never = definite.says(rules)
        numbers, heads = clusters.things(
            self._left, self._right, weight, np.flatnonzero(decision.same), np.flatnonzero(never)
        )
        self._numbers, self._heads = numbers, heads
        self._keep(numbers, heads)
        hopeless = trained.candidates - len(vectors)
        self.matching = Matching(
            records=records,
            candidates=trained.candidates,
            comparisons=trained.comparisons(),
            prior=float(p.same),
            threshold=decision.threshold,
            uncertain=decision.uncertain,
            threshold_by=decision.by,
            histogram=deciding.histogram(weight, decision.probability, hopeless),
            same_pairs=int(decision.same.sum()),
            uncertain_pairs=int(decision.in_doubt.sum()),
            precision=decision.precision,
            recall=decision.recall,
            answers=sum(1 for a in said.values() if a in ("same", "different")),
            notes=(*trained.notes, *p.notes),
        )

    def _keep(self, numbers: Any, heads: Any) -> None:
        """Make `scored` and `members`."""
        import pyarrow as pa

        s = self._scored
        state = np.where(
            s.decision.same, "same", np.where(s.decision.in_doubt, "uncertain", "different")
        )
        rows = pa.table(
            {
                "l": self._left,
                "r": self._right,
                "weight": s.weight,
                "probability": s.decision.probability,
                "state": pa.array(state.astype(object), pa.string()),
                "rule": pa.DictionaryArray.from_arrays(pa.array(s.rules), pa.array(RULES)),
            }
        )
        self._engine.show(
            "weighed",
            rows,
            "CREATE OR REPLACE TABLE scored AS SELECT l, r, weight, probability, state,"
            " rule::VARCHAR AS rule FROM weighed ORDER BY l, r",
        )
        found = pa.table({"n": numbers, "thing": heads})
        self._engine.show(
            "grouped",
            found,
            "CREATE OR REPLACE TABLE members AS SELECT s.n, coalesce(g.thing, s.n) AS thing"
            " FROM standard AS s LEFT JOIN grouped AS g ON g.n = s.n ORDER BY s.n",
        )

    def surplus(self, system: str | None = None) -> int:
        """Records less things, of one system or of all."""
        where = "" if system is None else f" WHERE s.system = {_text(system)}"
        ((records, found),) = self._engine.ask(
            "SELECT count(*), count(DISTINCT m.thing) FROM members AS m"
            f" JOIN standard AS s ON s.n = m.n{where}"
        )
        return int(records - found)

    def estimated(self, system: str | None = None) -> Estimate:
        """The true number of surplus records, of one system or of all, by the model.

        The expected number of links of a maximum spanning forest (Kruskal
        1956): each link that first connects two groups makes one record surplus,
        with the probability that it is right.
        """
        if self.model is None:
            return Estimate(0.0, 0.0, 0.0)
        s = self._scored
        chosen = np.flatnonzero(s.decision.probability > 1e-4)
        if system is not None:
            mine = self._of(system)
            chosen = chosen[np.isin(self._left[chosen], mine) & np.isin(self._right[chosen], mine)]
        order = chosen[
            np.lexsort((self._right[chosen], self._left[chosen], -s.decision.probability[chosen]))
        ]
        ends, places = np.unique(
            np.concatenate([self._left[order], self._right[order]]), return_inverse=True
        )
        groups = clusters.Groups(len(ends))
        a, b = places[: len(order)].tolist(), places[len(order) :].tolist()
        links = order[[groups.join(i, j) for i, j in zip(a, b, strict=True)]] if a else order
        records = self.matching.records if system is None else len(mine)
        return self._sum(
            [deciding.settled(s.weight[links], s.rules[links], d) for d in self._doubts()],
            max(records - 1.0, 0.0),
        )

    def between(self, left: str, right: str) -> tuple[Estimate, Estimate]:
        """The true numbers of the left system's records with a partner in the right, and back."""
        if self.model is None:
            return Estimate(0.0, 0.0, 0.0), Estimate(0.0, 0.0, 0.0)
        mine, theirs = self._of(left), self._of(right)
        forth = np.isin(self._left, mine) & np.isin(self._right, theirs)
        back = np.isin(self._left, theirs) & np.isin(self._right, mine)
        pairs = np.concatenate([np.flatnonzero(forth), np.flatnonzero(back)])
        ours = np.concatenate([self._left[forth], self._right[back]])
        others = np.concatenate([self._right[forth], self._left[back]])
        return (
            self._partnered(pairs, ours, float(len(mine))),
            self._partnered(pairs, others, float(len(theirs))),
        )

    def _partnered(self, pairs: Any, records: Any, most: float) -> Estimate:
        """How many of the records have a partner: each by its likeliest pair."""
        s = self._scored
        views = []
        ends, places = np.unique(records, return_inverse=True)
        for shift in self._doubts():
            best = np.zeros(len(ends))
            np.maximum.at(best, places, deciding.settled(s.weight[pairs], s.rules[pairs], shift))
            views.append(best)
        return self._sum(views, most)

    def _sum(self, views: Sequence[estimating.Floats], most: float) -> Estimate:
        seen = float(views[0].sum())
        return deciding.estimate(views, most=most, unseen=self._unseen * seen)

    def _doubts(self) -> tuple[float, float, float]:
        doubt = self._scored.decision.doubt
        return 0.0, -doubt, doubt

    def _of(self, system: str) -> Any:
        rows = self._engine.ask(f"SELECT n FROM standard WHERE system = {_text(system)} ORDER BY n")
        return np.fromiter((n for (n,) in rows), np.int64, len(rows))

    def examples(self, k: int) -> list[Shown]:
        """Up to `k` pairs over all weights, from the line upwards and a few below it."""
        if self.model is None or k < 1:
            return []
        s = self._scored
        order = np.lexsort((self._right, self._left, s.weight))
        order = order[s.weight[order] >= s.decision.uncertain]
        if len(order) > k:
            order = order[np.unique(np.linspace(0, len(order) - 1, k).round().astype(int))]
        return [self._shown(int(i)) for i in order[::-1]]

    def uncertain(self, k: int) -> list[Shown]:
        """Up to `k` pairs to be reviewed, those first of which an answer tells the most.

        These are the ones nearest to even odds; pairs just over the line are
        among them, as an answer would change the outcome of those as well.
        """
        if self.model is None:
            return []
        s = self._scored
        chance = s.decision.probability
        unsaid = (s.rules == 0) | definite.left_open(s.rules)
        close = unsaid & (chance >= deciding.WORTH_A_LOOK) & (chance <= 1 - deciding.WORTH_A_LOOK)
        found = np.flatnonzero(close)
        far = np.abs(chance[found] - 0.5)
        order = found[np.lexsort((self._right[found], self._left[found], far))][: max(k, 0)]
        return [self._shown(int(i)) for i in order]

    def _shown(self, i: int) -> Shown:
        s = self._scored
        assert self.model is not None
        return (
            int(self._left[i]),
            int(self._right[i]),
            round(float(s.weight[i]), 4),
            round(float(s.decision.probability[i]), 6),
            RULES[int(s.rules[i])],
            round(self.model.parameters.prior(), 4),
        )

    def explain(self, pairs: Sequence[Pair]) -> tuple[tuple[Step, ...], ...]:
        """What each attribute says of each pair, with masked values; empty for pairs not scored.

        Prior and steps add up to the weight. How common a shared value is
        makes a step of its own.
        """
        if self.model is None or not pairs:
            return tuple(() for _ in pairs)
        keys = self._left * (int(self._right.max(initial=0)) + 1) + self._right
        order = np.argsort(keys, kind="stable")
        wanted = np.array([min(p) * (int(self._right.max(initial=0)) + 1) + max(p) for p in pairs])
        at = order[np.minimum(np.searchsorted(keys[order], wanted), len(order) - 1)]
        values = self._values({n for pair in pairs for n in pair})
        return tuple(
            self._steps(int(i), pair, values) if keys[i] == key else ()
            for i, key, pair in zip(at, wanted, pairs, strict=True)
        )

    def _steps(
        self, i: int, pair: Pair, values: Mapping[int, Mapping[str, str]]
    ) -> tuple[Step, ...]:
        assert self.model is not None
        specs, p = self.model.specs, self.model.parameters
        one = self.model.kept.some(slice(i, i + 1))
        weights = estimating.steps(one, specs, p)[0]
        made: list[Step] = []
        for k, spec in enumerate(specs):
            level = int(one.levels[0, k])
            if level < 0:
                continue
            whole = float(np.log2(p.m[k][level] / p.u[k][level]))
            sides = [
                next((values[n][c] for c in spec.shows if values.get(n, {}).get(c)), "")
                for n in pair
            ]
            made.append(Step(spec.attribute, spec.grades[level].label, round(whole, 4), *sides))
            common = float(weights[k]) - whole
            if abs(common) >= 0.00005:
                made.append(Step(spec.attribute, _COMMON, round(common, 4)))
        kin = float(estimating.relations(one, specs, p)[0])
        if abs(kin) >= 0.00005:
            made.append(Step(RELATED, "explains some of the agreement", round(-kin, 4)))
        return tuple(made)

    def _values(self, numbers: set[int]) -> dict[int, dict[str, str]]:
        """Masked values of records."""
        assert self.model is not None
        columns = sorted({c for s in self.model.specs for c in s.shows})
        listed = ", ".join(str(n) for n in sorted(numbers))
        rows = self._engine.ask(
            f"SELECT n, {', '.join(columns)} FROM records WHERE n IN ({listed}) ORDER BY n"
        )
        return {
            row[0]: {c: _masked(v) for c, v in zip(columns, row[1:], strict=True)} for row in rows
        }


def _masked(value: Any) -> str:
    if isinstance(value, list):
        value = next((v for v in value if v), None)
    return privacy.example(value) if value else ""


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _possible(sizes: Sequence[int], within: bool, across: bool) -> float:
    """How many pairs there are, within systems and across them."""
    total = sum(sizes)
    inside = sum(s * (s - 1) / 2 for s in sizes)
    return (inside if within else 0.0) + (total * (total - 1) / 2 - inside if across else 0.0)


def _allowed(within: bool, across: bool) -> str:
    if within and across:
        return "TRUE"
    return f"a.system IS {'NOT ' if within else ''}DISTINCT FROM b.system"


def _why_not(attributes: Sequence[Compared], matching: Matching) -> str:
    if matching.records < 2:
        return matching.cannot
    empty = [a.attribute for a in attributes if a.unused == "no record has it"]
    same = [a.attribute for a in attributes if a.unused.startswith("all records have the same")]
    if same and len(same) + len(empty) == len(attributes):
        return f"all records say the same: {', '.join(same)}"
    return matching.cannot


def _nothing(engine: Engine, records: int, why: str) -> Matched:
    """An outcome that says why there is none; every record is a thing of its own."""
    engine.ask(
        "CREATE OR REPLACE TABLE scored (l BIGINT, r BIGINT, weight DOUBLE, probability DOUBLE,"
        " state VARCHAR, rule VARCHAR)"
    )
    engine.ask("CREATE OR REPLACE TABLE members AS SELECT n, n AS thing FROM standard ORDER BY n")
    made = Matched(engine, None, records, {})
    made.matching = replace(made.matching, cannot=why)
    return made
