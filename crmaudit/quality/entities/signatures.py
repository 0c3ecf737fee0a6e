"""Which marks speak for which entity, and how much."""

from __future__ import annotations

from collections.abc import Mapping, Set

# Entity → (mark or marks joined by `&`, weight in 1/100). What speaks against has a minus.
_SIGNATURES = {
    "person": "given name & family name:55, full name:10, birth date:20, gender:12, salutation:12, "
    "job title:12, e-mail:8, phone:8, street:5, postcode:5, password:-60, converted:-25, "
    "organisation name:-5, attended:-20, probability:-40, changes:-40, invoice number:-20",
    "organisation": "organisation name:35, tax number:25, website:18, industry:25, employees:25, "
    "revenue:25, phone:8, street:8, postcode:5, label:5, given name & family name:-45, "
    "password:-50, probability:-40, subject:-20, due:-20, dictionary:-30, payload:-30, total:-15, "
    "changes:-40",
    "household": "household name:50, street:5, label:5",
    "lead": "converted:45, rating:15, source:15, given name & family name:15, "
    "organisation name:10, e-mail:5, phone:5, status:5, probability:-10, password:-40",
    "opportunity": "probability:40, stage:20, close date:30, amount:15, lost reason:20, "
    "source:5, label:5, password:-40, sku:-30",
    "activity": "subject:15, body:10, duration:25, reminder:12, direction:22, completed:15, "
    "sender & recipient:35, message id:25, sent:8, start & end:10, due:12, priority:8, status:5, "
    "location:10, parent type:10, resolution:-25, budget:-25, total:-20, invoice number:-30, "
    "changes:-40, payload:-15, capacity:-30, dictionary:-30",
    "case": "ticket number:40, resolution:30, escalated:30, priority:15, status:8, subject:10, "
    "body:5, duration:-5, budget:-20, total:-20, changes:-30",
    "campaign": "budget:25, campaign cost:30, start & end:8, status:5, label:5, "
    "subject & sent:12, password:-40",
    "contribution": "receipt:35, anonymous:15, amount:15, source:5, payment method:12, "
    "invoice number:-5, due:-15, quantity:-15",
    "membership": "joined:35, renewal:25, start & end:10, status:5, given name & family name:-5",
    "event": "capacity:45, start & end:12, location:15, event date:15, label:5, body:5, "
    "direction:-20, payload:-60, changes:-60",
    "event registration": "attended:40, status:5, capacity:-40",
    "invoice": "invoice number:30, due:22, total:18, tax:15, paid:15, amount:5, probability:-30, "
    "quantity:-15, payment method:-5",
    "payment": "payment method:30, paid on:30, amount:15, due:-15, receipt:-8, quantity:-15, "
    "subject:-10",
    "product": "sku:45, unit price:22, stock:22, label:5, code:5, quantity:-10, total:-15, due:-20",
    "quote": "valid until:35, quote number:40, total:12, tax:8, invoice number:-20",
    "order": "order number:35, delivery:20, total:12, tax:8, quantity:-8",
    "contract": "contract number:45, start & end:10, renewal:10, status:3",
    "project": "start & end:8, status:4, budget:5",
    "grant": "requested:50, amount:5",
    "user": "login:35, password:40, last login:30, admin:20, e-mail:5, given name & family name:8",
    "document": "file name:40, file type:35",
    "segment": "",
    "relationship": "",
    "role": "login:-40, full name:-30, password:-40, given name & family name:-40, e-mail:-20",
    "team": "",
    "unit": "",
}


def _parsed() -> dict[str, tuple[tuple[frozenset[str], float], ...]]:
    found = {}
    for entity, text in _SIGNATURES.items():
        items = [item.rsplit(":", 1) for item in text.split(",") if item.strip()]
        found[entity] = tuple(
            (frozenset(m.strip() for m in names.split("&")), int(weight) / 100)
            for names, weight in items
        )
    return found


_PARSED = _parsed()
_MOST = 0.9


def scores(marks: Set[str]) -> Mapping[str, tuple[float, tuple[str, ...]]]:
    """Entity → how far the marks speak for it, in [-1, 0.9], and the marks that do."""
    found = {}
    for entity, items in _PARSED.items():
        total, why = 0.0, []
        for needed, weight in items:
            if needed <= marks:
                total += weight
                if weight >= 0.1:
                    why.append((weight, " and ".join(sorted(needed))))
        if total:
            why.sort(key=lambda w: (-w[0], w[1]))
            found[entity] = (max(-1.0, min(_MOST, total)), tuple(w for _, w in why[:4]))
    return found
