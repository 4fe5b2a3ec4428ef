"""The list, the board, the project's own page and the process, each as the person whose it is and as others."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.models import Comment
from apps.insight.actions import conclude, start_investigation
from apps.insight.models.opportunity import QUESTIONS
from apps.org.reach import deny
from apps.projects.actions import advance, meet_requirement, propose_project, set_milestones, set_team
from apps.projects.models import Project
from tests.factories import (
    BusinessLineFactory,
    PostFactory,
    UnitFactory,
    complete,
    estimated,
    make_opportunity,
    make_project,
    ready_for_review,
    signed,
    submitted,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return PostFactory(role="group_lead").user


def url(name, *args, **kwargs):
    return reverse(f"projects:{name}", args=args, kwargs=kwargs)


def shown(client, query=""):
    return [row.title for row in client.get(f"/projects/{query}").context_data["page"]]


# ── Lists ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 30])
def test_the_project_list_takes_the_same_queries_for_any_number(
    client, officer, django_assert_num_queries, count
):
    projects = [make_project(officer, title=f"项目{n}") for n in range(count)]
    client.force_login(officer)
    client.get("/projects/")

    with django_assert_num_queries(4):
        response = client.get("/projects/")

    assert [row.pk for row in response.context_data["page"]] == [p.pk for p in reversed(projects)]


def test_a_list_that_is_sorted_by_a_name_goes_on_where_it_stopped(client, officer):
    for number in range(55):
        make_project(
            officer, title=f"项目{number}", manager=PostFactory(unit=officer.standing[0].unit).person
        )
    client.force_login(officer)

    for sort in ("unit", "-manager", "stage"):
        first = client.get(f"/projects/?sort={sort}").context_data["page"]
        second = client.get(first.next_url).context_data["page"]
        assert len({row.pk for row in [*first, *second]}) == 55
        assert len(second.rows) == 5


def test_a_line_of_the_list_names_unit_manager_stage_and_holder(client, officer):
    project = make_project(officer, title="项目")
    client.force_login(officer)
    [row] = client.get("/projects/").context_data["page"]
    assert row.unit_label == project.unit.label
    assert row.manager_name == row.lies_with == project.manager.name
    assert row.stage_label == "立项申报"
    in_english = client.get("/projects/", headers={"accept-language": "en"}).context_data["page"]
    assert in_english.rows[0].stage_label == project.stage.name_en


def test_stages_are_offered_to_choose_from(client, officer):
    client.force_login(officer)
    offered = client.get("/projects/stages/options/?q=申报").json()["options"]
    assert offered == [{"value": "proposal", "text": "立项申报"}]
    page = client.get("/projects/?stage=proposal").content.decode()
    assert '<option value="proposal" selected>立项申报</option>' in page


@pytest.mark.parametrize("count", [1, 30])
def test_the_board_takes_the_same_queries_for_any_number(client, officer, django_assert_num_queries, count):
    projects = [make_project(officer, title=f"项目{n}") for n in range(count)]
    client.force_login(officer)
    client.get("/projects/board/")

    with django_assert_num_queries(7):
        response = client.get("/projects/board/")

    first, second, *_rest = response.context_data["columns"]
    assert (first["count"], second["count"], response.context_data["total"]) == (count, 0, count)
    assert first["projects"] == list(reversed(projects))[:5]


def test_each_count_of_the_board_opens_the_list_of_the_same_projects(client, officer):
    other_line = BusinessLineFactory()
    building = built(make_project(officer, title="在建"), officer)
    make_project(officer, title="草稿", line=other_line)
    client.force_login(officer)

    def columns(query=""):
        found = client.get(f"/projects/board/{query}").context_data["columns"]
        return {c["stage"].code: (c["count"], c["url"]) for c in found if c["count"]}

    assert {code: count for code, (count, _url) in columns().items()} == {"proposal": 1, "build": 1}
    assert [row.pk for row in client.get(columns()["build"][1]).context_data["page"]] == [building.pk]
    only = columns(f"?line={other_line.pk}")
    assert list(only) == ["proposal"]
    assert [row.title for row in client.get(only["proposal"][1]).context_data["page"]] == ["草稿"]
    client.force_login(PostFactory(role="group_lead").user)
    assert columns() == {}


def built(project, officer):
    """Carried to the building as review and allocation do it."""
    ready_for_review(project, by=officer)
    for gate, kind in [("to_review", None), ("approval", "decision"), ("funded", "funds")]:
        if kind:
            meet_requirement(project, kind, by=officer, because_of="tests")
        advance(project, gate, by=officer, decided=True)
    return project


def test_a_stranger_finds_nothing_in_list_page_or_export(client, officer):
    project = make_project(officer, title="金丝雀")
    client.force_login(PostFactory(role="group_lead").user)

    for path in (
        "/projects/", "/projects/?q=金丝雀", "/projects/?format=csv", "/projects/?segment=mine", "/projects/board/",
        "/search/?q=金丝雀", "/",
    ):  # fmt: skip
        response = client.get(path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert (response.status_code, project.code.encode() in body) == (200, False), path
    for path in (f"/projects/{project.pk}/", "/projects/999999/", f"/projects/{project.pk}/estimates/"):
        assert client.get(path).status_code == 404
    for path in (
        f"/projects/{project.pk}/submit/",
        f"/projects/{project.pk}/sign/",
        f"/projects/{project.pk}/gate/to_review/",
        f"/projects/{project.pk}/requirements/team/waive/",
    ):
        assert client.post(path).status_code in (403, 404)


def test_a_list_is_filtered_sorted_searched_and_exported(client, officer):
    make_project(officer, title="烟草订烟贷")
    make_project(officer, title="票据秒贴")
    client.force_login(officer)

    assert shown(client, "?q=订烟贷") == ["烟草订烟贷"]
    assert shown(client, "?sort=title") == ["烟草订烟贷", "票据秒贴"]
    csv = b"".join(client.get("/projects/?format=csv").streaming_content).decode("utf-8-sig")
    assert csv.count("\n") == 3
    assert "票据秒贴" in csv
    assert client.get("/projects/?format=xlsx").status_code == 200


def test_segments_show_what_is_mine_of_my_unit_late_or_waiting_on_me(client, officer):
    below = UnitFactory(parent=officer.standing[0].unit)
    member = PostFactory(role="group_member", unit=below).user
    mine = make_project(officer, title="我提的")
    worked = make_project(officer, unit=below, title="我参与的", manager=officer.person)
    make_project(officer, unit=below, title="下级的", manager=member.person)
    set_team(worked, [{"person": member.person, "part": "data", "share_percent": 10}], by=officer)
    Project.objects.unscoped("a test turns the clock").filter(pk=mine.pk).update(
        due_on=clock.today() - timedelta(1)
    )
    client.force_login(member)
    assert shown(client, "?segment=mine&sort=title") == ["我参与的", "下级的"]
    assert shown(client, "?segment=waiting") == ["下级的"]

    client.force_login(officer)
    assert shown(client, "?segment=late") == ["我提的"]
    assert shown(client, "?segment=unit&sort=title") == ["我提的", "我参与的", "下级的"]
    assert shown(client, "?segment=nonsense") == []


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?stage=proposal", ["甲", "乙"]),
        ("?stage=build", []),
        ("?state=draft", ["甲"]),
        ("?state=open", ["甲", "乙"]),
        ("?state=closed", []),
        ("?manager=经理乙", ["乙"]),
        ("?least=80万", ["乙"]),
        ("?most=79万", ["甲"]),
        ("?since=2020-01-01&until=2099-01-01", ["甲", "乙"]),
        ("?until=2020-01-01", []),
        ("?least=NaN", []),
        ("?since=2026-99-99", []),
    ],
)
def test_the_list_is_narrowed_by_stage_state_manager_amount_and_period(client, officer, query, titles):
    make_project(officer, title="甲")
    manager = PostFactory(role="group_member", unit=officer.standing[0].unit).person
    manager.name = "经理乙"
    manager.save()
    submitted(make_project(officer, title="乙", manager=manager), by=officer)
    client.force_login(officer)
    assert shown(client, f"{query}&sort=title") == titles


def test_the_list_is_narrowed_by_a_unit_with_all_below_it(client):
    root = UnitFactory(kind="head_office")
    secretary = PostFactory(role="innovation_secretary", unit=root).user
    branch = UnitFactory(parent=root)
    below = UnitFactory(parent=branch)
    make_project(secretary, unit=below, title="支行的")
    make_project(secretary, unit=UnitFactory(parent=root), title="别的")
    client.force_login(secretary)
    assert shown(client, f"?unit={branch.pk}") == ["支行的"]


# ── The page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_the_same_queries_however_long_its_lists(
    client, officer, django_assert_max_num_queries, count
):
    project = complete(make_project(officer), by=officer)
    stage = project.process_version.stages.get(code="build")
    people = [PostFactory(unit=project.unit).person for _n in range(count)]
    set_milestones(project, [{"name": "一", "stage": stage, "due_on": "2099-01-01"}] * count, by=officer)
    set_team(project, [{"person": p, "part": "data", "share_percent": 5} for p in people], by=officer)
    for _n in range(count):
        estimated(project, by=officer)
    client.force_login(officer)
    client.get(project.get_absolute_url())

    with django_assert_max_num_queries(45):
        response = client.get(project.get_absolute_url())
    with django_assert_max_num_queries(10):
        versions = client.get(url("estimate_list", project.pk)).context_data["versions"]

    assert (len(response.context_data["milestones"]), len(response.context_data["team"])) == (count, count)
    assert len(versions) == count + 1


def test_the_page_offers_what_its_reader_may_do_and_does_it(client, officer):
    project = complete(make_project(officer), by=officer)
    head = PostFactory(role="unit_head", unit=project.unit)
    client.force_login(officer)
    assert "提交立项申报".encode() in client.get(f"/projects/{project.pk}/").content
    client.post(f"/projects/{project.pk}/submit/")
    client.force_login(head.user)
    assert project.title.encode() in client.get("/").content

    client.post(f"/projects/{project.pk}/sign/")

    assert project.requirements.get(kind__code="signature").met_at


def test_the_page_says_who_owes_what_at_the_gate(client, officer):
    project = submitted(make_project(officer), by=officer)
    head = PostFactory(role="unit_head", unit=UnitFactory(parent=project.unit))
    above = PostFactory(role="unit_head", unit=project.unit)
    client.force_login(officer)

    owed = client.get(project.get_absolute_url()).context_data["requirements"]

    assert {row["row"].kind.code: row["who"] for row in owed if not row["row"].settled} == {
        "signature": f"{above.person.name} · {project.unit.label}",
        "opinions": "会签部门",
    }
    assert head.person.name not in [row["who"] for row in owed]


def test_the_head_returns_with_a_reason_and_it_is_signed_anew(client, officer):
    project = signed(make_project(officer), by=officer)
    head = PostFactory(role="unit_head", unit=project.unit).user
    for who, note in ((officer, "我自己退"), (head, " ")):
        client.force_login(who)
        client.post(url("project_move", pk=project.pk, move="send_back"), {"note": note})
        project.refresh_from_db()
        assert project.state == "active"

    client.post(url("project_move", pk=project.pk, move="send_back"), {"note": "请补充授权说明"})

    project.refresh_from_db()
    assert (project.state, project.lies_with, project.due_on > clock.today()) == (
        "returned",
        project.manager.name,
        True,
    )
    assert Comment.objects.about(project).get().text == "请补充授权说明"
    client.force_login(officer)
    page = client.get(project.get_absolute_url())
    assert page.context_data["why"]["reason"] == "请补充授权说明"
    client.post(url("project_move", pk=project.pk, move="submit"))
    assert client.get(project.get_absolute_url()).context_data["why"] is None
    assert project.requirements.get(kind__code="signature").met_at is None


def test_it_rests_until_a_day_and_goes_on_with_the_days_of_its_stage(client, officer):
    project = submitted(make_project(officer), by=officer)
    client.force_login(officer)
    for bad in (
        {"reason": "等接口", "revisit_on": "2020-01-01"},
        {"reason": "", "revisit_on": "2099-01-01"},
        {},
    ):
        response = client.post(url("project_hold", project.pk), bad)
        assert (response.status_code, response.context_data["form"].is_valid()) == (200, False), bad
    day = clock.today() + timedelta(days=30)

    client.post(url("project_hold", project.pk), {"reason": "等数据接口", "revisit_on": day.isoformat()})

    project.refresh_from_db()
    assert (project.state, project.expected_on, project.days_late) == ("on_hold", day, 0)
    with clock.at(clock.now() + timedelta(days=32)):
        project.refresh_from_db()
        assert project.days_late == 2
        assert list(Project.objects.visible_to(officer).late()) == [project]
    client.post(url("project_move", pk=project.pk, move="resume"))
    project.refresh_from_db()
    assert (project.state, project.revisit_on, project.due_on > clock.today()) == ("active", None, True)


def test_a_draft_nobody_wants_any_more_is_stopped_with_a_reason(client, officer):
    unit = UnitFactory(parent=officer.standing[0].unit)
    liaison = PostFactory(role="liaison", unit=unit).user
    opportunity = make_opportunity(liaison, unit)
    start_investigation(opportunity, by=officer)
    conclude(
        opportunity, by=officer, answers=dict.fromkeys(QUESTIONS, "是"), conclusion="take_up", reason="可行"
    )
    project = make_project(officer, opportunity=opportunity)
    client.force_login(liaison)
    client.post(url("project_move", pk=project.pk, move="stop"), {"note": "提出人不能自行终止"})
    client.force_login(officer)
    client.post(url("project_move", pk=project.pk, move="stop"), {"note": ""})
    assert Project.objects.visible_to(officer).get().state == "draft"
    client.post(url("project_move", pk=project.pk, move="stop"), {"note": "需求已由总行统一建设"})
    project.refresh_from_db()
    assert (project.state, project.lies_with) == ("stopped", "")


def test_another_waives_with_a_reason_and_the_manager_does_not(client, officer):
    project = make_project(officer)
    other = PostFactory(role="group_lead", unit=project.unit).user
    for who, reason in ((officer, "由总行承担"), (other, "")):
        client.force_login(who)
        client.post(url("requirement_waive", project.pk, "team"), {"note": reason})
        assert not project.requirements.get(kind__code="team").settled
    client.post(url("requirement_waive", project.pk, "team"), {"note": "由总行承担"})
    assert project.requirements.get(kind__code="team").waived_reason == "由总行承担"
    assert client.post(url("requirement_waive", project.pk, "nothing")).status_code == 404


def test_a_milestone_is_met_and_the_gate_passed_from_the_page(client, officer):
    project = built(make_project(officer), officer)
    milestone = project.milestones.get(stage__code="build")
    client.force_login(officer)
    gate = url("project_advance", project.pk, "to_pilot")
    client.post(gate)
    project.refresh_from_db()
    assert project.stage.code == "build"

    client.post(url("milestone_meet", project.pk, milestone.pk), {"note": "验收报告"})
    client.post(gate)

    project.refresh_from_db()
    assert project.stage.code == "pilot"
    told = [entry["text"] for entry in client.get(project.get_absolute_url()).context_data["history"]]
    assert told[0] == "将项目由“研发建设”推进到“试点”"
    assert "满足了一项必备材料：研发里程碑完成" in told


# ── Panels ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_liaison_sees_on_their_opportunity_where_its_project_stands_and_who_is_shut_out_does_not(
    client, officer
):
    unit = UnitFactory(parent=officer.standing[0].unit)
    liaison = PostFactory(role="liaison", unit=unit).user
    opportunity = make_opportunity(liaison, unit)
    start_investigation(opportunity, by=officer)
    conclude(
        opportunity, by=officer, answers=dict.fromkeys(QUESTIONS, "是"), conclusion="take_up", reason="可行"
    )
    branch = officer.standing[0].unit
    project = propose_project(by=officer, unit=branch, title="某项目", goal="某目标", opportunity=opportunity)
    colleague = PostFactory(role="group_member", unit=branch).user

    client.force_login(liaison)
    page = client.get(opportunity.get_absolute_url()).content.decode()
    assert [word in page for word in (project.code, project.lies_with, project.due_on.isoformat())] == [
        True
    ] * 3
    assert client.get(project.get_absolute_url()).status_code == 200

    client.force_login(colleague)
    assert project.code in client.get(opportunity.get_absolute_url()).content.decode()
    deny(project, "project.view", because_of="test", person=colleague.person)
    assert project.code not in client.get(opportunity.get_absolute_url()).content.decode()


def test_the_desk_shows_my_late_projects_and_my_next_milestones(client, officer):
    project = signed(make_project(officer, title="迟了的项目"), by=officer)
    client.force_login(officer)
    assert b'id="late-projects"' not in client.get("/").content
    with clock.at(clock.now() + timedelta(days=200)):
        page = client.get("/").content.decode()
    assert 'id="late-projects"' in page
    assert [m.name in page for m in project.milestones.all()] == [True, True]
    client.force_login(PostFactory(role="group_lead").user)
    assert "迟了的项目" not in client.get("/").content.decode()


# ── The process ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_who_sees_projects_reads_the_process_and_what_each_gate_asks_of_whom(client, officer):
    client.force_login(officer)
    [(version, standing)] = client.get("/projects/processes/").context_data["versions"]
    page = client.get(url("process_detail", version.pk)).content.decode()

    assert standing == "now"
    assert [
        word in page for word in ("立项申报", "申报单位负责人签批", "责任方：审议机构", "后评价报告")
    ] == [True] * 4
    client.force_login(PostFactory(role="system_admin").user)
    assert client.get("/projects/processes/").status_code == 403


def test_who_is_not_signed_in_is_asked_to(client):
    for path in ("/", "/projects/", "/projects/board/", "/projects/propose/", "/search/"):
        assert client.get(path).url.startswith("/accounts/login/")
