"""What groups say: themes, proposed words, contradictions, and what was measured beside it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.governance.contradictions import (
    Measured,
    Said,
    Topic,
    beside,
    disagreements,
    said,
    topics,
)
from crmaudit.governance.interviews import counted, group_name, held
from crmaudit.governance.themes import themes, touching
from crmaudit.governance.themes_proposed import proposed
from crmaudit.workspace.interviews import Interview, Statement
from crmaudit.workspace.registers import Registers


def interview(id_: str, people: int | None = 7, **said_: Any) -> Interview:
    values = {"id": id_, "group": id_.title(), "participants": people, **said_}
    return Interview.model_validate(values)


def claim(text: str = "Fine", verdict: str = "good", **more: Any) -> dict[str, Any]:
    return {"text": text, "verdict": verdict, **more}


def fact(part: int, good: bool, **more: Any) -> Measured:
    values: dict[str, Any] = {
        "subject": Topic("crm", "contact"),
        "aspect": "contact points",
        "what": "have no e-mail address",
        **more,
    }
    return Measured(share=part / 100, part=part, whole=100, good=good, **values)


# Who is counted


def test_a_prepared_interview_was_not_held() -> None:
    empty, answered, dated, listed = (
        interview("a"),
        interview("b", answers={"wrong": "Much"}),
        interview("c", date="2026-05-19"),
        interview("d", wishes=["One list"]),
    )
    assert held([empty, answered, dated, listed]) == (answered, dated, listed)


@pytest.mark.parametrize(("people", "counts"), [(None, False), (4, False), (5, True)])
def test_small_and_unknown_groups_are_not_counted(people: int | None, counts: bool) -> None:
    one = interview("desk", people, wishes=["One list"])
    assert bool(counted([one])) is counts
    assert group_name(one) == ("Desk" if counts else "a group of fewer than five")


# Themes


def pain(text: str = "Typing", people: int = 6, **more: Any) -> dict[str, Any]:
    return {"text": text, "minutes": 60, "per": "month", "people": people, **more}


def test_themes_are_counted_over_groups() -> None:
    small = interview("small", 4, pains=[pain(themes="double work")])
    found = themes(
        [
            interview("a", pains=[pain(themes="Double  work", systems="crm"),
                                  pain("B", 2, themes="double work")]),
            interview("b", wishes=[{"text": "Once", "themes": "double work", "entities": "case"}]),
            interview("c", risks=[{"text": "Slow", "themes": "speed"}]),
            small,
        ]
    )  # fmt: skip
    first, second = found
    assert (first.name, first.groups, first.whole) == ("Double work", ("a", "b"), 3)
    assert (first.kinds, first.said) == ({"pain": 2, "wish": 1}, 3)
    # Six people, an hour a month; what two people lose is not shown and not added.
    assert first.hours == pytest.approx((72, 72))
    assert (first.systems, first.entities) == (("crm",), ("case",))
    assert (second.name, second.hours, second.answered) == ("speed", None, False)
    assert "small" not in repr(found)


WORK = {"status": "in work"}


@pytest.mark.parametrize(
    ("register", "touched"),
    [
        ({"dysfunctions": [{"id": "d", "what": "W", "systems": "crm"}]}, []),
        ({"dysfunctions": [{"id": "d", "what": "W", **WORK, "systems": "crm"}]}, ["d"]),
        ({"dysfunctions": [{"id": "d", "what": "W", **WORK, "systems": "erp"}]}, []),
        (
            {
                "dysfunctions": [
                    {"id": "d", "what": "W", "systems": "crm", "entities": "order",
                     "status": "in work"}
                ]
            },
            [],
        ),
        ({"dysfunctions": [{"id": "d", "what": "W", "process": "p", "status": "solved"}]}, ["d"]),
        ({"dysfunctions": [{"id": "d", "what": "W", "status": "in work"}]}, []),
        ({"requests": [{"id": "r", "what": "W", "systems": "crm", "status": "planned"}]}, ["r"]),
        ({"requests": [{"id": "r", "what": "W", "systems": "crm", "status": "refused"}]}, []),
        ({"requests": [{"id": "r", "what": "W", "systems": "crm"}]}, []),
    ],
)  # fmt: skip
def test_what_is_in_hand_for_a_theme(register: dict[str, Any], touched: list[str]) -> None:
    (theme,) = themes(
        [interview("a", pains=[pain(themes="t", systems="crm", entities="contact", process="p")])]
    )
    assert [t.id for t in touching(theme, Registers.model_validate(register))] == touched


# Words proposed


def words(*texts: str, names: tuple[str, ...] = ()) -> list[str]:
    groups = [interview(f"g{i}", answers={"wrong": t}) for i, t in enumerate(texts)]
    return [p.word for p in proposed(groups, names)]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("We are searching all day", "The search takes long"), ["search"]),
        (("Wir haben zu viele Dubletten in der Liste", "Die Dublette ist das Schlimmste und die "
          "Listen sind alt"), ["Dublette", "Liste"]),
        (("Nous avons des doublons dans la liste", "Il y a un doublon et les listes sont vieilles"),
         ["doublon", "liste"]),
        (("Tenemos muchos duplicados en la lista", "Las listas no se cierran y el duplicado es lo "
          "peor"), ["duplicado", "lista"]),
        (("We like the colour", "They prefer the price"), []),
    ],
)  # fmt: skip
def test_words_of_four_languages(texts: tuple[str, ...], found: list[str]) -> None:
    assert sorted(words(*texts), key=str.casefold) == found


def test_names_and_declared_themes_are_not_proposed() -> None:
    texts = ("Ask Lotte about invoices in BeaconCRM", "We wait for Lotte; invoices get lost")
    assert words(*texts) == ["invoices"]
    assert words(*texts, names=("Invoice",)) == []
    declared = interview("x", wishes=[{"text": "T", "themes": "invoicing"}])
    groups = [interview(f"g{i}", answers={"wrong": t}) for i, t in enumerate(texts)]
    assert proposed([*groups, declared], ()) == ()


def test_a_word_of_small_groups_is_no_theme() -> None:
    texts = ("searching", "searching")
    groups = [interview(f"g{i}", 4, answers={"wrong": t}) for i, t in enumerate(texts)]
    assert proposed([*groups, interview("h", answers={"wrong": "searching"})], ()) == ()


@given(st.lists(st.text(max_size=200), min_size=2, max_size=4))
def test_any_text_gives_the_same_words_again(texts: list[str]) -> None:
    found = words(*texts)
    assert found == words(*texts)
    assert len(found) <= 20


# Groups against each other


@pytest.mark.parametrize(
    ("one", "other", "subject"),
    [
        ({"systems": "crm", "entities": "contact"}, {"systems": "crm", "entities": "contact"},
         "cell:crm.contact"),
        ({"entities": "contact"}, {"systems": "crm", "entities": "contact"}, "cell:crm.contact"),
        ({"systems": "crm"}, {"systems": "crm"}, "system:crm"),
        ({"systems": "crm"}, {"systems": "crm", "entities": "contact"}, ""),
        ({"systems": "crm", "entities": "case"}, {"systems": "crm", "entities": "contact"}, ""),
        ({"systems": "erp", "entities": "contact"}, {"systems": "crm", "entities": "contact"}, ""),
        ({"entities": "contact", "about": "duplicates"},
         {"entities": "contact", "about": "completeness"}, ""),
        ({"entities": "contact", "about": "duplicates"}, {"entities": "contact"}, "entity:contact"),
        ({}, {}, ""),
    ],
)  # fmt: skip
def test_groups_that_contradict_each_other(
    one: dict[str, Any], other: dict[str, Any], subject: str
) -> None:
    found = disagreements(
        [
            interview("a", statements=[claim(**one)]),
            interview("b", statements=[claim("Bad", "bad", **other)]),
            interview("c", statements=[claim("So so", "mixed", **one)]),
        ]
    )
    assert [d.topic.subject for d in found] == ([subject] if subject else [])
    for d in found:
        assert [s.group for s in (*d.good, *d.bad)] == ["A", "B"]


def test_one_group_does_not_contradict_itself_nor_a_small_one() -> None:
    both = [claim(systems="crm"), claim("Bad", "bad", systems="crm")]
    assert not disagreements([interview("a", statements=both)])
    small = interview("b", 4, statements=both[1:])
    assert not disagreements([interview("a", statements=both[:1]), small])


def test_a_statement_has_a_topic_for_each_thing_it_names() -> None:
    many = Statement.model_validate(claim(systems=["a", "b"], entities=["x", "y"]))
    assert [t.subject for t in topics(many)] == ["cell:a.x", "cell:a.y", "cell:b.x", "cell:b.y"]
    assert topics(Statement.model_validate(claim())) == ()


# Against what was measured


def verdicts(verdict: str, facts: list[Measured], **more: Any) -> tuple[int, int, int]:
    values = {"systems": "crm", "entities": "contact", **more}
    one = interview("a", statements=[claim("S", verdict, **values)])
    found = beside([one], facts)
    return len(found.against), len(found.agree), len(found.open)


@pytest.mark.parametrize(
    ("verdict", "about", "goods", "outcome"),
    [
        ("good", None, [False], "against"),
        ("good", None, [True, False], "against"),
        ("good", None, [True], "agree"),
        ("good", None, [], "open"),
        ("good", "duplicates", [False], "open"),
        ("good", "contact points", [False], "against"),
        ("bad", None, [False], "agree"),
        # They may mean something that nobody measured.
        ("bad", None, [True, True], "open"),
        ("bad", "contact points", [True], "against"),
        ("bad", "contact points", [False], "agree"),
        ("bad", "duplicates", [True], "open"),
        ("mixed", None, [False], "open"),
    ],
)
def test_what_was_measured_speaks_against_it(
    verdict: str, about: str | None, goods: list[bool], outcome: str
) -> None:
    facts = [fact(30 + i, good, what=str(i)) for i, good in enumerate(goods)]
    counts = dict(
        zip(("against", "agree", "open"), verdicts(verdict, facts, about=about), strict=True)
    )
    assert counts == {"against": 0, "agree": 0, "open": 0, outcome: 1}


def test_the_surest_and_worst_fact_comes_first() -> None:
    one = interview("a", statements=[claim(entities="contact")])
    facts = [
        fact(90, False, what="guessed", sure=False),
        fact(20, False, what="small"),
        fact(40, False, what="large", subject=Topic("erp", "contact")),
        fact(80, False, what="another", subject=Topic("crm", "case")),
    ]
    (found,) = beside([one], facts).against
    assert [f.what for f in found.facts] == ["large", "small", "guessed"]


def test_small_groups_are_left_out_and_said_so() -> None:
    small = interview("b", 3, statements=[claim(systems="crm"), claim(entities="x")])
    found = beside([small], [fact(50, False)])
    assert (found.against, found.agree, found.open, found.left_out) == ((), (), (), 2)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["good", "bad", "mixed"]),
            st.sampled_from([None, "contact points", "duplicates"]),
            st.sampled_from(["", "crm", "erp"]),
            st.sampled_from(["", "contact"]),
        ),
        max_size=6,
    ),
    st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=4),
)
def test_every_statement_has_exactly_one_outcome(
    claims: list[tuple[str, str | None, str, str]], facts: list[tuple[int, bool]]
) -> None:
    statements = [
        claim("S", v, about=a, systems=[s] if s else [], entities=[e] if e else [])
        for v, a, s, e in claims
    ]
    one = interview("a", statements=statements)
    found = beside([one], [fact(part, good) for part, good in facts])
    told: list[Said] = [g.said for g in found.against]
    told += [*found.agree, *found.open]
    assert sorted(s.index for s in told) == sorted(s.index for s in said([one]))
