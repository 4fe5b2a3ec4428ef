"""The pages of allocation, each as the person whose it is, and as those whose it is not."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from apps.allocation.actions import candidates, make_scenario, request_funds, start_solve
from apps.allocation.models import Fund, Scenario, Tranche
from apps.core.jobs import drain
from apps.core.models import Job
from apps.ledger.actions import balance
from apps.org.actions.request import confirm_request
from apps.org.models import Authority, Request
from apps.org.reach import deny
from apps.projects.actions import advance, meet_milestone
from apps.projects.models import Project
from tests.factories import (
    BusinessLineFactory,
    PostFactory,
    approve,
    awaiting_funds,
    funded_project,
    make_fund,
    make_project,
    treasury,
    with_plan,
)
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    people = treasury()
    people.lead = PostFactory(role="group_lead").user
    people.member = PostFactory(role="committee_member", unit=people.root).user
    people.secretary = PostFactory(role="innovation_secretary", unit=people.root).user
    return people


@pytest.fixture
def waiting(people):
    """Three approved projects of one branch; each asks 800,000 yuan, or 480,000."""
    return [awaiting_funds(make_project(people.lead, title=f"项目{n}"), by=people.lead) for n in range(3)]


def url(name, *args):
    return reverse(f"allocation:{name}", args=args)


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None, **headers):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address, **headers)

    return open_as


def said(response):
    """The messages the next page shows."""
    return [str(message) for message in response.wsgi_request._messages]


def all_of(queryset):
    return queryset.unscoped("a test")


# ── The journey of the money, by the pages ────────────────────────────────────────────────────────────────────────


def test_from_an_empty_fund_to_released_money_by_the_pages(people, waiting, visit):
    manager, finance, approver = people.manager, people.finance, people.approver
    visit(manager, url("fund_open"), {"unit": people.root.pk, "year": "2026", "name": "创新专项额度"})
    fund = all_of(Fund.objects).get()
    amounts = {"technology_fen": "2,000,000", "marketing_fen": "1000000", "people_fen": ""}
    asked = visit(manager, url("fund_raise", fund.pk), amounts | {"note": "总行办公会〔2026〕3 号"})
    decided_by(visit, asked.url, finance, approver)
    assert fund.free_fen == {"technology": 200 * WAN, "marketing": 100 * WAN, "people": 0}

    made = visit(
        manager,
        url("scenario_make", fund.pk),
        {"name": "四季度安排", "technology_fen": "1500000", "marketing_fen": "1000000", "people_fen": "0",
         "time_limit": "20", "mandatory": [waiting[1].pk]},
    )  # fmt: skip
    scenario = all_of(Scenario.objects).get()
    assert made.url == url("scenario_detail", scenario.pk)
    assert visit(manager, made.url).context_data["may_ask"].allowed is False
    visit(manager, url("scenario_solve", scenario.pk), {})
    page = visit(manager, made.url)
    assert f'hx-get="{url("scenario_progress", scenario.pk)}"' in page.content.decode()
    drain()
    assert visit(manager, url("scenario_progress", scenario.pk)).url == scenario.get_absolute_url()

    page = visit(manager, made.url).context_data
    assert (page["scenario"].state, page["scenario"].gap_bp, page["scenario"].violations) == ("solved", 0, 0)
    assert [e["budget_fen"] for e in page["plan"].envelopes] == [150 * WAN, 100 * WAN, 0]
    assert len(page["plan"].funded) == 3  # two of them reduced
    request = visit(manager, url("scenario_request", scenario.pk), {"note": "按季度"})
    decided_by(visit, request.url, finance, approver)

    scenario.refresh_from_db()
    assert scenario.state == "approved"
    waiting[1].refresh_from_db()
    assert waiting[1].stage.code == "build"
    assert balance(f"project:{waiting[1].pk}:technology:released") > 0


def decided_by(visit, address, finance, approver):
    """The two clicks on the request's own page, each of what was seen."""
    request = all_of(Request.objects).get(pk=address.rstrip("/").split("/")[-1])
    for user, move in ((finance, "confirm"), (approver, "approve")):
        page = visit(user, address).content.decode()
        assert f'name="seen" value="{request.payload_hash}"' in page
        visit(user, reverse("org:request_move", args=[request.pk, move]), {"seen": request.payload_hash})
    request.refresh_from_db()
    assert request.state == "approved"


def test_the_request_shows_exactly_what_is_approved(people, waiting, visit):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    request = request_funds(scenario, by=people.manager)

    page = visit(people.approver, request.get_absolute_url()).content.decode()

    assert [page.count(text) for text in ("项目0", "560,000.00", "800,000.00", "2,400,000.00")] == [
        1,
        3,
        3,
        2,
    ]


