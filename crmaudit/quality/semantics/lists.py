"""Small lists of common knowledge: what fields of a few fixed values hold.

The names are frequent ones of many languages; a column is known by them when
many of its values are among them, so that no list has to be whole.
"""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """In lower case, without accents and outer blanks."""
    if text.isascii():
        return text.strip().lower()
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c)).strip().lower()


def _set(text: str) -> frozenset[str]:
    return frozenset(plain(w) for w in text.split())


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _lines(text: str) -> frozenset[str]:
    return frozenset(plain(w) for w in text.replace("\n", ",").split(",") if w.strip())


GIVEN = _set("""
james mary john patricia robert jennifer michael linda william elizabeth david barbara richard
susan joseph jessica thomas sarah charles karen christopher nancy daniel lisa matthew betty
anthony margaret mark sandra donald ashley steven kimberly paul emily andrew donna joshua
michelle kenneth carol kevin amanda brian melissa george deborah edward stephanie ronald rebecca
timothy laura jason sharon jeffrey cynthia ryan kathleen jacob amy gary angela nicholas shirley
eric anna jonathan brenda stephen pamela larry emma justin nicole scott helen brandon samantha
benjamin katherine samuel christine gregory debra frank rachel alexander carolyn raymond janet
patrick catherine jack maria dennis heather jerry diane tyler ruth aaron julie jose olivia adam
joyce nathan virginia henry victoria peter kelly kyle lauren walter christina harold joan jeremy
evelyn keith judith roger megan arthur andrea lawrence cheryl terry hannah sean jacqueline ethan
martha austin gloria jesse teresa albert sara bryan ann billy jean bruce alice ralph julia bobby
grace russell sophia oliver amelia harry isla charlie ava freddie mia leo ivy archie lily theo
florence noah poppy liam ella lucas chloe mason zoe logan eve owen molly elijah aria luke nora
isaac lucy max evie toby elsie finn daisy rosie jim bob tom tim joe sam ben dan kate jane lynn
sue beth kim jill ellen rose clara claire simon neil ian graham alan colin stuart hans peter
wolfgang klaus jurgen dieter manfred uwe gunter horst bernd frank michael andreas stefan thomas
martin matthias jorg ralf rainer heinz werner helmut gerhard karl friedrich otto kurt ernst
sabine petra monika susanne andrea claudia birgit karin ursula renate helga ingrid gisela
christa heike martina katrin silke anke anja tanja nicole katharina johanna lena leonie lukas
leon jonas felix maximilian moritz niklas tobias sebastian florian johannes jakob anton emil
greta frieda charlotte mathilda ida marie sophie jan sven lars nils bjorn torsten holger jens
kai dirk volker elke ute doris jean pierre michel andre philippe alain bernard jacques francois
christophe nicolas laurent frederic olivier julien sebastien pascal thierry eric bruno guillaume
antoine mathieu maxime hugo louis gabriel arthur jules raphael marie nathalie isabelle sylvie
catherine martine christine francoise valerie sandrine veronique stephanie celine chantal
patricia monique brigitte nicole aurelie emilie camille manon lea chloe juliette margaux elodie
amelie lucie jeanne odile solange rene marcel yves antonio jose manuel francisco david juan
javier daniel carlos jesus alejandro miguel rafael pedro pablo angel sergio fernando luis jorge
alberto alvaro diego adrian raul ivan ruben enrique ramon vicente andres joaquin santiago mateo
lucia carmen ana isabel dolores pilar josefa teresa rosa cristina francisca antonia mercedes
elena marta sofia paula raquel beatriz silvia rocio alba irene ines ximena valentina camila
guadalupe giovanni giuseppe marco luca matteo andrea francesco alessandro lorenzo stefano
roberto paolo mario luigi giulia chiara francesca martina alessia elisa federica valeria giorgia
bianca johan willem pieter cornelis hendrik gerrit daan sanne femke anouk lotte piotr pawel
tomasz krzysztof marcin agnieszka katarzyna malgorzata magdalena ewa joao tiago rui goncalo
beatriz mariana leonor catarina ivan dmitri sergei alexei vladimir nikolai mikhail olga tatiana
natalia irina svetlana ekaterina elena anastasia erik olof anders karin astrid ingrid freya
mehmet mustafa ahmet ali huseyin hasan ibrahim fatma ayse emine hatice zeynep elif mohammed
muhammad mohamed ahmed omar youssef yusuf khalid hassan hussein fatima aisha maryam amina layla
noor zainab raj rahul amit priya anjali sanjay vijay anita sunita deepak pooja arjun ravi
lakshmi wei li ming hiroshi takashi yuki haruto sakura kenji akira yuto min jun ji-woo seo-yeon
nguyen linh minh kwame kofi ama efua chidi ngozi amara tunde zanele thabo chloé björn grace
farid hiro Иван Мария Анна Александр Сергей Дмитрий Ольга Елена Наталья Татьяна Андрей Алексей
Γιώργος Μαρία Ελένη Νίκος محمد أحمد علي فاطمة 伟 芳 娜 敏 静
""")

