"""What the columns of a table tell of the thing it holds, each as a word: its marks."""

from __future__ import annotations

import re
from functools import cache

from crmaudit.evidence import Semantic
from crmaudit.quality.entities.names import joined, raw_words

# Mark → what columns with it are called. A plain word has to be one of the name's words,
# `a+b` several of them, `=ab` all words of it written as one, `*ab` a part of that.
_NAMES = {
    "given name": """first+name =firstname given+name =forename =vorname *vorname =prenom *prenom
        =voornaam =givenname =fname =nome+proprio *primernombre =prenoms =roepnaam""",
    "family name": """last+name =lastname family+name =surname surname =nachname *nachname
        familienname apellido apellidos cognome achternaam sobrenome =lname =familyname =zuname
        =nomfamille *apellido""",
    "full name": "full+name display+name =fullname contact+name =displayname =anzeigename",
    "organisation name": """company+name organization+name organisation+name =firma =firmenname
        =companyname =accountname legal+name raison+sociale razon+social ragione+sociale
        =bedrijfsnaam razao+social =nomsociete account+name =firmenbezeichnung trade+name""",
    "household name": "household+name =haushaltsname",
    "birth date": """=dob birth birthdate birthday *birthdate *geburt naissance nacimiento nascita
        nascimento *geboortedatum birth+date =gebdatum""",
    "gender": "gender sex geschlecht sexe sexo sesso geslacht genero genre+id civility",
    "salutation": "salutation anrede civilite tratamiento titolo aanhef =prefixid saudacao",
    "job title": """job+title =jobtitle function+title position+title =funktion =poste =cargo
        =qualifica =functie *berufsbez""",
    "e-mail": "email emails mail+address e+mail *email =mail *emailaddress correo courriel",
    "phone": """phone *phone telefon *telefon telephone telefono tel telefoon telefone mobile mobil
        *mobil cellulare gsm handy fax""",
    "website": "website web+site homepage webseite =url =web siteweb =webseite sito",
    "industry": "industry sector branche =secteur settore setor sic naics =sector =branche",
    "employees": "employees *numberofemployees *employees mitarbeiterzahl effectif empleados",
    "revenue": "annual+revenue =annualrevenue turnover umsatz =jahresumsatz chiffre+affaires",
    "tax number": """vat *vatnumber siren siret nif cif =cnpj tva *ustid *umsatzsteuer partita+iva
        tax+number steuernummer *btw =piva =taxid ein ustid cnpj tax+id""",
    "street": "street *street *strasse =strasse calle rue indirizzo straat address+line =address1 "
    "rua logradouro =adresse =address =direccion via+indirizzo =adres =endereco",
    "city": "city ville ort =stadt ciudad citta plaats cidade =town town =wohnort *city localidad",
    "postcode": """postcode postal+code zip plz *postalcode *zipcode =cp code+postal =cap
        codigo+postal *postcode =cep zipcode =postalcode""",
    "country": "country pays land pais paese =countrycode",
    "login": """login username user+name =username =benutzername benutzername usuario+login
        =gebruikersnaam *loginname =identifiant samaccountname =utente""",
    "password": """password *password passwd *passwort *pwd crypted+password user+hash
        password+hash =pass kennwort mot+passe motdepasse contrasena senha wachtwoord *passcrypted
        password+salt pass+crypted""",
    "last login": """last+login *lastlogin sign+in+at sign+in+count *lastvisit last+seen
        derniere+connexion letzte+anmeldung *letzteanmeldung ultimo+acceso""",
    "admin": "admin *isadmin superuser *superuser is+staff",
    "probability": "probability *probability wahrscheinlichkeit probabilite probabilidad "
    "probabilita kans waarschijnlijkheid probabilidade =proba",
    "stage": "stage sales+stage phase etape fase =stage pipeline =salesstage *stageid",
    "close date": """close+date closing+date *closedate *closingdate closes+on date+closed
        expected+close deadline+vente abschlussdatum *abschluss date+cloture cierre chiusura
        expected+revenue+date estimatedclosedate date+deadline sluitingsdatum""",
    "amount": """amount amounts betrag *betrag montant importe importo bedrag valor wert =value
        total+amount estimated+value *amount summe revenue opp+amount""",
    "lost reason": "lost+reason *lostreason next+step *nextstep loss+reason verlustgrund "
    "motif+perte competitor *competitor",
    "converted": "converted *isconverted *convertedat *convertedaccount umgewandelt konvertiert "
    "convertido converti",
    "rating": "rating =leadrating lead+score =score lead+status =leadstatus",
    "source": "lead+source source *leadsource herkunft",
    "subject": "subject betreff objet asunto oggetto onderwerp assunto sujet topic summary",
    "body": "body description details content text notes inhalt beschreibung contenu contenido "
    "message body+text bemerkung descripcion descrizione commentaire",
    "start": "start *start begin beginn debut inicio inizio =von =datestart started starts "
    "start+date *startdate dateo =datep *begin",
    "end": "end ende fin fine einde fim =bis *enddate ends end+date =dateend *ende datep2 =fin",
    "due": "due *duedate =dueat faellig *faellig echeance vencimiento scadenza vervaldatum "
    "vencimento due+date date+due lim+reglement",
    "duration": "duration *duration dauer duree duracion durata duur duracao minutes",
    "location": "location ort+termin lieu lugar luogo venue place veranstaltungsort luogo",
    "reminder": "reminder reminded erinnerung rappel recordatorio",
    "direction": "direction inbound outbound incoming richtung richting",
    "completed": "completed erledigt done termine completado percent+complete =completedat bucket",
    "sender": "from sender from+email sent+from *fromaddr *fromaddress absender expediteur "
    "mittente afzender remetente",
    "recipient": "to cc bcc addressee recipient recipients sent+to *toaddrs empfaenger "
    "destinataire",
    "message id": "message+id *messageid",
    "sent": "sent sent+at date+sent *sentat received+at gesendet envoye enviado inviato",
    "priority": "priority *priority prioritaet priorite prioridad priorita prioriteit prioridade "
    "severity dringlichkeit urgency",
    "status": "status *status state statut estado stato statusid statuscode zustand",
    "resolution": "resolution *resolution loesung solved resolved solucion solution erledigung "
    "resolved+at resolution+notes",
    "ticket number": "ticket+number case+number *casenumber *ticketno *ticketnumber ticket+no "
    "track+id *ticketnr fallnummer vorgangsnummer",
    "escalated": "escalated *escalated sla first+response *firstresponse eskaliert "
    "incident+type+code",
    "budget": "budget *budget budgeted",
    "campaign cost": "actual+cost expected+cost *actualcost *expectedcost target+audience "
    "*targetaudience impressions expected+response *expectedresponse leads+count target+leads "
    "target+revenue goal+revenue *expectedrevenue opportunities+count frequency target+size "
    "clicks opened bounced unsubscribed *expectedroi",
    "receipt": "receipt receipts *receipt quittung bescheinigung *bescheinigung recu+fiscal "
    "thankyou acknowledged receive+date *spendenbescheinigung gift+aid tax+deductible",
    "anonymous": "anonymous anonym is+anonymous public+donation honoree",
    "joined": "join+date *joindate member+since *membersince eintritt *eintritt joined adhesion "
    "fecha+alta beitritt *beitritt iscritto+dal joined+at",
    "renewal": "renewal renew *renewal auto+renew verlaengerung renouvellement expires "
    "expiry membership+type *membershiptype kuendigung *kuendig austritt *austritt beitrag",
    "event date": "event+date *eventdate veranstaltungsdatum date+evenement fecha+evento held+on "
    "data+evento",
    "capacity": "capacity max+participants *maxparticipants seats kapazitaet places+max "
    "plazas posti *capacity max+attendees",
    "attended": "attended attendance registered register+date *registerdate *attended checked+in "
    "angemeldet role+id+event no+show presence register",
    "invoice number": "invoice+number *invoicenumber invoice+no *rechnungsnr *rechnungsnummer "
    "invoice+nr numero+facture *factuurnummer numero+fattura facnumber numero+factura",
    "total": "total *total gesamt *gesamt totale totaal total+ttc subtotal gross netto brutto "
    "grandtotal =sum",
    "tax": "tax vat mwst tva iva btw steuer taxes *tax",
    "paid": "paid bezahlt paye pagado pagato betaald balance outstanding paid+on offen =paye",
    "payment method": "payment+method *paymentmethod zahlungsart *zahlungsart payment+instrument "
    "mode+reglement metodo+pago payment+type =method check+number card+type",
    "paid on": "payment+date *paymentdate zahlungsdatum date+paiement paid+on fecha+pago "
    "trxn+date received+on booked+on",
    "sku": "sku part+number *partnumber artikelnummer *artikelnr product+code *productcode "
    "barcode =ean *productno mpn product+number",
    "unit price": "unit+cost unit+price *unitprice list+price *listprice preis *preis prix precio "
    "prezzo prijs preco price *price",
    "quantity": "quantity qty menge *menge quantite cantidad quantita aantal quantidade units "
    "anzahl",
    "stock": "stock *qtyinstock in+stock lager bestand inventory weight gewicht manufacturer",
    "valid until": "valid+until *validuntil *validtill expiration gueltig+bis *gueltigbis "
    "fin+validite validity valida quote+stage expiration+date valido validez *quotestage",
    "order number": "order+number *ordernumber order+no bestellnummer auftragsnummer "
    "numero+commande salesorder+no",
    "delivery": "delivery shipping *shipdate ship delivered liefer *lieferdatum livraison entrega "
    "consegna warehouse carrier",
    "contract number": "contract+number *contractnumber vertragsnummer contract+no contract+term "
    "*contractterm notice+period kuendigungsfrist contract+type",
    "file name": "file+name *filename =dateiname nom+fichier document+name nome+file filename",
    "file type": "mime+type *mimetype content+type *contenttype file+size *filesize file+ext "
    "checksum *filetype file+mime",
    "quote number": "quote+number *quotenumber quote+no angebotsnummer",
    "parent type": "*parenttype entity+type item+type record+type+of *entitytable object+type "
    "*abletype subject+type",
    "changes": "old+value new+value *oldvalue *newvalue object+changes before+value after+value "
    "old+values new+values field+name changes before+value+string diff old+data",
    "event kind": "event action operation verb aktion",
    "who did it": "whodunnit user+agent ip+address remote+ip performed+by =ip client+ip",
    "payload": "payload serialized session+data cache+key locked+at handler expires+at "
    "session+id run+at attempts last+error cron module+name xml arch class+name raw+data "
    "params *workerlist retries",
    "key": "key =key cache+key setting name+key",
    "value": "value =value val wert",
    "sort order": "sort+order weight position *sortorder sequence rang reihenfolge sortorder "
    "list+order sortierung ordre orden ordine",
    "code": "code abbreviation iso kuerzel =iso2 iso+code =code symbol",
    "label": "label name title bezeichnung libelle nombre nome naam titel titre =nom descr",
    "active": "active enabled aktiv actif activo attivo actief ativo *isactive visible hidden "
    "default reserved *isdefault system",
    "requested": "amount+requested amount+granted *amountrequested grant+type rationale",
    "dictionary": "table+name column+name field+type data+type html+type lhs rhs module join+table "
    "entity+class model *tablename *columnname",
}

