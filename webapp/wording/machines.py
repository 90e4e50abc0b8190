"""What each machine is about."""

from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from workflows.vocabulary import Machine


class MachineWords(NamedTuple):
    label: LazyString
    purpose: LazyString


MACHINES: dict[Machine, MachineWords] = {
    Machine.PROGRAMME: MachineWords(_("Programme"), _("The fund under which plans, calls and applications stand.")),
    Machine.PLAN: MachineWords(
        _("Country plan"), _("What the programme wants to reach in one country, with its association.")
    ),
    Machine.CALL: MachineWords(_("Call"), _("The time in which municipalities can apply under a plan.")),
    Machine.APPLICATION: MachineWords(
        _("Application"), _("One partnership grant, from the first draft until its file is closed.")
    ),
    Machine.REVIEW: MachineWords(_("Review"), _("The reading of one application by one officer of an association.")),
    Machine.AGREEMENT: MachineWords(_("Agreement"), _("The memorandum or the contract that binds the parties.")),
    Machine.REPORT: MachineWords(_("Report"), _("What the municipalities report about their project.")),
    Machine.ACTION: MachineWords(_("Corrective action"), _("What somebody does to put a finding right.")),
    Machine.OBLIGATION: MachineWords(_("Knowledge sharing"), _("What somebody who was trained passes on to others.")),
    Machine.TEMPLATE: MachineWords(
        _("Document template"), _("A Word file of the programme, from which documents of one kind are written.")
    ),
    Machine.CLAUSE: MachineWords(
        _("Special clause"), _("One text that supplements or replaces an article of the contract.")
    ),
}


def machine(machine: Machine) -> str:
    """What its cases are called: "Country plan"."""
    return str(MACHINES[machine].label)


def machine_purpose(machine: Machine) -> str:
    """One sentence about what it is for."""
    return str(MACHINES[machine].purpose)
