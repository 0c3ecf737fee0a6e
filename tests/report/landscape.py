# ruff: noqa: E501 (long sentences)
"""The systems, entities, evidence, findings and roadmap of the sample."""

from __future__ import annotations

from datetime import date, timedelta

from crmaudit.report import blocks as b
from crmaudit.report import specs as s
from crmaudit.report.functions import make_table

AS_OF = date(2026, 11, 21)

SYSTEMS = (
    ("crm", "Harbour CRM", "Front office"),
    ("billing", "Tally Billing", "Finance"),
    ("ledger", "Accounts receivable ledger", "Finance"),
    ("news", "Newsletter tool", "Communication"),
    ("web", "Website forms", "Communication"),
    ("calendar", "Shared calendar", "Front office"),
    ("events", "Event registration", "Front office"),
    ("sheet", "Volunteers spreadsheet", "Front office"),
    ("bi", "Reporting mart", "Reporting"),
)
ENTITIES = (
    ("customer", "Customer", "Parties"),
    ("organisation", "Organisation", "Parties"),
    ("volunteer", "Volunteer", "Parties"),
    ("activity", "Activity", "Contact"),
    ("campaign", "Campaign", "Contact"),
    ("consent", "Consent to contact", "Contact"),
    ("membership", "Membership", "Money"),
    ("invoice", "Invoice", "Money"),
    ("payment", "Payment", "Money"),
    ("donation", "Donation", "Money"),
    ("event", "Event", "Services"),
    ("case", "Open case", "Services"),
)
# Entity → system index → letters; lower case: declared only, `!`: unexpected, `~`: missing.
CRUD = {
    0: {0: "CRU~D", 1: "C!U", 2: "R", 3: "R!U", 4: "c", 6: "cr", 7: "?", 8: "r"},
    1: {0: "CRUD", 1: "CR", 2: "R", 8: "r"},
    2: {7: "crud", 0: "R"},
    3: {0: "CRU", 5: "cru", 8: "r"},
    4: {3: "CRU", 0: "R"},
    5: {0: "CRU", 3: "!CRU", 4: "c"},
    6: {0: "CRU~D", 1: "R", 8: "r"},
    7: {1: "CRUD", 2: "CR", 8: "r"},
    8: {1: "CR", 2: "CRU"},
    9: {0: "CR", 4: "c", 2: "!C"},
    10: {6: "crud", 0: "R", 5: "r"},
    11: {0: "~CRU", 7: "?"},
}

EVIDENCE = (
    b.Evidence(
        "cat-crm",
        "Catalogue of Harbour CRM: 38 tables, 412 columns",
        "harbour-crm (PostgreSQL)",
        "system catalogue",
        "2026-11-20 06:12 UTC",
        38,
        digest="9f2c41aa",
    ),
    b.Evidence(
        "prof-contact",
        "Profile of table contact",
        "harbour-crm, public.contact",
        "exact, one stream",
        "2026-11-20 06:14 UTC",
        20045,
        "SELECT contact_id, first_name, last_name, email, phone, created_on, modified_on FROM public.contact",
        "b71e0c52",
    ),
    b.Evidence(
        "prof-invoice",
        "Profile of table invoice",
        "tally-billing, invoice",
        "exact, one stream",
        "2026-11-20 06:21 UTC",
        61230,
        digest="11ad90fe",
    ),
    b.Evidence(
        "grants-crm",
        "Rights held by role in Harbour CRM",
        "harbour-crm, role_privilege",
        "role tables of the CRM",
        "2026-11-20 06:15 UTC",
        212,
        digest="77b0c3de",
    ),
    b.Evidence(
        "overlap",
        "Customers in Harbour CRM and Tally Billing",
        "harbour-crm, tally-billing",
        "keyed digests, sample 5,000 of 20,045",
        "2026-11-20 06:40 UTC",
        5000,
        digest="ab04d912",
    ),
    b.Evidence(
        "interviews",
        "Discovery interviews, 14 of 16 planned",
        "interviews/",
        "four questions",
        "2026-10-05 to 2026-11-12",
        14,
    ),
    b.Evidence(
        "audit-log",
        "Changes by account, twelve months",
        "harbour-crm, audit_log",
        "exact",
        "2026-11-20 06:17 UTC",
        184220,
        digest="c0ffee12",
    ),
)


