"""Which record of a cluster is kept, and on what grounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmaudit.evidence.match import Member
from crmaudit.quality.matching.survivor import survivor


def member(system: str = "crm", filled: int = 3, modified: str = "") -> Member:
    return Member("rec-0", system, "contacts", filled, modified)


MEMBERS = st.lists(
    st.builds(
        member,
        st.sampled_from(["crm", "billing", "newsletter"]),
        st.integers(0, 4),
        st.sampled_from(["", "2024-01-01", "2025-06-30"]),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize(
    ("members", "trusted", "index", "why"),
    [
        ([member("crm", 9), member("billing", 1)], ["billing"], 1, "most trusted system"),
        ([member("crm", 2), member("billing", 1)], ["billing", "crm"], 1, "most trusted system"),
        ([member(filled=2), member(filled=5)], [], 1, "most complete, with 5 attributes filled"),
        ([member(filled=0), member(filled=1)], [], 1, "with 1 attribute filled"),
        (
            [member(modified="2025-01-01 10:00"), member(modified="2024-01-01")],
            [],
            0,
            "changed last, on 2025-01-01",
        ),
        ([member(), member(modified="2024-01-01")], [], 1, "changed last"),
        ([member(), member()], [], 0, "first by its key"),
        ([member()], [], 0, "the only one"),
    ],
)
def test_the_grounds_come_in_their_order(
    members: list[Member], trusted: list[str], index: int, why: str
) -> None:
    chosen, told = survivor(members, trusted)
    assert chosen == index
    assert why in told


def test_grounds_that_did_not_decide_are_not_named() -> None:
    _, why = survivor([member("crm", 3, "2024-01-01"), member("crm", 3, "2025-01-01")], ["crm"])
    assert why == "changed last, on 2025-01-01"


def test_a_cluster_needs_records() -> None:
    with pytest.raises(ValueError, match="without records"):
        survivor([])


@given(MEMBERS, st.permutations(["crm", "billing", "newsletter"]))
def test_no_other_record_is_better(members: list[Member], trusted: list[str]) -> None:
    def rank(m: Member) -> tuple[int, int, str]:
        return -trusted.index(m.system), m.filled, m.modified

    index, why = survivor(members, trusted)
    best = max(map(rank, members))
    assert rank(members[index]) == best
    assert index == [rank(m) for m in members].index(best)
    assert why
