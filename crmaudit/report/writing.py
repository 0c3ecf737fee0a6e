"""The plan document in the formats asked for, in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crmaudit.engine import Judgement
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report.audiences import edition
from crmaudit.report.compose import document
from crmaudit.report.formats import file_name, manifest_name, put, writer
from crmaudit.report.house_style import theme
from crmaudit.report.languages import language
from crmaudit.report.manifest import manifest, manifest_bytes
from crmaudit.report.sections import find_sections
from crmaudit.report.templates import Templates
from crmaudit.strategy import Plan


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
    """Write the plan document and its manifest; answers the files, one a format.

    Raises CrmauditError for a format, an audience or a language that does not
    exist, before anything is written, and for a user's template that fails.
    """
    wanted = tuple(dict.fromkeys(formats))
    for name in wanted:
        writer(name)
    check(facts, audience)
    templates = own_templates(facts)
    made = document(facts, judgement, plan, final=final, audience=audience, templates=templates)
    look = theme(facts)
    # All are made before the first is written: a template that fails leaves the old files.
    files = {file_name(name, audience): writer(name)(made, look, templates) for name in wanted}
    kept = manifest_bytes(manifest(facts, made), folder, files)
    return tuple(put(folder, {**files, manifest_name(audience): kept})[: len(files)])


def own_templates(facts: Facts) -> Templates:
    """The shipped templates behind those of the workspace."""
    own = facts.workspace.root / "templates"
    return Templates((own,) if own.is_dir() else ())


def check(facts: Facts, audience: str = "") -> None:
    """Refuse what would make the report fail: language, own sections, audience, theme."""
    workspace = facts.workspace
    templates = own_templates(facts)
    try:
        language(workspace.audit.language, templates)
    except CrmauditError as error:
        where = workspace.place("audit.yaml", "language")
        raise CrmauditError(error.problems[0].message, error.hint, error.where or where) from None
    own = workspace.root / "sections"
    found = find_sections(workspace.audit.language, own if own.is_dir() else None, templates)
    edition(workspace, audience, found)
    theme(facts)
