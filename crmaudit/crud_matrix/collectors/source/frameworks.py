"""ORMs and query builders: which table a class stands for, and what each step does to it.

Only what is sound is read: a class whose table is written down or follows from
the framework's rule, and calls on that class, on what came of such a call in
the same function, on a variable declared as one, or handed to the framework's
own functions. `x.save()` on something unknown counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

UNSURE = ("<any>", "<key>")
"""Something was done with the object that may have given it a key; its key was set to who knows."""
_SILENT = frozenset({"new", ">new", ":", "::", "id=", *UNSURE, "<own>", "<each>", "<block>"})
State = Literal["class", "query", "row", "new", "self"]


@dataclass(frozen=True)
class Framework:
    """What steps do. `query` on the class or a query, `row` on a record read, `new` on one made.

    `single` steps give a record. `doors`: the steps from the class to its
    queries, empty where the class is one itself. `blind` steps write: on an
    object whose class is not known they mean that something is written, and
    nobody can say to which table. `decides`: whether `save` looks at the key,
    so that a new object with which something unknown was done may be one that
    is there.
    """

    name: str
    query: Mapping[str, str]
    row: Mapping[str, str]
    new: Mapping[str, str]
    single: frozenset[str] = frozenset()
    doors: frozenset[str] = frozenset()
    blind: frozenset[str] = frozenset()
    decides: bool = False

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
            elif step == "::":
                state = "self"
            elif step == "<own>" or step in self.doors:
                state = "query"
            elif step == "<each>":
                state = "row" if state == "query" else state
            elif step == "<block>":
                continue
            elif step in UNSURE:
                if self.decides and (state == "new" or (state == "row" and step == "<key>")):
                    state = "self"
            elif state in {"class", "query"}:
                if self.doors and state == "class" and not step.startswith(">"):
                    return ""
                told = self.query.get(step, "")
                state = "row" if step in self.single else "query"
            elif state == "row":
                told = self.row.get(step, "")
            elif step in {"id=", "fetch"}:  # from here on it is a record that is there
                told = self.new.get(step, "")
                state = "row"
            elif state == "new":
                told = self.new.get(step, "")
            else:  # a method of the object itself, which may be a new one
                both = self.row.get(step, "") + self.new.get(step, "")
                told = "".join(x for x in "CRUD" if x in both)
            if not told and step not in _SILENT and step not in self.doors:
                return ""  # a method of the program's own: nobody knows what it gives
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
    R: find find! find_by find_by! where all first first! last last! take pluck count exists?
    R: sum
    R: average minimum maximum ids find_each find_in_batches in_batches select order joins
    R: includes
    R: left_outer_joins left_joins preload eager_load limit offset group having distinct not
    R: rewhere
    R: reorder none? any? many? empty? to_a each map find_by_sql find_sole_by sole second third
    R: pick
    R: find_or_initialize_by unscoped lock readonly merge or from size length load
"""
_ELOQUENT_READ = """
    R: find findOrFail findMany first firstOrFail firstWhere get all where whereIn orWhere count
    R: exists
    R: pluck value sum avg min max paginate simplePaginate cursor chunk chunkById each whereNull
    R: whereNotNull with has whereHas doesntHave select join leftJoin orderBy groupBy latest
    R: oldest
    R: firstOrNew findOrNew query newQuery on withTrashed onlyTrashed cursorPaginate lazy sole
    R: take skip
    R: whereBetween whereNotIn whereDate limit offset whereKey withCount whereRaw selectRaw
    R: distinct when
"""

