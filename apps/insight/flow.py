"""The lives of items, issues, follow-ups and opportunities. Moves that need more than a click are made by their actions."""

from django.utils.translation import gettext_lazy as _

from apps.core.flow import Flow, Move
from apps.insight import rules
from apps.insight.models import FollowUp, Issue, Item, Opportunity

item_flow = Flow(
    "item",
    Move("file", (Item.State.DRAFT,), Item.State.FILED, _("File it"), rules.may_file_item),
    Move(
        "withdraw", (Item.State.DRAFT, Item.State.FILED), Item.State.WITHDRAWN, _("Withdraw"),
        rules.may_correct_item, note="required", tone="red",
        warning=_("The item leaves the lists. Issues that carried it keep their text."),
    ),
)  # fmt: skip

issue_flow = Flow(
    "issue",
    Move(
        "publish", (Issue.State.DRAFT,), Issue.State.PUBLISHED, _("Publish"), rules.may_publish_issue,
        warning=_("Everybody in the audience is told and can read it. It cannot be changed afterwards."),
    ),
    Move(
        "recall", (Issue.State.PUBLISHED,), Issue.State.RECALLED, _("Recall"), rules.may_publish_issue,
        note="required", tone="red", warning=_("Readers lose access at once."),
    ),
)  # fmt: skip

followup_flow = Flow(
    "followup",
    Move(
        "finish", (FollowUp.State.OPEN,), FollowUp.State.DONE, _("Done"), rules.may_settle_follow_up,
        note="optional", tone="green",
    ),
    Move(
        "drop", (FollowUp.State.OPEN,), FollowUp.State.DROPPED, _("Drop"), rules.may_settle_follow_up,
        note="required", tone="red",
    ),
)  # fmt: skip

_State = Opportunity.State
opportunity_flow = Flow(
    "opportunity",
    Move(
        "investigate", (_State.FILED, _State.HELD), _State.INVESTIGATING, _("Start the investigation"),
        rules.may_investigate,
    ),
    # The three conclusions are made by the form that gives the answers and the reason.
    Move(
        "conclude", (_State.INVESTIGATING,), _State.CONCLUDED, _("Worth taking up"), rules.may_investigate,
        by_decision=True,
    ),
    Move("hold", (_State.INVESTIGATING,), _State.HELD, _("Hold"), rules.may_investigate, by_decision=True),
    Move(
        "drop", (_State.INVESTIGATING,), _State.DROPPED, _("Drop"), rules.may_investigate, by_decision=True
    ),
    # Made by the app that turns it into a project.
    Move(
        "take_up", (_State.CONCLUDED,), _State.TAKEN_UP, _("Take up"), rules.may_take_up, by_decision=True
    ),
)  # fmt: skip