_TYPES = {
    "given name": "given name",
    "family name": "family name",
    "full name": "full name",
    "organisation name": "organisation name",
    "salutation": "salutation",
    "job title": "job title",
    "login": "login",
    "e-mail": "e-mail",
    "phone": "phone",
    "mobile": "phone",
    "street": "street",
    "full address": "street",
    "city": "city",
    "postcode": "postcode",
    "country": "country",
    "birth date": "birth date",
    "gender": "gender",
    "tax number": "tax number",
    "industry": "industry",
    "file name": "file name",
}


def _compiled() -> tuple[
    dict[str, list[tuple[frozenset[str], str]]], dict[str, str], re.Pattern[str], dict[str, str]
]:
    words: dict[str, list[tuple[frozenset[str], str]]] = {}
    whole: dict[str, str] = {}
    parts: dict[str, str] = {}
    for mark, text in _NAMES.items():
        for item in text.split():
            if item.startswith("="):
                whole.setdefault(item[1:], mark)
            elif item.startswith("*"):
                parts.setdefault(item[1:], mark)
            else:
                needed = frozenset(item.split("+"))
                # Filed under its rarest looking word, so that few have to be tried.
                words.setdefault(max(sorted(needed), key=len), []).append((needed, mark))
    pattern = re.compile("|".join(sorted(map(re.escape, parts), key=len, reverse=True)))
    return words, whole, pattern, parts


_WORDS, _WHOLE, _PARTS, _PART_OF = _compiled()


@cache
def named(column: str) -> frozenset[str]:
    """The marks that a column's name has."""
    words = raw_words(column)
    whole = joined(words)
    found = {m for w in words for needed, m in _WORDS.get(w, ()) if needed.issubset(words)}
    if whole in _WHOLE:
        found.add(_WHOLE[whole])
    found |= {_PART_OF[part] for part in _PARTS.findall(whole)}
    return frozenset(found)


def marks(column: str, semantic: Semantic | None, sure: float = 0.5) -> frozenset[str]:
    """The marks of a column: by its name, and by what its content means where that is known."""
    found = named(column)
    if semantic is None or semantic.confidence < sure:
        return found
    if semantic.type == "secret" and "password" not in found:
        return found
    meant = _TYPES.get(semantic.type)
    if meant:
        return found | {meant}
    if semantic.type == "reference":
        return found & {"stage", "status", "industry", "country", "admin"}
    return found
