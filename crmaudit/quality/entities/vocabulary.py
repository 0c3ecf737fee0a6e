"""Words that tables and columns of CRMs are made of.

English, German, French, Spanish, Italian, Dutch and Portuguese, in the
singular, without accents, umlauts as two letters. Plurals and compounds are
found by `names`.
"""

from __future__ import annotations

from collections.abc import Iterator

# A word that means other things too is marked with `~`: by itself it proves little.
_ENTITIES = {
    "person": """
        contact person people individual human constituent kontakt ansprechpartner privatperson
        personne persona contacto individu contatto persoon contactpersoon contato pessoa
        individuo donor spender donateur donante donatore doador volunteer freiwilliger
        ehrenamtlicher benevole voluntario volontario vrijwilliger subscriber~ abonnent~
        beneficiary beneficiaire beneficiario klient patient student schueler eleve alumno
        interlocuteur referent~ guest~ gast~
    """,
    "party": """
        customer client kunde cliente debitor debiteur klant party partner~ geschaeftspartner tiers
        tercero thirdparty relatie parceiro buyer acheteur comprador afnemer adressat
    """,
    "organisation": """
        organisation organization company firma unternehmen societe entreprise empresa organizacion
        azienda societa ditta bedrijf organisatie organizacao companhia institution einrichtung
        vendor supplier lieferant fournisseur proveedor fornitore leverancier fornecedor kreditor
        business~ account~ compte~ cuenta~ conta~ verein~ school~ employer~
    """,
    "household": """
        household haushalt foyer menage hogar famiglia~ famille~ familia~ family~ huishouden gezin
        nucleofamiliar
    """,
    "lead": """
        lead interessent prospect piste prospecto enquiry inquiry anfrage~ target~
    """,
    "opportunity": """
        opportunity deal verkaufschance opportunite affaire~ oportunidad opportunita trattativa
        verkoopkans oportunidade negociacion potential~ pipeline~ chance~
    """,
    "activity": """
        activity task call meeting appointment todo aktivitaet aufgabe termin anruf besprechung
        wiedervorlage activite tache rendezvous appel reunion actividad tarea llamada cita
        attivita compito chiamata appuntamento incontro activiteit taak afspraak gesprek atividade
        tarefa reuniao chamada ligacao interaction interaktion visit~ besuch~ visite~ visita~
        note~ notiz nota~ comment~ kommentar commentaire comentario commento email~ mail~ message~
        nachricht~ sms~ conversation~ communication~ korrespondenz~ fax~ calendar~ kalender~
        telefonat event~ action~ aktion~ accion~ azione~
    """,
    "case": """
        case ticket caso incidencia incident pratica segnalazione melding chamado ocorrencia
        complaint beschwerde reclamation reclamo klacht reclamacao servicefall vorgang~ fall~
        dossier~ zaak~ issue~ request~ bug~ bugreport~ helpdesk~ stoerung~ solicitud~ demande~
    """,
    "campaign": """
        campaign kampagne campagne campagna campana campanha mailing newsletter~ rundschreiben~
        marketing~ survey~ umfrage~ enquete~ encuesta~ appeal~
    """,
    "contribution": """
        contribution donation pledge gift spende donacion donazione donatie schenking doacao
        zuwendung
        don fundraising~
    """,
    "membership": """
        membership mitgliedschaft adhesion membresia lidmaatschap iscrizione~ adesione filiacao
        member~ mitglied adherent miembro~ socio membro~ lid~ tesseramento cotisation~
        mitgliedsbeitrag~ afiliacion
    """,
    "event": """
        event veranstaltung evenement evento manifestation~ seminar~ seminaire~ kurs~ course~
        workshop~ conference~ curso~ corso~
    """,
    "event registration": """
        participant attendee teilnehmer teilnahme participante partecipante deelnemer
        inscrito eventregistration
        registration~ anmeldung~ inscription~ inscripcion~ inscricao~ aanmelding~ rsvp invitee~
        attendance~ einladung~ participation~
    """,
    "invoice": """
        invoice bill rechnung facture factura fattura factuur fatura creditnote gutschrift nota~
        avoir~ receivable~
    """,
    "payment": """
        payment zahlung paiement pago pagamento betaling transaction~ transaktion~ receipt~
        reglement~ cobro~ incasso~ recibo~ ricevuta~ quittung~ refund~ erstattung~ ontvangst~
        zahlungseingang
    """,
    "product": """
        product producttemplate produkt artikel produit producto prodotto articolo produto
        artigo article~ item~
        variant~ variante~ sku catalog~ katalog~ leistung~ dienstleistung~ pricebook~ preisliste~
    """,
    "document": """
        document doc dokument documento attachment anhang datei fichier allegato bijlage anexo
        documentation~ file~ archivo~ upload~ blob~ anlage~ knowledgebase~ wissensdatenbank~ pdf~
    """,
    "quote": """
        quote quotation angebot devis presupuesto cotizacion preventivo orcamento proposal~ propal
        propuesta~ offerta~ offerte~ estimate~ kostenvoranschlag cotacao
    """,
    "order": """
        order~ salesorder auftrag bestellung commande pedido ordine bestelling encomenda
        purchaseorder~
    """,
    "contract": """
        contract vertrag contrat contrato contratto agreement subscription~ abonnement~
        abbonamento~ suscripcion~ policy~ police~ polizza~ abo~
    """,
    "project": "project projekt projet proyecto progetto projeto projecttask projettask",
    "grant": """
        grant~ foerderung subvention subvencion subsidie foerderantrag sovvenzione subvencao
    """,
    "segment": """
        segment mailinglist prospectlist targetlist zielgruppe audience tag~ tagging~ list~
        liste~ lista~ lijst~ verteiler
        etiqueta~ etiquette~ schlagwort~ categorie~ kategorie~ group~ gruppe~
    """,
    "relationship": """
        relationship beziehung relation~ relacion relazione relacionamento relatieband
    """,
    "user": """
        user benutzer utilisateur usuario utente gebruiker utilizador employee mitarbeiter
        staff~ salarie~ empleado dipendente medewerker funcionario login~ operator~
        bearbeiter~ berater~ agent~ anwender
    """,
    "role": """
        role rolle rol ruolo permission~ privilege~ right~ recht~ berechtigung~ droit~ permiso~
        permesso~ permissao~ acl~ rollen profile~ profil~ perfil~ access~ papel~
    """,
    "team": """
        team equipe equipo squadra usergroup benutzergruppe arbeitsgruppe group~ gruppe~ groupe~
        grupo~ gruppo~ groep~
    """,
    "unit": """
        businessunit department abteilung departement departamento dipartimento afdeling
        subsidiary filiale~ branch~ standort~ sede~ vestiging~ unit~ einheit~ division~
        geschaeftsstelle
        niederlassung dienststelle tenant~ mandant~
    """,
}

