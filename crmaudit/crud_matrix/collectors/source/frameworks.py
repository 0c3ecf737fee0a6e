"""ORMs and query builders: which table a class stands for, and what each step does to it.

Only what is sound is read: a class whose table is written down or follows from
the framework's rule, and calls on that class, on what came of such a call in
the same function, on a variable declared as one, or handed to the framework's
own functions. `x.save()` on something unknown counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from crmaudit.crud_matrix.collectors.source.evaluate import Seen

State = Literal["class", "query", "row", "new"]


@dataclass(frozen=True)
class Framework:
    """What steps do. `query` on the class or a query, `row` on a record read, `new` on one made.

    `single` steps give a record. `doors`: the steps from the class to its
    queries, empty where the class is one itself. `many`: what goes through
    a query record by record.
    """

    name: str
    query: Mapping[str, str]
    row: Mapping[str, str]
    new: Mapping[str, str]
    single: frozenset[str] = frozenset()
    doors: frozenset[str] = frozenset()

    def letters(self, steps: Sequence[str]) -> str:
        """What the last step does, after those before it; empty for nothing that is known."""
        state: State = "class"
        told = ""
        for step in steps:
            told = ""
            if step in {"new", ">new"}:
                state = "new"
            elif step == ":":
                state = "row"
            elif step == "<own>" or step in self.doors:
                state = "query"
            elif step == "<each>":
                state = "row" if state == "query" else state
            elif step == "<block>":
                continue
            elif state in {"class", "query"}:
                if self.doors and state == "class" and not step.startswith(">"):
                    return ""
                told = self.query.get(step, "")
                if step in self.single:
                    state = "row"
                elif told or state == "query":
                    state = "query"
                elif step not in self.query:
                    return ""
            elif state == "row":
                told = self.row.get(step, "")
            else:
                told = self.new.get(step, "")
        return told


def _steps(text: str) -> dict[str, str]:
    """`R: find where` and so on, a line each, as step → letters."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        letters, _, names = line.strip().partition(":")
        found.update(dict.fromkeys(names.split(), letters.strip()))
    return found


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RAILS_READ = """
    R: find find! find_by find_by! where all first first! last last! take pluck count exists? sum
    R: average minimum maximum ids find_each find_in_batches in_batches select order joins includes
    R: left_outer_joins left_joins preload eager_load limit offset group having distinct not rewhere
    R: reorder none? any? many? empty? to_a each map find_by_sql find_sole_by sole second third pick
    R: find_or_initialize_by unscoped lock readonly merge or from size length load
"""
_ELOQUENT_READ = """
    R: find findOrFail findMany first firstOrFail firstWhere get all where whereIn orWhere count exists
    R: pluck value sum avg min max paginate simplePaginate cursor chunk chunkById each whereNull
    R: whereNotNull with has whereHas doesntHave select join leftJoin orderBy groupBy latest oldest
    R: firstOrNew findOrNew query newQuery on withTrashed onlyTrashed cursorPaginate lazy sole take skip
    R: whereBetween whereNotIn whereDate limit offset whereKey withCount whereRaw selectRaw distinct when
"""