# ── Who may approve ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def confirmed(people, waiting):
    """A request for three projects, confirmed by finance."""
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    request = request_funds(scenario, by=people.manager)

    confirm_request(request, by=people.finance, seen=request.payload_hash)
    return request


def tries(visit, user, request, move="approve"):
    """What the button would have done, and what the person is told."""
    answer = visit(user, reverse("org:request_move", args=[request.pk, move]), {"seen": request.payload_hash})
    request.refresh_from_db()
    return request.state, answer.status_code, said(answer) if answer.status_code == 302 else []


def test_the_secretary_never_approves_money_not_even_with_an_approvers_post(people, confirmed, visit):
    PostFactory(role="approver", unit=people.root, person=people.secretary.person)
    assert tries(visit, people.secretary, confirmed) == ("confirmed", 302, ["秘书不参与资金审批。"])
    assert 'move/approve/"' not in visit(people.secretary, confirmed.get_absolute_url()).content.decode()


def test_a_plain_committee_member_never_approves_money(people, confirmed, visit):
    assert tries(visit, people.member, confirmed)[:2] in [("confirmed", 302), ("confirmed", 404)]
    assert balance(f"project:{confirmed.payload['lines'][0]['project']}:technology") == 0


def test_whoever_estimated_any_line_never_approves(people, waiting, confirmed, visit):
    estimator = waiting[2].estimate.by
    PostFactory(role="approver", unit=people.root, person=estimator)
    state, _status, words = tries(visit, estimator.user, confirmed)
    assert (state, words) == ("confirmed", ["您参与过相关测算，须由其他有权审批人审批。"])


@pytest.mark.parametrize("hand", ["manager", "finance"])
def test_the_maker_and_the_confirmer_never_approve_even_with_an_approvers_post(
    people, confirmed, visit, hand
):
    user = getattr(people, hand)
    PostFactory(role="approver", unit=people.root, person=user.person)
    state, _status, words = tries(visit, user, confirmed)
    assert (state, words) == ("confirmed", ["您已经办过该申请，须由他人办理。"])


def test_above_the_authority_limit_nobody_approves_and_the_limit_is_said(people, confirmed, visit):
    Authority.objects.update(up_to_fen=confirmed.amount_fen - 1)
    state, _status, words = tries(visit, people.approver, confirmed)
    assert (state, words) == ("confirmed", ["按授权书，您的审批上限为 2,399,999 元。"])

    Authority.objects.update(up_to_fen=confirmed.amount_fen)
    assert tries(visit, people.approver, confirmed)[0] == "approved"


def test_the_maker_cannot_confirm_and_another_finance_officer_can(people, waiting, visit):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    request = request_funds(scenario, by=people.manager)
    PostFactory(role="finance_officer", unit=people.root, person=people.manager.person)
    assert tries(visit, people.manager, request, "confirm")[0] == "waiting"
    assert tries(visit, people.finance, request, "confirm")[0] == "confirmed"


def test_a_declined_request_leaves_its_reason_and_the_way_to_ask_again(people, waiting, visit):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    request = request_funds(scenario, by=people.manager)
    visit(people.finance, reverse("org:request_move", args=[request.pk, "decline"]), {"note": "口径不符"})

    page = visit(people.manager, url("scenario_detail", scenario.pk))
    assert "口径不符" in page.content.decode()
    assert page.context_data["may_ask"].allowed is True


# ── Nobody sees or does what is not theirs ────────────────────────────────────────────────────────────────────────


def test_a_branch_sees_no_fund_and_those_who_see_it_may_not_spend_it(people, waiting, visit):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    branch_manager = PostFactory(role="fund_manager", unit=people.lead.standing[0].unit).user

    for name, pk in [("fund_detail", scenario.fund_id), ("scenario_detail", scenario.pk),
                     ("scenario_make", scenario.fund_id), ("fund_raise", scenario.fund_id),
                     ("scenario_progress", scenario.pk)]:  # fmt: skip
        assert visit(branch_manager, url(name, pk)).status_code == 404, name
        assert visit(people.lead, url(name, pk)).status_code == 403, name
    for name in ("scenario_solve", "scenario_request"):
        assert visit(branch_manager, url(name, scenario.pk), {}).status_code == 404
        assert visit(people.finance, url(name, scenario.pk), {}).status_code == 403
    assert (
        visit(branch_manager, url("scenario_compare") + f"?a={scenario.pk}&b={scenario.pk}").status_code
        == 404
    )
    assert visit(people.finance, url("scenario_detail", scenario.pk)).status_code == 200


