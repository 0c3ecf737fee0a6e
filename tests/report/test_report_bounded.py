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
    (
        "{% set ns = namespace(n=9**64) %}{% for i in range(60) %}{% set ns.n = ns.n*ns.n %}"
        "{% endfor %}",
        "1,000 digits",
    ),
    (
        "{% set ns = namespace(n=9**64) %}{% for i in range(60) %}{% set ns.n = ns.n**9 %}"
        "{% endfor %}",
        "1,000 digits",
    ),
    (
        "{% set ns = namespace(s='x') %}{% for i in range(27) %}{% set x %}{{ ns.s }}{{ ns.s }}"
        "{% endset %}{% set ns.s = x %}{% endfor %}",
        "50,000,000 characters",
    ),
    (
        "{% set ns = namespace(l=[1]) %}{% for i in range(40) %}{% set ns.l = [ns.l, ns.l] %}"
        "{% endfor %}{{ ns.l }}",
        "50,000,000 characters",
    ),
    (
        "{% set l = [1] %}{% for i in range(40) %}{{ l.extend(l) }}{% endfor %}",
        "`extend` makes more",
    ),
    ("{{ 'x'.center(1500000000)|length }}", "`center` makes more than 50,000,000"),
    ("{% for i in (1,) %}{{ 'x'.center(1500000000)|length }}{% endfor %}", "`center` makes"),
    ("{{ 'x'.ljust(1500000000)|length }}", "`ljust` makes"),
    ("{{ 'x'.rjust(1500000000)|length }}", "`rjust` makes"),
    ("{{ 'x'.zfill(1500000000)|length }}", "`zfill` makes"),
    ("{{ ('x'|attr('center'))(1500000000)|length }}", "`center` makes"),
    ("{{ 'x'.encode().center(1500000000)|length }}", "`center` makes"),
    ("{{ (1).to_bytes(1500000000)|length }}", "`to_bytes` makes"),
    ("{{ ('\t' * 100000).expandtabs(15000)|length }}", "`expandtabs` makes"),
    ("{{ ('x' * 100000).replace('x', 'y' * 15000)|length }}", "`replace` makes"),
    ("{{ ('x' * 100000).translate({120: 'y' * 15000})|length }}", "`translate` makes"),
    ("{{ ('x' * 15000).join(['y'] * 100000)|length }}", "`join` makes"),
    ("{{ ('x' * 15000).join(range(9999)|map('string'))|length }}", "`join` makes"),
    ("{{ '{:1500000000}'.format(1)|length }}", "`format` makes"),
    ("{{ '{:.1500000000f}'.format(1)|length }}", "`format` makes"),
    ("{{ '{:{w}}'.format(1, w=1500000000)|length }}", "`format` makes"),
    ("{{ '{x:1500000000}'.format_map({'x': 1})|length }}", "`format_map` makes"),
    ("{{ ('{0}' * 15000).format('x' * 15000)|length }}", "`format` makes"),
    ("{{ ('%1500000000d' % 5)|length }}", "`%` makes"),
    ("{{ ('%*d' % (1500000000, 5))|length }}", "`%` makes"),
    ("{{ ('%(a)s' * 15000 % {'a': 'x' * 15000})|length }}", "`%` makes"),
    ("{{ '%1500000000d'|format(5)|length }}", "`format` makes"),
    ("{{ 'x'|center(1500000000)|length }}", "`center` makes"),
    ("{{ ['x']|map('center', 1500000000)|list|length }}", "`center` makes"),
    ("{{ 'x'|indent(1500000000)|length }}", "`indent` makes"),
    ("{{ [1]|batch(1500000000, 0)|list|length }}", "`batch` makes"),
    ("{{ [1]|slice(1500000000)|list|length }}", "`slice` makes"),
    ("{{ ('x' * 100000)|replace('x', 'y' * 15000)|length }}", "`replace` makes"),
    ("{{ range(99999)|join('x' * 15000)|length }}", "`join` makes"),
    ("{{ [1]|tojson(1500000000)|length }}", "`tojson` makes"),
    ("{{ 5|round(-1500000000) }}", "`round` makes"),
]


@pytest.mark.parametrize(("text", "why"), ENDLESS)
def test_what_would_not_end_is_refused_at_its_line(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text(f"First.\n\n{text}\n", encoding="utf-8")
    with pytest.raises(CrmauditError, match=why) as caught:
        Renderer([tmp_path], {}).blocks("own.md")
    assert str(caught.value.where).endswith("own.md:3")


@pytest.mark.parametrize(
    "text",
    [
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% set depth = (depth or 0) + 1 %}{% if depth < 40 %}"
        "{% include 'own.md' %}{% include 'own.md' %}{% endif %}",
    ],
)
def test_what_multiplies_itself_is_counted(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "ROUNDS", 10_000)
    (tmp_path / "own.md").write_text(f"\n{text}", encoding="utf-8")
    with pytest.raises(CrmauditError, match="10,000 times") as caught:
        Renderer([tmp_path], {"depth": 0}).blocks("own.md")
    assert str(caught.value.where).endswith("own.md:2")


