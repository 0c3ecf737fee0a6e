"""What of a text an edition withholds: people, money, addresses, what was said.

Each of these classes strikes one kind of thing out of any text, in whatever
language it is told. Texts that people wrote hold all of them in all spellings;
so the patterns are wide: a word too many is withheld sooner than one too few.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

from crmaudit.messages import WITHHELD
from crmaudit.report.text import slug
from crmaudit.workspace import Workspace
from crmaudit.workspace.interviews import Pain, Saying

_GAP = r"(?:[\s\u00a0._+-]|%20)+"
"""What may stand between the parts of a name: `Keith  Lee`, `keith.lee`, `Keith%20Lee`."""
_TITLE = (
    r"(?:Mrs?|Ms|Miss|Mx|Mme|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Rev|Herrn?|Frau|Fr|Hr|Mag|Ing|"
    r"Dipl\.?-Ing)\b\.?"
)
_TITLES = rf"(?:{_TITLE}{_GAP}){{1,4}}"
_DEGREES = r"(?:,?\s+(?:PhD|Ph\.D\.|MBA|MA|MSc|BA|BSc|OBE|MBE|CBE|FCA|Jr\.?|Sr\.?|II|III))+$"
_WORDS = (
    "amber angel april art august autumn bill carol charity chase christian crystal daisy "
    "dale dawn dean drew earl eve faith forest frank gene glen grace grant guy harmony hazel "
    "heather holly hope iris ivy jack jade jasmine joy june king lily major mark max may "
    "melody miles norm olive page pat pearl penny ray rich rob robin rose ruby sandy sky "
    "sterling sue summer sunny victor violet will"
)
"""First names that are words or months: alone they are taken for these."""
_THINGS = frozenset(
    (
        f"{_WORDS} archer baker bank barber bell berg bird bishop block bond book brook buck burn "
        "butcher carpenter castle chamber church cook cross day driver farmer field "
        "fisher ford fox gardener gate gift glass green ground grove hall hand head hill home "
        "house hunter key knight lake lamb land lane law leaf lock lord marsh mason meadow mill "
        "moon moor note paper park parker path place plan pond pool port porter post potter power "
        "price rate read reader reed report rice ridge ring river road rock room salmon service "
        "shepherd shield ship shop side sign singer song spring stone store street stream "
        "table tailor term test thorn tower town wall ward water way weaver week "
        "well wheel winter wood word work worker writer year yard"
    ).split()
)
"""Names that are words: with an `s` behind them they are taken for many of these."""
_LOGINS = frozenset({"admin", "administrator", "info", "office", "sales", "service", "support"})
_SHORTEST = 4
"""Letters of a surname or a login that are enough to know it alone; shorter ones are words."""
_APOSTROPHES = "'’ʼ‘`´"
_PLAIN = str.maketrans(
    {"ß": "ss", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "đ": "d", "Đ": "D"}
)
_TWO_LETTERS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue"))


class People:
    """Names of persons, for each of whom the office stands.

    Full names are known in any spelling: capitals, spaces, dots, `%20`, without a title,
    `Lee, Keith`, `K. Lee`, and with other letters (`Mueller`, `Muller` for `Müller`).
    Surnames of four letters and more are known alone, shorter ones after a
    title (`Mr Lee`). A first name alone is struck where one person has it, it
    begins with a capital, and is neither a word (`Will`, `May`) nor part of
    what something else is called. An `s` may stand behind a name that is no word
    (`Müllers Tabelle`). Declared logins are struck, too.
    """

    def __init__(self, workspace: Workspace, somebody: str) -> None:
        self._somebody = somebody
        self._offices: dict[str, str] = {}
        self._slugs: dict[str, str] = {}
        self._called = _words_of_things(workspace)
        whole: list[str] = []
        exact: list[str] = []
        titled: list[str] = []
        lettered: list[str] = []
        people = [p for p in workspace.people.people if p.name in workspace.offices]
        # What the workspace takes for their surnames is read anew: it may be a first name.
        ends = {p.name.split()[-1] for p in people if "," in p.name}
        for name, office in workspace.offices.items():
            if name in ends:
                continue
            bare = _bare(name)
            for known in (name, bare):
                if " " in known:
                    self._know(known, office, whole)
                elif len(known) > 1:
                    self._know(known, office, exact)
        first = Counter(_bare(p.name).split()[0] for p in people if _bare(p.name).split())
        for person in people:
            parts = _bare(person.name).split()
            if len(parts) < 2:
                continue
            alone, last = parts[0], parts[-1]
            office = workspace.offices[person.name]
            self._know(f"{alone} {last}", office, whole)
            self._know(f"{last}, {alone}", office, whole)
            self._know(f"{last}, {alone[0]}.", office, lettered)
            self._know(f"{alone[0]} {last}", office, lettered)
            self._know(last, office, titled)
            exact += [x for x in _letters(last) if len(x) >= _SHORTEST]
            plain = alone.casefold()
            if (
                first[alone] == 1
                and len(alone) > 2
                and plain not in self._called
                and plain not in _WORDS.split()
            ):
                self._know(alone, office, exact)
            for login in person.accounts.values():
                if len(login) >= _SHORTEST and login.casefold() not in _LOGINS | self._called:
                    self._offices.setdefault(_key(login), office)
                    whole.append(login)
        exact += [
            n.upper() for n in exact if len(n) >= _SHORTEST and n.casefold() not in self._called
        ]
        initials = rf"(?:\w\.{_GAP}|\w\.|\w{_GAP}){{0,2}}"
        spelt = [rf"(?i:{self._spelt(n)})" for n in _longest(whole)]
        spelt += [rf"{_TITLES}{initials}(?:{self._any(titled)})"] if titled else []
        spelt += [self._spelt(n) for n in _longest(lettered)]
        spelt += [self._spelt(n) for n in _longest(exact)]
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)") if spelt else None
        names = (*whole, *titled, *lettered, *exact, *self._slugs)
        joint = (re.sub(f"[{_APOSTROPHES}]", "", n) for n in names)
        self._hints = {max(words, key=len) for n in (*names, *joint) if (words := _tokens(n))}
        self._marks = (
            re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _longest(self._slugs)))})(?![\w-])")
            if self._slugs
            else None
        )

    def _know(self, name: str, office: str, among: list[str]) -> None:
        """The name in all its letters, and whose it is."""
        for written in _letters(name):
            self._offices.setdefault(_key(written), office)
            among.append(written)
            if " " in written[2:] and "," not in written:
                self._slugs.setdefault(slug(written), slug(office or "a-person"))

    def _spelt(self, name: str) -> str:
        """The name as a pattern, with the `s` of a genitive behind it unless it makes a word."""
        last = name.rpartition(" ")[2].casefold()
        many = "" if {last, f"{last}s"} & (_THINGS | self._called) else "[sS]?"
        return _spelt(name) + many

    def _any(self, names: Iterable[str]) -> str:
        return "|".join(self._spelt(n) for n in _longest(names))

    def strike(self, text: str) -> str:
        """The text with the office, or `a person`, in place of each name."""
        if self._known is None or not self._touched(text):
            return text
        if self._marks is not None:
            text = self._marks.sub(lambda m: self._slugs[m[0]], text)
        return self._known.sub(self._office, text)

    def _touched(self, text: str) -> bool:
        """Whether a word of any name stands there: most texts need not be read for all names."""
        words = {*_tokens(text)}
        return not self._hints.isdisjoint(words | {w[:-1] for w in words if w.endswith("s")})

    def _office(self, found: re.Match[str]) -> str:
        bare = re.sub(rf"^{_TITLES}", "", found[0])
        # With initials after a title, the surname alone tells whose name it is.
        for name in (bare, re.split(_GAP, bare)[-1]):
            for known, ending in ((name, ""), (name[:-1], name[-1:])):
                if _key(known) in self._offices:
                    office = self._offices[_key(known)]
                    return f"{office}{ending}" if office else self._somebody
        return self._somebody


def _bare(name: str) -> str:
    """Without titles and degrees, the first name before the surname."""
    name = re.sub(rf"^{_TITLES}", "", re.sub(_DEGREES, "", name.strip()))
    last, comma, first = name.partition(",")
    if comma and first.strip():
        name = f"{re.sub(rf'^{_TITLES}', '', first.strip())} {last.strip()}"
    return name


def _letters(name: str) -> list[str]:
    """The name as people write it who have not all of its letters, or have more of them."""
    name = unicodedata.normalize("NFC", name)
    two, one = name, name
    for letter, pair in _TWO_LETTERS:
        two, one = two.replace(letter, pair), one.replace(pair, letter)
    parted = unicodedata.normalize("NFD", name)
    kept = (name, two, one, parted)
    bare = (_without_marks(x.translate(_PLAIN)) for x in (two, name))
    return list(dict.fromkeys((*kept, *bare)))


def _without_marks(text: str) -> str:
    """Latin letters without what stands above and below them; others are other letters so."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return plain if plain.isascii() else unicodedata.normalize("NFC", text)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("%20", " "))


