"""Collection: runs the rooms' collectors over the sources, safe to interrupt."""

from crmaudit.collect.collect import Outcome, Progress, Target, collect, targets
from crmaudit.collect.dry_run import DryRun, dry_run

__all__ = ["DryRun", "Outcome", "Progress", "Target", "collect", "dry_run", "targets"]
