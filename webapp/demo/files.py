"""The six applications: what was written in them. Amounts are in EUR; ages are in days before today."""

from dataclasses import dataclass, field
from typing import Any

from webapp.models.application import BudgetCategory, RiskKind

B = BudgetCategory


@dataclass(frozen=True)
class Line:
    title: str
    category: BudgetCategory
    requested: str
    own: str
    payee: str  # key of the municipality that is paid


@dataclass(frozen=True)
class File:
    """One application's content; `begun` is how many days ago it was started."""

    key: str
    lead: str
    partner: str
    plan: str
    theme: str
    sdg: int
    title: str
    months: int
    begun: int
    problem: str
    approach: str
    lead_learns: str
    partner_learns: str
    objectives: tuple[tuple[str, str, str, str, str, str], ...]  # title, activity, how, owner, indicator, target
    lines: tuple[Line, ...]
    stakeholders: str = "The department of economic affairs, the chamber of commerce and a women's cooperative."
    extra: dict[str, Any] = field(default_factory=dict)


MITIGATION: dict[RiskKind, tuple[int, int, str, str]] = {
    RiskKind.DELAY: (3, 3, "A planning of each visit two months ahead; the focal point reports a slip at once.",
                     "Project officer"),
    RiskKind.COMMITMENT: (2, 4, "Both councils adopted the plan; a half-yearly talk between the heads.",
                          "Head of administration"),
    RiskKind.POLITICAL_SUPPORT: (3, 3, "All council groups are briefed before and after elections.", "Council clerk"),
    RiskKind.STAFF_TURNOVER: (3, 3, "Two people are trained for each task; whoever leaves hands over in writing.",
                              "Human resources officer"),
    RiskKind.CORRUPTION: (2, 5, "Two signatures for each payment; the reporting channel is known to all.",
                          "Finance officer"),
    RiskKind.SECURITY: (1, 4, "Travel advice is checked a week before each visit; visits can move online.",
                        "Security officer"),
}  # fmt: skip

