r"""Makes comparable columns of staged records: raw text → standard.

`standardise` reads the table `records` and makes the table `standard`, one row
for each record. Text is folded: lower case, no accents, other scripts in the
letters a to z (anyascii). What stands for no value (`n/a`, `test`, `000000`)
is null, and so is whatever a record does not have; lists are empty then.

    n BIGINT, system       as staged
    given                  first given name, title off: `anna`, `j`
    middle                 further given names and initials: `maria l`
    family                 family name with particles, title and generation off: `van der berg`
    generation             `1` senior, `2` junior or II, `3`, `4`
    given_roots VARCHAR[]  given names that it may stand for, itself included: bill → bill, william
    given_initial          one letter
    given_sound            code of what the first given name sounds like (`words_people.sound`)
    family_sound           the same of the family name
    name_words             all words of given, middle and family name, sorted: `anna maria muller`
    script                 the whole name in its own script, where that is not Latin
    organisation           name without legal form and stop words, words in their order
    organisation_words VARCHAR[]   its words, sorted
    organisation_sorted    the same as one text
    organisation_acronym   first letters of its words, if it has several
    legal_form             class of the legal form: `ltd`, `gmbh`, `ev`
    employer               organisation that a person belongs to, as `organisation_sorted`
    household              the household's own name: `smith`
    emails VARCHAR[]       addresses of the record's own: lower case, without `+tag` and without
                           points in the user's part; sorted
    emails_shared VARCHAR[]  addresses that records of many different names hold
    email                  the first own one, else the first shared one
    email_user             of `email`, in front of the @; points kept
    email_domain           of `email`, behind it
    email_kind             `free` (a provider for everybody), `role` (info@, office@), `own`
    phones VARCHAR[]       last nine digits of the national numbers, own ones; sorted
    phones_shared VARCHAR[]  those that records of many different names hold: a switchboard
    street                 name of the street, its type abbreviated: `coopers rd`
    house_number           `12a`; of `12-14` the first
    unit                   flat, apartment, suite
    po_box                 number of a post-office box; there is no street then
    city, region           folded
    postcode               letters and digits
    postcode_area          its first half: the outward code (UK), else all but the last two
    postcode_letters       its letters and digits, sorted: the same where two changed places
    country                code of ISO 3166 in lower case where known, else the folded name
    birth_date             `YYYY-MM-DD`; month and day may be impossible where they were written so
    birth_other            the date with day and month changed over, if it could be read so
    birth_year, birth_month, birth_day INTEGER
    gender                 `m`, `f`, `o`; by the salutation where no gender is given
    url                    host of the site, without `www.`
    national_id, tax_number, bank_account   letters and digits, upper case
    identifiers VARCHAR[]  letters and digits, upper case; sorted

A value is *shared* if records of more than `FEW` names hold it; names are told
apart by what the family name sounds like and the first initial, so that
spellings of one name count once. The table `shared(what, value, records,
names)` has every e-mail, phone and identifier that more than `FEW` records hold.
A shared birth date, identifier, national id, tax number or account stands for
none (default dates, an office's number) and becomes null.

Words are handled by Python, once for each distinct value; all else is SQL.
"""

from __future__ import annotations

from crmaudit.evidence.match import Compared
from crmaudit.quality.collectors.engine import Engine
from crmaudit.quality.collectors.matching import ATTRIBUTE_COLUMNS, words_dates
from crmaudit.quality.collectors.matching.standard_sql import EMAIL_KIND, MACROS
from crmaudit.quality.collectors.matching.standard_words import Lexicons

FEW = 5
"""So many names may share an e-mail address or a phone number as a family does."""


def standardise(engine: Engine, kind: str) -> tuple[Compared, ...]:
    """Make the tables `standard` and `shared` of the table `records`.

    `kind` is one of `recipe.MATCHED`. Gives what there is to compare by, in
    the order of `recipe.ATTRIBUTES`: how many of the records have a value
    that stands for something; `unused` where none has, or all have the same.
    The columns they come from are not known here.
    """
    for macro in MACROS:
        engine.ask(macro)
    made = Lexicons(engine)
    try:
        made.people()
        made.organisations()
        made.addresses()
        made.days()
        _contacts(made)
        _standard(engine)
    finally:
        made.clear()
    return _usable(engine)


