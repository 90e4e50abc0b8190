"""The memorandum in Dutch, paragraph by paragraph as in English."""

from __future__ import annotations

from contract_templates.authoring.blocks import Items, Para, Section, Table
from contract_templates.authoring.shared import special_terms
from contract_templates.authoring.texts import Frame, MemorandumText, Shared

PARTIES = Table(
    "De Partijen, hun zetel en wie kennisgevingen ontvangt", ("Partij", "Zetel", "Kennisgevingen aan", "Aanspreekpunt"),
    (("**{{ party.name }}**\n{{ party.role }}", "{{ party.seat }}\n{{ party.country }}",
      "{{ party.contact }}\n{{ party.contact_email }}", "{{ party.focal_point or 'Niet nodig' }}"),),
    (4.5, 3.7, 5.2, 3.2), each="signatories as party")

TRANCHES = Table(
    "Tranches van de bijdrage", ("Nr.", "Betaald wanneer", "Met verslag", "Gepland", "Bedrag"),
    (("{{ tranche.number }}", "{{ tranche.condition }}", "{{ tranche.report or '–' }}", "{{ tranche.due }}",
      "{{ tranche.amount }}"),),
    (1.0, 5.6, 3.0, 4.3, 2.7), each="tranches as tranche", total=("", "Totaal van de tranches", "", "", "{{ grant }}"),
    numbers=(4,), together=True)

SIGNATURES = Table(
    "Ondertekening, één rij voor elke Partij in de volgorde van tekenen",
    ("Partij, ondertekenaar en mandaat", "Handtekening"),
    (("Sign|**{{ party.name }}**\nSign|{{ party.signatory }}\nSign|{{ party.function }}, {{ party.capacity }}\n"
      "Sign|Krachtens: {{ party.mandate }}, {{ party.mandate_date }}"
      "{% if party.cosignatory %}\nSign|Tekent samen met: {{ party.cosignatory }}{% endif %}",
      "Sign Line|Plaats, datum:\t\t\nSign Line|Niveau:\t\t\nSign Line|Handtekening:\t\t"),),
    (8.9, 7.7), each="signatories as party", together=True)

DUTCH = Shared(
    Frame("nl-NL", "versie", "Pagina", "van", "Fictieve demonstratie"), "Nederlands",
    model_text="Dit document volgt een modeltekst. Een jurist in het land van elke Partij moet de tekst goedkeuren "
               "voordat hij wordt gebruikt. De kernbepalingen gaan vóór de tekst die volgt. Partijen mogen alleen "
               "afwijken in de rij “Bijzondere bepalingen”.",
    banner="Fictieve demonstratie: de plaatsen bestaan, de inhoud is verzonnen, niemand is gebonden.",
    parties=PARTIES, signatures=SIGNATURES,
    signatures_heading="Ondertekening",
    signing="De Partijen tekenen in deze volgorde. “Niveau” is de soort handtekening: met inkt, elektronisch, "
            "geavanceerd of gekwalificeerd.",
    seal="Een zegel van het Programma toont waar het bestand vandaan komt en dat het niet is gewijzigd. Het is niet de "
         "handtekening van een persoon.{% if verification_url %} Controleer {{ reference }}, versie {{ version }}, op "
         "{{ verification_url }}.{% endif %}",
    qr="QR-code: opent de pagina waar dit document kan worden gecontroleerd")

KEY_TERMS = Table(
    "Kernbepalingen van het memorandum", ("Onderwerp", "Afspraak"),
    (("Project", "{{ project }}"),
     ("Programma en financier", "{{ programme }}, gefinancierd door {{ funder }} ({{ funder_reference }})"),
     ("Bijdrage", "Ten hoogste **{{ grant }}** ({{ grant_words }})"),
     ("Eigen bijdrage", "{{ own_share }}; totale kosten {{ total_cost }}"),
     ("Looptijd", "Vanaf de laatste handtekening, op zijn vroegst {{ starts }}, tot en met {{ ends }}"),
     ("Verslagen", "{% for report in reports %}{{ report.kind }}: {{ report.due }}{% if not loop.last %}; {% endif %}"
                   "{% endfor %}"),
     ("Recht, taal", "{{ law }}; {{ language }}{% if second_language %} (gaat voor) en {{ second_language }}"
                     "{% endif %}"),
     ("Dagen", "Kalenderdagen in de tijdzone {{ terms.time_zone }}"),
     special_terms("Bijzondere bepalingen", "Geen")),
    (3.8, 12.8), row_heads=True)

COSTS = Table(
    "Begrotingsposten: wie betaalt aan wie", ("Post", "Betaald door → aan", "Kosten", "Eigen bijdrage", "Bijdrage"),
    (("{{ line.number }} {{ line.title }}\n{{ line.category }}", "{{ line.payer }} → {{ line.payee }}",
      "{{ line.cost }}", "{{ line.own }}", "{{ line.grant }}"),),
    (4.7, 4.0, 2.7, 2.5, 2.7), each="lines as line",
    total=("Totaal", "", "{{ total_cost }}", "{{ own_share }}", "{{ grant }}"), numbers=(2, 3, 4))

