"""Who may use the routes of desk, and what a stranger tries them on."""

from apps.core.access import SIGNED_IN
from tests.factories import PostFactory, make_project

ACCESS = {
    "desk:figures": SIGNED_IN,
    "desk:home": SIGNED_IN,
    "desk:lineage": SIGNED_IN,
    "desk:search_results": SIGNED_IN,
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    project = make_project(PostFactory(role="group_lead").user)
    return {"desk:lineage": {"kind": "project", "pk": project.pk}}
