"""What of a value may be seen: shapes, examples, pseudonyms and the rules for showing values.

Pure functions of values and names; nothing here reads a database. The rule is
conservative: what is not plainly a code is masked.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from functools import cache

from crmaudit.evidence.semantic import Audience, Semantic, audience
from crmaudit.evidence.table_profile import Logical

SHAPE_LENGTH = 48
"""Characters of a value that its shape speaks of; `…` stands for the rest."""

MINIMUM_COUNT = 5
"""A value that fewer rows share is never shown."""

MOST_CODES = 64
"""More different values than this are no list of codes."""

ACCOUNT = "acct"
"""The kind of pseudonym that CRM accounts carry."""

# A second meaning as likely as this is enough to mask a column.
_SUSPECTED = 0.4
# Of a column that may hold anything, so little is enough where it is about people's names: a
# dozen frequent ones is all that shows of a list of colleagues.
_HARDLY_KNOWN, _HINTED = 0.5, 0.15
_PERSONS_NAMES = ("given name", "family name", "full name")

_KEPT = frozenset(" .,-/@+_:()'&#")
_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TOP_LEVEL = re.compile(r"[^\s@]+@[^\s@]+\.([A-Za-z]{2,6})")

# English, German, French, Spanish, without accents. A stem is found anywhere
# in a column's name (German writes compounds), a word only as a whole word.
_STEMS_TEXT = """
    name nombre apellido vorname nachname prenom surname
    mail phone telefon telephon telefono mobil movil handy portable cellular
    address adresse direccion domicil street strasse calle postcode postal plz ciudad
    birth geburt naissance nacimiento
    note notiz nota comment kommentar comentario bemerk remark remarque beschreib descri detail
    observ memo freitext freetext message nachricht mensaje subject betreff asunto
    iban kontonummer login user benutzer usuario utilisateur passw kennwort secret token
    salary gehalt salaire salario owner besitzer proprietaire propietario
    assigned zustaendig author autor auteur mitarbeiter employee empleado ansprechpartner
    religio ethni diagnos health gesundheit sante
    twitter facebook linkedin instagram website homepage
"""
_WORDS_TEXT = """
    nom tel fax cell gsm mob natel adr rue via avenue voie hausnummer house ort stadt wohnort
    ville town city municipio zip cp dob birthday geb naiss age alter edad
    born yob jahrgang bday bdate gebdat gebdatum gebtag geboren datenaiss ddn nac fnac nacido
    deceased death gestorben todestag deces fallecimiento iban bic swift konto
    text texto texte body content inhalt contenido contenu title titel titre titulo
    url web ip pwd pin key apikey hash salt ssn nif nie dni nin nir siren curp rfc vat ust
    steuer tax passport pass ausweis identity lohn wage wages income einkommen ingresos revenu
    by von par por agent rep vendeur vendedor verkaeufer berater consultant manager
    whodunnit reports
    person persona personne contact kontakt contacto spouse partner skype im lat lon lng
    latitude longitude geo location lieu lugar card karte carte tarjeta account compte cuenta
"""
_STEMS = tuple(_STEMS_TEXT.split())
_WORDS = frozenset(_WORDS_TEXT.split())
# `phone_type`, `email_status`: the code beside a personal field, not the field.
_CODES = {"type", "typ", "tipo", "status", "kind", "flag", "format", "category", "kategorie"}

# What a person is to the organisation. A text under such a name is often the person's name;
# a number is a count or a key, and its range stays visible. German `kind` (child) is left
# out, as in English it is the word for a code.
_ROLES_TEXT = """
    staff worker handler counsellor counselor volunteer doctor teacher assignee operator reviewer
    approver requester member client customer donor patient mother father parent supervisor coach
    officer trustee guardian carer caregiver caretaker nurse therapist advisor adviser tutor trainer
    mentor employee agent manager owner author creator responsible partner spouse husband wife
    sibling child children student pupil beneficiary
    kunde kunden kundin klient klienten klientin arzt aerztin arztin lehrer lehrerin mitglied
    mitglieder spender spenderin patientin patienten mutter vater eltern kinder vormund pfleger
    pflegerin leiter leiterin ersteller erstellerin vorgesetzter vorgesetzte partnerin ehepartner
    ehefrau ehemann
    patiente cliente clienta conseiller conseillere responsable benevole membre medecin enseignant
    enseignante professeur employe salarie gestionnaire tuteur tutrice mere pere enfant conjoint
    conjointe epoux epouse donateur donatrice adherent adherente usager intervenant intervenante
    referent referente superviseur createur
    voluntario voluntaria medico medica maestro maestra profesor profesora miembro socio socia
    donante paciente madre padre cuidador cuidadora agente gerente creador pareja conyuge hijo hija
    trabajador trabajadora asesor asesora consejero consejera
