"""What an audit keeps of itself, and what two of them tell about the time between.

Everything here is pure: bodies of plain values in, comparisons out.
"""

from crmaudit.remembered.kept import summary
from crmaudit.remembered.promises import Promise, lapsed, promises
from crmaudit.remembered.since import Since, before, compare, since_last
from crmaudit.standing.past import Past, last_before

__all__ = [
    "Past",
    "Promise",
    "Since",
    "before",
    "compare",
    "lapsed",
    "last_before",
    "promises",
    "since_last",
    "summary",
]
