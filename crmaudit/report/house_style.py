"""theme.yaml made into a theme: what cannot be drawn or read is refused at its line."""

from __future__ import annotations

import re

from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.report.templates import template_root
from crmaudit.report.theme import LIGHT, Theme

_LARGEST = 2_000_000
"""Bytes of a logo at most: it is part of every page of HTML, and of every file."""
_FAMILY = re.compile(r"[\w][\w .+-]*")


def theme(facts: Facts) -> Theme:
    """The shipped look with what theme.yaml changes.

    Raises CrmauditError where a colour has too little contrast to be read, the
    logo cannot be drawn, or the font is in none of the folders.
    """
    own = facts.workspace.theme
    changed = {k: v for k, v in (("accent", own.accent), ("alarm", own.alarm)) if v}
    plain = Theme()
    family, folders = _fonts(facts)
    made = Theme(
        light={**LIGHT, **changed},
        fonts=(*family, *plain.fonts),
        font_paths=folders,
        stack=", ".join((*(f'"{f}"' for f in family), plain.stack)),
        paper=own.paper,
        logo=_logo(facts),
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


def _logo(facts: Facts) -> bytes:
    from crmaudit.report.raster import why_not

    name = facts.workspace.theme.logo
    if not name:
        return b""
    where = facts.workspace.place("theme.yaml", "logo")
    path = facts.workspace.root / name
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST else b""
    except OSError:
        raise CrmauditError(
            f"there is no logo {name}", "paths count from the workspace", where
        ) from None
    if size > _LARGEST:
        raise CrmauditError(
            f"the logo {name} has {size / 1e6:,.1f} MB", "give one of at most 2 MB", where
        )
    if reason := why_not(content):
        raise CrmauditError(
            f"the logo {name} cannot be drawn: {reason}", "give a PNG or an SVG", where
        )
    return content


def _fonts(facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The family of theme.yaml and the folder where its files lie, each where it is given."""
    own, workspace = facts.workspace.theme, facts.workspace
    folders: tuple[str, ...] = ()
    if own.font_folder:
        folder = workspace.root / own.font_folder
        if not folder.is_dir():
            raise CrmauditError(
                f"there is no folder {own.font_folder}",
                "paths count from the workspace",
                workspace.place("theme.yaml", "font_folder"),
            )
        folders = (str(folder),)
    if not own.font:
        return (), folders
    known = _families(folders)
    if not _FAMILY.fullmatch(own.font) or own.font not in known:
        raise CrmauditError(
            f"there is no font {own.font!r}",
            f"there are {', '.join(known)}; put the files of another into `font_folder:`",
            workspace.place("theme.yaml", "font"),
        )
    return (own.font,), folders


def _families(folders: tuple[str, ...]) -> list[str]:
    import typst

    places = [str(template_root() / "static" / "fonts"), *folders]
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=places)
    return sorted(set(found.families()))
