"""What if: consequences told from the matrix, findings told from judging twice; nothing changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden_files import EXAMPLES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from strategy.workspaces import judged

from crmaudit import Audit
from crmaudit.crud_matrix import CrudMatrix
from crmaudit.engine import Judgement, judge
from crmaudit.errors import CrmauditError
from crmaudit.facts import Facts
from crmaudit.strategy.retirement import Retirement, retire
from crmaudit.workspace import load

FILES = {
    "people.yaml": """
        people:
          - {id: ana, name: Ana Example}
          - {id: tom, name: Tom Example}
          - {id: joe, name: Joe Example}
    """,
    "entities.yaml": """
        entities:
          - {id: customer, name: Customer, system_of_record: crm}
          - {id: invoice}
          - {id: case}
    """,
    "systems/crm.yaml": """
        id: crm
        name: BeaconCRM
        owners: {business: ana, it: tom}
        users: 40
        costs:
          - {year: 2025, kind: licence, amount: 900}
          - {year: 2026, kind: licence, amount: 1000}
          - {year: 2026, kind: internal time, hours: 10}
        contract: {end: 2027-12-31, notice_days: 90, renews: true}
        licences: [{type: named, entitled: 30}, {type: named, entitled: 10}, {type: free}]
        support: {skills: [{skill: SQL, held: [{person: tom, level: 3}]}, {skill: Beacon}]}
        lifecycle: {successor: newcrm}
        crud: {customer: CRUD, invoice: R, case: CR}
        feeds: [{to: billing, entities: customer}]
    """,
    "systems/billing.yaml": """
        id: billing
        name: Ledgerline
        owners: {it: tom}
        support: {skills: [{skill: sql}]}
        lifecycle: {successor: crm}
        depends_on: [crm]
        crud: {customer: R, invoice: CRU}
        feeds: [{from: crm, entities: customer, by: file}, {to: reports, entities: invoice}]
    """,
    "systems/reports.yaml": """
        id: reports
        name: Reports
        depends_on: billing
        crud: {invoice: R}
    """,
    "systems/newcrm.yaml": "id: newcrm\nname: New\nlifecycle: {phase: plan}\ncrud: {case: CRU}\n",
    "systems/old.yaml": "id: old\nname: Old\nlifecycle: {phase: retired}\ncrud: {customer: CR}\n",
    "processes.yaml": """
        processes:
          - id: sale
            name: A sale
            steps:
              - {name: Note it, systems: [crm, billing]}
              - {name: Ring back, systems: crm}
              - {name: Bill it, systems: billing}
    """,
    "needs.yaml": """
        needs:
          - {id: who, text: Who buys?, sources: [crm]}
          - {id: owed, text: What is owed?, sources: [crm, billing]}
    """,
    "kpis.yaml": "kpis: [{id: calls, name: Calls, system: crm, sql: SELECT 1}]\n",
}


@pytest.fixture
def landscape(tmp_path: Path) -> tuple[Facts, Judgement]:
    return judged(tmp_path, FILES)


class TestConsequences:
    def test_entities(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm"])
        found = {e.entity: e for e in what_if.entities}
        customer = found["customer"]
        # Ledgerline reads it still; what is retired already holds nothing.
        assert customer.losses == ("creator", "system of record")
        assert (customer.letters, customer.left, customer.records) == ("CRUD", ("billing",), ())
        assert customer.unsaid == 2
        # A planned system counts as one that is there.
        assert what_if.unharmed == ("invoice", "case")
        assert what_if.losing("creator") == ("customer",)

    def test_who_would_be_the_next_system_of_record(
        self, landscape: tuple[Facts, Judgement]
    ) -> None:
        found = {e.entity: e for e in retire(*landscape, ["newcrm"]).entities}
        # What the letters propose is no record that anybody could lose.
        assert "case" not in found or "system of record" not in found["case"].losses
        what_if = retire(*landscape, ["crm", "newcrm"])
        (customer,) = [e for e in what_if.entities if e.entity == "customer"]
        assert "system of record" in customer.losses
        assert what_if.losing("system of record") == ("customer",)

    def test_an_entity_that_nobody_else_holds(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm", "billing"])
        assert set(what_if.losing("only holder")) == {"customer"}
        (invoice,) = [e for e in what_if.entities if e.entity == "invoice"]
        assert (invoice.losses, invoice.left) == (("creator",), ("reports",))

    def test_feeds_and_who_goes_without(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm"])
        # Told at both ends it is one feed.
        (feed,) = what_if.feeds
        assert (feed.source, feed.target, feed.by) == ("crm", "billing", "file")
        assert [(s.system, s.entities) for s in what_if.starved] == [("billing", ("customer",))]
        what_if = retire(*landscape, ["billing"])
        assert {(f.source, f.target) for f in what_if.feeds} == {
            ("crm", "billing"),
            ("billing", "reports"),
        }
        assert [s.system for s in what_if.starved] == ["reports"]
        assert not retire(*landscape, ["crm", "billing", "reports"]).feeds

    def test_systems_around(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm"])
        assert what_if.dependents == ("billing",)
        assert what_if.indirect == ("reports",)
        assert what_if.followers == ("billing",)
        assert what_if.successors == ("newcrm",)

    def test_work(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm"])
        assert [(s.step, s.left) for s in what_if.steps] == [
            ("Note it", ("billing",)),
            ("Ring back", ()),
        ]
        assert [(n.need, n.left) for n in what_if.needs] == [("who", ()), ("owed", ("billing",))]
        assert what_if.kpis == ("calls",)

    def test_what_is_freed(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm", "billing"])
        crm, billing = what_if.freed
        assert (crm.cost, crm.year, crm.hours, crm.at_least) == (1000 + 10 * 40, 2026, 10, True)
        assert (crm.bound_until, crm.notice_by) == (date(2027, 12, 31), date(2027, 10, 2))
        assert crm.renews is True
        assert dict(crm.licences) == {"named": 40, "free": None}
        assert (billing.cost, billing.bound_until, dict(billing.licences)) == (None, None, {})
        assert what_if.cost == (1400, 1)
        assert what_if.users == 40

    def test_people_and_skills(self, landscape: tuple[Facts, Judgement]) -> None:
        what_if = retire(*landscape, ["crm"])
        people = {p.person: p for p in what_if.people}
        assert people["ana"].wholly
        assert not people["tom"].wholly
        assert people["tom"].duties == ("IT owner", "SQL")
        # Ledgerline needs SQL too, however it is spelt.
        assert what_if.skills == ("Beacon",)

    def test_findings(self, landscape: tuple[Facts, Judgement]) -> None:
        facts, judgement = landscape
        what_if = retire(facts, judgement, ["crm"])
        after = {f.fingerprint for f in judge(facts.without(["crm"])).findings}
        before = {f.fingerprint for f in judgement.findings}
        assert {f.fingerprint for f in what_if.appear} == after - before
        gone = {f.fingerprint for f in (*what_if.vanish, *what_if.unjudged)}
        assert gone == before - after
        assert what_if.remaining == len(before & after)
        assert any(f.subject == "system:crm" for f in what_if.vanish)

    def test_a_system_that_there_is_not(self, landscape: tuple[Facts, Judgement]) -> None:
        with pytest.raises(KeyError):
            retire(*landscape, ["crmm"])


def test_systems_are_named_by_id_earlier_id_or_name(tmp_path: Path) -> None:
    judged(
        tmp_path,
        {
            "systems/crm.yaml": "id: crm\nformerly: [oldcrm]\nname: BeaconCRM\n",
            "systems/a.yaml": "id: a\nname: Twin\n",
            "systems/b.yaml": "id: b\nname: twin\n",
        },
    )
    audit = Audit(tmp_path)
    for name in ("crm", "CRM", "oldcrm", "beaconcrm", " BeaconCRM "):
        assert audit.retire(name).systems == ("crm",)
    assert audit.retire("a", "crm", "crm").systems == ("a", "crm")
    with pytest.raises(CrmauditError, match="'twin' may be a, b"):
        audit.retire("twin")
    with pytest.raises(CrmauditError) as caught:
        audit.retire("beacncrm")
    assert "did you mean 'BeaconCRM'?" in caught.value.hint


@pytest.mark.parametrize("name", ["northwharf", "harbourlight"])
def test_every_system_of_the_examples(name: str) -> None:
    audit = Audit(EXAMPLES / name)
    before = list(_values(audit.workspace))
    for system in audit.workspace.system:
        what_if = audit.retire(system)
        assert what_if.vanish
        assert what_if.freed
    assert list(_values(audit.workspace)) == before
    everything = audit.retire(*audit.workspace.system)
    assert not everything.feeds
    assert {e.entity for e in everything.entities} == {
        e for e in audit.workspace.entity if audit.facts.whole_crud.holders(e)
    }


def _values(workspace: Any) -> Iterator[Any]:
    for field in dataclasses.fields(workspace):
        value = getattr(workspace, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, BaseModel):
                yield item.model_dump(mode="json")


class TestWithout:
    """No reference to the systems is left, whatever the file."""

    @pytest.mark.parametrize("name", ["northwharf", "harbourlight"])
    def test_the_rest_is_sound_by_the_loader(self, name: str, tmp_path: Path) -> None:
        """Written out and read again it is a workspace, where a dangling name is a mistake."""
        workspace = load(EXAMPLES / name)
        ids = list(workspace.system)
        for n, gone in enumerate([{ids[0]}, set(ids[::3]), {*ids[1:]}]):
            root = tmp_path / str(n)
            _write(workspace.without(gone), root, EXAMPLES / name)
            again = load(root)
            assert set(again.system) == set(ids) - gone

    def test_what_speaks_of_others_too_stays(self, tmp_path: Path) -> None:
        facts, _ = judged(
            tmp_path,
            {
                **FILES,
                "registers.yaml": """
                    dysfunctions:
                      - {id: d1, what: Slow, systems: crm}
                      - {id: d2, what: Twice, systems: [crm, billing]}
                      - {id: d3, what: By hand}
                """,
                "maps/crm.yaml": "system: crm\ntables: [{table: t, entity: customer}]\n",
                "expectations.yaml": """
                    expectations:
                      - {id: a, system: crm, table: t, column: c, required: true}
                      - {id: b, entity: customer, column: c, required: true}
                """,
            },
        )
        left = facts.without(["crm"]).workspace
        assert [d.id for d in left.registers.dysfunctions] == ["d2", "d3"]
        assert left.registers.dysfunctions[0].systems == ("billing",)
        assert not left.maps
        assert [e.id for e in left.expectations.expectations] == ["b"]
        assert left.system["billing"].lifecycle.successor is None
        assert left.system["billing"].depends_on == ()
        assert [f.to for f in left.system["billing"].feeds or ()] == ["reports"]
        assert [s.name for s in left.processes[0].steps] == ["Note it", "Ring back", "Bill it"]
        assert left.entity["customer"].system_of_record is None
        (kpi,) = left.kpis.kpis
        assert (kpi.system, kpi.sql) == (None, None)
        assert "system:crm" not in left.subjects()

    def test_nothing_less_is_the_same(self, landscape: tuple[Facts, Judgement]) -> None:
        facts, judgement = landscape
        assert facts.without([]) is facts
        assert facts.without(["no such"]) is facts
        nothing = retire(facts, judgement, [])
        assert nothing == Retirement(
            **{
                **{f.name: () for f in dataclasses.fields(Retirement)},
                "currency": "EUR",
                "remaining": len(judgement.findings),
                "worse": 0,
                "milder": 0,
            }
        )

    def test_the_day_stays(self, tmp_path: Path) -> None:
        facts, _ = judged(
            tmp_path,
            {
                "audit.yaml": "organisation: T\n",
                "systems/crm.yaml": "id: crm\nname: C\nperceived_quality: "
                "[{who: x, score: 3, when: 2026-05-01}]\n",
                "systems/b.yaml": "id: b\nname: B\n",
            },
        )
        assert facts.without(["crm"]).day == facts.day == date(2026, 5, 1)


def _write(workspace: Any, root: Path, source: Path) -> None:
    singles = {"audit.yaml": "audit", "brief.yaml": "brief", "people.yaml": "people",
               "registers.yaml": "registers", "kpis.yaml": "kpis", "plan.yaml": "plan",
               "expectations.yaml": "expectations"}  # fmt: skip
    lists = ("entities", "processes", "needs")
    folders = ("systems", "maps", "interviews")

    def put(name: str, values: Any) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")

    def plain(model: BaseModel) -> Any:
        return model.model_dump(mode="json", exclude_none=True, exclude_defaults=True)

    for name, part in singles.items():
        put(name, plain(getattr(workspace, part)))
    for part in lists:
        put(f"{part}.yaml", {part: [plain(m) for m in getattr(workspace, part)]})
    for part in folders:
        for i, model in enumerate(getattr(workspace, part)):
            put(f"{part}/{i}.yaml", plain(model))
    if (source / "data").is_dir():
        (root / "data").symlink_to(source / "data")


LETTERS = st.sampled_from(["", "C", "R", "CR", "CRU", "RU", "CRUD", None])
NAMES = ["a", "b", "c", "d"]


@st.composite
def landscapes(draw: st.DrawFn) -> dict[str, str]:
    files = {"entities.yaml": "entities: [{id: x}, {id: y}, {id: z}]\n"}
    for name in NAMES:
        dossier: dict[str, Any] = {
            "id": name,
            "name": name.upper(),
            "crud": draw(st.dictionaries(st.sampled_from(["x", "y", "z"]), LETTERS)),
            "crud_complete": draw(st.booleans()),
            "depends_on": draw(st.lists(st.sampled_from(NAMES), max_size=2)),
        }
        phase = draw(st.sampled_from([None, "active", "plan", "retired"]))
        dossier["lifecycle"] = {"phase": phase} if phase else {}
        others = [n for n in NAMES if n != name]
        feeds = st.fixed_dictionaries(
            {"to": st.sampled_from(others), "entities": st.lists(st.sampled_from(["x", "y"]))}
        )
        dossier["feeds"] = draw(st.lists(feeds, max_size=2))
        files[f"systems/{name}.yaml"] = yaml.safe_dump(dossier)
    return files


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=landscapes(), gone=st.lists(st.sampled_from(NAMES), unique=True))
def test_losses_agree_with_the_matrix(
    tmp_path: Path, files: dict[str, str], gone: list[str]
) -> None:
    facts, judgement = judged(tmp_path, {"systems/crm.yaml": "id: crm\nname: C\n", **files})
    what_if = retire(facts, judgement, gone)
    workspace = facts.workspace
    there = [s for s in workspace.systems if s.lifecycle.phase != "retired" or s.id in gone]
    crud = CrudMatrix(there, workspace.entity.values())
    out = set(gone)
    for entity in crud.entities:
        holders = set(crud.holders(entity))
        for letter, loss in (("C", "creator"), ("R", "only reader")):
            doing = set(crud.doing(letter, entity))  # type: ignore[arg-type]
            assert (entity in what_if.losing(loss)) == (bool(doing) and doing <= out)  # type: ignore[arg-type]
        alone = bool(holders) and holders <= out
        assert (entity in what_if.losing("only holder")) == alone
        harmed = entity in {e.entity for e in what_if.entities}
        touched = bool(holders & out)
        assert harmed + (entity in what_if.unharmed) == touched
    for loss in what_if.entities:
        assert not out & set(loss.left)
        assert set(loss.left) == set(crud.holders(loss.entity)) - out
    for link in what_if.feeds:
        assert (link.source in out) != (link.target in out)
    assert not out & {s.system for s in what_if.starved}
    assert not out & {*what_if.dependents, *what_if.indirect}
    assert facts.without(gone).workspace.system.keys() == workspace.system.keys() - out
    if not gone:
        assert (what_if.appear, what_if.vanish, what_if.entities) == ((), (), ())


def test_only_declared_records_are_lost_and_moved_findings_stay() -> None:
    found = Audit(EXAMPLES / "northwharf")
    judgement = judge(found.facts)
    what_if = retire(found.facts, judgement, ["salesloom"])
    declared = {e.id for e in found.workspace.entity.values() if e.system_of_record == "salesloom"}
    assert set(what_if.losing("system of record")) == declared
    assert len(declared) == 2
    appear = {(f.code, f.message) for f in what_if.appear}
    assert appear
    assert appear.isdisjoint((f.code, f.message) for f in (*what_if.vanish, *what_if.unjudged))
    # Its subject is another system then, its words are the same.
    told = "4 of 15 people with a known level have Organizational access; at most 3 should"
    assert ("GOV110", told) in {(f.code, f.message) for f in judgement.findings}
    assert "GOV110" not in {f.code for f in (*what_if.appear, *what_if.vanish)}
    gone = len(what_if.vanish) + len(what_if.unjudged)
    assert what_if.remaining == len(judgement.findings) - gone
