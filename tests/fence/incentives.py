"""Who may use the routes of incentives, and what a stranger tries them on."""

from tests.factories import PostFactory, points_given

ACCESS = {
    "incentives:holder_detail": "points.view",
    "incentives:holder_list": "points.view",
    "incentives:my_points": "points.view",
    "incentives:rule_list": "points.view",
    "incentives:unit_list": "points.view",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    holder = points_given(PostFactory(role="group_member").user)
    return {"incentives:holder_detail": {"pk": holder.pk}}
