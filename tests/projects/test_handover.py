import pytest

from apps.core.models import Entry
from apps.org.actions.post import hand_over
from apps.projects.models import Project
from tests.factories import PostFactory, UnitFactory, make_project, submitted

pytestmark = pytest.mark.django_db


def test_the_open_projects_of_a_post_go_over_to_the_next_manager_and_no_others():
    administrator = PostFactory(role="system_admin", unit=UnitFactory(kind="head_office")).user
    lead = PostFactory(role="group_lead")
    lead_elsewhere = PostFactory(role="group_lead", person=lead.person)
    leaving = PostFactory(role="group_member", unit=lead.unit)
    taker = PostFactory(role="group_member", unit=lead.unit)
    by = lead.person.user
    draft = make_project(by, unit=lead.unit, manager=leaving.person)
    moving = submitted(make_project(by, unit=lead.unit, manager=leaving.person), by=by)
    others = make_project(by, unit=lead.unit)
    elsewhere = make_project(by, unit=lead_elsewhere.unit, manager=leaving.person)

    counts = hand_over(leaving, to=taker.person, by=administrator)

    assert counts["projects.project"] == 2
    managers = Project.objects.unscoped("test").in_bulk()
    assert [managers[p.pk].manager_id == taker.person_id for p in (draft, moving, others, elsewhere)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert managers[draft.pk].holder_id == taker.person_id
    entry = Entry.objects.about(draft).latest("pk")
    assert (entry.verb, entry.data) == (
        "project.hand_over",
        {"was": leaving.person_id, "to": taker.person_id},
    )