_ROLES = {
    "system": """
        cache session migration schema setting config configuration queue job cron cronjob menu
        token lock tmp temp temporary permissionset search navigation dashboard dashlet
        sequence upgrade
        metadata oauth worker preference template mapping processor widget timezone
        storage plugin module webhook workflow dictionary translation trans layout form
        formular view report
        import export scheduler schedule indexer filter constant const
        parameter param installer package bookmark favorite shortcut notification
        scheduled integration connector api apikey sync replication batch trigger rule macro
        signature theme color font icon page block site domain dropdown routing tour tooltip
        database flow twofactor help installation registry seq autonumber numbering
        semaphore heartbeat einstellung konfiguration sitzung vorlage parametre reglage modele
        configuracion plantilla sesion impostazione modello sessione instelling sjabloon
        configuracao modelo sessao warteschlange traduction uebersetzung zaehler compteur contador
        dedupe component resource handler adapter property meta credential nonce captcha kanban
        reminder alert autofollow wizard reportinstance ausnahme tabelle column spalte field
        feld champ campo campi veld fieldgroup picklist option optionlist optionvalue
        optiongroup optionset attribut attribute atributo attributo attribuut secuencia sequenza
        formato password passwd pwreset uf profileconfig screen menuitem lang
    """,
    "log": """
        log history audit changelog trail version revision tracker protokoll verlauf
        historie aenderung
        historique journal historial bitacora registro storico cronologia geschiedenis logboek
        historico tracking trace changes auditlog logeintrag
    """,
    "lookup": """
        type status stage category kind reason source medium priority rating option country state
        province region county city~ currency language industry salutation title gender code
        typ art kategorie stufe grund herkunft quelle land bundesland kanton waehrung sprache
        branche anrede geschlecht statut categorie etape pays devise langue civilite secteur
        motif tipo estado categoria etapa pais provincia moneda idioma sector motivo stato
        valuta lingua settore motivo fase paese nazione regione soort taal reden branche
        fonte origem situacao lookup choice picklist codetable dic enum taxcode steuersatz
        unit~ uom term~ level class~ classification skill~ severity queuetype subtype disposition
        taxrate vat~ paymentterm postalcode~ plz~ comune~ municipality~ gemeinde~ departamento~
        lookupvalue allowed denomination titre tagtype codigopostal codepostal ciudad poblacion
        localidad
    """,
    "line": """
        line item position detail projecttask projettask lineitem det rechnungsposition
        posten ligne linea renglon riga
        dettaglio regel linha entry zeile
    """,
    "extension": """
        cstm custom extra extrafield ext extension customfield cf zusatz erweiterung scf customdata
        userdata additional subdetails addon
    """,
    "link": "rel link map xref x ref relation mapping bean assoc association zuordnung jct",
    "secondary": """
        address phone website fax avatar adresse telefon telephone telefono direccion indirizzo
        adres endereco telefone emailaddress phonenumber postaladdress mailaddress im openid
        bankaccount bankverbindung rib iban picture foto social socialmedia socialaccount location
        anschrift telefonnummer coordonnee
        socialprofile email mail correo courriel kontaktdaten rufnummer phonenumber subdetail
        photo image bild blacklist unsubscribe suppression optout sperrliste widerspruch
        donotcontact
    """,
}

