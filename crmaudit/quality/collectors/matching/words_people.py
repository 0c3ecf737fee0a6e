"""Names of persons, brought into a form in which spellings of one name are alike.

All functions take and give text in lower case without accents, in the letters
a to z (`plain`), words with a blank between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from crmaudit.quality.collectors.matching.words_script import word_set

_TITLES = word_set("""
    mr mrs ms miss mx mister madam sir dame lord lady dr prof professor doctor rev reverend fr hon
    capt captain col colonel maj major sgt lt general herr frau hr fr fraulein dipl ing mag med
    phil jur nat rer habil univ msc bsc ba ma mba phd md dds esq obe mbe cbe kc qc jp
    monsieur madame mademoiselle mme mlle maitre me sr sra srta senor senora senorita don dona d
    sig signor signora signorina dott dottore dottssa dottoressa avv dhr mevr mevrouw meneer mw
    drs pan pani shri smt mstr master family familie famille familia famiglia fam haushalt
    household the
    """)
_WEAK_TITLES = word_set("fr me d don ma ba ing mag med nat general major master lord")
"""Taken for a title only in front of two words: they are names, too."""

_GENERATIONS = {
    "jr": "2", "jnr": "2", "junior": "2", "jun": "2", "ii": "2", "2nd": "2", "hijo": "2",
    "sr": "1", "snr": "1", "senior": "1", "sen": "1", "iii": "3", "3rd": "3", "iv": "4",
}  # fmt: skip

AROUND = frozenset(_TITLES | set(_GENERATIONS))
"""Words at either end of a name that are no part of it."""

_PARTICLES = word_set("""
    van von der den de del della dela la le los las da das do dos du di zu zur zum zum ten ter te
    vom am im auf op t s el al bin ibn ben bint abu ap ab af av mac mc o st saint san santa y e und
    """)

_FAMILY_SYLLABLES = word_set("""
    ouyang sima zhuge situ shangguan huangfu gongsun murong xiahou dongfang
    namgung hwangbo jegal seonu dokgo sagong
    """)
"""Family names of two characters, Chinese and Korean, that are not to be split."""

_NICKNAMES = """
alexander sascha sasha alex xander aleksander alejandro alessandro alexandre sandro
alexandra sandra sascha sasha alex alexa
andreas andi andy andre anders andrea andres
anna anne ann anja anni annie anita antje anneke anke annika
antonia toni antje antonietta
anton toni antonio antoine tonio antoon
barbara babs barbel babette baerbel
benjamin ben benni benny
bernard bernd bernhard berni bernardo
brigitte gitte birgit gitta birgitta
charlotte lotte lotta charlie carla
christian chris christiaan cristian christiano
christina christine tina chris kristin kirsten christel christiane cristina kristina
christoph chris christopher christophe stoffel cristobal christof kristof
daniel dani danny dan daniele
dietrich dieter dirk
dominik dominique nik domenico domingo dominic
dorothea dora dorothee thea doris dorothy
eberhard ebbo hardy
eduard edi edy eddie eduardo edouard edoardo edward
elisabeth elsbeth lisbeth lisa liesel lili elli else betty bettina elise sissi isabel elizabeth
elke adelheid heidi
emilia emily emmi milly emilie
eugen eugene eugenio evgeni
ferdinand ferdi fernando nando
francesco franco cesco ciccio francisco paco pancho curro frank franz franziskus francis francois
francesca franca franziska franzi francisca paqui paca francoise
friedrich fritz fredi frederik frederic fred federico frederick
gabriele gabi gaby gabriella gabriela
georg jorg schorsch jurgen juergen jorge giorgio georges george joris yuri
gerhard gerd gert gerard gerardo geert gerrit
gertrud trude gerti trudi truus
gunther gunter guenther guenter
hannelore hanne lore hanni
heinrich heinz heiner hinrich henrik hendrik henri enrico enrique henk henry harry rik
helene lena leni elena helena ellen nelly
hermann armin armando armand
hildegard hilde hilda
ignacio nacho ignaz ignatius ignazio ignace
ingeborg inge
irmgard irma irmi
jakob jacob jacques jaime giacomo diego santiago jago jaap jack james
joachim achim jochen jo joaquin chimo quim
johann johannes hans hannes jan jens john jean juan giovanni ivan johan gianni nino vanni janneke
johanna hanna hanne joan jana jeanne juana giovanna hannah jenny janna
jonas jona jonah
josef sepp josip jose pepe pepito giuseppe beppe peppe joseph jo jupp joost joey joe pino
josefa josefine josephine sefa pepa giuseppina fina josie
karl carl carlos carlo charles karel charlie charly karol
katharina kathe kathrin katrin kathi katja katie kati rina catherine caterina catalina katherine \
katarina ina tinka trijntje trinette
klaus claus nikolaus nicolas nicola niklas nico niko nick nils niels nicholas claudius colas klaas \
nikolai kolja nikola
konrad conrad kurt conny corrado conrado
konstantin costa constantino konsti constantin kostas
lorenz lorenzo laurent laurentius lars laurens renzo lenz lawrence
ludwig louis luis luigi lutz luca ludovic lodewijk lode lewis gigi
luisa luise louise lulu
magdalena lena magda leni madeleine madalena
manfred manni fred
manuel manolo emanuel manu lolo emmanuel manuele
manuela manu ela emanuela
margarete grete gretel margit gitta margot rita margarethe marga margaret marguerite margarita \
margherita greta griet
maria marie mia mitzi ria mary mari maren maike marieke maaike mariette manon
markus marc marco marcos mark marcus marek
martin martino marten maarten tinus
martina tina
mathias matthias matze hias mattes mateo matteo mathieu matthieu matthijs thijs matthew matt mats
maximilian max maxi massimiliano maxime massimo
mercedes merche mechi
michael michel michi miguel michele mike micha mischa mikhail mikael michiel mick misha
michaela michi micha michelle michele micaela
monika moni monica monique
oliver olli ole olivier oliviero
patrick patricio patrizio rick pat
paul paolo pablo paulus pauli pavel pol paulo
peter pietro pedro pierre piet pit petrus pieter petr piero perico pyotr petro
philipp philip lips felipe filippo philippe phil flip filip
rafael rafa raffaele raphael rapha
ramon moncho raimund raymond ramiro
reinhard reiner rainer reinhold hardy
renate rena nate
richard rick ricky ricardo riccardo rik dick
robert rob bob roberto robby robin robrecht bert
roland orlando rolando
rudolf rudi rolf rodolfo ralf rudy ruud roelof
sabine bine sabina
samuel sam sami samuele
sebastian basti bastian sebastien sebastiano bas
sergej sergio serge sergei sergey
siegfried siggi sigi
sofia sofie sophie sophia fiene
stefan stephan steffen steve stefano esteban etienne stephane steven stephen stijn stef
stefanie steffi stephanie stefania estefania fanny steffie
susanne susi sanna suzanne susana susanna suse sanne susan
teresa tere therese resi tessa theresia theresa tess
theodor theo teo teodoro
thomas tom tommy tomas tommaso maso toomas
tobias tobi tobiah toby
ulrich uli ulli utz
ulrike uli ulli ulla rike
ursula uschi ulla ulli ursel orsola
valentin vali valentino velten
vincent vicente vincenzo vinzenz enzo zenzo cente vince
walter walther gualtiero wouter
werner verner guarniero
wilhelm willi willy wim guillermo guglielmo guillaume willem helmut pim memo william bill
wolfgang wolf wolfi
rosario charo
dolores lola loli
concepcion concha conchita conchi
pilar pili
guadalupe lupe lupita
jesus chucho chus
isabel isa chabela isabella isabelle elisabetta elisabet
salvatore toto tore turi salvador salva
domenica mimma
raffaella lella
beatrix bea trixi beatrice beatriz
cornelia conny nele corrie cornelie
cornelis kees cor cees corneel
adriana adriaan adri ad adrien adriano adrian
leonardus leo leon leonard leonardo leonhard lennart
mohammed mohamed muhammad mohammad mehmet muhamed mohamad mhmd
yusuf youssef yousef josef joseph yousuf iusuf
ibrahim abraham ebrahim brahim
ahmed ahmad ahmet
aleksandr sasha alexander aleksandra sanya shura
dmitri dima dmitry dmitriy mitya
ekaterina katya katja yekaterina ekaterina katerina
mikhail misha michael
natalia natasha natalya natalie nathalie nataliya nata
svetlana sveta lana
vladimir vova volodya wladimir
yelena elena lena jelena
"""

_SOUNDS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^ps", "s"),
        (r"(tsch|tch|tzsch|cz)", "x"),
        (r"(sch|sh|sz|ch(?=[ei]))", "x"),
        (r"(?<=[aeiou])ght?(?=[^aeiou]|$)", "t"),
        (r"ph", "f"),
        (r"(dt|th|tt|d)", "t"),
        (r"(tz|ts|ds|z)", "s"),
        (r"(ck|q|c(?=[eiy])|c|g|ch)", "k"),
        (r"[vw]", "f"),
        (r"b", "p"),
        (r"x(?=$|[^aeiou])", "x"),
        (r"[jy]", "i"),
    )
)


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a person's name; what is not there is empty.

    `given` is the first given name (or its initial), `middle` the others,
    `family` the family name with its particles, `generation` 1 for senior, 2
    for junior or II, and so on.
    """

    given: str = ""
    middle: str = ""
    family: str = ""
    generation: str = ""


