"""SQL that brings codes, e-mail addresses and phone numbers into one form: DuckDB macros."""

from __future__ import annotations

from crmaudit.quality.faults.placeholders import placeholder

LONGEST = 200
"""Characters of a value that are looked at: no name or street is longer."""

_NOTHING = (
    "regexp_full_match(v, '(?i)[^\\p{L}\\p{N}]*|n/?a|none|null|nil|unknown|test|tb[cda]|"
    "(0[^0-9a-z]*)+|(9[^0-9a-z]*){4,}|(x[^0-9a-z]*){2,}')"
)

_FREE = """
    gmail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.es yahoo.it hotmail.com hotmail.co.uk
    hotmail.fr hotmail.de hotmail.es hotmail.it outlook.com outlook.de live.com live.co.uk msn.com
    icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de
    posteo.de mailbox.org proton.me protonmail.com btinternet.com sky.com virginmedia.com
    talktalk.net ntlworld.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it
    tiscali.it alice.it terra.es telefonica.net ziggo.nl kpnmail.nl xs4all.nl planet.nl hetnet.nl
    bluewin.ch mail.ru yandex.ru qq.com 163.com 126.com naver.com daum.net rediffmail.com
    comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net bigpond.com optusnet.com.au
    telenet.be skynet.be seznam.cz wp.pl o2.pl interia.pl zoho.com fastmail.com mail.com
"""
_ROLE = (
    "info|office|contact|kontakt|contacto|contatti|mail|post|admin|sales|support|service|hello|"
    "enquiries|enquiry|reception|team|hr|jobs|accounts|billing|finance|buchhaltung|rechnung|"
    "marketing|press|presse|webmaster|postmaster|verwaltung|sekretariat|secretariat|direction|"
    "general|help|helpdesk|noreply|no-reply|vertrieb|accueil|ventas|administracion"
)

EMAIL_KIND = f"""CASE WHEN email IS NULL THEN NULL
    WHEN regexp_full_match(split_part(email, '@', 1), '{_ROLE}') THEN 'role'
    WHEN split_part(email, '@', 2) IN ({", ".join(f"'{w}'" for w in _FREE.split())}) THEN 'free'
    ELSE 'own' END"""
"""What sort of address `email` is."""

_STATEMENTS = f"""
CREATE OR REPLACE TEMP MACRO no_email(v) AS ({placeholder("e-mail")});
CREATE OR REPLACE TEMP MACRO no_phone(v) AS ({placeholder("phone")});
CREATE OR REPLACE TEMP MACRO no_person(v) AS ({placeholder("family name")});
CREATE OR REPLACE TEMP MACRO no_organisation(v) AS ({placeholder("organisation name")});
CREATE OR REPLACE TEMP MACRO no_city(v) AS ({placeholder("city")});
CREATE OR REPLACE TEMP MACRO no_street(v) AS ({placeholder("street")});
CREATE OR REPLACE TEMP MACRO no_postcode(v) AS ({placeholder("postcode")});
CREATE OR REPLACE TEMP MACRO no_url(v) AS ({placeholder("url")});
CREATE OR REPLACE TEMP MACRO nothing(v) AS ({_NOTHING});
CREATE OR REPLACE TEMP MACRO short(v) AS left(v::VARCHAR, {LONGEST});
CREATE OR REPLACE TEMP MACRO compact(v) AS translate(v, ' -./()_', '');
CREATE OR REPLACE TEMP MACRO code_of(v) AS
    CASE WHEN nothing(short(v)) THEN NULL
        WHEN regexp_full_match(compact(short(v)), '[0-9A-Za-z]+') THEN upper(compact(short(v)))
        ELSE nullif(upper(regexp_replace(strip_accents(short(v)), '[^0-9A-Za-z]+', '', 'g')), '')
    END;
CREATE OR REPLACE TEMP MACRO address_of(v) AS
    CASE WHEN regexp_full_match(v, '[a-z0-9._%+-]{{1,64}}@[a-z0-9.-]{{1,100}}') THEN v
        ELSE nullif(regexp_extract(lower(short(v)), '[^\\s<>,;:"]+@[^\\s<>,;:"@]+'), '') END;
CREATE OR REPLACE TEMP MACRO addresses_of(l) AS
    list_filter(list_transform(l, lambda x: address_of(x)),
        lambda x: x IS NOT NULL AND NOT no_email(x));
CREATE OR REPLACE TEMP MACRO mailbox_of(v) AS
    CASE WHEN contains(v, '+') OR contains(v, '@googlemail.') OR starts_with(v, '.')
        THEN coalesce(nullif(replace(split_part(split_part(v, '@', 1), '+', 1), '.', ''), ''),
                split_part(v, '@', 1))
            || '@' || replace(split_part(v, '@', 2), 'googlemail.', 'gmail.')
        ELSE replace(left(v, strpos(v, '@') - 1), '.', '') || substr(v, strpos(v, '@')) END;
CREATE OR REPLACE TEMP MACRO digits_of(v) AS
    CASE WHEN regexp_full_match(compact(v), '0?[1-9][0-9]+') AND NOT contains(v, '(0)')
        THEN ltrim(compact(v), '0')
    ELSE ltrim(regexp_replace(regexp_replace(regexp_replace(v,
        '(?i)(ext|x|extn|extension|app|durchwahl|dw)[.: ]*[0-9]*\\s*$|\\(0\\)', '', 'g'),
        '^\\s*(\\+|00)\\s*(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{{3}})',
        ''),
        '[^0-9]+', '', 'g'), '0') END;
CREATE OR REPLACE TEMP MACRO numbers_of(l) AS
    list_transform(list_filter(list_transform(list_filter(l, lambda x: NOT no_phone(short(x))),
        lambda x: digits_of(short(x))), lambda x: length(x) >= 6), lambda x: right(x, 9));
CREATE OR REPLACE TEMP MACRO number_of(v) AS
    nullif(ltrim(regexp_extract(replace(lower(v), ' ', ''), '^(?:[0-9]+[a-z]?|[a-z0-9]+)'), '0'),
        '');
CREATE OR REPLACE TEMP MACRO listed(l) AS
    CASE WHEN l IS NULL THEN []::VARCHAR[]
        WHEN length(l) = 1 AND l[1] IS NOT NULL THEN l
        ELSE list_sort(list_distinct(list_filter(l, lambda x: x IS NOT NULL))) END;
"""
MACROS = tuple(_STATEMENTS.strip().split(";\n"))
"""The statements that make them."""
