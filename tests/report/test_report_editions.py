"""Editions keep what they promise: no amount, name, word or address that is withheld is left."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden_files import EXAMPLES

import crmaudit
from crmaudit.engine import fingerprint
from crmaudit.errors import CrmauditError
from crmaudit.messages import Money, joined, moneyless, msg
from crmaudit.report import blocks as b
from crmaudit.report import labels
from crmaudit.report.audiences import EDITIONS, Reader
from crmaudit.report.codec import to_data
from crmaudit.report.compose import document, look
from crmaudit.report.discretion import Amounts, People, Said, strike_contacts, strike_places
from crmaudit.report.redaction import redact
from crmaudit.report.templates import Templates
from crmaudit.standing.past import Past
from crmaudit.workspace.audit_file import Edition

WORDS = {"a_person": "a person", "withheld": "withheld in this edition"}


@pytest.fixture(scope="module")
def audit() -> crmaudit.Audit:
    return crmaudit.Audit(EXAMPLES / "harbourlight")


def own(tmp_path: Path, **changed: Any) -> crmaudit.Audit:
    """The example with other keys in audit.yaml."""
    root = tmp_path / "own"
    shutil.copytree(EXAMPLES / "harbourlight", root)
    file = root / "audit.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text("utf-8")), **changed}), "utf-8")
    return crmaudit.Audit(root)


def edition(audit: crmaudit.Audit, audience: str, *past: Past) -> b.Document:
    facts = replace(audit.facts, past=past) if past else audit.facts
    return document(facts, audit.findings, audit.plan, audience=audience)


def texts(thing: Any) -> Iterator[str]:
    """Every text and every number of a document, data of its figures included."""
    match thing:
        case str():
            yield thing
        case bool() | None:
            return
        case int() | float():
            yield str(round(thing))
        case dict():
            for value in thing.values():
                yield from texts(value)
        case list():
            for value in thing:
                yield from texts(value)


def told(made: b.Document) -> list[str]:
    return list(texts(json.loads(json.dumps(to_data(made)))))


def ids(made: b.Document) -> set[str]:
    return {s.id for s in made.sections}


# Money


def amounts(audit: crmaudit.Audit) -> set[int]:
    """Every amount that the plan and the inventory hold, from a thousand on."""
    plan, found = audit.plan, []
    ranges = [
        plan.cost,
        plan.money,
        *(x for i in plan.initiatives for x in (i.cost_range, i.money)),
    ]
    for phase in plan.phases.values():
        costs = [i.cost_range for i in phase if i.cost_range and i.status != "done"]
        ranges.append((sum(c[0] for c in costs), sum(c[1] for c in costs)))
    ranges += [x for s in plan.scenarios for x in (s.cost, s.money)]
    found += [end for ends in ranges if ends for end in ends]
    found += [s.means.budget for s in plan.scenarios if s.means.budget]
    found += [r.cost.total for r in audit.inventory.rows if r.cost and r.cost.total]
    found += [c.amount for r in audit.inventory.rows for c in r.system.costs or () if c.amount]
    found.append(audit.inventory.cost.total)
    # Some kinds of record are as many as something else costs.
    rows = {v.rows for e in audit.workspace.entity.values() if (v := e.volume)}
    return {round(x) for x in found if x >= 1000} - {round(r) for r in rows if r}


def shown(numbers: set[int], lines: list[str]) -> list[str]:
    """The lines that hold one of the numbers, as people write it or as it is stored."""
    forms = {f"{n:,}".replace(",", mark) for n in numbers for mark in (",", ".", "\u202f")}
    forms |= {str(n) for n in numbers if not 1900 < n < 2100}
    every = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    known = re.compile(rf"(?<![\w.,])(?:{every})(?![\w]|[.,]\d)")
    return [x for x in lines if known.search(x)]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("audience", ["public", "press"])
def test_no_amount_of_plan_and_inventory_is_in_an_edition_without_costs(
    tmp_path: Path, language: str, audience: str
) -> None:
    audit = own(tmp_path, language=language, audiences={"press": {"withhold": ["costs"]}})
    sums = amounts(audit)
    assert len(sums) > 30
    inside = shown(sums, told(edition(audit, "")))
    assert len(inside) > 50
    left = shown(sums, told(edition(audit, audience)))
    # Visits and families that were counted: something else may cost as much.
    assert [x for x in left if not re.search("visits|Besuche|families|Familien", x)] == []


def test_decisions_are_worded_anew_where_costs_are_withheld(tmp_path: Path) -> None:
    audit = own(tmp_path, audiences={"press": {"withhold": ["costs"]}})
    asked = [x for x in told(edition(audit, "press")) if "release" in x and "phase 1" in x]
    assert asked
    assert all("…" not in x and "GBP" not in x and "()" not in x for x in asked)


def test_amounts_are_withheld_by_their_mark_in_any_language() -> None:
    price = msg(", {n:,.0f} {money} a year", n=Money(1632), money="GBP")
    text = msg("{who}: {n} licences idle{price}", who="CRM", n=3, price=price)
    assert "1,632" in text
    assert moneyless(text) == "CRM: 3 licences idle"
    text = msg("more than number × price, {n:,.0f}", n=Money(15280))
    assert moneyless(text) == "more than number × price, …"
    assert moneyless(joined("; ", (text, "and so on"))).endswith("price, …; and so on")
    plain = msg("{n} rows", n=15280)
    assert moneyless(plain) is plain


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("release 35–76 days (6,672–12,330 GBP) for phase 1", "release 35–76 days (…) for phase 1"),
        ("which cost 39,748–80,212 GBP; all", "which cost …; all"),
        ("kostet 38.884–80.212 GBP, dann", "kostet …, dann"),
        ("kostet 5 bis 7 Mio. EUR im Jahr", "kostet … im Jahr"),
        ("£3,001 or €5005", "… or …"),
        ("GBP 1.4 million for 12 systems", "… for 12 systems"),
        ("between 5,000 and 7,000 GBP", "…"),
        ("12 systems, 818 checks, 35–76 days", "12 systems, 818 checks, 35–76 days"),
    ],
)
def test_money_in_texts_that_people_wrote(text: str, left: str) -> None:
    assert Amounts(["GBP"]).strike(text) == left


def test_an_indicator_that_is_money_is_not_told_without_costs(tmp_path: Path) -> None:
    audit = own(tmp_path)
    file = audit.root / "kpis.yaml"
    file.write_text(file.read_text("utf-8").replace("unit: visits", "unit: GBP"), "utf-8")
    values = r"\b4[,.]?(?:285|258|369)\b"
    assert any(re.search(values, x) for x in told(edition(audit, "")))
    assert not [x for x in told(edition(audit, "public")) if re.search(values, x)]


# History


def before(audit: crmaudit.Audit, **changed: Any) -> Past:
    body = json.loads(json.dumps(audit.summary()))
    return Past(1, date(2026, 5, 1), {**body, "as_of": "2026-04-30", **changed})


def test_what_an_edition_leaves_out_has_not_gone_since_the_last_audit(
    audit: crmaudit.Audit,
) -> None:
    weak = [f for f in audit.findings.findings if f.topic in ("access", "maintenance")]
    assert weak
    made = edition(audit, "public", before(audit))
    since = next(s for s in made.sections if s.id == "since")
    figures = {
        f.label: f.value for x in since.blocks if isinstance(x, b.KeyFigures) for f in x.figures
    }
    assert figures["No longer found"] == "0"
    assert figures["Gone for other reasons"] == "0"
    assert figures["New findings"] == "0"


def test_costs_of_earlier_audits_are_withheld_too(audit: crmaudit.Audit) -> None:
    past = before(audit)
    kept = {**past.body["figures"], "cost a year": 98765.0}
    sentence = "Licences cost 98765 GBP, and 43210 more"
    finding = {**past.body["findings"][0], "subject": "system:gone", "message": sentence}
    past = before(audit, figures=kept, findings=[*past.body["findings"], finding])
    every = "\n".join(told(edition(audit, "", past)))
    assert "98,765" in every
    assert "43210" in every
    public = "\n".join(told(edition(audit, "public", past)))
    assert not re.search(r"98,?765|43,?210|Cost a year", public)


# Meta and look


def test_texts_of_the_change_log_the_signatures_and_the_footer_are_redacted(tmp_path: Path) -> None:
    audit = own(
        tmp_path,
        changes=[{"version": "1", "who": "Keith Lee", "what": "Keith Lee cut GBP 9,870 of it"}],
        sign_off=[
            {"who": "chief-executive", "role": "Asked Keith Lee", "note": "paid £9,870 to him"}
        ],
    )
    (audit.root / "theme.yaml").write_text(
        "footer: Keith Lee, GBP 9,870, kl@example.org\nclassification: For Keith Lee\n", "utf-8"
    )
    audit.forget()
    inside = "\n".join(told(edition(audit, "")))
    assert "Keith Lee" in inside
    assert "9,870" in inside
    made = edition(audit, "public")
    meta = repr(made.meta)
    style = look(audit.facts, "public", Templates())
    for text in (meta, style.footer, style.classification):
        assert "Lee" not in text
        assert "9,870" not in text
        assert "kl@" not in text
    assert made.meta.authors == audit.workspace.audit.terms.auditors
    assert look(audit.facts, "", Templates()).footer.startswith("Keith Lee")


# Accounts, sources


def with_accounts(audit: crmaudit.Audit, n: int) -> crmaudit.Audit:
    """The audit with findings on so many accounts of the CRM."""
    model = audit.findings.findings[0]
    found = tuple(
        replace(
            model,
            code="GOV155",
            title="Account used after its holder left",
            subject=f"account:crm.acct-{n:08x}",
            message=f"acct-{n:08x} was used after its holder's last day",
            topic="access",
            fingerprint=fingerprint("GOV155", f"account:crm.acct-{n:08x}"),
        )
        for n in range(n)
    )
    more = crmaudit.Audit(audit.root)
    more.__dict__["findings"] = replace(audit.findings, findings=(*audit.findings.findings, *found))
    return more


def test_single_accounts_are_told_as_one_count_by_rule(audit: crmaudit.Audit) -> None:
    many = with_accounts(audit, 7)
    lines = told(edition(many, "board"))
    assert not [x for x in lines if "account:" in x or "acct-" in x]
    assert any("Account used after its holder left: 7 accounts" in x for x in lines)
    assert any("account:crm.acct-00000003" in x for x in told(edition(many, "it")))
    # A past that had them as well: nothing came, nothing went.
    since = next(s for s in edition(many, "board", before(many)).sections if s.id == "since")
    assert {
        f.label: f.value for x in since.blocks if isinstance(x, b.KeyFigures) for f in x.figures
    }["Gone for other reasons"] == "0"


def test_the_board_reads_what_was_measured_and_not_where(audit: crmaudit.Audit) -> None:
    proof = b.MatrixProof("C", "observed", "yes", "INSERT at booking.php:29")
    matrix = b.Matrix(
        "m", "M", (b.MatrixLabel("e", "E"),), (b.MatrixLabel("s", "S"),),
        (b.MatrixCell(0, 0, (b.Letter("C"),), proofs=(proof,)),),
    )  # fmt: skip
    line = b.Paragraph((b.Text("read from postgresql://u@db/crm, at booking.php:29"),))
    entry = b.Evidence("profile:crm/x", "profile of crm", "sqlite:/srv/crm.sqlite", "exact",
                       statement="SELECT count(*) FROM x")  # fmt: skip
    made = b.Document(
        "T", b.Meta("O", None), (b.Section("s", "S", (matrix, line)),), evidence=(entry,)
    )
    board = redact(made, audit.facts, Reader("board", EDITIONS["board"]), WORDS)
    assert board.evidence == (replace(entry, source="", statement=""),)
    text = repr(board)
    assert not [x for x in ("postgresql", "sqlite", "SELECT", "INSERT", "booking") if x in text]
    it = redact(made, audit.facts, Reader("it", EDITIONS["it"]), WORDS)
    assert it == made


def test_the_proof_in_detail_is_for_those_who_work_on_the_databases() -> None:
    from crmaudit.report.sections import find_sections

    proof = next(s for s in find_sections() if s.id == "proof")
    assert not Reader("board", EDITIONS["board"]).reads(proof)
    assert Reader("it", EDITIONS["it"]).reads(proof)


# Weaknesses and quotes


@pytest.fixture(scope="module")
def discreet(tmp_path_factory: pytest.TempPathFactory) -> crmaudit.Audit:
    editions = {"weak": {"withhold": ["weaknesses"]}, "mute": {"withhold": ["quotes"]}}
    return own(tmp_path_factory.mktemp("discreet"), audiences=editions)


def test_chapters_work_and_levels_that_tell_of_weaknesses_go_with_the_findings(
    discreet: crmaudit.Audit,
) -> None:
    inside, weak = edition(discreet, ""), edition(discreet, "weak")
    gone = {"security", "loss", "maintenance", "accounts"}
    assert gone <= ids(inside)
    assert not gone & ids(weak)
    only = [
        i.title
        for i in discreet.plan.initiatives
        if i.findings and {f.topic for f in i.findings} <= {"access", "maintenance"}
    ]
    assert only
    lines = told(weak)
    assert not [t for t in only for x in lines if t in x]
    assert [t for t in only for x in told(inside) if t in x]
    (maturity,) = (s for s in weak.sections if s.id == "maturity")
    (radar,) = (x for x in maturity.blocks if isinstance(x, b.Figure))
    names = [row[0] for row in radar.table()[1]]
    assert len(names) == 6
    assert not {"Access", "Maintenance"} & set(names)


def test_no_word_that_people_said_is_left_without_quotes(discreet: crmaudit.Audit) -> None:
    interviews = discreet.workspace.interviews
    said = [p.text for i in interviews for p in i.pains]
    said += [x.text for i in interviews for x in (*i.risks, *i.statements)]
    said += [r.reason for r in discreet.workspace.responses.responses if len(r.reason) > 20]
    assert len(said) > 10
    inside, mute = "\n".join(told(edition(discreet, ""))), told(edition(discreet, "mute"))
    heads = [" ".join(s.split())[:30] for s in said]
    assert sum(h in inside for h in heads) > 10
    assert [h for h in heads if any(h in x for x in mute)] == []


def test_texts_cut_short_are_known_and_other_words_stay(audit: crmaudit.Audit) -> None:
    pain = audit.workspace.interviews[0].pains[0].text
    said = Said(audit.workspace)
    assert said.strike(f"told: “{pain}”.") == "told: …."
    cut = pain[:30].rsplit(" ", 1)[0]
    assert said.strike(f"The pain '{cut}…' is open") == "The pain … is open"
    assert said.strike(f"{cut} otherwise") == f"{cut} otherwise"


def test_a_heading_goes_with_all_that_stood_below_it(audit: crmaudit.Audit) -> None:
    def heading(text: str, level: int = 2) -> b.Heading:
        return b.Heading(level, (b.Text(text),))

    quote = b.Quote((b.Paragraph((b.Text("said"),)),), "Somebody")
    kept = b.Paragraph((b.Text("kept"),))
    blocks = (heading("A"), heading("A1", 3), quote, heading("B"), kept, heading("C"))
    made = b.Document("T", b.Meta("O", None), (b.Section("s", "S", blocks),))
    to = Reader("mute", Edition(withhold=("quotes",)))
    (section,) = redact(made, audit.facts, to, WORDS).sections
    # C never had anything below it: it stays.
    assert section.blocks == (heading("B"), kept, heading("C"))


# People and addresses


@pytest.fixture(scope="module")
def people(audit: crmaudit.Audit) -> People:
    return People(audit.workspace, "a person")


@pytest.mark.parametrize(
    "text",
    [
        "Keith Lee said so",
        "KEITH LEE said so",
        "Keith  Lee said so",
        "keith.lee said so",
        "see ?q=Keith%20Lee said so",
        "Mr Lee said so",
        "Herr Dr. Lee said so",
        "Keith said so",
        "Powell said so",
        "POWELL said so",
    ],
)
def test_names_are_known_in_every_spelling(people: People, text: str) -> None:
    left = people.strike(text)
    assert not re.search("keith|lee|powell", left, re.I)
    assert left.endswith(" said so")


@pytest.mark.parametrize("text", ["Will it mend?", "in May 2026", "the lee side", "Family Support"])
def test_words_are_no_names(people: People, text: str) -> None:
    assert people.strike(text) == text


def test_declared_logins_are_withheld(tmp_path: Path) -> None:
    audit = own(tmp_path)
    logins = [a for p in audit.workspace.people.people for a in p.accounts.values()]
    assert logins
    struck = People(audit.workspace, "a person")
    assert not [x for x in logins if x in struck.strike(f"used by {x} alone")]


def test_a_name_split_over_two_runs_and_in_an_address_is_found(audit: crmaudit.Audit) -> None:
    line = b.Paragraph(
        (b.Strong((b.Text("Keith"),)), b.Text(" "), b.Strong((b.Text("Lee"),)), b.Text(" knows"))
    )
    link = b.Paragraph((b.Link((b.Text("here"),), "https://x.org/?q=Keith%20Lee"), b.Text(".")))
    section = b.Section("s", "S", (line, link))
    made = b.Document("T", b.Meta("O", None), (section,))
    told = redact(made, audit.facts, Reader("public", EDITIONS["public"]), WORDS)
    assert not re.search("Keith|Lee", repr(told))
    assert told.sections[0].blocks[1] == b.Paragraph((b.Text("here"), b.Text(".")))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("at postgresql://u:p@db:5432/crm, nightly", "at … nightly"),
        ("on root@db1 and 10.0.0.12", "on … and …"),
        (r"in \\files\crm\dump and C:\data\x.mdb", "in … and …"),
        ("from /srv/data/crm.sqlite daily", "from … daily"),
        ("at booking.php:29 once", "at … once"),
        ("see http://crm01/admin now", "see … now"),
        ("https://example.org/page and/or 1/2", "https://example.org/page and/or 1/2"),
        ("from 10:30, 3.5 of 5 (n:m)", "from 10:30, 3.5 of 5 (n:m)"),
    ],
)
def test_places_in_texts_that_people_wrote(text: str, left: str) -> None:
    assert strike_places(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +44 20 7946 0958 or 020 7946 0958", "call … or …"),
        ("write to k.lee@example.org", "write to …"),
        ("on 2026-06-01, 818,148 of 1,407", "on 2026-06-01, 818,148 of 1,407"),
    ],
)
def test_ways_to_reach_somebody(text: str, left: str) -> None:
    assert strike_contacts(text) == left


# Labels


@pytest.mark.parametrize(
    ("label", "said"),
    [("{foo} more", r"no value \{foo\}"), ("{n more", "cannot be filled"), ("{n:z}", "no value")],
)
def test_a_label_that_cannot_be_filled_is_told_with_its_line(
    tmp_path: Path, label: str, said: str
) -> None:
    folder = tmp_path / "templates" / "sections" / "en"
    folder.mkdir(parents=True)
    (folder / "labels.yaml").write_text(f'# Ours\nand_more: "{label}"\n', "utf-8")
    with pytest.raises(CrmauditError, match=said) as found:
        labels.load(Templates((tmp_path / "templates", *Templates().folders)), "en")
    where = found.value.problems[0].where
    assert "labels.yaml:2" in str(where)


def test_labels_are_filled_and_may_leave_a_value_out() -> None:
    words = {"more": "{n} more", "none": "more"}
    assert labels.filled(words, "more", n=3) == "3 more"
    assert labels.filled(words, "none", n=3) == "more"