def _key(name: str) -> str:
    plain = re.sub(f"[{_APOSTROPHES}]", "", unicodedata.normalize("NFC", name))
    return re.sub(_GAP, " ", plain).strip().casefold()


def _spelt(name: str) -> str:
    """The parts of the name with what may stand between them; apostrophes may lack."""
    parts = (part for part in re.split(r"[\s._+-]+", name) if part)
    spelt = (
        "".join(f"[{_APOSTROPHES}]?" if c in _APOSTROPHES else re.escape(c) for c in part)
        for part in parts
    )
    return _GAP.join(spelt)


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(names), key=len, reverse=True)


def _words_of_things(workspace: Workspace) -> frozenset[str]:
    """Words of what systems, kinds of record, units and processes are called."""
    named = (
        *(s.name for s in workspace.systems),
        *(s.vendor or "" for s in workspace.systems),
        *(e.label for e in workspace.entity.values()),
        *(u.name for u in workspace.audit.units),
        *(p.name for p in workspace.processes),
        workspace.organisation.name,
    )
    return frozenset(w.casefold() for name in named for w in re.findall(r"\w+", name))


_CODES = (
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF IDR ILS INR ISK JPY KRW MXN MYR NOK NZD "
    "PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
)
_WORDLIKE = frozenset({"ALL", "CAD", "CUP", "GEL", "MOP", "PEN", "PHP", "SEK", "SOS", "TOP", "TRY"})
"""Codes that are words, too, or units (`30 sek`): in small letters they may mean these."""
_SIGNS = "£€$¥₹₽₩₺₴₪₫₦₱฿"
_MONEY_WORDS = (
    "pounds?|euros?|dollars?|francs?|pence|pfund|franken|quid|rupees?|yen|lira|kron(?:a|or|er|en)|"
    "roubles?|rubles?|rubel|z[łl]oty(?:ch)?|zł|kr"
)
_OF = "US|American|Australian|British|Canadian|Czech|Danish|Indian|Norwegian|Swedish|Swiss|Turkish"
_SPACE = r"[\s\u00a0\u2009\u202f]"
_ABOUT = (
    r"(?i:ca\.?|circa|about|around|approx\.?|approximately|roughly|nearly|almost|over|under|up to|"
    r"at least|at most|some|rund|etwa|ungefähr|knapp|gut|fast|über|unter|bis zu|mindestens|"
    r"höchstens|max\.?|min\.?|[~≈<>≤≥])"
)
_SCALES = (
    r"(?i:k|m|bn|tsd\.?|mio\.?|mrd\.?|hundred|thousand|million(?:s|en)?|billions?|hundert|tausend|"
    r"milliarden?)(?!\w)"
)
_DIGITS = r"\d+(?:[.,·’'\u202f\u2009\u00a0]\d+|[ ]\d{3}(?!\d))*(?:[.,][–-])?"
_ONES = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "hundred|thousand|million|billion|dozen"
)
_EINS = (
    r"ein(?=und|hundert|tausend)|zwei|zwo|drei|vier|fünf|fuenf|sechs|sech(?=zehn|zig)|sieben|"
    r"sieb(?=zehn|zig)|acht|neun|zehn|elf|zwölf|zwoelf|zwan|dreißig|zig|ssig|hundert|tausend|"
    r"million(?:en)?|milliarden?"
)
_IN_WORDS = (
    rf"(?i:(?:{_ONES})(?:[\s-](?:and[\s-])?(?:{_ONES}))*"
    rf"|(?:{_EINS})(?:und)?(?:(?:{_EINS})(?:und)?)*(?:{_SPACE}(?:{_EINS})+)*)"
)


