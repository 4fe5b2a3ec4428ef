"""From an opportunity to a signed proposal by the pages alone, and what bad input does on the way."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.notices import follows_thing
from apps.insight.actions import conclude, start_investigation
from apps.insight.models.opportunity import QUESTIONS
from apps.projects.actions import set_milestones, set_team
from apps.projects.models import EstimateOption, Project, TrackRecord
from tests.factories import PostFactory, bank, complete, estimated, make_opportunity, make_project, signed

pytestmark = pytest.mark.django_db
BAD = ["NaN", "1e400", "1_000", "9" * 19, "0x10", "-5"]


@pytest.fixture
def world():
    world = bank()
    world.liaison = PostFactory(role="liaison", unit=world.east_counter).user
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.manager = PostFactory(role="group_member", unit=world.east).user
    world.head = PostFactory(role="unit_head", unit=world.east).user
    world.opportunity = make_opportunity(world.liaison, world.east_counter)
    start_investigation(world.opportunity, by=world.lead)
    conclude(
        world.opportunity, by=world.lead, answers=dict.fromkeys(QUESTIONS, "已核实"), conclusion="take_up", reason="客群明确"
    )  # fmt: skip
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None, **headers):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data, **headers) if data is not None else client.get(address, **headers)

    return open_as


def url(name, *args, **kwargs):
    return reverse(f"projects:{name}", args=args, kwargs=kwargs)


def text_of(world, **changes):
    return {
        "title": "烟草零售户订烟贷线上化", "unit": world.east.pk, "line": world.retail.pk, "manager": world.manager.person_id,
        "goal": "订烟日前三分钟放款", "approach": "先试点", "risks": "数据授权", "cross_branch": "on", "grade": "10",
    } | changes  # fmt: skip


def rows(prefix, *values):
    data = {f"{prefix}-TOTAL_FORMS": len(values), f"{prefix}-INITIAL_FORMS": 0}
    return data | {
        f"{prefix}-{n}-{name}": value for n, row in enumerate(values) for name, value in row.items()
    }


def plan(project, **changes):
    build, pilot = (project.process_version.stages.get(code=code).pk for code in ("build", "pilot"))
    day = clock.today() + timedelta(days=90)
    first = {"name": "完成开发", "stage": build, "due_on": day.isoformat()} | changes
    return rows("milestones", first, {"name": "两家支行达标", "stage": pilot, "due_on": "2099-12-31"}, {}) | {
        "version": project.version
    }


def sheet(**changes):
    years = [("800000", ""), ("5万", "60万"), ("50,000", "600000"), ("", "")]
    return rows("years", *({"cost_fen": c, "benefit_fen": b} for c, b in years)) | {
        "version": "0", "probability_bp": "70", "basis": "同业测算", "full-technology_fen": "56万", "full-marketing_fen": "240000",
        "full-technology_days": "200", "reduced-technology_fen": "300000", "reduced-benefit_share_bp": "60",
    } | changes  # fmt: skip


def test_an_opportunity_becomes_a_submitted_and_signed_proposal_by_the_pages_alone(world, visit):
    opportunity_page = world.opportunity.get_absolute_url()
    propose = url("project_propose") + f"?opportunity={world.opportunity.pk}"
    assert f'href="{propose}"'.encode() in visit(world.lead, opportunity_page).content
    assert propose.encode() not in visit(world.liaison, opportunity_page).content
    assert visit(world.lead, propose).context_data["form"]["goal"].value() == world.opportunity.pain

    visit(world.lead, propose, text_of(world))
    project = Project.objects.visible_to(world.lead).get()
    assert (project.proposer, project.manager, project.opportunity) == (
        world.liaison.person, world.manager.person, world.opportunity,
    )  # fmt: skip
    page = visit(world.manager, project.get_absolute_url())
    assert [(step["code"], step["done"]) for step in page.context_data["missing"]] == [
        ("plan", False), ("team", False), ("estimate", False),
    ]  # fmt: skip
    assert "提交立项申报".encode() not in page.content

    visit(world.manager, url("plan_edit", project.pk), plan(project))
    project.refresh_from_db()
    team = rows(
        "team",
        {"person": world.manager.person_id, "part": "business", "share_percent": "50"},
        {"person": world.lead.person_id, "part": "operations", "share_percent": "20"},
    )
    visit(world.manager, url("team_edit", project.pk), team | {"version": project.version})
    visit(world.manager, url("estimate_edit", project.pk), sheet())
    assert [
        step["done"] for step in visit(world.manager, project.get_absolute_url()).context_data["missing"]
    ] == [True] * 3
    visit(world.manager, url("project_move", pk=project.pk, move="submit"), {})

    for person in (world.liaison, world.lead):
        page = visit(person, opportunity_page).content.decode()
        assert "当前办理" in page
        assert world.head.person.name in page
        assert project.get_absolute_url() in page
    visit(world.head, url("project_sign", project.pk), {})
    project.refresh_from_db()
    assert (project.state, project.requirements.filter(met_at=None).get(gate__code="to_review").kind.code) == (
        "active", "opinions",
    )  # fmt: skip
    estimate = project.estimates.get()
    assert (estimate.costs_fen, estimate.benefits_fen) == (
        [80_0000_00, 5_0000_00, 5_0000_00],
        [0, 60_0000_00, 60_0000_00],
    )
    assert [(o.level, o.money_fen, o.benefit_share_bp) for o in estimate.options.order_by("pk")] == [
        ("full", 80_0000_00, 10000), ("reduced", 30_0000_00, 6000),
    ]  # fmt: skip


def test_a_project_may_be_proposed_without_an_opportunity_where_one_proposes_and_nowhere_else(world, visit):
    stranger = PostFactory(role="group_lead", unit=world.west).user
    assert visit(world.liaison, url("project_propose")).status_code == 403
    assert visit(stranger, url("project_propose") + f"?opportunity={world.opportunity.pk}").status_code == 404
    assert visit(stranger, url("project_propose") + "?opportunity=x").status_code == 404
    assert "unit" in visit(stranger, url("project_propose"), text_of(world)).context_data["form"].errors

    visit(world.lead, url("project_propose"), text_of(world))

    assert Project.objects.visible_to(world.lead).get().opportunity is None


def test_a_second_proposal_of_an_opportunity_is_refused_and_keeps_what_was_typed(world, visit):
    propose = url("project_propose") + f"?opportunity={world.opportunity.pk}"
    visit(world.lead, propose, text_of(world))

    response = visit(world.lead, propose, text_of(world, title="另一个题目"))

    assert response.context_data["form"].non_field_errors() == ["当前状态为“已转为项目”，不能进行此操作。"]
    assert "另一个题目" in response.content.decode()
    assert Project.objects.visible_to(world.lead).count() == 1


@pytest.mark.parametrize("number", BAD)
def test_a_number_that_is_none_is_named_and_what_was_typed_stays(world, visit, number):
    project = make_project(world.lead, unit=world.east)

    response = visit(
        world.lead,
        url("estimate_edit", project.pk),
        sheet(**{"years-1-benefit_fen": number, "probability_bp": number}),
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert response.context_data["sheet"].years.forms[1].errors.keys() == {"benefit_fen"}
    assert response.context_data["sheet"].form.errors.keys() == {"probability_bp"}
    assert f'value="{number}"' in page
    assert 'value="240000"' in page
    assert project.estimates.count() == 0


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("１２３", 123_00), ("-0", 0), ("1,234.56", 1234_56), ("80万", 80_0000_00), ("0.5亿元", 5000_0000_00)],
)
def test_an_amount_is_read_as_people_write_it(world, visit, typed, fen):
    project = make_project(world.lead, unit=world.east)
    visit(world.lead, url("estimate_edit", project.pk), sheet(**{"years-3-benefit_fen": typed}))
    assert project.estimates.get().benefits_fen[3] == fen


def test_ratios_out_of_all_proportion_and_a_smaller_option_that_is_not_smaller_are_refused(world, visit):
    project = make_project(world.lead, unit=world.east)
    tiny = {
        "years-0-cost_fen": "0.01",
        "years-1-cost_fen": "",
        "years-2-cost_fen": "",
        "years-1-benefit_fen": "1亿",
    }
    for changes in (
        tiny,
        {"reduced-technology_fen": "900000"},
        {"full-technology_fen": "", "full-marketing_fen": ""},
    ):
        response = visit(world.lead, url("estimate_edit", project.pk), sheet(**changes))
        assert (response.status_code, bool(response.context_data["problem"])) == (200, True), changes
    response = visit(world.lead, url("estimate_edit", project.pk), sheet(**{"reduced-benefit_share_bp": ""}))
    assert response.context_data["sheet"].options[1].errors.keys() == {"benefit_share_bp"}
    assert project.estimates.count() == 0


def test_the_figures_follow_what_is_typed_and_nothing_is_kept(world, visit):
    project = make_project(world.lead, unit=world.east)

    fragment = visit(
        world.lead, url("estimate_edit", project.pk), sheet(), HTTP_HX_REQUEST="true"
    ).content.decode()
    empty = visit(world.lead, url("estimate_edit", project.pk), {}, HTTP_HX_REQUEST="true").content.decode()

    assert "<form" not in fragment
    assert "80 万元" in fragment
    assert "80 万元" not in empty
    assert project.estimates.count() == 0


def test_versions_stay_and_the_next_begins_with_the_last(world, visit):
    project = make_project(world.lead, unit=world.east)
    for version, probability in enumerate(("70", "55.5")):
        typed = sheet(version=version, probability_bp=probability)
        visit(world.lead, url("estimate_edit", project.pk), typed)

    page = visit(world.lead, url("estimate_list", project.pk))
    form = visit(world.lead, url("estimate_edit", project.pk)).context_data["sheet"]

    assert (page.context_data["estimate"].version, page.context_data["before"].version) == (2, 1)
    assert visit(world.lead, url("estimate_list", project.pk) + "?version=1").context_data["before"] is None
    assert visit(world.lead, url("estimate_list", project.pk) + "?version=9").status_code == 404
    assert form.form["probability_bp"].value() == "55.50"
    assert form.options[1]["benefit_share_bp"].value() == "60.00"


def test_a_row_more_or_less_keeps_everything_typed_even_what_is_wrong(world, visit):
    project = make_project(world.lead, unit=world.east)
    typed = plan(project, due_on="2026-99-99")

    more = visit(world.lead, url("plan_edit", project.pk), typed | {"add": "1"}).context_data["rows"]
    less = visit(world.lead, url("plan_edit", project.pk), typed | {"take_out": "1"}).context_data["rows"]
    years = (
        visit(
            world.lead,
            url("estimate_edit", project.pk),
            sheet(**{"years-0-cost_fen": "abc", "take_out": "1"}),
        )
        .context_data["sheet"]
        .years
    )

    assert [form["name"].value() for form in more.forms] == ["完成开发", "两家支行达标", "", None]
    assert [(form["name"].value(), form["due_on"].value()) for form in less.forms] == [
        ("完成开发", "2026-99-99"),
        ("", ""),
    ]
    assert [form["cost_fen"].value() for form in years.forms] == ["abc", "50,000", ""]
    assert project.milestones.count() == 0


@pytest.mark.parametrize("garbage", ["", "x", "-1", "9999999", "２"])
def test_a_broken_row_count_breaks_nothing(world, visit, garbage):
    project = make_project(world.lead, unit=world.east)
    for button in ({}, {"add": "1"}, {"take_out": garbage}):
        data = {"version": project.version, "milestones-TOTAL_FORMS": garbage} | button
        assert visit(world.lead, url("plan_edit", project.pk), data).status_code == 200


def test_a_plan_needs_a_milestone_for_each_stage_whose_gate_asks_for_one_and_no_day_gone_by(world, visit):
    project = make_project(world.lead, unit=world.east)
    only_pilot = plan(project) | {
        "milestones-0-name": "",
        "milestones-0-stage": "",
        "milestones-0-due_on": "",
    }

    missing = visit(world.lead, url("plan_edit", project.pk), only_pilot).context_data["rows"]
    late = visit(world.lead, url("plan_edit", project.pk), plan(project, due_on="2020-01-01")).context_data[
        "rows"
    ]

    assert missing.non_form_errors() == ["请至少为以下阶段安排一个里程碑：研发建设。"]
    assert late.forms[0].errors.keys() == {"due_on"}
    assert project.milestones.count() == 0


def test_a_stale_save_shows_both_and_overwrites_nothing(world, visit):
    project = complete(make_project(world.lead, unit=world.east), by=world.lead)
    member = {"person": world.manager.person_id, "part": "data", "share_percent": "10"}
    for page, data in [
        ("project_edit", text_of(world, version=project.version, title="我改的")),
        ("plan_edit", plan(project, name="我改的")),
        ("team_edit", rows("team", member) | {"version": project.version}),
    ]:
        project.refresh_from_db()
        before = (project.title, project.milestones.count(), project.team.get().person_id)
        response = visit(world.lead, url(page, project.pk), data | {"version": project.version - 1})
        if page == "project_edit":
            stale = visit(world.lead, url(page, project.pk), data | {"version": 99})
            assert ("标题", project.title, "我改的") in stale.context_data["both"]
        project.refresh_from_db()
        assert response.status_code == 200, page
        assert (project.title, project.milestones.count(), project.team.get().person_id) == before


def test_saving_again_after_comparing_is_saved(world, visit):
    project = complete(make_project(world.lead, unit=world.east), by=world.lead)
    stale = visit(world.lead, url("plan_edit", project.pk), plan(project) | {"version": 99})
    assert len(stale.context_data["stands"].forms) == 2

    again = stale.context_data["head"]["version"].value()
    visit(world.lead, url("plan_edit", project.pk), plan(project, name="比对后") | {"version": again})

    assert sorted(project.milestones.values_list("name", flat=True)) == ["两家支行达标", "比对后"]


def test_one_person_is_named_once_and_only_people_of_the_bank(world, visit):
    project = make_project(world.lead, unit=world.east)
    member = {"person": world.manager.person_id, "part": "data", "share_percent": "10"}
    for bad in (
        [member, member],
        [member | {"person": "999999"}],
        [member | {"share_percent": "0"}],
        [member | {"person": "x"}],
    ):
        response = visit(world.lead, url("team_edit", project.pk), rows("team", *bad) | {"version": 1})
        assert (response.status_code, response.context_data["rows"].total_error_count()) == (200, 1), bad
    assert project.team.count() == 0


@pytest.mark.parametrize("page", ["project_edit", "plan_edit", "team_edit", "estimate_edit", "project_hold"])
def test_the_proposers_pages_are_closed_to_who_only_reads_and_not_there_for_a_stranger(world, visit, page):
    project = complete(make_project(world.lead, unit=world.east), by=world.lead)
    stranger = PostFactory(role="group_lead", unit=world.west).user
    for data in (None, {"version": "1"}):
        assert visit(stranger, url(page, project.pk), data).status_code == 404
        assert visit(world.head, url(page, project.pk), data).status_code == 403


def test_choices_of_people_are_searched_by_name_and_number(world, visit):
    found = visit(world.lead, url("person_options") + f"?q={world.manager.person.employee_no}").json()[
        "options"
    ]
    assert [option["value"] for option in found] == [world.manager.person_id]
    assert visit(world.lead, url("person_options")).json() == {"options": []}


@pytest.mark.parametrize("count", [1, 30])
def test_the_rows_of_a_page_cost_no_queries_of_their_own(
    world, visit, django_assert_max_num_queries, client, count
):
    project = make_project(world.lead, unit=world.east)
    stage = project.process_version.stages.get(code="build")
    people = [PostFactory(unit=world.west).person for _n in range(count)]
    set_milestones(project, [{"name": "一", "stage": stage, "due_on": "2099-01-01"}] * count, by=world.lead)
    set_team(
        project, [{"person": person, "part": "data", "share_percent": 5} for person in people], by=world.lead
    )
    for page in ("plan_edit", "team_edit"):
        visit(world.lead, url(page, project.pk))
        with django_assert_max_num_queries(12):
            assert len(client.get(url(page, project.pk)).context_data["rows"].forms) == count


def test_a_smaller_option_keeps_its_share_of_the_benefits(world):
    estimated(make_project(world.lead, unit=world.east), by=world.lead)
    shares = EstimateOption.objects.unscoped("test").order_by("pk").values_list("level", "benefit_share_bp")
    assert list(shares) == [("full", 10000), ("reduced", 6000)]


def test_what_the_head_signed_is_changed_only_after_it_was_returned(world, visit):
    project = signed(make_project(world.lead, unit=world.east), by=world.lead, head=world.head)
    assert visit(world.lead, url("project_edit", project.pk)).status_code == 403
    assert visit(world.lead, url("estimate_edit", project.pk), sheet()).status_code == 403

    visit(world.head, url("project_move", pk=project.pk, move="send_back"), {"note": "请补充"})

    assert visit(world.lead, url("project_edit", project.pk)).status_code == 200


def test_search_follows_every_change_of_the_text(world, visit):
    project = make_project(world.lead, unit=world.east, title="旧的题目")
    visit(
        world.lead,
        url("project_edit", project.pk),
        text_of(world, title="光伏贷遥感", goal="卫星巡检", version=1),
    )
    for word, found in (("光伏贷", 1), ("卫星巡检", 1), (project.code, 1), ("旧的题目", 0)):
        page = visit(world.lead, url("project_list") + f"?q={word}").context_data["page"]
        assert len(page.rows) == found, word


def test_a_new_manager_holds_the_draft_and_hears_of_it(world, visit):
    project = make_project(world.lead, unit=world.east)
    visit(world.lead, url("project_edit", project.pk), text_of(world, version=1))
    project.refresh_from_db()
    assert (project.manager, project.holder) == (world.manager.person, world.manager.person)
    assert follows_thing(world.manager, project)


def test_earlier_results_of_the_same_line_stand_beside_the_estimate_of_those_one_sees(world, visit):
    shown = make_project(world.lead, unit=world.east, title="早先的", line=world.retail)
    other = PostFactory(role="group_lead", unit=world.west).user
    hidden = make_project(other, unit=world.west, line=world.retail)
    another_line = make_project(world.lead, unit=world.east, line=world.corporate)
    for project in (shown, hidden, another_line):
        TrackRecord.objects.create(
            project=project,
            line=project.line,
            unit=project.unit,
            promised_fen=100_00,
            realised_fen=80_00,
            months=6,
        )
    project = make_project(world.lead, unit=world.east, line=world.retail)

    records = visit(world.lead, url("estimate_edit", project.pk)).context_data["records"]

    assert [record.project for record in records] == [shown]
