from django.utils.translation import gettext_lazy as _

from apps.core.panels import panel
from apps.core.search import searchable
from apps.core.talk import discussed
from apps.insight.models import FollowUp, Issue, Item, Opportunity, Reading

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