FAMILY = _set("""
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez
gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris
sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill
flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips
evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers
gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson
watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo sanders
patel myers long ross foster jimenez powell jenkins perry russell sullivan bell coleman butler
henderson barnes fisher vasquez simmons hamilton graham murray shaw mason hunt palmer holmes
mills knight walsh doyle byrne o'brien o'connor muller mueller schmidt schneider fischer weber
meyer wagner becker schulz hoffmann schafer schaefer koch bauer richter klein wolf schroder
schroeder neumann schwarz zimmermann braun kruger krueger hofmann hartmann lange schmitt werner
krause meier lehmann schmid schulze maier kohler koehler herrmann konig walter mayer huber
kaiser fuchs peters lang scholz moller weiss jung hahn schubert vogel friedrich keller gunther
frank berger winkler roth beck lorenz baumann franke albrecht schuster simon ludwig bernard
dubois thomas robert richard petit durand leroy moreau simon laurent lefebvre michel bertrand
roux vincent fournier morel girard andre lefevre mercier dupont lambert bonnet francois legrand
garnier faure rousseau blanc guerin muller henry roussel nicolas perrin morin mathieu clement
gauthier dumont lopez fontaine chevalier robin masson sanchez fernandez garcia gonzalez
rodriguez perez martin gomez jimenez ruiz diaz moreno munoz alvarez romero alonso gutierrez
navarro torres dominguez vazquez ramos gil ramirez serrano blanco molina morales suarez ortega
delgado castro ortiz rubio marin sanz iglesias medina garrido cortes castillo santos lozano
guerrero cano prieto mendez rossi russo ferrari esposito bianchi romano colombo ricci marino
greco bruno gallo conti de-luca costa giordano mancini rizzo lombardi moretti silva santos
ferreira pereira oliveira costa rodrigues martins sousa fernandes goncalves gomes lopes marques
almeida ribeiro pinto carvalho jansen de-vries bakker visser smit meijer mulder bos vos peters
hendriks dekker brouwer nowak kowalski wisniewski wojcik kowalczyk kaminski lewandowski
zielinski ivanov petrov sidorov smirnov kuznetsov popov johansson andersson karlsson nilsson
eriksson larsson olsson hansen olsen larsen pedersen andersen nielsen jensen christensen yilmaz
kaya demir celik sahin ozturk khan ahmed ali hussain singh kumar sharma gupta shah das wang li
zhang liu chen yang huang zhao wu zhou tanaka suzuki sato watanabe ito yamamoto nakamura park
choi jung kang tran le pham okafor okeke adeyemi mensah abbott Иванов Смирнов Кузнецов Попов
Петрова Иванова Παπαδόπουλος 王 李 张 刘 陈
""")

PARTICLES = _set("von van der den de del della di da la le du des zu zur ter ten el al bin ibn y e")

SALUTATIONS = _lines("""
mr, mrs, ms, miss, mx, dr, prof, sir, madam, rev, lord, lady, mr., mrs., ms., dr., prof., rev.,
herr, frau, herr dr., frau dr., familie, fraulein, hr., fr., m., mme, mlle, monsieur, madame,
mademoiselle, mme., sr, sra, srta, sr., sra., srta., don, dona, senor, senora, senorita, sig.,
sig.ra, dott., dott.ssa, dhr., mevr., mw., mr dr, divers, father, sister, brother, judge, hon.,
capt., sen., col., mtre, me, maitre, ing., lic.
""")

GENDERS_MALE = _lines("m, male, man, mannlich, homme, masculin, hombre, masculino, h, mann")
GENDERS_FEMALE = _lines(
    "f, female, woman, weiblich, w, femme, feminin, mujer, femenino, frau, femmina, feminino, v"
)
_OTHER_GENDERS = _lines("""
x, d, divers, diverse, other, non-binary, nonbinary, unknown, u, o, neutral, transgender, autre,
otro, andere, n, not specified, prefer not to say, unbekannt, inconnu, desconocido
""")
GENDERS = GENDERS_MALE | GENDERS_FEMALE | _OTHER_GENDERS

COUNTRY_CODES = _codes("""
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW USA GBR DEU FRA
ESP ITA NLD CHE AUT BEL CAN AUS NZL IRL PRT POL SWE NOR DNK FIN MEX BRA ARG CHL COL IND CHN JPN
KOR ZAF TUR RUS UKR GRC CZE HUN ROU BGR
""")

