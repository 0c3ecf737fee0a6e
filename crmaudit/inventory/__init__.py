"""Dossiers judged: completeness, cost, skills, lifecycle, documentation, opinion."""

from crmaudit.inventory.access_path import bulk_interfaces, ways_out
from crmaudit.inventory.completeness import Completeness, Fact, completeness, left_blank
from crmaudit.inventory.cost import YearlyCost, yearly_costs
from crmaudit.inventory.documentation import Described, DocumentState, described, document_states
from crmaudit.inventory.inventory import Inventory, InventoryRow
from crmaudit.inventory.licences import LicenceUse, licence_use, uncounted
from crmaudit.inventory.lifecycle import (
    ContractState,
    contract_state,
    in_use,
    leaving,
    months_later,
    notice_by,
)
from crmaudit.inventory.perceived import Perceived, all_perceived, perceived
from crmaudit.inventory.skills import SkillState, skill_states, staying

__all__ = [
    "Completeness",
    "ContractState",
    "Described",
    "DocumentState",
    "Fact",
    "Inventory",
    "InventoryRow",
    "LicenceUse",
    "Perceived",
    "SkillState",
    "YearlyCost",
    "all_perceived",
    "bulk_interfaces",
    "completeness",
    "contract_state",
    "described",
    "document_states",
    "in_use",
    "leaving",
    "left_blank",
    "licence_use",
    "months_later",
    "notice_by",
    "perceived",
    "skill_states",
    "staying",
    "uncounted",
    "ways_out",
    "yearly_costs",
]
