"""The people's half: user types, access, attitudes, interviews, KPIs, purposes."""

from crmaudit.governance.governance import Governance

__all__ = ["Governance"]
