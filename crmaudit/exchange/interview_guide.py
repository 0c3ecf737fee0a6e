"""The guide of whoever leads an interview, as Markdown, and the file that its answers go into."""

from __future__ import annotations

from collections.abc import Iterator

from crmaudit.exchange import interview_layout as form
from crmaudit.exchange.interview_plan import Plan
from crmaudit.workspace.schema import reference
from crmaudit.workspace.yaml_text import comment, scalar

_MINUTES = (
    (10, "Greeting, consent, the two opening questions"),
    (30, "The four questions"),
    (30, "One process from start to finish"),
    (15, "What costs time: minutes, how often, how many people"),
    (5, "What was said, read back; what happens next"),
)


def markdown(plan: Plan) -> str:
    """The guide: what to say, ask and note, in the order of the conversation."""
    return "\n".join(_guide(plan)).rstrip() + "\n"


def _guide(plan: Plan) -> Iterator[str]:
    yield f"# Interview with {_plain(plan.group)}"
    yield ""
    named = plan.unit_label if plan.unit_label != plan.group else ""
    of_unit = f" The group belongs to {_plain(named)}." if named else ""
    yield f"For the information-management audit of {_plain(plan.organisation)}.{of_unit}"
    yield "Five to eight people who do the work, without their superior, about an hour and a half."
    yield ""
    yield "| Minutes | What |"
    yield "|---:|---|"
    for minutes, what in _MINUTES:
        yield f"| {minutes} | {what} |"
    yield ""
    yield f"## {form.HEADINGS['consent']}"
    yield ""
    yield "Read this out, and go on only if everybody agrees:"
    yield ""
    for text in form.CONSENT:
        yield f"> {text}"
        yield ">"
    yield "> Does everybody agree?"
    yield ""
    yield from _questions(form.HEADINGS["opening"], form.OPENING, 1)
    yield from _questions(form.HEADINGS["four"], form.FOUR, 1 + len(form.OPENING))
    yield from _walks(plan)
    for listing in form.LISTINGS:
        yield f"## {listing.title}"
        yield ""
        yield listing.told
        yield ""
        yield "| " + " | ".join(c.title for c in listing.columns) + " |"
        yield "|" + "---|" * len(listing.columns)
        yield "|" + " |" * len(listing.columns)
        yield ""
    yield from _used(plan)
    yield "## Afterwards"
    yield ""
    yield f"- Fill in `{plan.id}.docx` the same day, or write into `{plan.id}.yaml` directly."
    yield f"- `crmaudit import interviews/{plan.id}.docx` shows what it would take over."
    yield "- Read what you wrote back to the group, and strike out what it wants struck out."
    yield "- `crmaudit governance interviews --contradictions` lays it beside what others say"
    yield "  and what was measured."


def _questions(title: str, questions: tuple[form.Question, ...], first: int) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    for n, question in enumerate(questions, first):
        yield f"{n}. **{question.text}**"
        yield f"   {question.probe}"
    yield ""


def _walks(plan: Plan) -> Iterator[str]:
    yield f"## {form.HEADINGS['walks']}"
    yield ""
    yield form.WALKING
    yield ""
    if any(walk.preset for walk in plan.walks):
        yield "No process is declared yet: take the one of these that the group knows best."
        yield ""
    for walk in plan.walks:
        yield f"### {_plain(walk.name)}"
        yield ""
        for n, (step, where) in enumerate(walk.steps, 1):
            yield f"{n}. {_plain(step)}" + (f" ({_plain(where)})" if where else "")
        if not walk.steps:
            yield "Nobody wrote its steps down: ask for the first one, then for the next."
        yield ""


def _used(plan: Plan) -> Iterator[str]:
    yield f"## {form.HEADINGS['used']}"
    yield ""
    for title, names in (("Systems", plan.systems), ("Kinds of record", plan.entities)):
        if names:
            yield f"- {title}: {', '.join(map(_plain, names))}"
    yield ""


def _plain(text: str) -> str:
    """A name in one line that Markdown takes as it stands."""
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in line)


def skeleton(plan: Plan) -> str:
    """The YAML file of an interview that is still to be held."""
    return reference(plan.file) + "\n".join(_skeleton(plan)) + "\n"


def _skeleton(plan: Plan) -> Iterator[str]:
    yield f"# To be filled in, or taken over from the form: crmaudit import {plan.id}.docx"
    yield f"id: {scalar(plan.id)}"
    yield f"group: {scalar(plan.group)}"
    yield f"unit: {scalar(plan.unit)}" if plan.unit else "unit:"
    yield "date:                   # the day of the conversation, like 2026-03-31"
    yield "interviewer:"
    yield "participants:           # how many; groups under five stay out of all counts"
    yield "answers:"
    for question in (*form.OPENING, *form.FOUR):
        yield f"  {question.key + ':':<16}# {question.text}"
    walks = ", ".join(comment(w.name) for w in plan.walks)
    yield f"walks:                  # to walk through: {walks}"
    yield "pains:                  # text, systems, entities, process, minutes, times, per, people"
    yield "statements:             # text, verdict (good, mixed, bad), about, systems, entities"
    yield "wishes:"
    yield "risks:"
    yield "measures:               # text, kpi"
