from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.org import rules
from apps.org.models import OrgImport

State = OrgImport.State


def _may_import(user, org_import):
    return rules.may_import(user, org_import.root)


import_flow = Flow(
    "import",
    Move("ask", (State.CHECKED,), State.WAITING, _("Ask for approval"), rules.may_ask_import, note="optional", warning=_("The security administrator looks at the same preview. What it shows happens when they approve it.")),
    Move("drop", (State.CHECKED, State.BAD), State.DROPPED, _("Drop the import"), _may_import, tone="danger", warning=_("The rows read from the file are removed. Nothing is imported.")),
    Move("give_back", (State.WAITING,), State.CHECKED, _("Given back"), by_decision=True),
    Move("merge", (State.WAITING,), State.DONE, _("Imported"), by_decision=True),
)  # fmt: skip
