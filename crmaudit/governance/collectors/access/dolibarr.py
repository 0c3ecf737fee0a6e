"""Dolibarr: rights of users and of groups, each a row.

Read from User::getrights, the modules' rights_class and the lists of Dolibarr
16. A row gives the right, nothing takes it away. Third parties and what
belongs to them are seen by all only with societe.client.voir, else by their
sales representatives. Some modules tell own records from all (projet.all.lire,
agenda.myactions.read). `admin = 1` sets the system up and manages users; other
rights an administrator has to give himself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from crmaudit.evidence.access import LEVELS, AccessLevel, Beyond
from crmaudit.evidence.privacy import account_name
from crmaudit.governance.collectors.access.accounts import accounts
from crmaudit.governance.collectors.access.model import (
    BEYOND,
    Account,
    Read,
    Rights,
    Role,
    Told,
    row,
)
from crmaudit.governance.collectors.access.tables import Tables

_WORDS = {
    "lire": "R",
    "read": "R",
    "liretous": "R",
    "creer": "CU",
    "create": "CU",
    "write": "CU",
    "modifier": "CU",
    "supprimer": "D",
    "delete": "D",
}
_WHOLE = {"all", "allactions", "readall", "writeall", "deleteall", "view"}
_OWN = {"myactions", "self"}
_OF_THIRD_PARTIES_TEXT = """
    societe societe.contact propale propal commande facture contrat ficheinter expedition
    reception supplier_proposal fournisseur fournisseur.commande fournisseur.facture
"""
_OF_THIRD_PARTIES = frozenset(_OF_THIRD_PARTIES_TEXT.split())
"""Kinds of record whose lists show those of one's own third parties only."""
_TABLES: Mapping[str, str] = {
    "adherent": "llx_adherent",
    "adherent.cotisation": "llx_subscription",
    "agenda": "llx_actioncomm",
    "categorie": "llx_categorie",
    "commande": "llx_commande",
    "contrat": "llx_contrat",
    "don": "llx_don",
    "facture": "llx_facture",
    "ficheinter": "llx_fichinter",
    "fournisseur.commande": "llx_commande_fournisseur",
    "fournisseur.facture": "llx_facture_fourn",
    "mailing": "llx_mailing",
    "produit": "llx_product",
    "projet": "llx_projet",
    "propal": "llx_propal",
    "propale": "llx_propal",
    "service": "llx_product",
    "societe": "llx_societe",
    "societe.contact": "llx_socpeople",
    "supplier_proposal": "llx_supplier_proposal",
    "ticket": "llx_ticket",
    "user": "llx_user",
}
_SEES_ALL = ("societe", "client", "voir")
_MANY = "rights of several companies (entity) are put together"

Right = tuple[str, str, str]
"""Module, perms and subperms."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A right brought to letters on a kind of record; `own` or `whole` where it says so itself."""

    object: str
    letters: str = ""
    own: bool = False
    whole: bool = False
    beyond: Beyond | None = None


class _Reader:
    product = "dolibarr"
    rule = (
        "A row gives the right, nothing takes it away: a user has own rights and those of the "
        "groups. Without societe.client.voir only third parties of which one is a sales "
        "representative are seen, with all that belongs to them. An administrator sets the system "
        "up and manages users, and can give himself every other right."
    )
    reads: tuple[Read, ...] = (
        ("llx_rights_def", ("id", "entity", "module", "perms", "subperms")),
        ("llx_user_rights", ("fk_user", "fk_id", "entity")),
        ("llx_usergroup", ("rowid", "nom")),
        ("llx_usergroup_rights", ("fk_usergroup", "fk_id", "entity")),
        ("llx_usergroup_user", ("fk_user", "fk_usergroup")),
    )

    def read(self, db: Tables) -> Told:
        return _Reading(db).told()


reader = _Reader()


