"""Realistic, fictional contexts, one for each kind of document: what a template is previewed with, and tests render.

The three journeys of the demonstration, with fixed dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.documents.catalogue import DocumentKind
from webapp.documents.contexts import ContractContext, ContractTerms, MemorandumContext, MemorandumTerms
from webapp.documents.language import BETWEEN, ENGLISH, LANGUAGES
from webapp.documents.letters import (
    Addressee,
    AppealOutcomeContext,
    AwardContext,
    ClosingContext,
    Condition,
    Criterion,
    FailedRule,
    Ground,
    IneligibleContext,
    RejectionContext,
    Remedy,
    ReserveContext,
    Sender,
    SurvivingDuty,
)
from webapp.documents.plain import TwoColumns, as_context
from webapp.documents.records import (
    Activity,
    Baseline,
    BudgetLine,
    DisposalStep,
    LearningGoal,
    LogFrameRow,
    Obligation,
    Party,
    PlannedAsset,
    ProcurementStep,
    ReportDue,
    Risk,
    Tranche,
    Upkeep,
)

OPERATOR = Party(
    name="Programme office (fictional)", role="Programme operator", seat="Dam 1, 1012 JS Amsterdam",
    country="Netherlands", signatory="Director of the programme office", function="Director",
    capacity="authorised representative", mandate_act="Mandate decision", mandate_number="PO-2026-04",
    mandate_date=date(2026, 1, 12), contact="Programme manager", contact_email="programme@example.org")


def municipality(name: str, country: str, seat: str, role: str, act: str, number: str) -> Party:
    return Party(
        name=f"Municipality of {name}", role=role, seat=seat, country=country, signatory=f"Mayor of {name}",
        function="Mayor", capacity="legal representative of the municipality", mandate_act=act, mandate_number=number,
        mandate_date=date(2026, 1, 27), contact=f"International cooperation officer, {name}",
        contact_email=f"international@{name.lower()}.example", focal_point=f"Municipal secretary, {name}")


RUBAVU = municipality("Rubavu", "Rwanda", "Gisenyi, Western Province", "Partner municipality",
                      "Decision of the district council", "DC/2026/18")
RHEDEN = municipality("Rheden", "Netherlands", "Hoofdstraat 3, 6994 AB De Steeg", "Lead municipality",
                      "Decision of the municipal executive", "B2026-041")
KAMULI = municipality("Kamuli", "Uganda", "Main Street, Kamuli", "Partner municipality",
                      "Resolution of the council", "KMC/3/2026")
GOES = municipality("Goes", "Netherlands", "M.A. de Ruijterlaan 2, 4461 GE Goes", "Lead municipality",
                    "Decision of the municipal executive", "2026-0117")


MEMORANDUM: dict[str, object] = {
    "reference": "JUM-2026-001", "version": 1, "demonstration": True, "dated": date(2026, 2, 16),
    "currency": "EUR", "project": "Tourism exchange on the lake shore",
    "programme": "Local Government Partnerships 2026–2029", "operator": OPERATOR,
    "funder": "Ministry of Foreign Affairs (fictional grant)", "funder_reference": "MFA-4000123",
    "plan": "Rwanda: local economy and urban services", "theme": "Local economy and tourism",
    "sdgs": ("SDG 8 Decent work and economic growth", "SDG 17 Partnerships for the goals"),
    "application": "APP-2026-001", "application_date": date(2025, 10, 20), "decision": "DEC-2026-003",
    "decision_date": date(2026, 2, 9), "decided_by": "the programme manager for Rwanda and a second programme "
                                                     "manager",
    "conditions": ("The trained officers come from different departments.",),
    "purpose": "Rubavu wants more visitors to stay a second night. Rheden wants to learn how a town receives "
               "guests with few means. Officers of both work side by side on one visitor route and its upkeep.",
    "goals": (LearningGoal(party="Municipality of Rubavu", goal="to plan, sign and maintain a visitor route with "
                           "local businesses"),
              LearningGoal(party="Municipality of Rheden", goal="to involve residents in tourism decisions before "
                           "a plan is drawn")),
    "activities": (
        Activity(objective="A visitor route", title="Working visit to Rubavu", how="On site in Rubavu, five days, "
                 "two officers of Rheden", owner="Tourism officer, Rubavu", due=date(2026, 5, 29),
                 indicator="Route of 12 km agreed with 15 businesses", travel=True),
        Activity(objective="A visitor route", title="Internship in Rheden", how="On site in Rheden, ten days, two "
                 "officers of Rubavu", owner="Head of economy, Rheden", due=date(2026, 9, 25),
                 indicator="Two maintenance plans written", travel=True),
        Activity(objective="Both councils decide", title="Three webinars on resident participation", how="Remote",
                 owner="Participation adviser, Rheden", due=date(2026, 11, 27),
                 indicator="Both councils discuss one proposal")),
    "lines": (
        BudgetLine(number="1", title="Flights, local travel, visas", category="Travel",
                   payer="Programme", payee="Rheden", cost=Decimal("9200"), own=Decimal("1000")),
        BudgetLine(number="2", title="Daily allowance and lodging", category="Travel", payer="Programme",
                   payee="Rheden", cost=Decimal("5300")),
        BudgetLine(number="3", title="Internship and webinars", category="Training", payer="Programme",
                   payee="Rubavu", cost=Decimal("4500"))),
    "grant": Decimal("18000"),
    "tranches": (
        Tranche(number=1, amount=Decimal("14400"), condition="Every Party has signed",
                due="30 days after the last signature"),
        Tranche(number=2, amount=Decimal("3600"), condition="The final report is accepted", report="Final report",
                due="30 days after acceptance", advance=False)),
    "reports": (ReportDue(kind="Final report", starts=date(2026, 3, 1), ends=date(2026, 12, 31),
                          due=date(2027, 2, 28)),),
    "obligations": (
        Obligation(person="Tourism officer, Rubavu", training="Internship in Rheden",
                   act="Workshop for the neighbouring districts", due=date(2026, 11, 13)),
        Obligation(person="Urban planner, Rubavu", training="Internship in Rheden",
                   act="Two training days with the districts’ association", due=date(2026, 12, 11))),
    "starts": date(2026, 3, 1), "ends": date(2026, 12, 31), "outside_eea": ("Rwanda",),
    "transfer_tool": "an administrative arrangement that binds both public bodies",
    "reporting_channel": "the programme’s reporting channel at integrity@example.org",
    "credit_line": "Supported by Local Government Partnerships 2026–2029",
    "law": "Dutch law", "language": "English", "second_language": "French", "special_terms": (),
    "verification_url": "https://jumelage.example/verify", "parties": (RUBAVU, RHEDEN),
    "council_approval": "Municipality of Rubavu", "terms": MemorandumTerms(),
}


def memorandum(**changes: object) -> MemorandumContext:
    return MemorandumContext(**(MEMORANDUM | changes))  # type: ignore[arg-type]


CONTRACT: dict[str, object] = {
    "reference": "JUM-2026-002", "version": 1, "demonstration": True, "dated": date(2026, 2, 23),
    "currency": "EUR", "project": "Waste transfer station",
    "programme": "Local Government Partnerships 2026–2029", "operator": OPERATOR,
    "funder": "Ministry of Foreign Affairs (fictional grant)", "funder_reference": "MFA-4000123",
    "plan": "Uganda: solid waste, participation and local finance", "theme": "Solid waste",
    "sdgs": ("SDG 11 Sustainable cities and communities", "SDG 12 Responsible consumption and production"),
    "application": "APP-2026-002", "application_date": date(2025, 10, 27), "decision": "DEC-2026-007",
    "decision_date": date(2026, 2, 16), "decided_by": "a finance officer and the director",
    "conditions": ("The municipality hands in the land title before the first payment.",
                   "The weighbridge is calibrated by the national bureau of standards before use."),
    "purpose": "Household waste of Kamuli goes to one clean and safe transfer station, and from there to a "
               "licensed landfill",
    "goals": (LearningGoal(party="Municipality of Kamuli", goal="to run a transfer station at cost price and to "
                           "plan collection routes"),
              LearningGoal(party="Municipality of Goes", goal="to sort and sell waste by hand with small "
                           "businesses")),
    "activities": (
        Activity(objective="Waste leaves the streets", title="Build the transfer station", how="Open tender, works "
                 "in Kamuli", owner="Municipal engineer, Kamuli", due=date(2027, 5, 31),
                 indicator="Station taken over, 20 tonnes a day", travel=False),
        Activity(objective="Waste leaves the "
                           "streets", title="Coach the collection team", how="Four working visits, "
                 "monthly calls", owner="Waste manager, Goes", due=date(2027, 11, 30),
                 indicator="Routes cover 8 of 10 wards", travel=True),
        Activity(objective="Users pay and trust", title="Tariff and complaints desk", how="Council workshops in "
                 "Kamuli", owner="Finance officer, Kamuli", due=date(2027, 8, 31),
                 indicator="Tariff adopted; 70% of complaints answered in 5 days")),
    "lines": (
        BudgetLine(number="1.1", title="Transfer station, civil works", category="Investment", payer="Programme",
                   payee="Municipality of Kamuli", cost=Decimal("112000"), own=Decimal("12000")),
        BudgetLine(number="1.2", title="Weighbridge and containers", category="Investment", payer="Programme",
                   payee="Municipality of Kamuli", cost=Decimal("48000"), own=Decimal("8000")),
        BudgetLine(number="2.1", title="Working visits", category="Travel", payer="Programme",
                   payee="Municipality of Kamuli", cost=Decimal("16000")),
        BudgetLine(number="3.1", title="Training of the station team", category="Training", payer="Programme",
                   payee="Municipality of Kamuli", cost=Decimal("14000")),
        BudgetLine(number="4.1", title="Detailed audit", category="Audit", payer="Programme",
                   payee="Municipality of Kamuli", cost=Decimal("10000"))),
    "grant": Decimal("180000"),
    "tranches": (
        Tranche(number=1, amount=Decimal("80000"), condition="Every Party has signed; land title, permits and "
                "environmental check received", due="30 days after the conditions are met"),
        Tranche(number=2, amount=Decimal("64000"), condition="Interim report 1 accepted", report="Interim report 1",
                due="31 March 2027"),
        Tranche(number=3, amount=Decimal("18000"), condition="Interim report 2 accepted; station taken over",
                report="Interim report 2", due="30 September 2027"),
        Tranche(number=4, amount=Decimal("18000"), condition="Final report and audit accepted",
                report="Final report", due="30 days after acceptance", advance=False)),
    "reports": (
        ReportDue(kind="Interim report 1", starts=date(2026, 3, 1), ends=date(2026, 12, 31), due=date(2027, 1, 31)),
        ReportDue(kind="Interim report 2", starts=date(2027, 1, 1), ends=date(2027, 6, 30), due=date(2027, 7, 31)),
        ReportDue(kind="Final report", starts=date(2026, 3, 1), ends=date(2028, 2, 29), due=date(2028, 5, 26))),
    "obligations": (
        Obligation(person="Station supervisor, "
                          "Kamuli", training="Coaching by Goes", act="Open day and two training "
                   "days for neighbouring municipalities", due=date(2027, 10, 29)),
        Obligation(person="Waste manager, Goes", training="Exchange with waste pickers in Kamuli",
                   act="Workshop for Dutch waste managers", due=date(2027, 12, 10))),
    "starts": date(2026, 3, 1), "ends": date(2028, 2, 29), "outside_eea": ("Uganda",),
    "transfer_tool": "a binding administrative arrangement between the public bodies",
    "reporting_channel": "the programme’s reporting channel at integrity@example.org",
    "credit_line": "Supported by Local Government Partnerships 2026–2029",
    "law": "Dutch law", "language": "English", "second_language": "", "special_terms": (),
    "verification_url": "https://jumelage.example/verify",
    "partner": KAMULI, "peers": (GOES,),
    "description": "Kamuli collects about a third of its household waste. The rest is burned or dumped near "
                   "water.\nThe Action builds one transfer station with a weighbridge on municipal land, trains "
                   "its team and sets a tariff that covers operation.",
    "works": True, "committee": True, "committee_decided": True,
    "committee_reason": "The works and the tariff concern residents, and the grant exceeds EUR 100,000.00",
    "committee_meetings": 4, "audit": "detailed, with interim report 1 and at the end",
    "risks": (
        Risk(kind="Delay", likelihood=4, impact=3, mitigation="Tender ready before signature; monthly planning "
                                                              "call",
             owner="Municipal engineer, Kamuli"),
        Risk(kind="Lack of commitment", likelihood=2, impact=4, mitigation="Council decision with budget line",
             owner="Town clerk, Kamuli"),
        Risk(kind="Loss of political support after elections", likelihood=3, impact=4,
             mitigation="Opposition in the committee; briefing of the new council", owner="Town clerk, Kamuli"),
        Risk(kind="Staff turnover", likelihood=3, impact=3, mitigation="Two people trained for each task",
             owner="Human resources, Kamuli"),
        Risk(kind="Corruption", likelihood=3, impact=5, mitigation="Open tender, minutes published, reporting "
             "channel", owner="Internal auditor, Kamuli"),
        Risk(kind="Personal security", likelihood=2, impact=4, mitigation="Travel advice, insurance, no night "
             "travel", owner="Waste manager, Goes")),
    "baseline": tuple(
        Baseline(municipality=f"Municipality of {name}", domain=domain, indicator=indicator, score=score,
                 evidence=evidence, assessed=date(2025, 12, 8))
        for name, domain, indicator, score, evidence in (
            ("Kamuli", "Political commitment", "Council decision", 3, "Council minutes of 14 October 2025"),
            ("Kamuli", "Dedicated staff", "Finance officer", 2, "Job description, 0.5 full time"),
            ("Kamuli", "Organisational performance", "Procurement", 2, "Audit report 2024"),
            ("Goes", "Political commitment", "Council decision", 4, "Executive decision 2026-0117"),
            ("Goes", "Dedicated staff", "Focal point", 3, "Appointment letter"),
            ("Goes", "Organisational performance", "Service data", 4, "Annual report 2024"))),
    "log_frame": (
        LogFrameRow(level="Outcome", statement="Households have their waste collected", indicator="Share of wards "
                    "served weekly", baseline="3 of 10", target="8 of 10", source="Route logs",
                    assumption="Fuel stays affordable"),
        LogFrameRow(level="Output", statement="The transfer station works", indicator="Tonnes a day over the "
                    "weighbridge", baseline="0", target="20", source="Weighbridge log",
                    assumption="The landfill stays open")),
    "assets": (
        PlannedAsset(number="A1", title="Transfer station "
                                        "building", place="Plot 14, Kamuli", cost=Decimal("112000"),
                     purpose="Reception and transfer of household waste"),
        PlannedAsset(number="A2", title="Weighbridge", place="Plot 14, Kamuli", cost=Decimal("30000"),
                     purpose="Weighing of every load"),
        PlannedAsset(number="A3", title="Six containers", place="Collection points, Kamuli", cost=Decimal("18000"),
                     purpose="Collection in eight wards")),
    "upkeep": (
        Upkeep(task="Calibrate the weighbridge", owner="Municipal engineer, Kamuli", frequency="Once a year",
               yearly=Decimal("900")),
        Upkeep(task="Clean and repair the station", owner="Station supervisor, Kamuli", frequency="Weekly",
               yearly=Decimal("4200"))),
    "disposal": tuple(DisposalStep(year=year, percent=share)
                      for year, share in ((1, 100), (2, 80), (3, 60), (4, 40), (5, 20))),
    "procurement": (
        ProcurementStep(value="Up to EUR 5,000.00", procedure="One quotation, price checked"),
        ProcurementStep(value="EUR 5,000.01 to EUR 60,000.00", procedure="Three written quotations"),
        ProcurementStep(value="Above EUR 60,000.00", procedure="Open tender, published for at least 30 days")),
    "dispute_forum": "the District Court of Amsterdam", "terms": ContractTerms(),
}


def contract(**changes: object) -> ContractContext:
    return ContractContext(**(CONTRACT | changes))  # type: ignore[arg-type]


SENDER = Sender(name="Programme office (fictional)", seat="Dam 1, 1012 JS Amsterdam, Netherlands",
                contact="Programme manager", contact_email="programme@example.org",
                signatory="Director of the programme office")
APPEAL = Remedy(public_authority=False, addressee="the appeal panel of the programme",
                address="appeals@example.org", days=42, time_zone="Africa/Kampala")


def _letter(number: str, project: str, partners: str, lead: str, **values: object) -> dict[str, object]:
    return {
        "reference": number, "version": 1, "demonstration": True, "dated": date(2026, 2, 17), "currency": "EUR",
        "sender": SENDER,
        "addressee": Addressee(name=f"Municipality of {lead}", attention="The mayor", seat=f"Town hall, {lead}"),
        "programme": "Local Government Partnerships 2026–2029", "application": number.split("/")[0],
        "project": project, "partners": partners, "decided_by": "a finance officer and the director",
        "mandate": "Mandate rules of the programme, article 4", "decision_date": date(2026, 2, 16),
        "basis": "Call 2026-1, section 5", "effective": date(2026, 2, 17),
        "facts": ("The application was submitted on 27 October 2025.", "Two associations reviewed it independently."),
        "reasons": ("The reviewers agree on the result.",),
    } | values


def award(**changes: object) -> AwardContext:
    return AwardContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-002/L1", "Waste transfer station", "Goes and Kamuli", "Goes", grant=Decimal("180000"),
        instrument="an investment contract", instrument_reason="the grant pays for works and equipment in Kamuli",
        starts=date(2026, 3, 1), ends=date(2028, 2, 29), expires=date(2026, 5, 29),
        conditions=(Condition(text="Send the land title of plot 14", due=date(2026, 4, 17)),),
        next_steps=("We send the contract for signature within 10 working days.", "Kamuli signs first, then Goes, then "
                    "the programme office.")) | changes))


def reserve(**changes: object) -> ReserveContext:
    return ReserveContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-007/L1", "Market sheds", "Deventer and Lira", "Deventer", score="66.0", threshold="60", rank=2,
        places=4, valid_until=date(2026, 12, 31), remedies=(APPEAL,), no_remedy="", answer_weighed="") | changes))


def rejection(**changes: object) -> RejectionContext:
    comments = (("Plan and policy fit", 25, "15.0", "On theme; the link with the district plan is not shown."),
                ("Capacity", 15, "7.5", "No finance officer is named."),
                ("Feasibility", 20, "9.0", "The owner of the site has not agreed."),
                ("Sector benefit", 20, "10.0", "Few other markets could use the result."),
                ("Sustainability and risk", 10, "5.0", "Fees do not cover upkeep."),
                ("Value", 10, "5.5", "Unit prices are plausible."))
    return RejectionContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-004/L1", "Food market", "Deventer and Bukomansimbi", "Deventer", score="52.0", threshold="60",
        rank=9, places=11, remedies=(APPEAL,), no_remedy="",
        answer_weighed="You sent a letter of intent of the site’s owner on 2 February 2026. It raises feasibility by "
                       "one point and does not change the result.",
        criteria=tuple(Criterion(name=name, weight=weight, score=score, comment=comment)
                       for name, weight, score, comment in comments)) | changes))


def ineligible(**changes: object) -> IneligibleContext:
    return IneligibleContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-008/L1", "Street lights", "Goes and Lira", "Goes", remedies=(APPEAL,), no_remedy="",
        answer_weighed="Your answer explains the delay, but the rule has no exception.",
        rules=(FailedRule(rule="Every partner has a council decision (call, 3.2)", evidence="Annex 4 holds a letter of "
                          "the mayor, not a decision", asked="On 8 January 2026 we asked for the decision",
                          answer="On 15 January 2026 you answered that the council meets in March"),)) | changes))


def appeal_outcome(**changes: object) -> AppealOutcomeContext:
    return AppealOutcomeContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-004/L2", "Food market", "Deventer and Bukomansimbi", "Deventer", accepted=True,
        appeal_date=date(2026, 2, 4), contested="the rejection of 5 January 2026 (JUM-2026-004/L1)",
        panel="Two programme managers who had no part in the file before.",
        grounds=(Ground(ground="The lease of the site was overlooked", finding="Founded: the lease was in annex 7"),
                 Ground(ground="The score on value is too low", finding="Unfounded: the comment supports the score")),
        returns_to="LGA review", next_steps=("Two new reviewers are named within 10 days.",),
        further_remedy="This decision is final within the programme. It does not limit your right to go to court.")
        | changes))


def closing(**changes: object) -> ClosingContext:
    return ClosingContext(**(_letter(  # type: ignore[arg-type]
        "JUM-2026-002/L9", "Waste transfer station", "Goes and Kamuli", "Kamuli", dated=date(2028, 9, 4),
        decision_date=date(2028, 9, 1), effective=date(2028, 9, 4), agreement="investment contract JUM-2026-002",
        maximum=Decimal("180000"), declared=Decimal("200000"), ineligible=Decimal("4200"),
        final_grant=Decimal("176220"), calculation="90% of the accepted costs, at most the maximum",
        paid=Decimal("162000"), settle_by=date(2028, 10, 4),
        facts=("The final report was accepted on 14 August 2028.",
               "The auditor found EUR 4,200.00 ineligible: a generator for another site."),
        reasons=("An ineligible cost lowers the accepted costs (article 6 of the contract).",),
        duties=(SurvivingDuty(duty="Keep the Assets in place and for their purpose", until=date(2033, 10, 4),
                              consequence="Repayment on the scale of Annex X"),
                SurvivingDuty(duty="Keep records and proof", until=date(2035, 10, 4),
                              consequence="The cost concerned becomes ineligible")),
        obligations=contract().obligations, thanks="We thank both municipalities for what others can now learn from "
                                                   "them.") | changes))


MAKERS: Mapping[DocumentKind, Callable[..., Any]] = {
    DocumentKind.MEMORANDUM: memorandum, DocumentKind.INVESTMENT_CONTRACT: contract, DocumentKind.AWARD: award,
    DocumentKind.RESERVE: reserve, DocumentKind.REJECTION: rejection, DocumentKind.INELIGIBLE: ineligible,
    DocumentKind.APPEAL_OUTCOME: appeal_outcome, DocumentKind.CLOSING: closing}


def context(kind: DocumentKind, code: str) -> dict[str, Any]:
    """The plain values of a kind in a language, or in two columns; what people would have typed stays English."""
    made = MAKERS[kind]()
    spoken = [one if one in LANGUAGES else ENGLISH for one in code.split(BETWEEN)]
    first, *second = [replace(made, locale=one) if hasattr(made, "locale") else made for one in spoken]
    return as_context(TwoColumns(first, second[0]) if second else first)
