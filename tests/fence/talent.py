"""Who may use the routes of talent, and what a stranger tries them on."""

from tests.factories import PostFactory, make_profile

ACCESS = {
    "talent:my_profile": "talent.manage",
    "talent:profile_detail": "talent.view",
    "talent:profile_edit": "talent.view",
    "talent:profile_list": "talent.view",
    "talent:profile_open": "talent.manage",
}


def somebody_elses() -> dict[str, dict]:
    """Route → arguments of a thing that is out of a stranger's reach."""
    pk = {"pk": make_profile(PostFactory(role="group_member").user).pk}
    return {"talent:profile_detail": pk, "talent:profile_edit": pk}
