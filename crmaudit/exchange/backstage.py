"""What the Backstage exporter and importer agree on: names, references, words.

By Backstage's descriptor format of catalog entities (`backstage.io/v1alpha1`).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

API_VERSION = "backstage.io/v1alpha1"
UNKNOWN = "unknown"
"""Stands, by custom, where Backstage requires an owner, type or life cycle and none is declared."""

CRUD, FEEDS, ACTOR = "crud", "feeds", "actor"
"""Annotations beside those of `properties`: JSON of a dossier's `crud:` and of its feeds; that a
user or an own part of a system is no thing of its own."""

PHASES = {
    "plan": "experimental",
    "phase-in": "experimental",
    "active": "production",
    "phase-out": "deprecated",
    "retired": "deprecated",
}
"""Our phase → Backstage's life cycle."""
LIFECYCLES = {"experimental": "phase-in", "production": "active", "deprecated": "phase-out"}

_NAME = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*")
_LONGEST = 63


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an entity, in lower case as Backstage compares: `group:default/team-a`."""

    kind: str
    namespace: str
    name: str

    @staticmethod
    def of(text: str, kind: str, namespace: str = "default") -> Ref:
        """Read `[kind:][namespace/]name`, with what holds where a part is left out."""
        before, colon, rest = text.strip().rpartition(":")
        space, slash, name = rest.rpartition("/")
        return Ref(
            (before if colon else kind).lower(),
            (space if slash else namespace).lower() or "default",
            name.lower(),
        )


class Names:
    """Valid names for our ids, no two the same in one kind without regard to case."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], str] = {}
        self.changed = 0

    def name(self, kind: str, id: str) -> str:
        """The id itself where Backstage allows it, else one made of it; always the same."""
        made = id
        if not is_name(id) or self._taken.get((kind, id.lower()), id) != id:
            stem = "-".join(re.findall(r"[A-Za-z0-9]+", id))[: _LONGEST - 9].rstrip("-")
            made = f"{stem or 'x'}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
        if (kind, made.lower()) not in self._taken:
            self._taken[kind, made.lower()] = id
            self.changed += made != id
        return made


def is_name(text: str) -> bool:
    """Whether Backstage takes it for the name of an entity."""
    return len(text) <= _LONGEST and _NAME.fullmatch(text) is not None


def is_tag(text: str) -> bool:
    """Whether Backstage takes it for a tag."""
    return len(text) <= _LONGEST and _TAG.fullmatch(text) is not None
