"""What is not source, not a statement or not known: left out, counted or unknown, never guessed."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.crud_matrix.collectors.source import mapper
from crmaudit.crud_matrix.collectors.source.account import Account, Told
from crmaudit.crud_matrix.collectors.source.reading import Read
from crmaudit.crud_matrix.collectors.source.walk import Walk
from crmaudit.crud_matrix.collectors.source.words import Hole, Template, render
from crmaudit.errors import CrmauditError
from crmaudit.evidence import Catalog, Column, Provenance, Table

PROVENANCE = Provenance("crm", "here", "mysql", "1", datetime(2026, 1, 1, tzinfo=UTC), "t")
COLUMNS = (Column("id", "int"), Column("name", "text"))
CATALOG = Catalog(
    PROVENANCE, tables=tuple(Table(n, columns=COLUMNS) for n in ("orders", "notes", "contacts"))
)
NO_CATALOG = Catalog(PROVENANCE)


def reading(folder: Path, catalog: Catalog = CATALOG) -> Read:
    return Read(Account(catalog, "mysql")).entry(str(folder))


def php(folder: Path, body: str, catalog: Catalog = CATALOG) -> Told:
    (folder / "a.php").write_text(f"<?php\n{body}\n", encoding="utf-8")
    return reading(folder, catalog).account.told(frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "Select a contact from the list",
        "Select at least one option from Fee(s).",
        "select one from contacts",
        "Update the notes, then set them aside.",
        "Delete from your address book",
        "Insert into the form what you know",
        "Create table reservations here",
        "Drop table tennis",
        "With love as always (yours)",
        "call me (maybe)",
        " WHERE id = 1 AND name = 2",
        "FROM orders o",
        "SELECT 1",
        "",
    ],
)
@pytest.mark.parametrize("catalog", [CATALOG, NO_CATALOG], ids=["catalog", "no catalog"])
def test_prose_and_fragments_are_no_statements(tmp_path: Path, text: str, catalog: Catalog) -> None:
    told = php(tmp_path, f"show('{text}');", catalog)
    assert (told.sightings, told.statements) == ((), 0)
    # That nothing was found is no proof that nothing happens.
    assert [u.reason.partition(":")[0] for u in told.unread] == ["no statement was found"]


def test_what_fills_the_database_once_proves_no_daily_use(tmp_path: Path) -> None:
    for place, text in {
        "db/migrations/001_start.py": 'db.execute("INSERT INTO notes (name) VALUES (1)")',
        "install/add.php": "<?php q('DELETE FROM contacts WHERE id = 1'); q($sql . ' x');",
        "V2__more.sql": "UPDATE orders SET name = 'x' WHERE id = 1;",
        "sql/data.sql": "INSERT INTO orders (name) VALUES ('what? :a');\n" * 3
        + "UPDATE orders SET name = 'y' WHERE id = 2;",
        "sql/nightly.sql": "UPDATE contacts SET name = 'z'; INSERT INTO contacts VALUES (1, 2);",
        "sql/queries.sql": "INSERT INTO notes (name) VALUES (?);",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    told = reading(tmp_path).account.told(frozenset())
    found = {(s.table, s.letter, s.by) for s in told.sightings}
    assert found == {
        ("notes", "C", "setup"),
        ("contacts", "R", "setup"),
        ("contacts", "D", "setup"),
        ("orders", "C", "setup"),
        ("orders", "U", "setup"),
        ("orders", "R", "setup"),
        ("contacts", "U", "sql"),
        ("contacts", "C", "sql"),
        ("notes", "C", "sql"),
    }
    assert (told.statements, told.setup, told.built) == (3, 7, 0)
    # What somebody names by itself is meant.
    own = Read(Account(CATALOG, "mysql")).entry(str(tmp_path / "V2__more.sql"))
    assert {s.by for s in own.account.told(frozenset()).sightings} == {"sql"}


def test_a_pattern_leaves_out_what_a_folder_leaves_out(tmp_path: Path) -> None:
    for place in ("a.php", "vendor/b.php", "lib/tests/c.php", "lib/d.php", "lib/e_test.php"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("<?php", encoding="utf-8")

    def fits(pattern: str) -> tuple[set[str], int, int]:
        walk = Walk()
        found = {f.path.name for f in walk.files(str(tmp_path / pattern))}
        return found, walk.foreign, walk.tests

    assert fits("**/*.php") == ({"a.php", "d.php"}, 1, 2)
    assert fits("vendor/**/*.php") == ({"b.php"}, 0, 0)
    assert fits("**/tests/*.php") == ({"c.php"}, 0, 0)
    assert fits("**/*_test.php") == ({"e_test.php"}, 0, 0)
    assert {f.path.name for f in Walk().files(str(tmp_path))} == {"a.php", "d.php"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("q('SELECT id FROM ' . $table . ' WHERE id = 1');", "the name of a table"),
        ('q("UPDATE $t SET a = 1");', "the name of a table"),
        ("q('DELETE FROM log_' . $kind);", "the name of a table"),
        ('q("SELECT id FROM orders $where");', "a part of it"),
        ('q("INSERT INTO orders (a) $select");', "a part of it"),
        ("q('SELECT FROM WHERE `orders`');", "parse"),
    ],
)
def test_what_is_not_known_is_unknown(tmp_path: Path, body: str, reason: str) -> None:
    told = php(tmp_path, body)
    assert (told.statements, told.understood) == (1, 0)
    [unread] = told.unread
    assert reason in unread.reason
    assert unread.places == ("a.php:2",)
    assert told.built == (0 if reason == "parse" else 1)


def test_lower_case_without_a_sign_counts_where_the_columns_are_there(tmp_path: Path) -> None:
    told = php(tmp_path, "q('select id, name from contacts'); say('select one from contacts');")
    assert [(s.table, s.letter, s.count) for s in told.sightings] == [("contacts", "R", 1)]


def test_letters_that_are_certain_are_kept_where_a_part_is_unknown(tmp_path: Path) -> None:
    told = php(tmp_path, 'q("INSERT INTO orders (a) SELECT a FROM notes $where");')
    assert {(s.table, s.letter) for s in told.sightings} == {("orders", "C"), ("notes", "R")}
    assert told.understood == 0


def test_values_put_in_at_run_time_change_nothing(tmp_path: Path) -> None:
    told = php(
        tmp_path,
        """