def _contacts(made: Lexicons) -> None:
    """What is looked up by value, who holds it, and what too many hold."""
    made.make(
        "contact_lists",
        """SELECT * REPLACE (coalesce(written, []) AS written),
            listed(list_transform(written, lambda x: mailbox_of(x))) AS emails
        FROM (SELECT r.n,
            nullif(concat_ws(' ', coalesce(ff.sound, gf.sound), left(p.given, 1),
                o.sorted, h.household), '') AS holder,
            addresses_of(r.emails) AS written, listed(numbers_of(r.phones)) AS phones,
            listed(list_transform(r.identifiers, lambda x: code_of(x))) AS identifiers,
            code_of(r.national_id) AS national_id, code_of(r.tax_number) AS tax_number,
            code_of(r.bank_account) AS bank_account, d.day, d.other
            FROM records r JOIN person_parts p USING (n)
            LEFT JOIN given_forms gf ON gf.raw = p.given
            LEFT JOIN family_forms ff ON ff.raw = p.family
            LEFT JOIN organisation_words o ON o.raw = r.organisation
            LEFT JOIN household_words h ON h.raw = r.household
            LEFT JOIN day_words d ON d.raw = r.birth_date AND d.system = r.system)""",
    )
    single = ("national_id", "tax_number", "bank_account", "day")
    lists = {"e-mail": "emails", "phone": "phones", "identifier": "identifiers"}
    values = " UNION ALL ".join(
        [f"SELECT '{w}' AS what, unnest({c}) AS value, holder FROM contact_lists"
         for w, c in lists.items()]
        + [f"SELECT '{c}', {c}, holder FROM contact_lists WHERE {c} IS NOT NULL"
           for c in single]
    )  # fmt: skip
    made.engine.drop("shared")
    made.engine.ask(
        f"""CREATE TABLE shared AS
        WITH held AS ({values}),
        often AS (SELECT what, value, count(*) AS records FROM held GROUP BY ALL
            HAVING count(*) > {FEW})
        SELECT what, value, any_value(records) AS records, count(DISTINCT holder) AS names
        FROM held JOIN often USING (what, value) GROUP BY what, value ORDER BY what, value"""
    )
    for what, column in lists.items():
        made.make(
            f"common_{column}",
            f"""SELECT n, list_sort(list(value)) AS common FROM
            (SELECT n, unnest({column}) AS value FROM contact_lists)
            SEMI JOIN (SELECT value FROM shared WHERE what = '{what}' AND names > {FEW})
            USING (value) GROUP BY n""",
        )


