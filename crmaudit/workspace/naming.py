"""What tables and columns of CRMs are called, in English, German, French and Spanish."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crmaudit.evidence.entity_map import Role

CANONICAL = {
    "person": ("Person", "person"),
    "organisation": ("Organisation", "organisation"),
    "customer": ("Customer", ""),
    "household": ("Household", "household"),
    "lead": ("Lead", "lead"),
    "opportunity": ("Opportunity", "opportunity"),
    "activity": ("Activity", "activity"),
    "case": ("Case", "case"),
    "campaign": ("Campaign", "campaign"),
    "contribution": ("Contribution", "contribution"),
    "membership": ("Membership", "membership"),
    "event": ("Event", "event"),
    "order": ("Order", ""),
    "invoice": ("Invoice", "invoice"),
    "payment": ("Payment", "payment"),
    "product": ("Product", "product"),
    "document": ("Document", "document"),
    "user": ("User", "user"),
    "role": ("Role", "role"),
}
"""Entity id → its name, and its kind where there can be no doubt about it."""

_WORDS = {
    "person": "contact person people individual kontakt ansprechpartner personne persona contacto",
    "organisation": "account organisation organization company firma unternehmen societe "
    "entreprise empresa organizacion compte cuenta",
    "customer": "customer client kunde cliente debitor",
    "household": "household haushalt foyer hogar",
    "lead": "lead interessent prospect piste prospecto",
    "opportunity": "opportunity deal verkaufschance opportunite affaire oportunidad",
    "activity": "activity task call meeting appointment todo aktivitaet aufgabe termin anruf "
    "activite tache reunion actividad tarea llamada cita",
    "case": "case ticket fall vorgang caso incidencia",
    "campaign": "campaign kampagne campagne campana",
    "contribution": "contribution donation gift pledge spende don donacion",
    "membership": "membership mitgliedschaft adhesion membresia",
    "event": "event veranstaltung evenement evento",
    "order": "order auftrag bestellung commande pedido",
    "invoice": "invoice bill rechnung facture factura",
    "payment": "payment zahlung paiement pago",
    "product": "product produkt artikel produit producto",
    "document": "document dokument documento",
    "user": "user benutzer utilisateur usuario",
    "role": "role rolle rol",
}
_ENTITY_OF = {word: entity for entity, words in _WORDS.items() for word in words.split()}

_STAMP_NAMES = {
    "created_at": "createdat created createdon createddate createdate datecreated creationdate "
    "createdtime dateentered datec erstelltam erstellt datecreation fechacreacion",
    "created_by": "createdby createdbyid createdid creatorid creator createduserid smcreatorid "
    "fkuserauthor erstelltvon creepar creadopor",
    "modified_at": "updatedat updated modifiedat modified modifiedon modifieddate datemodified "
    "lastmodified lastmodifieddate modifiedtime tms geaendertam datemodification fechamodificacion",
    "modified_by": "updatedby modifiedby modifiedbyid modifiedid modifieduserid lastmodifiedby "
    "lastmodifiedbyid lastmodifiedid fkusermodif geaendertvon modifiepar modificadopor",
    "owner": "ownerid owner assignedto assigneduserid assigneduser smownerid responsibleid "
    "zustaendig proprietaire propietario",
    "deleted": "deleted isdeleted deletedat deletedon geloescht supprime eliminado",
    "last_login": "lastlogin lastloginat lastlogindate lastloginon lastloggedin datelastlogin "
    "datelastlogon currentsigninat lastvisit lastvisitdate lastseen letzteanmeldung "
    "dernierconnexion derniereconnexion ultimoacceso",
}
STAMPS = {stamp: frozenset(names.split()) for stamp, names in _STAMP_NAMES.items()}
"""What a column says about its row → names it goes by, without case and separators."""

_SIGNS: tuple[tuple[Role, str, str], ...] = (
    (
        "system",
        "cache session sessions migration migrations schema acl setting settings config queue job "
        "jobs cron menu token tokens lock locks tmp temp search permission permissions navigation "
        "dashboard sequence upgrade extension metadata oauth worker preference preferences "
        "template templates mapping field fields custom processor widget timezone version "
        "storage dedupe managed plugin module",
        "the product's own machinery, by its name",
    ),
    ("log", "log logs history audit changelog trail versions", "a record of changes, by its name"),
    (
        "lookup",
        "type types status statuses stage stages category categories country countries state "
        "province currency currencies language option options priority reason",
        "a list of choices, by its name",
    ),
    (
        "secondary",
        "address addresses email emails phone phones im website websites fax openid avatar adresse "
        "adressen telefon telephone telefono direccion",
        "details of another table, by its name",
    ),
    (
        "line",
        "line lines item items position positions detail details",
        "lines of another table, by its name",
    ),
)
_SIGN_OF = {word: (role, reason) for role, words, reason in _SIGNS for word in words.split()}
_MESSAGE = (
    "subject body cc bcc sentat sentto sentfrom senton datesent messageid betreff objet asunto"
)
_SECRET = re.compile(r"passw|passphrase|secret|token|salt$|apikey|kennwort|motdepasse|contrasena")
_NOISE = {"tbl", "tb", "t", "crm", "dbo", "app", "core", "main", "data"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a table's name."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, name: str, prefix: str = "") -> Words:
        """Split at underscores, blanks and capitals, without the tables' shared prefix."""
        rest = name[len(prefix) :] if prefix and name.lower().startswith(prefix) else name
        rest = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", rest)
        words = [w for w in re.split(r"[^a-z0-9]+", _ascii(rest)) if w]
        while len(words) > 1 and words[0] in _NOISE:
            words.pop(0)
        return cls(tuple(words))

    @property
    def singular(self) -> tuple[str, ...]:
        return (*self.words[:-1], _singular(self.words[-1])) if self.words else ()


