"""Which CRM product a catalog is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Table
from crmaudit.evidence.entity_map import Product
from crmaudit.quality.products.condition_sql import NotHereError, quoted, written
from crmaudit.quality.products.conditions import parse
from crmaudit.quality.products.library import product_maps
from crmaudit.quality.products.naming import Names
from crmaudit.quality.products.product_map import Edition, ProductMap, Signature, VersionAt

Query = Callable[[str, str], list[tuple[object, ...]]]
"""`Source.query`: the rows that a statement answers, told what it is for."""

CLEARLY_AHEAD = 2.0
"""The best product's share of its `enough` points has to be so many times the second's."""

_PREFIXES = 12
"""Prefixes that are tried for one product, those that fit most tables first."""

_VERSION_LENGTH = 40

_FITS = 0.8
"""A map of whose columns fewer are there was made for something else."""

_OTHER = "another version, or a fork"


@dataclass(frozen=True)
class Recognised:
    """A product with its map and what its tables are called here."""

    product: Product
    map: ProductMap
    names: Names


@dataclass(frozen=True)
class _Score:
    names: Names
    points: float
    signs: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.points / self.names.product.recognise.enough


def recognise(
    catalog: Catalog, query: Query | None = None, maps: Iterable[ProductMap] | None = None
) -> Recognised | None:
    """The product that the catalog is of; None where none has enough points, or two come close.

    Points are those of the product map for tables and columns that are there.
    The best product needs `enough` of them, and at least twice the second's
    share of its own. With `query`, the version is asked by one small statement
    for each place where the map says that it may stand, until one answers.
    """
    scores = sorted(_scores(catalog, maps), key=lambda s: (-s.share, s.names.product.product))
    if not scores or scores[0].share < 1:
        return None
    best = scores[0]
    rivals = [s.share for s in scores if s.names.product is not best.names.product]
    if rivals and best.share < CLEARLY_AHEAD * max(rivals):
        return None
    found = best.names.product
    version, where = _version(best.names, query) if query else ("", "")
    reasons = [f"it has {', '.join(best.signs[:8])}" + (" and more" if best.signs[8:] else "")]
    if best.names.prefix:
        reasons.append(f"its tables begin with {best.names.prefix}")
    if where:
        reasons.append(where)
    missing = _missing(best.names)
    reasons += [missing] if missing else []
    product = Product(
        found.product,
        found.name,
        version,
        _edition(best.names) or (_OTHER if missing else ""),
        best.points,
        found.recognise.enough,
        tuple(reasons),
        found.verified_on_data,
        tuple(c.version for c in found.checked_against),
    )
    return Recognised(product, found, best.names)


def version_statements(recognised: Recognised) -> tuple[tuple[str, str], ...]:
    """The statements that ask for the version, each with its purpose; each answers one row."""
    return tuple(s for s, _ in _version_statements(recognised.names))


def _scores(catalog: Catalog, maps: Iterable[ProductMap] | None) -> Iterator[_Score]:
    engine = catalog.provenance.engine
    by_schema: dict[str, list[Table]] = {}
    for table in catalog.tables:
        by_schema.setdefault(table.schema, []).append(table)
    # The default schema first: of two alike it is the one.
    for _, tables in sorted(by_schema.items()):
        for found in product_maps() if maps is None else maps:
            how = found.recognise
            if how.by == "columns":
                yield _by_columns(Names(found, engine, tuple(tables)))
            else:
                names = (Names(found, engine, tuple(tables), p) for p in _prefixes(found, tables))
                yield max((_by_tables(n) for n in names), key=lambda s: s.points)


def _prefixes(found: ProductMap, tables: list[Table]) -> list[str]:
    """What may stand before the product's tables, the written prefix first."""
    any_case = found.recognise.case == "any"
    own = found.prefix
    cut = 0 if own.fixed else len(own.written)
    stems = tuple((s.casefold() if any_case else s)[cut:] for s in found.recognise.tables)
    counted: Counter[str] = Counter()
    for table in tables:
        name = table.name.casefold() if any_case else table.name
        for stem in stems:
            if name.endswith(stem):
                before = table.name[: len(name) - len(stem)]
                # A backslash could not be written into a condition.
                if not before or (before.endswith("_") and "\\" not in before):
                    counted[before] += 1
    usual = "" if own.fixed else own.written
    others = [p for p, _ in sorted(counted.items(), key=lambda c: (-c[1], c[0])) if p != usual]
    return [usual, *others[:_PREFIXES]]


def _by_tables(names: Names) -> _Score:
    how = names.product.recognise
    points, signs = 0.0, []
    for name, weight in how.tables.items():
        table = names.table(name)
        if table is not None:
            points += weight
            signs.append(table.name)
    for place, weight in how.columns.items():
        name, _, column = place.rpartition(".")
        table = names.table(name)
        if table is not None and names.column(table, column):
            points += weight
            signs.append(f"{table.name}.{column}")
    return _Score(names, points, tuple(signs))