FRAMEWORKS = {
    f.name: f
    for f in (
        Framework(
            "django",
            query=_steps("""
                R: filter exclude get all values values_list count exists first last latest earliest
                R: aggregate annotate iterator in_bulk order_by distinct select_related only defer none
                R: prefetch_related select_for_update union dates datetimes reverse contains raw explain
                R: >get_object_or_404 >get_list_or_404 aget afirst acount aexists
                C: create bulk_create acreate abulk_create
                CR: get_or_create aget_or_create
                CRU: update_or_create aupdate_or_create
                U: update bulk_update aupdate
                D: delete adelete
            """),
            row=_steps("U: save\nD: delete\nR: refresh_from_db"),
            new=_steps("C: save asave"),
            single=_set("""get first last latest earliest get_or_create create update_or_create
                >get_object_or_404 aget afirst"""),
            doors=_set("objects _default_manager _base_manager"),
        ),
        Framework(
            "sqlalchemy",
            query=_steps("""
                R: >query >select >get >exists query get get_or_404 first_or_404 filter filter_by all
                R: first one one_or_none scalar scalars count where order_by limit join options
                C: >insert >add
                U: >update update
                D: >delete delete
            """),
            row=_steps("D: >delete"),
            new=_steps("C: >add >add_all >bulk_save_objects\nCRU: >merge"),
            single=_set(">get get first one one_or_none get_or_404 first_or_404"),
            doors=_set("query"),
        ),
        Framework(
            "rails",
            query=_steps(
                _RAILS_READ
                + """
                C: create create! insert insert! insert_all insert_all!
                CU: upsert upsert_all
                CR: find_or_create_by find_or_create_by! first_or_create first_or_create!
                CR: create_or_find_by create_or_find_by!
                U: update_all update_counters increment_counter decrement_counter touch_all
                RU: update update!
                D: delete_all delete delete_by
                RD: destroy_all destroy destroy_by
            """
            ),
            row=_steps("""
                U: save save! update update! update_attribute update_attributes update_attributes!
                U: update_column update_columns touch toggle! increment! decrement!
                D: destroy destroy! delete
                R: reload lock!
            """),
            new=_steps("C: save save!"),
            single=_set("""find find! find_by find_by! first first! last last! take create create!
                find_or_create_by find_or_create_by! first_or_create first_or_create! sole second"""),
        ),
        Framework(
            "eloquent",
            query=_steps(
                _ELOQUENT_READ
                + """
                C: create insert insertGetId insertOrIgnore forceCreate
                CU: upsert
                CR: firstOrCreate
                CRU: updateOrCreate updateOrInsert
                U: update increment decrement restore
                D: delete forceDelete truncate
                RD: destroy
            """
            ),
            row=_steps(
                "U: save update increment decrement touch restore saveOrFail\n"
                "D: delete forceDelete\nR: refresh fresh"
            ),
            new=_steps("C: save saveOrFail push"),
            single=_set("""find findOrFail first firstOrFail create firstOrCreate updateOrCreate
                firstWhere sole forceCreate"""),
        ),
        Framework(
            "laravel",
            query=_steps(
                _ELOQUENT_READ
                + """
                C: insert insertGetId insertOrIgnore
                CU: upsert
                CRU: updateOrInsert
                U: update increment decrement
                D: delete truncate
            """
            ),
            row={},
            new={},
        ),
        Framework(
            "knex",
            query=_steps("""
                C: insert
                U: update increment decrement
                D: del delete truncate
                R: select where first pluck count sum min max avg join leftJoin whereIn andWhere orderBy
                R: orWhere whereNull whereNotNull distinct columns limit countDistinct then returning
            """),
            row={},
            new={},
        ),
        Framework(
            "doctrine",
            query=_steps("""
                R: >getRepository >find >getReference find findAll findBy findOneBy count matching
            """),
            row=_steps("D: >remove\nR: >refresh"),
            new=_steps("C: >persist"),
            single=_set(">find find findOneBy"),
        ),
        Framework(
            "jpa",
            query=_steps("R: >find >getReference >createQuery >load >get"),
            row=_steps("C: >persist\nD: >remove >delete\nCRU: >merge >saveOrUpdate"),
            new=_steps("C: >persist >save >saveAndFlush\nCRU: >merge >saveOrUpdate"),
            single=_set(">find >getReference >load >get"),
        ),
        Framework(
            "repository",
            query={},
            row=_steps("""
                CRU: save saveAll saveAndFlush saveAllAndFlush
                RD: delete deleteById deleteAll deleteAllById deleteInBatch remove
                D: deleteAllInBatch
                R: findById findAll findAllById existsById count getById getOne getReferenceById exists
                R: find findOne findBy findOneBy findAndCount findOneOrFail findAndCountBy
                C: insert
                CU: upsert
                RU: update softDelete restore increment decrement
            """),
            new={},
        ),
        Framework(
            "entity framework",
            query=_steps("""
                C: Add AddAsync AddRange AddRangeAsync
                U: Update UpdateRange ExecuteUpdate ExecuteUpdateAsync
                D: Remove RemoveRange ExecuteDelete ExecuteDeleteAsync
                R: Where Find FindAsync First FirstOrDefault FirstAsync FirstOrDefaultAsync Single
                R: SingleOrDefault SingleAsync SingleOrDefaultAsync ToList ToListAsync Any AnyAsync All
                R: Count CountAsync Select Include OrderBy OrderByDescending AsNoTracking ToArray
                R: ToArrayAsync Sum Max Min Join GroupBy AllAsync LongCount FromSqlRaw Skip Take >Set >Find
            """),
            row={},
            new=_steps("C: >Add >AddAsync >AddRange"),
        ),
        Framework(
            "sequelize",
            query=_steps("""
                C: create bulkCreate
                CR: findOrCreate
                CU: upsert
                RU: update increment decrement restore
                RD: destroy
                D: truncate
                R: findAll findOne findByPk findAndCountAll count max min sum
            """),
            row=_steps("U: save update increment decrement restore\nD: destroy\nR: reload"),
            new=_steps("C: save"),
            single=_set("findOne findByPk create"),
        ),
        Framework(
            "prisma",
            query=_steps("""
                C: create createMany createManyAndReturn
                RU: update updateMany
                RD: delete deleteMany
                CRU: upsert
                R: findMany findUnique findFirst findUniqueOrThrow findFirstOrThrow count aggregate groupBy
            """),
            row={},
            new={},
        ),
        Framework(
            "civicrm",
            query=_steps("""
                R: findById commonRetrieve >getFieldValue >commonRetrieve
                RU: >setFieldValue setFieldValue
                CU: writeRecord writeRecords
                RD: deleteRecord deleteRecords
            """),
            row=_steps("R: find fetch count fetchAll\nU: update\nD: delete\nCU: save"),
            new=_steps("R: find fetch count fetchAll\nC: insert\nCU: save\nU: update\nD: delete"),
            single=_set("findById"),
        ),
        Framework("civicrm-select", query=_steps("R: " + "execute toSQL select where join"), row={}, new={}),
        Framework("civicrm-insert", query=_steps("C: row rows columns execute"), row={}, new={}),
        Framework("civicrm-delete", query=_steps("D: execute where toSQL"), row={}, new={}),
    )
}  # fmt: skip