def crud() -> b.Matrix:
    """The matrix of the sample, with all five states."""
    ordered = sorted(SYSTEMS, key=lambda x: next(n for n, y in enumerate(SYSTEMS) if y[2] == x[2]))
    place = {SYSTEMS.index(system): n for n, system in enumerate(ordered)}
    cells = []
    for row, systems in CRUD.items():
        for column, marks in systems.items():
            letters, state = [], ""
            for mark in marks:
                if mark in "!~":
                    state = "unexpected" if mark == "!" else "missing"
                    continue
                known = "unknown" if mark == "?" else "declared" if mark.islower() else "proven"
                letters.append(b.Letter(mark.upper(), state or known))  # type: ignore[arg-type]
                state = ""
            cells.append(
                b.MatrixCell(
                    row, place[column], tuple(letters), evidence=("cat-crm",) if column == 0 else ()
                )
            )
    issues = {
        "customer": (
            b.MatrixIssue("CRD002", "created in four systems, no system of record", "critical"),
        ),
        "volunteer": (b.MatrixIssue("CRD007", "held in a spreadsheet only", "high"),),
        "case": (
            b.MatrixIssue("CRD004", "rights to create are granted, no use was found", "medium"),
        ),
        "donation": (
            b.MatrixIssue("CRD006", "created in the ledger, where nobody declared it", "high"),
        ),
    }
    columns = {"sheet": (b.MatrixIssue("CRD011", "exchanges data with no other system", "medium"),)}
    return b.Matrix(
        "crud",
        "3 of 12 entities are created in more than one system; Customer in four",
        tuple(b.MatrixLabel(i, n, g, issues.get(i, ())) for i, n, g in ENTITIES),
        tuple(b.MatrixLabel(i, n, g, columns.get(i, ())) for i, n, g in ordered),
        tuple(cells),
        note="Tested against grants and twelve months of changes for Harbour CRM, Tally Billing and the newsletter tool; declared by owners for the others.",
    )


def findings(count: int = 14) -> b.Table:
    """A findings register with filters."""
    kinds = (
        (
            "CRD002",
            "critical",
            "CRUD",
            "entity:customer",
            "Customer is created in four systems and none is the system of record",
            "Ines Okoro",
            "agreed",
            41,
        ),
        (
            "QLT003",
            "high",
            "Quality",
            "column:crm.contact.email",
            "31 % of contacts lack an e-mail address (6,214 of 20,045)",
            "Ravi Lindqvist",
            "agreed",
            60,
        ),
        (
            "GOV012",
            "high",
            "Governance",
            "account:p-7f31c2",
            "Access is Organizational where Business Unit is recommended",
            "Maren Holt",
            "disputed",
            20,
        ),
        (
            "INV005",
            "medium",
            "Inventory",
            "system:ledger",
            "No database documentation, and one person knows the system",
            "Tomas Albright",
            "open",
            90,
        ),
        (
            "QLT014",
            "medium",
            "Quality",
            "entity:organisation",
            "Organisations without any contact person (412 of 5,003)",
            "Ravi Lindqvist",
            "open",
            None,
        ),
        (
            "GOV020",
            "low",
            "Governance",
            "unit:outreach",
            "The unit has no super user",
            "",
            "open",
            None,
        ),
        (
            "MNT002",
            "high",
            "Maintenance",
            "system:billing",
            "The last restore test is 611 days old",
            "Tomas Albright",
            "waived",
            180,
        ),
    )
    rows = []
    for n in range(count):
        code, severity, room, subject, message, owner, state, due = kinds[n % len(kinds)]
        again = n // len(kinds)
        rows.append(
            (
                b.Cell(code, code, href="#crud" if code == "CRD002" else ""),
                b.Cell(severity, severity),
                room,
                b.Cell(f"{subject}{again or ''}"),
                b.Cell(
                    message,
                    evidence=("prof-contact",)
                    if code == "QLT003"
                    else ("grants-crm",)
                    if code == "GOV012"
                    else (),
                ),
                owner or b.Cell("", state="none"),
                state,
                AS_OF + timedelta(days=due + n) if due else b.Cell("", state="none"),
            )
        )
    rows.sort(key=lambda r: b.SEVERITIES.index(r[1].text))  # type: ignore[arg-type]
    return make_table(
        (
            b.Column("Code", "id"),
            b.Column("Severity", "severity", filter=True),
            b.Column("Room", "label", filter=True),
            b.Column("Subject", "id"),
            b.Column("Finding"),
            b.Column("Owner", filter=True),
            b.Column("State", "label", filter=True),
            b.Column("Due", "date"),
        ),
        rows,
        caption=f"{count:,} findings, of which {sum(r[1].text == 'critical' for r in rows)} critical",
        id="findings",
        filters=True,
    )


def words(text: str) -> tuple[b.Inline, ...]:
    return (b.Text(text),)


