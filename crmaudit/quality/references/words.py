"""The words of a column's or table's name, in the languages in which CRMs are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from crmaudit.evidence.privacy import name_words

# A column that ends (or begins) so holds a key.
_MARKS_TEXT = "id ids fk uuid guid oid sid key pk ida idb idc rowid recid"
_MARKS = frozenset(_MARKS_TEXT.split())
# So may a number or a code of the record itself.
_NUMBERS_TEXT = """
    nr no num number nummer numero numer numbers code kode codigo ref reference referenz referencia
    schlussel kennung kennzahl clave cle sku kz
"""
_NUMBERS = frozenset(_NUMBERS_TEXT.split())

_SELF_TEXT = """
    parent super master root ancestor predecessor successor previous prev next original duplicate
    merged replaced replaces reports upper ubergeordnet ubergeordnete ubergeordneter eltern haupt
    vorganger nachfolger parente padre madre superieur superieure superior origen origine precedent
    anterior siguiente suivant genitore ouder pai mae
"""
_PERSONS_TEXT = """
    owner ownership assignee creator author whodunnit responsible manager agent rep seller
    salesperson salesrep salesman supervisor reviewer approver operator handler advisor adviser
    reports consultant coordinator editor submitter smowner smcreator user uid login employee staff
    besitzer eigentumer bearbeiter sachbearbeiter ersteller verfasser zustandig zustandiger
    verantwortlich verantwortlicher betreuer kundenbetreuer vertreter benutzer mitarbeiter leiter
    proprietaire createur auteur responsable gestionnaire utilisateur vendeur commercial conseiller
    employe charge
    propietario creador autor usuario vendedor gestor asesor empleado encargado comercial
    proprietario creatore autore utente eigenaar gebruiker medewerker utilizador criador
"""
_DONE_TEXT = """
    assigned allocated delegated created modified updated changed completed approved closed
    deleted entered edited
    signed run written write create update verified published scheduled executed performed
    modify lastmodified angelegt erstellt geandert bearbeitet zugewiesen erledigt geloscht
    cree modifie assigne attribue supprime ferme creado modificado asignado completado borrado
    actualizado creato modificato assegnato aangemaakt gewijzigd toegewezen criado atribuido
"""
_BY = frozenset({"by", "von", "durch", "par", "por", "door", "da"})
_TO = frozenset({"to", "an", "a", "aan", "zu"})
_SELF = frozenset(_SELF_TEXT.split())
_PERSONS = frozenset(_PERSONS_TEXT.split())
_DONE = frozenset(_DONE_TEXT.split())
_DONE_BY = re.compile(f"({'|'.join(sorted(_DONE))})(by|to|von|par|por)")
_USERS_TEXT = "user benutzer nutzer anwender utilisateur usuario utente gebruiker utilizador uid"
_STAFF_TEXT = (
    "employe employee mitarbeiter staff personal operator agent login account admin empleado"
)

_GENERIC_TEXT = """
    status stage state type category group line item tag level source kind value template class role
    record entity object element row rule option field action setting section step reason priority
    mode model name entry detail
    art typ gruppe stufe kategorie phase zeile posten wert vorlage rolle
    statut etat categorie groupe ligne niveau modele etape
    estado tipo categoria grupo linea nivel plantilla etapa fase
"""
_QUALIFIERS_TEXT = """
    dest destination src source from to old new primary main first second third other orig origin
    child start end in out home work default current last next billing shipping delivery
    ziel quelle alt neu erste zweite von nach principal ancien nouveau antiguo nuevo
"""
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "lander": "land",
    "mitglieder": "mitglied",
    "felder": "feld",
    "bilder": "bild",
    "kinder": "kind",
    "guter": "gut",
}


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents; German `ae` is written `a`."""
    return tuple(_unfold(w) for w in name_words(name))


def _unfold(word: str) -> str:
    # `Vertraege` and `Verträge` are one name; so is `value`, cut the same way everywhere.
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


@cache
def stem(word: str) -> str:
    """The word without its ending, so that singular and plural are equal.

    A crude rule for English, German and Romance languages; it is only used to
    compare names with each other.
    """
    found = _IRREGULAR.get(word)
    if found:
        word = found
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif len(word) > 4 and re.search(r"[^e]aux$", word):
        word = word[:-2] + "l"
    elif len(word) > 3 and re.search(r"([^sui]s|[aeo]ux)$", word):
        word = word[:-1]
    if word.endswith("en") and len(word) > 5:
        word = word[:-2]
    elif word[-1:] in ("e", "a", "o", "i") and len(word) > 4:
        word = word[:-1]
    return word


