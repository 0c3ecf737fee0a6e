"""The columns by which people call a record."""

from __future__ import annotations

from crmaudit.quality.entities.names import joined, raw_words
from crmaudit.quality.entities.seen import SeenColumn, SeenTable

_LABELS = """
    name title subject label displayname fullname bezeichnung titel betreff libelle nom nombre
    titulo asunto nome titolo oggetto naam onderwerp assunto summary topic beschreibung
    description login username benutzername filename
"""
_RANK = {name: rank for rank, name in enumerate(_LABELS.split())}
_NUMBERS = ("invoice", "order", "quote", "contract", "case", "payment")


def record_name(table: SeenTable, entity: str) -> tuple[str, ...]:
    """Given and family name of a person, else name, title or number; empty where none is found."""
    if entity in ("person", "lead", "user", "membership", "event registration"):
        given, family = _first(table, "given name"), _first(table, "family name")
        if given and family:
            return given, family
        if family:
            return (family,)
    if entity == "organisation" and (found := _first(table, "organisation name")):
        return (found,)
    if entity == "household" and (found := _first(table, "household name")):
        return (found,)
    own = joined(table.words)
    ranked = []
    for place, column in enumerate(table.columns):
        name = joined(raw_words(column.name))
        bare = name.removeprefix(own)
        rank = min(_RANK.get(name, 99), _RANK.get(bare, 99), 0 if bare == "name" else 99)
        if rank < 99 and not column.empty:
            ranked.append((rank, place, column.name))
    if entity in _NUMBERS:
        numbered = [c.name for c in table.columns if c.marks & {f"{entity} number"}]
        if numbered and (entity == "invoice" or not ranked):
            return (numbered[0],)
    if ranked:
        return (min(ranked)[2],)
    called = [c.name for c in table.columns if c.marks & {"full name", "file name", "login"}]
    return (called[0],) if called else ()


def _first(table: SeenTable, mark: str) -> str:
    """The filled column with that mark whose name says least besides."""
    found = [c for c in table.columns if mark in c.marks and not c.empty]
    return min(found, key=lambda c: (not _meant(c, mark), len(c.name))).name if found else ""


def _meant(column: SeenColumn, mark: str) -> bool:
    return column.semantic is not None and column.semantic.type == mark
