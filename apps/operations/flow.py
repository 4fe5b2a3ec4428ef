from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.operations import rules
from apps.operations.models import Rollout

S = Rollout.State

rollout_flow = Flow(
    "rollout",
    Move("accept", (S.OFFERED,), S.ACCEPTED, _("Accept"), rules.may_answer,
         warning=_("Your branch takes this product up and will report its readings.")),
    Move("decline", (S.OFFERED,), S.DECLINED, _("Decline"), rules.may_answer, note="required", tone="danger",
         warning=_("The reason is shown as you write it, to everybody who sees the product.")),
    Move("go_live", (S.ACCEPTED,), S.LIVE, _("Gone live"), rules.may_answer),
)  # fmt: skip