_ALL = frozenset(step for f in FRAMEWORKS.values() for step in (*f.query, *f.row, *f.new))
_DERIVED = re.compile(r"(find|read|get|query|stream|count|exists|delete|remove)\w*By[A-Z]\w*")


def bears(step: str) -> bool:
    """Whether any framework knows the step: what no framework knows is not kept."""
    return step in _ALL or _DERIVED.fullmatch(step) is not None


@dataclass(frozen=True, slots=True)
class Model:
    """A class that stands for a table: names that the table may have, the likeliest first.

    `entity`: a repository's class, whose table it works on.
    """

    by: str
    tables: tuple[str, ...] = ()
    entity: str = ""


def letters(model: Model, steps: Sequence[str]) -> str:
    """What the last of the steps does to the model's table."""
    framework = FRAMEWORKS[model.by]
    told = framework.letters(steps)
    if not told and model.by == "repository" and (m := _DERIVED.fullmatch(steps[-1])):
        return "RD" if m[1] in {"delete", "remove"} else "R"
    return told


@dataclass
class Classes:
    """The classes of the whole source, as far as they may stand for tables.

    Asked when all files are read: a class and its base may lie anywhere.
    """

    seen: dict[tuple[str, str], list[tuple[Seen, str, str]]] = field(default_factory=dict)
    tables: dict[tuple[str, str], str] = field(default_factory=dict)
    """Language and class → table, where a call says it."""
    members: dict[str, str] = field(default_factory=dict)
    """`DbSet` properties: name → class."""

    def add(self, language: str, found: Seen, path: str, imports: str) -> None:
        """Keep a class. `imports` names what of frameworks its file mentions."""
        short = found.name.rpartition(".")[2]
        for name, kind in found.types.items():
            if (m := re.fullmatch(r"I?DbSet<(\w+)>\??", kind)) is not None:
                self.members[name] = m[1]
        self.seen.setdefault((language, short), []).append((found, path, imports))

    def model(self, language: str, name: str) -> Model | None:
        """The model of that name; None where there is none, or several differ."""
        generic = re.fullmatch(r"(?:\w+\.)*(\w*Repository)<(\w+)(?:,.*)?>", name)
        if generic:
            return Model("repository", entity=generic[2])
        if name.startswith("."):
            entity = self.members.get(name[1:])
            found = self.model(language, entity) if entity else None
            if entity and language == "C#":
                told = found.tables if found else (name[1:],)
                return Model("entity framework", told)
            if language in {"JavaScript", "TypeScript"}:
                return self._prisma.get(name[1:])
            return None
        short = re.sub(r"<.*", "", name).rpartition(".")[2]
        models = [self._one(language, *s, ()) for s in self.seen.get((language, short), ())]
        distinct = list(dict.fromkeys(m for m in models if m is not None))
        return distinct[0] if len(distinct) == 1 else None

    _prisma: dict[str, Model] = field(default_factory=dict)

    def add_prisma(self, schema: str) -> None:
        """The models of a `schema.prisma`."""
        for m in re.finditer(r"^model\s+(\w+)\s*\{(.*?)^\}", schema, re.MULTILINE | re.DOTALL):
            told = re.search(r'@@map\("([^"]+)"\)', m[2])
            member = m[1][:1].lower() + m[1][1:]
            self._prisma[member] = Model("prisma", (told[1] if told else m[1],))

    def _one(
        self, language: str, found: Seen, path: str, imports: str, past: tuple[str, ...]
    ) -> Model | None:
        short = found.name.rpartition(".")[2]
        if short in past or len(past) > 12:
            return None
        told = self.tables.get((language, short), "")
        model = _declared(language, found, path, imports, told)
        if model is not None:
            return model
        for base in found.bases:
            plain = re.sub(r"<.*", "", base).rpartition(".")[2]
            above = [
                m
                for s in self.seen.get((language, plain), ())
                if (m := self._one(language, *s, (*past, short))) is not None
            ]
            inherited = list(dict.fromkeys(above))
            if len(inherited) != 1:
                continue
            base_model = inherited[0]
            if base_model.tables:
                if base_model.by == "django":
                    return Model("django", _django(found, path))
                return base_model
            # The base is a framework's own class of this source, like ApplicationRecord.
            return Model(base_model.by, _convention(base_model.by, found, path, told))
        return None


