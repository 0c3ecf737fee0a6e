"""What the columns of a system tell of a party: the attribute, by map, content or name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmaudit.evidence import Column, ColumnProfile, MappedTable, Table, TableProfile
from crmaudit.evidence.privacy import name_words
from crmaudit.quality.entities.marks import named
from crmaudit.quality.matching.recipe import Attribute

SURE = 0.5
"""Below this confidence, a meaning that was recognised in the content does not count."""

NUMERIC = frozenset({"region", "country", "gender", "salutation"})
"""Attributes of which a number is a code that means nothing without its list."""

_OF: Mapping[str, Attribute] = {
    "given name": "given name",
    "family name": "family name",
    "full name": "full name",
    "organisation name": "organisation name",
    "e-mail": "e-mail",
    "phone": "phone",
    "mobile": "phone",
    "street": "street",
    "full address": "street",
    "house number": "house number",
    "city": "city",
    "postcode": "postcode",
    "region": "region",
    "country": "country",
    "birth date": "birth date",
    "gender": "gender",
    "salutation": "salutation",
    "url": "url",
    "website": "url",
    "national id": "national id",
    "tax number": "tax number",
    "bank account": "bank account",
    "identifier": "identifier",
}
"""Semantic type, or mark of a name → attribute."""

_NAMES = ("given name", "middle name", "family name", "full name", "organisation name")


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Words in English, German, French, Spanish, Italian, Dutch and Portuguese.
_MIDDLE = words("middle second zweiter zweitname deuxieme segundo secondo tweede meio")
_OTHER_NAMES = words(
    "nick nickname spitzname surnom apodo alias maiden birth geburtsname soltera nubile phonetic "
    "kana furigana search"
)
# What is about a name or contact point and holds none.
_ABOUT = words(
    "flag greeting greetings consent opt optin optout out do not status type template "
    "valid invalid format preference preferred count domain subject sent bounce bounced verified "
    "hash at confirmed allow newsletter extension ext briefanrede"
)
_BARE = words("name nombre nom nome naam bezeichnung label")
_SOMEBODY_ELSE = words(
    "fax telefax assistant assistent assistente asistente secretary secretariat sekretariat spouse "
    "emergency notfall urgence emergencia guardian boss supervisor manager vorgesetzter referrer "
    "referred broker doctor arzt parent father mother vater mutter pere padre madre carer user "
    "login pager reply"
)
_IMPORTS = words(
    "import imports imported importe importacion importation upload uploads batch batches "
    "migration migrations migrated lote lotes einspielung"
)
_NUMBER_WORDS = words(
    "no nr num number nummer numero numer ref reference referenz external externe legacy code "
    "kennung matricule"
)
_SOURCES = (
    words("source sources origin quelle herkunft origine origen origem bron fonte"),
    words("channel kanal canal canale kanaal"),
    words("campaign kampagne campagne campana campanha"),
)


class Columns:
    """The columns of one system, with what maps and profiles say of them."""

    def __init__(self, mapped: Sequence[MappedTable], profiles: Iterable[TableProfile]) -> None:
        self._mapped = mapped
        self._profiles: dict[tuple[str, str], dict[str, ColumnProfile]] = {}
        for profile in profiles:
            columns = {c.name: c for c in profile.columns}
            self._profiles[profile.table, profile.where.strip()] = columns

    def profile(self, table: Table, column: str, where: str = "") -> ColumnProfile | None:
        """Its profile among the rows with that condition, else among all of the table."""
        for condition in dict.fromkeys((where.strip(), "")):
            found = self._profiles.get((table.qualified, condition), {}).get(column)
            if found is not None and not found.status.reason:
                return found
        return None

    def attribute(self, row: MappedTable, table: Table, column: Column) -> Attribute | None:
        """What a column tells of the record, whoever it may belong to."""
        words = frozenset(name_words(column.name))
        known = self.profile(table, column.name, row.where if row.table == table.qualified else "")
        if words & _SOMEBODY_ELSE or (known is not None and known.logical == "binary"):
            return None
        meant = self._meant(row, table, column.name, known)
        if meant in _NAMES and words & _OTHER_NAMES:
            return None
        if meant == "given name" and words & _MIDDLE:
            return "middle name"
        return _OF.get(meant)

    def _meant(
        self, row: MappedTable, table: Table, column: str, known: ColumnProfile | None
    ) -> str:
        said = [row.columns] if row.table == table.qualified else []
        said += [t.columns for t in self._mapped if t.table == table.qualified]
        for columns in said:
            if column in columns and columns[column] != "reference":
                return columns[column]
        semantic = known.semantic if known is not None else None
        if semantic is not None and semantic.type in ("secret", "machine text"):
            return ""
        if known is None or semantic is None or semantic.type in ("unused", "reference"):
            # Of an empty column only the name tells what it is for, of a reference whose it is.
            return _named(column, known is None)
        return semantic.type if semantic.confidence >= SURE else ""

    def weight(self, table: Table, column: str, where: str = "") -> float:
        """How well a column serves: how many rows fill it; unknown: as good as any."""
        known = self.profile(table, column, where)
        return float(known.filled) if known is not None else 1.0

    def empty(self, table: Table, column: str, where: str = "") -> bool:
        """Whether it is known that no row has a value in it."""
        known = self.profile(table, column, where)
        return known is not None and known.filled == 0 and known.rows > 0

    def constant(self, table: Table, column: str, where: str = "") -> bool:
        """Whether it is known that several rows have it, and all of them the same value."""
        known = self.profile(table, column, where)
        return known is not None and known.distinct == 1 and known.filled > 1

    def is_code(self, table: Table, column: str) -> bool:
        """Whether it holds nothing but whole numbers."""
        known = self.profile(table, column)
        return known is not None and known.logical in ("integer", "number")

    def is_number(self, table: Table, column: str, where: str = "") -> bool:
        """Whether it may be a number that people know the record by: nearly every one its own."""
        known = self.profile(table, column, where)
        if known is None or not known.filled or known.logical not in ("text", "integer"):
            return False
        meant = known.semantic
        if meant is not None and meant.confidence >= SURE and meant.type != "identifier":
            return False
        sure = meant is not None and meant.type == "identifier" and meant.confidence >= SURE
        named_so = bool(_NUMBER_WORDS.intersection(name_words(column)))
        return (sure or named_so) and (known.distinct or 0) * 2 > known.filled

    def is_import(self, table: Table, column: str) -> bool:
        """Whether it tells by which import a record came."""
        if not names_import(column):
            return False
        known = self.profile(table, column)
        if known is None:
            return True
        several = (known.distinct or known.filled) * 2 <= known.filled
        return bool(known.filled) and several and known.logical not in ("date", "boolean")

    def source_rank(self, table: Table, column: str) -> int | None:
        """The lower, the likelier it tells where a record comes from; None: it does not."""
        words = frozenset(name_words(column))
        rank = next((i for i, names in enumerate(_SOURCES) if words & names), None)
        known = self.profile(table, column)
        if rank is None or known is None or not known.filled:
            return None
        few = (known.distinct or known.filled) * 5 <= known.filled
        right = known.logical in ("text", "integer") and not words & _IMPORTS
        return rank if few and right else None


def _named(column: str, unknown: bool) -> str:
    """What the name of a column says by itself; of one that nobody has looked into, a bare `name`
    as well."""
    in_order = name_words(column)
    called = frozenset(in_order)
    # `no_email` is an opt-out, `phone_no` a number.
    if called & _ABOUT or in_order[:1] == ("no",):
        return ""
    if unknown and called and called <= _BARE:
        return "full name"
    found = sorted(m for m in named(column) if m in _OF)
    return found[0] if len(found) == 1 else ""


def names_import(name: str) -> bool:
    """Whether a table or column is called after imports."""
    return bool(_IMPORTS.intersection(name_words(name)))
