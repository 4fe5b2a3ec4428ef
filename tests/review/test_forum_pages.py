import pytest

from apps.core.versions import seen_of
from apps.review.models import Forum
from tests.factories import BodyFactory, PostFactory, branch_group, committee
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db

TERMS = {
    "name": "总行创新委员会", "kind": "committee", "series": "创新委纪", "up_to_fen": "5000000", "majority": "1/2",
    "majority_of": "all", "majority_more_than": "on", "quorum": "2/3", "decides_cross_branch": "on",
}  # fmt: skip


@pytest.fixture
def house():
    return committee()


def test_everybody_who_sees_projects_reads_who_decides_and_how(client, house):
    client.force_login(PostFactory(role="liaison").user)
    assert [row.pk for row in client.get("/review/forums/").context_data["page"]] == [house.forum.pk]
    page = client.get(f"/review/forums/{house.forum.pk}/").content.decode()
    assert house.officers[0].standing[0].unit.name in page
    assert "编辑" not in page
    assert client.get("/review/forums/new/").status_code == 403
    client.force_login(PostFactory(role="system_admin").user)
    assert client.get("/review/forums/").status_code == 403


def test_a_forum_is_set_up_and_changed_by_those_who_keep_bodies(client, house):
    client.force_login(house.secretary)
    group = BodyFactory(unit=house.root, kind="working_group")
    client.post("/review/forums/new/", TERMS | {"name": "绿色通道", "body": group.pk})
    assert Forum.objects.get(name="绿色通道").rule.majority == (1, 2)

    department = house.officers[0].standing[0].unit
    response = client.post(
        f"/review/forums/{house.forum.pk}/edit/",
        TERMS | {"consulted": [department.pk], "seen": seen_of(house.forum, Forum.TERMS)},
    )

    assert response.status_code == 302
    house.forum.refresh_from_db()
    assert (house.forum.up_to_fen, house.forum.majority_of, house.forum.majority_more_than) == (
        500 * WAN,
        "all",
        True,
    )
    assert [line.unit for line in house.forum.consulted.all()] == [department]


def test_a_second_forum_of_the_same_name_is_refused_and_nothing_typed_is_lost(client, house):
    client.force_login(house.secretary)
    page = client.post("/review/forums/new/", TERMS | {"body": house.body.pk})

    assert page.context_data["form"].non_field_errors()
    assert page.context_data["form"]["series"].value() == "创新委纪"
    assert Forum.objects.count() == 1


def test_a_forum_of_another_branch_is_not_found_and_that_of_head_office_not_changed(client, house):
    other = branch_group(PostFactory().unit, house.secretary)
    client.force_login(PostFactory(role="group_lead").user)
    assert client.get(f"/review/forums/{other.pk}/").status_code == 404
    assert client.get(f"/review/forums/{house.forum.pk}/edit/").status_code == 403
    assert client.post(f"/review/forums/{house.forum.pk}/edit/", TERMS).status_code == 403
