"""Defects added after the demo's first release: the only list that grows, and only at its end.

The other lists are closed.  Billing and newsletter choose their conflicts
among the CRM's undamaged cells, so a plant that came in between would move
rows of theirs; here, after all of them, it wins free cells and moves nothing.
Structural plants (pairs, users, whole rows) that come later follow the same
rule: claim last, append rows at a table's end, draw from a stream of their own.
"""

from __future__ import annotations

from crmaudit.demo.claims import CellPlant

LATER: tuple[CellPlant, ...] = ()
