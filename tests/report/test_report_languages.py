"""A language is a folder: found, checked, and told by pattern, number, noun and day."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.errors import CrmauditError, Place
from crmaudit.messages import counted, listed, long_date, msg, told
from crmaudit.report import blocks as b
from crmaudit.report import labels, numbers
from crmaudit.report.languages import Language, language, languages, tell
from crmaudit.report.templates import Templates

LOCALE = """\
thousands: "."
decimal: ","
percent: " %"
months: [jan, feb, mrt, apr, mei, jun, jul, aug, sep, okt, nov, dec]
long_months: [januari, februari, maart, april, mei, juni, juli, augustus, september, oktober,
  november, december]
date: "{day} {month} {year}"
of: "{part} van {whole}"
not_assessed: niet beoordeeld
"""


def dutch(root: Path, messages: str, locale: str = LOCALE) -> Templates:
    folder = root / "templates" / "sections" / "nl"
    (folder / "messages").mkdir(parents=True)
    (folder / "locale.yaml").write_text(locale, "utf-8")
    (folder / "messages" / "all.yaml").write_text(messages, "utf-8")
    return Templates((root / "templates",))


def made(root: Path, messages: str) -> Language:
    found = language("nl", dutch(root, messages))
    assert found is not None
    return found


def test_a_folder_of_the_workspace_is_a_language(tmp_path: Path) -> None:
    assert "nl" in languages(dutch(tmp_path, "a: b"))
    assert languages(Templates())[:2] == ("en", "de")
    assert language("en", Templates()) is None
    german = language("de-AT", Templates())
    assert german is not None
    assert german.language == "de"


def test_a_pattern_is_filled_again(tmp_path: Path) -> None:
    words = made(
        tmp_path, '"{system} lacks {what}": "in {system} ontbreekt {what}"\nowner: eigenaar'
    )
    text = msg("{system} lacks {what}", system="BeaconCRM", what=msg("owner"))
    assert text == "BeaconCRM lacks owner"
    assert told(text, words) == "in BeaconCRM ontbreekt eigenaar"
    # A name is no message, even where the catalogue knows the word.
    assert told(msg("{system} lacks {what}", system="owner", what="owner"), words) == (
        "in owner ontbreekt owner"
    )


def test_a_pattern_may_depend_on_a_number(tmp_path: Path) -> None:
    words = made(
        tmp_path,
        '"{n} of them {verb} late": {by: n, one: "een is te laat", other: "{n:,} zijn te laat"}',
    )
    assert told(msg("{n} of them {verb} late", n=1, verb="is"), words) == "een is te laat"
    assert told(msg("{n} of them {verb} late", n=2_000, verb="are"), words) == "2.000 zijn te laat"


def test_a_noun_has_forms(tmp_path: Path) -> None:
    words = made(
        tmp_path,
        '"table|tables": {one: tabel, many: tabellen, genitive: tabellens}\n'
        '"of {tables}": "der {tables:genitive}"\n"day|days": [dag, dagen]',
    )
    assert told(counted(1, "table"), words) == "1 tabel"
    assert told(counted(2_000, "table"), words) == "2.000 tabellen"
    assert told(msg("of {tables}", tables=counted(3, "table")), words) == "der 3 tabellens"
    assert told(counted(1.5, "day"), words) == "1,5 dagen"


def test_numbers_and_days_are_written_as_the_language_does(tmp_path: Path) -> None:
    words = made(tmp_path, '"{n:,.1f} on {day}": "{n:,.1f} op {day}"')
    assert told(numbers.number(20_045), words) == "20.045"
    assert told(numbers.share(1, 2_000), words) == "< 1 % (1 van 2.000)"
    assert told(numbers.day(date(2026, 10, 31)), words) == "31\u00a0okt\u00a02026"
    assert told(long_date(date(2026, 10, 31)), words) == "31 oktober 2026"
    text = msg("{n:,.1f} on {day}", n=1_234.5, day=numbers.day(date(2026, 3, 1)))
    assert told(text, words) == "1.234,5 op 1\u00a0mrt\u00a02026"


def test_lists_are_told_item_by_item(tmp_path: Path) -> None:
    words = made(tmp_path, '"{items} and {last}": "{items} en {last}"\nred: rood\nblue: blauw')
    assert told(listed([msg("red"), msg("blue"), "x"]), words) == "rood, blauw en x"


def test_fixed_words_are_looked_up_and_data_are_not(tmp_path: Path) -> None:
    words = made(tmp_path, "System: Systeem\nState: Staat\nopen: open staand")
    table = b.Table(
        "t", "State", (b.Column("System"),), ((b.Cell("State", "State"),), (b.Cell(msg("open")),))
    )
    left = tell(table, words)
    assert (left.caption, left.columns[0].name) == ("Staat", "Systeem")
    assert [row[0].text for row in left.rows] == ["State", "open staand"]


def test_what_is_lacking_is_told_in_english_and_kept(tmp_path: Path) -> None:
    words = made(tmp_path, "a: b")
    assert told(msg("no {what} here", what=msg("tea")), words) == "no tea here"
    assert told(msg("{n:,} × {m}", n=1, m=2), words) == "1 × 2"
    assert {"no {what} here", "tea"} <= words.lacking
    assert "{n:,} × {m}" not in words.lacking


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ('"{n} left": "{m} over"', "has no value m"),
        ('"a|b": [one]', "lacks a form"),
        ("- a\n- b", "expected texts"),
        ('a: "b', "all.yaml:1:4: not YAML"),
        ("a: b\n? [c]\n: d", "all.yaml:2:3: a key must be a plain word"),
        ("a: b\nc: {d", "all.yaml:2"),
    ],
)
def test_a_catalogue_is_checked(tmp_path: Path, messages: str, says: str) -> None:
    with pytest.raises(CrmauditError) as caught:
        made(tmp_path, messages)
    assert says in str(caught.value)
    assert "unicode string" not in str(caught.value)
    assert (caught.value.where or Place("")).line
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"a: [\n", b"a: b\n\tc: d", b"a: b\nc: \xe4\n", b"- a"])
def test_labels_and_locales_name_line_and_remedy(tmp_path: Path, content: bytes) -> None:
    templates = dutch(tmp_path, "a: b")
    folder = tmp_path / "templates" / "sections" / "nl"
    for name in ("labels.yaml", "locale.yaml"):
        (folder / name).write_bytes(content)
        with pytest.raises(CrmauditError) as caught:
            labels.load(templates, "nl") if name == "labels.yaml" else language("nl", templates)
        assert str(caught.value).startswith(f"{folder / name}:")
        assert "unicode string" not in str(caught.value)
        assert (caught.value.where or Place("")).line
        assert caught.value.hint


def test_a_word_that_yaml_takes_for_something_else_stays_a_word(tmp_path: Path) -> None:
    templates = dutch(tmp_path, "a: b")
    (tmp_path / "templates" / "sections" / "nl" / "labels.yaml").write_text("draft: no\n")
    assert labels.load(templates, "nl")["draft"] == "no"


def test_a_language_that_there_is_not(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "hl")
    audit = tmp_path / "hl" / "audit.yaml"
    text = audit.read_text("utf-8").replace("language: en", "language: xy")
    audit.write_text(text, "utf-8")
    with pytest.raises(CrmauditError, match="not written in 'xy'") as refused:
        crmaudit.Audit(tmp_path / "hl").report(["md"], folder=tmp_path / "out")
    assert "de" in refused.value.hint
    assert refused.value.where is not None
    assert refused.value.where.file.endswith("audit.yaml")
    assert not (tmp_path / "out").exists()
