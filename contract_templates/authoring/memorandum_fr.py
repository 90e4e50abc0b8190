"""The memorandum in French, paragraph by paragraph as in English."""

from __future__ import annotations

from contract_templates.authoring.blocks import Items, Para, Section, Table
from contract_templates.authoring.shared import special_terms
from contract_templates.authoring.texts import Frame, MemorandumText, Shared

PARTIES = Table(
    "Les Parties, leur siège et les destinataires des notifications",
    ("Partie", "Siège", "Notifications à", "Point focal"),
    (("**{{ party.name }}**\n{{ party.role }}", "{{ party.seat }}\n{{ party.country }}",
      "{{ party.contact }}\n{{ party.contact_email }}", "{{ party.focal_point or 'Sans objet' }}"),),
    (4.5, 3.7, 5.2, 3.2), each="signatories as party")

TRANCHES = Table(
    "Tranches de la contribution", ("Nº", "Payée lorsque", "Avec le rapport", "Prévue", "Montant"),
    (("{{ tranche.number }}", "{{ tranche.condition }}", "{{ tranche.report or '–' }}", "{{ tranche.due }}",
      "{{ tranche.amount }}"),),
    (1.0, 5.6, 3.0, 4.3, 2.7), each="tranches as tranche", total=("", "Total des tranches", "", "", "{{ grant }}"),
    numbers=(4,), together=True)

SIGNATURES = Table(
    "Signatures, une ligne par Partie dans l’ordre de signature", ("Partie, signataire et mandat", "Signature"),
    (("Sign|**{{ party.name }}**\nSign|{{ party.signatory }}\nSign|{{ party.function }}, {{ party.capacity }}\n"
      "Sign|En vertu de : {{ party.mandate }}, {{ party.mandate_date }}"
      "{% if party.cosignatory %}\nSign|Signe avec : {{ party.cosignatory }}{% endif %}",
      "Sign Line|Lieu, date :\t\t\nSign Line|Niveau :\t\t\nSign Line|Signature :\t\t"),),
    (8.9, 7.7), each="signatories as party", together=True)

FRENCH = Shared(
    Frame("fr-FR", "version", "Page", "sur", "Démonstration fictive"), "Français",
    model_text="Le présent document suit un texte type. Un juriste du pays de chaque Partie doit l’approuver avant son "
               "utilisation. Les clauses principales prévalent sur le texte qui suit. Les Parties ne peuvent y déroger "
               "que dans la ligne « Clauses particulières ».",
    banner="Démonstration fictive : les lieux existent, le contenu est inventé, personne n’est engagé.",
    parties=PARTIES, signatures=SIGNATURES,
    signatures_heading="Signatures",
    signing="Les Parties signent dans cet ordre. Le « niveau » est le type de signature : à l’encre, électronique, "
            "avancée ou qualifiée.",
    seal="Le cachet du Programme montre d’où vient le fichier et qu’il n’a pas été modifié. Il n’est pas la signature "
         "d’une personne.{% if verification_url %} Vérifiez {{ reference }}, version {{ version }}, à l’adresse "
         "{{ verification_url }}.{% endif %}",
    qr="Code QR : ouvre la page où ce document peut être vérifié")

KEY_TERMS = Table(
    "Clauses principales du protocole", ("Objet", "Accord"),
    (("Projet", "{{ project }}"),
     ("Programme et bailleur", "{{ programme }}, financé par {{ funder }} ({{ funder_reference }})"),
     ("Contribution", "Au maximum **{{ grant }}** ({{ grant_words }})"),
     ("Part propre", "{{ own_share }} ; coût total {{ total_cost }}"),
     ("Durée", "De la dernière signature, au plus tôt le {{ starts }}, au {{ ends }} inclus"),
     ("Rapports", "{% for report in reports %}{{ report.kind }} : {{ report.due }}{% if not loop.last %} ; {% endif %}"
                  "{% endfor %}"),
     ("Droit, langue", "{{ law }} ; {{ language }}{% if second_language %} (fait foi) et {{ second_language }}"
                       "{% endif %}"),
     ("Jours", "Jours calendaires dans le fuseau horaire {{ terms.time_zone }}"),
     special_terms("Clauses particulières", "Aucune")),
    (3.8, 12.8), row_heads=True)

COSTS = Table(
    "Lignes budgétaires : qui paie à qui", ("Ligne", "Payée par → à", "Coût", "Part propre", "Contribution"),
    (("{{ line.number }} {{ line.title }}\n{{ line.category }}", "{{ line.payer }} → {{ line.payee }}",
      "{{ line.cost }}", "{{ line.own }}", "{{ line.grant }}"),),
    (4.7, 4.0, 2.7, 2.5, 2.7), each="lines as line",
    total=("Total", "", "{{ total_cost }}", "{{ own_share }}", "{{ grant }}"), numbers=(2, 3, 4))