def test_a_full_memory_is_told(tmp_path: Path) -> None:
    def full() -> None:
        raise MemoryError

    (tmp_path / "own.md").write_text("{{ full() }}", encoding="utf-8")
    with pytest.raises(CrmauditError, match="more than the memory can hold"):
        Renderer([tmp_path], {"full": full}).blocks("own.md")


def test_what_is_within_bounds_works_as_ever() -> None:
    """With values that are given in every way that there is."""
    text = (
        "{{ 'x'.center(3) }}|{{ 'x'|center(width=3) }}|{{ '%5.1f of %s' % (2, 'x') }}|"
        "{{ '%(a)s'|format(a=1) }}|{{ '{:>3}{b}'.format(1, b=2) }}|{{ 'a-b'.replace('-', '+') }}|"
        "{{ ', '.join(['a', 'b']) }}|{{ [1, 2]|join(', ') }}|{{ range(3)|map('string')|join }}|"
        "{{ things|join('+', attribute='a') }}|{{ 'a\nb'|indent('> ', first=True) }}|"
        "{{ [1, 2, 3]|batch(2, fill_with=0)|list }}|{{ 2.567|round(1) }}|{{ 7 % 4 }}|{{ 2**9 }}|"
        "{{ 5|string ~ none ~ 'x' }}|{% set x %}a{{ 1 }}{% endset %}{{ x }}"
    )
    environment = Bounded()
    made = environment.text(environment.from_string(text), things=[{"a": 1}, {"a": 2}])
    assert made.split("|") == [
        " x ", " x ", "  2.0 of x", "1", "  12", "a+b", "a, b", "1, 2", "012", "1+2", "> a\n> b",
        "[[1, 2], [3, 0]]", "2.6", "3", "512", "5Nonex", "a1",
    ]  # fmt: skip


def test_what_a_method_refuses_it_refuses_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("{{ 'x'.center('wide') }}", encoding="utf-8")
    with pytest.raises(CrmauditError, match="TypeError: 'str' object cannot be interpreted"):
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
    [
        "{% for i in range(10**9) %}{% endfor %}",
        "{% set n = namespace(t='x') %}{% for i in range(40) %}{% set n.t = n.t ~ n.t %}"
        "{% endfor %}",
        "{{ nothing.there }}",
        "{{ words.__class__ }}",
        "{% if %}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_frames_of_a_users_own_are_bounded_and_sandboxed(
    text: str, name: str, format_: str, tmp_path: Path
) -> None:
    own = tmp_path / name
    own.parent.mkdir()
    own.write_text(f"<a>\n\n{text}\n", encoding="utf-8")
    with pytest.raises(CrmauditError, match="template") as caught:
        writer(format_)(sample(), Theme(), Templates((tmp_path,)))
    assert str(caught.value.where) == f"{own}:3"
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "format_", "content", "says"),
    [
        ("html/report.html", "html", b" \n", "makes an empty document"),
        ("html/report.html", "html", b"{# nothing #}", "makes an empty document"),
        ("typst/report.typ", "pdf", b"\n", "makes an empty document"),
        ("html/report.html", "html", b"<p>\xe4</p>", "no text in UTF-8"),
        ("html/report.css", "html", b"a {}\n/* \xe4 */", "css:2: byte 0xE4 is not UTF-8"),
    ],
)
def test_frames_that_are_empty_or_no_text(
    name: str, format_: str, content: bytes, says: str, tmp_path: Path
) -> None:
    own = tmp_path / name
    own.parent.mkdir()
    own.write_bytes(content)
    with pytest.raises(CrmauditError) as caught:
        writer(format_)(sample(), Theme(), Templates((tmp_path,)))
    assert says in str(caught.value)
    assert str(caught.value.where).startswith(str(own))
    assert caught.value.hint


def test_an_empty_style_sheet_is_a_wish(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "report.css").write_text("")
    assert writer("html")(sample(), Theme(), Templates((tmp_path,)))


def test_a_frame_fails_in_the_part_of_it_that_fails(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "report.html").write_text("{% include 'part.html' %}")
    (tmp_path / "html" / "part.html").write_text("<p>\n{{ nothing }}")
    with pytest.raises(CrmauditError) as caught:
        writer("html")(sample(), Theme(), Templates((tmp_path,)))
    assert str(caught.value.where) == f"{tmp_path / 'html' / 'part.html'}:2"
