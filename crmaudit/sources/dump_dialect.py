"""In which dialect a script is written, by what only that one has."""

from __future__ import annotations

import re

_SIGNS: dict[str, tuple[tuple[int, str], ...]] = {
    "postgresql": (
        (20, r"PostgreSQL database dump|\bpg_catalog\b|\bSET search_path\b"),
        (4, r"\bcharacter varying\b|\btimestamp with(?:out)? time zone\b|\bOWNER TO\b"),
        (4, r"\$\$|\bCREATE EXTENSION\b|\bjsonb\b|\btimestamptz\b|\bbytea\b|\bplpgsql\b"),
        (3, r"\b(?:big)?serial\b|::\w+|\bnextval\(|\bGENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY"),
        (3, r"\bALTER TABLE ONLY\b|\bCOMMENT ON (?:TABLE|COLUMN)\b|\bON CONFLICT\b"),
    ),
    "mysql": (
        (20, r"(?:MySQL|MariaDB) dump|phpMyAdmin SQL Dump|^DELIMITER\b"),
        (6, r"\bENGINE\s*=\s*\w+|\bAUTO_INCREMENT\b|/\*!\d{5}|\bDEFAULT CHARSET\b"),
        (4, r"`\w+`\s+(?:int|varchar|datetime|tinyint|bigint|text|enum)\b|\bunsigned\b"),
        (2, r"`\w+`"),
    ),
    "sqlite": (
        (12, r"\bAUTOINCREMENT\b|\bWITHOUT ROWID\b|\bPRAGMA\b|\bsqlite_sequence\b|\bSTRICT;"),
        (3, r"\bINTEGER PRIMARY KEY\b|\bCREATE VIRTUAL TABLE\b"),
    ),
    "tsql": (
        (12, r"^\s*GO\s*$|\bSET ANSI_NULLS\b|\[dbo\]\.|\bIDENTITY\s*\(\d+|\bNVARCHAR\s*\(MAX\)"),
        (4, r"\bnvarchar\b|\bdatetime2\b|\buniqueidentifier\b|\bCLUSTERED\b|\[\w+\]\s*\[\w+\]"),
    ),
    "oracle": (
        (12, r"\bVARCHAR2\b|\bNUMBER\s*\(\d+|\bTABLESPACE\b.*\bSTORAGE\b|^/\s*$|\bNVARCHAR2\b"),
        (3, r"\bCLOB\b|\bSYSDATE\b|\bDBMS_\w+"),
    ),
}
_SIGNS_COMPILED = {
    dialect: [(weight, re.compile(p, re.IGNORECASE | re.MULTILINE)) for weight, p in signs]
    for dialect, signs in _SIGNS.items()
}
_VERSIONS = (
    (re.compile(r"Dumped from database version (\d+(?:\.\d+)*)"), "PostgreSQL {}"),
    (re.compile(r"Server version\s+(\S*MariaDB\S*)"), "{}"),
    (re.compile(r"Server version:?\s+(\d[\w.-]*)"), "MySQL {}"),
)
_DATABASES = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        r"^-- Host: \S+ +Database: (?P<name>\S[^\r\n]*?)\s*$",
        r"^-- Database: [`'\"](?P<name>[^`'\"\r\n]+)[`'\"]\s*$",
        r"^\\connect (?:-reuse-previous=on )?[\"']?(?:dbname=)?'?(?P<name>\w[^\s\"']*)",
        r"^(?:USE|use) [`\[]?(?P<name>\w[^`\];\r\n]*?)[`\]]?\s*;?\s*$",
    )
)


def recognised(head: str) -> str:
    """The dialect that the beginning of a script speaks; `ansi` where nothing tells."""
    scores = {
        dialect: sum(weight for weight, sign in signs if sign.search(head))
        for dialect, signs in _SIGNS_COMPILED.items()
    }
    best = max(scores, key=lambda d: scores[d])
    if not scores[best]:
        return "ansi"
    return "mariadb" if best == "mysql" and "mariadb" in head.lower() else best


def version_of(head: str) -> str:
    """The version of the server that wrote the dump, as far as it says; else empty."""
    for pattern, form in _VERSIONS:
        found = pattern.search(head)
        if found:
            return form.format(found[1])
    return ""


def database_of(head: str) -> str:
    """What the server calls the database that was dumped, as far as the dump says; else empty."""
    found = (pattern.search(head) for pattern in _DATABASES)
    return next((match["name"] for match in found if match), "")
