"""What the demo's tables mean: entities, references, columns with a meaning.

Declared by hand, as an auditor would find it out; the counts are measured in
the finished databases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crmaudit.demo.database import Database
from crmaudit.demo.truth import EntityTable, ForeignKey, Polymorphic, SystemTruth

_PRODUCTS = {"crm": "BeaconCRM", "billing": "LedgerLine", "newsletter": "PostRoom"}
_SYSTEM_TABLES = {
    "crm": (
        "schema_migrations", "app_cache", "job_queue", "sessions", "menu_items", "settings",
        "audit_settings", "option_lists", "option_values", "custom_fields", "audit_log",
        "login_history", "import_batches", "dashboards",
    ),
    "billing": ("period_locks",),
    "newsletter": (),
}  # fmt: skip
_STAMPS = {
    "created_at": "created_at", "created_by": "created_by", "modified_at": "modified_at",
    "modified_by": "modified_by", "soft_delete": "is_deleted",
}  # fmt: skip
_BORN = {"created_at": "created_at", "created_by": "created_by"}
_OWNED = {**_STAMPS, "owner": "owner_id"}
_PAIR = ("first_name", "last_name")
_Table = tuple[str, str, str, Mapping[str, object]]
# Entity, table, role, what differs from the defaults of EntityTable.
_ENTITIES: dict[str, tuple[_Table, ...]] = {
    "crm": (
        ("Contact", "contacts", "primary", {"name": _PAIR, **_OWNED}),
        ("Contact", "contacts_cstm", "extension", {"key": ("id_c",)}),
        ("Contact", "email_addresses", "extension", {
            "row_filter": "parent_type = 'Contact'", "created_at": "created_at",
            "soft_delete": "is_deleted"}),
        ("Organisation", "organisations", "primary", {"name": ("name",), **_OWNED}),
        ("Organisation", "email_addresses", "extension", {
            "row_filter": "parent_type = 'Organisation'", "created_at": "created_at",
            "soft_delete": "is_deleted"}),
        ("Household", "households", "primary", {
            "name": ("name",), **_STAMPS, "modified_by": ""}),
        ("Activity", "activities", "primary", {"name": ("subject",), **_OWNED}),
        ("Case", "cases", "primary", {"name": ("subject",), **_STAMPS, "owner": "assigned_to"}),
        ("Campaign", "campaigns", "primary", {
            "name": ("name",), **_OWNED, "modified_by": ""}),
        ("Campaign response", "campaign_responses", "primary", _BORN),
        ("Donation", "donations", "primary", {"row_filter": "is_test = 0", **_OWNED}),
        ("Membership", "memberships", "primary", _OWNED),
        ("Membership", "membership_types", "lookup", {"name": ("name",)}),
        ("Lead", "referrals", "primary", {
            "row_filter": "record_type = 'lead'", "name": ("title",), **_STAMPS,
            "owner": "assigned_user_id"}),
        ("Opportunity", "referrals", "primary", {
            "row_filter": "record_type = 'opportunity'", "name": ("title",), **_STAMPS,
            "owner": "assigned_user_id"}),
        ("Event", "events", "primary", {
            "row_filter": "is_template = 0", "name": ("title",), **_OWNED, "modified_by": ""}),
        ("Event registration", "event_registrations", "primary", _BORN),
        ("Document", "attachments", "primary", {"name": ("file_name",), **_BORN}),
        ("User", "users", "primary", {
            "name": _PAIR, "created_at": "created_at", "soft_delete": "is_deleted"}),
        ("Role", "roles", "primary", {"name": ("name",), "created_at": "created_at"}),
        ("Role", "role_privileges", "line", {}),
        ("Role", "user_roles", "link", {"key": ("user_id", "role_id")}),
        ("Business unit", "business_units", "primary", {
            "name": ("name",), "created_at": "created_at"}),
        ("Team", "teams", "primary", {"name": ("name",)}),
        ("Team", "team_members", "link", {"key": ("team_id", "user_id")}),
        ("User", "login_history", "log", {}),
    ),
    "billing": (
        ("Contact", "customers", "primary", {
            "row_filter": "kind = 'P'", "key": ("customer_id",), "name": ("name1",),
            "created_at": "entered_on", "created_by": "entered_by", "modified_at": "changed_on"}),
        ("Organisation", "customers", "primary", {
            "row_filter": "kind = 'O'", "key": ("customer_id",), "name": ("name1",),
            "created_at": "entered_on", "created_by": "entered_by", "modified_at": "changed_on"}),
        ("Invoice", "invoices", "primary", {
            "key": ("invoice_id",), "name": ("invoice_no",), "created_by": "entered_by"}),
        ("Invoice", "invoice_lines", "line", {"key": ("line_id",)}),
        ("Payment", "payments", "primary", {"key": ("payment_id",)}),
        ("Product", "products", "primary", {"key": ("sku",), "name": ("description",)}),
        ("Product", "tax_codes", "lookup", {"key": ("code",)}),
    ),
    "newsletter": (
        ("Contact", "subscribers", "primary", {
            "key": ("subscriber_id",), "name": ("display_name",), "created_at": "signed_up",
            "modified_at": "changed"}),
        ("Subscription", "subscriptions", "primary", {
            "key": ("subscription_id",), "created_at": "subscribed"}),
        ("Subscription", "lists", "lookup", {"key": ("list_id",), "name": ("title",)}),
        ("Subscription", "suppression", "secondary", {"key": ("email",)}),
        ("Campaign", "campaigns", "primary", {"key": ("campaign_id",), "name": ("subject",)}),
        ("Campaign response", "sends", "primary", {"key": ("send_id",), "created_at": "sent"}),
    ),
}  # fmt: skip
# Columns that name an account, by table; then other undeclared references.
_TO_USERS = {
    "activities": "owner_id created_by modified_by", "attachments": "created_by",
    "audit_log": "user_id", "business_units": "manager_id", "campaign_responses": "created_by",
    "campaigns": "owner_id created_by", "cases": "created_by modified_by",
    "contacts": "owner_id created_by modified_by", "custom_fields": "created_by",
    "dashboards": "owner_id", "donations": "owner_id created_by modified_by",
    "event_registrations": "created_by", "events": "owner_id created_by",
    "households": "created_by", "import_batches": "run_by", "login_history": "user_id",
    "memberships": "owner_id created_by modified_by",
    "organisations": "owner_id created_by modified_by",
    "referrals": "assigned_user_id created_by modified_by", "sessions": "user_id",
    "team_members": "user_id", "users": "manager_id",
}  # fmt: skip
_IMPLIED: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "crm": (
        ("activities.contact_id", "contacts.id", ()),
        ("activities.campaign_id", "campaigns.id", ("0",)),
        ("campaign_responses.contact_id", "contacts.id", ()),
        ("cases.contact_id", "contacts.id", ()),
        ("cases.assigned_to", "users.user_name", ("Anyone",)),
        ("cases.business_unit_id", "business_units.id", ()),
        ("contacts.organisation_id", "organisations.id", ("0",)),
        ("contacts.household_id", "households.id", ()),
        ("contacts.business_unit_id", "business_units.id", ()),
        ("contacts.import_batch", "import_batches.code", ()),
        ("contacts_cstm.id_c", "contacts.id", ()),
        ("donations.contact_id", "contacts.id", ()),
        ("donations.organisation_id", "organisations.id", ()),
        ("donations.campaign_id", "campaigns.id", ("-1",)),
        ("event_registrations.contact_id", "contacts.id", ()),
        ("households.primary_contact_id", "contacts.id", ()),
        ("menu_items.parent_id", "menu_items.id", ("0",)),
        ("organisations.parent_id", "organisations.id", ()),
        ("referrals.contact_id", "contacts.id", ()),
        ("referrals.organisation_id", "organisations.id", ()),
        ("referrals.campaign_id", "campaigns.id", ()),
        ("team_members.team_id", "teams.id", ()),
        ("teams.business_unit_id", "business_units.id", ()),
        *((f"{table}.{column}", "users.id", ())
          for table, columns in _TO_USERS.items() for column in columns.split()),
    ),
    "billing": (
        ("invoices.customer_id", "customers.customer_id", ()),
        ("invoice_lines.sku", "products.sku", ()),
        ("invoice_lines.tax_code", "tax_codes.code", ()),
        ("payments.invoice_no", "invoices.invoice_no", ()),
    ),
    "newsletter": (
        ("campaigns.list_id", "lists.list_id", ()),
        ("sends.campaign_id", "campaigns.campaign_id", ()),
        ("sends.subscriber_id", "subscribers.subscriber_id", ()),
        ("subscriptions.subscriber_id", "subscribers.subscriber_id", ()),
        ("suppression.email", "subscribers.email", ()),
    ),
}  # fmt: skip
_POLYMORPHIC: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("activities", "parent_type", "parent_id", {
        "Contact": "contacts.id", "Organisation": "organisations.id", "Case": "cases.id",
        "Referral": "referrals.id"}),
    ("attachments", "entity_table", "entity_id", {
        "cases": "cases.id", "contacts": "contacts.id"}),
    ("email_addresses", "parent_type", "parent_id", {
        "Contact": "contacts.id", "Organisation": "organisations.id"}),
    ("audit_log", "entity", "entity_id", {
        "contacts": "contacts.id", "organisations": "organisations.id"}),
)  # fmt: skip
_SEMANTIC: dict[str, dict[str, str]] = {
    "crm": {
        "email": "contacts.email email_addresses.email users.email",
        "phone": "contacts.phone contacts.mobile organisations.phone",
        "postcode": "contacts.postcode organisations.postcode households.postcode",
        "city": "contacts.city organisations.city households.city events.city",
        "street": "contacts.street organisations.street households.street",
        "country": "contacts.country organisations.country",
        "first_name": "contacts.first_name users.first_name",
        "last_name": "contacts.last_name users.last_name",
        "organisation_name": "organisations.name",
        "birth_date": "contacts.date_of_birth",
        "gender": "contacts.gender",
        "url": "organisations.website",
        "money": "donations.amount memberships.fee membership_types.fee campaigns.budget "
                 "events.price event_registrations.fee_paid referrals.expected_value",
        "status": "contacts.status organisations.status memberships.status cases.status "
                  "campaigns.status donations.status referrals.stage activities.status "
                  "event_registrations.status job_queue.status",
        "free_text": "contacts.notes activities.body",
        "not_email": "contacts.email_greeting contacts.consent_email email_addresses.opted_out",
        "not_phone": "contacts.contact_no cases.case_no donations.receipt_no",
    },
    "billing": {
        "email": "customers.contact_email",
        "phone": "customers.tel",
        "postcode": "customers.addr_postcode",
        "city": "customers.addr_town",
        "street": "customers.addr_line",
        "country": "customers.country_code",
        "full_name": "customers.name1",
        "money": "invoices.net invoices.tax invoices.gross invoice_lines.unit_price "
                 "invoice_lines.amount payments.amount products.unit_price",
        "status": "invoices.state",
        "not_phone": "customers.account_no customers.crm_contact_no payments.bank_ref",
    },
    "newsletter": {
        "email": "subscribers.email suppression.email",
        "full_name": "subscribers.display_name",
        "status": "subscribers.state",
    },
}  # fmt: skip


def describe(database: Database) -> SystemTruth:
    """The truth on one database, counted in it."""
    name = database.system
    names = [
        table
        for (table,) in database.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
    ]
    declared = {
        (f"{table}.{source}", f"{target}.{column}")
        for table in names
        for target, source, column in database.rows(
            f'SELECT "table", "from", "to" FROM pragma_foreign_key_list(\'{table}\')'
        )
    }
    keys = [ForeignKey(source, target, True) for source, target in sorted(declared)]
    keys += [ForeignKey(source, target, False, none) for source, target, none in _IMPLIED[name]]
    return SystemTruth(
        name,
        _PRODUCTS[name],
        f"{name}.sqlite",
        {table: database.value(f'SELECT count(*) FROM "{table}"') for table in names},
        _SYSTEM_TABLES[name],
        tuple(_entity(database, table) for table in _ENTITIES[name]),
        tuple(_count(database, key) for key in keys),
        tuple(_typed(database, *pair) for pair in _POLYMORPHIC if name == "crm"),
        {kind: tuple(columns.split()) for kind, columns in _SEMANTIC[name].items()},
    )


def _entity(database: Database, spec: _Table) -> EntityTable:
    entity, table, role, more = spec
    found = EntityTable(entity, table, role, **more)  # type: ignore[arg-type]
    where = found.row_filter or "1"
    return replace(found, rows=database.value(f"SELECT count(*) FROM {table} WHERE {where}"))


def _count(database: Database, key: ForeignKey) -> ForeignKey:
    table, column = key.source.split(".")
    target, target_column = key.target.split(".")
    none = ", ".join(f"'{value}'" for value in key.sentinels)
    # A sentinel may be written as number or text: compare as text.
    sentinel = f"CAST({column} AS TEXT) IN ({none})" if none else "0"
    non_null, sentinels, orphans = database.rows(
        f"SELECT count({column}), coalesce(sum({sentinel}), 0), coalesce(sum(NOT ({sentinel}) AND "
        f"{column} NOT IN (SELECT {target_column} FROM {target})), 0) FROM {table} "
        f"WHERE {column} IS NOT NULL"
    )[0]
    return replace(key, non_null=non_null, sentinel_rows=sentinels, orphan_rows=orphans)


def _typed(
    database: Database, table: str, type_column: str, id_column: str, targets: dict[str, str]
) -> Polymorphic:
    rows: dict[str, int] = dict(
        database.rows(f"SELECT {type_column}, count(*) FROM {table} GROUP BY 1 ORDER BY 1")
    )
    orphans = {}
    for kind, count in rows.items():
        if kind not in targets:
            orphans[kind] = count
            continue
        target, column = targets[kind].split(".")
        orphans[kind] = database.value(
            f"SELECT count(*) FROM {table} WHERE {type_column} = '{kind}' "
            f"AND {id_column} NOT IN (SELECT {column} FROM {target})"
        )
    return Polymorphic(table, type_column, id_column, targets, rows, orphans)
