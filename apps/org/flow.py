from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.org import rules
from apps.org.models import OrgImport, Reorganisation

State = OrgImport.State
Plan = Reorganisation.State


def _may_import(user, org_import):
    return rules.may_import(user, org_import.root)


import_flow = Flow(
    "import",
    Move("ask", (State.CHECKED,), State.WAITING, _("Ask for approval"), rules.may_ask_import, note="optional", warning=_("The security administrator looks at the same preview. What it shows happens when they approve it.")),
    Move("drop", (State.CHECKED, State.BAD), State.DROPPED, _("Drop the import"), _may_import, tone="danger", warning=_("The rows read from the file are removed. Nothing is imported.")),
    Move("give_back", (State.WAITING,), State.CHECKED, _("Given back"), by_decision=True),
    Move("merge", (State.WAITING,), State.DONE, _("Imported"), by_decision=True),
)  # fmt: skip


def _may_reorganise(user, planned):
    return rules.may_reorganise(user, planned.unit, planned.other)


reorganisation_flow = Flow(
    "reorganisation",
    Move("ask", (Plan.PLANNED,), Plan.WAITING, _("Ask for approval"), rules.may_ask_reorganisation, note="optional", warning=_("The security administrator looks at the same preview. What it shows happens when they approve it.")),
    Move("drop", (Plan.PLANNED,), Plan.DROPPED, _("Drop the plan"), _may_reorganise, tone="danger", warning=_("The preview is removed. Nothing is changed.")),
    Move("give_back", (Plan.WAITING,), Plan.PLANNED, _("Given back"), by_decision=True),
    Move("do", (Plan.WAITING,), Plan.DONE, _("Done"), by_decision=True),
)  # fmt: skip
