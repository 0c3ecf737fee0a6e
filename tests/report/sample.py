# ruff: noqa: E501 (long sentences)
"""A realistic report of a fictional organisation, with every kind of block.

`sample()` is a report as a reader meets it.
"""

from __future__ import annotations

from datetime import date

from landscape import AS_OF, EVIDENCE, SYSTEMS, crud, findings, mark, para, plan, words

from crmaudit.report import blocks as b
from crmaudit.report import specs as s
from crmaudit.report.functions import make_table


def _summary() -> b.Section:
    return b.Section(
        "summary",
        "Executive summary",
        (
            para(
                "Harbour Community Services keeps its customers in four systems that do not agree. ",
                b.Strong(words("31 % of contacts cannot be reached by e-mail")),
                " (6,214 of 20,045)",
                mark("prof-contact"),
                ", and one customer in nine carries a different address in billing than in the CRM",
                mark("overlap"),
                ". Three decisions are asked of the board this quarter.",
            ),
            b.KeyFigures(
                (
                    b.KeyFigure("Systems audited", "9", "of 9 in scope", evidence=("cat-crm",)),
                    b.KeyFigure(
                        "Contacts with e-mail",
                        "69 %",
                        "13,831 of 20,045",
                        b.Trend("up", "4 points since Nov 2025", True),
                        ("prof-contact",),
                    ),
                    b.KeyFigure(
                        "Same address in CRM and billing",
                        "88 %",
                        "4,412 of 5,000 sampled, ± 0.9",
                        b.Trend("down", "2 points since Nov 2025", False),
                        ("overlap",),
                    ),
                    b.KeyFigure(
                        "Staff who use the CRM",
                        "64 %",
                        "57 of 89; best practice is above 80 %",
                        b.Trend("flat", "unchanged"),
                        ("audit-log",),
                    ),
                    b.KeyFigure("Cost a year", "EUR 214,600", "7 of 9 systems declared"),
                    b.KeyFigure(
                        "Share of dysfunctions",
                        "",
                        state="not_assessed",
                        reason="processes.yaml lists no steps",
                    ),
                )
            ),
            b.Heading(2, words("Decisions asked for"), "decisions"),
            b.Callout(
                "recommendation",
                "Name Harbour CRM the system of record for Customer, from 1 March 2027",
                (
                    para(
                        "Tally Billing then reads customers from the CRM through one nightly feed. The change costs 18 to 26 days of work and ends the double entry that front-desk staff report."
                    ),
                ),
                ("overlap", "interviews"),
            ),
            b.Callout(
                "recommendation",
                "Make e-mail mandatory on the membership form",
                (
                    b.BulletList(
                        (
                            (para("It closes two thirds of the gap within one renewal cycle."),),
                            (para("The data custodians at both receptions are trained already."),),
                        )
                    ),
                ),
            ),
            b.Callout(
                "warning",
                "The last restore test of Tally Billing is 611 days old",
                (
                    para(
                        "Until a restore has been tried, nobody knows whether the backups can be read."
                    ),
                ),
            ),
            b.Quote(
                (para("I type every new member twice, and the second time I am in a hurry."),),
                "Reception, Northgate",
                "interview of 12 October 2026",
            ),
        ),
    )


def _quality() -> b.Section:
    pairs = (
        ("Customer", 82, 61),
        ("Organisation", 78, 74),
        ("Membership", 65, 91),
        ("Invoice", 90, 97),
        ("Volunteer", 40, None),
        ("Consent to contact", None, 55),
    )
    return b.Section(
        "quality",
        "Data quality",
        (
            para(
                "Quality was measured in three databases on 20 November 2026. A score is the share of rows that pass, with the count it came from; what was not measured is said so."
            ),
            b.Heading(2, words("Missing values"), "missing"),
            b.Figure(
                "missing",
                "31 % of contacts lack an e-mail address (6,214 of 20,045)",
                s.Bars(
                    (
                        s.Bar("E-mail", 0.31, "31 % (6,214 of 20,045)", True),
                        s.Bar("Mobile or landline phone number", 0.22, "22 % (4,410 of 20,045)"),
                        s.Bar("Postal address", 0.12, "12 % (2,405 of 20,045)"),
                        s.Bar("Preferred language", 0.07, "7 % (1,403 of 20,045)"),
                        s.Bar("Date of birth", None, "not assessed"),
                        s.Bar("Last name", 0.004, "0.4 % (80 of 20,045)"),
                    ),
                    top=0.5,
                    label_name="Column of contact",
                    value_name="Rows without a value",
                    target=0.1,
                    target_text="accepted: 10 %",
                ),
                "Bars of the share of contacts without a value, by column. E-mail is worst.",
                "Date of birth may not be read under the terms of reference.",
                ("prof-contact",),
            ),
            b.Heading(2, words("Perceived against measured"), "perceived"),
            b.Figure(
                "perceived",
                "Customer is rated 82 by its owners and measured at 61",
                s.Dumbbell(
                    tuple(s.Pair(n, a, m, str(a or ""), str(m or "")) for n, a, m in pairs),
                    label_name="Entity",
                ),
                "Perceived and measured quality for six entities.",
                evidence=("prof-contact", "interviews"),
            ),
            b.Heading(2, words("Systems by dimension"), "dimensions"),
            b.Figure(
                "dimensions",
                "Timeliness is the weakest dimension in two of three systems",
                s.Heat(
                    (
                        "Harbour CRM",
                        "Tally Billing",
                        "Newsletter tool",
                        "Accounts receivable ledger",
                    ),
                    (
                        "Completeness",
                        "Uniqueness",
                        "Validity",
                        "Consistency",
                        "Timeliness",
                        "Accuracy",
                    ),
                    tuple(
                        tuple(
                            s.HeatCell(v / 100 if v else None, f"{v} %" if v else "") for v in row
                        )
                        for row in (
                            (69, 94, 88, 77, 41, None),
                            (97, 99, 93, 81, 78, 88),
                            (88, 72, 69, None, 35, None),
                            (None,) * 6,
                        )
                    ),
                    row_name="System",
                ),
                "Scores by system and dimension.",
            ),
            b.Heading(2, words("Duplicates and sources"), "sources"),
            b.Figure(
                "dups",
                "1,911 customers exist in more than one system",
                s.Stacked(
                    ("in one system", "in two, agreeing", "in two, differing"),
                    (
                        s.Stack(
                            "Private customers", (15120, 1210, 411), ("15,120", "1,210", "411")
                        ),
                        s.Stack("Organisations", (4713, 190, 100), ("4,713", "190", "100")),
                        s.Stack("Donors", (820, 300, 155), ("820", "300", "155")),
                    ),
                    share=True,
                ),
                "Shares of customers by how many systems hold them.",
            ),
            make_table(
                (
                    b.Column("Column", "id"),
                    b.Column("Rows", "number"),
                    b.Column("Filled", "bar"),
                    b.Column("Distinct", "number"),
                    b.Column("Score", "percent"),
                    b.Column("Changed", "date"),
                ),
                (
                    (
                        "contact.email",
                        20045,
                        b.Cell("69 %", 0.69, ("prof-contact",)),
                        13720,
                        0.69,
                        date(2026, 11, 19),
                    ),
                    ("contact.phone", 20045, 0.78, 15201, 0.74, date(2026, 11, 19)),
                    (
                        "contact.birth_date",
                        20045,
                        b.Cell("", state="not_assessed", reason="may not be read"),
                        None,
                        None,
                        date(2026, 1, 2),
                    ),
                    ("invoice.amount_total", 61230, 1.0, 8211, 0.998, date(2026, 11, 20)),
                ),
                caption="Four columns in numbers",
                id="columns",
                note="Score: valid and present, of all rows.",
            ),
        ),
    )


