"""Everything that is known of each system as plain values: the rows of `inventory`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmaudit.audit import Audit
    from crmaudit.inventory import InventoryRow


class Rows:
    """Rows of an audit's systems; what all of them share is worked out once."""

    def __init__(self, found: Audit) -> None:
        self.found = found
        self.feeds_in: dict[str, dict[str, None]] = {}
        self.feeds_out: dict[str, dict[str, None]] = {}
        for link in found.facts.whole_crud.feeds:
            self.feeds_out.setdefault(link.source, {})[link.target] = None
            self.feeds_in.setdefault(link.target, {})[link.source] = None
        self.dependents: dict[str, list[str]] = {}
        for system in found.workspace.systems:
            for other in system.depends_on:
                self.dependents.setdefault(other, []).append(system.id)
        self.record_of: dict[str, list[str]] = {}
        for entity in found.workspace.entity.values():
            if entity.system_of_record:
                self.record_of.setdefault(entity.system_of_record, []).append(entity.id)

    def all(self) -> list[dict[str, Any]]:
        return [self.row(r) for r in self.found.inventory.rows]

    def row(self, row: InventoryRow) -> dict[str, Any]:
        return {
            **self._facts(row),
            **self._cost(row),
            **self._life(row),
            **self._data(row),
            **self._judged(row),
        }

    def _facts(self, row: InventoryRow) -> dict[str, Any]:
        system, complete, name = row.system, row.completeness, self.found.workspace.person_name
        return {
            "id": system.id,
            "name": system.name,
            "formerly": list(system.formerly),
            "in_scope": system.in_scope,
            "vendor": system.vendor,
            "kind": system.kind,
            "description": system.description,
            "facts_given": complete.given,
            "facts_wanted": complete.wanted,
            "completeness": 100 * complete.score,
            "missing": [f.name for f in complete.missing],
            "lacks": [lack.what for lack in complete.lacks],
            "blank": list(system.blank),
            "business_owner": name(system.owners.business),
            "it_owner": name(system.owners.it),
            "users": system.users,
            "criticality": system.criticality,
            "hosting": system.hosting,
            "support": system.support.provider,
            "tags": list(system.tags),
        }

    def _cost(self, row: InventoryRow) -> dict[str, Any]:
        cost, contract = row.cost, row.system.contract
        change = row.cost_change.share if row.cost_change else None
        return {
            "cost": cost.total if cost else None,
            "cost_year": cost.year if cost else None,
            "cost_at_least": cost.at_least if cost else None,
            "cost_one_off": cost.one_off if cost else None,
            "cost_per_user": row.cost_per_user,
            "cost_per_entity": row.cost_per_entity,
            "cost_change": None if change is None else 100 * change,
            "licences_idle": sum(x.idle for x in row.licences) if row.licences else None,
            "contract_partner": (contract.partner or None) if contract else None,
            "contract_end": contract.end if contract else None,
            "contract_renews": contract.renews if contract else None,
            "notice_by": row.notice_by,
        }

    def _life(self, row: InventoryRow) -> dict[str, Any]:
        system, life = row.system, row.system.lifecycle
        documents = {d.part: d for d in row.documents}
        ages = [d.age for d in row.documents if d.age is not None]
        return {
            "phase": life.phase,
            "phase_by_dates": row.life.by_dates,
            "since": life.since,
            "version": life.version or None,
            "phase_out": life.phase_out,
            "retired": life.retired,
            "successor": life.successor,
            "future": system.future,
            "vendor_support_ends": life.vendor_support_ends,
            "support_months": row.life.support_months,
            "out_of_support": row.out_of_support,
            "system_documented": documents["system"].exists if "system" in documents else None,
            "database_documented": (
                documents["database"].exists if "database" in documents else None
            ),
            "documentation_age": max(ages, default=None),
            "skills": None if system.support.skills is None else [s.skill for s in row.skills],
            "skill_risk": row.skill_risk,
        }

    def _data(self, row: InventoryRow) -> dict[str, Any]:
        system = row.system

        def doing(wanted: str) -> list[str] | None:
            """Entities with any of the letters; None where the dossier says nothing of them."""
            if not system.crud and not system.crud_complete:
                return None
            return [e for e, letters in system.crud.items() if set(wanted) & set(letters or "")]

        def fed(others: dict[str, dict[str, None]]) -> list[str] | None:
            known = list(others.get(system.id, ()))
            return known if known or system.feeds is not None else None

        return {
            "creates": doing("C"),
            "reads": doing("R"),
            "updates": doing("U"),
            "deletes": doing("D"),
            "entities": doing("CRUD"),
            "crud_complete": system.crud_complete,
            "record_of": self.record_of.get(system.id, []),
            "feeds_in": fed(self.feeds_in),
            "feeds_out": fed(self.feeds_out),
            "depends_on": list(system.depends_on),
            "dependents": self.dependents.get(system.id, []),
        }

    def _judged(self, row: InventoryRow) -> dict[str, Any]:
        found, system = self.found, row.system
        score = found.quality.system_score(system.id)
        share = score.share if score else None
        measured = None if share is None else 100 * share
        said = row.perceived.score if row.perceived else None
        about = found.findings.about(f"system:{system.id}")
        fit = found.facts.fits.get(system.id)
        return {
            "perceived": said,
            "measured": measured,
            "disagreement": None if said is None or measured is None else said - measured,
            "fit": fit.quadrant if fit else None,
            "fit_reason": fit.reason if fit else None,
            "fit_certain": fit.certain if fit else None,
            "functional_fit": fit.functional.score if fit else None,
            "technical_fit": fit.technical.score if fit else None,
            "worst": about[0].severity if about else None,
            "finding_count": len(about),
            "findings": [f.code for f in about],
        }
