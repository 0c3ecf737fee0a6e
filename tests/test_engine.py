"""The engine: selection, parameters, responses, not assessed, order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rules.harness import Example

from crmaudit.engine import Judgement, fingerprint, judge, parse_severity
from crmaudit.errors import CrmauditError, InvalidInput
from crmaudit.facts import Facts
from crmaudit.rules import Hit, Measurement, NotAssessed, Rule
from crmaudit.rules.base import Severity


def make(code: str, *results: Hit | NotAssessed, severity: Severity = "medium") -> Rule:
    """A rule that yields just this; a NotAssessed without a subject is raised."""

    def check(facts: Facts, **_: Any) -> Iterator[Hit | NotAssessed]:
        for result in results:
            if isinstance(result, NotAssessed) and not result.subject:
                raise result
            yield result

    return Rule(
        code=code,
        title=f"Title of {code}",
        severity=severity,
        topic="dossier",
        initiative="assign-owners",
        why="w",
        fix="f",
        bad="b",
        good="g",
        parameters={"years": 3, "share": 0.5, "strict": True, "word": "x"},
        check=check,
        module=f"test.{code}",
    )


CRM = Hit("system:crm", "something is wrong")


@pytest.fixture
def audit(tmp_path: Path) -> Any:
    """Judge a workspace that has these files with these rules."""

    def run(rules: tuple[Rule, ...], files: Mapping[str, Any] | None = None) -> Judgement:
        return judge(Example(files or {}).facts(tmp_path), rules)

    return run


def response(**keys: Any) -> dict[str, Any]:
    answer = {"code": "INV901", "subject": "system:crm", "state": "agreed", **keys}
    return {"responses.yaml": {"responses": [answer]}}


WAIVER = {"state": "waived", "reason": "too dear", "approver": "the board"}


def test_a_finding_is_stamped(audit: Any) -> None:
    judged = audit((make("INV901", CRM),))
    (finding,) = judged.findings
    assert (finding.code, finding.room, finding.title) == ("INV901", "inventory", "Title of INV901")
    assert finding.severity == "medium"
    assert finding.state == "open"
    assert finding.place.file == "systems/crm.yaml"
    assert finding.place.line == 1
    assert judged.counts == {"critical": 0, "high": 0, "medium": 1, "low": 0}


def test_a_hit_may_raise_or_lower_the_severity(audit: Any) -> None:
    judged = audit((make("INV901", replace(CRM, severity="critical")),))
    assert judged.findings[0].severity == "critical"


def test_agreed_and_disputed_findings_still_count(audit: Any) -> None:
    for state, keys in {"agreed": {}, "disputed": {"reason": "we do have one"}}.items():
        judged = audit((make("INV901", CRM),), response(state=state, **keys))
        assert [f.state for f in judged.findings] == [state]
        assert not judged.unanswered


def test_a_waived_finding_is_kept_apart(audit: Any) -> None:
    judged = audit((make("INV901", CRM),), response(**WAIVER))
    assert not judged.findings
    assert [f.response.reason for f in judged.waived] == ["too dear"]
    assert not judged.clean, "waived is not clean"


@pytest.mark.parametrize(("expires", "counts"), [("2026-06-29", True), ("2026-06-30", False)])
def test_a_waiver_runs_out(audit: Any, expires: str, counts: bool) -> None:
    judged = audit((make("INV901", CRM),), response(**WAIVER, expires=expires))
    assert bool(judged.findings) is counts
    if counts:
        assert judged.findings[0].lapsed
        assert judged.findings[0].state == "open"


def test_a_waiver_without_a_day_to_compare_holds(audit: Any) -> None:
    files = {"audit.yaml": "organisation: S\n", **response(**WAIVER, expires="2020-01-01")}
    judged = audit((make("INV901", CRM),), files)
    assert judged.as_of is None
    assert judged.waived


@pytest.mark.parametrize("written", ["user-type:super user", "user-type:super%20user"])
def test_a_subject_may_be_written_as_the_register_shows_it(audit: Any, written: str) -> None:
    hit = Hit("user-type:super%20user", "something is wrong")
    judged = audit((make("INV901", hit),), response(subject=written))
    assert judged.findings[0].state == "agreed"
    assert not judged.unanswered


def test_a_star_answers_all_and_the_subject_wins(audit: Any) -> None:
    hits = (CRM, Hit("entity:customer", "also wrong"))
    answers = [
        {"code": "INV901", "subject": "*", "state": "agreed"},
        {"code": "INV901", "subject": "system:crm", "state": "disputed", "reason": "no"},
    ]
    judged = audit((make("INV901", *hits),), {"responses.yaml": {"responses": answers}})
    assert {f.subject: f.state for f in judged.findings} == {
        "system:crm": "disputed",
        "entity:customer": "agreed",
    }


def test_a_response_that_fits_nothing_is_named(audit: Any) -> None:
    judged = audit((make("INV901", CRM),), response(subject="system:erp"))
    (problem,) = judged.unanswered
    assert "INV901 on system:erp fits no finding" in problem.message
    assert problem.where is not None
    assert problem.where.file == "responses.yaml"
    assert problem.where.line


def test_codes_and_prefixes_select_and_ignore(audit: Any) -> None:
    rules = (make("INV901", CRM), make("INV902", CRM), make("CRD901", CRM))
    files = {
        "audit.yaml": {"organisation": "S", "rules": {"select": ["INV"], "ignore": ["INV902"]}}
    }
    assert [f.code for f in audit(rules, files).findings] == ["INV901"]


def test_wrong_settings_are_all_told_with_their_places(audit: Any) -> None:
    settings = {
        "select": ["XXX"],
        "parameters": {
            "INV999": {"years": 1},
            "INV901": {"yaers": 1, "years": "many", "strict": 1, "share": True, "word": 5},
        },
    }
    files = {"audit.yaml": {"organisation": "S", "rules": settings}}
    with pytest.raises(InvalidInput) as caught:
        audit((make("INV901", CRM),), files)
    told = "\n".join(str(p) for p in caught.value.problems)
    assert len(caught.value.problems) == 7
    assert "'XXX'" in told
    assert "no rule 'INV999'" in told
    assert "no parameter 'yaers'" in told
    for name in ("years", "strict", "share", "word"):
        assert f"INV901.{name}" in told
    assert all(
        p.where and p.where.file == "audit.yaml" and p.where.line for p in caught.value.problems
    )


def test_parameters_reach_the_rule(audit: Any) -> None:
    seen = {}

    def check(facts: Facts, **parameters: Any) -> Iterator[Hit]:
        seen.update(parameters)
        yield from ()

    rule = replace(make("INV901"), check=check)
    settings = {"parameters": {"INV901": {"years": 2.5, "strict": False}}}
    audit((rule,), {"audit.yaml": {"organisation": "S", "rules": settings}})
    assert seen == {"years": 2.5, "share": 0.5, "strict": False, "word": "x"}


def test_not_assessed_is_neither_silence_nor_a_pass(audit: Any) -> None:
    one = NotAssessed("no date", "lifecycle:", "system:crm")
    judged = audit((make("INV901", one), make("INV902", NotAssessed("no file", "people.yaml"))))
    assert not judged.findings
    assert not judged.clean
    assert [(g.code, g.subject, g.reason, g.needs) for g in judged.not_assessed] == [
        ("INV901", "system:crm", "no date", "lifecycle:"),
        ("INV902", "", "no file", "people.yaml"),
    ]


def test_what_was_found_before_the_facts_ran_out_is_kept(audit: Any) -> None:
    judged = audit((make("INV901", CRM, NotAssessed("the rest is not known")),))
    assert len(judged.findings) == 1
    assert len(judged.not_assessed) == 1


def test_a_rule_that_judged_everything_is_clean(audit: Any) -> None:
    assert audit((make("INV901"),)).clean == ("INV901",)


def test_one_finding_a_subject(audit: Any) -> None:
    first = replace(CRM, measurements=(Measurement("a", 1),), related=("entity:x",))
    second = Hit(
        "system:crm", "and more", measurements=(Measurement("b", 2),), related=("entity:x",)
    )
    (finding,) = audit((make("INV901", first, second),)).findings
    assert finding.message == "something is wrong; and more"
    assert [m.label for m in finding.measurements] == ["a", "b"]
    assert finding.related == ("entity:x",)


def test_the_fingerprint_is_of_code_and_subject_only(audit: Any) -> None:
    prints = {
        audit((make("INV901", Hit("system:crm", words, severity=severity)),))
        .findings[0]
        .fingerprint
        for words, severity in (("3 of 9", None), ("4 of 9", "low"))
    }
    assert prints == {fingerprint("INV901", "system:crm")}
    assert fingerprint("INV902", "system:crm") not in prints
    assert fingerprint("INV901", "system:erp") not in prints


def test_the_worst_stand_first_then_code_then_subject(audit: Any) -> None:
    hits = [Hit(f"system:{s}", "wrong") for s in "ba"]
    rules = (make("INV902", *hits, severity="low"), make("CRD901", *hits), make("INV901", *hits))
    found = [(f.severity, f.code, f.subject) for f in audit(rules).findings]
    assert found == [
        *[("medium", c, f"system:{s}") for c in ("CRD901", "INV901") for s in "ab"],
        *[("low", "INV902", f"system:{s}") for s in "ab"],
    ]


def told(judged: Judgement, n: int = 5) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in judged.worst(n)]


def test_a_second_finding_of_a_subject_waits_for_another_subject(audit: Any) -> None:
    other = Hit("system:erp", "wrong")
    # Of a kind it is the finding of a subject not told yet that stands for it ...
    assert told(audit((make("CRD901", CRM), make("INV901", CRM, other))), 2) == [
        ("INV901", "system:crm"),
        ("CRD901", "system:crm"),
    ]
    assert told(audit((make("CRD901", CRM, other), make("INV901", CRM, other)))) == [
        ("CRD901", "system:crm"),
        ("INV901", "system:erp"),
    ]
    # ... and a rule that has only that one waits, though its code comes first.
    rules = (make("CRD901", CRM), make("GOV901", CRM), make("INV901", other))
    assert [code for code, _ in told(audit(rules))] == ["CRD901", "INV901", "GOV901"]


def test_severity_comes_before_another_subject(audit: Any) -> None:
    high = Hit("system:crm", "wrong", severity="high")
    rules = (make("CRD901", high), make("GOV901", high), make("INV901", Hit("system:erp", "x")))
    assert [code for code, _ in told(audit(rules), 2)] == ["CRD901", "GOV901"]


def test_at_least_and_about(audit: Any) -> None:
    touching = Hit("entity:customer", "wrong", severity="high", related=("system:crm",))
    judged = audit((make("INV901", CRM), make("INV902", touching)))
    assert [f.code for f in judged.at_least("high")] == ["INV902"]
    assert len(judged.at_least("low")) == 2
    assert {f.code for f in judged.about("system:crm")} == {"INV901", "INV902"}
    assert list(judged.frame["code"]) == ["INV902", "INV901"]


def test_a_finding_about_something_not_defined_points_at_its_home(audit: Any) -> None:
    judged = audit((make("INV901", Hit("person:nobody", "not there")),))
    assert judged.findings[0].place.file == "people.yaml"


def test_severities_by_name() -> None:
    assert parse_severity("High") == "high"
    with pytest.raises(CrmauditError, match="no severity"):
        parse_severity("awful")


def test_all_own_rules_judge_a_bare_workspace(tmp_path: Path) -> None:
    judged = judge(Example().facts(tmp_path))
    assert judged.findings
    assert judged.not_assessed
    assert len({f.fingerprint for f in judged.findings}) == len(judged.findings)