# Parts of names that say nothing of the thing itself.
_ACCESS_TEXT = """
    permission privilege right acl recht berechtigung droit permiso permesso permissao privileg
    """
ACCESS = frozenset(_ACCESS_TEXT.split())
"""Words of tables that say who may do what."""

_NOISE_TEXT = """
    tbl tb t dbo app core main data stamm daten stammdaten master base basic general info
    information new old tab table the of de du la le les des del der die das und and et y
    trouble sales sale crm sent received enviado recibido envoye recu gesendet empfangen inviato
    incoming outgoing inbound outbound res res_ my public tx mod c v tt sys_ dim fact stg hs
    """
NOISE = frozenset(_NOISE_TEXT.split())

FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"person", "organisation", "household", "lead"}),
    frozenset({"lead", "opportunity"}),
    frozenset({"quote", "order", "invoice", "contract"}),
    frozenset({"contribution", "membership", "payment"}),
    frozenset({"event", "activity", "project"}),
    frozenset({"case", "activity"}),
)
"""Entities that products keep in one table, told apart by a column."""

PARTIES = ("person", "organisation", "household", "lead")

# How the kinds of party, of sales document, … are written in a column.
_VALUES = {
    "person": """
        private privat natural natuerlich physical physique fisica fisico individual b2c consumer
        human homme femme particulier particular privato natuurlijk contact mr ms
    """,
    "organisation": """
        org organisation business corporate juridical juristisch moral morale juridica giuridica b2b
        company legal commercial geschaeftlich gewerblich firm ngo entity
    """,
    "household": "couple paar",
    "invoice": "creditnote facture bill creditmemo",
    "quote": "offer estimate",
    "order": "so salesorder",
}


def _words(texts: dict[str, str]) -> Iterator[tuple[str, str, bool]]:
    for meaning, text in texts.items():
        for word in text.split():
            yield word.rstrip("~"), meaning, not word.endswith("~")


ENTITY_WORDS: dict[str, dict[str, bool]] = {}
"""Word → entity (or `party`: person or organisation) → whether it means little else."""

ROLE_WORDS: dict[str, dict[str, bool]] = {}
"""Word → role of a table whose name has it, in the same form."""

for _word, _meaning, _sure in _words(_ENTITIES):
    ENTITY_WORDS.setdefault(_word, {})[_meaning] = _sure
for _word, _meaning, _sure in _words(_ROLES):
    ROLE_WORDS.setdefault(_word, {})[_meaning] = _sure

VALUE_WORDS: dict[str, str] = {word: meaning for word, meaning, _ in _words(_VALUES)}
"""Word of a type value → entity, beside the words for entities."""

_ROMANCE_TEXT = """
    tipo tipos statut estado categoria categorie ligne linea riga linha historique historial
    storico historico parametre configuracion modele motivo motif stato lista liste fecha
    etat type types detalle dettaglio formato secuencia sequenza plantilla sesion impostazione
    modello sessione modelo sessao etapa fase soort reden renglon atributo attributo
    """
ROMANCE = frozenset(_ROMANCE_TEXT.split())
"""Words for roles that stand before what they speak of: `tipo_cliente`."""

_GEOGRAPHY_TEXT = """
    country state province region county city currency language timezone land bundesland kanton
    waehrung sprache pays devise langue pais provincia moneda idioma paese nazione regione valuta
    lingua taal municipality gemeinde comune departement stateprovince worldregion postalcode plz
    zipcode codigopostal codepostal ciudad poblacion zip localidad locale departements canton
    gender salutation
    """
GEOGRAPHY = frozenset(_GEOGRAPHY_TEXT.split())
"""What a world map or a dictionary says: lists that no CRM makes up."""
