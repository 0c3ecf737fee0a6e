"""What nobody wrote down speaks neither for nor against anybody."""

from __future__ import annotations

from datetime import date

from crmaudit.governance.three_duties import three_duties
from crmaudit.workspace.landscape import Need
from crmaudit.workspace.registers import Dysfunction

DAY = date(2026, 6, 30)


def signs(
    *dysfunctions: Dysfunction, boards: tuple[Need, ...] | None = ()
) -> dict[str, bool | None]:
    found = three_duties(dysfunctions, (), boards, lambda need: None, None, None, DAY)
    return {s.text: s.kept for held in found for s in held.signs}


def test_an_empty_register_says_nothing_of_forms() -> None:
    found = signs()
    assert found["no open dysfunction of forms that are slow or hard to find one's way in"] is None
    assert found["who records was not measured"] is None


def test_a_register_that_has_none_of_forms_speaks_for_them() -> None:
    found = signs(Dysfunction(id="a", what="Nobody looks", duty_of="management"))
    assert found["no open dysfunction of forms that are slow or hard to find one's way in"] is True
    slow = signs(Dysfunction(id="a", what="Eleven clicks", kind="slow to record"))
    assert slow["1 open dysfunction of forms that are slow or hard to find one's way in"] is False


def test_where_nothing_is_wanted_no_dashboard_is_missed() -> None:
    assert signs(boards=None)["no dashboard, report or question is declared"] is None
    # Somebody said what is wanted, and nothing of it is a dashboard for the management.
    assert signs()["no dashboard made for the management"] is False