def _architecture() -> b.Section:
    edges = (
        ("web", "crm"),
        ("web", "news"),
        ("crm", "billing"),
        ("billing", "ledger"),
        ("crm", "bi"),
        ("billing", "bi"),
        ("ledger", "bi"),
        ("events", "crm"),
        ("news", "crm"),
    )
    return b.Section(
        "flows",
        "Data movement",
        (
            para(
                "Nine feeds carry data between eight systems; five run by hand. The website's forms reach the newsletter tool first, and the CRM only when somebody remembers. The code ",
                b.Code("sync_contacts.py"),
                " runs on one person's laptop",
                mark("interviews"),
                ".",
            ),
            b.Figure(
                "flow",
                "One system of nine exchanges data with no other",
                s.Network(
                    tuple(s.Node(i, n, g, i == "crm") for i, n, g in SYSTEMS),
                    tuple(
                        s.Edge(
                            x,
                            y,
                            "nightly",
                            dashed=x in ("events", "news"),
                            mark=(x, y) == ("web", "news"),
                        )
                        for x, y in edges
                    ),
                    "exchange data with no other system",
                ),
                "Feeds between systems, from left to right.",
            ),
            b.OrderedList(
                (
                    (para("Copy the export to the share."),),
                    (
                        para(
                            "Open the ledger and choose ", b.Strong(words("Import customers")), "."
                        ),
                        b.BulletList(((para("Rows without a number are skipped silently."),),)),
                    ),
                    (para("Delete the export."),),
                )
            ),
            b.CodeBlock(
                "psql harbour -c \"\\copy (select * from member_export) to 'members.csv' csv header\"",
                "sh",
            ),
            b.Callout(
                "not_assessed",
                "Volume of the feeds",
                (
                    para(
                        "No log of the feeds was at hand; ask IT for the scheduler's log of four weeks."
                    ),
                ),
            ),
        ),
    )


def sample() -> b.Document:
    """The report as a reader meets it."""
    return b.Document(
        "Information management audit",
        b.Meta(
            "Harbour Community Services",
            AS_OF,
            "0.3",
            "draft",
            "Confidential",
            "Board",
            "en",
            ("Ines Okoro", "Tomas Albright"),
            "0.1.0",
            "sha256:5d1f09c2a7b4e8d0",
            (
                b.Change("0.2", "2026-11-14", "Quality measured", "I. Okoro"),
                b.Change("0.3", "2026-11-21", "Roadmap added", "T. Albright"),
            ),
        ),
        (
            _summary(),
            b.Section(
                "current",
                "Current situation",
                (
                    para(
                        "Nine systems were declared by their owners, and three were measured. The parts below go from structure to movement to use."
                    ),
                ),
            ),
            b.Section(
                "structure",
                "Structure: who creates, reads, updates and deletes",
                (
                    para(
                        "A letter stands where an owner declared a use, or where rights and changes prove one. A filled letter was never declared",
                        mark("grants-crm", "audit-log"),
                        ".",
                    ),
                    crud(),
                ),
                level=2,
                landscape=True,
            ),
            b.Section("movement", "Data movement", _architecture().blocks, level=2),
            _quality(),
            plan(),
            b.Section(
                "register", "Findings register", (findings(),), appendix=True, landscape=True
            ),
        ),
        "Where we are, where we want to be, and how we get there",
        EVIDENCE,
    )