@pytest.mark.parametrize("name", ["fund_list", "scenario_list", "tranche_list"])
@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_lists_and_exports_hold_what_the_person_sees_and_nothing_of_another(people, visit, name, form):
    project, _tranche = funded_project(people, by=people.lead, title="订烟贷")
    word = {"fund_list": "2026年创新专项额度", "scenario_list": "四季度安排", "tranche_list": "订烟贷"}[name]
    stranger = PostFactory(role="fund_manager").user

    assert word in text_of(visit(people.finance, url(name) + form), form)
    assert word not in text_of(visit(stranger, url(name) + form), form)


def text_of(response, form):
    assert response.status_code == 200
    data = b"".join(response.streaming_content) if response.streaming else response.content
    if not form.endswith("xlsx"):
        return data.decode()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    return "\n".join(str(cell) for row in rows for cell in row)


@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_who_was_shut_out_of_a_project_reads_amounts_of_it_and_no_name(people, waiting, visit, form):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    deny(waiting[1], "project.view", because_of="tests", person=people.member.person)

    text = text_of(visit(people.member, url("scenario_detail", scenario.pk) + form), form)

    assert ["项目0" in text, "项目1" in text, waiting[1].code in text] == [True, False, False]
    page = visit(people.member, url("scenario_detail", scenario.pk) + "?q=项目1").context_data["page"]
    assert page.rows == []


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_order_of_a_plans_lines_tells_nothing_of_projects_one_may_not_see(people, waiting, visit, sign):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    for project, code in zip(waiting, ["P-2", "P-3", "P-1"], strict=True):
        Project.objects.unscoped("a test").filter(pk=project.pk).update(code=code)
        deny(project, "project.view", because_of="tests", person=people.member.person)

    page = visit(people.member, url("scenario_detail", scenario.pk) + f"?sort={sign}project").context_data[
        "page"
    ]

    lines = [line.pk for line in page.rows]
    assert lines == sorted(lines, reverse=bool(sign))


def test_the_order_of_tranches_tells_nothing_of_projects_one_may_not_see(people, waiting, visit):
    scenario = with_plan(make_scenario(make_fund(people), by=people.manager, name="四季度安排"))
    approve(request_funds(scenario, by=people.manager), people)
    for project, code in zip(waiting, ["P-2", "P-3", "P-1"], strict=True):
        Project.objects.unscoped("a test").filter(pk=project.pk).update(code=code)
        deny(project, "project.view", because_of="tests", person=people.member.person)

    page = visit(people.member, url("tranche_list") + "?sort=project").context_data["page"]

    assert [row.pk for row in page.rows] == sorted(row.pk for row in page.rows)


def test_the_desk_names_no_project_of_a_due_tranche_that_one_may_not_see(people, visit):
    project, tranche = funded_project(people, by=people.lead, title="隐去的项目")
    Project.objects.unscoped("a test").filter(pk=project.pk).update(
        stage=project.process_version.stages.get(code="pilot")
    )
    assert "隐去的项目" in visit(people.manager, "/").content.decode()

    deny(project, "project.view", because_of="tests", person=people.manager.person)

    page = visit(people.manager, "/").content.decode()
    assert ["tranches-due" in page, "隐去的项目" in page] == [True, False]


def test_a_fund_manager_for_one_business_line_has_a_desk(people, waiting, visit):
    manager = PostFactory(role="fund_manager", unit=people.root, line=BusinessLineFactory()).user

    assert visit(manager, "/").status_code == 200


def test_a_fund_of_a_branch_weighs_the_projects_of_that_branch_alone(people, waiting):
    branch = people.lead.standing[0].unit
    other = PostFactory(role="group_lead").user
    awaiting_funds(make_project(other, title="外行项目"), by=other)
    branch_people = treasury()
    branch_people.manager = PostFactory(role="fund_manager", unit=branch).user

    assert [project.title for project in candidates(branch)] == ["项目0", "项目1", "项目2"]


# ── What the scenario says ────────────────────────────────────────────────────────────────────────────────────────


def solved(people, fund, **kwargs):
    scenario = make_scenario(fund, by=people.manager, name="年中调整", **kwargs)
    start_solve(scenario, by=people.manager)
    drain()
    scenario.refresh_from_db()
    return scenario