def _by_columns(names: Names) -> _Score:
    """Files are told by their columns: each belongs to the kind of record it fits best."""
    how = names.product.recognise
    files: dict[str, list[Table]] = {}
    points: dict[str, float] = {}
    signs: dict[str, tuple[str, ...]] = {}
    kinds = sorted({c.partition(".")[0] for c in how.columns} | how.labels.keys())
    for table in names.tables:
        fits = [(_fit(table, kind, how, names), kind) for kind in kinds]
        (share, count, seen), kind = max(fits, key=lambda f: (f[0][:2], f[1]))
        if share >= 0.5:
            files.setdefault(kind, []).append(table)
            if count > points.get(kind, 0.0):
                points[kind], signs[kind] = count, tuple(f"{table.name}: {s}" for s in seen)
    # A kind without a file is not there, even if some file has its name.
    found = {kind: tuple(files.get(kind, ())) for kind in kinds}
    names = Names(names.product, names.engine, names.tables, files=found)
    shown = tuple(s for kind in sorted(signs) for s in signs[kind])
    return _Score(names, sum(points.values()), shown)


def _fit(
    table: Table, kind: str, how: Signature, names: Names
) -> tuple[float, float, tuple[str, ...]]:
    """Share of a kind's points that a file has, the points themselves, and what for."""
    own = {
        c.partition(".")[2]: weight
        for c, weight in how.columns.items()
        if c.partition(".")[0] == kind
    }
    best: tuple[float, float, tuple[str, ...]] = (0.0, 0.0, ())
    have = {names.fold(c.name).removeprefix("property_"): c.name for c in table.columns}
    for wanted in (own, how.labels.get(kind, {})):
        seen = {c: weight for c, weight in wanted.items() if names.fold(c) in have}
        if seen:
            points = sum(seen.values())
            best = max(best, (points / sum(wanted.values()), points, tuple(seen)))
    return best


def _missing(names: Names) -> str:
    """What to say where much of the map is not there: a fork has the first tables, too."""
    found = names.product
    if found.recognise.by == "columns":
        # An export holds what somebody asked for.
        return ""
    there = wanted = 0
    for number, row in enumerate(found.tables):
        table, columns = names.table(row.table), found.meanings[number]
        wanted += len(columns)
        there += sum(1 for c in columns if table and names.column(table, c))
    if there >= _FITS * wanted:
        return ""
    return f"only {there} of the {wanted} columns of its map are here"


def _edition(names: Names) -> str:
    def holds(edition: Edition) -> bool:
        signs = edition.when
        return (
            all(names.table(t) for t in signs.tables)
            and not any(names.table(t) for t in signs.without)
            and all(_has(names, c) for c in signs.columns)
        )

    how = names.product.recognise
    told = [e.name for e in how.editions if holds(e)][-1:]
    return ", ".join([*told, *(p.name for p in how.parts if holds(p))])


def _has(names: Names, place: str) -> bool:
    name, _, column = place.rpartition(".")
    table = names.table(name)
    return table is not None and names.column(table, column) is not None


def _version(names: Names, query: Query) -> tuple[str, str]:
    """The version, and a sentence on where it stands; empty where no place answers."""
    from crmaudit.sources.base import ConnectionLostError

    for (sql, purpose), place in _version_statements(names):
        try:
            rows = query(sql, purpose)
        except ConnectionLostError:
            raise
        except CrmauditError:
            continue
        value = rows[0][0] if rows and rows[0] else None
        if value not in (None, ""):
            text = " ".join(str(value).split())[:_VERSION_LENGTH]
            return "".join(c for c in text if c.isprintable()), place
    return "", ""


def _version_statements(names: Names) -> Iterator[tuple[tuple[str, str], str]]:
    for place in names.product.recognise.version:
        table = names.table(place.table)
        column = names.column(table, place.column) if table else None
        if table is None or column is None:
            continue
        sql = _version_sql(names, table, column.name, place)
        if sql:
            purpose = f"the version of {names.product.name}"
            note = f" ({place.note})" if place.note else ""
            yield (sql, purpose), f"{table.qualified}.{column.name} names the version{note}"


def _version_sql(names: Names, table: Table, column: str, place: VersionAt) -> str:
    def quote(name: str) -> str:
        return quoted(name, names.engine)

    where = f"{quote(column)} IS NOT NULL"
    if place.where:
        try:
            where += f" AND ({written(parse(place.where), table, place.table, names)})"
        except NotHereError:
            return ""
    order = names.column(table, place.order) if place.order else None
    last = f" ORDER BY {quote(order.name)} DESC" if order else ""
    source = ".".join(quote(p) for p in (table.schema, table.name) if p)
    return f"SELECT {quote(column)} FROM {source} WHERE {where}{last} LIMIT 1"
