"""Templates of a user's own end, in time and in size, and say where they went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample import sample

from crmaudit.errors import CrmauditError
from crmaudit.report import bounded
from crmaudit.report.bounded import Bounded
from crmaudit.report.formats import writer
from crmaudit.report.markdown import Renderer
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

ENDLESS = [
    ("{% for i in range(10**9) %}{% endfor %}", "Range too big"),
    (
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "1,000,000 times",
    ),
    ("{{ 'x' * 10**10 }}", "50,000,000 characters"),
    ("{{ 10**10 * [1] }}", "50,000,000 characters"),
    ("{{ 10 ** (10 ** 9) }}", "larger than 64"),
    ("{% for i in range(9999) %}{{ 'x' * 10000 }}{% endfor %}", "50,000,000 characters"),
    (
        "{% set n = namespace(t='x') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}"
        "{% endfor %}",
        "50,000,000 characters",
    ),
    (
        "{% set n = namespace(t='x') %}{% for i in range(99) %}{% set n.t = n.t + n.t %}"
        "{% endfor %}",
        "50,000,000 characters",
    ),
    ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "recursion"),
    ("{{ lipsum(n=10) }}", "undefined"),
]


@pytest.mark.parametrize(("text", "why"), ENDLESS)
def test_what_would_not_end_is_refused_at_its_line(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text(f"First.\n\n{text}\n", encoding="utf-8")
    with pytest.raises(CrmauditError, match=why) as caught:
        Renderer([tmp_path], {}).blocks("own.md")
    assert str(caught.value.where).endswith("own.md:3")


def test_a_full_memory_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("{{ 'x'|center(10**15) }}", encoding="utf-8")
    with pytest.raises(CrmauditError, match="more than the memory can hold"):
        Renderer([tmp_path], {}).blocks("own.md")


def test_loops_work_as_ever() -> None:
    environment = Bounded()
    text = (
        "{% for x in things if x %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}"
        "{% else %}none{% endfor %}"
    )
    template = environment.from_string(text)
    assert environment.text(template, things=[3, 0, 4]) == "1/2,2/2"
    assert environment.text(template, things=[]) == "none"
    tree = environment.from_string("{% for x in t recursive %}({{ loop(x) }}){% endfor %}")
    assert environment.text(tree, t=[[[]], []]) == "(())()"


def test_each_template_has_its_own_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "ROUNDS", 3)
    environment = Bounded()
    template = environment.from_string("{% for i in range(3) %}{{ i }}{% endfor %}")
    assert [environment.text(template) for _ in range(2)] == ["012", "012"]


@pytest.mark.parametrize(
    ("name", "format_"),
    [("html/report.html", "html"), ("docx/styles.xml", "docx")],
)
@pytest.mark.parametrize(
    "text",
    ["{% for i in range(10**9) %}{% endfor %}", "{{ nothing.there }}", "{{ words.__class__ }}"],
)
def test_frames_of_a_users_own_are_bounded_and_sandboxed(
    text: str, name: str, format_: str, tmp_path: Path
) -> None:
    own = tmp_path / name
    own.parent.mkdir()
    own.write_text(text, encoding="utf-8")
    with pytest.raises(CrmauditError, match="the template") as caught:
        writer(format_)(sample(), Theme(), Templates((tmp_path,)))
    assert str(caught.value.where) == str(own)