def test_why_a_project_is_left_out_and_what_more_would_bring_is_said_in_words(people, waiting, visit):
    fund = make_fund(people, technology_fen=56 * WAN, marketing_fen=100 * WAN)
    scenario = solved(people, fund)

    context = visit(people.manager, url("scenario_detail", scenario.pk) + "?plan=out").context_data
    sentences = [context["why"](line) for line in context["page"]]

    assert len(sentences) == 2
    assert all("方案价值" in sentence and "项目" in sentence for sentence in sentences), sentences
    more = context["plan"].envelopes[0]["more"]
    assert [block["percent"] for block in more] == [1, 5, 10]
    assert (
        text_of(visit(people.manager, url("scenario_detail", scenario.pk) + "?format=csv"), "csv").count(
            sentences[0]
        )
        >= 1
    )


def test_funds_are_not_asked_for_a_plan_that_funds_nothing(people, waiting, visit):
    scenario = make_scenario(
        make_fund(people),
        by=people.manager,
        name="无余额",
        budgets_fen=dict.fromkeys(("technology", "marketing", "people"), 0),
    )
    start_solve(scenario, by=people.manager)
    drain()
    page = visit(people.manager, url("scenario_detail", scenario.pk))
    assert page.context_data["scenario"].state == Scenario.State.SOLVED
    assert page.context_data["may_ask"].allowed is False


def test_an_infeasible_scenario_says_what_would_have_to_give(people, waiting, visit):
    fund = make_fund(people, technology_fen=40 * WAN, marketing_fen=40 * WAN, people_fen=0)
    scenario = solved(people, fund, mandatory=[project.pk for project in waiting])

    context = visit(people.manager, url("scenario_detail", scenario.pk)).context_data

    assert scenario.status == "infeasible"
    assert context["failure"].startswith("没有任何方案能同时满足全部约束")
    assert context["must_give"] == ["科技额度须由 40 万元 增至 100.80 万元，即增加 60.80 万元。",
                                    "营销额度须由 40 万元 增至 43.20 万元，即增加 3.20 万元。"]  # fmt: skip
    assert context["may_solve"].allowed is True


def test_a_calculation_that_was_given_up_may_be_started_again(people, waiting, visit):
    scenario = make_scenario(make_fund(people), by=people.manager, name="年中调整")
    start_solve(scenario, by=people.manager)
    Job.objects.filter(key=scenario.job_key).update(state=Job.State.DEAD, error="killed")

    page = visit(people.manager, url("scenario_detail", scenario.pk))
    assert page.context_data["failure"].startswith("计算多次未能完成")
    assert visit(people.manager, url("scenario_progress", scenario.pk)).url == scenario.get_absolute_url()

    visit(people.manager, url("scenario_solve", scenario.pk), {})
    drain()
    scenario.refresh_from_db()
    assert scenario.state == "solved"


def test_two_scenarios_are_compared_project_by_project(people, waiting, visit):
    fund = make_fund(people)
    first = with_plan(make_scenario(fund, by=people.manager, name="甲"))
    second = with_plan(make_scenario(fund, by=people.manager, name="乙"), level="reduced")

    context = visit(people.finance, url("scenario_compare") + f"?a={first.pk}&b={second.pk}").context_data

    assert [row["change_fen"] for row in context["differences"]] == [-32 * WAN] * 3
    assert visit(people.finance, url("scenario_compare") + "?a=x&b=٣").status_code == 200


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"technology_fen": "10,000,000.01"}, "technology_fen"),
        ({"marketing_fen": "-1"}, "marketing_fen"),
        ({"people_fen": "１e5"}, "people_fen"),
        ({"time_limit": "601"}, "time_limit"),
        ({"name": " "}, "name"),
        ({"mandatory": ["999999"]}, "mandatory"),
    ],
)
def test_bad_input_is_named_and_nothing_typed_is_lost(people, waiting, visit, values, field):
    fund = make_fund(people)
    typed = {
        "name": "四季度安排",
        "technology_fen": "1",
        "marketing_fen": "2",
        "people_fen": "3",
        "time_limit": "9",
    }

    form = visit(people.manager, url("scenario_make", fund.pk), typed | values).context_data["form"]

    assert list(form.errors) == [field]
    assert form["name"].value() == (typed | values)["name"]
    assert all_of(Scenario.objects).count() == 0


def test_a_second_fund_of_the_same_name_is_refused_at_its_field(people, visit):
    values = {"unit": people.root.pk, "year": "2026", "name": "创新专项额度"}
    visit(people.manager, url("fund_open"), values)
    assert list(visit(people.manager, url("fund_open"), values).context_data["form"].errors) == ["name"]


# ── Tranches and panels ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def at_pilot(people):
    """A funded project that has come to the stage its second tranche waits for."""
    project, tranche = funded_project(people, by=people.lead, title="订烟贷")
    for milestone in project.milestones.filter(stage__code="build"):
        meet_milestone(milestone, by=people.lead)
    advance(project, "to_pilot", by=people.lead)
    return project, tranche


