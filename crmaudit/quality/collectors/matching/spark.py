"""The trained model on Spark: candidates of more records than one machine should weigh.

Everything but the weighing stays where it was: records are staged, standardised and paired by
DuckDB, the model is learnt on a sample of them. `SparkVectoriser` does on a cluster what
`model.Vectoriser` does on DuckDB: the same settings of Splink, with their conditions in Spark's
SQL, give the same degrees of agreement for the same pairs.

`CRMAUDIT_SPARK` names the cluster (`spark://host:7077`, `local-cluster[2,1,1024]`, `local[4]`),
`CRMAUDIT_SPARK_FOLDER` a folder that all of its machines see, where that is not this machine
alone. Standardised records lie in there, in clear, for as long as it takes; only this user may
read them, so the cluster has to work as the same one.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from crmaudit.errors import CrmauditError
from crmaudit.private import Scratch, sweep
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import model
from crmaudit.quality.collectors.matching.estimating import Parameters, Vectors
from crmaudit.quality.collectors.matching.levels import Spec

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER, FOLDER = "CRMAUDIT_SPARK", "CRMAUDIT_SPARK_FOLDER"

MANY = 3_000_000
"""Records from which on a cluster is used, where there is one."""

_numbers = itertools.count()
"""Each table that a session is given has a name of its own."""

_QUIET = """status = OFF
rootLogger.level = OFF
"""


def master() -> str:
    """The cluster that the environment names, empty without one."""
    return os.environ.get(MASTER, "").strip()


@contextmanager
def elsewhere(
    engine: Engine, specs: Sequence[Spec], records: int
) -> Iterator[SparkVectoriser | None]:
    """What weighs the candidates of so many records on the cluster.

    None where this machine is to do it: the environment names no cluster, or
    there are no more than `MANY` records.
    """
    url = master()
    if not url or records <= MANY:
        yield None
        return
    with session(url) as (spark, folder):
        yield SparkVectoriser(engine, specs, spark, folder)


@contextmanager
def session(url: str) -> Iterator[tuple[SparkSession, Path]]:
    """A session on the cluster, and a folder for what goes there and back.

    Both are gone afterwards, but for a session that was there before. Nothing
    is printed: Spark's messages may hold values. Raises CrmauditError where
    pyspark is not installed or the cluster does not answer.
    """
    try:
        from pyspark.sql import SparkSession
        from splink.backends.spark import similarity_jar_location
    except ImportError:
        raise CrmauditError(
            f"{MASTER} is set, and pyspark is not installed",
            f"pip install 'crmaudit[spark]', with Java 17 or later; or unset {MASTER}",
        ) from None
    where = os.environ.get(FOLDER) or None
    if where:
        # What a killed run left in the usual place goes by itself, here it does not.
        sweep(where)
    with Scratch(where) as name:
        folder = Path(name)
        quiet = folder / "log4j2.properties"
        quiet.write_text(_QUIET, encoding="ascii")
        settings = {
            "spark.jars": similarity_jar_location(),
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "OFF",
            "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
            "spark.executor.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
            "spark.local.dir": str(folder / "local"),
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            # As DuckDB has it: what cannot be told is null.
            "spark.sql.ansi.enabled": "false",
            "spark.sql.legacy.sizeOfNull": "false",
        }
        if url.startswith("local"):
            settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        builder = SparkSession.builder.master(url).appName("crmaudit")
        for key, value in settings.items():
            builder = builder.config(key, value)
        with _surroundings(
            SPARK_WORKER_DIR=str(folder / "work"),
            SPARK_LOCAL_IP="127.0.0.1" if url.startswith("local") else "",
        ):
            mine = SparkSession.getActiveSession() is None
            with _told("Spark does not start"), _unheard():
                found = builder.getOrCreate()
            try:
                yield found, folder
            finally:
                if mine:
                    with suppress(Exception):
                        found.stop()


class SparkVectoriser(model.Vectoriser):
    """`model.Vectoriser` on a cluster."""

    def __init__(
        self, engine: Engine, specs: Sequence[Spec], spark: SparkSession, folder: Path
    ) -> None:
        from splink.backends.spark import SparkAPI

        self._engine = engine
        self._specs = specs
        self._spark = spark
        self._folder = folder
        self._made = 0
        self._number = next(_numbers)
        columns = ", ".join(("n", *model._columns(specs)))
        self._lists = self._sent("records", f"SELECT {columns} FROM standard")
        with model._quiet(), _told("the records cannot be given to Spark"):
            make: Any = SparkAPI
            self._cluster = make(spark_session=spark, break_lineage_method="persist")
            rows = spark.read.parquet(self._at("records"))
            self._records = self._cluster.register(
                rows, table_name=f"records_compared_{self._number}"
            )

    def vectors(self, pairs: str, p: Parameters, least: float | None = None) -> Vectors:
        """As `model.Vectoriser.vectors`."""
        from splink import Linker

        self._made += 1
        m = [model._distinct(a, b) for a, b in zip(p.m, p.u, strict=True)]
        settings = translated(model._settings(self._specs, m, p.u, p.same), self._lists)
        name = f"pairs_{self._made}"
        self._sent(name, f"SELECT l AS join_key_l, r AS join_key_r, '0' AS match_key FROM {pairs}")
        made = f"predicted_{self._made}"
        with model._quiet(), _told("Spark has failed"):
            linker = Linker(self._records, settings, log_level=None, validate_settings=False)
            blocked = self._cluster.register(
                self._spark.read.parquet(self._at(name)),
                table_name=f"{name}_compared_{self._number}",
            )
            linker.table_management.register_blocked_pairs_for_predict(blocked)
            found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
            found.as_spark_dataframe().write.parquet(self._at(made))
        try:
            self._fetch(made)
            return self._fetched(made, m, p)
        finally:
            self._engine.drop(made)

    def _at(self, name: str) -> str:
        return (self._folder / name).as_uri()

    def _sent(self, name: str, sql: str) -> frozenset[str]:
        """Write what a query answers where the cluster finds it; the columns that are lists."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        lists: set[str] = set()
        folder = self._folder / name
        folder.mkdir()
        writer: Any = None
        try:
            for number, batch in enumerate(self._engine.batches(sql)):
                if writer is None:
                    lists = {f.name for f in batch.schema if pa.types.is_list(f.type)}
                # Several files: Spark reads them side by side.
                if number % 16 == 0:
                    if writer is not None:
                        writer.close()
                    writer = pq.ParquetWriter(folder / f"{number:06d}.parquet", batch.schema)
                writer.write_batch(batch)
        finally:
            if writer is not None:
                writer.close()
        return frozenset(lists)

    def _fetch(self, name: str) -> None:
        """A table of the engine of what the cluster has written."""
        import pyarrow.dataset as ds

        found = ds.dataset(self._folder / name, format="parquet")
        self._engine.show("found", found, f"CREATE OR REPLACE TEMP TABLE {name} AS FROM found")