FRAMEWORKS = {
    f.name: f
    for f in (
        Framework(
            "django",
            query=_steps("""
                R: filter exclude get all values values_list count exists first last latest
                R: earliest
                R: aggregate annotate iterator in_bulk order_by distinct select_related only
                R: defer none
                R: prefetch_related select_for_update union dates datetimes reverse contains raw
                R: explain
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
            blind=_set("save delete bulk_create bulk_update get_or_create update_or_create"),
        ),
        Framework(
            "sqlalchemy",
            query=_steps("""
                R: >query >select >get >exists query get get_or_404 first_or_404 filter
                R: filter_by all
                R: first one one_or_none scalar scalars count where order_by limit join options
                C: >insert >add
                U: >update update
                D: >delete delete
            """),
            row=_steps("D: >delete"),
            new=_steps("C: >add >add_all >bulk_save_objects\nCRU: >merge"),
            single=_set(">get get first one one_or_none get_or_404 first_or_404"),
            doors=_set("query"),
            blind=_set("add_all merge commit flush"),
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
                U: save save! update update! update_attribute update_attributes
                U: update_attributes!
                U: update_column update_columns touch toggle! increment! decrement!
                D: destroy destroy! delete
                R: reload lock!
            """),
            new=_steps("C: save save!"),
            single=_set("""find find! find_by find_by! first first! last last! take create create!
                find_or_create_by find_or_create_by! first_or_create first_or_create! sole
                second"""),
            blind=_set("""save save! update! update_attribute update_attributes update_columns
                destroy destroy! destroy_all create create! find_or_create_by update_all delete_all
                toggle! increment! touch"""),
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
            blind=_set("""save saveOrFail forceDelete firstOrCreate updateOrCreate
                attach detach sync saveMany createMany associate"""),
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
                R: select where first pluck count sum min max avg join leftJoin whereIn andWhere
                R: orderBy
                R: orWhere whereNull whereNotNull distinct columns limit countDistinct then
                R: returning
            """),
            row={},
            new={},
        ),
        Framework(
            "doctrine",
            query=_steps("""
                R: >getRepository >find >getReference find findAll findBy findOneBy count
                R: matching
            """),
            row=_steps("D: >remove\nR: >refresh"),
            new=_steps("C: >persist"),
            single=_set(">find find findOneBy"),
            blind=_set("flush"),
        ),
        Framework(
            "jpa",
            query=_steps("R: >find >getReference >createQuery >load >get"),
            row=_steps("C: >persist\nD: >remove >delete\nCRU: >merge >saveOrUpdate"),
            new=_steps("C: >persist >save >saveAndFlush\nCRU: >merge >saveOrUpdate"),
            single=_set(">find >getReference >load >get"),
            blind=_set("flush persist merge saveOrUpdate"),
        ),
        Framework(
            "repository",
            query={},
            row=_steps("""
                CRU: save saveAll saveAndFlush saveAllAndFlush
                RD: delete deleteById deleteAll deleteAllById deleteInBatch remove
                D: deleteAllInBatch
                R: findById findAll findAllById existsById count getById getOne getReferenceById
                R: exists
                R: find findOne findBy findOneBy findAndCount findOneOrFail findAndCountBy
                C: insert
                CU: upsert
                RU: update softDelete restore increment decrement
            """),
            new={},
            blind=_set("saveAndFlush deleteById"),
        ),
        Framework(
            "entity framework",
            query=_steps("""
                C: Add AddAsync AddRange AddRangeAsync
                U: Update UpdateRange ExecuteUpdate ExecuteUpdateAsync
                D: Remove RemoveRange ExecuteDelete ExecuteDeleteAsync
                R: Where Find FindAsync First FirstOrDefault FirstAsync FirstOrDefaultAsync
                R: Single
                R: SingleOrDefault SingleAsync SingleOrDefaultAsync ToList ToListAsync Any
                R: AnyAsync All
                R: Count CountAsync Select Include OrderBy OrderByDescending AsNoTracking
                R: ToArray
                R: ToArrayAsync Sum Max Min Join GroupBy AllAsync LongCount FromSqlRaw Skip Take
                R: >Set >Find
            """),
            row={},
            new=_steps("C: >Add >AddAsync >AddRange"),
            blind=_set("SaveChanges SaveChangesAsync"),
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
            blind=_set("save destroy bulkCreate findOrCreate"),
        ),
        Framework(
            "prisma",
            query=_steps("""
                C: create createMany createManyAndReturn
                RU: update updateMany
                RD: delete deleteMany
                CRU: upsert
                R: findMany findUnique findFirst findUniqueOrThrow findFirstOrThrow count
                R: aggregate groupBy
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
            row=_steps("R: find fetch count fetchAll\nU: update save\nD: delete"),
            new=_steps("R: find fetch count fetchAll\nC: insert save\nU: update\nD: delete"),
            single=_set("findById"),
            decides=True,
            blind=_set("save insert writeRecord deleteRecord"),
        ),
        Framework("civicrm-select", _steps("R: execute toSQL select where join"), {}, {}),
        Framework("civicrm-insert", _steps("C: row rows columns execute"), {}, {}),
        Framework("civicrm-delete", _steps("D: execute where toSQL"), {}, {}),
    )
}  # fmt: skip

STEPS = frozenset(step for f in FRAMEWORKS.values() for step in (*f.query, *f.row, *f.new))
_LIBRARIES_TEXT = """
    save save! insert persist saveAll saveOrUpdate saveEntity bulk_create create! update_attributes
    destroy destroy! SaveChanges SaveChangesAsync insertOne insertMany updateOne updateMany
    deleteOne deleteMany bulkWrite insert_one insert_many update_one update_many delete_one
    delete_many set_value db_set delete_doc
"""
LIBRARIES = _set(_LIBRARIES_TEXT)
"""Methods by which libraries write records: unknown where the source does not define them."""
BLIND = LIBRARIES.union(*(f.blind for f in FRAMEWORKS.values()))
_DERIVED = re.compile(r"(find|read|get|query|stream|count|exists|delete|remove)\w*By[A-Z]\w*")


def bears(step: str) -> bool:
    """Whether any framework knows the step: what no framework knows is not kept."""
    return step in STEPS or _DERIVED.fullmatch(step) is not None


def letters(by: str, steps: Sequence[str]) -> str:
    """What the last of the steps does to the table, by the framework of that name."""
    told = FRAMEWORKS[by].letters(steps)
    if not told and by == "repository" and (m := _DERIVED.fullmatch(steps[-1])):
        return "RD" if m[1] in {"delete", "remove"} else "R"
    return told
