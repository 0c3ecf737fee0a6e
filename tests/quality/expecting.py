"""What the tests of expectations share: a task on a source, its answers by expectation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmaudit.evidence import Document, ExpectationTests, Tested
from crmaudit.quality.collectors.expectations import collector
from crmaudit.sources import Source
from crmaudit.sources.task import Known, Task
from crmaudit.workspace.answers import Expectation
from crmaudit.workspace.landscape import Entity, Map


def task(
    source: Source,
    expectations: Sequence[dict[str, Any]],
    map_: dict[str, Any] | None = None,
    entities: Sequence[dict[str, Any]] = (),
    evidence: Sequence[Document] = (),
) -> Task:
    """A task on the system `crm` of which all that is known is given."""
    known = Known(
        Map.model_validate({"system": "crm", **map_}) if map_ else None,
        {e["id"]: Entity.model_validate(e) for e in entities},
        tuple(Expectation.model_validate({"system": "crm", **e}) for e in expectations),
    )
    catalog = source.catalog("crm")
    return Task(source, "crm", catalog, catalog.tables, known, tuple(evidence))


def by_name(asked: Task) -> dict[str, list[Tested]]:
    """The tests of each expectation."""
    (document,) = list(collector.collect(asked))
    assert isinstance(document, ExpectationTests)
    found: dict[str, list[Tested]] = {}
    for test in document.tests:
        found.setdefault(test.expectation, []).append(test)
    return found


def counts(asked: Task) -> dict[str, Any]:
    """Per expectation passed and applicable, faults, or why not."""
    found: dict[str, Any] = {}
    for name, tests in by_name(asked).items():
        assert len(tests) == 1, tests
        (test,) = tests
        if test.status.state == "failed":
            found[name] = test.status.reason
        elif test.check == "sql":
            found[name] = test.faults
        else:
            found[name] = (test.passed, test.applicable)
    return found
