"""Categories that mean the same: abbreviations, plurals, and words of four languages.

A line is one meaning. The words are compared without case, accents and
punctuation (`crmaudit.quality.faults.variants.folded`).
"""

from __future__ import annotations

import re
from functools import cache

_MEANINGS = """
active | aktiv | actif | active member | activo | activa | aktive
inactive | inaktiv | inactif | inactivo | not active | nicht aktiv | inactiva
open | offen | ouvert | abierto | opened
closed | geschlossen | ferme | cerrado | abgeschlossen
new | neu | nouveau | nuevo
pending | ausstehend | en attente | pendiente
in progress | in bearbeitung | en cours | en curso | ongoing | inprogress | wip
completed | complete | done | erledigt | termine | completado | finished | terminado
cancelled | canceled | storniert | annule | cancelado | cxl | abgesagt
planned | scheduled | geplant | planifie | planificado
won | closed won | gewonnen | gagne | ganado
lost | closed lost | verloren | perdu | perdido
deceased | dead | died | verstorben | decede | fallecido
paid | bezahlt | paye | pagado
unpaid | unbezahlt | impaye | impagado | not paid
yes | ja | oui | si | y
no | nein | non
male | m | man | mannlich | maennlich | homme | hombre | masculin | masculino | herr
female | f | w | woman | weiblich | femme | mujer | feminin | femenino | frau
mr | mister | herr | monsieur | sr | senor
mrs | frau | madame | mme | sra | senora
member | members | mitglied | mitglieder | membre | miembro | socio
donor | donors | giver | spender | spenderin | donateur | donante
volunteer | volunteers | freiwillige | freiwilliger | ehrenamtliche | benevole | voluntario
supporter | supporters | friend | friends | forderer | foerderer | unterstutzer | ami | amigo
client | clients | customer | customers | kunde | kunden | cliente | clientes | service user
supplier | suppliers | vendor | vendors | lieferant | lieferanten | fournisseur | proveedor
prospect | prospects | interessent | interessenten | prospecto
lead | leads | potential customer
partner | partners | partnerin | partenaire | socio comercial
company | companies | firm | organisation | organization | org | business | firma | unternehmen \
| entreprise | societe | empresa
person | individual | natural person | privatperson | personne | persona | particulier
employee | staff | staff member | mitarbeiter | mitarbeiterin | employe | empleado
press | media | presse | prensa
school | schools | schule | ecole | escuela
phone | tel | telephone | telefon | telefono | phone call | call | anruf | appel | llamada | phoned
mobile | mobile phone | cell | cell phone | cellphone | handy | portable | movil
e mail | email | e mails | emails | courriel | correo electronico
letter | letters | brief | lettre | carta
post | postal mail | snail mail | by post
fax | telefax | facsimile
web | website | web site | webseite | site web | sitio web
meeting | meetings | besprechung | reunion | termin
event | events | veranstaltung | evenement | evento
advertisement | advert | ad | ads | werbung | anzeige | publicite | publicidad
word of mouth | mundpropaganda | bouche a oreille | boca a boca
recommendation | referral | referred | empfehlung | recommandation | recomendacion
trade fair | trade show | tradeshow | messe | salon | feria
newsletter | news letter | rundbrief | lettre d information | boletin
cash | bar | especes | efectivo | bargeld
bank transfer | wire transfer | wire | uberweisung | ueberweisung | virement | transferencia | bacs
direct debit | lastschrift | prelevement | domiciliacion
cheque | check | scheck | cheques
credit card | kreditkarte | carte de credit | tarjeta de credito | cc
invoice | bill | rechnung | facture | factura
other | others | sonstige | sonstiges | andere | autre | autres | otro | otros \
| misc | miscellaneous
education | bildung | enseignement | educacion
health | healthcare | health care | gesundheit | gesundheitswesen | sante | salud
information technology | it | informatik | informatique | edv | ict
finance | financial services | finanzen | finanzdienstleistungen
non profit | nonprofit | not for profit | ngo | npo | gemeinnutzig | charity
english | englisch | anglais | ingles | en | eng
german | deutsch | allemand | aleman | de | ger | deu
french | franzosisch | francais | frances | fr | fre | fra
spanish | spanisch | espagnol | espanol | es | spa
"""
_COUNTRIES = """
united states | united states of america | usa | us | u s a | u s | vereinigte staaten \
| etats unis | estados unidos
united kingdom | uk | gb | gbr | great britain | u k | grossbritannien | royaume uni | reino unido \
| vereinigtes konigreich
germany | de | deu | ger | deutschland | allemagne | alemania | brd
france | fr | fra | frankreich | francia
spain | es | esp | spanien | espagne | espana
italy | it | ita | italien | italie | italia
austria | at | aut | osterreich | oesterreich | autriche
switzerland | ch | che | schweiz | suisse | suiza | svizzera
netherlands | nl | nld | the netherlands | holland | niederlande | pays bas | paises bajos
belgium | be | bel | belgien | belgique | belgica
luxembourg | lu | lux | luxemburg | luxemburgo
portugal | pt | prt
ireland | ie | irl | irland | irlande | irlanda | republic of ireland | eire
denmark | dk | dnk | danemark | daenemark | dinamarca
sweden | se | swe | schweden | suede | suecia
norway | no | nor | norwegen | norvege | noruega
finland | fi | fin | finnland | finlande | finlandia
poland | pl | pol | polen | pologne | polonia
czech republic | cz | cze | czechia | tschechien | republique tcheque | republica checa
hungary | hu | hun | ungarn | hongrie | hungria
greece | gr | grc | griechenland | grece | grecia
turkey | tr | tur | turkei | tuerkei | turquie | turquia | turkiye
russia | ru | rus | russian federation | russland | russie | rusia
canada | ca | can | kanada
mexico | mx | mex | mexiko | mexique
brazil | br | bra | brasilien | bresil | brasil
argentina | ar | arg | argentinien | argentine
australia | au | aus | australien | australie
china | cn | chn | chine
japan | jp | jpn | japon
india | in | ind | indien | inde
south africa | za | zaf | sudafrika | suedafrika | afrique du sud | sudafrica
"""
_NO_WORD = re.compile(r"[\W_]+")


def meaning(value: str, countries: bool = False) -> str:
    """What a folded value means, as a key: values of the same meaning have the same one.

    `countries`: two and three letters are codes of countries.
    """
    plain = " ".join(_NO_WORD.sub(" ", value).split())
    # U.S.A. has lost its points, and its letters stand alone.
    if re.fullmatch(r"\w( \w)+", plain):
        plain = plain.replace(" ", "")
    known = _known(countries)
    if plain in known:
        return known[plain]
    return known.get(_singular(plain), _singular(plain))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def _known(countries: bool) -> dict[str, str]:
    lines = (_COUNTRIES if countries else _MEANINGS).strip().split("\n")
    found: dict[str, str] = {}
    for line in lines:
        words = [w.strip() for w in line.split("|")]
        for word in words:
            found.setdefault(word, words[0])
    return found
