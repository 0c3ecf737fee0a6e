"""Findings and facts become a plan: extraction complexity, initiatives, a roadmap."""

from crmaudit.strategy.extraction import Criterion, Extraction, extraction, extractions
from crmaudit.strategy.initiatives import TEMPLATES, Template
from crmaudit.strategy.plan import Initiative, Plan, plan
from crmaudit.strategy.retirement import Retirement, retire

__all__ = [
    "TEMPLATES",
    "Criterion",
    "Extraction",
    "Initiative",
    "Plan",
    "Retirement",
    "Template",
    "extraction",
    "extractions",
    "plan",
    "retire",
]