class _Reading:
    def __init__(self, db: Tables) -> None:
        self._db = db
        self._listed: dict[tuple[str, str], Right] = {}
        self._entities: set[str] = set()
        self._rights: dict[tuple[tuple[str, ...], str, bool, bool], Rights] = {}

    def told(self) -> Told:
        db = self._db
        found = accounts(db)
        columns = ("id", "entity", "module", "perms", "subperms")
        for id_, entity, module, perms, subperms in db.rows("llx_rights_def", *columns):
            if id_ and module and perms:
                right = (module.strip(), perms.strip(), (subperms or "").strip())
                self._listed[account_name(id_), account_name(entity or "")] = right
                self._listed.setdefault((account_name(id_), ""), right)
                self._entities.add(entity or "")
        meant = [m for r in set(self._listed.values()) if (m := _meaning(r))]
        self._objects = sorted({m.object for m in meant if m.letters})
        self._wholes = {m.object: set[str]() for m in meant if m.whole}
        for means in meant:
            if means.whole:
                self._wholes[means.object].update(means.letters)
        self._of_users = self._given("llx_user_rights", "fk_user")
        self._of_groups = self._given("llx_usergroup_rights", "fk_usergroup")
        members: dict[str, set[str]] = defaultdict(set)
        for user, group in db.rows("llx_usergroup_user", "fk_user", "fk_usergroup"):
            if user and group:
                members[account_name(user)].add(account_name(group))
        groups = {
            account_name(id_): (name or "").strip()
            for id_, name in db.rows("llx_usergroup", "rowid", "nom")
            if id_
        }
        known = db.has("llx_rights_def", "module", "perms")
        lost = db.lost("llx_user_rights", "llx_usergroup_rights", "llx_usergroup_user")
        own = known and not db.lost("llx_usergroup_rights")
        return Told(
            [replace(a, roles=tuple(sorted(members.get(a.key, ())))) for a in found],
            [
                Role(g, name, "group", own=self._made((g,), "", False, False) if own else None)
                for g, name in sorted(groups.items())
            ],
            rights=self.rights if known and not lost else None,
            objects=_TABLES,
            cannot=_cannot(known, lost),
            notes=(_MANY,) if len(self._entities - {"", "0"}) > 1 else (),
        )

    def rights(self, account: Account) -> Rights:
        own = account.key if account.key in self._of_users else ""
        outsider = account.person is False
        return self._made(account.roles, own, bool(account.administrator), outsider)

    def _made(self, groups: tuple[str, ...], own: str, admin: bool, outsider: bool) -> Rights:
        key = (groups, own, admin, outsider)
        if key not in self._rights:
            given: dict[Right, list[str]] = defaultdict(list)
            for right in self._of_users.get(own, ()):
                given[right].append("account")
            for group in groups:
                for right in self._of_groups.get(group, ()):
                    given[right].append(group)
            self._rights[key] = self._effective(given, admin, outsider)
        return self._rights[key]

    def _effective(self, given: Mapping[Right, list[str]], admin: bool, outsider: bool) -> Rights:
        cells: dict[tuple[str, str], tuple[AccessLevel, tuple[str, ...]]] = {}
        beyond: dict[Beyond, list[str]] = defaultdict(list)
        for right, why in given.items():
            means = _meaning(right)
            if means is None:
                continue
            if means.beyond:
                beyond[means.beyond] += why
            for letter in means.letters:
                level, more = self._reach(means, letter, given, outsider)
                _give(cells, (means.object, letter), level, (*why, *more))
            if "D" in means.letters:
                beyond["mass delete"] += why
        if admin:
            beyond["administer"].append("administrator")
            for letter in "CRUD":
                _give(cells, ("user", letter), LEVELS[-1], ("administrator",))
        nothing: tuple[AccessLevel, tuple[str, ...]] = (LEVELS[0], ())
        objects = {}
        for word in dict.fromkeys((*self._objects, *(["user"] if admin else []))):
            found = [cells.get((word, letter), nothing) for letter in "CRUD"]
            objects[word] = row([c[0] for c in found], [c[1] for c in found])
        held: dict[Beyond, tuple[str, ...]] = {
            b: tuple(dict.fromkeys(beyond[b])) for b in BEYOND if beyond.get(b)
        }
        return Rights(objects, held)

    def _reach(
        self, means: _Meaning, letter: str, given: Mapping[Right, list[str]], outsider: bool
    ) -> tuple[AccessLevel, tuple[str, ...]]:
        """How far a right reaches, and what besides the right itself says so."""
        if outsider or means.own:
            return "User", ()
        if means.object in _OF_THIRD_PARTIES:
            all_of_them = given.get(_SEES_ALL)
            return ("Organizational", tuple(all_of_them)) if all_of_them else ("User", ())
        wholes = self._wholes.get(means.object, set())
        if means.whole or not wholes:
            return "Organizational", ()
        if letter in wholes:
            return "User", ()
        # Who sees all of them may do with all what one may do with one's own.
        seeing = [why for right, why in given.items() if _sees(right, means.object)]
        return ("Organizational", tuple(seeing[0])) if seeing else ("User", ())

    def _given(self, table: str, holder: str) -> dict[str, set[Right]]:
        found: dict[str, set[Right]] = defaultdict(set)
        for who, id_, entity in self._db.rows(table, holder, "fk_id", "entity"):
            right = self._listed.get((account_name(id_ or ""), account_name(entity or "")))
            if who and right:
                found[account_name(who)].add(right)
        return found


def _cannot(known: bool, lost: tuple[str, ...]) -> str:
    if not known:
        return "there is no table of rights that the product has"
    return f"who has which right is not in this database: {', '.join(lost)}" if lost else ""


def _give(
    cells: dict[tuple[str, str], tuple[AccessLevel, tuple[str, ...]]],
    place: tuple[str, str],
    level: AccessLevel,
    why: Iterable[str],
) -> None:
    """The wider of what was there and this, with all that give it."""
    old, reasons = cells.get(place, (LEVELS[0], ()))
    if LEVELS.index(level) > LEVELS.index(old):
        reasons = ()
    if LEVELS.index(level) >= LEVELS.index(old):
        cells[place] = level, tuple(sorted({*reasons, *why}))


def _sees(right: Right, word: str) -> bool:
    means = _meaning(right)
    return means is not None and means.object == word and means.whole and "R" in means.letters


@cache
def _meaning(right: Right) -> _Meaning | None:
    """None for rights that are none to records as a whole: to validate, to pay, advanced ones."""
    module, perms, subperms = right
    if perms.endswith("_advance") or subperms.endswith("_advance"):
        return None
    if (module, perms) == ("import", "run"):
        return _Meaning(module, beyond="import")
    if (perms, subperms) == ("view", "all"):
        # Tickets: all of them, beyond those that one made or was given.
        return _Meaning(module, "R", whole=True)
    action = subperms or perms
    # `commande.commande.export` and `user.user.lire` repeat the module's name.
    about = perms if subperms else ""
    own, whole = about in _OWN, about in _WHOLE
    name = module if about in ("", module) or own or whole else f"{module}.{about}"
    if action == "export":
        return _Meaning(name, beyond="export")
    for end in ("_all", "all"):
        if action.endswith(end) and action.removesuffix(end) in _WORDS:
            action, whole = action.removesuffix(end), True
    letters = "U" if about == "self" and action == "creer" else _WORDS.get(action)
    return _Meaning(name, letters, own, whole) if letters else None