"""
# German and English compounds: `Kundenbetreuer`, `Sachbearbeiterin`, `caseworker`.
_ROLE_STEMS_TEXT = """
    betreuer bearbeiter mitarbeiter verantwortlich freiwillig ehrenamtlich worker casehandler
    volunteer counsellor
"""
_ROLE_CODES_TEXT = """
    code codes count level group segment class tier rank grade stage size rating priority
    language country currency gruppe stufe klasse anzahl art sprache land
    statut categorie groupe niveau classe langue pays
    categoria codigo grupo nivel clase estado idioma pais
"""
# Special categories (GDPR, articles 9 and 10) and what tells of them; no word for a code
# beside them makes their values harmless: `marital_status`, `disability_type`.
_SPECIAL_STEMS_TEXT = """
    disabilit handicap behindert behinderung discapacid invalidit
    nationalit nacionalid staatsangehor citizenship
    medication medikament medicament medicacion allerg alergi diagnos health gesundheit sante
    offence offense vorstraf straftat conviction criminal delito infraction
    marital matrimonial familienstand zivilstand etatcivil estadocivil civilstatus
    religio konfession ethni etnia political gewerkschaft syndica sindica
    blood blutgruppe sanguin sangre sexual pregnan illness disease krankheit maladie enfermedad
    biometri geneti
"""
# By what a record came: people make these names up, and call a list after who brought it.
_WAYS_IN_TEXT = """
    import imports imported upload uploads batch batches migration migrations migrated
    source sources origin origins channel channels campaign campaigns provenance
    importe einspielung quelle quellen herkunft kanal kanale kampagne kampagnen
    importation importations origine origines canal campagne campagnes
    importacion importaciones lote lotes origen procedencia canale campana campanas
    fonte bron campanha
"""
# Words for ways in, which tell of nobody. Such a text is shown where it has no other word.
_ORDINARY_TEXT = """
    import imports imported export upload batch migration migrated legacy load initial manual
    auto automatic old new file list csv excel xls xlsx xml json api sync feed data database
    system crm erp self own direct online offline internet web website site page portal form app
    mobile shop store newsletter mailing mail email e post letter paper phone telephone call
    cold inbound outbound fax sms chat event conference fair trade show exhibition seminar
    webinar workshop training open day street door walk in stall booth office branch visit
    referral referred recommendation word of mouth friend family partner agency school
    university council hospital gp doctor police court charity church club company employer
    employee staff volunteer member customer client existing donor supporter advert
    advertisement advertising ad ads press media social network search engine organic paid cpc
    seo affiliate google bing facebook instagram linkedin twitter youtube whatsapp radio tv
    television newspaper magazine print flyer leaflet poster brochure billboard public relations
    marketing campaign promotion prospect lead enquiry inquiry request registration signup sign
    up subscription donation fundraising petition survey generated other others unknown none
    various misc test yes no true false and or by from to via the on at for with quelle herkunft
    altsystem altdaten datei liste neu alt eigene sonstige sonstiges andere andern unbekannt
    keine empfehlung messe veranstaltung brief telefon anruf papier formular webseite
    internetseite anzeige werbung zeitung presse besuch schule verein kirche amt behorde spende
    mitglied kunde lieferant ja nein wahr falsch und oder von vom zu im am auf aus per mit der
    die das fichier nouveau ancien autre autres inconnu aucun recommandation salon evenement
    courrier lettre appel formulaire publicite journal visite ecole eglise mairie membre oui non
    vrai faux et ou de du des le la les par pour avec sur en bouche oreille a archivo lista
    nuevo antiguo otro otros desconocido ninguno recomendacion feria evento carta llamada
    telefono papel formulario pagina publicidad anuncio periodico prensa visita escuela colegio
    iglesia donacion miembro cliente si verdadero falso y o del el los las por para con boca