def translated(settings: dict[str, Any], lists: Collection[str]) -> dict[str, Any]:
    """A model's settings for Spark; `lists` are the columns that hold several values.

    Raises ValueError for a function whose meaning in Spark nobody has looked up.
    """
    comparisons = [
        {
            **comparison,
            "comparison_levels": [
                level
                if level["sql_condition"] == "ELSE"
                else {**level, "sql_condition": to_spark(level["sql_condition"], lists)}
                for level in comparison["comparison_levels"]
            ],
        }
        for comparison in settings["comparisons"]
    ]
    return {**settings, "comparisons": comparisons}


def to_spark(condition: str, lists: Collection[str] = ()) -> str:
    """A condition of DuckDB's SQL in Spark's.

    >>> to_spark("jaro_winkler_similarity(given_l, given_r) >= 0.9")
    'jaro_winkler(given_l, given_r) >= 0.9'
    >>> to_spark("length(phones_l) = 0 OR list_has_any(phones_l, phones_r)", {"phones"})
    'size(phones_l) = 0 OR arrays_overlap(phones_l, phones_r)'
    """

    def changed(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Func) or isinstance(node, _PLAIN):
            return node
        # What sqlglot has no class for carries its name itself.
        name = (node.name if type(node) is exp.Anonymous else node.sql_name()).lower()
        arguments: list[exp.Expr] = list(node.iter_expressions())
        if name in ("length", "len", "array_length", "array_size") and _is_list(
            arguments[0], lists
        ):
            name = "list_length"
        make = _FUNCTIONS.get(name)
        if make is None:
            raise ValueError(f"{name} has not been looked up in Spark's SQL")
        return make(arguments)

    made: str = (
        parse_one(condition, read="duckdb")
        .transform(changed)
        .sql("spark", normalize_functions=False)
    )
    return made


