"""What a table's name says: the entity, and the part that the table has in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from crmaudit.evidence.entity_map import Role
from crmaudit.quality.entities.vocabulary import (
    ACCESS,
    ENTITY_WORDS,
    GEOGRAPHY,
    ROLE_WORDS,
    ROMANCE,
)

# Machinery wherever the word stands.
_MACHINERY_TEXT = """
    cache session migration cron cronjob oauth webhook dashboard dashlet token lock tmp temp
    temporary scheduler menuitem semaphore nonce captcha plugin credential dictionary kanban
    wizard warteschlange sitzung widget apikey passwd dropdown twofactor
    """
_MACHINERY = frozenset(_MACHINERY_TEXT.split())
# How much a name proves by the place of the word in it: the only one, the head, another.
_SOLE, _HEAD, _HEAD_OF_ENTITY, _OTHER = 0.8, 0.68, 0.55, 0.3
_DOUBTFUL = 0.64
"""Factor for a word that means other things too."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`entities`: entity → how far the name speaks for it, in [0, 0.8]; `party` is a person or
    an organisation. `role`: the part that a word of it names, empty without one. `of` are
    entities named beside that word. `sure`: the head word means little else. `several`:
    different entities are named.
    """

    entities: Mapping[str, float] = field(default_factory=dict)
    role: Role | str = ""
    of: tuple[str, ...] = ()
    sure: bool = False
    several: bool = False
    machinery: bool = False
    geography: bool = False
    access: bool = False
    role_only: bool = False
    """Whether the word for the role names no entity as well."""


@cache
def read(words: tuple[str, ...]) -> Reading:
    words = tuple(dict.fromkeys(words))
    if not words:
        return Reading()
    role, rest, head = _role(words)
    if role == "extension" and not rest:
        # `custom_fields` lists the fields, `contacts_custom` holds them.
        role = "system"
    named = [w for w in words if w in ENTITY_WORDS]
    entities: dict[str, float] = {}
    for place, word in enumerate(words):
        if role and word == head and head not in ENTITY_WORDS:
            continue
        weight = _weight(words, place, word)
        for entity, sure in ENTITY_WORDS.get(word, {}).items():
            found = weight if sure else weight * _DOUBTFUL
            entities[entity] = max(entities.get(entity, 0.0), found)
    kinds = [frozenset(ENTITY_WORDS[w]) for w in dict.fromkeys(named)]
    several = any(not a & b for i, a in enumerate(kinds) for b in kinds[i + 1 :])
    main = words[0] if words[0] in ROMANCE and len(words) > 1 else words[-1]
    return Reading(
        entities,
        role,
        tuple(dict.fromkeys(e for w in rest for e in _entities(w))),
        any(ENTITY_WORDS.get(main, {}).values()),
        several,
        bool(_MACHINERY.intersection(words)),
        bool(GEOGRAPHY.intersection((words[-1], words[0] if words[0] in ROMANCE else words[-1])))
        and not _strong(words),
        bool(ACCESS.intersection(words)) and "role" not in words[-1:],
        head not in ENTITY_WORDS,
    )


def _strong(words: Sequence[str]) -> bool:
    return any(any(ENTITY_WORDS.get(w, {}).values()) for w in words)


def _weight(words: Sequence[str], place: int, word: str) -> float:
    if len(words) == 1:
        return _SOLE
    first = words[0] in ROMANCE
    if place == (1 if first else len(words) - 1):
        before = words[place - 1] if place else ""
        return _HEAD_OF_ENTITY if before in ENTITY_WORDS else _HEAD
    return _OTHER


def _entities(word: str) -> tuple[str, ...]:
    found = ENTITY_WORDS.get(word, {})
    return tuple(sorted(found, key=lambda e: not found[e]))


def _role(words: tuple[str, ...]) -> tuple[str, tuple[str, ...], str]:
    """The role that a word names, the words beside it, and the word."""
    if words[0] in ROMANCE and len(words) > 1:
        role = _one_role(words[0])
        if role:
            return role, words[1:], words[0]
    role = _one_role(words[-1])
    if role and (role != "line" or not any(_one_role(w) in ("log", "system") for w in words[:-1])):
        return role, words[:-1], words[-1]
    # `job_queue_item` is machinery and `audit_entries` a log, whatever comes last.
    for word in words[:-1]:
        if _one_role(word) in ("log", "system"):
            return _one_role(word), tuple(w for w in words if w != word), word
    return "", words, ""


def _one_role(word: str) -> str:
    roles = ROLE_WORDS.get(word, {})
    return next(iter(sorted(roles, key=lambda r: not roles[r])), "")