COUNTRIES = _lines("""
germany, deutschland, allemagne, alemania, germania, france, frankreich, francia, spain, spanien,
espagne, espana, spagna, italy, italien, italie, italia, austria, osterreich, autriche,
switzerland, schweiz, suisse, suiza, svizzera, united kingdom, great britain, england, scotland,
wales, northern ireland, uk, u.k., royaume-uni, reino unido, vereinigtes konigreich,
grossbritannien, ireland, irland, irlande, irlanda, netherlands, the netherlands, niederlande,
pays-bas, paises bajos, nederland, belgium, belgien, belgique, belgica, belgie, luxembourg,
luxemburg, portugal, poland, polen, pologne, polonia, polska, denmark, danemark, dinamarca,
danmark, sweden, schweden, suede, suecia, sverige, norway, norwegen, norvege, noruega, norge,
finland, finnland, finlande, finlandia, suomi, greece, griechenland, grece, grecia, turkey,
turkei, turquie, turquia, turkiye, russia, russland, russie, rusia, russian federation, ukraine,
czech republic, czechia, tschechien, hungary, ungarn, hongrie, hungria, romania, rumanien,
roumanie, rumania, bulgaria, bulgarien, bulgarie, croatia, kroatien, croatie, serbia, slovenia,
slovakia, united states, united states of america, usa, u.s.a., us, u.s., etats-unis,
estados unidos, vereinigte staaten, canada, kanada, mexico, mexiko, mexique, brazil, brasilien,
bresil, brasil, argentina, argentinien, argentine, chile, colombia, kolumbien, peru, venezuela,
ecuador, bolivia, uruguay, paraguay, cuba, china, japan, japon, india, indien, inde, pakistan,
bangladesh, indonesia, philippines, vietnam, thailand, malaysia, singapore, south korea, korea,
australia, australien, australie, new zealand, neuseeland, nouvelle-zelande, south africa,
sudafrika, egypt, agypten, egypte, egipto, morocco, marokko, maroc, marruecos, algeria, algerie,
tunisia, tunisie, nigeria, ghana, kenya, kenia, ethiopia, senegal, israel, iran, iraq, irak,
syria, syrien, syrie, lebanon, libanon, liban, jordan, saudi arabia, united arab emirates,
afghanistan, sri lanka, nepal, iceland, island, estonia, latvia, lithuania, malta, cyprus,
albania, kosovo, bosnia and herzegovina, north macedonia, moldova, belarus, georgia, armenia,
azerbaijan, kazakhstan, uzbekistan, taiwan, hong kong
""")

LANGUAGE_CODES = _set("""
en de fr es it nl pt pl ru uk cs sk hu ro bg hr sr sl el tr sv no nb nn da fi et lv lt ga cy eu
ca gl ar he fa ur hi bn ta te ml th vi id ms zh ja ko sw am so af sq mk bs is mt ka hy az kk ky
uz tg mn my km lo ne si pa gu mr kn
""")
LANGUAGES = _lines("""
english, german, french, spanish, italian, dutch, portuguese, polish, russian, ukrainian, czech,
turkish, arabic, chinese, japanese, korean, swedish, norwegian, danish, finnish, greek,
hungarian, romanian, bulgarian, croatian, serbian, welsh, irish, hindi, urdu, bengali, punjabi,
somali, farsi, persian, vietnamese, thai, deutsch, englisch, franzosisch, spanisch, italienisch,
turkisch, russisch, arabisch, polnisch, anglais, allemand, francais, espagnol, italien, arabe,
portugais, ingles, aleman, frances, espanol, italiano, nederlands, polski, mandarin, cantonese,
tamil, tigrinya, dari, pashto, kurdish
""")

CURRENCIES = _codes("""
EUR USD GBP CHF JPY CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN HRK RUB UAH TRY ILS ZAR BRL MXN
ARS CLP COP PEN UYU CNY HKD SGD KRW INR IDR MYR PHP THB VND AED SAR EGP MAD TND NGN KES GHS XOF
XAF ISK
""")

US_STATES = _codes("""
AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR
""")
REGIONS = _lines("""
alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, florida, hawaii,
idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts,
michigan, minnesota, mississippi, missouri, montana, nebraska, nevada, new hampshire, new jersey,
new mexico, new york, north carolina, north dakota, ohio, oklahoma, oregon, pennsylvania,
rhode island, south carolina, south dakota, tennessee, texas, utah, vermont, virginia,
washington, west virginia, wisconsin, wyoming, bayern, baden-wurttemberg, berlin, brandenburg,
bremen, hamburg, hessen, niedersachsen, nordrhein-westfalen, rheinland-pfalz, saarland, sachsen,
sachsen-anhalt, schleswig-holstein, thuringen, mecklenburg-vorpommern, ontario, quebec,
british columbia, alberta, manitoba, nova scotia, saskatchewan, andalucia, cataluna, madrid,
galicia, pais vasco, valencia, aragon, asturias, ile-de-france, bretagne, normandie, occitanie,
nouvelle-aquitaine, grand est, hauts-de-france, auvergne-rhone-alpes, kent, essex, surrey,
cornwall, devon, norfolk, suffolk, lancashire, yorkshire, west yorkshire, greater manchester,
greater london, cheshire, hampshire, lombardia, lazio, toscana, veneto, piemonte, sicilia,
jalisco, nuevo leon, sao paulo, minas gerais, new south wales, victoria, queensland,
south australia, western australia, tasmania, zurich, bern
""")

