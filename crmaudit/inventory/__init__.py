"""Dossiers judged: completeness, cost, skills, lifecycle, documentation, opinion, fit."""

from crmaudit.inventory.access_path import bulk_interfaces, ways_out
from crmaudit.inventory.asking import Contact, Directory
from crmaudit.inventory.completeness import Completeness, Fact, Lack, completeness, left_blank
from crmaudit.inventory.contracts import ContractAhead, ContractState, contract_state, notice_by
from crmaudit.inventory.cost import RUNNING, CostChange, YearlyCost, changes, yearly_costs
from crmaudit.inventory.documentation import Described, DocumentState, described, document_states
from crmaudit.inventory.fit import Axis, Contribution, Fit, Quadrant, Surroundings, fit
from crmaudit.inventory.inventory import Inventory, InventoryRow, PortfolioCost
from crmaudit.inventory.licences import (
    LicenceBill,
    LicenceUse,
    licence_bill,
    licence_use,
    uncounted,
)
from crmaudit.inventory.lifecycle import (
    DateConflict,
    LifecycleState,
    PhaseSpan,
    in_use,
    leaving,
    lifecycle_state,
    months_later,
)
from crmaudit.inventory.perceived import (
    Measured,
    OpinionGap,
    Perceived,
    all_perceived,
    perceived,
)
from crmaudit.inventory.skills import SkillState, StandIn, Talents, skill_states, staying
from crmaudit.inventory.staffing import Dependence, LevelConflict, SkillNeed, Staffing

__all__ = [
    "RUNNING",
    "Axis",
    "Completeness",
    "Contact",
    "ContractAhead",
    "ContractState",
    "Contribution",
    "CostChange",
    "DateConflict",
    "Dependence",
    "Described",
    "Directory",
    "DocumentState",
    "Fact",
    "Fit",
    "Inventory",
    "InventoryRow",
    "Lack",
    "LevelConflict",
    "LicenceBill",
    "LicenceUse",
    "LifecycleState",
    "Measured",
    "OpinionGap",
    "Perceived",
    "PhaseSpan",
    "PortfolioCost",
    "Quadrant",
    "SkillNeed",
    "SkillState",
    "Staffing",
    "StandIn",
    "Surroundings",
    "Talents",
    "YearlyCost",
    "all_perceived",
    "bulk_interfaces",
    "changes",
    "completeness",
    "contract_state",
    "described",
    "document_states",
    "fit",
    "in_use",
    "leaving",
    "left_blank",
    "licence_bill",
    "licence_use",
    "lifecycle_state",
    "months_later",
    "notice_by",
    "perceived",
    "skill_states",
    "staying",
    "uncounted",
    "ways_out",
    "yearly_costs",
]
