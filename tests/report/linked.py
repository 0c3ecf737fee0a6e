"""A report whose parts lead to each other: scores, tables, findings, rules, initiatives."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sample import sample

from crmaudit.report import blocks as b
from crmaudit.report.specs import Heat, HeatCell

SYSTEMS = ("Tidewater CRM", "Old ledger", "Card box")
DIMENSIONS = ("completeness", "timeliness")


def linked(language: str = "en") -> b.Document:
    """The sample with chapters as a real report has them."""
    whole = sample()
    return replace(
        whole,
        meta=replace(whole.meta, language=language),
        sections=(_summary(), _since(), *map(_plain, whole.sections[1:]), *_own()),
    )


def _own() -> tuple[b.Section, ...]:
    return (_storage(), _quality(), *_plan())


def _plain(section: b.Section) -> b.Section:
    """The section without what the chapters here have too."""
    taken = {getattr(x, "id", None) for s in _own() for x in s.blocks}
    blocks = tuple(x for x in section.blocks if getattr(x, "id", "") not in taken)
    return replace(section, blocks=blocks)


def _text(*words: str) -> tuple[b.Cell, ...]:
    return tuple(b.Cell(w, w) for w in words)


def _line(words: str) -> tuple[b.Block, ...]:
    return (b.Paragraph((b.Text(words),)),)


def _summary() -> b.Section:
    figures = (
        b.KeyFigure(
            "Findings", "3", "2 high and 1 low", trend=b.Trend("down", "2 fewer", good=True)
        ),
        b.KeyFigure("Facts known", "81 %", "50 of 62 facts"),
        b.KeyFigure("Mapping declared", "100 %", "154 of 154 cells"),
        b.KeyFigure("Measured quality", "", state="not_assessed", reason="no database was read"),
        b.KeyFigure("Adoption", "71 %", "37 of 52 staff"),
        b.KeyFigure("Work proposed", "83 to 164 days", "3 initiatives"),
    )
    asked = tuple(
        _line(words)
        for words in (
            "The board: release 20 days by 1 March.",
            "Heads: decide on Contact.",
            "IT: restore a backup.",
            "Owners: answer the findings.",
        )
    )
    return b.Section(
        "executive-summary",
        "Executive summary",
        (
            b.KeyFigures(figures),
            b.Paragraph((b.Text("The gravest: Old ledger has no owner (INV101)."),)),
            b.Callout("recommendation", "Decisions asked for", (b.OrderedList(asked),)),
            b.Callout("note", "How sure this is", _line("One of three databases was read.")),
        ),
    )


def _since() -> b.Section:
    def head(words: str) -> b.Heading:
        return b.Heading(2, (b.Text(words),), words.lower())

    return b.Section(
        "since",
        "Since the last audit",
        (
            head("Better"),
            b.BulletList((_line("Two owners were named."),)),
            head("Worse"),
            b.BulletList((_line("Ten more duplicates."),)),
        ),
    )


def _storage() -> b.Section:
    columns = (b.Column("System"), b.Column("Kind"))
    rows = tuple(_text(name, "database") for name in SYSTEMS)
    return b.Section(
        "storage", "Data storage", (b.Table("systems", "3 systems", columns, rows),), level=2
    )


def _quality() -> b.Section:
    cells = (
        (HeatCell(0.81, "81 %"), HeatCell(0.43, "43 %", mark=True)),
        (HeatCell(0.98, "98 %"), HeatCell(None)),
    )
    heat = Heat(SYSTEMS[:2], DIMENSIONS, cells, "System", dark="low")
    percent = tuple(b.Column(d.capitalize(), "percent") for d in DIMENSIONS)
    scores = [
        (*_text(f"{system}: {table}"), b.Cell("80 %", 0.8), b.Cell(f"{n} %", n / 100))
        for n, (system, table) in enumerate(
            ((SYSTEMS[0], "contacts"), (SYSTEMS[0], "calls"), (SYSTEMS[1], "accounts")), 40
        )
    ]
    faults = [
        _text(f"{SYSTEMS[0]}: contacts.phone", "too short"),
        _text(f"{SYSTEMS[0]}: contacts.fax", "never filled"),
        _text(f"{SYSTEMS[1]}: accounts.name", "blanks"),
    ]
    return b.Section(
        "quality",
        "Data quality",
        (
            b.Figure(
                "system-scorecards", "Worst is timeliness, 43 %", heat, "Systems by dimension."
            ),
            b.Table(
                "scores",
                "Quality by table",
                (b.Column("Table"), *percent),
                tuple(scores),
                filters=True,
            ),
            b.Table(
                "faults",
                "Faults by column",
                (b.Column("Column"), b.Column("Fault")),
                tuple(faults),
                filters=True,
            ),
        ),
        level=2,
    )


def _plan() -> tuple[b.Section, ...]:
    titles = ("Name owners", "Clean the contacts")
    initiatives = tuple(
        (b.Cell("1", 1), *_text(t), b.Cell("11 Jan 2027", date(2027, 1, 11))) for t in titles
    )
    findings = tuple(
        (b.Cell(severity, severity), *_text(code, words, initiative))
        for severity, code, words, initiative in (
            ("high", "INV101", "Old ledger has no owner", titles[0]),
            ("high", "INV101", "Card box has no owner", titles[0]),
            ("low", "QUA104", "contacts: a fax that nobody fills", titles[1]),
        )
    )
    register = (
        b.Column("Severity", "severity", filter=True),
        b.Column("Code", "id"),
        b.Column("Finding"),
        b.Column("Initiative", filter=True),
    )
    rules = tuple(_text(code, "Why") for code in ("INV101", "QUA104"))
    phase = b.Callout(
        "recommendation", "Phase 1", _line("2 initiatives, 5 to 9 days, to 1 May 2027.")
    )
    return (
        b.Section("recommendations", "Recommendations", (phase,)),
        b.Section(
            "schedule",
            "Schedule",
            (
                b.Table(
                    "initiatives",
                    "2 initiatives",
                    (
                        b.Column("Phase", "number"),
                        b.Column("Initiative"),
                        b.Column("Start", "date"),
                    ),
                    initiatives,
                ),
            ),
        ),
        b.Section(
            "findings-register",
            "Findings register",
            (b.Table("findings", "3 findings", register, findings, filters=True),),
            appendix=True,
        ),
        b.Section(
            "rules",
            "Rules",
            (b.Table("rules", "2 rules", (b.Column("Code", "id"), b.Column("Rule")), rules),),
            appendix=True,
        ),
    )