_PLAIN = (exp.Connector, exp.Cast, exp.Case, exp.If, exp.Coalesce, exp.Least, exp.Greatest)


def _is_list(node: exp.Expr, lists: Collection[str]) -> bool:
    return isinstance(node, exp.Column) and node.name[:-2] in lists


def _call(name: str) -> Callable[[list[exp.Expr]], exp.Expr]:
    # An own name for each, as the dialects' ways to write a function they know differ.
    return lambda arguments: exp.Anonymous(this=name, expressions=arguments)


def _has_all(arguments: list[exp.Expr]) -> exp.Expr:
    every, some = arguments
    left = exp.Anonymous(this="array_except", expressions=[some, every])
    return exp.EQ(
        this=exp.Anonymous(this="size", expressions=[left]), expression=exp.Literal.number(0)
    )


def _hamming(arguments: list[exp.Expr]) -> exp.Expr:
    """In how many places texts of one length differ: Spark has no function of its own."""
    left, right = (f"split({a.sql('spark')}, '')" for a in arguments)
    places = f"zip_with({left}, {right}, (x, y) -> x <> y)"
    return parse_one(f"size(filter({places}, differ -> differ))", read="spark")


_FUNCTIONS: dict[str, Callable[[list[exp.Expr]], exp.Expr]] = {
    "jarowinkler_similarity": _call("jaro_winkler"),
    "jaro_winkler_similarity": _call("jaro_winkler"),
    "damerau_levenshtein": _call("damerau_levenshtein"),
    "levenshtein": _call("levenshtein"),
    "array_overlaps": _call("arrays_overlap"),
    "list_has_any": _call("arrays_overlap"),
    "array_contains_all": _has_all,
    "list_has_all": _has_all,
    "list_length": _call("size"),
    "array_contains": _call("array_contains"),
    "hamming": _hamming,
    "strlen": _call("octet_length"),
    "unicode": _call("ascii"),
    **{n: _call(n) for n in ("length", "abs", "contains", "concat", "replace", "left", "right")},
    **{n: _call(n) for n in ("substring", "translate")},
    "starts_with": _call("startswith"),
    "concat": _call("concat"),
}


@contextmanager
def _unheard() -> Iterator[None]:
    """What a program that is started inside writes to stderr, as long as it runs, is dropped."""
    import warnings

    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def _surroundings(**values: str) -> Iterator[None]:
    """Variables of the environment that are set inside only, where they are not already."""
    mine = {k: v for k, v in values.items() if v and k not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name in mine:
            os.environ.pop(name, None)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What Spark raises may show values: only the kind of error is passed on."""
    try:
        yield
    except (CrmauditError, MemoryError):
        raise
    except Exception as error:
        raise CrmauditError(
            f"{what}: {type(error).__name__}",
            f"check {MASTER} ({master() or 'not set'}), Java 17 or later, and that all machines "
            f"see the folder that {FOLDER} names",
        ) from None