$q = "SELECT id FROM orders WHERE id = $id AND name LIKE '%$name%' AND k IN ($in)";
$q .= " ORDER BY $order LIMIT $offset, $limit";
run($q);
q("INSERT INTO notes (a, b) VALUES ($a, '" . esc($b) . "')");
""",
    )
    assert {(s.table, s.letter) for s in told.sightings} == {("orders", "R"), ("notes", "C")}
    assert (told.statements, told.understood, told.unread) == (2, 2, ())


def test_of_branches_that_append_the_longer_counts_and_of_others_each(tmp_path: Path) -> None:
    told = php(
        tmp_path,
        """
$q = "SELECT o.id FROM orders o";
if ($a) { $q .= " JOIN notes n ON n.id = o.id"; }
if ($b) { $q .= " WHERE o.id = 1"; }
run($q);
if ($c) { $d = "DELETE FROM notes"; } else { $d = "DELETE FROM contacts"; }
run($d);
""",
    )
    counts = {(s.table, s.letter): s.count for s in told.sightings}
    assert counts == {
        ("orders", "R"): 1,
        ("notes", "R"): 1,
        ("notes", "D"): 1,
        ("contacts", "D"): 1,
    }


def test_temporary_tables_are_left_out(tmp_path: Path) -> None:
    told = php(
        tmp_path,
        """
$temp = name();
q("CREATE TEMPORARY TABLE $temp (id int)");
q("INSERT INTO $temp SELECT id FROM orders");
q("DROP TABLE $temp");
""",
    )
    assert [(s.table, s.letter) for s in told.sightings] == [("orders", "R")]
    assert not told.unread


def test_no_value_of_a_statement_is_kept(tmp_path: Path) -> None:
    secret = "Rosalind-Quill-4711"
    told = php(
        tmp_path,
        f"""