def canonical(words: Words) -> str | None:
    """The entity that every CRM knows by this name."""
    return _ENTITY_OF.get(words.singular[0]) if len(words.words) == 1 else None


def sign_of(words: Words) -> tuple[Role, str] | None:
    """What a name says of a table that holds no entity of its own."""
    for word in words.words:
        role, _ = found = _SIGN_OF.get(word, ("primary", ""))
        # `type` says something at the end only, `cache` anywhere.
        if role in ("system", "log") or (role != "primary" and word == words.words[-1]):
            return found
    return None


def is_message(column_names: Iterable[str]) -> bool:
    """Whether these are columns of messages: an archive called `emails` holds no addresses."""
    return len({plain(name) for name in column_names}.intersection(_MESSAGE.split())) >= 2


def is_secret(column_name: str) -> bool:
    """Whether a column of this name holds a password or the like."""
    return _SECRET.search(plain(column_name)) is not None


def shared_prefix(names: Sequence[str]) -> str:
    """What most tables' names begin with, like `civicrm_`."""
    heads = Counter(n.lower().split("_", 1)[0] + "_" for n in names if "_" in n.strip("_"))
    head, count = heads.most_common(1)[0] if heads else ("", 0)
    return head if count >= 4 and count >= 0.6 * len(names) else ""


def slug(words: Iterable[str]) -> str:
    """An id made of words; empty where they hold no letter that an id may have."""
    return "-".join(words)[:80].strip("-")


def plain(name: str) -> str:
    """A column's name without case, accents and separators."""
    return re.sub(r"[^a-z0-9]", "", _ascii(name))


def _ascii(name: str) -> str:
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        name = name.replace(umlaut, letters).replace(umlaut.upper(), letters)
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


def _singular(word: str) -> str:
    if word in _ENTITY_OF:
        return word
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("es", "e"), ("s", "")):
        if word.endswith(ending) and not word.endswith(("ss", "us", "is")):
            return word[: -len(ending)] + singular
    for ending in ("en", "e", "n", "es"):  # Kontakte, Rechnungen, Kunden
        if word.removesuffix(ending) in _ENTITY_OF:
            return word.removesuffix(ending)
    return word
