"""Pages of reorganisation: from the unit to the preview and on to the request; who may; what each list shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.org.models import Reorganisation, ReorganisationRow, Request
from tests.factories import PostFactory, UnitFactory, make_item
from tests.org.pages import lines, url
from tests.org.reorganisations import WHY, administered_bank, approved, asked, fresh, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return administered_bank()


def typed(what, other=None, **values):
    """What a person writes into the form."""
    return (
        {"what": what, "other": other.code if other else "", "not_before": clock.today().isoformat()}
        | WHY
        | values
    )


def test_from_the_unit_to_the_tree_in_the_browser_with_two_people(world, visit):
    lead = PostFactory(role="group_lead", unit=world.west).person
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    assert (
        url("unit_reorganise", world.east_counter.pk)
        in visit(world.admin, world.east_counter.get_absolute_url()).content.decode()
    )

    answer = visit(world.admin, url("unit_reorganise", world.east_counter.pk), typed("merge", world.west))
    plan = Reorganisation.objects.get()
    assert (answer.status_code, answer.url) == (302, plan.get_absolute_url())
    page = visit(world.admin, plan.get_absolute_url())
    assert [move.name for move in page.context_data["moves"]] == ["ask", "drop"]
    assert [row[2] for row in page.context_data["figures"]] == [0, 1, 1, 0, 0]
    assert lead.name in page.content.decode()
    assert fresh(world.east_counter).closed_on is None

    answer = visit(world.admin, url("reorganisation_move", plan.pk, "ask"), {"note": "请审批"})
    request = Request.objects.unscoped("test").get()
    assert answer.url == request.get_absolute_url()
    page = visit(world.security, request.get_absolute_url()).content.decode()
    assert plan.get_absolute_url() in page
    assert plan.document in page
    assert visit(world.security, plan.get_absolute_url()).status_code == 200
    assert "等待审批" in visit(world.admin, world.east_counter.get_absolute_url()).content.decode()

    visit(world.security, url("request_move", request.pk, "approve"), {"seen": request.payload_hash})
    assert fresh(world.east_counter).closed_on is not None
    page = visit(world.admin, world.east_counter.get_absolute_url()).content.decode()
    assert "并入云岭分行" in page
    assert plan.document in page
    assert url("unit_reorganise", world.east_counter.pk) not in page


def test_the_approver_is_shown_the_new_preview_and_approves_that(world, visit):
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    plan, request = asked(world, "move", world.east_counter, world.west)
    lead = PostFactory(role="group_lead", unit=world.west).person

    visit(world.security, url("request_move", request.pk, "approve"), {"seen": request.payload_hash})

    assert fresh(world.east_counter).is_under(fresh(world.east))
    page = visit(world.security, request.get_absolute_url())
    assert "与最初提交时已不相同" in page.content.decode()
    assert lead.name in visit(world.security, plan.get_absolute_url()).content.decode()
    seen = page.context_data["asked"].payload_hash
    assert seen != request.payload_hash
    visit(world.security, url("request_move", request.pk, "approve"), {"seen": seen})
    assert fresh(world.east_counter).is_under(fresh(world.west))


def test_what_is_missing_or_cannot_be_comes_back_with_a_sentence(world, visit):
    address = url("unit_reorganise", world.west.pk)
    for values, field in [
        (typed("merge"), "other"),
        (typed("move", world.west_counter), "__all__"),
        (typed("move", world.east) | {"not_before": "2020-01-01"}, "not_before"),
        (typed("move", world.east) | {"reason": ""}, "reason"),
        (typed("move", world.east) | {"other": "没有的机构"}, "other"),
        (typed("dissolve", world.east), "what"),
    ]:
        page = visit(world.admin, address, values)
        assert (page.status_code, list(page.context_data["form"].errors)) == (200, [field])
    assert Reorganisation.objects.count() == 0


def test_what_stands_in_the_way_is_told_with_what_to_do_first(world, visit):
    PostFactory(unit=world.east_counter)
    plan = planned(world, "close", world.east_counter)
    page = visit(world.admin, plan.get_absolute_url())
    assert page.context_data["blockers"] == [("任职", 1, "请先结束这些任职。")]
    assert [move.name for move in page.context_data["moves"]] == ["drop"]
    PostFactory._meta.model.objects.filter(unit=world.east_counter).update(revoked_on=plan.not_before)
    visit(world.admin, url("reorganisation_check", plan.pk), {})
    page = visit(world.admin, plan.get_absolute_url())
    assert (page.context_data["blockers"], [move.name for move in page.context_data["moves"]]) == (
        [],
        ["ask", "drop"],
    )


def test_what_is_open_is_told_with_what_becomes_of_it(world, visit):
    PostFactory(unit=world.east_counter)
    moving = visit(world.admin, planned(world, "move", world.east, world.west).get_absolute_url())
    assert moving.context_data["along"] == []
    moving = visit(world.admin, planned(world, "move", world.east_counter, world.west).get_absolute_url())
    assert moving.context_data["along"] == [("任职", 1, "保留在该机构，随之调整")]


def test_the_rows_are_found_by_name_effect_and_kind_and_exported(world, visit):
    lead = PostFactory(role="group_lead", unit=world.west).person
    make_item(PostFactory(role="innovation_secretary", unit=world.east_counter).user, world.east_counter)
    plan = planned(world, "move", world.east_counter, world.west)

    def found(query):
        return [
            row.person
            for row in visit(world.admin, plan.get_absolute_url() + query).context_data["page"].rows
        ]

    assert found("?sheet=gains&kind=insight.item") == found(f"?q={lead.name}") == [lead]
    assert found("?sheet=gains&kind=talent.talentprofile") == found("?sheet=loses&q=没有的人") == []
    exported = lines(visit(world.admin, plan.get_absolute_url() + "?sheet=gains&format=csv"))
    assert len(exported) == 2
    assert lead.name in exported[1]


def test_reorganisations_are_for_the_administrators_of_the_units_they_touch(world, visit):
    plan = planned(world, "move", world.east_counter, world.west)
    lead = PostFactory(role="group_lead", unit=world.east).user
    at = {
        unit: PostFactory(role="security_admin", unit=unit).user
        for unit in (world.east, world.west, world.finance)
    }
    assert visit(lead, url("reorganisation_list")).status_code == 403
    assert visit(lead, plan.get_absolute_url()).status_code == 403
    assert visit(lead, url("unit_reorganise", world.east_counter.pk)).status_code == 403
    shown = {unit.name: visit(user, plan.get_absolute_url()).status_code for unit, user in at.items()}
    assert shown == {"江州分行": 200, "云岭分行": 200, "计划财务部": 404}
    listed = {
        unit.name: list(visit(user, url("reorganisation_list")).context_data["page"].rows)
        for unit, user in at.items()
    }
    assert listed == {"江州分行": [plan], "云岭分行": [plan], "计划财务部": []}
    assert visit(at[world.east], url("reorganisation_move", plan.pk, "drop"), {}).status_code == 403
    local = PostFactory(role="system_admin", unit=world.east).user
    assert visit(local, url("unit_reorganise", world.west.pk)).status_code == 403
    visit(local, url("reorganisation_move", plan.pk, "drop"), {})
    assert Reorganisation.objects.get().state == "planned"  # the other end is not theirs


def test_who_plans_none_of_it_sees_that_a_unit_was_merged_but_not_what_is_planned(world, visit):
    reader = PostFactory(role="liaison", unit=world.finance).user
    asked(world, "move", world.east, world.west)
    approved(world, "merge", world.west_counter, world.west)
    assert "等待审批" not in visit(reader, world.east.get_absolute_url()).content.decode()
    page = visit(reader, world.west_counter.get_absolute_url())
    assert page.context_data["ended_by"].other == world.west


def test_the_list_is_searched_and_filtered_and_says_what_to_do_when_empty(world, visit):
    empty = visit(world.admin, url("reorganisation_list"))
    assert "还没有机构调整" in empty.content.decode()
    move = planned(world, "move", world.east, world.west)
    close = approved(world, "close", world.west_counter)

    def found(query):
        return set(visit(world.admin, url("reorganisation_list") + query).context_data["page"].rows)

    assert found("") == {move, close}
    assert found("?what=close") == found("?state=done") == found("?q=古城") == {close}
    assert found("?q=江州") == {move}
    assert len(lines(visit(world.admin, url("reorganisation_list") + "?format=csv"))) == 3


def test_dropping_and_unknown_moves(world, visit):
    plan = planned(world, "merge", world.east, world.west)
    assert visit(world.admin, url("reorganisation_move", plan.pk, "do"), {}).status_code == 404
    visit(world.admin, url("reorganisation_move", plan.pk, "drop"), {})
    plan.refresh_from_db()
    page = visit(world.admin, plan.get_absolute_url())
    assert (plan.state, page.context_data["moves"], page.context_data["page"].rows) == ("dropped", [], [])


def test_the_pages_take_the_same_queries_for_1_and_for_30(world, visit):
    plan = planned(world, "merge", world.east_counter, world.west)

    def spent(address):
        visit(world.admin, address)
        with CaptureQueriesContext(connection) as queries:
            page = visit(world.admin, address).context_data["page"]
        return len(queries), len(page.rows)

    def fill(count):
        for _number in range(count):
            planned(world, "close", UnitFactory(parent=world.finance))
            post = PostFactory(role="liaison", unit=world.east_counter)
            ReorganisationRow.objects.create(
                reorganisation=plan, sheet="gains", person=post.person, unit=post.unit, role=post.role,
                counts={"insight.item": 3}, total=3,
            )  # fmt: skip

    fill(1)
    small = spent(url("reorganisation_list")), spent(plan.get_absolute_url())
    fill(29)
    large = spent(url("reorganisation_list")), spent(plan.get_absolute_url())
    assert [cost for cost, _rows in small] == [cost for cost, _rows in large]
    assert [rows for _cost, rows in large] == [31, 30]
