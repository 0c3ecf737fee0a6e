"""Whose account it is: by the key, and only where one person has it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from crmaudit.evidence import Access, Provenance
from crmaudit.evidence.privacy import ACCOUNT, account_name
from crmaudit.governance.links import accounts_of, linkable
from crmaudit.key import Key
from crmaudit.workspace import load
from crmaudit.workspace.people import Person

KEY = Key(b"k" * 32)


def person(id_: str, login: str) -> Person:
    return Person.model_validate({"id": id_, "name": id_.title(), "accounts": {"crm": login}})


def test_an_account_that_two_persons_are_said_to_have_is_neither_s() -> None:
    found = accounts_of([person("a", "desk"), person("b", "desk "), person("c", "own")], KEY)
    assert found == {("crm", KEY.pseudonym(ACCOUNT, account_name("own"))): "c"}


def test_a_login_is_no_pattern() -> None:
    found = accounts_of([person("a", ".*"), person("b", "%")], KEY)
    assert ("crm", KEY.pseudonym(ACCOUNT, "own")) not in found


def test_it_is_told_with_its_line_and_without_the_login(tmp_path: Path) -> None:
    (tmp_path / "audit.yaml").write_text("organisation: Sample\n")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/crm.yaml").write_text("{id: crm, name: CRM, kind: crm}\n")
    (tmp_path / "people.yaml").write_text(
        "people:\n"
        "  - {id: a, name: A, accounts: {crm: desk}}\n"
        "  - {id: b, name: B, accounts: {crm: desk}}\n"
    )
    (told,) = load(tmp_path).warnings
    assert told.where is not None
    assert (told.where.file, told.where.line) == ("people.yaml", 3)
    assert "desk" not in told.message + told.hint


def access(system: str, key: str, day: int = 1) -> Access:
    at = datetime(2026, 1, day, 12, tzinfo=UTC)
    return Access(Provenance(system, "x", "sqlite", "s1", at, "test", key_id=key))


def test_evidence_of_another_key_is_not_linked() -> None:
    theirs = Key(b"t" * 32)
    evidence = [access("crm", KEY.id), access("old", theirs.id), access("plain", "")]
    assert linkable(evidence, KEY) == {"crm", "plain"}
    assert linkable(evidence, theirs) == {"old", "plain"}
    assert linkable(evidence, None) == frozenset()
    assert linkable([access("crm", KEY.id), access("crm", theirs.id, 2)], KEY) == frozenset()
