"""The audit's key: what its pseudonyms are made with.

Accounts carry the same pseudonym wherever the same key is used, and nobody
without it can test a guess. So the key belongs to one audit, and stays off
its evidence, its reports and the terminal; its public id stands in both.

It is found in this order:

1. The environment, `CRMAUDIT_KEY`: 32 bytes in hex, or a passphrase. For those
   who collect on a client's machine, and for those who keep secrets elsewhere.
2. `.crmaudit/key`, made when a key is first needed. It holds the key itself,
   readable by its owner only and ignored by git, or, where the optional package
   `keyring` is installed and works, only the name under which the system's
   keyring has it. A file, because an audit must also run where there is no
   keyring, as on most servers, and because the pseudonyms of the next audit
   must be those of the last: a key that lived nowhere would be another each time.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Container, Mapping
from pathlib import Path

from crmaudit.errors import CrmauditError
from crmaudit.evidence import privacy
from crmaudit.private import state_folder

VARIABLE = "CRMAUDIT_KEY"
_FILE = "key"
_SERVICE = "crmaudit"
_BYTES = 32
_SHORTEST = 12
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_IN_KEYRING = "keyring "


class Key:
    """A key that shows its id only."""

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.id = privacy.key_id(secret)

    def pseudonym(self, kind: str, value: str) -> str:
        """The name that stands for `value` in this audit, like `acct-7f3a9c21`."""
        return privacy.pseudonym(self._secret, kind, value)

    def record(self, system: str, table: str, key: str) -> str:
        """The id that stands for a record of an audited system: `rec-` and 64 bits in hex."""
        return privacy.record_id(self._secret, system, table, key)

    def token(self, kind: str, value: str) -> bytes:
        """32 bytes that stand for a value of a kind wherever the same key is used."""
        return privacy.token(self._secret, kind, value)

    def naming(self, formerly: Mapping[str, str], known: Container[str]) -> NamingKey:
        """The same key, by which records keep the ids that are `known` when a system is renamed.

        `formerly` gives for a system's earlier id the one that it has now.
        """
        return NamingKey(self._secret, formerly, known)

    def listening(self) -> ListeningKey:
        """The same key, which remembers what it gives pseudonyms to."""
        return ListeningKey(self._secret)

    def __repr__(self) -> str:
        return f"<Key {self.id}>"

    def __reduce__(self) -> str:
        raise TypeError("a key is not to be stored")


class NamingKey(Key):
    """A key that goes on calling records as they are known, whatever their system is called now.

    A record's id is made with its system's. Answers about it were given under
    the id of that day, and have to hold after the system got another one.
    """

    __slots__ = ("_before", "_known")

    def __init__(self, secret: bytes, formerly: Mapping[str, str], known: Container[str]) -> None:
        super().__init__(secret)
        self._known = known
        self._before: dict[str, list[str]] = {}
        for old, now in formerly.items():
            # The latest of the earlier ids stands last.
            self._before.setdefault(now, []).insert(0, old)

    def record(self, system: str, table: str, key: str) -> str:
        made = super().record(system, table, key)
        before = self._before.get(system)
        if before is None or made in self._known:
            return made
        earlier = (super(NamingKey, self).record(old, table, key) for old in before)
        return next((id_ for id_ in earlier if id_ in self._known), made)


class ListeningKey(Key):
    """A key for revealing: `heard` is pseudonym → value, of all that it was asked for."""

    __slots__ = ("heard",)

    def __init__(self, secret: bytes) -> None:
        super().__init__(secret)
        self.heard: dict[str, str] = {}

    def pseudonym(self, kind: str, value: str) -> str:
        made = super().pseudonym(kind, value)
        self.heard[made] = value
        return made


def environment_key() -> Key | None:
    """The key that `CRMAUDIT_KEY` gives, if it is set.

    Raises CrmauditError for a passphrase that could be guessed.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    if _HEX.fullmatch(text):
        return Key(bytes.fromhex(text))
    if len(text) < _SHORTEST:
        raise CrmauditError(
            f"{VARIABLE} is too short to be safe",
            f"use a passphrase of at least {_SHORTEST} characters, or 64 hex digits",
        )
    # Slow on purpose; the salt is fixed so that the same words make the same key anywhere.
    secret = hashlib.scrypt(text.encode(), salt=b"crmaudit key", n=2**14, r=8, p=1, dklen=_BYTES)
    return Key(secret)


def find_key(root: Path) -> Key | None:
    """The key of the workspace at `root`, if it has one yet.

    Raises CrmauditError where it cannot be read.
    """
    given = environment_key()
    if given is not None:
        return given
    path = root / ".crmaudit" / _FILE
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(path, getattr(error, "strerror", "") or "it is no text") from None
    if text.startswith(_IN_KEYRING):
        text = _from_keyring(text.removeprefix(_IN_KEYRING), path)
    if not _HEX.fullmatch(text):
        raise _damaged(path, "it holds no key")
    return Key(bytes.fromhex(text))


def audit_key(root: Path) -> Key:
    """The key of the workspace at `root`, made where it has none.

    Raises CrmauditError where it can neither be read nor made.
    """
    found = find_key(root)
    if found is not None:
        return found
    secret = secrets.token_hex(_BYTES)
    path = state_folder(root) / _FILE
    name = f"audit {secrets.token_hex(8)}"
    # Before the file is there: a keyring may ask, and be stopped while it does.
    text = f"{_IN_KEYRING}{name}" if _to_keyring(name, secret) else secret
    try:
        _put(path, f"{text}\n")
    except FileExistsError:
        # Another process was faster: its key is the audit's.
        return audit_key(root)
    except OSError as error:
        raise CrmauditError(
            f"the audit's key cannot be written to {path}: {error.strerror}",
            f"check the folder's rights, or set {VARIABLE}",
        ) from None
    return Key(bytes.fromhex(secret))


def _put(path: Path, text: str) -> None:
    """Make the file, whole from its first moment on and readable by its owner only.

    Raises FileExistsError where there is one, OSError where it cannot be made.
    """
    file, partial = tempfile.mkstemp(prefix=".key-", dir=path.parent)
    try:
        with os.fdopen(file, "w", encoding="ascii") as out:
            out.write(text)
        try:
            os.link(partial, path)
        except FileExistsError:
            raise
        except OSError:
            # Some file systems have no links: there, a reader may meet the file still empty.
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(text)
    finally:
        os.unlink(partial)


def _to_keyring(name: str, secret: str) -> bool:
    """Whether the system's keyring has taken the key, and gives it back."""
    try:
        import keyring

        keyring.set_password(_SERVICE, name, secret)
        return bool(keyring.get_password(_SERVICE, name) == secret)
    except Exception:
        # Its back ends raise what they like, and many machines have none.
        return False


def _from_keyring(name: str, path: Path) -> str:
    try:
        import keyring

        found = keyring.get_password(_SERVICE, name)
    except Exception:
        found = None
    if not found:
        raise CrmauditError(
            "the audit's key is in a keyring that does not answer",
            f"unlock it, install `crmaudit[keyring]`, or set {VARIABLE}",
            str(path),
        )
    return str(found)


def _damaged(path: Path, reason: str) -> CrmauditError:
    return CrmauditError(
        f"the audit's key cannot be read: {reason}",
        f"put the right file back or set {VARIABLE}; without it, accounts get new pseudonyms",
        str(path),
    )
