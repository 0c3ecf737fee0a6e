"""Two real CRM databases, audited end to end and laid beside what is known to be true of them."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator

import pytest
import yaml
from announced import normal, unannounced
from audited_crms import READER_PASSWORD, Crm, audited
from crms import DATA, KINDS, NAMES

from crmaudit.evidence import Changes, Recording

pytestmark = [
    pytest.mark.server,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there"),
]

PERSONAL = {
    "civicrm": {
        "civicrm_contact": "first_name last_name display_name sort_name household_name birth_date",
        "civicrm_email": "email",
        "civicrm_phone": "phone phone_numeric",
        "civicrm_address": "street_address supplemental_address_1 postal_code",
        "civicrm_note": "note",
    },
    "fat_free_crm": {
        "contacts": "first_name last_name email alt_email phone mobile fax born_on",
        "leads": "first_name last_name email phone mobile referred_by",
        "users": "username email first_name last_name encrypted_password",
        "accounts": "name email phone toll_free_phone",
        "addresses": "street1 zipcode full_address",
        "emails": "sent_from sent_to subject",
        "comments": "comment",
    },
}
"""Columns that hold what nobody may see."""


@pytest.fixture(scope="module", params=NAMES)
def crm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    kind = "mariadb_server" if request.param == "civicrm" else "postgres_server"
    server = request.getfixturevalue(kind)
    with audited(request.param, server, tmp_path_factory.mktemp(request.param)) as found:
        yield found


def quoted(crm: Crm, name: str) -> str:
    return f"`{name}`" if crm.name == "civicrm" else f'"{name}"'


def test_every_command_did_its_work(crm: Crm) -> None:
    wrong = {c: r for c, r in crm.ran.items() if r.code and not c.startswith("check")}
    assert not wrong
    assert crm.ran["check -w audit"].code == 1


def test_the_proposal_finds_the_entities(crm: Crm) -> None:
    proposed = yaml.safe_load((crm.proposed / "maps/crm.yaml").read_text())["tables"]
    kinds = {
        e["id"]: e.get("kind")
        for e in yaml.safe_load((crm.proposed / "entities.yaml").read_text())["entities"]
    }
    found = {(t["table"], kinds.get(t.get("entity"))): t for t in proposed}
    # Roles are some of the options, a list of many other things.
    unnamed = {"civicrm_option_value"}
    for entity, tables in crm.truth["entities"].items():
        for told in tables:
            if told["role"] != "primary" or entity not in KINDS or told["table"] in unnamed:
                continue
            row = found[told["table"], KINDS[entity]]
            assert row["role"] == "primary"
            # Templates and old revisions are no events and activities, which the truth leaves open.
            where = row.get("where")
            if "row_filter" in told or not where:
                assert rows(crm, told["table"], where) == told["rows"], told["table"]
            else:
                assert re.search("template|revision|is_payment", where), where
            assert row["key"] == told["pk"]
            for stamp in ("created_at", "modified_at"):
                if stamp in told:
                    assert row.get(stamp) == told[stamp], told["table"]


def rows(crm: Crm, table: str, where: str | None) -> int:
    ((count,),) = crm.query(f"SELECT count(*) FROM {quoted(crm, table)} WHERE {where or '1 = 1'}")
    return int(count)


def test_proposed_volumes_are_those_of_the_rows(crm: Crm) -> None:
    entities = yaml.safe_load((crm.proposed / "entities.yaml").read_text())["entities"]
    volumes = {e.get("kind"): e["volume"]["rows"] for e in entities if e.get("volume")}
    for entity in ("Contact", "Account", "Household", "Lead", "Opportunity", "Membership"):
        for told in crm.truth["entities"].get(entity, ())[:1]:
            assert volumes.get(KINDS[entity], told["rows"]) == told["rows"]


def test_counted_rows_are_the_databases(crm: Crm) -> None:
    profiles = crm.audit.quality.profiles["crm"]
    assert len(profiles) == crm.truth["tables_total"]
    counts = (f"SELECT '{name}', count(*) FROM {quoted(crm, name)}" for name in profiles)
    there = dict(crm.query(" UNION ALL ".join(counts)))
    assert {name: profile.rows for name, profile in profiles.items()} == there
    for tables in crm.truth["entities"].values():
        for told in tables:
            if "row_filter" not in told:
                assert profiles[told["table"]].rows == told["rows"]


def test_counted_values_are_the_databases(crm: Crm) -> None:
    profiles = crm.audit.quality.profiles["crm"]
    columns = [c for names in crm.truth["semantic_columns"].values() for c in names]
    assert len(columns) > 20
    for table, _, column in (c.partition(".") for c in columns):
        profile = profiles[table].column(column)
        text = profile.logical == "text"
        name = quoted(crm, column)
        if crm.name == "civicrm":  # its own comparison takes no heed of case
            name = f"CAST({name} AS BINARY)"
        blank = f"trim({name}) = ''" if text else "1 = 0"
        ((nulls, blanks, distinct),) = crm.query(
            f"SELECT count(*) - count({name}), "
            f"count(CASE WHEN {blank} THEN 1 END), "
            f"count(DISTINCT CASE WHEN {blank} THEN NULL ELSE {name} END) "
            f"FROM {quoted(crm, table)}"
        )
        counted = (profile.nulls, profile.blanks, profile.distinct)
        assert counted == (nulls, blanks, distinct), f"{table}.{column}"


def test_declared_foreign_keys_are_all_found(crm: Crm) -> None:
    catalog = crm.audit.facts.evidence.catalogs["crm"]
    found = {
        (f"{table.name}.{column}", f"{key.ref_table}.{ref}")
        for table in catalog.tables
        for key in table.foreign_keys
        for column, ref in zip(key.columns, key.ref_columns, strict=True)
    }
    assert found == {(a, b) for a, b in crm.truth["foreign_keys_declared"]}


def test_what_was_sent_is_what_was_announced(crm: Crm) -> None:
    announced = normal(s.sql for s in (*crm.announced.sent, *crm.announced.would_send))
    assert unannounced(normal(crm.logged), announced) == set()


def test_demonstration_data_are_nobodys_work(crm: Crm) -> None:
    """Both were filled by a program: who records, and whether old values are kept, is unknown."""
    evidence = crm.audit.facts.evidence
    (recording,) = evidence.of_system(Recording).values()
    assert recording.recorded == ()
    busy = {"civicrm": "civicrm_contact", "fat_free_crm": "contacts"}[crm.name]
    assert recording.cannot[busy]
    (changes,) = evidence.of_system(Changes).values()
    assert {k.keeps_old for trail in changes.trails for k in trail.of} <= {None}
    assert not changes.bulk


def test_entities_of_some_rows_are_measured_apart(crm: Crm) -> None:
    parts = crm.audit.facts.evidence.parts.get("crm", {})
    told = {t["table"]: t for ts in crm.truth["entities"].values() for t in ts}
    counted = {(table, profile.rows) for (table, _), profile in parts.items()}
    for tables in crm.truth["entities"].values():
        for t in tables:
            if (
                t["role"] == "primary"
                and "row_filter" in t
                and t["table"] != "civicrm_option_value"
            ):
                assert (t["table"], t["rows"]) in counted
    assert {table for table, _ in parts} <= told.keys()


def test_findings_name_no_table_that_is_not_there(crm: Crm) -> None:
    judged = crm.audit.findings
    codes = {f.code for f in judged.findings}
    assert "CRD119" not in codes  # the map names what is not there
    # The purposes that init presets are nobody's word.
    assert not any(f.code == "STR102" for f in judged.findings)
    if crm.name == "fat_free_crm":
        bare = next(f for f in judged.findings if f.code == "QUA107")
        assert "1 of 34 tables" in bare.message
        assert "groups_users" in bare.message
    # One finding a system, not one a table.
    assert sum(f.code == "QUA106" for f in judged.findings) == 1


def test_no_personal_value_is_in_any_output(crm: Crm) -> None:
    values = set()
    for table, columns in PERSONAL[crm.name].items():
        for column in columns.split():
            name = quoted(crm, column)
            values |= {
                str(v).strip() for (v,) in crm.query(f"SELECT {name} FROM {quoted(crm, table)}")
                if v is not None
            }  # fmt: skip
    # Shorter ones are found by chance in ids, sizes and digests.
    values = {v for v in values if len(v) >= 6}
    assert len(values) > 500
    outputs = dict(_outputs(crm))
    assert len(outputs) > 8
    leaked = {
        (where, value)
        for where, text in outputs.items()
        for value in values & _candidates(text, values)
    }
    assert not leaked
    for where, text in outputs.items():
        assert READER_PASSWORD not in text, where


def _candidates(text: str, values: set[str]) -> set[str]:
    """The values that stand in the text as whole words."""
    return {v for v in values if v in text and re.search(rf"(?<!\w){re.escape(v)}(?!\w)", text)}


def _outputs(crm: Crm) -> Iterator[tuple[str, str]]:
    for name, run in crm.ran.items():
        yield name, run.out + run.err
    for path in (crm.root / "reports").iterdir():
        if path.suffix == ".pdf":
            command = ["pdftotext", "-layout", str(path), "-"]
            yield path.name, subprocess.run(command, capture_output=True, text=True).stdout
        else:
            yield path.name, path.read_text()
    for path in (crm.root / ".crmaudit").iterdir():
        yield path.name, path.read_bytes().decode("latin-1")
    if crm.bundle.exists():
        with zipfile.ZipFile(crm.bundle) as bundle:
            for name in bundle.namelist():
                yield f"bundle: {name}", bundle.read(name).decode()