CITIES = _lines("""
london, manchester, birmingham, leeds, glasgow, liverpool, bristol, sheffield, edinburgh,
cardiff, belfast, nottingham, leicester, york, oxford, cambridge, brighton, newcastle, plymouth,
southampton, dublin, cork, galway, berlin, hamburg, munchen, munich, koln, cologne, frankfurt,
frankfurt am main, stuttgart, dusseldorf, leipzig, dortmund, essen, bremen, dresden, hannover,
nurnberg, duisburg, bochum, bonn, munster, karlsruhe, mannheim, augsburg, wiesbaden, freiburg,
kiel, mainz, wien, vienna, graz, linz, salzburg, innsbruck, zurich, bern, basel, geneve, geneva,
lausanne, luzern, paris, marseille, lyon, toulouse, nice, nantes, montpellier, strasbourg,
bordeaux, lille, rennes, reims, grenoble, dijon, angers, madrid, barcelona, valencia, sevilla,
seville, zaragoza, malaga, bilbao, murcia, granada, alicante, lisboa, lisbon, porto, roma, rome,
milano, milan, napoli, torino, firenze, bologna, venezia, amsterdam, rotterdam, utrecht,
den haag, eindhoven, bruxelles, brussel, brussels, antwerpen, gent, luxembourg, warszawa, warsaw,
krakow, praha, prague, budapest, athens, stockholm, oslo, kobenhavn, copenhagen, helsinki,
new york, los angeles, chicago, houston, phoenix, philadelphia, san antonio, san diego, dallas,
austin, san jose, san francisco, seattle, denver, boston, washington, miami, atlanta, portland,
las vegas, detroit, baltimore, cleveland, minneapolis, toronto, montreal, vancouver, ottawa,
calgary, sydney, melbourne, brisbane, perth, adelaide, auckland, wellington, mexico city,
ciudad de mexico, guadalajara, monterrey, bogota, lima, santiago, buenos aires, sao paulo,
rio de janeiro, istanbul, ankara, moscow, mumbai, delhi, new delhi, bangalore, tokyo, singapore,
cairo, lagos, nairobi, cape town, johannesburg, springfield, richmond, columbus, jackson,
franklin
""")

ORGANISATION_WORDS = _set("""
gmbh ag kg ohg ug e.v. ev mbh gbr inc inc. llc ltd ltd. limited plc corp corp. corporation co
co. company group partners associates foundation trust society association institute university
college school council ministry bank hospital clinic church club centre center charity services
solutions systems technologies consulting holdings industries enterprises sa s.a. sas sarl
s.a.r.l. eurl sl s.l. s.l.u. srl s.r.l. spa s.p.a. bv b.v. nv n.v. ab oy as a/s aps sp. z.o.o.
lda ltda s.a.s. sons & verein stiftung verband gesellschaft bau handel werke schule gemeinde amt
kirche fundacion asociacion colegio universidad hermanos hijos fondation association societe
ecole mairie cie union international llp pty partnership fellowship network alliance action
health arts sports agriculture culture food legal environmental education development family
music peace poetry technology wellness
""")

STREET_WORDS = _set("""
street st st. road rd rd. avenue ave ave. lane ln drive dr dr. court ct place pl square sq way
close crescent terrace gardens grove park boulevard blvd blvd. highway hwy parkway pkwy circle
cir trail row walk mews hill green alley loop ridge path pike rue place chemin impasse allee
quai cours route bd calle c/ avenida av avda plaza paseo camino carrera via viale piazza corso
largo weg platz gasse ring allee ufer damm rua travessa praca ulica ul. straat laan plein kade
gracht po box p.o. postfach apartado
""")
STREET_ENDINGS = (
    "strasse",
    "straße",
    "str.",
    "weg",
    "gasse",
    "platz",
    "allee",
    "straat",
    "laan",
    "gatan",
    "vej",
)

LEGAL_FILES = _set("""
pdf doc docx xls xlsx csv txt png jpg jpeg gif svg ppt pptx odt ods eml msg zip html htm json
xml mp3 mp4 tif tiff bmp webp ics vcf rtf
""")