"""
_WAYS_IN = frozenset(_WAYS_IN_TEXT.split())
_ORDINARY = frozenset(_ORDINARY_TEXT.split())
_ROLES = frozenset(_ROLES_TEXT.split())
_ROLE_STEMS = tuple(_ROLE_STEMS_TEXT.split())
_ROLE_CODES = frozenset(_CODES | set(_ROLE_CODES_TEXT.split()))
_SPECIAL_STEMS = tuple(_SPECIAL_STEMS_TEXT.split())
_SPECIAL_WORDS = frozenset({"salud", "union", "unions", "race", "caste", "married"})
_GENDER = frozenset({"gender", "sex", "geschlecht", "sexe", "genre", "sexo", "genero"})


def shape_class(character: str) -> str:
    """The ASCII character that stands for one character in a shape.

    `A` for an upper-case letter of any alphabet, `a` for any other letter or
    combining mark, `9` for a digit or number, a blank for white space, itself
    for the punctuation that formats are made of, `?` for U+FFFD, and `*` for
    everything else.
    """
    if character in _KEPT:
        return character
    if character == "\ufffd":
        return "?"
    category = unicodedata.category(character)
    if category in ("Lu", "Lt"):
        return "A"
    if category[0] in "LM":
        return "a"
    if category[0] == "N":
        return "9"
    return " " if character.isspace() else "*"


@cache
def shape_classes() -> bytes:
    """`shape_class` of every character below U+10000, and `*` for those above at its end."""
    return "".join(shape_class(chr(c)) for c in range(0x10000)).encode("ascii") + b"*"


def shape(value: str) -> str:
    """The character shape of a value: `Jane.Doe42@example.org` → `Aa.Aa99@a.a`.

    Every character becomes its `shape_class`; a run of letters of one case, of
    blanks or of `*` becomes one character, digits keep their number (they are
    the format of phones and postcodes). Only the first `SHAPE_LENGTH`
    characters are read; `…` stands for the rest. No letter, digit or unusual
    sign of the value is left.
    """
    classes = shape_classes()
    parts: list[str] = []
    for character in value[:SHAPE_LENGTH]:
        found = chr(classes[min(ord(character), 0x10000)])
        if not (parts and found in "Aa *" and parts[-1] == found):
            parts.append(found)
    return "".join(parts) + ("…" if len(value) > SHAPE_LENGTH else "")


def example(value: str) -> str:
    """An example that a reader recognises: `j…@…org` for an e-mail address, else the shape."""
    found = _TOP_LEVEL.fullmatch(value.strip())
    if found is None:
        return shape(value)
    return f"{value.strip()[0]}…@…{found[1].lower()}"


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """A name that stands for `value` wherever the same key is used: `acct-7f3a9c21`.

    HMAC-SHA256 (RFC 2104) of kind and value, cut to 32 bits: without the key
    nobody can test a guess against it. Two of 10,000 accounts fall together
    with a probability of about one per cent.
    """
    return f"{kind}-{token(key, kind, value).hex()[:8]}"


def token(key: bytes, kind: str, value: str) -> bytes:
    """HMAC-SHA256 (RFC 2104) of kind and value: what `pseudonym` cuts short."""
    text = f"{kind}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).digest()


def record_id(key: bytes, system: str, table: str, record: str) -> str:
    """A name that stands for a record: `rec-` and 64 bits in hex.

    Two of ten million records fall together with a probability of three in
    a million.
    """
    place = "\0".join((system, table, record))
    return f"rec-{token(key, 'rec', place).hex()[:16]}"


def account_name(value: str) -> str:
    """An account's id or login as its pseudonym is made of it: one text in every table.

    A number that went through a floating-point column is the same account: `7.0` is 7.
    """
    name = value.strip()
    whole, point, rest = name.partition(".")
    return whole if point and whole.isdigit() and set(rest) <= {"0"} else name


def whose(semantic: Semantic | None) -> Audience:
    """Whose data a column holds, as far as its meaning was recognised.

    A weaker guess that it is about customers masks it too, unless that guess
    is only that it holds texts; so does a mere hint of people's names in a
    column of which nothing else is known.
    """
    if semantic is None:
        return "none"
    found = audience(semantic.type)
    if found == "none" and any(
        audience(kind) in ("customer", "secret")
        for kind, confidence in semantic.others
        if (confidence >= _SUSPECTED and kind not in ("text", "machine text", "file name"))
        or (
            semantic.confidence < _HARDLY_KNOWN and confidence >= _HINTED and kind in _PERSONS_NAMES
        )
    ):
        return "customer"
    return found


def key_id(key: bytes) -> str:
    """A public id of the key, of eight characters; the key cannot be had from it."""
    return hmac.new(key, b"crmaudit key id", hashlib.sha256).hexdigest()[:8]


def name_words(column_name: str) -> tuple[str, ...]:
    """The words of a column's name, in lower case without accents.

    `E-MailPrivat` → e, mail, privat.
    """
    spaced = _CAMEL.sub(" ", column_name).replace("ß", "ss")
    folded = unicodedata.normalize("NFKD", spaced)
    plain = "".join(c for c in folded if not unicodedata.combining(c)).lower()
    return tuple(_WORD.findall(plain))


@cache
def personal_name(column_name: str) -> bool:
    """Whether a column of this name may hold personal data, free text or secrets.

    Recognised in English, German, French and Spanish. A name that ends in a
    word for a code (`phone_type`, `email_status`) is the code beside the field.
    """
    words = name_words(column_name)
    if not words:
        return True
    if words[-1] in _CODES and len(words) > 1:
        return False
    joined = "".join(words)
    return any(w in _WORDS for w in words) or any(s in joined for s in _STEMS)


@cache
def _names_a_person(column_name: str) -> bool:
    """Whether texts of this column may name people by their role, or tell of special categories.

    `member_status` and `owner_type` are codes beside a role and may be seen;
    nothing makes a special category a code.
    """
    words = name_words(column_name)
    joined = "".join(words).replace("oe", "o")
    if any(s in joined for s in _SPECIAL_STEMS) or any(w in _SPECIAL_WORDS for w in words):
        return True
    # Custom fields end in `_c`.
    own = words[:-1] if len(words) > 1 and words[-1] == "c" else words
    if len(own) > 1 and own[-1] in _ROLE_CODES:
        return False
    return any(w in _ROLES or w.removesuffix("s") in _ROLES for w in own) or any(
        s in joined for s in _ROLE_STEMS
    )


def may_show(
    column_name: str, logical: Logical, distinct: int, rows: int, value: str, count: int
) -> bool:
    """Whether a value may be shown in clear; what may not is shown by its shape.

    Only codes are shown, that is where all of this holds:
    - the column's name is not that of a personal, free-text or secret field
      (`personal_name`), and it holds text, whole numbers, numbers or booleans;
    - where it holds text, its name is neither a person's role (`staff`) nor a
      special category (`marital_status`); of a gender only single characters
      are shown, of an import, source, channel or campaign only what is made of
      ordinary words for these, digits and one letter (`Web form 2`);
    - it has at most `MOST_CODES` different values, each on average in at least
      `MINIMUM_COUNT` of the `rows` that are filled;
    - the value itself occurs at least `MINIMUM_COUNT` times;
    - it is short (32 characters, three words), has fewer than five digits and
      no `@` or `://`, and does not look like a person's name: no comma and not
      two or more words that begin with a capital.
    """
    return (
        logical in ("text", "integer", "number", "boolean")
        and not personal_name(column_name)
        and distinct <= MOST_CODES
        and distinct * MINIMUM_COUNT <= rows
        and count >= MINIMUM_COUNT
        and _looks_like_code(value)
        and (logical != "text" or _is_no_person(column_name, value))
    )


def _is_no_person(column_name: str, value: str) -> bool:
    if _names_a_person(column_name):
        return False
    if _names_a_way_in(column_name) and not _is_ordinary(value):
        return False
    return len(value.strip()) == 1 or _GENDER.isdisjoint(name_words(column_name))


@cache
def _names_a_way_in(column_name: str) -> bool:
    """Whether texts of this column say by what a record came; `source_type` is a code beside it."""
    words = name_words(column_name)
    return bool(words) and words[-1] not in _CODES and not _WAYS_IN.isdisjoint(words)


def _is_ordinary(value: str) -> bool:
    """Whether no word of it can be a name: ordinary words for ways in, and one letter at most.

    Two letters may be somebody's initials; one is a whole name in Chinese.
    """
    words = name_words(value)
    others = [w for w in words if _ORDINARY.isdisjoint((w, w.removesuffix("s")))]
    return not others or (len(others) == 1 and len(others[0]) == 1 and others[0].isascii())


def _looks_like_code(value: str) -> bool:
    words = value.split()
    return (
        len(value) <= 32
        and len(words) <= 3
        and sum(c.isnumeric() for c in value) < 5
        and value.isprintable()
        and not any(mark in value for mark in ("@", "://", ","))
        and sum(w[0].isupper() for w in words) < 2
    )


def may_show_range(
    column_name: str, logical: Logical, distinct: int, rows: int, value: str, declared: bool = True
) -> bool:
    """Whether a minimum, maximum or quantile may be shown in clear.

    Only numbers, dates and booleans of columns whose name is not personal,
    over at least `MINIMUM_COUNT` filled rows, and no number of more than seven
    digits before the point (it may be a phone, card or identity number).
    Where the type was only read off the content (`declared` False), a column
    of mostly different numbers may hold secret codes and is masked too.
    """
    if logical not in ("integer", "number", "date", "datetime", "boolean"):
        return False
    if personal_name(column_name) or rows < MINIMUM_COUNT:
        return False
    if logical in ("date", "datetime", "boolean"):
        return True
    if not declared and distinct * 2 > rows:
        return False
    whole: str = re.split(r"[.eE]", value)[0]
    return sum(c.isnumeric() for c in whole) <= 7