def _declared(language: str, found: Seen, path: str, imports: str, told: str) -> Model | None:
    """The model that the class says it is by itself; without tables for an abstract one."""
    bases = {re.sub(r"<.*", "", b) for b in found.bases}
    short = {b.rpartition(".")[2] for b in bases}
    fields, marks = found.fields, found.marks
    abstract = found.fields.get("__abstract__") or "Meta.abstract" in fields
    if language == "Python":
        if "__tablename__" in fields:
            return Model("sqlalchemy", (fields["__tablename__"],))
        if "models.Model" in bases or ("Model" in bases and "django" in imports):
            return Model("django", () if abstract else _django(found, path))
        if abstract and short & {"Model"}:
            return None
    elif language == "Ruby":
        if short & {"ApplicationRecord"} or "ActiveRecord.Base" in bases:
            if found.name.rpartition(".")[2] == "ApplicationRecord":
                return Model("rails")
            return Model("rails", _rails(found))
        if "table_name" in fields:
            return Model("rails", (fields["table_name"],))
    elif language == "PHP":
        if "_tableName" in fields and any("DAO" in b for b in short):
            return Model("civicrm", (fields["_tableName"],))
        if "Entity" in marks or ("Table" in marks and "ORM" in imports):
            return Model("doctrine", (*_table_mark(marks), _snake(found.name), found.name))
        if "illuminate" in imports and (short & {"Model", "Authenticatable", "Pivot"}):
            return Model("eloquent", _convention("eloquent", found, path, told))
    elif language == "Java":
        if "Entity" in marks:
            tables = _table_mark(marks) or (_snake(found.name), found.name)
            return Model("jpa", tables)
        for base in found.bases:
            if m := re.fullmatch(r"(?:\w+\.)*\w*Repository<(\w+),.*>", base):
                return Model("repository", entity=m[1])
    elif language == "C#":
        if told or "Table" in marks:
            return Model("entity framework", (told,) if told else _table_mark(marks))
    elif language in {"JavaScript", "TypeScript"}:
        if "Entity" in marks:
            args, named = marks["Entity"]
            table = named.get("name") or next((a for a in args if a), "")
            return Model("jpa", (table,) if table else (_snake(found.name),))
        if told:
            return Model("sequelize", (told,))
        for base in found.bases:
            if m := re.fullmatch(r"(?:Repository|BaseRepository)<(\w+)>", base):
                return Model("repository", entity=m[1])
    return None


