"""The report's main numbers beside each other: on what each rests, how far it may move."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.engine import Judgement
from crmaudit.messages import joined, month_of, msg
from crmaudit.report import blocks as b
from crmaudit.report.context import ReportContext
from crmaudit.report.numbers import number, percent
from crmaudit.report.summary import ADOPTION
from crmaudit.report.tables.given import DASH, Column, Given
from crmaudit.report.wording import counted, span
from crmaudit.strategy.scenarios import total

Row = tuple[object, object, object, object]


def how_sure(given: Given, context: ReportContext, judgement: Judgement) -> b.Table | None:
    """The main numbers with what each rests on and how far it may move.

    Every value is the one that its own section tells; None where nothing is told at all.
    """
    rows: list[Row] = [
        *_findings(context, judgement),
        *_facts(context),
        *_letters(context),
        *_quality(context),
        *_duplicates(context),
        *_adoption(given, context),
        *_fit(context),
        *_extraction(context),
        *_plan(given, context),
    ]
    columns = [
        Column("Number"),
        Column("As told", align="right"),
        Column("Rests on"),
        Column("How far it may move"),
    ]
    return given.table("How sure the main numbers are", columns, rows)


def _findings(context: ReportContext, judgement: Judgement) -> Iterator[Row]:
    found = context.findings
    if not found.all and not found.not_assessed:
        return
    guesses = sum(f.confidence == "tentative" for f in judgement.findings)
    open_ = len(found.not_assessed)
    yield (
        msg("Findings"),
        b.Cell(number(len(found.all)), len(found.all)),
        msg("rules over what was declared and measured"),
        _either(
            msg("{n} of them rest on guesses", n=guesses) if guesses > 1 else "",
            msg("one of them rests on a guess") if guesses == 1 else "",
            msg("{n} could not be judged and may add to them", n=counted(open_, "question"))
            if open_
            else "",
        ),
    )


def _facts(context: ReportContext) -> Iterator[Row]:
    part = context.inventory
    if part.wanted:
        yield (
            msg("Facts known of the systems"),
            percent(part.given / part.wanted),
            msg(
                "dossiers: {given:,} of {wanted:,} facts declared",
                given=part.given,
                wanted=part.wanted,
            ),
            msg("counted; whether what was declared is true is another question"),
        )


def _letters(context: ReportContext) -> Iterator[Row]:
    crud, proof = context.crud, context.crud.proof
    if proof is None or not proof.declared:
        if crud.cells:
            yield (
                msg("Cells of the matrix that are declared"),
                percent(crud.known / crud.cells),
                msg("dossiers: {n:,} of {whole:,} cells", n=crud.known, whole=crud.cells),
                msg("nothing was read that could prove or deny a letter")
                if proof is None
                else msg("no letter is declared that could be proven or denied"),
            )
        return
    values = {
        "denied": proof.contradicted,
        "untested": proof.untested,
        "rest": proof.declared - proof.confirmed - proof.contradicted - proof.untested,
    }
    yield (
        msg("Declared letters of the matrix that are proven"),
        percent(proof.confirmed / proof.declared),
        msg(
            "statements, code and traces: {n:,} of {whole:,} letters",
            n=proof.confirmed,
            whole=proof.declared,
        ),
        msg(
            "{denied:,} shown not to be; of {untested:,} nothing was read that could prove "
            "them; of {rest:,} what was read says nothing",
            **values,
        ),
    )


def _quality(context: ReportContext) -> Iterator[Row]:
    part = context.quality
    score = part.score if part else None
    if part is None or score is None or score.share is None:
        return
    of, ends = context.inventory.rows, score.interval
    unread, failed = len(of) - len(part.systems_read), part.tables_failed
    yield (
        msg("Measured data quality"),
        b.Cell(percent(score.share), score.share, score.evidence[:3]),
        msg(
            "{checks} in {n} of {whole}",
            checks=counted(score.checks[1], "check"),
            n=len(part.systems_read),
            whole=counted(len(of), "system"),
        ),
        _either(
            _confident(*_apart(ends))
            if ends
            else msg("all rows of what was read: counted, no sample"),
            msg("{n} could not be read", n=counted(failed, "table")) if failed else "",
            msg("nothing is known of the data of {n}", n=counted(unread, "other system"))
            if unread
            else "",
        ),
    )


def _duplicates(context: ReportContext) -> Iterator[Row]:
    part = context.quality.duplicates if context.quality else None
    worst = part.worst if part else None
    if part is None or worst is None:
        return
    sure = part.sure
    yield (
        msg("Surplus records of {entity} in {system}", entity=worst.entity, system=worst.system),
        b.Cell(number(worst.surplus), worst.surplus, (worst.evidence,)),
        _either(
            msg("{n} compared with each other", n=counted(worst.records, "record")),
            msg("people's answers about pairs")
            if sure and sure.reviewed
            else msg("no answers of people: the precision is the model's own"),
        ),
        _either(
            _confident(number(worst.low), number(worst.high))
            if worst.low is not None and worst.high is not None
            else "",
            msg("of the pairs taken {precision} are right", precision=sure.precision)
            if sure and sure.precision
            else "",
        ),
    )


def _adoption(given: Given, context: ReportContext) -> Iterator[Row]:
    figure = next((f for f in context.headlines if f.label == ADOPTION), None)
    if figure is None or figure.state == "not_assessed":
        return
    seen = given.facts.governance.measured_adoption(context.day)
    moves: object = msg("nobody counted: as declared")
    if seen is not None:
        moves = _either(
            msg("counted")
            if seen.logins_known
            else msg("at least so many: who only looks things up is not seen"),
            msg("accounts that several people share are left out")
            if seen.accounts_known
            else msg("accounts of programs may be among them"),
        )
    value = b.Cell(figure.value, figure.value, figure.evidence[:3])
    yield msg(figure.label), value, figure.detail, moves


def _fit(context: ReportContext) -> Iterator[Row]:
    part = context.fit
    if part.of:
        yield (
            msg("Systems placed by fit"),
            msg("{n} of {whole}", n=part.classified, whole=part.of),
            msg("fixed scales over what was declared and measured"),
            msg("an unknown fact could move {n} of them", n=len(part.unsure))
            if part.unsure
            else msg("no unknown fact could move one of them")
            if part.classified
            else DASH,
        )


def _extraction(context: ReportContext) -> Iterator[Row]:
    part = context.extraction
    if part.scored > 1:
        yield (
            msg("Ranks of extraction"),
            counted(part.scored, "system"),
            msg("criteria of which {share} of the weight is known", share=percent(part.coverage)),
            msg(
                "ranks that hold whatever the unknown is: {sure}, whichever weight changes by a "
                "quarter: {robust}",
                sure=part.sure,
                robust=part.robust,
            ),
        )


def _plan(given: Given, context: ReportContext) -> Iterator[Row]:
    plan = context.plan
    if not plan.initiatives:
        return
    own = total(
        (x.low, x.high)
        for i in plan.initiatives
        for x in i.benefits
        if i.open and x.kind == "hours" and x.basis == "set in the plan"
    )
    if plan.hours:
        yield (
            msg("Hours lost a year that the plan takes on"),
            span(plan.hours),
            _either(
                msg("what those say who lose them"),
                msg("{n} as set in plan.yaml", n=span(own)) if own else "",
            ),
            _either(
                msg("low to high of what they said"),
                msg(
                    "{n} counted nowhere, for few people bear them",
                    n=counted(plan.hidden_pains, "pain"),
                )
                if plan.hidden_pains
                else "",
            ),
        )
    left = [i for i in plan.initiatives if i.status != "done"]
    decided = sum("effort_days" in i.overridden for i in left)
    if not plan.effort[1]:
        return
    yield (
        msg("Effort, in working days"),
        span(plan.effort),
        _either(
            msg("proposals by kind of work") if decided < len(left) else "",
            msg("{n} set in plan.yaml", n=counted(decided, "initiative")) if decided else "",
            msg("extraction: {words}", words=context.extraction.calibration),
        ),
        msg("between all estimates at their low and all at their high end"),
    )
    if plan.cost_range:
        paid = number(plan.paid, 0)
        yield (
            msg("Cost, {currency}", currency=given.currency),
            span(plan.cost_range),
            msg("staff time at the internal rate; {paid} of it paid to others", paid=paid)
            if plan.paid
            else msg("staff time at the internal rate; no purchase is declared"),
            msg(
                "the price of what {n} will buy comes on top",
                n=counted(plan.unpriced, "initiative"),
            )
            if plan.unpriced
            else msg("as the effort does"),
        )
    if plan.ends and plan.capacity:
        values = {"n": number(plan.capacity)}
        yield (
            msg("End of the plan"),
            month_of(plan.ends),
            msg("{n} working days a month, as declared; each effort at its middle", **values),
            _until(context),
        )


def _until(context: ReportContext) -> object:
    between = context.plan.between
    if between is None:
        return DASH
    low, high = between
    if high is None:
        return msg("from {low} on, as efforts go", low=month_of(low))
    if month_of(low) == month_of(high):
        return msg("the same month, whatever the efforts")
    return msg("{low} to {high}, as efforts go", low=month_of(low), high=month_of(high))


def _apart(ends: tuple[float, float]) -> tuple[str, str]:
    """Both ends, in tenths where they would read alike."""
    low, high = (percent(x) for x in ends)
    return (low, high) if low != high else (percent(ends[0], 1), percent(ends[1], 1))


def _confident(low: str, high: str) -> str:
    return msg("{low} to {high} with 95 % confidence", low=low, high=high)


def _either(*texts: str) -> object:
    return joined("; ", [t for t in texts if t]) or DASH
