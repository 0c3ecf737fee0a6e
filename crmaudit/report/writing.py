"""The plan document in the formats asked for, in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crmaudit.engine import Judgement
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report.compose import document
from crmaudit.report.formats import write_all, writer
from crmaudit.report.sections import find_sections
from crmaudit.report.templates import Templates, template_root
from crmaudit.report.theme import LIGHT, Theme
from crmaudit.strategy import Plan

STEM = "information-management-plan"


def write_reports(
    facts: Facts,
    judgement: Judgement,
    plan: Plan,
    formats: Iterable[str],
    folder: Path,
    *,
    final: bool = False,
    audience: str = "",
) -> tuple[Path, ...]:
    """Write the plan document; answers the files, one a format.

    Raises CrmauditError for a format, an audience or a language that does not
    exist, before anything is written, and for a user's template that fails.
    """
    wanted = tuple(dict.fromkeys(formats))
    for name in wanted:
        writer(name)
    check(facts, audience)
    made = document(facts, judgement, plan, final=final, audience=audience)
    own = facts.workspace.root / "templates"
    templates = Templates((own,) if own.is_dir() else ())
    return tuple(write_all(made, folder, wanted, STEM, theme(facts), templates))


def check(facts: Facts, audience: str = "") -> None:
    """Refuse what would make the report fail: language, own sections, audience, theme."""
    workspace = facts.workspace
    language = workspace.audit.language
    if not (template_root() / "sections" / language).is_dir():
        raise CrmauditError(
            f"the report is not written in {language!r} yet",
            "write `language: en`",
            workspace.place("audit.yaml", "language"),
        )
    own = workspace.root / "sections"
    known = sorted(
        {a for f in find_sections(language, own if own.is_dir() else None) for a in f.audiences}
    )
    if audience and audience not in known:
        raise CrmauditError(
            f"no section is written for the audience {audience!r}",
            f"the sections name: {', '.join(known)}" if known else "no section names an audience",
        )
    theme(facts)


def theme(facts: Facts) -> Theme:
    """The shipped look with what theme.yaml changes.

    Raises CrmauditError where a colour has too little contrast to be read, or
    the logo is not there.
    """
    own = facts.workspace.theme
    changed = {k: v for k, v in (("accent", own.accent), ("alarm", own.alarm)) if v}
    logo = b""
    if own.logo:
        try:
            logo = (facts.workspace.root / own.logo).read_bytes()
        except OSError:
            raise CrmauditError(
                f"there is no logo {own.logo}",
                "paths count from the workspace",
                facts.workspace.place("theme.yaml", "logo"),
            ) from None
    made = Theme(
        light={**LIGHT, **changed},
        paper=own.paper,
        logo=logo,
        footer=own.footer,
        classification=own.classification,
    )
    faults = made.faults() if changed else []
    if faults:
        raise CrmauditError(
            f"the house colours cannot be read: {faults[0]}",
            "choose a darker colour",
            facts.workspace.place("theme.yaml"),
        )
    return made
