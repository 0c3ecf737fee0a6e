"""What may be called by its own name: roles, teams and units that name nobody; logins of no person.

A role's name is shown unless a word in it may be a person's: a word of a
holder's name, or of a login with or without initials and digits. Words for
posts, teams and rights are nobody's, even where a login has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crmaudit.evidence.privacy import name_words
from crmaudit.governance.collectors.access.model import Account
from crmaudit.key import Key

# What shared accounts are called: a post, a team, a place of work, a purpose. English, German,
# French, Spanish, without accents.
_POSTS_TEXT = """
    account accounting accounts admin administration administrator administrators advice adviser
    agent analyst archive assistant board box branch bureau calendar call callcenter campaign
    campaigns care case cashier center central centre clerk client community complaints contact
    coordinator counter crm customer customers database demo department desk dev developer
    director dispatch donations editor email enquiries enquiry events everybody everyone external
    field finance foundation front frontdesk fundraiser fundraising general group guest head
    headquarters helpdesk hotline house housing hr inbox info information intake integration
    intern internal internship invoice invoicing kiosk lead leader library lobby logistics mail
    mailbox main manager marketing media member members membership newsletter noreply office
    officer officers operations operator orders outreach personnel phone planning pool portal post
    press programme project projects public purchasing reader reception receptionist region
    regional registration reporting reports root sales secretariat secretary security service
    services shared shop social staff store student students supervisor support supporter sysadmin
    system team teams technician telephone temp temporary test tester tests trainee trainer
    training treasurer user users visitor volunteer volunteering volunteers web webmaster welcome
    worker workers workshop
    abteilung allgemein anmeldung archiv aushilfe aussendienst azubi benutzer beratung bestellung
    bibliothek buchhaltung buero empfang ehrenamt einkauf finanzen gast geschaeftsstelle gruppe
    innendienst jeder kasse kunde kunden kundendienst kundenservice lager leitung mitarbeiter
    mitglieder personal pforte pool praktikant praktikantin presse rechnung redaktion schulung
    sekretariat spenden technik telefon termine veranstaltung vermittlung vertrieb verwaltung
    vorstand werkstatt zentrale
    accueil achats adherents adhesion benevole benevoles boutique caisse commercial commerciaux
    compta comptabilite comptable conseil courrier direction dons equipe evenements facturation
    formation groupe informatique invite logistique magasin presse secretaire stage stagiaire
    standard technique utilisateur ventes
    administracion administrador almacen atencion ayuda becario biblioteca caja clientes
    comercial compras comunicacion contabilidad correo direccion donaciones equipo eventos
    facturacion formacion grupo invitado oficina practicas prensa prueba recepcion secretaria
    socios soporte taller tecnico tienda usuario ventas voluntario voluntariado voluntarios
"""
# What names of roles and rights are made of besides; no shared account is called so.
_ROLES_TEXT = """
    access all and any api approve approver basic business change common company config create
    creator custom default delete editing edit employee enterprise everything export full global
    import in intermediate junior level limited local manage management mass master mobile new no
    non of old only operations or organisation organization own owner owners partner partners
    permission permissions plus power premium private profile read readonly records restricted
    right rights role roles senior set setup standard sub super superuser the to unit unrestricted
    update usage view viewer with without write
    alle alles bearbeiten bereich berechtigung der des die ein eigene fuer lesen leser mit nur ohne
    rechte rolle schreiben und voll von
    avec charge droits du en et la le les lecture par pour role sans seule tous toutes ecriture
    con de el las lectura los para permisos rol sin solo todo todos y
"""
POSTS = frozenset(_POSTS_TEXT.split())
_NOBODYS = POSTS | frozenset(_ROLES_TEXT.split())
_SHORTEST_PART = 4
_LONGEST = 120
"""Of a longer name only the beginning is shown."""


def post(login: str) -> bool:
    """Whether a login is made of words for posts and teams alone: `volunteer.desk`, `info2`.

    The part before the @ of an address counts.
    """
    words = name_words(login.partition("@")[0])
    return bool(words) and all(_is_post(w) for w in words)


def _is_post(word: str) -> bool:
    """A word for a post, or two of them written as one: `salesteam`."""
    return word in POSTS or any(
        word[:cut] in POSTS and word[cut:] in POSTS for cut in range(3, len(word) - 2)
    )


class Names:
    """Which words of an organisation's own may be shown, and what stands for the others.

    `accounts` are all of the system, whose logins and names must not show.
    """

    def __init__(self, accounts: Iterable[Account], key: Key | None) -> None:
        self._key = key
        self._persons: set[str] = set()
        for account in accounts:
            for name in account.names:
                self._persons.update(w for w in name_words(name) if len(w) > 1)
            for login in (*account.logins, account.email):
                self._persons.update(_parts(login))
        self._persons -= _NOBODYS

    def shown(self, kind: str, text: str) -> str:
        """The text, or a keyed pseudonym where it may name a person: `role-1f0c33a9`."""
        if self.harmless(text):
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return self._key.pseudonym(kind, text) if self._key else f"{kind}-hidden"

    def harmless(self, text: str) -> bool:
        """Whether no word in it may be a person's."""
        if "@" in text:
            return False
        words = {*name_words(text), *re.findall(r"[^\W\d_]+", "".join(name_words(text)))}
        words |= {w[:-1] for w in words if w.endswith("s") and w not in _NOBODYS}
        return not (words & self._persons)


def _parts(login: str) -> Iterable[str]:
    """What of a login may be somebody's name: its words, without up to two initials."""
    for word in name_words(login.partition("@")[0]):
        if len(word) > 2:
            yield word
        for cut in (1, 2):
            if len(word) - cut >= _SHORTEST_PART:
                yield word[cut:]
                yield word[:-cut]
