"""Who and where: organisations and accounts. People carry the name of their role, never of a person."""

from dataclasses import dataclass

from webapp.models.people import OrganisationType
from workflows.vocabulary import Role

T, R = OrganisationType, Role


@dataclass(frozen=True)
class Place:
    """An organisation. `lga` is the key of the association it belongs to."""

    key: str
    name: str
    legal_name: str
    type: OrganisationType
    country: str
    place: str
    time_zone: str
    population: int | None = None
    lga: str = ""


@dataclass(frozen=True)
class Account:
    """A person with one role. Roles of the office are held for the programme, the others for the organisation."""

    key: str
    name: str
    place: str
    role: Role | None


PLACES = (
    Place("office", "Programme office (fictional)", "Programme office (fictional)", T.OPERATOR, "NL", "The Hague",
          "Europe/Amsterdam"),
    Place("vng", "VNG", "Association of Netherlands Municipalities", T.LGA, "NL", "The Hague", "Europe/Amsterdam"),
    Place("ralga", "RALGA", "Rwanda Association of Local Government Authorities", T.LGA, "RW", "Kigali",
          "Africa/Kigali"),
    Place("ulga", "ULGA", "Uganda Local Governments Association", T.LGA, "UG", "Kampala", "Africa/Kampala"),
    Place("rheden", "Rheden", "Municipality of Rheden", T.MUNICIPALITY, "NL", "De Steeg", "Europe/Amsterdam", 43_500,
          "vng"),
    Place("goes", "Goes", "Municipality of Goes", T.MUNICIPALITY, "NL", "Goes", "Europe/Amsterdam", 39_000, "vng"),
    Place("valkenswaard", "Valkenswaard", "Municipality of Valkenswaard", T.MUNICIPALITY, "NL", "Valkenswaard",
          "Europe/Amsterdam", 31_500, "vng"),
    Place("deventer", "Deventer", "Municipality of Deventer", T.MUNICIPALITY, "NL", "Deventer", "Europe/Amsterdam",
          102_000, "vng"),
    Place("rubavu", "Rubavu", "Rubavu District", T.DISTRICT, "RW", "Gisenyi", "Africa/Kigali", 546_000, "ralga"),
    Place("kamuli", "Kamuli", "Kamuli Municipal Council", T.MUNICIPALITY, "UG", "Kamuli", "Africa/Kampala", 65_000,
          "ulga"),
    Place("lira", "Lira", "Lira City Council", T.MUNICIPALITY, "UG", "Lira", "Africa/Kampala", 250_000, "ulga"),
    Place("bukomansimbi", "Bukomansimbi", "Bukomansimbi District Local Government", T.DISTRICT, "UG", "Bukomansimbi",
          "Africa/Kampala", 165_000, "ulga"),
)  # fmt: skip

OFFICE = (
    Account("manager", "Programme manager, Rwanda and Uganda", "office", R.PROGRAMME_MANAGER),
    Account("manager2", "Programme manager, quality", "office", R.PROGRAMME_MANAGER),
    Account("finance", "Finance officer, programme office", "office", R.FINANCE_OFFICER),
    Account("director", "Director, programme office", "office", R.DIRECTOR),
    Account("panel1", "Appeal panel member, first", "office", R.PANEL_MEMBER),
    Account("panel2", "Appeal panel member, second", "office", R.PANEL_MEMBER),
    Account("assessor", "Baseline assessor", "office", R.ASSESSOR),
    Account("auditor", "Auditor", "office", R.AUDITOR),
    Account("admin", "System administrator", "office", R.SYSTEM_ADMIN),
)
ASSOCIATIONS = (
    Account("ralga-lead", "Lead reviewer, RALGA", "ralga", R.LEAD_REVIEWER),
    Account("ralga", "Review officer, RALGA", "ralga", R.LGA_OFFICER),
    Account("ulga-lead", "Lead reviewer, ULGA", "ulga", R.LEAD_REVIEWER),
    Account("ulga", "Review officer, ULGA", "ulga", R.LGA_OFFICER),
    Account("ulga2", "Second review officer, ULGA", "ulga", R.LGA_OFFICER),
    Account("vng", "Review officer, VNG", "vng", R.LGA_OFFICER),
    Account("vng2", "Second review officer, VNG", "vng", R.LGA_OFFICER),
)
MUNICIPALITIES = ("rheden", "goes", "valkenswaard", "deventer", "rubavu", "kamuli", "lira", "bukomansimbi")
DUTCH = frozenset({"rheden", "goes", "valkenswaard", "deventer"})


def municipal(key: str, name: str) -> tuple[Account, ...]:
    """Four people of one municipality: who writes, who signs, who watches, who manages the accounts."""
    head = "Mayor" if key in DUTCH or key == "rubavu" else "Town clerk"
    return (
        Account(f"editor.{key}", f"International officer, {name}", key, R.APPLICANT_EDITOR),
        Account(f"signatory.{key}", f"{head}, {name}", key, R.SIGNATORY),
        Account(f"admin.{key}", f"Account administrator, {name}", key, R.MUNICIPALITY_ADMIN),
        Account(f"senior.{key}", f"Head of internal control, {name}", key, None),
    )


def accounts() -> tuple[Account, ...]:
    """Everybody, in the order of the sign-in page."""
    names = {place.key: place.name for place in PLACES}
    people = [account for key in MUNICIPALITIES for account in municipal(key, names[key])]
    return (*OFFICE, *ASSOCIATIONS, *people)


def email(account: Account) -> str:
    """The address of an account, under the reserved domain for examples."""
    return f"{account.key}@jumelage.example"
