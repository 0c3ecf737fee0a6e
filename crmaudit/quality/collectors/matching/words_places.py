"""Addresses, countries and sexes, brought into a form in which spellings are alike.

Text is in lower case without accents, in the letters a to z.
"""

from __future__ import annotations

import re
from functools import cache

from crmaudit.quality.collectors.matching.words_script import word_set

_TYPES = """
st: street str strasse straat gata gatan gade
rd: road
ave: avenue av avda avenida aven
ln: lane
dr: drive drv
ct: court crt
cres: crescent crs cresent
pl: place plaza plz platz plein piazza plaza
sq: square
ter: terrace terr tce
cl: close
gdns: gardens garden gdn
gr: grove grv
hwy: highway
pde: parade
cct: circuit circ cir circle
bd: boulevard blvd boul bvd bld
rue: rue r
calle: calle c
via: via
viale: viale
chemin: chemin ch che
allee: allee all
weg: weg
ring: ring
ufer: ufer
damm: damm
gasse: gasse
laan: laan
gracht: gracht
camino: camino cno
paseo: paseo pso
corso: corso cso
rua: rua
pky: parkway pkwy
way: way wy
hl: hill
mt: mount
cnr: corner
est: estate
yd: yard
pk: park
rw: row
"""
_GLUED = ("strasse", "straat", "street", "str", "gasse", "road", "drive", "avenue", "place")
"""Types that are written in one word with the name, or run into it by mistake."""

_LEADING = word_set("r c av ave avenue bd blvd boulevard")
"""Short types that stand in front of the name."""

_COUNTRIES = """
gb: united kingdom | great britain | uk | england | scotland | wales | northern ireland | \
gbr | vereinigtes konigreich | grossbritannien | royaume uni | reino unido | regno unito
ie: ireland | irland | irlande | irlanda | irl | eire
us: united states | united states of america | usa | u s a | vereinigte staaten | etats unis | \
estados unidos | stati uniti | america
ca: canada | kanada | can
au: australia | australien | australie | aus
nz: new zealand | neuseeland | nzl
de: germany | deutschland | allemagne | alemania | germania | duitsland | deu | ger | brd
at: austria | osterreich | oesterreich | autriche | aut
ch: switzerland | schweiz | suisse | suiza | svizzera | zwitserland | che
li: liechtenstein | lie
fr: france | frankreich | francia | frankrijk | fra
be: belgium | belgien | belgique | belgie | belgica | bel
nl: netherlands | the netherlands | niederlande | nederland | holland | pays bas | nld
lu: luxembourg | luxemburg | lux
it: italy | italien | italia | italie | ita
es: spain | spanien | espana | espagne | spagna | spanje | esp
pt: portugal | prt
dk: denmark | danemark | danmark | dnk
se: sweden | schweden | sverige | suede | swe
no: norway | norwegen | norge | nor
fi: finland | finnland | suomi | fin
is: iceland | island | isl
pl: poland | polen | polska | pologne | pol
cz: czech republic | czechia | tschechien | cze
sk: slovakia | slowakei | svk
hu: hungary | ungarn | hun
ro: romania | rumanien | rou
bg: bulgaria | bulgarien | bgr
gr: greece | griechenland | grece | grc | hellas
tr: turkey | turkei | turkiye | tur
ru: russia | russland | russian federation | rus
ua: ukraine | ukr
hr: croatia | kroatien | hrv
si: slovenia | slowenien | svn
rs: serbia | serbien | srb
ee: estonia | estland
lv: latvia | lettland
lt: lithuania | litauen
il: israel | isr
eg: egypt | agypten
za: south africa | sudafrika | zaf
ng: nigeria | nga
ke: kenya | kenia | ken
gh: ghana | gha
in: india | indien | ind
pk: pakistan | pak
bd: bangladesh | bgd
cn: china | chn | peoples republic of china
hk: hong kong | hkg
jp: japan | jpn
kr: south korea | korea | sudkorea | kor | republic of korea
sg: singapore | singapur | sgp
my: malaysia | mys
ph: philippines | philippinen | phl
vn: vietnam | viet nam | vnm
th: thailand | tha
id: indonesia | indonesien | idn
ae: united arab emirates | uae | are
sa: saudi arabia | saudi arabien | sau
br: brazil | brasilien | brasil | bra
ar: argentina | argentinien | arg
mx: mexico | mexiko | mex
cl: chile | chl
co: colombia | kolumbien | col
pe: peru | per
"""
_BOXES = (
    "po box", "pobox", "p o box", "post office box", "postfach", "apartado", "bp",
    "boite postale", "casella postale", "postbus", "box", "gpo box", "locked bag", "private bag",
)  # fmt: skip
_MALE = word_set(
    "m male man mr herr hr monsieur homme hombre masculin masculino maschio uomo "
    "mannlich maennlich senor sr signor dhr meneer 1 sir lord mister"
)
_FEMALE = word_set(
    "f female w woman mrs ms miss frau fr madame mme mlle femme mujer feminin "
    "femenino femmina donna weiblich senora sra srta signora mevrouw mevr mw 2 "
    "lady dame fraulein"
)
_OTHER = word_set(
    "x d o nb other divers diverse mx non-binary nonbinary intersex autre otro andere altro"
)


@cache
def _types() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _TYPES.strip().split("\n"):
        short, _, terms = line.partition(":")
        found[short] = short
        for term in terms.split():
            found.setdefault(term, short)
    return found


@cache
def _countries() -> dict[str, str]:
    found = {}
    for line in _COUNTRIES.strip().split("\n"):
        code, _, names = line.partition(": ")
        found[code] = code
        for name in names.split("|"):
            found[name.strip()] = code
    return found


def street(text: str) -> str:
    """A street's name without number, its type by one abbreviation.

    >>> street("cooper's road"), street("bahnhofstr."), street("st james st")
    ('coopers rd', 'bahnhof st', 'saint james st')
    """
    every = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`´’]", "", text)).split()
    types = _types()
    done = []
    for at, word in enumerate(every):
        if word == "st" and at == 0 and len(every) > 1:
            done.append("saint")
        elif word in types and (at > 0 or word in _LEADING or len(types[word]) > 2):
            done.append(types[word])
        else:
            glued = next((g for g in _GLUED if word.endswith(g) and len(word) > len(g) + 2), "")
            done += [word[: -len(glued)], types[glued]] if glued else [word]
    return " ".join(done)


def is_box(street_name: str) -> bool:
    """Whether what stands for a street is a post-office box."""
    return " ".join(re.sub(r"[^a-z]+", " ", street_name).split()) in _BOXES


def country(text: str) -> str:
    """The code of ISO 3166 in lower case where the country is known, else its plain name."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    return _countries().get(plain, plain)


def gender(text: str) -> str:
    """`m`, `f`, `o` for another, empty where it is not told."""
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    word = plain.split(" ")[0] if plain else ""
    for found, letter in ((_MALE, "m"), (_FEMALE, "f"), (_OTHER, "o")):
        if plain in found or word in found:
            return letter
    return ""
