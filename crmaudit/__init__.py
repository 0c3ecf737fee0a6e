"""crmaudit: information-management audits of CRM landscapes.

People declare, databases testify, facts join the two, rules read facts,
findings become a plan, reports print it. `crmaudit.Audit` is the way in from
Python; the command line is a thin skin over it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from crmaudit.audit import Audit

__all__ = ["Audit", "__version__"]


def __getattr__(name: str) -> Any:
    # Imported on first use, so that `crmaudit --help` loads no heavy library.
    if name == "Audit":
        return import_module("crmaudit.audit").Audit
    raise AttributeError(f"module 'crmaudit' has no attribute {name!r}")
