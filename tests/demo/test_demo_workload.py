"""The demo's rights and statements say what its workload does, and are read back as such."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest
from golden_files import EXAMPLES

from crmaudit.audit import Audit
from crmaudit.demo import generate, workload
from crmaudit.demo.streams import Streams
from crmaudit.evidence import Grants, Statements


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The demo's workspace with rights and statements collected."""
    root = tmp_path_factory.mktemp("workload") / "demo"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    generate(root / "data", contacts=200)
    audit = Audit(root)
    outcomes = audit.collect(("crm", "billing"), only=("grants", "code", "statements"))
    assert all(o.whole for o in outcomes), [str(f) for o in outcomes for f in o.failures]
    return audit


@pytest.mark.parametrize("system", list(workload.WORK))
def test_the_statements_are_read_back_call_by_call(demo: Audit, system: str) -> None:
    name, _ = workload.files(system)
    told: Counter[tuple[str, str, str]] = Counter()
    kinds = {work.sql.split("{")[0][:60]: work for work in workload.WORK[system]}
    with (demo.workspace.root / "data" / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        work = next(
            w for head, w in kinds.items()
            if row["query_text"].startswith(head) and w.account == row["user_name"]
        )  # fmt: skip
        for table, letters in work.does.items():
            told.update((row["user_name"], table, letter) for letter in letters)
    (found,) = demo.facts.evidence.statements[system].values()
    assert isinstance(found, Statements)
    # The one account that could be a person's own carries a pseudonym.
    person = {"crm": "rbirch", "billing": "finance_sheet"}[system]
    read = {
        (person if u.principal.startswith("acct-") else u.principal, u.table, u.letter): u.calls
        for u in found.uses
    }
    assert read == dict(told)
    assert found.calls == len(rows)


@pytest.mark.parametrize("system", list(workload.WORK))
def test_the_rights_are_read_back(demo: Audit, system: str) -> None:
    (found,) = demo.facts.evidence.grants[system].values()
    assert isinstance(found, Grants)
    own = {"crm": "beacon_app", "billing": "ledgerline"}[system]
    of_app = {r.table: r.letters for r in found.rights if r.principal == own}
    tables = {t for w in workload.WORK[system] for t in w.does}
    assert of_app == dict.fromkeys(sorted(tables), "CRUD")


def test_no_value_of_a_statement_is_kept(demo: Audit) -> None:
    from crmaudit.evidence import to_json

    kept = "\n".join(map(to_json, demo.facts.evidence.documents))
    assert "example.org" not in kept
    assert "Juniper" not in kept
    assert "rbirch" not in kept


def test_the_same_seed_gives_the_same_log(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        workload.write_statements("crm", Streams(1), tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_proof_leads_to_its_statements(demo: Audit) -> None:
    proofs = demo.facts.crud.proofs("website-forms", "event")
    (seen,) = (p for p in proofs if p.origin == "observed" and p.answer == "yes")
    (text,) = demo.facts.statements_of(seen)
    assert text.startswith("INSERT INTO event_registrations")
    assert "?" in text
