"""The audit's key: where it comes from, and that it goes nowhere."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crmaudit.errors import CrmauditError
from crmaudit.evidence.privacy import key_id, pseudonym
from crmaudit.key import Key, audit_key, environment_key, find_key

HEX = "00ff" * 16
WORDS = "a long passphrase of the audit"


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMAUDIT_KEY", raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


def test_made_on_first_need_and_kept(tmp_path: Path) -> None:
    assert find_key(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    made = audit_key(tmp_path)
    file = tmp_path / ".crmaudit" / "key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (file.parent / ".gitignore").read_text() == "*\n"
    again = audit_key(tmp_path)
    assert made.id == again.id
    assert made.pseudonym("acct", "anna") == again.pseudonym("acct", "anna")
    assert audit_key(tmp_path / "other").id != made.id


def test_given_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", HEX)
    key = audit_key(tmp_path)
    assert key.id == key_id(bytes.fromhex(HEX))
    assert key.pseudonym("acct", "anna") == pseudonym(bytes.fromhex(HEX), "acct", "anna")
    monkeypatch.setenv("CRMAUDIT_KEY", f" {WORDS}\n")
    words = environment_key()
    assert words is not None
    assert words.id not in (key.id, key_id(WORDS.encode()))
    monkeypatch.setenv("CRMAUDIT_KEY", WORDS)
    assert words.id == audit_key(tmp_path).id
    # Nothing is written where the key lives elsewhere.
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_that_can_be_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMAUDIT_KEY", "sesame")
    with pytest.raises(CrmauditError, match="too short") as caught:
        environment_key()
    assert "sesame" not in str(caught.value)


def test_a_key_shows_its_id_only() -> None:
    key = Key(bytes.fromhex(HEX))
    assert repr(key) == str(key) == f"<Key {key.id}>"
    with pytest.raises(TypeError):
        pickle.dumps(key)


@pytest.mark.parametrize("content", [b"", b"0123", b"\xff\xfe", b"keyring audit 1\n"])
def test_a_damaged_file_is_not_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ".crmaudit" / "key"
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(CrmauditError, match="key") as caught:
        audit_key(tmp_path)
    assert "CRMAUDIT_KEY" in caught.value.hint
    assert file.read_bytes() == content


def test_the_keyring_has_it_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    ring = SimpleNamespace(
        set_password=lambda service, name, secret: kept.update({(service, name): secret}),
        get_password=lambda service, name: kept.get((service, name)),
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    made = audit_key(tmp_path)
    ((_, name), secret) = next(iter(kept.items()))
    file = (tmp_path / ".crmaudit" / "key").read_text()
    assert file == f"keyring {name}\n"
    assert secret not in file
    assert audit_key(tmp_path).id == made.id
    kept.clear()
    with pytest.raises(CrmauditError, match="keyring"):
        audit_key(tmp_path)


def test_a_keyring_that_does_not_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: str) -> None:
        raise RuntimeError("no backend")

    monkeypatch.setitem(
        sys.modules, "keyring", SimpleNamespace(set_password=fails, get_password=fails)
    )
    assert audit_key(tmp_path).id == audit_key(tmp_path).id
    assert len((tmp_path / ".crmaudit" / "key").read_text().strip()) == 64