SECTIONS = (
    Section("background", "Contexte", (
        Para("Les Parties travaillent dans le cadre du plan « {{ plan }} », thème « {{ theme }} » ({% for sdg in sdgs "
             "%}{{ sdg }}{% if not loop.last %} ; {% endif %}{% endfor %}). Elles ont déposé ensemble une demande le "
             "{{ application_date }} ({{ application }}). La demande a été approuvée le {{ decision_date }} par "
             "{{ decided_by }} ({{ decision }})."),
        Para("L’approbation est assortie des conditions suivantes :", when="conditions"),
        Items(("{{ condition }}",), each="conditions as condition"),
    )),
    Section("status", "Ce qui engage", (
        Para("Les articles suivants engagent les Parties selon {{ law }} : [[costs]], [[report]], [[data]], [[term]] "
             "et [[disputes]]. Les autres articles énoncent ce que les Parties entendent faire de bonne foi."),
        Para("Dans le présent texte, le **Programme** désigne {{ operator.name }} ; les **Communes** désignent "
             "{{ pair }} ; une **Partie** désigne chacun d’entre eux."),
    )),
    Section("purpose", "Objet", (
        Para("{{ aim }}"),
        Para("Chaque côté souhaite apprendre :"),
        Items(("{{ goal.party }} : {{ goal.goal }}",), each="goals as goal"),
    )),
    Section("activities", "Activités", (
        Para("Les Communes entendent mener les activités ci-dessous. Le responsable d’une activité la dirige et "
             "informe l’équipe de chaque Commune avant qu’elle ne commence."),
        Table("Activités", ("Activité et modalités", "Responsable", "Au plus tard", "Preuve"),
              (("**{{ activity.title }}**\n{{ activity.how }}", "{{ activity.owner }}", "{{ activity.due }}",
                "{{ activity.indicator }}"),),
              (5.7, 3.7, 3.1, 4.1), each="activities as activity"),
        Para("Avant un voyage, la Commune qui envoie des personnes doit consulter les conseils de sécurité de son "
             "gouvernement et les assurer contre la maladie, les accidents et la responsabilité civile. À défaut, le "
             "Programme ne paie pas le voyage.", when="has_travel"),
    )),
    Section("people", "Personnes", (
        Para("Les clauses principales indiquent, par fonction, qui reçoit les notifications de chaque Partie et qui "
             "est point focal. Le point focal suit l’avancement en toute indépendance, n’appartient pas à l’équipe du "
             "projet et rend compte au maire et au conseil."),
        Para("Si l’une de ces personnes part, la Commune doit désigner un successeur dans les {{ terms.notice_days }} "
             "jours."),
        Para("Une notification se fait par écrit, par courriel à l’adresse indiquée dans les clauses principales. Elle "
             "est réputée reçue le lendemain de son envoi."),
    )),
    Section("costs", "Coûts", (
        Para("Le Programme doit payer les coûts ci-dessous engagés pendant la durée des clauses principales, à "
             "concurrence de {{ grant }}. Ce plafond n’augmente jamais. Les autres coûts sont à la charge de la "
             "Commune qui les engage."),
        COSTS,
        Para("Les Communes prennent elles-mêmes en charge {{ own_share }}, comme l’indique le tableau.",
             when="has_own_share"),
        Para("Le Programme doit payer chaque tranche dans un délai de {{ terms.payment_days }} jours après que sa "
             "condition est remplie."),
        TRANCHES,
        Para("Le Programme peut suspendre un paiement tant qu’une condition de l’approbation n’est pas remplie.",
             when="conditions"),
        Para("La contribution ne finance que l’échange d’expertise. Elle ne peut servir à payer des équipements, des "
             "travaux ou d’autres biens durables d’une Partie. Le Programme ne paie pas de tels coûts."),
        Para("Le Programme peut réclamer par écrit, avec le calcul, l’argent non utilisé ou mal utilisé. La Commune "
             "doit le restituer dans un délai de {{ terms.repayment_days }} jours."),
    )),
    Section("sharing", "Partage des acquis", (
        Para("Chaque personne ci-dessous a été formée grâce à la contribution et doit transmettre ses connaissances. "
             "La Commune qui l’emploie doit désigner un successeur si elle part. Le projet ne peut être clos tant "
             "qu’un engagement reste ouvert, sauf dispense motivée du Programme."),
        Table("Partage des connaissances", ("Qui", "Formation", "Action", "Au plus tard"),
              (("{{ duty.person }}", "{{ duty.training }}", "{{ duty.act }}", "{{ duty.due }}"),),
              (4.2, 4.0, 5.3, 3.1), each="obligations as duty"),
    ), when="has_training"),
    Section("report", "Rapports et pièces", (
        Para("Les Communes doivent adresser au Programme un rapport commun pour chaque période : {% for report in "
             "reports %}{{ report.kind }}, du {{ report.starts }} au {{ report.ends }}, au plus tard le {{ report.due "
             "}}{% if not loop.last %} ; {% endif %}{% endfor %}."),
        Para("Un rapport comporte quatre éléments : le nombre de services ; leur qualité ; la satisfaction des "
             "usagers, avec le nombre de personnes interrogées et la méthode ; et un état financier par ligne "
             "budgétaire. Il indique aussi ce que chaque côté a appris."),
        Para("Le Programme doit répondre dans un délai de {{ terms.report_review_days }} jours ; le silence ne vaut "
             "pas acceptation. Si un rapport est en retard, le Programme envoie un rappel aux Communes et suspend le "
             "paiement. Si le rapport manque encore {{ terms.cure_days }} jours après le rappel, le Programme peut "
             "mettre fin au présent protocole."),
        Para("Chaque Commune doit tenir une comptabilité simple et conserver la preuve de chaque coût pendant "
             "{{ terms.record_years }} ans après le dernier paiement. Le Programme et son bailleur peuvent les "
             "consulter sur demande ; un coût sans preuve n’est pas payé, ou est restitué."),
    )),
    Section("data", "Données à caractère personnel", (
        Para("Chaque Partie est responsable des données à caractère personnel qu’elle détient. Elle ne peut les "
             "utiliser que pour exécuter le présent projet, en rendre compte et le contrôler : sa mission d’intérêt "
             "public. Elle doit signaler aux autres toute violation qui les concerne dans un délai de {{ "
             "terms.breach_hours }} heures."),
        Para("Des données à caractère personnel ne peuvent être transférées vers {{ countries_outside }} que sur la "
             "base du document suivant : {{ transfer_tool }}. Jusqu’à son entrée en vigueur, les Parties n’échangent "
             "aucune donnée à caractère personnel autre que des coordonnées professionnelles.", when="outside_eea"),
    )),
    Section("visibility", "Visibilité et intégrité", (
        Para("Les Parties mentionnent publiquement le soutien comme suit : « {{ credit_line }} ». Elles peuvent s’en "
             "abstenir là où cette mention mettrait des personnes en danger."),
        Para("Nul ne peut participer à une décision dans laquelle il a un intérêt, lui-même, sa famille ou son "
             "entreprise. Les Parties ne tolèrent ni corruption ni abus envers des personnes. Chacun peut signaler un "
             "soupçon auprès de : {{ reporting_channel }} ; les Parties protègent les auteurs de signalements."),
    )),
    Section("term", "Durée, modification, fin", (
        Para("Le présent protocole prend effet à la dernière signature, mais pas avant le {{ starts }}, et prend fin "
             "le {{ ends }}. Les obligations relatives aux rapports, aux pièces, aux données et aux restitutions "
             "subsistent jusqu’à leur exécution."),
        Para("Il ne prend pas effet avant d’avoir été approuvé par l’organe délibérant de la Partie suivante : "
             "{{ council_approval }}.", when="council_approval"),
        Para("Toute modification exige un texte signé par toutes les Parties. Des équipements, des travaux ou d’autres "
             "biens durables ne peuvent être ajoutés : ils exigent un contrat distinct."),
        Para("Chaque Partie peut mettre fin au présent protocole par écrit, moyennant un préavis de "
             "{{ terms.notice_days }} jours. Le Programme paie alors, dans la limite du plafond, les engagements pris "
             "avant le préavis qui ne peuvent être annulés."),
    )),
    Section("disputes", "Différends", (
        Para("Les personnes visées à l’[[people]] se concertent d’abord, pendant {{ terms.talks_days }} jours au plus. "
             "Les responsables des administrations disposent ensuite de {{ terms.heads_days }} jours. Passé ce délai, "
             "chaque Partie peut saisir le tribunal compétent selon {{ law }}."),
        Para("Le présent protocole est rédigé en {{ language }}. Une traduction n’a qu’une valeur d’information.",
             when="not second_language"),
        Para("Le présent protocole est rédigé en {{ language }} et en {{ second_language }}, côte à côte. En cas de "
             "divergence, le texte en {{ language }} prévaut.", when="second_language"),
        Para("Les noms, titres, objectifs, activités et conditions figurent dans la langue dans laquelle ils ont été "
             "rédigés.", when="second_language"),
    )),
)

TEXT = MemorandumText(
    FRENCH, running="Protocole d’accord", title="Protocole d’accord", key_terms_heading="Clauses principales",
    key_terms=KEY_TERMS, parties_heading="Parties", sections=SECTIONS, word="article",
    body=9, units={"jours": "jour", "heures": "heure", "ans": "an"}, hard_spaces=True)