FILES = (
    File(
        "tourism", "rheden", "rubavu", "rwanda", "Local economy and tourism", 8,
        "Colleagues for lakeside tourism", 12, 240,
        "Rubavu has a lake, hot springs and visitors, and no shared picture of what they spend or where it stays.",
        "Officers of both municipalities work side by side for a week, twice, and coach each other online in between.",
        "How a district with few means brings street traders into its tourism policy.",
        "How a tourism policy is made with entrepreneurs, measured, and reported to the council.",
        (
            ("A tourism policy with figures", "Two working visits and four coaching sessions",
             "The officers write the policy together, chapter by chapter, with entrepreneurs at the table",
             "Head of economic affairs, Rubavu", "Policy adopted by the district council", "1 policy"),
            ("Two officers who can train others", "A training in visitor surveys",
             "Learning by doing: the survey is held in Gisenyi with the trainees as team leaders",
             "Head of tourism, Rheden", "Officers who give the training themselves", "2 officers"),
        ),
        (
            Line("Working visits to Rubavu and to Rheden", B.TRAVEL, "8200.00", "1000.00", "rheden"),
            Line("Expertise of officers", B.EXPERTISE, "4800.00", "2400.00", "rheden"),
            Line("Training in visitor surveys", B.TRAINING, "4000.00", "0.00", "rubavu"),
            Line("Printing and meeting costs", B.OTHER, "1000.00", "600.00", "rubavu"),
        ),
    ),
    File(
        "waste", "goes", "kamuli", "uganda", "Solid waste", 11,
        "A waste transfer station for Kamuli", 24, 235,
        "Waste is tipped beside the market; the landfill lies 14 kilometres away out of reach for the tractors.",
        "A transfer station with a weighbridge on municipal land, and officers who learn to run it at cost.",
        "How waste is collected with communities where house-to-house rounds do not pay.",
        "How a transfer station is designed, weighed, paid for and kept in repair.",
        (
            ("A transfer station that works", "Design, tender and building of the station",
             "Kamuli tenders under national law; officers of Goes check design and safety at three moments",
             "Town engineer, Kamuli", "Tonnes weighed each month", "300 tonnes"),
            ("A tariff that covers the cost", "Coaching on tariffs and accounts",
             "Both finance departments build one cost model and test it on six months of figures",
             "Head of finance, Kamuli", "Share of running costs covered", "60%"),
        ),
        (
            Line("Building of the transfer station", B.INVESTMENT, "120000.00", "20000.00", "kamuli"),
            Line("Weighbridge and containers", B.INVESTMENT, "32000.00", "0.00", "kamuli"),
            Line("Expertise of officers", B.EXPERTISE, "12000.00", "6000.00", "goes"),
            Line("Working visits", B.TRAVEL, "10000.00", "2000.00", "goes"),
            Line("Audit", B.AUDIT, "6000.00", "0.00", "kamuli"),
        ),
        stakeholders="The market vendors' association, the public health office and a recycling cooperative.",
    ),
    File(
        "participation", "valkenswaard", "lira", "uganda", "Participation and local finance", 16,
        "Neighbourhood budgets", 12, 80,
        "Residents hear about the budget when it is spent; few of them come to the hearings.",
        "Four neighbourhoods decide together on a small budget, with moderators from both municipalities.",
        "How large meetings are led without microphones, slides or a long agenda.",
        "How participation is tied to the budget cycle and reported back.",
        (
            ("Residents decide on a neighbourhood budget", "Four rounds of meetings",
             "Moderators of both municipalities prepare and lead each meeting in pairs",
             "Community development officer, Lira", "Residents who took part", "800 residents"),
        ),
        (
            Line("Working visits", B.TRAVEL, "9000.00", "1000.00", "valkenswaard"),
            Line("Expertise of moderators", B.EXPERTISE, "8000.00", "2000.00", "valkenswaard"),
            Line("Training of local moderators", B.TRAINING, "5000.00", "0.00", "lira"),
        ),
    ),
    File(
        "market", "deventer", "bukomansimbi", "uganda", "Participation and local finance", 2,
        "A covered food market", 18, 150,
        "The market floods in the rainy season and vendors lose a day's goods.",
        "A roof, drains and a vendors' committee that collects the fees.",
        "How vendors run a market themselves.",
        "How a market is designed and kept clean.",
        (
            ("A dry market", "Building of roof and drains", "A local contractor builds in three stages",
             "District engineer, Bukomansimbi", "Market days lost to rain", "0 days"),
        ),
        (
            Line("Roof and drains", B.INVESTMENT, "80000.00", "5000.00", "bukomansimbi"),
            Line("Working visits", B.TRAVEL, "9000.00", "1000.00", "deventer"),
            Line("Expertise of officers", B.EXPERTISE, "6000.00", "2000.00", "deventer"),
        ),
    ),
    File(
        "boulevard", "rheden", "rubavu", "rwanda", "Inclusive urban services", 11,
        "A boulevard on Lake Kivu for everybody", 24, 120,
        "The shore of Gisenyi is walked by thousands and cannot be reached in a wheelchair or with a handcart.",
        "Students and officers design with residents; the district builds 600 metres of accessible boulevard.",
        "How public space is shared by traders, visitors and fishers.",
        "How accessible public space is designed, tendered and maintained.",
        (
            ("A boulevard that everybody can use", "Design with residents and building in two stages",
             "Design workshops on site; national tender; a supervisor on the works",
             "District engineer, Rubavu", "Metres of accessible boulevard", "600 metres"),
            ("A maintenance plan with a budget", "Coaching of the maintenance team",
             "The teams of both municipalities inspect together twice a year",
             "Head of public works, Rubavu", "Budget line for maintenance", "1 budget line"),
        ),
        (
            Line("Building of the boulevard", B.INVESTMENT, "190000.00", "30000.00", "rubavu"),
            Line("Design and supervision", B.EXPERTISE, "28000.00", "8000.00", "rheden"),
            Line("Working visits", B.TRAVEL, "14000.00", "2000.00", "rheden"),
            Line("Audit", B.AUDIT, "8000.00", "0.00", "rubavu"),
        ),
    ),
    File(
        "revenue", "valkenswaard", "lira", "uganda", "Participation and local finance", 16,
        "A revenue register for Lira", 12, 60,
        "Property owners are billed from paper lists that nobody can update.",
        "Officers of both municipalities set up a register, street by street, starting with two wards.",
        "How field teams count quickly and cheaply.",
        "How a register is kept up to date and trusted.",
        (
            ("A register for two wards", "Field counts and data entry", "Mixed teams count, check and enter",
             "Head of revenue, Lira", "Properties registered", "4,000 properties"),
        ),
        (
            Line("Working visits", B.TRAVEL, "10000.00", "1000.00", "valkenswaard"),
            Line("Expertise of officers", B.EXPERTISE, "12000.00", "3000.00", "valkenswaard"),
            Line("Training of field teams", B.TRAINING, "8000.00", "0.00", "lira"),
        ),
    ),
)  # fmt: skip