def _standard(engine: Engine) -> None:
    # A few people may be born on the day of a sixth; a default date is held by far more.
    day_limit = f"greatest({FEW}, (SELECT count(*) FROM records) / 500)"
    engine.drop("standard")
    engine.ask(
        f"""CREATE TABLE standard AS
        WITH common AS (SELECT what, value FROM shared WHERE names > {FEW} AND what <> 'day'
            UNION ALL SELECT what, value FROM shared WHERE what = 'day' AND names >
                CASE WHEN value IN ({words_dates.DEFAULTS}) THEN 1 ELSE {day_limit} END),
        joined AS (SELECT r.n, r.system, p.given, p.middle, p.family, p.generation,
            coalesce(gf.roots, []) AS given_roots, left(p.given, 1) AS given_initial,
            gf.sound AS given_sound, ff.sound AS family_sound,
            nullif(array_to_string(list_sort(string_split(
                concat_ws(' ', p.given, p.middle, p.family), ' ')), ' '), '') AS name_words,
            p.script,
            o.name AS organisation, coalesce(o.words, []) AS organisation_words,
            o.sorted AS organisation_sorted, o.acronym AS organisation_acronym,
            o.form AS legal_form, e.sorted AS employer, h.household,
            CASE WHEN ce.common IS NULL THEN c.emails
                ELSE list_filter(c.emails, lambda x: NOT list_contains(ce.common, x))
                END AS emails,
            coalesce(ce.common, []) AS emails_shared,
            CASE WHEN ce.common IS NULL THEN c.written[1] ELSE coalesce(list_filter(c.written,
                lambda x: NOT list_contains(ce.common, mailbox_of(x)))[1], c.written[1])
                END AS email,
            CASE WHEN cp.common IS NULL THEN c.phones
                ELSE list_filter(c.phones, lambda x: NOT list_contains(cp.common, x))
                END AS phones,
            coalesce(cp.common, []) AS phones_shared,
            CASE WHEN sw.box IS NULL THEN sw.street END AS street,
            CASE WHEN sw.box IS NULL THEN coalesce(hw.number, sp.number) END AS house_number,
            sp.unit,
            CASE WHEN sw.box IS NOT NULL THEN sp.number END AS po_box,
            cw.city, rw.region,
            pw.code AS postcode, pw.area AS postcode_area, pw.letters AS postcode_letters,
            nw.country,
            CASE WHEN cd.value IS NULL THEN c.day END AS birth_date,
            CASE WHEN cd.value IS NULL THEN c.other END AS birth_other,
            coalesce(xw.gender, tw.gender) AS gender,
            CASE WHEN NOT no_url(r.url) THEN nullif(regexp_extract(lower(short(r.url)),
                '^\\s*(?:[a-z]+:/*)?(?:www\\.)?([^/:?#\\s]+)', 1), '') END AS url,
            CASE WHEN cn.value IS NULL THEN c.national_id END AS national_id,
            CASE WHEN ct.value IS NULL THEN c.tax_number END AS tax_number,
            CASE WHEN cb.value IS NULL THEN c.bank_account END AS bank_account,
            CASE WHEN ci.common IS NULL THEN c.identifiers
                ELSE list_filter(c.identifiers, lambda x: NOT list_contains(ci.common, x))
                END AS identifiers
        FROM records r JOIN person_parts p USING (n) JOIN contact_lists c USING (n)
        LEFT JOIN given_forms gf ON gf.raw = p.given
        LEFT JOIN family_forms ff ON ff.raw = p.family
        LEFT JOIN organisation_words o ON o.raw = r.organisation
        LEFT JOIN employer_words e ON e.raw = r.employer
        LEFT JOIN household_words h ON h.raw = r.household
        LEFT JOIN common_emails ce ON ce.n = r.n
        LEFT JOIN common_phones cp ON cp.n = r.n
        LEFT JOIN common_identifiers ci ON ci.n = r.n
        LEFT JOIN street_parts sp ON sp.raw = r.street
        LEFT JOIN street_words sw ON sw.raw = sp.name
        LEFT JOIN number_words hw ON hw.raw = r.house_number
        LEFT JOIN city_words cw ON cw.raw = r.city
        LEFT JOIN region_words rw ON rw.raw = r.region
        LEFT JOIN postcode_words pw ON pw.raw = r.postcode
        LEFT JOIN country_words nw ON nw.raw = r.country
        LEFT JOIN gender_words xw ON xw.raw = r.gender
        LEFT JOIN salutation_words tw ON tw.raw = r.salutation
        LEFT JOIN common cd ON cd.what = 'day' AND cd.value = c.day
        LEFT JOIN common cn ON cn.what = 'national_id' AND cn.value = c.national_id
        LEFT JOIN common ct ON ct.what = 'tax_number' AND ct.value = c.tax_number
        LEFT JOIN common cb ON cb.what = 'bank_account' AND cb.value = c.bank_account)
        SELECT *,
            split_part(split_part(email, '@', 1), '+', 1) AS email_user,
            nullif(split_part(email, '@', 2), '') AS email_domain,
            {EMAIL_KIND} AS email_kind,
            try_cast(left(birth_date, 4) AS INTEGER) AS birth_year,
            try_cast(substr(birth_date, 6, 2) AS INTEGER) AS birth_month,
            try_cast(substr(birth_date, 9, 2) AS INTEGER) AS birth_day
        FROM joined"""
    )


_FORMS = {
    "given name": "given",
    "middle name": "middle",
    "family name": "family",
    "organisation name": "organisation_sorted",
    "employer": "employer",
    "household": "household",
    "e-mail": "email",
    "phone": "phones || phones_shared",
    "street": "coalesce(street, po_box)",
    "house number": "house_number",
    "city": "city",
    "postcode": "postcode",
    "region": "region",
    "country": "country",
    "birth date": "birth_date",
    "gender": "gender",
    "url": "url",
    "national id": "national_id",
    "tax number": "tax_number",
    "bank account": "bank_account",
    "identifier": "identifiers",
}
"""Attribute → what of `standard` it is compared by. Full names and salutations are in others."""
_LISTS = ("phone", "identifier")


def _usable(engine: Engine) -> tuple[Compared, ...]:
    parts = []
    for attribute, form in _FORMS.items():
        value = f"nullif({form}, [])" if attribute in _LISTS else form
        parts.append(
            f"count({value}), min({value})::VARCHAR IS DISTINCT FROM max({value})::VARCHAR"
        )
    (counts,) = engine.ask(f"SELECT {', '.join(parts)} FROM standard")
    (staged,) = engine.ask(
        "SELECT " + ", ".join(f"count({c})" for c in ATTRIBUTE_COLUMNS.values()) + " FROM records"
    )
    held = dict(zip(ATTRIBUTE_COLUMNS, staged, strict=True))
    found = []
    for at, attribute in enumerate(_FORMS):
        filled, differs = counts[2 * at], counts[2 * at + 1]
        unused = ""
        if not filled:
            unused = "what it holds stands for no value" if held[attribute] else "no record has it"
        elif not differs and filled > 1:
            unused = "all records have the same value"
        found.append(Compared(attribute, (), filled, unused))
    return tuple(found)
