"""Vocabulary: common names of many cultures, nicknames, words for organisations.

A name is written `native|latin` where the two differ more than by accents;
the Latin form is what an e-mail address is made of.  No name contains the
letters `Ã`, `Å` or `Ä`, small or capital: in the demo these are the mark of
damaged encoding.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

Name = tuple[str, str]


def _names(words: str) -> tuple[Name, ...]:
    """Pairs of native and Latin form from one blank-separated line."""
    pairs = []
    for word in words.replace("_", " ").split("/"):
        native, _, latin = word.strip().partition("|")
        pairs.append((native, plain(latin or native)))
    return tuple(pairs)


def plain(text: str) -> str:
    """Lower-case Latin letters and digits of `text`, without accents."""
    folded = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ı", "i")
    letters = unicodedata.normalize("NFKD", folded.replace("ß", "ss"))
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())


@dataclass(frozen=True, slots=True)
class Culture:
    """Names that are used together."""

    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families: tuple[Name, ...]


_BRITISH = Culture(
    _names(
        "Margaret/Susan/Patricia/Christine/Elizabeth/Katherine/Jennifer/Deborah/Rebecca/Victoria/"
        "Sarah/Emma/Claire/Helen/Jacqueline/Nicola/Joanne/Alison/Louise/Rachel/Charlotte/Olivia/"
        "Amelia/Isabella/Sophie/Grace/Lily/Chloe/Jessica/Lucy/Hannah/Abigail/Eleanor/Zoë/Chloë/"
        "Siân/Bronwen/Megan/Caitlin/Niamh/Siobhán/Aoife/Róisín/Morag/Fiona/Kirsty/Heather/Sheila/"
        "Dorothy/Theresa/Barbara/Judith/Pamela/Gillian/Frances/Josephine/Alexandra/Samantha/"
        "Natasha/Philippa/Georgina/Harriet/Imogen/Matilda/Rosemary/Beatrice/Winifred/Edith"
    ),
    _names(
        "James/John/Robert/Michael/William/David/Richard/Thomas/Christopher/Daniel/Matthew/"
        "Anthony/Stephen/Andrew/Kenneth/Edward/Benjamin/Samuel/Gregory/Alexander/Patrick/"
        "Nicholas/Jonathan/Timothy/Joseph/Charles/Peter/Simon/Philip/Martin/Keith/Graham/"
        "Terence/Ronald/Leonard/Frederick/Albert/Arthur/George/Harry/Oliver/Jack/Noah/Oscar/"
        "Callum/Ewan/Hamish/Alasdair/Rhys/Gareth/Owain/Dylan/Seán/Ciarán/Pádraig/Liam/Connor/"
        "Raymond/Douglas/Malcolm/Gordon/Trevor/Clive/Nigel/Derek/Dominic/Lawrence/Vincent"
    ),
    _names(
        "Smith/Jones/Taylor/Brown/Williams/Wilson/Johnson/Davies/Robinson/Wright/Thompson/Evans/"
        "Walker/White/Roberts/Green/Hall/Wood/Jackson/Clarke/Clark/Harris/Lewis/Cooper/Hughes/"
        "Edwards/Martin/Turner/Hill/Moore/Morris/Ward/Watson/Baker/Harrison/Morgan/Allen/King/"
        "Scott/Lee/Young/Mitchell/James/Phillips/Carter/Bennett/Cook/Shaw/Ellis/Foster/Gray/Grey/"
        "Murphy/Kelly/O'Brien/O'Connor/Byrne/Ryan/Doyle/Gallagher/McCarthy/McDonald/MacLeod/"
        "Campbell/Stewart/Stuart/Robertson/Reid/Murray/Fraser/Sinclair/Douglas/Griffiths/Owen/"
        "Llewellyn/Pritchard/Bowen/Vaughan/Powell/Price/Bailey/Palmer/Mason/Knight/Marshall/"
        "Barker/Fletcher/Chapman/Holmes/Dixon/Hunt/Webb/Simpson/Rogers/Perry/Butler/Barnes/"
        "Fisher/Henderson/Kennedy/Burton/Newman/Fox/Dean/Saunders/Cross/Gibson/Lawson/Pearce/"
        "Pearson/Hartley/Ashworth/Penrose/Trelawny/Ashton-Hughes/Carter-Lewis/St_John"
    ),
)
_SOUTH_ASIAN = Culture(
    _names(
        "Priya/Anjali/Sunita/Meena/Kavita/Aisha/Fatima/Nadia/Samina/Zainab/Gurpreet/Harpreet/"
        "Simran/Rubina/Shabana/Lakshmi/Deepa/Nasreen"
    ),
    _names(
        "Amit/Rajesh/Sanjay/Vikram/Arjun/Mohammed/Imran/Tariq/Bilal/Hassan/Gurdeep/Jaspal/"
        "Manjit/Ravi/Suresh/Faisal/Usman/Anil"
    ),
    _names(
        "Patel/Shah/Sharma/Singh/Kaur/Khan/Ahmed/Hussain/Begum/Ali/Malik/Iqbal/Chowdhury/Rahman/"
        "Desai/Mehta/Gupta/Reddy/Nair/Mistry/Akhtar/Bashir"
    ),
)
_POLISH = Culture(
    _names(
        "Agnieszka/Małgorzata/Katarzyna/Joanna/Zofia/Magdalena/Elżbieta/Beata/Łucja/Halina/Ewa/Iza"
    ),
    _names(
        "Piotr/Krzysztof/Andrzej/Tomasz/Paweł/Marcin/Michał/Stanisław/Łukasz/Jakub/Wojciech/Adam"
    ),
    _names(
        "Kowalska/Kowalski/Nowak/Wiśniewski/Wójcik/Kamiński/Lewandowski/Zieliński/Szymański/"
        "Woźniak/Dąbrowski/Kozłowski/Jankowski/Krawczyk/Piotrowski/Grabowski/Pawłowski/Król"
    ),
)
_WEST_AFRICAN = Culture(
    _names(
        "Ngozi/Chiamaka/Adaeze/Folake/Yetunde/Abena/Akosua/Ama/Efua/Blessing/Temitope/Ifeoma/"
        "Oluwaseun/Mariama"
    ),
    _names(
        "Chinedu/Emeka/Obinna/Tunde/Babatunde/Kwame/Kofi/Yaw/Kwabena/Segun/Ibrahim/Musa/Olumide/"
        "Femi"
    ),
    _names(
        "Okafor/Adeyemi/Okonkwo/Eze/Balogun/Adebayo/Mensah/Boateng/Owusu/Asante/Osei/Appiah/"
        "Diallo/Traoré/Sesay/Kamara/Obi/Nwosu/Afolabi/Ogunleye"
    ),
)
_IBERIAN = Culture(
    _names("María/Carmen/Lucía/Inês/Ana/Beatriz/Sofía/Mónica/Luísa/Raquel/Pilar/Begoña/Núria/Rosa"),
    _names(
        "José/Joaquim/Jesús/Luís/Carlos/Miguel/Ramón/Andrés/Tomás/Rui/Sérgio/Iñaki/Martín/Antonio"
    ),
    _names(
        "García/Fernández/González/Rodríguez/López/Martínez/Sánchez/Pérez/Gómez/Muñoz/Núñez/Silva/"
        "Pereira/Ferreira/Gonçalves/Simões/Araújo/Mendonça"
    ),
)
_EUROPEAN = Culture(
    _names(
        "Françoise/Hélène/Aurélie/Renée/Annemarie/Liesel/Jördis/Ingrid/Bjørg/Eszter/Zsófia/Ayşe/"
        "Gülşen/Elif/Ioana/Ștefania/Mihaela"
    ),
    _names(
        "François/Jérôme/René/Benoît/Jürgen/Günther/Matthias/Bjørn/Søren/István/László/Zoltán/"
        "Mehmet/Yiğit/Çağlar/Ștefan/Andrei/Ionuț"
    ),
    _names(
        "Lefèvre/Béranger/Dupont/Géroux/Müller/Schröder/Weiß/Köhler/Jørgensen/Sørensen/Kovács/"
        "Szabó/Tóth/Yılmaz/Öztürk/Çelik/Popescu/Ionescu/Constantinescu/Rădulescu"
    ),
)
_ARABIC = Culture(
    _names(
        "فاطمة|Fatima/مريم|Maryam/ليلى|Layla/نور|Nour/هدى|Huda/Amira/Rania/Salma/Yasmin/Leila/Dina"
    ),
    _names(
        "محمد|Mohammad/أحمد|Ahmad/يوسف|Yusuf/خالد|Khalid/عمر|Omar/Karim/Samir/Nabil/Rashid/Zaid"
    ),
    _names("حداد|Haddad/منصور|Mansour/النجار|Najjar/خليل|Khalil/Hassan/Saleh/Aziz/Nasser/Darwish"),
)
_UKRAINIAN = Culture(
    _names(
        "Олена|Olena/Наталія|Nataliia/Ірина|Iryna/Оксана|Oksana/Тетяна|Tetiana/Світлана|Svitlana/"
        "Anastasiia/Yuliia/Daryna"
    ),
    _names(
        "Олександр|Oleksandr/Сергій|Serhii/Андрій|Andrii/Дмитро|Dmytro/Іван|Ivan/Taras/Bohdan/Yurii"
    ),
    _names(
        "Шевченко|Shevchenko/Коваленко|Kovalenko/Бондаренко|Bondarenko/Мельник|Melnyk/"
        "Ткаченко|Tkachenko/Кравчук|Kravchuk/Petrenko/Savchenko/Lysenko/Marchenko"
    ),
)
_CHINESE = Culture(
    _names("美玲|Meiling/秀英|Xiuying/丽|Li/静|Jing/芳|Fang/Mei/Xin/Yan/Hui/Lan"),
    _names("伟|Wei/强|Qiang/军|Jun/明|Ming/建国|Jianguo/Hao/Lei/Bo/Feng/Kai"),
    _names("王|Wang/李|Li/张|Zhang/刘|Liu/陈|Chen/Wong/Lam/Cheung/Ng/Leung/Zhao/Huang/Zhou"),
)

CULTURES: tuple[Culture, ...] = (
    (_BRITISH,) * 56
    + (_SOUTH_ASIAN,) * 12
    + (_POLISH,) * 7
    + (_WEST_AFRICAN,) * 7
    + (_IBERIAN,) * 5
    + (_EUROPEAN,) * 6
    + (_ARABIC,) * 3
    + (_UKRAINIAN,) * 2
    + (_CHINESE,) * 2
)
"""One entry for each percent of the population."""

NICKNAMES: dict[str, tuple[str, ...]] = {
    "Margaret": ("Maggie", "Peggy"), "Susan": ("Sue",), "Patricia": ("Pat", "Trish"),
    "Christine": ("Chris", "Tina"), "Elizabeth": ("Liz", "Beth", "Betty"),
    "Katherine": ("Kate", "Kathy"), "Jennifer": ("Jenny", "Jen"), "Deborah": ("Debbie",),
    "Rebecca": ("Becky",), "Victoria": ("Vicky",), "Jacqueline": ("Jackie",), "Nicola": ("Nicky",),
    "Joanne": ("Jo",), "Abigail": ("Abby",), "Eleanor": ("Ellie", "Nell"), "Jessica": ("Jess",),
    "Dorothy": ("Dot",), "Theresa": ("Tess",), "Barbara": ("Babs",), "Judith": ("Judy",),
    "Pamela": ("Pam",), "Gillian": ("Gill",), "Frances": ("Fran",), "Josephine": ("Josie",),
    "Alexandra": ("Sandra", "Alex"), "Samantha": ("Sam",), "Philippa": ("Pippa",),
    "James": ("Jim", "Jimmy"), "John": ("Jack",), "Robert": ("Bob", "Rob"),
    "Michael": ("Mike", "Mick"), "William": ("Bill", "Will"), "David": ("Dave",),
    "Richard": ("Rick", "Dick"), "Thomas": ("Tom",), "Christopher": ("Chris", "Kit"),
    "Daniel": ("Dan",), "Matthew": ("Matt",), "Anthony": ("Tony",), "Stephen": ("Steve",),
    "Andrew": ("Andy",), "Kenneth": ("Ken",), "Edward": ("Ted", "Eddie"), "Benjamin": ("Ben",),
    "Samuel": ("Sam",), "Gregory": ("Greg",), "Alexander": ("Alex", "Sandy"),
    "Patrick": ("Paddy", "Pat"), "Nicholas": ("Nick",), "Jonathan": ("Jon",), "Timothy": ("Tim",),
    "Joseph": ("Joe",), "Charles": ("Charlie",), "Peter": ("Pete",), "Philip": ("Phil",),
    "Terence": ("Terry",), "Ronald": ("Ron",), "Leonard": ("Len",), "Frederick": ("Fred",),
    "Albert": ("Bert",), "Raymond": ("Ray",), "Lawrence": ("Larry",), "Vincent": ("Vince",),
    "Mohammed": ("Mo",), "Katarzyna": ("Kasia",), "Małgorzata": ("Gosia",),
    "Agnieszka": ("Aga",), "Krzysztof": ("Krzys",), "Francisco": ("Paco",), "José": ("Pepe",),
}  # fmt: skip

ORGANISATION_KINDS: tuple[tuple[str, str], ...] = (
    ("Primary School", "Education"), ("Academy", "Education"), ("Community Centre", "Community"),
    ("Food Bank", "Community"), ("Library", "Community"), ("Housing Association", "Housing"),
    ("Lettings", "Housing"), ("Medical Practice", "Health"), ("Pharmacy", "Health"),
    ("Care Home", "Health"), ("Parish Church", "Faith"), ("Mosque", "Faith"),
    ("Gurdwara", "Faith"), ("Bakery", "Business"), ("Garage", "Business"), ("Hardware", "Business"),
    ("Solicitors", "Business"), ("Accountants", "Business"), ("Cafe", "Business"),
    ("Garden Centre", "Business"), ("Rowing Club", "Sport"), ("Football Club", "Sport"),
    ("Allotment Society", "Community"), ("Youth Theatre", "Community"),
)  # fmt: skip
ORGANISATION_NAMES: tuple[str, ...] = (
    "Kestrel", "Lantern", "Foxglove", "Cormorant", "Heron", "Millstone", "Copper Beech", "Bramble",
    "Tidewater", "Saltmarsh", "Old Quay", "Northgate", "Southcliff", "Harvest", "Marigold",
    "Blackthorn", "Juniper", "Meadow", "Stonebridge", "Whitesand", "Larkspur", "Rookery",
    "Thistle", "Gorse", "Hazel", "Ferryman's", "Anchor", "Compass", "Beacon Hill", "Lighthouse",
    "Windmill", "Chapel Row", "Orchard", "Riverside", "Hollybush", "Swallow", "Curlew", "Sandpiper",
    "Elder", "Rowan",
)  # fmt: skip
JOBS: tuple[str, ...] = (
    "Teacher", "Nurse", "Social Worker", "Manager", "Director", "Bookkeeper", "Trustee",
    "Receptionist", "Driver", "Chef", "Pharmacist", "Solicitor", "Shop Assistant", "Engineer",
    "Caretaker", "Headteacher", "Minister", "Coordinator", "Retired", "Student",
)  # fmt: skip
