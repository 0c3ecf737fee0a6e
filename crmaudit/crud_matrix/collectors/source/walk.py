"""Which files of a folder are application source, in a fixed order."""

from __future__ import annotations

import codecs
import glob
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crmaudit.errors import CrmauditError

LARGEST = 5 * 2**20
"""Bytes of a file that is read; larger ones are data or generated."""

_LANGUAGES = {
    "PHP": "php inc module phtml install php5 php7 engine theme profile",
    "Python": "py pyw",
    "Java": "java",
    "C#": "cs",
    "JavaScript": "js jsx mjs cjs",
    "TypeScript": "ts mts cts",
    "TSX": "tsx",
    "Ruby": "rb rake ru",
    "SQL": "sql mysql pgsql psql ddl mysqli tsql plsql",
    "XML": "xml",
    "Prisma": "prisma",
}
_BY_ENDING = {e: language for language, ends in _LANGUAGES.items() for e in ends.split()}
_UNREAD_TEXT = """
    go kt kts scala groovy vb bas pl pm c cc cpp h hpp rs swift cls trigger abap pas dpr cob cbl
    cfm cfc asp aspx cshtml vbhtml jsp erb haml slim ejs vue svelte lua ex exs clj r jl dart fs sas
    prg p4 w i 4gl sh ps1 twig tpl blade
"""
_UNREAD = frozenset(_UNREAD_TEXT.split())
_OTHERS_TEXT = """
    node_modules bower_components vendor vendors third_party thirdparty third-party site-packages
    .git .svn .hg .bzr .tox .venv venv virtualenv .idea .vscode .gradle .mvn .next .nuxt .yarn
    dist build target obj __pycache__ .cache cache coverage htmlcov .mypy_cache .pytest_cache
    .terraform jspm_packages eggs .eggs bundle .bundle
"""
_OTHERS = frozenset(_OTHERS_TEXT.split())
_TESTS = frozenset(
    [
        "test",
        "tests",
        "spec",
        "specs",
        "__tests__",
        "testing",
        "phpunit",
        "cypress",
        "e2e",
        "features",
    ]
)
_TEST_FILE = re.compile(
    r"(?:test_.*|.*_test|.*_spec|.*[a-z]Tests?|.*\.(?:spec|test|cy|stories))\.\w+$"
)
_SETUP_TEXT = """
    migrations migration migrate alembic flyway liquibase changelogs seeds seeders seed seeding
    fixtures install installer installation upgrade upgrades upgrader
"""
_SETUP = frozenset(_SETUP_TEXT.split())
_SETUP_FILE = re.compile(
    r"(?i:v\d[\w.]*__.*|(?:.*[_.-])?(?:un)?(?:install|upgrade|upgrader|migrations?|migrate|seeds?"
    r"|seeders?|fixtures?|samples?|demo|dummy)(?:[_.-].*)?)\.\w+$"
    r"|.*[a-z](?:Seeder|Upgrader|Migration|Installer)\.\w+$|.*\.install$|schema\.rb$"
)
_MINIFIED = re.compile(r"(?:[.-](?:min|bundle|chunk|packed))\.\w+$")


@dataclass(frozen=True, slots=True)
class File:
    """A file of source. `place` is its path within the folder, with slashes.

    `setup`: by its name it makes, fills or changes the database once, and shows no daily use.
    `named`: somebody named it by itself, so its name decides nothing.
    """

    path: Path
    place: str
    language: str
    setup: bool = False
    named: bool = False


