"""The words that columns are named with, in eight languages, and what they stand for.

A line of the table is a concept and the words for it, in lower case without
accents; `a+b` stands for two concepts in one word (`vorname` is a given name).
English, German, French and Spanish throughout, Italian, Dutch, Portuguese and
Polish where a word is unmistakable. A word that means one thing in one
language and another in the next stands where CRMs use it most.
"""

from __future__ import annotations

_TABLE = """
name: name names nom nombre nome naam bezeichnung denominacion denominazione nazwa
given+name: vorname vornamen prenom prenoms voornaam forename fname rufname imie
family+name: nachname surname lname apellido apellidos cognome achternaam sobrenome zuname
  nazwisko familienname patronyme secondname
first: first given primer primero erste erster premier primo
last: last family famille familia familie
  letzte letzter letztes dernier derniere ultimo ultima laatste
middle: middle maiden geburtsname soltera
full: full complete vollstaendig vollstaendiger komplett display formatted anzeige sort sortable
nick+name: nickname spitzname surnom apodo
person: person personne persona people individual individu individuo contact contacts kontakt
  contacto contatto lead leads prospect prospects interessent member members mitglied membre
  miembro socio adherent adherents kunde kunden customer customers client clients cliente donor
  donors spender donateur donante patient patients patiente paciente volunteer volunteers
  freiwillige benevole voluntario attendee attendees participant participants teilnehmer asistente
  subscriber subscribers abonnent abonne suscriptor candidate candidates bewerber student students
  beneficiary ansprechpartner socpeople respondent passenger guest guests gast caller recipient
  signer assistant spouse cardholder holder inhaber proprio titulaire titular
person+user: employee employees mitarbeiter empleado salarie staff
organisation: organisation organization organisations organizations org company companies firma
  firmen firme unternehmen societe societes entreprise empresa empresas organizacion azienda
  societa bedrijf compania corporation institution arbeitgeber employer employeur empleador
  supplier suppliers vendor vendors lieferant fournisseur proveedor
legal: legal commercial business juridique juridico rechtlich handels
account: account accounts acct acc compte cuenta conto rekening
organisation+name: raison razon
household: household haushalt foyer hogar menage
user: user users usr benutzer utilisateur usuario utente gebruiker anwender agent agents
greeting: greeting greetings gruss briefanrede grussformel saludo salutations addressee envelope
salutation: salutation anrede civility civilite tratamiento honorific aanhef greetingname
name+prefix: nameprefix
prefix: prefix praefix prefixe prefijo
suffix: suffix sufijo zusatz
job: job occupation beruf profession metier poste puesto cargo fonction profesion oficio
function: function funktion position stelle funcion funzione jobtitle
title: title titel titre titulo titolo
department: department abteilung dept service departamento
login: login logon username loginname benutzername benutzerkennung anmeldename identifiant signin
mail: mail email emails mails courriel correo correoelectronico mailadresse posta eposta
phone: phone phones telephone telephones telefon telefone fon fone tel telef telefono telefoon
  rufnummer telno
mobile: mobile mobil mobiltelefon cell cellphone cellular handy movil celular gsm natel mob
  portable whatsapp smartphone cellulare mobiel mobilephone
fax: fax telefax faxnummer facsimile
sms: sms
extension: extension ext durchwahl anexo
social: linkedin facebook twitter xing instagram youtube pinterest tiktok mastodon bluesky threads
handle: handle skype messenger icq msn jabber aim wechat telegram im snapchat discord gtalk yahoo
url: url urls uri website websites homepage webseite internetseite webpage web link links href
  blog sitio siteweb sito permalink
address: address addresses adresse adressen addr adr direccion domicilio domicile indirizzo adres
  endereco anschrift domiciliation adressierung adreszeile
line: line zeile ligne linea
street: street strasse str rue calle straat rua streetaddress thoroughfare ulica via
housenumber: hausnummer housenumber hausnr huisnummer streetnumber civico
house: house haus building gebaeude
city: city town ort stadt wohnort ville ciudad localidad citta plaats cidade commune poblacion
  municipio municipality localite woonplaats comune miasto locality suburb
post: postal post postale
postcode: postcode postalcode zip zipcode plz postleitzahl codepostal codigopostal cap cep
  postnummer postnr postzip
cp: cp
region: region province provincia bundesland kanton canton county departement prefecture
  federalstate landkreis provincie comunidad stateprovince
state: state states estado stato etat
country: country countries land pays pais paese staat nation nations kraj
district: district quarter bezirk quartier barrio neighborhood stadtteil ortsteil
latitude: latitude lat geolat breitengrad latitud geocodelat
longitude: longitude lon lng geolong geolng laengengrad longitud long
birth: birth birthday born geburt geburtstag naissance nacimiento dob gebdat gebdatum gebtag geb
  geboren nascita geboorte nascimento nac fnac ddn anniversaire cumpleanos naiss bday urodzenia
death: death deceased died verstorben deces fallecimiento gestorben
gender: gender sex geschlecht sexe genre sexo genero sesso geslacht plec
language: language lang languages sprache langue idioma lingua taal locale linguistic
currency: currency currencies waehrung devise moneda divisa valuta
nationalid: nationalinsurancenumber nationalinsuranceno medicarenumber medicareno
  healthinsurancenumber healthinsuranceno krankenversicherungsnummer krankenversicherungsnr
  versichertennummer versichertennr driverslicense driverlicense driverslicence drivinglicence
  fuehrerscheinnummer fuehrerscheinnr ssn socialsecurity socialsecuritynumber socialsecurityno
  securitesociale
  numerosecuritesociale numsecuritesociale numerosecu numsecu seguridadsocial numeroseguridadsocial
  nir siren siret dni nie curp bsn cedula cpf codicefiscale passport reisepass
  pasaporte personalausweis ausweis ausweisnummer nino nss svnr sozialversicherungsnummer
  rentenversicherungsnummer ahv idprof nationalregister insee pesel personnummer sin
taxid: vat ustid ustidnr tva intracom nif cif rfc cnpj ein steuernummer steuernr partitaiva piva
  btw taxid gst abn taxnumber steuerid uidnummer fiscal
tax: tax steuer impuesto taxe impot mwst iva umsatzsteuer taxes
bankaccount: iban bic swift kontonummer kontonr blz bankleitzahl rib clabe bankverbindung sortcode
  routing
bank: bank banque banco banca
card: card karte carte tarjeta kreditkarte creditcard pan
creditcard: kreditkartennummer ccnumber cardnumber
ip: ip ipaddress ipaddr remoteaddr
money: amount amounts betrag montant importe price prices preis prix precio cost costs kosten cout
  coste fee fees gebuehr beitrag revenue umsatz budget salary salaire gehalt salario lohn balance
  saldo income einkommen budgeted capital turnover subtotal amt prezzo prijs bedrag valor valeur
  chiffreaffaires debit credit wage unitprice subprice expense tarif spendensumme pledged donated
  outstanding payable bonus
net: net gross netto brutto neto bruto ht ttc
total: total totals summe gesamt somme suma sum gesamtbetrag
discount: discount rabatt remise descuento
paid: paid bezahlt paye pagado
value: value wert
percent: percent percentage pct prozent prozentsatz pourcentage porcentaje probability
  wahrscheinlichkeit probabilite probabilidad taux tasa ratio margin progress conversion
  percentual
rate: rate satz tx
quantity: quantity qty menge quantite cantidad stueck stock capacity duration dauer duree duracion
  minutes hours seats score points weight size height width length volume distance age alter edad
  latency seconds employees impressions stunden minuten weeks months years
count: count counter counts anzahl nb nbr cnt numberof hits views attempts tally visits clicks
sequence: sequence seq rang rank sorting sortorder ordering reihenfolge level depth lft rgt
id: id ids uid guid uuid oid rowid recordid ident
key: key keys schluessel clave cle
fk: fk
number: number numbers nummern numeros no nr num numero nummer numer
code: code codes codigo cod codice kuerzel kennzeichen kode
ref: ref reference referenz referencia refnr aktenzeichen barcode sku ean isbn serial
external: external extern externe foreign import legacy tracking tracker transaction trxn remote
  mandate ticker receipt
category: category categories kategorie categorie categoria group groups gruppe groupe grupo class
  klasse classe clase segment rating tier severity priority prioritaet priorite prioridad method
  methode metodo selection auswahl seleccion option choice channel kanal medium mode modus source
  quelle origen origine herkunft direction richtung bucket reason grund motif motivo frequency
  resolution topic action role rolle rol fonctionnalite topics color colour farbe couleur mimetype
  importance outcome interval unit result
type: type types typ typen kind art tipo tipos sorte format subtype
status: status statut stage stages phase etapa fase zustand stadium stand statuses lifecycle
  workflowstate
industry: industry industries sector sektor branche secteur giro sic naics nace ape gewerbe
  siccode
text: info infos information informations informacion text texte texto description beschreibung
  descripcion descrizione note notes notiz notizen nota notas comment comments kommentar
  commentaire comentario comentarios bemerkung bemerkungen remark remarks remarque remarques
  observaciones observacion memo nachricht mensaje subject betreff objet asunto body content
  contents inhalt contenu contenido summary zusammenfassung details detail detalle detalles
  instructions anmerkung anmerkungen freitext objective headline intro caption answer question
  frage antwort feedback changelog purpose hobbies interests label designation snippet agenda
  motivation descr opmerking omschrijving opmerkingen uwagi
template: template vorlage modele plantilla signature
file: file filename dateiname datei fichier archivo photo foto logo attachment anhang picture bild
  avatar filepath imagefile thumbnail
image: image images
machine: host hostname server smtp imap protocol ssl tls auth json xml payload serialized
  serialised params parameters settings config configuration
  options metadata meta query sql cache useragent fingerprint raw data store blob checksum digest
  sha etag definition filter conditions preferences
secret: password passwort passwd pwd pass kennwort contrasena motdepasse motpasse secret token
  tokens apikey salt credential credentials totp otp passphrase hash privatekey pincode crypted
  encrypted senha wachtwoord haslo csrf nonce
pin: pin
session: session sessions
date: date dates datum fecha jour dia day datetime dat termin frist deadline expiry expiration
  expires birthtime echeance anniversary start end begin beginn ende debut fin inicio since seit
  until bis due faellig finish ablauf zeitpunkt vencimiento
time: time zeit heure hora uhrzeit timestamp stamp tstamp ts ora
year: year jahr annee ano
month: month monat mois mes
at: at on am le el
by: by von par por durch da
of: of de du des der di del la do dos zur
created: created create creation added entered angelegt erstellt anlage erstellung cree creado
  creada creacion insert inserted crdate ctime datec datecreation erfasst alta fechaalta creato
  aangemaakt registered crea enreg enregistrement
created+by: creator author auteur autor ersteller erfasser whodunnit createur creador
modified: modified modify modif modification updated update changed change geaendert aenderung
  modifie
  modificado modificada actualizado actualizada edited mtime tms systemmodstamp bearbeitet
  modificacion aktualisiert maj gewijzigd revised
modified+by: modifier editor lasteditor updater
owner: owner owners ownerid assigned assignee assignedto zugewiesen zustaendig zustaendiger
  besitzer proprietaire propietario responsible responsable verantwortlich verantwortlicher
  betreuer sachbearbeiter kundenbetreuer smownerid accountmanager salesperson salesrep vertreter
  vendedor verkaeufer handler caseworker asignado assigne bearbeiter
manager: manager
deleted: deleted delete del geloescht loeschung supprime eliminado borrado trashed trash removed
  purged eliminada softdelete cancellato verwijderd excluido usuniety
active: active activo actif aktiv inactive inaktiv enabled disabled archived suspended locked
  blocked gesperrt archive archiviert hidden visible published public valid invalid verified
  confirmed converted automated allday subscribed approved admin portal obsolete reserved attivo
  isdefault readonly mandatory nullable unread read internal
is: is has disabled acepta admite accetta accepte akzeptiert accepts agreed ist hat can allow
  allows show hide send use uses enable disable require requires est
  tiene are was should must flag flags yn bool indicator needs
not: not donot dont nicht ne pas keine kein
opt: opt optin optout opted optedout optedin
consent: consent consents privacidad datenschutz einwilligung consentement consentimiento
  zustimmung gdpr dsgvo rgpd lopd
  donotcall donotemail donotmail donotphone donotfax nomail noemail nocall lawful unsubscribe
  unsubscribed newsletter werbesperre hasoptedoutofemail hasoptedoutoffax permissionmarketing
  robinson bulkemail marketing
contactverb: bulk call trade contacted contactable trademail
access: access permission permissions perm acl rights recht berechtigung droit permiso privacy
  visibility privilege privileges aclaccess sharing
parent: parent regarding related record entity object element item bean res
table: table tabelle tabla module model entitytype
version: version revision
is+test: istest
from: from sender absender
to: to recipients empfaenger
cc: cc bcc tocc tobcc
reply: reply
reply+to+mail: replyto
register: registration registry register registrierung registre registro
set: list lists liste listen lista team teams rel history log logs relation relations queue
message: message messages msg msgid
billing: billing bill invoicing rechnung rechnungs facturation facturacion
mailing: mailing shipping ship delivery liefer livraison envio versand korrespondenz
plain: scheduled close closed closing open opened opening send sent receive received sign signed
  effective issue issued approve approval review reviewed confirm confirmation invite invited
  accept accepted complete completed resolve resolved renew renewal convert change join joined
  visit visited
neutral: estimated actual expected planned original initial final average base target annual
  yearly monthly primary main default other alt alternate alternative secondary home work office
  private privat perso personal haupt principal sonstige current previous old new aktuell custom
  extra additional prim sec tertiary dienstlich geschaeftlich beruflich direct toll free zentrale
  assistenz normalized sanitized clean lower upper caps string physical
"""


def _read() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    concepts: tuple[str, ...] = ()
    for line in _TABLE.splitlines():
        if line and not line.startswith(" "):
            head, _, line = line.partition(":")
            concepts = tuple(head.split("+"))
        for word in line.split():
            found.setdefault(folded(word), concepts)
    return found


def folded(word: str) -> str:
    """The word with `ae`, `oe`, `ue` as without the dots: both spellings meet there."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


CONCEPTS = _read()
"""Folded word → the concepts that it stands for."""