def para(*parts: str | b.Inline) -> b.Paragraph:
    return b.Paragraph(tuple(b.Text(x) if isinstance(x, str) else x for x in parts))


def mark(*ids: str) -> b.EvidenceRef:
    return b.EvidenceRef(ids)


def plan() -> b.Section:
    def task(
        i: str,
        label: str,
        start: int,
        days: int,
        group: str,
        after: tuple[str, ...] = (),
        detail: str = "",
        mark: bool = False,
    ) -> s.Task:
        begin = AS_OF + timedelta(days=start)
        return s.Task(i, label, begin, begin + timedelta(days=days), group, after, detail, mark)

    return b.Section(
        "plan",
        "Roadmap",
        (
            para(
                "Eleven initiatives in three phases; the critical path runs through the system of record."
            ),
            b.Figure(
                "gantt",
                "The plan takes 14 months; 38 % of its benefit arrives in the first five",
                s.Timeline(
                    (
                        task(
                            "own",
                            "Assign owners and stewards",
                            -20,
                            60,
                            "Foundation",
                            detail="6 days",
                        ),
                        task(
                            "restore",
                            "Test the restore of Tally Billing",
                            5,
                            25,
                            "Foundation",
                            mark=True,
                        ),
                        task(
                            "sor",
                            "Agree the system of record for Customer",
                            45,
                            45,
                            "Foundation",
                            ("own",),
                        ),
                        task(
                            "dup",
                            "Clean and deduplicate customers",
                            95,
                            110,
                            "Customer in one place",
                            ("sor",),
                            "22 days",
                        ),
                        task(
                            "feed",
                            "Build the feed CRM to billing",
                            120,
                            90,
                            "Customer in one place",
                            ("sor",),
                            "26 days",
                        ),
                        task(
                            "go",
                            "Billing reads from the CRM",
                            215,
                            0,
                            "Customer in one place",
                            ("feed", "dup"),
                        ),
                        task(
                            "retire",
                            "Retire the volunteers spreadsheet",
                            240,
                            120,
                            "Consolidation",
                            ("go",),
                            "12 days",
                        ),
                    ),
                    AS_OF,
                    "as of 21 Nov 2026",
                ),
                "Initiatives over time with their dependencies.",
            ),
            b.Figure(
                "map",
                "Three initiatives give 61 % of the benefit for 24 % of the effort",
                s.Bubbles(
                    (
                        s.Bubble("Assign owners", 0.12, 0.62, 3),
                        s.Bubble("Deduplicate customers", 0.55, 0.88, 9),
                        s.Bubble("Feed CRM to billing", 0.62, 0.8, 7),
                        s.Bubble("Retire spreadsheet", 0.4, 0.35, 3),
                        s.Bubble("Restore test", 0.1, 0.93, 2, True),
                        s.Bubble("Train custodians", 0.25, 0.55, 4),
                        s.Bubble("Replace the ledger", 0.93, 0.45, 12),
                        s.Bubble("E-mail mandatory", 0.08, 0.7, 2),
                    ),
                    "Effort",
                    "Benefit",
                    quadrants=("do first", "plan", "when there is time", "think again"),
                ),
                "Initiatives by effort and benefit.",
            ),
            b.Figure(
                "kpi",
                "Renewals on time rose by 9 points after the reminder script",
                s.Lines(
                    (
                        s.Series(
                            "Renewals on time",
                            tuple((date(2025, m, 1), 58 + m % 3) for m in range(1, 13))
                            + tuple((date(2026, m, 1), 60 + m * 0.8) for m in range(1, 12)),
                            "69 %",
                            date(2026, 2, 1),
                            "reminder script",
                        ),
                        s.Series(
                            "Activities recorded a month",
                            tuple((date(2025, m, 1), 4100 + 90 * (m % 4)) for m in range(1, 13))
                            + tuple((date(2026, m, 1), 4200 - 60 * m) for m in range(1, 12)),
                            "3,540",
                        ),
                        s.Series(
                            "Website visits",
                            tuple((date(2026, m, 1), 11000 + 900 * (m % 5)) for m in range(1, 12)),
                            "11,900",
                        ),
                    )
                ),
                "Three series over two years.",
            ),
            b.DefinitionList(
                (
                    b.Definition(
                        "System of record",
                        (para("The one system whose value holds where systems differ."),),
                    ),
                    b.Definition(
                        "Feed", (para("A regular transfer of data from one system to another."),)
                    ),
                )
            ),
            b.Callout(
                "draft",
                "Costs of two systems",
                (
                    para(
                        "Add costs to ledger and calendar under systems/, then the cost chapter is complete."
                    ),
                ),
            ),
        ),
    )