def test_the_second_tranche_is_listed_asked_for_and_released(people, at_pilot, visit):
    project, tranche = at_pilot
    due = visit(people.manager, url("tranche_list") + "?show=due").context_data["page"]
    assert [row.pk for row in due] == [tranche.pk]
    assert visit(people.finance, url("tranche_request", tranche.pk), {}).status_code == 403

    asked = visit(people.manager, url("tranche_request", tranche.pk), {"note": "试点已启动"})

    assert visit(people.manager, url("tranche_list") + "?show=due").context_data["page"].rows == []
    decided_by(visit, asked.url, people.finance, people.approver)
    tranche.refresh_from_db()
    assert (tranche.state, balance(f"project:{project.pk}:technology")) == ("released", 0)


def test_a_tranche_before_its_time_is_refused_with_the_reason(people, visit):
    _project, tranche = funded_project(people, by=people.lead)
    answer = visit(people.manager, url("tranche_request", tranche.pk), {})
    assert (answer.url, said(answer)) == (url("tranche_list"), ["项目尚未进入“试点”。"])
    assert all_of(Request.objects).filter(kind="tranche.release").count() == 0


def test_the_project_page_tells_its_team_of_its_money_and_lets_the_fund_manager_ask(people, at_pilot, visit):
    project, tranche = at_pilot
    ask = url("tranche_request", tranche.pk)

    team = visit(people.lead, project.get_absolute_url()).content.decode()
    manager = visit(people.manager, project.get_absolute_url()).content.decode()

    assert ["80 万元" in team, "32 万元" in team, ask in team, ask in manager] == [
        True,
        True,
        False,
        True,
    ]


def test_the_desk_of_the_fund_manager_shows_what_waits(people, at_pilot, waiting, visit):
    with_plan(make_scenario(make_fund(people, year=2027), by=people.manager, name="待申请方案"))

    desk = visit(people.manager, "/").content.decode()

    assert ["待申请方案" in desk, "订烟贷" in desk, "已批准、待安排额度" in desk] == [True, True, True]
    assert "待申请方案" not in visit(people.lead, "/").content.decode()


# ── Counted ───────────────────────────────────────────────────────────────────────────────────────────────────────


def queries(visit, user, address):
    visit(user, address)
    with CaptureQueriesContext(
        connection,
    ) as context:
        assert visit(user, address).status_code == 200
    return len(context)


def test_the_pages_take_the_same_queries_for_one_row_and_for_thirty(people, visit):
    fund = make_fund(people)
    first = awaiting_funds(make_project(people.lead, title="项目"), by=people.lead)
    scenario = with_plan(make_scenario(fund, by=people.manager, name="一个"))
    addresses = [
        url("fund_list"), url("fund_detail", fund.pk), url("scenario_list"), url("scenario_make", fund.pk),
        url("scenario_compare"), "/",
    ]  # fmt: skip
    one = [queries(visit, people.manager, address) for address in addresses]
    small = [
        queries(visit, people.manager, url("scenario_detail", scenario.pk) + form)
        for form in ("", "?format=csv")
    ]

    for number in range(29):
        make_fund(people, year=2030 + number)
        awaiting_funds(make_project(people.lead, title=f"项目{number}"), by=people.lead)
        scenario = with_plan(make_scenario(fund, by=people.manager, name=f"方案{number}"))

    assert first.stage.code == "funding"
    assert [queries(visit, people.manager, address) for address in addresses] == one
    large = [
        queries(visit, people.manager, url("scenario_detail", scenario.pk) + form)
        for form in ("", "?format=csv")
    ]
    assert large == small


def test_the_list_of_tranches_takes_the_same_queries_for_two_rows_and_for_thirty(people, visit):
    fund = make_fund(people, technology_fen=1100 * WAN, marketing_fen=600 * WAN)
    project, _tranche = funded_project(people, by=people.lead, fund=fund)
    before = queries(visit, people.manager, url("tranche_list"))
    on_project = queries(visit, people.manager, project.get_absolute_url())

    for number in range(14):
        awaiting_funds(make_project(people.lead, title=f"项目{number}"), by=people.lead)
    scenario = with_plan(make_scenario(fund, by=people.manager, name="其余"))
    approve(request_funds(scenario, by=people.manager), people)

    assert all_of(Tranche.objects).count() == 30
    assert queries(visit, people.manager, url("tranche_list")) == before
    assert queries(visit, people.manager, project.get_absolute_url()) == on_project
