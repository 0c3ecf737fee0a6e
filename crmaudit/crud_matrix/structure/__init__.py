"""How the matrix is built: closure, affinity, orders, subsystems, hubs. Pure and deterministic.

All goes by `Cell.held`, letters declared or proven, and by the names of
systems and entities where nothing else decides. A matrix never changes, so
each answer is worked out once for it.
"""

from crmaudit.crud_matrix.structure.affinity import (
    Affinity,
    Coupling,
    affinity,
    coupling,
    scale19,
)
from crmaudit.crud_matrix.structure.communities import Communities, Community, communities
from crmaudit.crud_matrix.structure.diagonal import Diagonal, Residual, Subsystem, diagonal
from crmaudit.crud_matrix.structure.grid import closed
from crmaudit.crud_matrix.structure.hubs import Hub, Hubs, Joint, hubs, joints, relays
from crmaudit.crud_matrix.structure.order import Order
from crmaudit.crud_matrix.structure.ordering import HOWS, How, ordered
from crmaudit.crud_matrix.structure.sections import Section, sections, unsectioned

__all__ = [
    "HOWS",
    "Affinity",
    "Communities",
    "Community",
    "Coupling",
    "Diagonal",
    "How",
    "Hub",
    "Hubs",
    "Joint",
    "Order",
    "Residual",
    "Section",
    "Subsystem",
    "affinity",
    "closed",
    "communities",
    "coupling",
    "diagonal",
    "hubs",
    "joints",
    "ordered",
    "relays",
    "scale19",
    "sections",
    "unsectioned",
]
