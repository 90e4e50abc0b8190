"""The register as a workbook: dates are dates, amounts are amounts, and no text is ever a formula."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from webapp import wording
from webapp.register.queries import Line
from workflows.vocabulary import Machine

WIDTHS = (18, 16, 40, 24, 24, 26, 20, 14, 14, 10, 13, 13, 13, 10, 28, 14)
SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def write(lines: Iterable[Line], today: date, *, demonstration: bool) -> BytesIO:
    """A whole .xlsx file, ready to be read from its start."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, SAFE) as book:
        book.set_properties({"title": _("Contract register"), "comments": _demonstration() if demonstration else ""})
        sheet = book.add_worksheet(_("Contract register")[:31])
        formats = {"head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})}
        formats["money"] = book.add_format({"num_format": "#,##0.00"})
        formats["day"] = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        head = 1 if demonstration else 0
        if demonstration:
            sheet.write_string(0, 0, _demonstration(), formats["head"])
        for place, title in enumerate(_heads()):
            sheet.write_string(head, place, title, formats["head"])
        sheet.freeze_panes(head + 1, 1)
        for number, line in enumerate(lines, head + 1):
            _write_line(sheet, number, line, today, formats)
    target.seek(0)
    return target


def _demonstration() -> str:
    return str(_("Fictional demonstration: people, places and money here are invented."))


def _heads() -> list[str]:
    return [
        _("Number"), _("Application"), _("Title"), _("Lead partner"), _("Other partners"), _("Programme"),
        _("Instrument"), _("Grant"), _("Own share"), _("Currency"), _("In force on"), _("Ends on"),
        _("Next report due"), _("Overdue"), _("State"), _("Country"),
    ]  # fmt: skip


def _write_line(sheet: Any, number: int, line: Line, today: date, formats: dict[str, Any]) -> None:
    """Cells go in by their kind: `write_string` never guesses, so "=HYPERLINK(…)" stays what somebody typed."""
    texts = {
        0: line.number, 1: line.reference, 2: line.title, 3: line.lead, 4: line.partners, 5: line.programme,
        6: wording.label(line.kind), 9: line.currency, 13: _("yes") if line.overdue(today) else _("no"),
        14: wording.state(Machine.AGREEMENT, line.state), 15: line.country,
    }  # fmt: skip
    amounts = {7: line.grant, 8: line.own_share}
    days = {10: line.signed_on, 11: line.ends_on, 12: line.report_due}
    for place in range(len(WIDTHS)):
        if place in texts:
            sheet.write_string(number, place, texts[place])
        elif place in amounts:
            sheet.write_number(number, place, amounts[place], formats["money"])
        elif days[place] is not None:
            sheet.write_datetime(number, place, days[place], formats["day"])
