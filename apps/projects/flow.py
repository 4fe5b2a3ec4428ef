"""The generic moves of a project. Stages are rows: `actions.advance` goes from one to the next through a gate."""

from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.projects import rules
from apps.projects.models import Project

S = Project.State

project_flow = Flow(
    "project",
    Move("submit", (S.DRAFT, S.RETURNED), S.ACTIVE, _("Submit the proposal"), rules.may_submit,
         warning=_("The head of the applicant unit is asked to sign; departments are asked for their opinions.")),
    Move("return", (S.ACTIVE,), S.RETURNED, _("Return for revision"), by_decision=True),
    Move("send_back", (S.ACTIVE,), S.RETURNED, _("Return for revision"), rules.may_send_back, note="required", tone="warn",
         warning=_("The manager changes the proposal and submits it again; the head then signs anew.")),
    Move("reject", (S.ACTIVE,), S.REJECTED, _("Reject"), by_decision=True),
    Move("hold", (S.ACTIVE,), S.ON_HOLD, _("Put on hold"), rules.may_manage, note="required", tone="warn",
         warning=_("Nobody is reminded while it is on hold.")),
    Move("resume", (S.ON_HOLD,), S.ACTIVE, _("Resume"), rules.may_manage),
    Move("stop", (S.DRAFT, S.ACTIVE, S.ON_HOLD, S.RETURNED), S.STOPPED, _("Stop the project"), rules.may_stop, note="required", tone="danger",
         warning=_("A stopped project does not start again; its funds are to be returned.")),
    Move("close", (S.ACTIVE,), S.CLOSED, _("Close"), by_decision=True),
)  # fmt: skip