def words(text: str) -> list[str]:
    """The words of plain text; what joins parts of one name (`o'brien`) is dropped."""
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`´’]", "", text)).split()


def _untitled(parts: list[str]) -> list[str]:
    while len(parts) > 1 and parts[0] in _TITLES:
        if parts[0] in _WEAK_TITLES and len(parts) < 3:
            break
        parts = parts[1:]
    return parts


def _generation(parts: list[str]) -> tuple[list[str], str]:
    if len(parts) > 1 and parts[-1] in _GENERATIONS:
        return parts[:-1], _GENERATIONS[parts[-1]]
    return parts, ""


def given_name(text: str) -> Name:
    """What stands in a column of given names: titles off, further given names apart.

    A column that holds the title only gives nothing.

    >>> given_name("dr. anna-maria luise")
    Name(given='anna', middle='maria luise', family='', generation='')
    """
    parts = _untitled(words(text))
    if len(parts) == 1 and parts[0] in _TITLES - _WEAK_TITLES:
        return Name()
    parts, generation = _generation(parts)
    if len(parts) > 1 and parts[-1] in ("und", "and", "et", "y"):
        parts = parts[:-1]
    return Name(parts[0], " ".join(parts[1:]), "", generation) if parts else Name()


def family_name(text: str) -> Name:
    """What stands in a column of family names: titles and generation off.

    >>> family_name("van der berg jr.")
    Name(given='', middle='', family='van der berg', generation='2')
    """
    parts, generation = _generation(_untitled(words(text)))
    return Name(family=" ".join(parts), generation=generation)


def full_name(text: str) -> Name:
    """A whole name taken apart: the family name is last, or in front of a comma.

    >>> full_name("muller, anna luise")
    Name(given='anna', middle='luise', family='muller', generation='')
    >>> full_name("prof. dr. ludwig van beethoven")
    Name(given='ludwig', middle='', family='van beethoven', generation='')
    """
    before, comma, after = text.partition(",")
    tail = words(after)
    if comma and tail and not all(w in _GENERATIONS or w in _TITLES for w in tail):
        front, back = family_name(before), given_name(after)
        return Name(back.given, back.middle, front.family, front.generation or back.generation)
    parts, generation = _generation(_untitled(words(before)))
    if comma and not generation and tail:
        generation = next((_GENERATIONS[w] for w in tail if w in _GENERATIONS), "")
    if not parts:
        return Name()
    if len(parts) == 1:
        return Name(family=parts[0], generation=generation)
    at = len(parts) - 1
    while at > 1 and parts[at - 1] in _PARTICLES:
        at -= 1
    return Name(parts[0], " ".join(parts[1:at]), " ".join(parts[at:]), generation)


def ideographic_name(syllables: str) -> Name:
    """A name without blanks in Chinese or Korean script, by its transliterated syllables.

    The family name comes first and is one syllable but for a few.

    >>> ideographic_name("li xiao long")
    Name(given='xiaolong', middle='', family='li', generation='')
    """
    parts = syllables.split()
    two = len(parts) > 2 and "".join(parts[:2]) in _FAMILY_SYLLABLES
    at = 2 if two else 1
    return Name("".join(parts[at:]), "", "".join(parts[:at]))


@cache
def _roots() -> dict[str, frozenset[str]]:
    """Name → the names it may stand for, of languages other than English."""
    found: dict[str, set[str]] = {}
    for line in _NICKNAMES.strip().split("\n"):
        root, *others = line.split()
        for name in (root, *others):
            found.setdefault(name, set()).add(root)
    return {name: frozenset(roots) for name, roots in found.items()}


@cache
def _english() -> object:
    from nicknames import NickNamer

    return NickNamer()


@lru_cache(maxsize=65_536)
def given_roots(name: str) -> tuple[str, ...]:
    """The given names that a name may be short for, itself included; sorted.

    Two names with a root in common may be the same person's: `bill` may stand
    for `william`, `lena` for `helene` and `magdalena`. English ones by the
    package `nicknames`, German, French, Spanish, Italian, Dutch, Arabic and
    Russian ones by the list above.
    """
    if not name:
        return ()
    english = _english().canonicals_of(name)  # type: ignore[attr-defined]
    return tuple(sorted({name, *english, *_roots().get(name, ())}))


@lru_cache(maxsize=262_144)
def sound(name: str) -> str:
    """A code that names share which sound alike in one of several languages; empty for none.

    Written for Latin letters with no language in mind, after the idea of the
    Kölner Phonetik: spellings of one sound become one letter, vowels fall
    away but for a mark of a first one, doubled letters become one.

    >>> sound("schmidt") == sound("schmitt"), sound("mueller") == sound("muller")
    (True, True)
    """
    code = name.replace(" ", "")
    for pattern, by in _SOUNDS:
        code = pattern.sub(by, code)
    if not code:
        return ""
    first = "a" if code[0] in "aeiouh" else code[0]
    rest = re.sub(r"[aeiouhy]", "", code[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)
