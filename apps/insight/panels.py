from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.core.talk import discussed
from apps.insight.models import FollowUp, Issue, Item, Opportunity, Reading
from apps.org.unsettled import unsettled

searchable(
    Item,
    label=_("Insight items"),
    capability="item.view",
    text=lambda item: (
        item.headline,
        f"{item.code} {item.title} {item.institution} {item.source_name} {item.text}",
    ),
)
searchable(
    Issue,
    label=_("Reports"),
    capability="report.view",
    text=lambda issue: (
        str(issue),
        "\n".join([issue.title, *(f"{line.title} {line.summary}" for line in issue.lines.all().marked())]),
    ),
)
searchable(
    Opportunity,
    label=_("Opportunities"),
    capability="opportunity.view",
    text=lambda o: (o.title, f"{o.code} {o.scene} {o.pain} {o.idea}"),
)
discussed(FollowUp)
discussed(Item, files=("original",))
discussed(Opportunity, files=("photo",))


unsettled(
    "insight.opportunity",
    label=_("Opportunities"),
    advice=_("Conclude the opportunities first."),
    open=lambda unit: Opportunity.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state__in=Opportunity.MOVING
    ),
    passes_on=True,
)
unsettled(
    "insight.followup",
    label=_("Follow-ups"),
    advice=_("Settle the follow-ups first."),
    open=lambda unit: FollowUp.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state=FollowUp.State.OPEN
    ),
    passes_on=True,
)
unsettled(
    "insight.issue",
    label=_("Reports"),
    advice=_("Publish the issue that is being written first."),
    open=lambda unit: Issue.objects.unscoped("whether a unit can be closed").filter(
        unit=unit, state=Issue.State.DRAFT
    ),
    passes_on=True,
)


@panel("desk.home", order=40, may="report.view")
def new_issues(user, thing):
    """Published issues this person has not opened yet."""
    own = Reading.objects.unscoped("one's own").filter(person=user.person_id).values("issue")
    issues = (
        Issue.objects.visible_to(user)
        .published()
        .exclude(pk__in=own)
        .select_related("report", "unit")
        .order_by("-published_at", "-pk")[:6]
    )
    return "insight/panel_new_issues.html", {"issues": list(issues)}


@panel("desk.home", order=50, may="opportunity.file")
def my_opportunities(user, thing):
    """What this person reported: where each stands, with whom it lies, until when."""
    rows = Opportunity.objects.visible_to(user).for_list().filter(reporter=user.principal_id)
    found = list(rows.order_by("-filed_at", "-pk")[:6])
    return ("insight/panel_my_opportunities.html", {"opportunities": found}) if found else None
