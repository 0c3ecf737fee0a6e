"""Rules: each one file, found by discovery, explained by its own docstring."""

from crmaudit.rules.base import Hit, Measurement, NotAssessed, Rule
from crmaudit.rules.discovery import all_rules, rule

__all__ = ["Hit", "Measurement", "NotAssessed", "Rule", "all_rules", "rule"]