class Amounts:
    """Amounts of money: with a sign, a code or the word of a currency before or behind.

    Codes count in small letters, too; those that are words (`try`) only behind a number, and
    where the audit has that currency.
    """

    def __init__(self, codes: Iterable[str]) -> None:
        declared = frozenset(codes)
        known = declared | {*_CODES.split()}
        plain, wordlike = "|".join(sorted(known - _WORDLIKE)), "|".join(sorted(known & _WORDLIKE))
        meant = "|".join(sorted(declared & _WORDLIKE))
        code = rf"(?:(?i:{plain})" + (f"|{wordlike})" if wordlike else ")")
        before = rf"(?<!\w)(?:[TkM]?{code}|(?i:{_MONEY_WORDS}))(?!\w)"
        before += rf"|(?<![A-Za-z])[TkM]?{code}(?=[\d−])|[TkM]?[{_SIGNS}]"
        self.sign = re.compile(before)
        small = rf"|(?i:{meant})" if meant else ""
        behind = rf"(?:[TkMm]|(?i:mio|mrd|tsd|bn)\.?|(?i:{_OF}) )?"
        behind += rf"(?:(?:{code}|(?i:{_MONEY_WORDS}){small})(?!\w)|[{_SIGNS}]|S?Fr\.)"
        # `Fr.` is Friday and Mrs, too: before what cannot be a day.
        francs = r"Fr\.(?=.?(?:\d{3}|\d+['’]|\d+[.,](?:\d\d(?![.\d])|[–-])))"
        prefix = rf"(?:{before}|(?<!\w)(?:SFr\.|Rs\b\.?|[Kk]r\.|{francs}))"
        to = rf"{_SPACE}{{0,3}}[:=]?{_SPACE}{{0,3}}(?:{_ABOUT}{_SPACE}*)?[+−–-]?{_SPACE}?"
        number = rf"(?:{_DIGITS}(?:{_SPACE}?{_SCALES})?|{WITHHELD})"
        span = rf"{_SPACE}?(?:–|—|-|−|\.\.|\bto\b|\bup to\b|\bbis zu\b|\bbis\b){_SPACE}?"
        choice = rf"(?:{_SPACE}?/{_SPACE}?|{_SPACE}(?:or|oder|and|und|resp\.|bzw\.){_SPACE})"
        more = rf"(?:,{_SPACE}{number}){{0,4}}{choice}(?:{_ABOUT}{_SPACE}+)?{number}"
        reach = rf"{number}(?:{span}(?:(?:{prefix}){to})?{number}|{more})*"
        gap = rf"(?:{_SPACE}|-|{_SPACE}?\()?"
        again = rf"(?:(?:{span}|{_SPACE}(?:or|oder){_SPACE}){number}(?:{gap}{behind})?)?"
        self.amount = re.compile(
            rf"(?:{prefix}){to}{reach}(?:{gap}{behind})?"
            rf"|(?<!\w)(?<!\d[.,])(?:(?:between|zwischen){_SPACE})?{reach}{gap}{behind}{again}"
            rf"|(?<!\w){_IN_WORDS}{gap}{behind}"
            rf"|(?<!\w)(?:{code}{_SPACE}|[{_SIGNS}]{_SPACE}?){_IN_WORDS}(?!\w)"
            rf"|(?<!\w){WITHHELD}(?:{_SPACE}?(?:–|\bto\b|\bbis\b){_SPACE}?){WITHHELD}"
        )

    def strike(self, text: str) -> str:
        return self.amount.sub(WITHHELD, text)


