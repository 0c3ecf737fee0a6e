"""Findings and facts become a plan: extractions, a target picture, initiatives, a roadmap."""

from crmaudit.strategy.effort import Effort, effort, estimate, feed_effort
from crmaudit.strategy.extraction import (
    Criterion,
    Extraction,
    cell_extractions,
    extraction,
    extractions,
)
from crmaudit.strategy.initiatives import TEMPLATES, Template
from crmaudit.strategy.order import Order, order
from crmaudit.strategy.plan import Initiative, Plan, plan
from crmaudit.strategy.retirement import Retirement, retire
from crmaudit.strategy.target import FeedTarget, RecordTarget, SystemTarget, Target, target

__all__ = [
    "TEMPLATES",
    "Criterion",
    "Effort",
    "Extraction",
    "FeedTarget",
    "Initiative",
    "Order",
    "Plan",
    "RecordTarget",
    "Retirement",
    "SystemTarget",
    "Target",
    "Template",
    "cell_extractions",
    "effort",
    "estimate",
    "extraction",
    "extractions",
    "feed_effort",
    "order",
    "plan",
    "retire",
    "target",
]