@dataclass
class Walk:
    """What was gone through, and what was left out and why.

    `tests`, `foreign` (vendored, built, minified) and `large` files are left
    out, `binary` ones too; `unread` counts files of languages that nobody here reads.
    """

    tests: int = 0
    foreign: int = 0
    large: int = 0
    binary: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def files(self, entry: str) -> Iterator[File]:
        """The files of a folder, those that a pattern fits, or the file itself.

        Raises CrmauditError where there is nothing. Links are followed only
        to what lies in the folder.
        """
        path = Path(entry)
        if path.is_dir():
            yield from self._folder(path)
            return
        if path.is_file():
            found = [path]
        else:
            found = sorted(self._fitting(entry))
        if not found:
            raise CrmauditError(
                f"there is no application source at {entry}",
                "name a folder, a file or a pattern that is there under `traces: {code: […]}`",
            )
        base = Path(os.path.commonpath([p.parent for p in found]))
        for one in found:
            yield from self._one(one, one.relative_to(base).as_posix(), named=path == one)

    def _fitting(self, entry: str) -> Iterator[Path]:
        """What a pattern fits, without folders that a walk leaves out and it does not name."""
        asked = Path(entry)
        words = {p.lower() for p in asked.parts}
        fixed = list(itertools.takewhile(lambda p: not glob.has_magic(p), asked.parts))
        root = Path(*fixed).resolve() if fixed else Path.cwd()
        tests = _TEST_FILE.fullmatch(asked.name) is not None
        for path in map(Path, glob.glob(entry, recursive=True)):
            if not path.is_file() or not path.resolve().is_relative_to(root):
                continue
            folders = {p.lower() for p in path.parts[len(fixed) : -1]} - words
            if folders & _OTHERS:
                self.foreign += 1
            elif folders & _TESTS or (_TEST_FILE.fullmatch(path.name) and not tests):
                self.tests += _language(path.name) != ""
            else:
                yield path

    def _folder(self, root: Path) -> Iterator[File]:
        inside = root.resolve()
        for here, folders, names in os.walk(root, onerror=_refuse):
            place = Path(here).relative_to(root)
            kept = [f for f in sorted(folders) if not os.path.islink(os.path.join(here, f))]
            folders[:] = [f for f in kept if f.lower() not in _OTHERS]
            self.foreign += len(kept) - len(folders)
            tests = any(p.lower() in _TESTS for p in place.parts)
            for name in sorted(names):
                path = Path(here, name)
                if path.is_symlink() and not path.resolve().is_relative_to(inside):
                    continue
                if tests or _TEST_FILE.fullmatch(name):
                    self.tests += _language(name) != ""
                    continue
                yield from self._one(path, (place / name).as_posix())

    def _one(self, path: Path, place: str, named: bool = False) -> Iterator[File]:
        language = _language(path.name)
        if not language:
            ending = path.suffix.lower().lstrip(".")
            if ending in _UNREAD:
                self.unread[ending] += 1
            if not named:
                return
            language = "SQL"  # what somebody names by itself and has no other ending
        if _MINIFIED.search(path.name):
            self.foreign += 1
        elif path.stat().st_size > LARGEST and not (language == "SQL" and named):
            self.large += 1
        else:
            *folders, name = place.split("/")
            setup = not named and (
                any(p.lower() in _SETUP for p in folders) or _SETUP_FILE.match(name) is not None
            )
            yield File(path, place, language, setup, named)

    def read(self, file: File) -> bytes | None:
        """The file as UTF-8; None for one that is no text, or made by a machine."""
        try:
            data = file.path.read_bytes()
        except OSError:
            self.unread[f"{file.place} (no right to read it)"] += 1
            return None
        for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
            if data.startswith(mark):
                data = data.decode(encoding, "replace").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        if b"\0" in data:
            self.binary += 1
            return None
        script = file.language in {"JavaScript", "TypeScript"} and len(data) > 20_000
        if script and len(data) / (data.count(b"\n") + 1) > 300:
            self.foreign += 1
            return None
        return data

    def notes(self) -> Iterator[str]:
        if self.tests:
            yield f"{self.tests} files of tests are left out"
        if self.foreign:
            yield f"{self.foreign} vendored, built or minified files and folders are left out"
        if self.large:
            yield f"{self.large} files of more than 5 MB are left out"
        if self.binary:
            yield f"{self.binary} files are no text"
        if self.unread:
            most = sorted(self.unread.items(), key=lambda x: (-x[1], x[0]))
            told = ", ".join(f"{n} .{e}" if "(" not in e else e for e, n in most[:12])
            yield f"not read: {told}"


def _language(name: str) -> str:
    return _BY_ENDING.get(name.rpartition(".")[2].lower(), "") if "." in name else ""


def _refuse(error: OSError) -> None:
    raise CrmauditError(
        f"{error.filename} cannot be read: {error.strerror}", "give the right to read it"
    ) from error