_CONTACTS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"
    r"|(?<![\w.,/+-])(?:\+|00)\d{1,3}(?:[\s\u00a0()/.-]{0,2}\d){6,13}(?!\w)"
    r"|(?<![\w.,/-])0\d{9,11}(?!\w)"
    r"|(?<![\w.,/-])\(?0\d{2,5}\)?[\s\u00a0/-]{1,2}\d{3,4}(?:[\s\u00a0-]?\d{2,5})?(?!\w|[.,]\d)"
)
"""E-mail addresses and telephone numbers."""
_PLACES = re.compile(
    r"\b(?!https?:|mailto:)[a-z][a-z0-9+.-]*://[^\s)\]>\"']+"
    r"|\bhttps?://(?:[^/\s@]*@|localhost|[\w-]+(?=[:/]|\s|$)|\d{1,3}(?:\.\d{1,3}){3}|[^\s/:]+:\d+)"
    r"[^\s)\]>\"']*"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)*(?::[^\s]+)?"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)(?::\d+)?"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w.])[\w./-]*\w\.[a-z]\w{0,5}:\d+(?![\w:])"
    r"|\\\\[\w.$-]+\\[^\s\"']*|\b[A-Za-z]:\\[^\s\"']+"
    r"|(?<![\w/.:<~#])~?/(?:[\w.@-]+/)+[\w.@-]*"
)
"""Where something lies: addresses of databases and hosts, network and absolute paths."""