@cache
def stems(name: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in words(name))


_ANY_TEXT = """
    record item object entity res resource bean parent related target source subject element row
    ref reference model foreign host owner regarding what who document linked attached
    datensatz objekt bezug ziel quelle enregistrement objet cible objeto registro destino origen
"""
_ELSEWHERE_TEXT = "external extern externe externo remote sync legacy foreignsystem fremdsystem"
ELSEWHERE = frozenset(stem(w) for w in _ELSEWHERE_TEXT.split())
"""Words for the key that a record has in another system."""

ANYTHING = frozenset(stem(w) for w in _ANY_TEXT.split())
"""Words for a record of any table."""

GENERIC = frozenset(stem(w) for w in _GENERIC_TEXT.split())
"""Words that name a list of nearly every table: alone they do not say whose."""

QUALIFIERS = frozenset(stem(w) for w in _QUALIFIERS_TEXT.split())
"""Words behind the name of a table that only tell several references to it apart."""

USERS = frozenset(stem(w) for w in _USERS_TEXT.split())
"""Words for those who log in."""

STAFF = frozenset(stem(w) for w in _STAFF_TEXT.split())
"""Words for those who may do so."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a column's name says of what it refers to.

    `words` are those left without the marks of a key (`id`, `fk`, `nr`, …).
    `mark` in [0, 1] says how plainly it is named as a key. `self_` and
    `person`: a word for a record above or before this one, or for somebody who
    did or has to do something. `number` is the word for a number or code that
    was left out of `words`. `front`: the mark stands first (`fk_user_author`), so
    that the first words name the table.
    """

    words: tuple[str, ...]
    mark: float
    self_: bool = False
    person: bool = False
    number: str = ""
    front: bool = False

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(stem(w) for w in self.words)

    @property
    def joined(self) -> str:
        return "".join(self.words)


@cache
def named(column: str) -> Named:
    """The parts of a column's name; `Account_ID`, `fk_account` and `accountid` are alike."""
    left = list(words(column))
    mark, number = 0.0, ""
    # `contact_id_a`, `account_id_c`: a letter that only numbers it.
    while len(left) > 1 and len(left[-1]) == 1:
        left.pop()
    while left and left[-1] in _MARKS:
        left.pop()
        mark = 1.0
    front = bool(left) and left[0] in _MARKS
    while left and left[0] in _MARKS:
        left.pop(0)
        mark = 1.0
    if not mark:
        while len(left) > 1 and left[-1] in _NUMBERS:
            number = left.pop()
            mark = 0.75
    if not mark and left and left[-1].endswith("id") and len(left[-1]) > 4:
        # `accountid`, `assigneduserid`: the table names have to confirm it.
        left[-1] = left[-1][:-2]
        mark = 0.9
    elif not mark and left and re.fullmatch(r".{4,}(nr|key|uuid|guid)", left[-1]):
        left[-1] = re.sub(r"(nr|key|uuid|guid)$", "", left[-1])
        mark = 0.75
    person, by = _person(left, mark)
    above = any(w in _SELF for w in left)
    return Named(
        tuple(left),
        max(mark, 0.9) if by or (above and left[-1] in _TO) else mark,
        self_=above,
        person=person,
        number=number,
        front=front,
    )


def _person(left: list[str], mark: float) -> tuple[bool, bool]:
    """Whether the words name somebody; and whether by a phrase such as `created by`."""
    if not left:
        return False, False
    joined = "".join(left)
    if left[-1] in _BY and len(left) > 1:
        return True, True
    if left[-1] in _TO and len(left) > 1 and left[-2] in _DONE | {"reports"}:
        return True, True
    if left[-1] == "uid":
        # `imap_uid` is the number of a mail; `uid`, `author_uid`, `revision_uid` are users.
        return True, len(left) == 1 or left[-2] in _PERSONS | _DONE | {"revision"}
    if _DONE_BY.fullmatch(joined):
        return True, True
    if left[-1] in _PERSONS:
        return True, False
    ends = any(joined.endswith(w) for w in ("owner", "user", "creator", "manager", "betreuer"))
    return (bool(mark) and left[-1] in _DONE) or ends, False