SECTIONS = (
    Section("background", "Achtergrond", (
        Para("De Partijen werken binnen het plan “{{ plan }}”, thema “{{ theme }}” ({% for sdg in sdgs %}{{ sdg }}{% "
             "if not loop.last %}; {% endif %}{% endfor %}). Zij hebben op {{ application_date }} samen een aanvraag "
             "ingediend ({{ application }}). De aanvraag is op {{ decision_date }} goedgekeurd door {{ decided_by }} "
             "({{ decision }})."),
        Para("Aan de goedkeuring zijn deze voorwaarden verbonden:", when="conditions"),
        Items(("{{ condition }}",), each="conditions as condition"),
    )),
    Section("status", "Wat bindt", (
        Para("De volgende artikelen binden de Partijen naar {{ law }}: [[costs]], [[report]], [[data]], [[term]] en "
             "[[disputes]]. De andere artikelen geven weer wat de Partijen te goeder trouw van plan zijn."),
        Para("In deze tekst is het **Programma** {{ operator.name }}; de **Gemeenten** zijn {{ pair }}; een **Partij** "
             "is ieder van hen."),
    )),
    Section("purpose", "Doel", (
        Para("{{ aim }}"),
        Para("Elke zijde wil leren:"),
        Items(("{{ goal.party }}: {{ goal.goal }}",), each="goals as goal"),
    )),
    Section("activities", "Activiteiten", (
        Para("De Gemeenten zijn van plan deze activiteiten uit te voeren. De verantwoordelijke voor een activiteit "
             "leidt haar en licht vóór het begin het team van elke Gemeente in."),
        Table("Activiteiten", ("Activiteit en werkwijze", "Verantwoordelijke", "Uiterlijk", "Blijkt uit"),
              (("**{{ activity.title }}**\n{{ activity.how }}", "{{ activity.owner }}", "{{ activity.due }}",
                "{{ activity.indicator }}"),),
              (5.7, 3.7, 3.1, 4.1), each="activities as activity"),
        Para("De Gemeente die mensen uitzendt, moet vóór een reis het veiligheidsadvies van haar overheid raadplegen "
             "en hen verzekeren voor ziekte, ongevallen en aansprakelijkheid. Ontbreekt een van beide, dan betaalt het "
             "Programma de reis niet.", when="has_travel"),
    )),
    Section("people", "Personen", (
        Para("De kernbepalingen noemen, naar functie, wie voor elke Partij kennisgevingen ontvangt en wie "
             "aanspreekpunt is. Het aanspreekpunt volgt de voortgang onafhankelijk, hoort niet bij het projectteam en "
             "rapporteert aan burgemeester en raad."),
        Para("Vertrekt een van hen, dan moet de Gemeente binnen {{ terms.notice_days }} dagen een opvolger aanwijzen."),
        Para("Een kennisgeving wordt schriftelijk gedaan, per e-mail aan het adres in de kernbepalingen. Zij geldt als "
             "ontvangen op de dag na verzending."),
    )),
    Section("costs", "Kosten", (
        Para("Het Programma moet de onderstaande kosten die binnen de looptijd van de kernbepalingen worden gemaakt, "
             "betalen tot ten hoogste {{ grant }}. Dit maximum wordt nooit verhoogd. Andere kosten zijn voor rekening "
             "van de Gemeente die ze maakt."),
        COSTS,
        Para("De Gemeenten dragen zelf {{ own_share }}, zoals de tabel laat zien.", when="has_own_share"),
        Para("Het Programma moet elke tranche betalen binnen {{ terms.payment_days }} dagen nadat aan de voorwaarde "
             "ervan is voldaan."),
        TRANCHES,
        Para("Zolang aan een voorwaarde van de goedkeuring niet is voldaan, mag het Programma een betaling aanhouden.",
             when="conditions"),
        Para("De bijdrage is alleen bestemd voor uitwisseling van deskundigheid. Zij mag niet worden gebruikt voor "
             "apparatuur, werken of andere duurzame bezittingen van een Partij. Het Programma betaalt zulke kosten "
             "niet."),
        Para("Het Programma mag ongebruikt of onjuist gebruikt geld schriftelijk terugvragen, met de berekening. De "
             "Gemeente moet het binnen {{ terms.repayment_days }} dagen terugbetalen."),
    )),
    Section("sharing", "Delen wat is geleerd", (
        Para("Ieder die hieronder staat, is met de bijdrage opgeleid en moet de kennis doorgeven. De Gemeente waar "
             "deze persoon werkt, moet een opvolger aanwijzen als de persoon vertrekt. Het project kan niet worden "
             "afgesloten zolang een verplichting openstaat, tenzij het Programma met opgave van reden daarvan "
             "ontheft."),
        Table("Kennis delen", ("Wie", "Opleiding", "Wat", "Uiterlijk"),
              (("{{ duty.person }}", "{{ duty.training }}", "{{ duty.act }}", "{{ duty.due }}"),),
              (4.2, 4.0, 5.3, 3.1), each="obligations as duty"),
    ), when="has_training"),
    Section("report", "Verslag en administratie", (
        Para("De Gemeenten moeten het Programma over elke periode één gezamenlijk verslag sturen: {% for report in "
             "reports %}{{ report.kind }} over {{ report.starts }} tot en met {{ report.ends }}, uiterlijk {{ "
             "report.due }}{% if not loop.last %}; {% endif %}{% endfor %}."),
        Para("Een verslag heeft vier onderdelen: het aantal diensten; de kwaliteit ervan; de tevredenheid van de "
             "gebruikers, met het aantal ondervraagden en de methode; en een financiële verantwoording per "
             "begrotingspost. Het vermeldt ook wat elke zijde heeft geleerd."),
        Para("Het Programma moet binnen {{ terms.report_review_days }} dagen reageren; zwijgen is geen aanvaarding. Is "
             "een verslag te laat, dan herinnert het Programma de Gemeenten eraan en houdt het de betaling aan. "
             "Ontbreekt het verslag {{ terms.cure_days }} dagen na de herinnering nog, dan mag het Programma dit "
             "memorandum beëindigen."),
        Para("Elke Gemeente moet tot {{ terms.record_years }} jaar na de laatste betaling een eenvoudige administratie "
             "en het bewijs van alle kosten bewaren. Het Programma en zijn financier mogen die op verzoek inzien; "
             "kosten zonder bewijs worden niet betaald of worden terugbetaald."),
    )),
    Section("data", "Persoonsgegevens", (
        Para("Elke Partij is verantwoordelijk voor de persoonsgegevens die zij heeft. Zij mag deze alleen gebruiken om "
             "dit project uit te voeren, erover verslag te doen en het te controleren: haar taak van algemeen belang. "
             "Een inbreuk die de anderen raakt, moet zij hun binnen {{ terms.breach_hours }} uur melden."),
        Para("Persoonsgegevens mogen alleen naar {{ countries_outside }} gaan op grond van {{ transfer_tool }}. Zolang "
             "die niet van kracht is, wisselen de Partijen geen andere persoonsgegevens uit dan zakelijke "
             "contactgegevens.", when="outside_eea"),
    )),
    Section("visibility", "Zichtbaarheid en integriteit", (
        Para("De Partijen vermelden de steun in het openbaar als volgt: “{{ credit_line }}”. Zij mogen dit nalaten "
             "waar het mensen in gevaar zou brengen."),
        Para("Niemand mag deelnemen aan een besluit waarbij hij of zij, familie of een eigen onderneming belang heeft. "
             "De Partijen dulden geen corruptie en geen misbruik van mensen. Iedereen mag een vermoeden melden bij "
             "{{ reporting_channel }}; de Partijen beschermen wie meldt."),
    )),
    Section("term", "Duur, wijziging, einde", (
        Para("Dit memorandum begint bij de laatste handtekening, niet vóór {{ starts }}, en eindigt op {{ ends }}. "
             "Verplichtingen over verslagen, administratie, gegevens en terugbetaling gelden tot zij zijn nagekomen."),
        Para("Het begint niet voordat de raad van {{ council_approval }} het heeft "
             "goedgekeurd.", when="council_approval"),
        Para("Voor elke wijziging is een tekst nodig die alle Partijen ondertekenen. Apparatuur, werken of andere "
             "duurzame bezittingen kunnen niet worden toegevoegd: daarvoor is een eigen overeenkomst nodig."),
        Para("Elke Partij mag dit memorandum schriftelijk opzeggen met een termijn van {{ terms.notice_days }} dagen. "
             "Het Programma betaalt dan, binnen het maximum, verplichtingen die vóór de opzegging zijn aangegaan en "
             "niet ongedaan kunnen worden gemaakt."),
    )),
    Section("disputes", "Geschillen", (
        Para("Eerst overleggen de functionarissen uit [[people]], ten hoogste {{ terms.talks_days }} dagen. Daarna "
             "hebben de hoofden van de ambtelijke organisatie {{ terms.heads_days }} dagen. Vervolgens mag elke "
             "Partij naar de rechter gaan die naar {{ law }} bevoegd is."),
        Para("Dit memorandum is gesteld in het {{ language }}. Een vertaling dient alleen ter informatie.",
             when="not second_language"),
        Para("Dit memorandum is gesteld in het {{ language }} en in het {{ second_language }}, naast elkaar. "
             "Verschillen de teksten, dan gaat de tekst in het {{ language }} voor.", when="second_language"),
        Para("Namen, titels, doelen, activiteiten en voorwaarden staan in de taal waarin zij zijn geschreven.",
             when="second_language"),
    )),
)

TEXT = MemorandumText(
    DUTCH, running="Memorandum", title="Memorandum van overeenstemming", key_terms_heading="Kernbepalingen",
    key_terms=KEY_TERMS, parties_heading="Partijen", sections=SECTIONS, word="artikel",
    body=9, units={"dagen": "dag"})
