"""The questions of `inventory add`: how they are put, and which answers will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from crmaudit.cli.terminal import err, put_note, say
from crmaudit.errors import CrmauditError

if TYPE_CHECKING:
    from crmaudit.workspace import Workspace as Declared
    from crmaudit.workspace.yaml_reader import Path_

_PEOPLE = 12


class Form:
    """Asks for a system's facts, or checks those that were given as options."""

    _LABELS = {
        "id": "id",
        "name": "name",
        "kind": "kind",
        "vendor": "vendor",
        "description": "what it does, in a sentence",
        "owners.business": "business owner (answers for the content)",
        "owners.it": "IT owner (answers for the operation)",
        "lifecycle.phase": "phase",
        "hosting": "hosting",
        "users": "how many people use it",
        "cost": "cost in a year",
        "year": "year of the cost",
    }

    def __init__(self, workspace: Declared, cost_kind: str, year: int | None) -> None:
        self.workspace = workspace
        self.cost_kind, self.default_year = cost_kind, year
        self._people_shown = False

    def questions(self, answers: Mapping[str, Any]) -> Iterator[str]:
        """What is still to be asked; a cost's year only where there is a cost."""
        for field in self._LABELS:
            if field == "year" and not answers.get("cost"):
                continue
            if field not in ("id", *answers):
                yield field

    def ask(self, field: str, default: str = "", required: bool = False) -> Any:
        """The answer, asked again until it will do; empty where it is left open."""
        self._offer(field)
        if field == "year" and self.default_year:
            default = str(self.default_year)
        while True:
            label = self._LABELS[field]
            text = typer.prompt(label, default=default, show_default=bool(default), err=True)
            if not text.strip() and not required:
                return ""
            try:
                return self.checked(field, text)
            except CrmauditError as error:
                problem = error.problems[0]
                say(f"  {problem.message}" + (f"; {problem.hint}" if problem.hint else ""), "alarm")

    def _offer(self, field: str) -> None:
        """What there is to choose from."""
        choices = self._choices(field)
        people = self.workspace.people.people
        if field.startswith("owners.") and people and not self._people_shown:
            self._people_shown = True
            named = [f"{p.id} ({p.name})" for p in people[:_PEOPLE]]
            more = f" and {len(people) - _PEOPLE} more" if len(people) > _PEOPLE else ""
            put_note(err(), f"  a person's id or name: {', '.join(named)}{more}")
        elif choices:
            put_note(err(), f"  one of {', '.join(choices)}")

    def _choices(self, field: str) -> tuple[str, ...]:
        from typing import get_args

        from crmaudit.workspace.dossier import Kind, Lifecycle, System

        annotation: Any

        if field == "kind":
            return get_args(Kind)
        if field == "lifecycle.phase":
            annotation = Lifecycle.model_fields["phase"].annotation
        elif field == "hosting":
            annotation = System.model_fields["hosting"].annotation
        else:
            return ()
        return tuple(choice for arm in get_args(annotation) for choice in get_args(arm))

    def checked(self, field: str, text: str) -> Any:
        """The answer as the dossier holds it. Raises CrmauditError for one that it would not."""
        text = text.strip()
        if field.startswith("owners."):
            return self._person(field, text)
        if field == "cost":
            amount, _, currency = text.partition(" ")
            item = {"year": "2000", "kind": self.cost_kind, "amount": amount}
            if currency.strip():
                item["currency"] = currency.strip().upper()
            self._validate(field, {"costs": [item]})
            return text
        if field == "year":
            self._validate(field, {"costs": [{"year": text, "kind": "other", "amount": "0"}]})
            return text
        dossier: Any = text
        for step in reversed(field.split(".")):
            dossier = {step: dossier}
        self._validate(field, dossier)
        return int(text) if field == "users" else text

    def _validate(self, field: str, dossier: Mapping[str, Any]) -> None:
        from pydantic import ValidationError

        from crmaudit.workspace.complaints import mistake
        from crmaudit.workspace.dossier import System

        try:
            System.model_validate({"id": "x", "name": "x", **dossier})
        except ValidationError as error:
            message, hint = mistake(error.errors(include_url=False)[0])
            raise CrmauditError(f"{self._LABELS[field]}: {message}", hint) from None

    def _person(self, field: str, text: str) -> str:
        from crmaudit.workspace.spelling import suggestion

        people = self.workspace.people.people
        if not people:
            return text
        called = {p.id.casefold(): p.id for p in people}
        by_name: dict[str, list[str]] = {}
        for p in people:
            by_name.setdefault(p.name.casefold(), []).append(p.id)
        ids = [called[text.casefold()]] if text.casefold() in called else []
        ids = ids or by_name.get(text.casefold(), [])
        if len(ids) == 1:
            return ids[0]
        if ids:
            raise CrmauditError(
                f"{self._LABELS[field]}: several people are called {text}",
                f"say which: {', '.join(ids)}",
            )
        raise CrmauditError(
            f"{self._LABELS[field]}: nobody in people.yaml is {text!r}",
            suggestion(text, [name for p in people for name in (p.id, p.name)]),
        )

    def facts(self, answers: Mapping[str, Any]) -> Iterator[tuple[Path_, Any]]:
        """What the dossier is to say besides id and name."""
        for field, value in answers.items():
            if value != "" and field not in ("id", "name", "cost", "year"):
                yield tuple(field.split(".")), value
        if answers.get("cost"):
            yield ("costs",), [self._cost(answers)]

    def _cost(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        amount, _, currency = answers["cost"].partition(" ")
        year = answers.get("year") or self.default_year
        if not year:
            raise CrmauditError("the cost needs a year", "say --year 2026")
        item: dict[str, Any] = {"year": int(year), "kind": self.cost_kind, "amount": float(amount)}
        if currency.strip():
            item["currency"] = currency.strip().upper()
        return item

    def shown(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """The answers with short labels, people by name."""
        name: Callable[[str], str | None] = self.workspace.person_name
        found: dict[str, str] = {}
        for field, value in answers.items():
            if value == "" or field in ("id", "year"):
                continue
            label = {"owners.business": "business owner", "owners.it": "IT owner"}.get(field)
            label = label or field.rpartition(".")[2]
            shown = name(value) or value if field.startswith("owners.") else str(value)
            if field == "cost":
                item = self._cost(answers)
                currency = item.get("currency", self.workspace.audit.currency)
                shown = f"{item['amount']:,.0f} {currency} in {item['year']} ({item['kind']})"
            found[label] = shown
        return found