def strike_contacts(text: str) -> str:
    return _CONTACTS.sub(WITHHELD, text) if "@" in text or any(map(str.isdigit, text)) else text


def strike_places(text: str) -> str:
    return _PLACES.sub(WITHHELD, text) if _TOUCHED.search(text) else text


_TOUCHED = re.compile(r"[/@\\]|\d\.\d|\w:\w")


class Said:
    """What people said and wrote in answers, by the very words: whole, or cut short by `…`."""

    _HEAD = 12

    def __init__(self, workspace: Workspace) -> None:
        self._texts: dict[str, list[str]] = {}
        named = frozenset(_declared(workspace))
        for text in _said(workspace):
            plain = " ".join(text.split()).rstrip(".")
            if len(plain) >= _SHORT_SAID and " " in plain and plain not in named:
                self._texts.setdefault(plain[: self._HEAD].strip(), []).append(plain)
        heads = "|".join(re.escape(h).replace(r"\ ", r"\s+") for h in _longest(self._texts))
        self._heads = re.compile(rf"(?<!\w)({heads})") if heads else None

    def strike(self, text: str) -> str:
        """The text with `…` for each thing said."""
        if self._heads is None:
            return text
        made, at = [], 0
        for found in self._heads.finditer(text):
            texts = self._texts.get(" ".join(found[1].split()), ())
            end = max((_alike(text, found.start(), t) for t in texts), default=0)
            if found.start() >= at and end:
                made += [text[at : found.start()].rstrip("“„\"'‘"), WITHHELD]
                at = end
        return "".join((*made, text[at:]))


_SHORT_SAID = 12
"""Letters of what was said that are enough to know it; shorter, anybody may say it."""


def _alike(text: str, start: int, said: str) -> int:
    """Behind what was said, where the text says it from there on; else 0.

    Spaces are alike, however many; `…` says that it was cut short.
    """
    at, words = start, said.split(" ")
    for n, word in enumerate(words):
        if not text.startswith(word, at):
            behind = text[start:at].rstrip()
            cut = re.compile(r"[\s,;:]*…").match(text, start + len(behind))
            return _closed(text, cut.end()) if cut and n else 0
        at += len(word)
        if n < len(words) - 1:
            cut = re.compile(r"[\s,;:]*…").match(text, at)
            if cut:
                return _closed(text, cut.end())
            gap = re.compile(r"\s+").match(text, at)
            if gap is None:
                return 0
            at = gap.end()
    return _closed(text, at) if not text[at : at + 1].isalnum() else 0


def _closed(text: str, at: int) -> int:
    """Behind the full stop and the quotation marks that end what was said."""
    ending = re.compile(r"\.?[”“\"'’]*").match(text, at)
    return ending.end() if ending else at


def _declared(workspace: Workspace) -> Iterator[str]:
    """What stands elsewhere as a fact, whoever said it, too: aims, indicators, requests."""
    brief = workspace.brief.model_copy(update={"concerns": (), "problems": ()})
    for part in (brief, workspace.kpis):
        yield from _strings(part.model_dump(mode="json"))
    yield from (r.what for r in workspace.registers.requests)
    yield from (d.what for d in workspace.registers.dysfunctions)


def _strings(data: object) -> Iterator[str]:
    match data:
        case str():
            yield " ".join(data.split()).rstrip(".")
        case dict():
            yield from _strings(list(data.values()))
        case list():
            for x in data:
                yield from _strings(x)


def _said(workspace: Workspace) -> Iterator[str]:
    """Texts of interviews, opinions, attitudes, voices in the brief and answers to findings."""
    for i in workspace.interviews:
        yield from i.answers.model_dump().values()
        sayings: tuple[Pain | Saying, ...] = (*i.pains, *i.wishes, *i.risks, *i.statements)
        yield from (t for x in sayings for t in (x.text, x.answer))
        yield from (m.text for m in i.measures)
        yield from (w.note for w in i.walks)
    yield from (o.cause for o in workspace.registers.opinions)
    yield from (v.note for s in workspace.systems for v in s.perceived_quality or ())
    yield from (x.text for x in (*workspace.brief.concerns, *workspace.brief.problems))
    yield from (r.reason for r in workspace.responses.responses)
