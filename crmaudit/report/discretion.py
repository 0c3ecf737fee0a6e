"""What of a text an edition withholds: people, money, addresses, what was said.

Each of these classes strikes one kind of thing out of any text, in whatever
language it is told. Texts that people wrote hold all of them in all spellings;
so the patterns are wide: a word too many is withheld sooner than one too few.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from crmaudit.messages import WITHHELD
from crmaudit.report.text import slug
from crmaudit.workspace import Workspace
from crmaudit.workspace.interviews import Pain, Saying

_GAP = r"(?:[\s\u00a0._+-]|%20)+"
"""What may stand between the parts of a name: `Keith  Lee`, `keith.lee`, `Keith%20Lee`."""
_TITLES = (
    r"(?:Mrs?|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Rev|Herrn?|Frau|Fr|Hr)\b\.?"
    rf"{_GAP}(?:(?:Dr|Prof)\b\.?{_GAP})?"
)
_WORDS = (
    "amber angel april art august autumn bill carol charity chase christian crystal daisy "
    "dale dawn dean drew earl eve faith forest frank gene glen grace grant guy harmony hazel "
    "heather holly hope iris ivy jack jade jasmine joy june king lily major mark max may "
    "melody miles norm olive page pat pearl penny ray rich rob robin rose ruby sandy sky "
    "sterling sue summer sunny victor violet will"
)
"""First names that are words or months: alone they are taken for these."""
_LOGINS = frozenset({"admin", "administrator", "info", "office", "sales", "service", "support"})
_SHORTEST = 4
"""Letters of a surname or a login that are enough to know it alone; shorter ones are words."""


class People:
    """Names of persons, for each of whom the office stands.

    Full names are known in any spelling: capitals, spaces, dots, `%20`.
    Surnames of four letters and more are known alone, shorter ones after a
    title (`Mr Lee`). A first name alone is struck where one person has it, it
    begins with a capital, and is neither a word (`Will`, `May`) nor part of
    what something else is called. Declared logins are struck, too.
    """

    def __init__(self, workspace: Workspace, somebody: str) -> None:
        self._somebody = somebody
        self._offices: dict[str, str] = {}
        self._slugs: dict[str, str] = {}
        whole: list[str] = []
        exact: list[str] = []
        titled: list[str] = []
        for name, office in workspace.offices.items():
            self._offices[_key(name)] = office
            if " " in name:
                whole.append(name)
                self._slugs[slug(name)] = slug(office or "a-person")
            elif len(name) > 1:
                exact.append(name)
        called = _words_of_things(workspace)
        people = workspace.people.people
        first = Counter(p.name.split()[0] for p in people if p.name.split())
        for person in people:
            parts = person.name.split()
            if len(parts) < 2:
                continue
            alone, last = parts[0], parts[-1]
            office = self._offices.get(_key(person.name), person.job or "")
            if _key(person.name) not in self._offices:
                continue
            self._offices.setdefault(_key(last), office)
            titled.append(last)
            plain = alone.casefold()
            if (
                first[alone] == 1
                and len(alone) > 2
                and plain not in called
                and plain not in _WORDS.split()
            ):
                self._offices.setdefault(_key(alone), office)
                exact.append(alone)
            for login in person.accounts.values():
                if len(login) >= _SHORTEST and login.casefold() not in _LOGINS | called:
                    self._offices.setdefault(_key(login), office)
                    whole.append(login)
        exact += [n.upper() for n in exact if len(n) >= _SHORTEST and n.casefold() not in called]
        spelt = [rf"(?i:{_spelt(n)})" for n in _longest(whole)]
        spelt += [f"{_TITLES}(?:{_any(titled)})"] if titled else []
        spelt += [re.escape(n) for n in _longest(exact)]
        self._known = re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)") if spelt else None
        self._marks = (
            re.compile(rf"(?<![\w-])(?:{_any(self._slugs)})(?![\w-])") if self._slugs else None
        )

    def strike(self, text: str) -> str:
        """The text with the office, or `a person`, in place of each name."""
        if self._known is None:
            return text
        if self._marks is not None:
            text = self._marks.sub(lambda m: self._slugs[m[0]], text)
        return self._known.sub(self._office, text)

    def _office(self, found: re.Match[str]) -> str:
        bare = re.sub(rf"^{_TITLES}", "", found[0])
        return self._offices.get(_key(bare)) or self._somebody


def _key(name: str) -> str:
    return re.sub(_GAP, " ", name).casefold()


def _spelt(name: str) -> str:
    return _GAP.join(re.escape(part) for part in re.split(r"[\s._+-]+", name) if part)


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(names), key=len, reverse=True)


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(n) for n in _longest(names))


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


_CODES = "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF INR JPY MXN NOK NZD PLN SEK SGD USD ZAR"
_MONEY_WORDS = "pounds?|euros?|dollars?|francs?|pence|pfund|franken|quid"
_SCALE = (
    r"(?:[\s\u00a0]?(?i:k|m|bn|tsd\.?|mio\.?|mrd\.?|thousand|million(?:s|en)?|billions?|tausend|"
    r"milliarden?)(?!\w))?"
)
_NUMBER = rf"\d+(?:[.,’'\u202f\u00a0]\d+|[ ]\d{{3}}(?!\d))*(?:[.,][–-])?{_SCALE}"
_SUM = rf"(?:{_NUMBER}|{WITHHELD})"


class Amounts:
    """Amounts of money: with a sign, a code or the word of a currency before or behind."""

    def __init__(self, codes: Iterable[str]) -> None:
        known = "|".join(sorted({*codes, *_CODES.split()}))
        word = rf"(?<!\w)(?:{known}|(?i:{_MONEY_WORDS}))(?!\w)"
        sign = rf"(?:{word}|(?<![A-Za-z])(?:{known})(?=\d)|[£€$¥])"
        gap = r"[\s\u00a0-]?"
        reach = rf"{_SUM}(?:[\s\u00a0]?(?:–|—|-|\bto\b|\bbis\b)[\s\u00a0]?(?:{sign}{gap})?{_SUM})?"
        pair = rf"(?:between|zwischen) {_SUM} (?:and|und) {_SUM}"
        self.sign = re.compile(sign)
        self.amount = re.compile(
            rf"{sign}{gap}{reach}(?:{gap}{sign})?|(?<![\w.,])(?:{pair}|{reach}){gap}{sign}"
            rf"|(?<!\w){WITHHELD}(?:[\s\u00a0]?(?:–|\bto\b|\bbis\b)[\s\u00a0]?){WITHHELD}"
        )

    def strike(self, text: str) -> str:
        return self.amount.sub(WITHHELD, text)


_CONTACTS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"
    r"|(?<![\w.,/+-])(?:\+|00)\d{1,3}(?:[\s\u00a0()/.-]{0,2}\d){6,13}(?!\w)"
    r"|(?<![\w.,/-])\(?0\d{2,5}\)?[\s\u00a0/-]{1,2}\d{3,4}(?:[\s\u00a0-]?\d{2,5})?(?![\w.,])"
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
