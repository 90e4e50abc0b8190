"""What a country plan says, as the association reads and endorses it."""

from webapp.models.programme import CountryPlan
from webapp.services import content

PLAN_COLUMNS = (
    "title", "country", "area", "starts_on", "ends_on", "actors", "policies", "windows", "objectives",
    "sector_benefit", "envelope", "lga_id",
)  # fmt: skip


def content_hash(plan: CountryPlan) -> str:
    """SHA-256 over everything an association reads when it endorses; money and states that move on are not part."""
    columns = {key: str(getattr(plan, key)) for key in PLAN_COLUMNS}
    return content.sha256(
        {
            **columns,
            "envelope": f"{plan.envelope:.2f}",
            "references": [[row.title, row.issuer, row.url] for row in plan.references],
            "themes": [[row.title, row.objective, row.sector_code, row.sdg_goal] for row in plan.themes],
        }
    )
