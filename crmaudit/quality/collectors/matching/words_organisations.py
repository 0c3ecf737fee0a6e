"""Names of organisations, brought into a form in which spellings of one name are alike.

Text is in lower case without accents, in the letters a to z.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from crmaudit.quality.collectors.matching.words_script import word_set

_FORMS = """
ltd: ltd limited ltda limitada
plc: plc
llp: llp
llc: llc
inc: inc incorporated corp corporation
cic: cic
cio: cio
gmbh: gmbh mbh gesmbh
ggmbh: ggmbh
ug: ug haftungsbeschrankt
ag: ag aktiengesellschaft
kg: kg
kgaa: kgaa
ohg: ohg
gbr: gbr
ev: ev
eg: eg
ek: ek
se: se
sa: sa
sas: sas sasu
sarl: sarl eurl
sci: sci
snc: snc
sl: sl slu
spa: spa
srl: srl
bv: bv
nv: nv
vof: vof
cv: cv
vzw: vzw asbl
ab: ab
as: as
oy: oy oyj
aps: aps
spzoo: spzoo
pty: pty
kk: kk
"""
"""Class: the words that stand for it, points and blanks taken out (`e. v.`, `s.p.a.`)."""

_ENTIRE = {
    "private limited company": "ltd",
    "public limited company": "plc",
    "limited liability company": "llc",
    "limited liability partnership": "llp",
    "community interest company": "cic",
    "gesellschaft mit beschrankter haftung": "gmbh",
    "gemeinnutzige gmbh": "ggmbh",
    "eingetragener verein": "ev",
    "eingetragene genossenschaft": "eg",
    "kommanditgesellschaft": "kg",
    "societe anonyme": "sa",
    "societe a responsabilite limitee": "sarl",
    "sociedad anonima": "sa",
    "sociedad limitada": "sl",
    "societa per azioni": "spa",
    "besloten vennootschap": "bv",
    "naamloze vennootschap": "nv",
    "association loi 1901": "",
}
_STOP = word_set("""
    the of and for at in on und der die das fur zu zum zur des den von le la les de du des et pour
    el los las y para del il lo gli e per di da della dei het een voor van en a an co company cie
    """)
_HOUSEHOLD = word_set(
    """
    family familie famille familia famiglia fam household haushalt foyer the die la le
    mr mrs ms dr herr frau and und et y s
    """
)
_SHORT = {
    "assn": "association", "assoc": "association", "intl": "international",
    "int": "international", "univ": "university", "dept": "department", "hosp": "hospital",
    "natl": "national", "fdn": "foundation", "fnd": "foundation", "grp": "group",
    "mfg": "manufacturing", "mgmt": "management", "svcs": "services", "serv": "services",
    "svc": "services", "service": "services", "bros": "brothers", "ctr": "center",
    "centre": "center", "soc": "society", "sch": "school", "tech": "technology",
    "technologies": "technology", "govt": "government", "st": "saint", "cttee": "committee",
    "ges": "gesellschaft", "stift": "stiftung", "hse": "house", "eng": "engineering",
    "solns": "solutions", "chr": "church", "partners": "partner",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Organisation:
    """`name` without its legal form, `words` without stop words, sorted; `form` is the class."""

    name: str = ""
    words: tuple[str, ...] = ()
    acronym: str = ""
    form: str = ""


@cache
def _forms() -> dict[str, str]:
    found = {}
    for line in _FORMS.strip().split("\n"):
        form, _, terms = line.partition(":")
        found.update(dict.fromkeys(terms.split(), form))
    return found


@cache
def _longer() -> frozenset[str]:
    """Legal forms of the package `cleanco` in one word, for countries not listed above."""
    from cleanco import termdata

    every = {t for terms in termdata.terms_by_type.values() for t in terms}
    every |= {t for terms in termdata.terms_by_country.values() for t in terms}
    short = {re.sub(r"[^a-z]", "", t) for t in every if t.isascii()}
    return frozenset(
        t for t in short if len(t) > 2 and t not in ("company", "group", "association")
    )


def organisation(text: str) -> Organisation:
    """An organisation's name taken apart.

    A name of nothing but a legal form and stop words is kept as it is.

    >>> organisation("the harbour trust ltd.")
    Organisation(name='harbour trust', words=('harbour', 'trust'), acronym='ht', form='ltd')
    """
    text = re.sub(r"['`´’]", "", text).replace("&", " and ").replace("+", " and ")
    # e. V., S.p.A., B.V.: single letters with points between them are one word.
    text = re.sub(r"\b(?:[a-z]\. ?){1,}[a-z]\b\.?", lambda m: re.sub(r"[. ]", "", m[0]), text)
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    form = ""
    for phrase, known in _ENTIRE.items():
        if phrase in text:
            text, form = " ".join(text.replace(phrase, " ").split()), known or form
    every = text.split()
    forms, longer = _forms(), _longer()
    kept = list(every)
    # Only at the end, where the form stands; `as` or `se` in the middle is a word.
    while len(kept) > 1 and (
        kept[-1] in forms or kept[-1] in longer or kept[-1] in ("co", "company", "and", "cie")
    ):
        form = forms.get(kept.pop(), form) or form
    kept = [w for w in kept if w not in ("ggmbh", "gmbh", "mbh", "haftungsbeschrankt")] or kept
    meaning = [_SHORT.get(w, w) for w in kept if w not in _STOP]
    if not meaning:
        meaning = [_SHORT.get(w, w) for w in kept]
    acronym = "".join(w[0] for w in meaning) if len(meaning) > 1 else ""
    return Organisation(" ".join(meaning), tuple(sorted(set(meaning))), acronym, form)


def household(text: str) -> str:
    """What is the household's own in its name: `the smith family` gives `smith`."""
    plain = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`´’]s?\b", "", text.replace("&", " "))).split()
    kept = [w for w in plain if w not in _HOUSEHOLD]
    return " ".join(sorted(set(kept or plain)))
