"""The plan document in the formats asked for, in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crmaudit.engine import Judgement
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report import labels
from crmaudit.report.compose import document, look, reader
from crmaudit.report.formats import FORMATS, file_name, manifest_name, writer
from crmaudit.report.house_style import theme
from crmaudit.report.languages import language
from crmaudit.report.manifest import manifest, manifest_bytes
from crmaudit.report.placing import alone, put
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
    exist, before anything is written, for a user's template that fails, and
    for a folder that cannot be written to.
    """
    wanted = tuple(dict.fromkeys(formats))
    if not wanted:
        raise CrmauditError("no report format is named", f"The formats are {', '.join(FORMATS)}")
    for name in wanted:
        writer(name)
    check(facts, audience)
    templates = own_templates(facts)
    made = document(facts, judgement, plan, final=final, audience=audience, templates=templates)
    style = look(facts, audience, templates)
    # All are made before the first is written: a template that fails leaves the old files.
    files = {file_name(name, audience): writer(name)(made, style, templates) for name in wanted}
    told = manifest(facts, made)
    with alone(facts.workspace.root):
        kept = manifest_bytes(told, folder, files)
        # Its manifest first: from then on, an old file beside it is known for what it is.
        return tuple(put(folder, {manifest_name(audience): kept, **files})[1:])


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
    reader(facts, audience, templates)
    labels.load(templates, workspace.audit.language)
    theme(facts)
