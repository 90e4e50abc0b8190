"""The phrases that the product itself writes into a memorandum, in every language of documents.

The key is the English phrase; a phrase that is not here is refused in English too, so that none is forgotten in another
language. What people typed (titles, aims, activities, conditions) is never translated.
"""

from __future__ import annotations

from collections.abc import Mapping

_PARTIES: Mapping[str, tuple[str, str]] = {
    "Programme operator": ("Programmabeheerder", "Opérateur du programme"),
    "Lead municipality": ("Penvoerende gemeente", "Commune chef de file"),
    "Partner municipality": ("Partnergemeente", "Commune partenaire"),
    "Lead district": ("Penvoerend district", "District chef de file"),
    "Partner district": ("Partnerdistrict", "District partenaire"),
    "Lead province": ("Penvoerende provincie", "Province chef de file"),
    "Partner province": ("Partnerprovincie", "Province partenaire"),
    "Lead water board": ("Penvoerend waterschap", "Agence de l’eau chef de file"),
    "Partner water board": ("Partnerwaterschap", "Agence de l’eau partenaire"),
    "Signatory": ("Ondertekenaar", "Signataire"),
    "To be named before monitoring starts": (
        "Aan te wijzen vóór de start van de monitoring",
        "À désigner avant le début du suivi",
    ),
    "the programme manager": ("de programmamanager", "le gestionnaire du programme"),
    "another programme manager": ("een tweede programmamanager", "un second gestionnaire du programme"),
    "a finance officer": ("een financieel medewerker", "un responsable financier"),
    "the director": ("de directeur", "le directeur"),
}

_MONEY: Mapping[str, tuple[str, str]] = {
    "Travel and stay": ("Reis en verblijf", "Déplacements et séjour"),
    "Expertise": ("Deskundigheid", "Expertise"),
    "Training and meetings": ("Training en bijeenkomsten", "Formation et réunions"),
    "Investment": ("Investering", "Investissement"),
    "Audit": ("Accountantscontrole", "Audit"),
    "Other costs": ("Overige kosten", "Autres coûts"),
    "Third parties": ("Derden", "Tiers"),
    "the payer": ("de betaler", "le payeur"),
    "Programme": ("Programma", "Programme"),
    "Programme and {name}": ("Programma en {name}", "Programme et {name}"),
    "Every party has signed": ("Elke Partij heeft ondertekend", "Toutes les Parties ont signé"),
    "The final report is accepted": ("Het eindverslag is aanvaard", "Le rapport final est accepté"),
    "Interim report {number} is accepted": (
        "Tussentijds verslag {number} is aanvaard",
        "Le rapport intermédiaire {number} est accepté",
    ),
    "Final report": ("Eindverslag", "Rapport final"),
    "Interim report {number}": ("Tussentijds verslag {number}", "Rapport intermédiaire {number}"),
    "The grant applied for was {asked}; approved is {approved}. The grant on every budget line is lowered in the same"
    " proportion, own shares stay.": (
        "De aangevraagde bijdrage was {asked}; goedgekeurd is {approved}. De bijdrage op elke begrotingspost is naar"
        " dezelfde verhouding verlaagd; de eigen bijdragen blijven gelijk.",
        "La contribution demandée était de {asked} ; le montant approuvé est de {approved}. La contribution à chaque"
        " ligne budgétaire est réduite dans la même proportion ; les parts propres restent inchangées.",
    ),
}

_CLAUSES: Mapping[str, tuple[str, str]] = {
    "Special clause {number}": ("Bijzondere bepaling {number}", "Clause particulière {number}"),
    "in addition to {article}": ("in aanvulling op {article}", "en complément de {article}"),
    "in place of {article}": ("in plaats van {article}", "en remplacement de {article}"),
    "section {number}": ("artikel {number}", "l’article {number}"),
}

_TERMS: Mapping[str, tuple[str, str]] = {
    "Memorandum": ("Memorandum", "Protocole d’accord"),
    "Not applicable": ("Niet van toepassing", "Sans objet"),
    "a binding administrative arrangement between the Parties": (
        "een bindende administratieve regeling tussen de Partijen",
        "un arrangement administratif contraignant entre les Parties",
    ),
    "the contact of the Programme for notices ({email})": (
        "het contactpunt van het Programma voor kennisgevingen ({email})",
        "l’interlocuteur du Programme pour les notifications ({email})",
    ),
    "Supported by {programme}": ("Ondersteund door {programme}", "Avec le soutien de {programme}"),
}

_GOALS: Mapping[str, tuple[str, str]] = {
    "SDG {number} {goal}": ("SDG {number} {goal}", "ODD {number} {goal}"),
    "No poverty": ("Geen armoede", "Pas de pauvreté"),
    "Zero hunger": ("Geen honger", "Faim « zéro »"),
    "Good health and well-being": ("Goede gezondheid en welzijn", "Bonne santé et bien-être"),
    "Quality education": ("Kwaliteitsonderwijs", "Éducation de qualité"),
    "Gender equality": ("Gendergelijkheid", "Égalité entre les sexes"),
    "Clean water and sanitation": ("Schoon water en sanitair", "Eau propre et assainissement"),
    "Affordable and clean energy": ("Betaalbare en duurzame energie", "Énergie propre et d’un coût abordable"),
    "Decent work and economic growth": (
        "Waardig werk en economische groei",
        "Travail décent et croissance économique",
    ),
    "Industry, innovation and infrastructure": (
        "Industrie, innovatie en infrastructuur",
        "Industrie, innovation et infrastructure",
    ),
    "Reduced inequalities": ("Ongelijkheid verminderen", "Inégalités réduites"),
    "Sustainable cities and communities": (
        "Duurzame steden en gemeenschappen",
        "Villes et communautés durables",
    ),
    "Responsible consumption and production": (
        "Verantwoorde consumptie en productie",
        "Consommation et production responsables",
    ),
    "Climate action": ("Klimaatactie", "Mesures relatives à la lutte contre les changements climatiques"),
    "Life below water": ("Leven in het water", "Vie aquatique"),
    "Life on land": ("Leven op het land", "Vie terrestre"),
    "Peace, justice and strong institutions": (
        "Vrede, justitie en sterke publieke diensten",
        "Paix, justice et institutions efficaces",
    ),
    "Partnerships for the goals": (
        "Partnerschap om doelstellingen te bereiken",
        "Partenariats pour la réalisation des objectifs",
    ),
}

PHRASES: Mapping[str, Mapping[str, str]] = {
    english: {"nl": dutch, "fr": french}
    for group in (_PARTIES, _MONEY, _CLAUSES, _TERMS, _GOALS)
    for english, (dutch, french) in group.items()
}
