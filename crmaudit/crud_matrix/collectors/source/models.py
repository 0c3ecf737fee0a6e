"""Which class stands for which table, by the rules of its framework.

A class whose table is written down, or follows from the framework's rule; one
that inherits it. All files are read before anything is asked: a class and its
base may lie anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crmaudit.crud_matrix.collectors.source.evaluate import Seen


@dataclass(frozen=True, slots=True)
class Model:
    """A class that stands for a table: names that the table may have, the likeliest first.

    `entity`: a repository's class, whose table it works on.
    """

    by: str
    tables: tuple[str, ...] = ()
    entity: str = ""


@dataclass
class Classes:
    """The classes of the whole source, as far as they may stand for tables.

    Asked when all files are read: a class and its base may lie anywhere.
    """

    seen: dict[tuple[str, str], list[tuple[Seen, str, str]]] = field(default_factory=dict)
    tables: dict[tuple[str, str], str] = field(default_factory=dict)
    """Language and class → table, where a call says it."""
    methods: set[str] = field(default_factory=set)
    """Names of methods that the source defines."""
    members: dict[str, str] = field(default_factory=dict)
    """`DbSet` properties: name → class."""

    def add(self, language: str, found: Seen, path: str, imports: str) -> None:
        """Keep a class. `imports` names what of frameworks its file mentions."""
        short = found.name.rpartition(".")[2]
        for name, kind in found.types.items():
            if (m := re.fullmatch(r"I?DbSet<(\w+)>\??", kind)) is not None:
                self.members[name] = m[1]
        self.methods.update(found.methods)
        self.seen.setdefault((language, short), []).append((found, path, imports))

    def model(self, language: str, name: str) -> Model | None:
        """The model of that name; None where there is none, or several differ."""
        generic = re.fullmatch(r"(?:\w+\.)*(\w*Repository)<(\w+)(?:,.*)?>", name)
        if generic:
            return Model("repository", entity=generic[2])
        if name.startswith("."):
            entity = self.members.get(name[1:])
            found = self.model(language, entity) if entity else None
            if entity and language == "C#":
                told = found.tables if found else (name[1:],)
                return Model("entity framework", told)
            if language in {"JavaScript", "TypeScript"}:
                return self._prisma.get(name[1:])
            return None
        plain = re.sub(r"<.*", "", name)
        here = self.seen.get((language, plain.rpartition(".")[2]), [])
        # A name with its module outweighs others of the same last part.
        exact = [s for s in here if s[0].name == plain] or here
        models = self._models(language, exact)
        return models[0] if len(models) == 1 else None

    def _models(self, language: str, found: Iterable[tuple[Seen, str, str]]) -> list[Model]:
        """The different models that these classes are."""
        models = (self._one(language, *s) for s in found)
        return list(dict.fromkeys(m for m in models if m is not None))

    _prisma: dict[str, Model] = field(default_factory=dict)
    _known: dict[tuple[str, str, str, int], Model | None] = field(default_factory=dict)

    def add_prisma(self, schema: str) -> None:
        """The models of a `schema.prisma`."""
        for m in re.finditer(r"^model\s+(\w+)\s*\{(.*?)^\}", schema, re.MULTILINE | re.DOTALL):
            told = re.search(r'@@map\("([^"]+)"\)', m[2])
            member = m[1][:1].lower() + m[1][1:]
            self._prisma[member] = Model("prisma", (told[1] if told else m[1],))

    def _one(self, language: str, found: Seen, path: str, imports: str) -> Model | None:
        key = (language, path, found.name, found.line)
        if key not in self._known:
            self._known[key] = None  # a class that inherits itself ends here
            self._known[key] = self._asked(language, found, path, imports)
        return self._known[key]

    def _asked(self, language: str, found: Seen, path: str, imports: str) -> Model | None:
        told = self.tables.get((language, found.name.rpartition(".")[2]), "")
        model = _declared(language, found, path, imports, told)
        if model is None:
            model = self._inherited(language, found, path, told)
        if model is not None and model.by == "rails" and len(model.tables) > 1:
            outer = self.model(language, found.name.rpartition(".")[0])
            if outer is not None and outer.by == "rails" and outer.tables:
                # Of a class within a model's class the table begins with the model's name.
                start = _snake(found.name.rpartition(".")[0])
                return Model("rails", (f"{start}_{model.tables[0]}",))
        return model

    def _inherited(self, language: str, found: Seen, path: str, told: str) -> Model | None:
        for base in found.bases:
            plain = re.sub(r"<.*", "", base)
            here = self.seen.get((language, plain.rpartition(".")[2]), [])
            above = self._models(language, [s for s in here if s[0].name == plain] or here)
            if len(above) != 1:
                continue
            if above[0].tables:
                if above[0].by == "django":
                    return Model("django", _django(found, path))
                return above[0]
            # The base is a framework's own class of this source, like ApplicationRecord.
            return Model(above[0].by, _convention(above[0].by, found, path, told))
        return None


def _declared(language: str, found: Seen, path: str, imports: str, told: str) -> Model | None:
    """The model that the class says it is by itself; without tables for an abstract one."""
    bases = {re.sub(r"<.*", "", b) for b in found.bases}
    short = {b.rpartition(".")[2] for b in bases}
    fields, marks = found.fields, found.marks
    abstract = found.fields.get("__abstract__") or "Meta.abstract" in fields
    if language == "Python":
        if "__tablename__" in fields:
            return Model("sqlalchemy", (fields["__tablename__"],))
        if "models.Model" in bases or ("Model" in bases and "django" in imports):
            return Model("django", () if abstract else _django(found, path))
        if abstract and short & {"Model"}:
            return None
    elif language == "Ruby":
        if short & {"ApplicationRecord"} or "ActiveRecord.Base" in bases:
            if found.name.rpartition(".")[2] == "ApplicationRecord":
                return Model("rails")
            return Model("rails", _rails(found))
        if "table_name" in fields:
            return Model("rails", (fields["table_name"],))
    elif language == "PHP":
        if "_tableName" in fields and any("DAO" in b for b in short):
            return Model("civicrm", (fields["_tableName"],))
        if "Entity" in marks or ("Table" in marks and "orm" in imports):
            return Model(
                "doctrine", (*_table_mark(marks), _snake(found.name), found.name.rpartition(".")[2])
            )
        if "illuminate" in imports and (short & {"Model", "Authenticatable", "Pivot"}):
            return Model("eloquent", _convention("eloquent", found, path, told))
    elif language == "Java":
        if "Entity" in marks:
            return Model("jpa", _table_mark(marks) or _convention("jpa", found, path, ""))
        for base in found.bases:
            if m := re.fullmatch(r"(?:\w+\.)*\w*Repository<(\w+),.*>", base):
                return Model("repository", entity=m[1])
    elif language == "C#":
        if told or "Table" in marks:
            return Model("entity framework", (told,) if told else _table_mark(marks))
    elif language in {"JavaScript", "TypeScript"}:
        if "Entity" in marks:
            args, named = marks["Entity"]
            table = named.get("name") or next((a for a in args if a), "")
            return Model("jpa", (table,) if table else (_snake(found.name),))
        if told:
            return Model("sequelize", (told,))
        for base in found.bases:
            if m := re.fullmatch(r"(?:Repository|BaseRepository)<(\w+)>", base):
                return Model("repository", entity=m[1])
    return None


def _table_mark(
    marks: Mapping[str, tuple[tuple[str, ...], dict[str, str]]],
) -> tuple[str, ...]:
    args, named = marks.get("Table", ((), {}))
    name = named.get("name") or next((a for a in args if a), "")
    return (name.strip("`"),) if name else ()


def _convention(by: str, found: Seen, path: str, told: str) -> tuple[str, ...]:
    if told:
        return (told,)
    if by == "rails":
        return _rails(found)
    if by == "django":
        return _django(found, path)
    if by == "eloquent":
        if "table" in found.fields:
            return (found.fields["table"],)
        return (_plural(_snake(found.name)),)
    return (_snake(found.name), found.name.rpartition(".")[2])


def _rails(found: Seen) -> tuple[str, ...]:
    if "table_name" in found.fields:
        return (found.fields["table_name"],)
    path = [_snake(p) for p in found.name.split(".")]
    plain = _plural(path[-1])
    return tuple(dict.fromkeys((plain, "_".join([*path[:-1], plain]))))


def _django(found: Seen, path: str) -> tuple[str, ...]:
    fields = found.fields
    if "Meta.db_table" in fields:
        return (fields["Meta.db_table"],)
    parts = path.split("/")[:-1]
    if parts and parts[-1] == "models":
        parts.pop()
    short = found.name.rpartition(".")[2].lower()
    app = fields.get("Meta.app_label") or (parts[-1] if parts else "")
    return (f"{app}_{short}" if app else short,)


def _snake(name: str) -> str:
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name.rpartition(".")[2])
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", plain).lower()


_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women",
              "datum": "data", "medium": "media", "news": "news", "equipment": "equipment",
              "information": "information", "series": "series", "sheep": "sheep"}  # fmt: skip


def _plural(name: str) -> str:
    """The English plural by the rules that Rails and Laravel share for regular words."""
    head, sep, word = name.rpartition("_")
    if word in _IRREGULAR:
        return head + sep + _IRREGULAR[word]
    if re.search(r"[^aeiou]y$", word):
        word = word[:-1] + "ies"
    elif re.search(r"sis$", word):
        word = word[:-2] + "es"
    elif re.search(r"(s|x|z|ch|sh)$", word):
        word += "es"
    else:
        word += "s"
    return head + sep + word
