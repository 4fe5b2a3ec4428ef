"""What of insight goes over to another person when a post ends."""

from django.utils.translation import gettext_lazy as _

from apps.core.journal import record
from apps.insight.models import FollowUp, Opportunity
from apps.org.handover import hands_over


def open_follow_ups(post):
    """The open follow-ups that the holder of this post owns at its unit and below."""
    rows = FollowUp.objects.unscoped("a post ends; its follow-ups go over")
    return rows.filter(owner=post.person, state=FollowUp.State.OPEN, unit__path__range=post.unit.span)


@hands_over("insight.followup", label=_("Follow-ups"), open=open_follow_ups)
def hand_over_follow_ups(post, *, to, by) -> int:
    rows = list(open_follow_ups(post).select_for_update())
    for row in rows:
        row.owner = to
        row.save(update_fields=["owner"])
        record("followup.hand_over", row, by=by, was=post.person_id, to=to.pk)
    return len(rows)


def open_opportunities(post):
    """The opportunities that lie with the holder of this post, of its unit and those below."""
    rows = Opportunity.objects.unscoped("a post ends; its opportunities go over")
    rows = rows.filter(holder=post.person, state__in=Opportunity.MOVING, unit__path__range=post.unit.span)
    return rows.filter(line=post.line_id) if post.line_id else rows


@hands_over("insight.opportunity", label=_("Opportunities"), open=open_opportunities)
def hand_over_opportunities(post, *, to, by) -> int:
    rows = list(open_opportunities(post).select_for_update())
    for row in rows:
        row.holder = to
        row.version += 1
        row.save(update_fields=["holder", "version"])
        record("opportunity.hand_over", row, by=by, was=post.person_id, to=to.pk)
    return len(rows)
