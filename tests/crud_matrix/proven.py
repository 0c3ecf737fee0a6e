"""Matrices with a testimony written by hand."""

from __future__ import annotations

from typing import Any

from crmaudit.crud_matrix import CrudMatrix, Proof, Testimony
from crmaudit.crud_matrix.cell import Answer, Origin
from crmaudit.evidence.use import LETTERS
from crmaudit.workspace.dossier import System
from crmaudit.workspace.landscape import Entity


def proofs(yes: str = "", no: str = "", origin: Origin = "observed") -> tuple[Proof, ...]:
    answers: dict[str, Answer] = {**dict.fromkeys(yes, "yes"), **dict.fromkeys(no, "no")}
    return tuple(Proof(x, origin, answers[x]) for x in LETTERS if x in answers)


def matrix(
    found: dict[str, dict[str, tuple[Proof, ...]]],
    *systems: dict[str, Any],
    shared: dict[str, dict[tuple[str, str], str]] | None = None,
    **entity: Any,
) -> CrudMatrix:
    dossiers = [System.model_validate({"name": s["id"], **s}) for s in systems]
    known = [Entity.model_validate({"id": "customer", **entity})]
    return CrudMatrix(dossiers, known, Testimony(found, shared=shared or {}))


CRM = {"id": "crm", "crud": {"customer": "CR"}, "crud_complete": True, "feeds": []}
SHOP = {"id": "shop"}
