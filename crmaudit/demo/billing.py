"""The demo's accounts package, "LedgerLine": customers of its own, half of them without a link.

Seven customers in ten are in the CRM as well, but little more than half of
these carry the CRM's number; where the two disagree the truth says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from crmaudit.demo import clock
from crmaudit.demo.claims import CellPlant, ClaimBook, Values
from crmaudit.demo.database import Database
from crmaudit.demo.faults_crm import put
from crmaudit.demo.people import STRANGERS, abbreviated
from crmaudit.demo.places import address
from crmaudit.demo.population import CONTACTS, Population
from crmaudit.demo.scale import Scale, share
from crmaudit.demo.streams import Draw, Streams

WITNESS = "witness"
"""Owns the CRM's cells that the truth compares with other systems: no plant may change them."""
CUSTOMERS = "billing.customers"
_PRODUCTS = (
    ("MEM-IND", "Individual membership", 25.0, "EX"), ("MEM-HH", "Family membership", 40.0, "EX"),
    ("MEM-ORG", "Organisation membership", 120.0, "EX"), ("HALL-HR", "Hall hire, hour", 18.0, "S"),
    ("HALL-DAY", "Hall hire, day", 110.0, "S"), ("TRN-DAY", "Training day", 95.0, "S"),
    ("EVT-TKT", "Event ticket", 12.0, "Z"), ("CAT-HEAD", "Catering, head", 9.5, "S"),
    ("SHOP-MISC", "Shop goods", 6.0, "S"), ("CONS-HR", "Advice for partners, hour", 65.0, "S"),
)  # fmt: skip
_TAX = {"S": 0.2, "Z": 0.0, "EX": 0.0}
_OPENED = clock.index("2018-01-01")
Link = tuple[str, int]


