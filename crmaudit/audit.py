"""The pipeline, and the way in from Python.

>>> audit = crmaudit.Audit("examples/harbourlight")     # doctest: +SKIP
>>> audit.collect()                                     # doctest: +SKIP
>>> audit.findings.frame                                # doctest: +SKIP
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmaudit.crud_matrix import CrudMatrix
from crmaudit.engine import Finding, Judgement, judge
from crmaudit.errors import CrmauditError, InvalidInput, Place, Problem
from crmaudit.facts import Facts
from crmaudit.governance import Governance
from crmaudit.inventory import Inventory
from crmaudit.quality.quality import Quality
from crmaudit.standing.figures import of_history
from crmaudit.standing.past import Past
from crmaudit.workspace import Workspace, find_root, load

if TYPE_CHECKING:
    from crmaudit.collect import Outcome, Progress
    from crmaudit.evidence import TableProfile
    from crmaudit.quality.collectors.reveal import Account
    from crmaudit.remembered import Since
    from crmaudit.report.verify import Checked
    from crmaudit.store import Run, Store
    from crmaudit.strategy import Plan, Retirement

HISTORY = "CRMAUDIT_HISTORY"
"""The variable of the environment that may name a shared history."""


class Audit:
    """One audit: the workspace, its evidence, and all that follows from them.

    `root` is the workspace or any folder below it; `store` the address of a
    database in which a team shares its history. Without it the environment's
    `CRMAUDIT_HISTORY` counts, else `history:` in audit.yaml, else the
    workspace's own file. Each part is worked out on first use. Raises
    CrmauditError for anything the user can mend.
    """

    def __init__(self, root: Path | str = ".", store: str | None = None) -> None:
        self.root = find_root(Path(root))
        self._store_url = store

    @cached_property
    def workspace(self) -> Workspace:
        return load(self.root)

    @cached_property
    def store(self) -> Store:
        from crmaudit.store import open_store

        if not self._address:
            return open_store(self.root)
        own = self.workspace.audit.id or ("" if self._store_url else None)
        if own is None:
            raise CrmauditError(
                "a shared history keeps audits apart by their id, and this one has none",
                "add `id:` to audit.yaml, the same for all who work on this audit",
                "audit.yaml",
            )
        with self._of_the_address():
            return open_store(self._address, own, self.root)

    @contextmanager
    def _of_the_address(self) -> Iterator[None]:
        """Faults of the shared history, with the place that names it."""
        try:
            yield
        except CrmauditError as error:
            named = bool(self._store_url or os.environ.get(HISTORY))
            place = Place(HISTORY) if named else self.workspace.place("audit.yaml", "history")
            # Without the line itself: it may hold a password.
            place = replace(place, snippet="")
            raise CrmauditError(error.problems[0].message, error.hint, place) from None

    @property
    def _address(self) -> str:
        """Where the shared history is; empty where the workspace keeps its own."""
        given = self._store_url or os.environ.get(HISTORY, "").strip()
        return given or self.workspace.audit.history or ""

    @cached_property
    def facts(self) -> Facts:
        from crmaudit.key import find_key

        if not self._stored:
            return Facts.of(self.workspace)
        runs = self.history
        return Facts.of(
            self.workspace,
            self.store.newest(),
            find_key(self.root),
            of_history((run.finished_at, run.body) for run in runs),
            (Past(run.id, run.finished_at.date(), run.body) for run in runs),
        )

    @property
    def history(self) -> Sequence[Run]:
        """The audits remembered, the oldest first."""
        return self.store.runs() if self._stored else ()

    @property
    def _stored(self) -> bool:
        """Whether there is a store: who never collected has none, and viewing makes none."""
        if self._address:
            from crmaudit.store import file_at

            with self._of_the_address():
                file = file_at(self._address, self.root)
        else:
            file = self.root / ".crmaudit" / "store.sqlite"
        return file is None or file.exists()

    @property
    def inventory(self) -> Inventory:
        return self.facts.inventory

    @property
    def crud(self) -> CrudMatrix:
        return self.facts.crud

    @property
    def quality(self) -> Quality:
        return self.facts.quality

    @property
    def governance(self) -> Governance:
        return self.facts.governance

    @cached_property
    def findings(self) -> Judgement:
        return judge(self.facts)

    @cached_property
    def plan(self) -> Plan:
        from crmaudit.strategy import plan

        return plan(self.facts, self.findings)

    def retire(self, *systems: str) -> Retirement:
        """What would happen without these systems. Nothing is written.

        They are named by id, earlier id or name. Raises CrmauditError for one
        that there is not.
        """
        from crmaudit.strategy import retire

        return retire(
            self.facts, self.findings, [self.workspace.find_system(s).id for s in systems]
        )

    def collect(
        self,
        systems: Iterable[str] = (),
        *,
        only: Iterable[str] = (),
        fresh: bool = False,
        progress: Progress | None = None,
    ) -> tuple[Outcome, ...]:
        """Read the databases of the systems named, or of all in scope."""
        from crmaudit.collect import collect, targets
        from crmaudit.collect.collect import Silent
        from crmaudit.key import audit_key

        chosen = targets(self.workspace, systems)
        answers = self.workspace.matches.matches
        named = audit_key(self.root)
        self._check_key(named.id)
        key = named.naming(self.workspace.formerly, {i for a in answers for i in (a.left, a.right)})
        try:
            return collect(
                chosen,
                self.store,
                progress or Silent(),
                only=only,
                fresh=fresh,
                key=key,
            )
        finally:
            self.forget()

    def _check_key(self, own: str) -> None:
        """Raise CrmauditError where a shared history names accounts by another key.

        Two keys would make two pseudonyms of one account, and nobody could
        tell who is who.
        """
        if not self.store.shared:
            return
        others = [k for k in self.store.key_ids() if k != own]
        if others:
            raise CrmauditError(
                f"the history's evidence is of the key {', '.join(others)}, yours is {own}",
                "set CRMAUDIT_KEY to the audit's key, the same for all who collect for it",
            )

    def reveal(self, profile: TableProfile, column: str) -> tuple[Account, ...]:
        """The CRM accounts behind the pseudonyms of a column; the request is recorded.

        Raises CrmauditError for what may not be revealed: customers, free text, secrets.
        """
        from crmaudit.collect.reveal import reveal

        return reveal(self.workspace, profile, column)

    def reveal_principals(self, system: str) -> Mapping[str, str]:
        """Pseudonym → name of the accounts of a system's database; the request is recorded."""
        from crmaudit.collect.reveal import reveal_principals

        evidence = self.facts.evidence
        documents = (
            *evidence.grants.get(system, {}).values(),
            *evidence.statements.get(system, {}).values(),
        )
        return reveal_principals(self.workspace, system, [d.provenance.key_id for d in documents])

    def report(
        self,
        formats: Iterable[str] = ("html", "dashboard", "pdf"),
        *,
        folder: Path | None = None,
        final: bool = False,
        audience: str = "",
    ) -> tuple[Path, ...]:
        """Write the plan document; answers the files written."""
        from crmaudit.report.writing import write_reports

        return write_reports(
            self.facts,
            self.findings,
            self.plan,
            formats,
            folder or self.root / "reports",
            final=final,
            audience=audience,
        )

    def verify(self, paths: Iterable[Path] = ()) -> tuple[Checked, ...]:
        """Reports in these files or folders against what would be written now.

        Without any, those in the workspace's `reports/`. Nothing is written.
        """
        from crmaudit.report.verify import verify

        chosen = tuple(paths) or (self.root / "reports",)
        return verify(self.facts, self.findings, self.plan, chosen)

    def validate(self) -> Workspace:
        """Read every file, and try what else depends on what people wrote.

        Raises InvalidInput with all mistakes: of the files, or, where those
        are sound, of files of KPIs and surveys, rule settings, plan, own
        sections and theme.
        """
        from crmaudit.report.writing import check

        workspace = self.workspace
        problems: list[Problem] = [*self.governance.unread.values()]
        for trial in (lambda: self.plan, lambda: check(self.facts)):
            try:
                trial()
            except CrmauditError as error:
                problems += error.problems
        if problems:
            raise InvalidInput(problems)
        return workspace

    def remember(self) -> Run:
        """Keep the outcome of this audit for `history` and `diff`."""
        from crmaudit.report.inputs import configuration

        # The hash that the report of this audit shows.
        return self.store.remember({**self.summary(), "configuration": configuration(self.facts)})

    def summary(self) -> dict[str, Any]:
        """The outcome as plain values: what history compares."""
        from crmaudit.remembered import summary

        return summary(self.facts, self.findings, self.plan)

    @property
    def now(self) -> Past:
        """The audit as it stands, as if it were remembered."""
        return Past(0, self.facts.day or date.today(), self.summary())

    def take_over(self) -> tuple[int, int]:
        """Copy what the workspace kept itself into the shared history: documents, audits.

        Raises CrmauditError where there is none of the two, or where the
        shared one remembers audits of its own or names accounts by another key.
        """
        from crmaudit.store import open_store

        if not self._address:
            raise CrmauditError(
                "no shared history is named", "`history:` in audit.yaml names a database"
            )
        if not (self.root / ".crmaudit" / "store.sqlite").exists():
            raise CrmauditError("this workspace keeps no history of its own", "crmaudit audit")
        own = open_store(self.root)
        try:
            for key in own.key_ids():
                self._check_key(key)
            return self.store.take_over(own)
        finally:
            own.close()
            self.forget()

    def since(self, earlier: Past, after: Past | None = None) -> Since:
        """What changed between two audits; `after` is this one as it stands where not given."""
        from crmaudit.remembered import before, compare
        from crmaudit.workspace.renaming import subjects_now

        older = before(self.facts.past, earlier)
        return compare(earlier, after or self.now, older, subjects_now(self.workspace))

    def worst(self, n: int = 5) -> tuple[Finding, ...]:
        """The findings that matter most; see `Judgement.worst`."""
        return self.findings.worst(n)

    def forget(self) -> None:
        """Drop what was worked out, so that new evidence or edits are seen."""
        for name in ("workspace", "facts", "findings", "plan"):
            self.__dict__.pop(name, None)

    def _repr_html_(self) -> str:
        counts = ", ".join(f"{n} {s}" for s, n in self.findings.counts.items() if n)
        rows = "".join(
            f"<tr><td>{f.code}</td><td>{f.severity}</td><td>{html.escape(f.message)}</td></tr>"
            for f in self.worst(10)
        )
        name = html.escape(self.workspace.organisation.name)
        return (
            f"<h3>{name}</h3><p>systems: {len(self.workspace.systems)}; "
            f"findings: {len(self.findings.findings)} ({counts or 'none'}); "
            f"questions not assessed: {len(self.findings.not_assessed)}</p>"
            f"<table><tr><th>Code</th><th>Severity</th><th>Finding</th></tr>{rows}</table>"
        )