def _table_mark(
    marks: Mapping[str, tuple[tuple[str, ...], dict[str, str]]],
) -> tuple[str, ...]:
    args, named = marks.get("Table", ((), {}))
    name = named.get("name") or next((a for a in args if a), "")
    return (name.strip("`"),) if name else ()


def _convention(by: str, found: Seen, path: str, told: str) -> tuple[str, ...]:
    if told:
        return (told,)
    if by == "rails":
        return _rails(found)
    if by == "django":
        return _django(found, path)
    if by == "eloquent":
        if "table" in found.fields:
            return (found.fields["table"],)
        return (_plural(_snake(found.name)),)
    return (_snake(found.name), found.name)


def _rails(found: Seen) -> tuple[str, ...]:
    if "table_name" in found.fields:
        return (found.fields["table_name"],)
    path = [_snake(p) for p in found.name.split(".")]
    plain = _plural(path[-1])
    return tuple(dict.fromkeys((plain, "_".join([*path[:-1], plain]))))


def _django(found: Seen, path: str) -> tuple[str, ...]:
    fields = found.fields
    if "Meta.db_table" in fields:
        return (fields["Meta.db_table"],)
    parts = path.split("/")[:-1]
    if parts and parts[-1] == "models":
        parts.pop()
    app = fields.get("Meta.app_label") or (parts[-1] if parts else "")
    return (f"{app}_{found.name.lower()}" if app else found.name.lower(),)


def _snake(name: str) -> str:
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.rpartition(".")[2])
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", plain).lower()


_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women",
              "datum": "data", "medium": "media", "news": "news", "equipment": "equipment",
              "information": "information", "series": "series", "sheep": "sheep"}  # fmt: skip


def _plural(name: str) -> str:
    """The English plural by the rules that Rails and Laravel share for regular words."""
    head, sep, word = name.rpartition("_")
    if word in _IRREGULAR:
        return head + sep + _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        word = word[:-1] + "ies"
    elif re.search(r"sis$", word):
        word = word[:-2] + "es"
    elif re.search(r"(s|x|z|ch|sh)$", word):
        word += "es"
    else:
        word += "s"
    return head + sep + word