class Billing:
    """Settles who the customers are and writes the billing database."""

    def __init__(
        self, scale: Scale, streams: Streams, book: ClaimBook, population: Population
    ) -> None:
        self._scale = scale
        self._streams = streams
        self._book = book
        self._population = population
        self._invoice = streams.prefix("invoice")
        self._total = scale.customers
        self._invoices = scale.rows("billing.invoices")
        self.duplicates: dict[int, int] = {}
        self.agreement: dict[str, Counter[str]] = {"email": Counter(), "address": Counter()}
        self.links = self._settle()
        self.referenced = self._references()
        book.size(CUSTOMERS, self._total, "customer_id")
        book.size("billing.invoices", self._invoices, "invoice_id")
        numbers = range(1, self._invoices + 1)
        book.size("billing.invoice_lines", sum(1 + n % 3 for n in numbers), "line_id")
        book.size("billing.payments", sum(_is_paid(n) for n in numbers), "payment_id")
        self._plant()

    def pairs(self, kind: str) -> list[tuple[int, int]]:
        """(CRM id, customer id) of those known to both; `kind` is contact or organisation."""
        return [(key, n) for n, (what, key) in enumerate(self.links[1:], 1) if what == kind]

    def unknown(self) -> list[int]:
        """Customers of whom the CRM knows nothing."""
        return [n for n, (what, _) in enumerate(self.links[1:], 1) if what.startswith("new")]

    def write(self, database: Database) -> None:
        """Fill all tables."""
        rates = (("S", "Standard rate", 0.2), ("Z", "Zero rate", 0.0), ("EX", "Exempt", 0.0))
        database.fill("tax_codes", rates)
        database.fill("products", ((*product, None) for product in _PRODUCTS))
        database.fill("customers", self._customers())
        database.fill("invoices", self._invoice_rows())
        database.fill("invoice_lines", self._line_rows())
        database.fill("payments", self._payment_rows())
        months = (f"{year}-{month:02d}" for year in range(2018, 2026) for month in range(1, 13))
        database.fill("period_locks", ((month, clock.plus(f"{month}-28", 12)) for month in months))

    def _settle(self) -> list[Link]:
        rng = self._streams.table(f"{CUSTOMERS}:who")
        firms = share(0.20, self._total)
        persons = self._total - firms
        known = round(0.70 * persons)
        usable = [
            key
            for key in range(1, self._scale.last_contact + 1)
            if not self._book.is_gone(CONTACTS, key)
            and not self._population.is_copy(key)
            and self._book.owner(CONTACTS, "is_deleted", key) == ""
        ]
        links: list[Link] = [("contact", key) for key in rng.sample(usable, known)]
        links += [("new person", STRANGERS + n) for n in range(persons - known)]
        copies = self._population.groups.duplicate_organisations
        single = [n for n in range(1, self._scale.organisations + 1) if n not in copies]
        partners = round(0.60 * firms)
        links += [("organisation", key) for key in rng.sample(single, partners)]
        links += [("new organisation", STRANGERS + n) for n in range(firms - partners)]
        rng.shuffle(links)
        plant = self._streams.plant("customer_duplicate")
        for number in sorted(plant.sample(range(2, self._total + 1), share(0.015, self._total))):
            original = 1 + int(plant.random() * (number - 1))
            if original not in self.duplicates:
                self.duplicates[number] = original
        for number, original in self.duplicates.items():
            links[number - 1] = links[original - 1]
        return [("", 0), *links]

    def _references(self) -> bytearray:
        rng = self._streams.table(f"{CUSTOMERS}:references")
        flags = bytearray(self._total + 1)
        for number in range(1, self._total + 1):
            known = self.links[number][0] in ("contact", "organisation")
            flags[number] = rng.random() < 0.55 and known and number not in self.duplicates
        return flags

    def _plant(self) -> None:
        book, links = self._book, self.links
        erased = [n for n in range(1, self._scale.last_contact + 1) if book.is_gone(CONTACTS, n)]

        def clean(*columns: str) -> Any:
            return lambda n: (
                links[n][0] == "contact"
                and all(book.owner(CONTACTS, column, links[n][1]) == "" for column in columns)
            )

        def other_mail(values: Values, rng: Random) -> Values:
            name = str(values["contact_email"]).partition("@")[0]
            return {"contact_email": f"{name}.{10 + int(rng.random() * 89)}@home.example"}

        def moved(values: Values, rng: Random) -> Values:
            home = address(Draw(b"moved", int(rng.random() * 2**40)))
            keys = ("addr_line", "addr_town", "addr_postcode")
            return dict(zip(keys, home, strict=True)) | {"changed_on": "2026-03-02"}

        def wrong(values: Values, rng: Random) -> Values:
            own = int(values["crm_contact_no"][3:])
            other = own % self._scale.last_contact + 1
            return {"crm_contact_no": f"HC-{book.live(CONTACTS, other):06d}"}

        def gone(values: Values, rng: Random) -> Values:
            return {"crm_contact_no": f"HC-{erased[int(rng.random() * len(erased))]:06d}"}

        t, inv, pay = CUSTOMERS, "billing.invoices", "billing.payments"
        home_columns = ("addr_line", "addr_town", "addr_postcode")
        plants = (
            CellPlant("customer_email_missing", t, ("contact_email",), 0.22,
                      put("contact_email", None), "no e-mail address", "contact_email IS NULL"),
            CellPlant("customer_email_conflict", t, ("contact_email",), 0.05, other_mail,
                      "another e-mail address than in the CRM"),
            CellPlant("customer_email_case", t, ("contact_email",), 0.05,
                      lambda v, rng: {"contact_email": v["contact_email"].upper()},
                      "the CRM's address in capitals: the same one",
                      "contact_email GLOB '*[A-Z]*'"),
            CellPlant("customer_address_conflict", t, home_columns, 0.08, moved,
                      "another postal address than in the CRM"),
            CellPlant("customer_reference_dangling", t, ("crm_contact_no",), 0.0075, gone,
                      "the CRM number of an erased contact"),
            CellPlant("customer_reference_wrong", t, ("crm_contact_no",), 0.004, wrong,
                      "the CRM number of somebody else"),
            CellPlant("customer_phone_missing", t, ("tel",), 0.25, put("tel", None, ""),
                      "no telephone number", "coalesce(tel, '') = ''"),
            CellPlant("invoice_customer_orphan", inv, ("customer_id",), 0.0015,
                      lambda v, rng: {"customer_id": self._total + 1 + int(rng.random() * 9)},
                      "invoice to a customer that does not exist",
                      "customer_id NOT IN (SELECT customer_id FROM customers)"),
            CellPlant("invoice_sum_wrong", inv, ("gross",), 0.004,
                      lambda v, rng: {"gross": round(v["gross"] + 1 + rng.random() * 40, 2)},
                      "gross is not net plus tax", "abs(net + tax - gross) > 0.011"),
            CellPlant("invoice_due_before_issue", inv, ("due_on",), 0.002,
                      lambda v, rng: {"due_on": clock.plus(v["issued_on"], -30)},
                      "due before it was issued", "due_on < issued_on"),
            CellPlant("payment_date_format", pay, ("paid_on",), 0.02,
                      lambda v, rng: {"paid_on": "/".join(reversed(v["paid_on"].split("-")))},
                      "a date in another notation", "paid_on LIKE '%/%'"),
            CellPlant("payment_invoice_unknown", pay, ("invoice_no",), 0.003,
                      lambda v, rng: {"invoice_no": f"INV-X{int(rng.random() * 90000):05d}"},
                      "payment for an invoice that does not exist",
                      "invoice_no NOT IN (SELECT invoice_no FROM invoices)"),
            CellPlant("line_product_unknown", "billing.invoice_lines", ("sku",), 0.001,
                      put("sku", "OLD-1", "OLD-2"), "a product that was taken off the list",
                      "sku NOT IN (SELECT sku FROM products)"),
        )  # fmt: skip
        home = ("street", "city", "postcode")
        fits = {
            "customer_email_conflict": clean("email"),
            "customer_email_case": clean("email"),
            "customer_address_conflict": clean(*home),
            "customer_reference_dangling": lambda n: links[n][0] == "new person",
            "customer_reference_wrong": lambda n: links[n][0] == "contact" and self.referenced[n],
        }
        book.plant(plants, fits)
        # What the truth compares must stay as it is on the CRM's side too.
        for name, columns in (
            ("customer_email_conflict", ("email",)),
            ("customer_email_case", ("email",)),
            ("customer_address_conflict", home),
        ):
            for plant in book.planted:
                for key in plant.keys if plant.name == name else ():
                    contact = links[int(key)][1]
                    if book.is_free(CONTACTS, contact, *columns):
                        book.take(WITNESS, CONTACTS, columns, contact)
        # Not drawn as cells, but counted as a defect all the same.
        book.record(
            "customer_duplicate", t, ("name1",), sorted(self.duplicates),
            "the same customer under two account numbers",
        )  # fmt: skip

    def _customers(self) -> Iterator[list[Any]]:
        rng = self._streams.table(CUSTOMERS)
        population = self._population
        for number in range(1, self._total + 1):
            kind, key = self.links[number]
            a, b = rng.random(), rng.random()
            entered = clock.DAYS[clock.between(rng, _OPENED, clock.LAST - 40)]
            contact_no = organisation_id = None
            private = kind in ("contact", "new person")
            if private:
                person = (
                    population.person(key) if kind == "contact" else population.people.person(key)
                )
                name, mail, phone, home = (
                    f"{person.first} {person.last}", person.email, person.phone, person.home,
                )  # fmt: skip
                contact_no = f"HC-{key:06d}" if self.referenced[number] else None
                if kind == "contact":
                    self._compare(key, number)
            else:
                firm = population.people.organisation(key)
                name, mail, phone, home = firm.name, firm.email, firm.phone, firm.home
                organisation_id = key if self.referenced[number] else None
            if number in self.duplicates and a < 0.5:
                name = name.upper()
            yield [
                number, f"LL-{100_000 + number}", "P" if private else "O",
                name, None, mail, phone.replace(" ", "") if a < 0.4 else phone,
                abbreviated(home.street) if b < 0.25 else home.street, home.city.upper(),
                home.postcode, "GB", contact_no, organisation_id, None, (14, 30)[int(a * 2)],
                "Y" if b < 0.02 else "N", ("fin1", "fin2", "fin3")[int(b * 3)], entered,
                max(entered, clock.DAYS[clock.between(rng, clock.LAST - 1500, clock.LAST)]),
            ]  # fmt: skip

    def _compare(self, contact: int, customer: int) -> None:
        """Count how the two systems agree, from what was planted on either side."""
        here = self._book.owner(CUSTOMERS, "contact_email", customer)
        there = self._book.owner(CONTACTS, "email", contact)
        no_crm = there in ("contact_email_missing", "contact_email_blank")
        email = {
            "customer_email_conflict": "conflicting",
            "customer_email_case": "equivalent",
        }.get(here, "same")
        if here == "customer_email_missing":
            email = "neither" if no_crm else "only in the CRM"
        elif no_crm:
            email = "only in billing"
        elif there in ("contact_email_placeholder", "contact_email_invalid"):
            email = "unusable in the CRM"
        self.agreement["email"][email] += 1
        moved = self._book.owner(CUSTOMERS, "addr_line", customer) != ""
        self.agreement["address"]["conflicting" if moved else "same or damaged"] += 1

    def customer_of(self, invoice: int) -> int:
        """Who the invoice goes to, before any plant."""
        draw = Draw(self._invoice, invoice)
        position = draw.below(1_000_000) / 1_000_000
        return 1 + int(position * position * self._total)

    def _lines(self, invoice: int) -> list[tuple[str, int, float, float, str]]:
        draw = Draw(self._invoice, invoice)
        draw.below(1_000_000)
        lines = []
        for _ in range(1 + invoice % 3):
            sku, _, price, tax = draw.pick(_PRODUCTS)
            quantity = 1 + draw.below(4)
            lines.append((sku, quantity, price, round(price * quantity, 2), tax))
        return lines

    def _issued(self, invoice: int) -> str:
        return clock.DAYS[_OPENED + (clock.LAST - _OPENED) * invoice // (self._invoices + 1)]

    def _number(self, invoice: int) -> str:
        return f"INV-{self._issued(invoice)[:4]}-{invoice:06d}"

    def _invoice_rows(self) -> Iterator[list[Any]]:
        invoices, unknown = "billing.invoices", []
        for number in range(1, self._invoices + 1):
            lines = self._lines(number)
            net = round(sum(line[3] for line in lines), 2)
            tax = round(sum(line[3] * _TAX[line[4]] for line in lines), 2)
            issued = self._issued(number)
            due = clock.plus(issued, 30)
            known = self.links[self.customer_of(number)][0] in ("contact", "organisation")
            if not known and self._book.owner(invoices, "customer_id", number) == "":
                unknown.append(number)
            state = "paid" if _is_paid(number) else ("open" if due > clock.AS_OF else "overdue")
            yield [
                number, self._number(number), self.customer_of(number), issued, due, net, tax,
                round(net + tax, 2), "GBP", state, ("fin1", "fin2", "fin3")[number % 3],
            ]  # fmt: skip

        self._book.record(
            "invoice_without_crm_customer", invoices, ("customer_id",), unknown,
            "invoice to somebody whom the CRM does not know at all",
        )  # fmt: skip

    def _line_rows(self) -> Iterator[list[Any]]:
        row = 0
        for number in range(1, self._invoices + 1):
            for sku, quantity, price, amount, tax in self._lines(number):
                row += 1
                yield [row, number, sku, quantity, price, amount, tax]

    def _payment_rows(self) -> Iterator[list[Any]]:
        row = 0
        for number in range(1, self._invoices + 1):
            if _is_paid(number):
                row += 1
                amount = sum(line[3] * (1 + _TAX[line[4]]) for line in self._lines(number))
                paid = min(clock.plus(self._issued(number), 3 + number % 50), clock.AS_OF)
                yield [
                    row, self._number(number), paid, round(amount, 2),
                    ("BACS", "Card", "Cheque")[number % 3], f"B{number * 7919 % 10_000_000:07d}",
                ]  # fmt: skip


def _is_paid(invoice: int) -> bool:
    return invoice % 10 not in (3, 7)