q("SELECT id FROM orders WHERE name = '{secret}' AND x = 4711 -- {secret}");
q("UPDATE $t SET name = '{secret}', y = 4711 WHERE a IN ('{secret}', 4711)");
q("SELECT FROM '{secret}' `orders`");
""",
    )
    assert told.unread
    assert told.sightings
    assert "Rosalind" not in repr(told)
    assert "4711" not in repr(told)


def test_a_name_with_a_hole_fits_one_table_or_none(tmp_path: Path) -> None:
    two = Catalog(PROVENANCE, tables=(Table("a_orders"), Table("b_orders"), Table("a_notes")))
    told = php(tmp_path, 'q("DELETE FROM {$p}orders"); q("DELETE FROM log_{$p}");', two)
    assert not told.sightings
    assert {u.reason for u in told.unread} == {"the name of a table is put together at run time"}
    # What one name tells of a prefix holds for the others that it stands before.
    told = php(tmp_path, 'q("DELETE FROM {$p}orders"); q("DELETE FROM {$p}notes");', two)
    assert [(s.table, s.letter) for s in told.sightings] == [("a_notes", "D"), ("a_orders", "D")]


def test_a_statement_sent_without_its_beginning_is_counted(tmp_path: Path) -> None:
    told = php(tmp_path, 'q("x"); $db->query("{$this->select} {$this->from} WHERE id = 1");')
    assert (told.statements, told.built, told.understood) == (1, 1, 0)
    [unread] = told.unread
    assert (unread.text, unread.places) == ("", ("a.php:2",))


def test_without_a_catalog_names_are_kept_as_written(tmp_path: Path) -> None:
    told = php(tmp_path, "q('SELECT a.id FROM sales.Orders a WHERE a.id = ?');", NO_CATALOG)
    assert [(s.table, s.letter) for s in told.sightings] == [("sales.Orders", "R")]


def test_walk_leaves_out_what_is_not_the_applications(tmp_path: Path) -> None:
    kept = ("src/a.php", "b.py", "sql/c.sql")
    left = (
        "node_modules/x/a.js",
        "vendor/a.php",
        ".git/a.py",
        "dist/a.js",
        "tests/test_a.py",
        "src/a_test.rb",
        "js/a.min.js",
        "readme.txt",
        "main.go",
    )
    for name in kept + left:
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "d.py").write_text("x = 1\n")
    (tmp_path / "app" / "away").symlink_to(outside, target_is_directory=True)
    (tmp_path / "app" / "away.py").symlink_to(outside / "d.py")
    (tmp_path / "app" / "binary.py").write_bytes(b"\0\1\2")
    (tmp_path / "app" / "huge.py").write_bytes(b"x" * (5 * 2**20 + 1))
    walk = Walk()
    found = [f for f in walk.files(str(tmp_path / "app")) if walk.read(f) is not None]
    assert sorted(f.place for f in found) == sorted(kept)
    assert (walk.tests, walk.large, walk.binary, walk.unread["go"]) == (2, 1, 1, 1)
    assert walk.foreign == 5
    assert "2 files of tests are left out" in list(walk.notes())


def test_walk_takes_patterns_and_single_files(tmp_path: Path) -> None:
    for name in ("a/x.py", "a/y.py", "a/z.rb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    by_pattern = [f.place for f in Walk().files(str(tmp_path / "a" / "*.py"))]
    assert by_pattern == ["x.py", "y.py"]
    assert [f.place for f in Walk().files(str(tmp_path / "a" / "z.rb"))] == ["z.rb"]
    with pytest.raises(CrmauditError, match="no application source"):
        list(Walk().files(str(tmp_path / "nothing")))


HOSTILE = {
    "broken.php": b"<?php class { function ( $x = 'SELECT \xff\xfe FROM `orders` WHERE",
    "broken.py": b"def f(:\n",
    "empty.java": b"",
    "latin.php": "<?php q('DELETE FROM orders WHERE name = \"Zoë\"');".encode("latin-1"),
    "wide.php": "<?php q('SELECT id FROM notes WHERE id = 1');".encode("utf-16"),
    "deep.py": b"x = " + b"(" * 3000 + b")" * 3000,
    "deep.js": b"x = " + b"[" * 3000 + b"]" * 3000,
    "long.php": b"<?php q(" + b" . ".join(b"'a'" for _ in range(5000)) + b");",
    "bomb.xml": b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><mapper namespace="x">&d;',
    "half.xml": b'<mapper namespace="x"><select id="a">SELECT id FROM contacts WHERE id=1'
    b"</select><select>",
    "quote.rb": b"x = <<A\nSELECT id FROM contacts\n",
    "marks.sql": b"SELECT 'a;b' FROM orders; -- ;\nDELETE FROM notes WHERE a = '",
}


def test_hostile_files_do_not_stop_it(tmp_path: Path) -> None:
    for name, data in HOSTILE.items():
        (tmp_path / name).write_bytes(data)
    read = reading(tmp_path)
    told = read.account.told(frozenset())
    found = {(s.table, s.letter) for s in told.sightings}
    assert {("orders", "D"), ("notes", "R"), ("contacts", "R"), ("orders", "R")} <= found
    assert "broken.py" in read.failed
    assert read.files == len(HOSTILE)


def test_the_same_folder_gives_the_same_account(tmp_path: Path) -> None:
    names = [f"{x}/{y}.php" for x in "cab" for y in "zyx"]
    random.Random(1).shuffle(names)
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'<?php q("SELECT id FROM orders $w"); // {name}')
    first, second = (reading(tmp_path).account.told(frozenset()) for _ in range(2))
    assert first == second
    [seen] = first.sightings
    assert (seen.count, seen.places[0]) == (9, "a/x.php:1")


def test_what_libraries_write_is_not_known_unless_the_source_is_the_library(
    tmp_path: Path,
) -> None:
    used = "q('DELETE FROM orders'); $thing->save();"
    [unread] = php(tmp_path, used).unread
    assert (unread.text, unread.tables) == ("….save()", ())
    own = "class Thing { function save() { q('INSERT INTO notes (id) VALUES (1)'); } }"
    assert not php(tmp_path, f"{used} {own}").unread


def test_routines_of_the_database_that_code_calls(tmp_path: Path) -> None:
    (tmp_path / "a.php").write_text(
        "<?php q('CALL close_year(1)'); q('SELECT total_of(id), count(*) FROM orders');"
    )
    told = reading(tmp_path).account.told(frozenset({"total_of", "close_year"}))
    assert [c.routine for c in told.called] == ["close_year", "total_of"]


_PIECES_TEXT = """
    SELECT FROM WHERE INSERT INTO UPDATE SET VALUES ( ) , . ' " ` = orders a.b * -- /* */ ;
    {x} #__y %1 $ JOIN AS IN DELETE \\ VALUES( \ue005
"""
_PIECES = st.sampled_from(_PIECES_TEXT.split())


@given(st.lists(st.one_of(_PIECES, st.builds(Hole, st.sampled_from(["", "where", "t"])))))
def test_render_never_fails_and_leaves_no_hole(parts: list[str | Hole]) -> None:
    spaced: list[str | Hole] = ["SELECT a FROM "]
    for part in parts:
        spaced += [part, " "] if isinstance(part, str) else [part]
    made = render(Template(tuple(spaced)), php=True)
    if made is not None:
        assert not any("\ue000" <= c <= "\uf8ff" for c in made.sql)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_mapper(data: bytes) -> None:
    mapper.statements(b'<mapper namespace="a"><select id="b">' + data)


def test_models_of_sequelize_are_unknown(tmp_path: Path) -> None:
    text = "const { Sequelize } = require('sequelize');\nawait db.query('SELECT id FROM orders');\n"
    (tmp_path / "a.js").write_text(text, encoding="utf-8")
    told = reading(tmp_path).account.told(frozenset())
    assert [(u.reason, u.places) for u in told.unread] == [
        ("models of Sequelize are not read", ("a.js:1",))
    ]
