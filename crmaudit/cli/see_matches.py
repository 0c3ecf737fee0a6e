"""`quality duplicates` and `quality overlap`: records that stand for one thing."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from crmaudit.cli.options import HERE, Output, Shape, Workspace, audit
from crmaudit.cli.view import Format, show
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.audit import Audit

D = TypeVar("D")

Pair = Annotated[
    str, typer.Option(help="How one pair came about: its number, or the ids of both records.")
]
Other = Annotated[str, typer.Argument(help="With --pair and a record id: the other one.")]
Review = Annotated[
    bool, typer.Option("--review", help="The pairs to be answered: the same, or different?")
]
Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal",
        help="Read these records again and show their values, on this terminal or with -o in a "
        "workbook marked personal; recorded.",
    ),
]
Most = Annotated[int, typer.Option(min=1, help="With --review: so many pairs at most.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("duplicates")(duplicates)
    app.command("overlap")(overlap)


def duplicates(
    path: Annotated[
        str, typer.Argument(help="SYSTEM.ENTITY, or one of both; without it, all compared.")
    ] = "",
    other: Other = "",
    pair: Pair = "",
    clusters: Annotated[
        bool, typer.Option("--clusters", help="Records of each thing, and which one to keep.")
    ] = False,
    review: Review = False,
    most: Most = 20,
    reveal: Reveal = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Records of one system that stand for the same thing: how many, how surely, and why."""
    from crmaudit.cli import matches_duplicates as views

    found = audit(workspace)
    known = {f"{d.system}.{d.entity}": d for d in found.facts.duplicates}
    path, other = _ordered(path, other)
    _check(pair, clusters, review, reveal, other)
    single = bool(pair or clusters or review or reveal)
    chosen = _find(known, path, lambda d: _names(found, d.entity, d.system))
    if len(chosen) != 1 or not path:
        if single:
            raise _which(known if not path else chosen, "SYSTEM.ENTITY", views.COLLECT)
        show(views.list_view(found, list(chosen.values()), not path), format_, output)
        return
    (document,) = chosen.values()
    if pair:
        show(views.pair_view(document, pair, other), format_, output)
    elif reveal:
        from crmaudit.cli.matches_review import reveal_clusters, review_pairs

        act = reveal_clusters if clusters else review_pairs
        act(found, document, most, format_, output)
    elif clusters:
        show(views.clusters_view(found, document), format_, output)
    elif review:
        show(views.review_view(found, document, most), format_, output)
    else:
        show(views.one_view(found, document), format_, output)


def overlap(
    path: Annotated[str, typer.Argument(help="ENTITY; without one, all compared.")] = "",
    other: Other = "",
    pair: Pair = "",
    review: Review = False,
    most: Most = 20,
    reveal: Reveal = False,
    workspace: Workspace = HERE,
    format_: Shape = Format.table,
    output: Output = None,
) -> None:
    """Entities that several systems hold: coverage both ways, and where they contradict."""
    from crmaudit.cli import matches_overlap as views

    found = audit(workspace)
    known = {d.entity: d for d in found.facts.overlap}
    path, other = _ordered(path, other)
    _check(pair, False, review, reveal, other)
    single = bool(pair or review or reveal)
    chosen = _find(known, path, lambda d: _names(found, d.entity))
    if len(chosen) != 1 or not path:
        if single:
            raise _which(known if not path else chosen, "ENTITY", views.COLLECT)
        show(views.list_view(found, list(chosen.values()), not path), format_, output)
        return
    (document,) = chosen.values()
    if pair:
        show(views.pair_view(document, pair, other), format_, output)
    elif reveal:
        from crmaudit.cli.matches_review import review_pairs

        review_pairs(found, document, most, format_, output)
    elif review:
        show(views.review_view(found, document, most), format_, output)
    else:
        show(views.one_view(found, document), format_, output)


def _ordered(path: str, other: str) -> tuple[str, str]:
    """`--pair A B ENTITY` as well as `ENTITY --pair A B`."""
    return (other, path) if path.startswith("rec-") else (path, other)


def _check(pair: str, clusters: bool, review: bool, reveal: bool, other: str) -> None:
    if sum((bool(pair), clusters, review)) > 1:
        raise CrmauditError("--pair, --clusters and --review are three things", "choose one")
    if pair and reveal:
        raise CrmauditError("--pair shows masked values only", "to see values: --review --reveal")
    if reveal and not review and not clusters:
        raise CrmauditError("--reveal needs --review or --clusters", "say which is to be shown")
    if other and not pair:
        raise CrmauditError(f"what is {other!r} for?", "a second record goes with --pair")


def _names(found: Audit, entity: str, system: str = "") -> Iterator[str]:
    """All that the thing may be called."""
    known = found.workspace.entity.get(entity)
    entities = [entity, *((known.label, *known.synonyms) if known else ())]
    yield from entities
    if system:
        dossier = found.workspace.system.get(system)
        for name in dict.fromkeys((system, dossier.name if dossier else system)):
            yield name
            yield from (f"{name}.{e}" for e in entities)


def _find(known: dict[str, D], path: str, names: Callable[[D], Iterable[str]]) -> dict[str, D]:
    """Those called so; all without a name. Raises CrmauditError where none is."""
    if not path or not known:
        return known
    asked = path.casefold()
    if path in known:
        return {path: known[path]}
    found = {k: d for k, d in known.items() if asked in {n.casefold() for n in names(d)}}
    if not found:
        close = difflib.get_close_matches(asked, known, n=3, cutoff=0.4)
        raise CrmauditError(
            f"nothing that was compared is called {path!r}",
            f"did you mean {', '.join(close)}?" if close else f"compared: {', '.join(known)}",
        )
    return found


def _which(known: Iterable[str], form: str, collect: str) -> CrmauditError:
    names = list(known)
    if not names:
        return CrmauditError("no records were compared yet", collect)
    return CrmauditError("say of which", f"name one as {form}: {', '.join(names[:12])}")
