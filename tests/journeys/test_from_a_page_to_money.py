"""The first journey, from a saved news page to released money and points, through all the apps, each step by its own
person. What the browser does, without the browser."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from apps.allocation.actions import make_scenario, request_funds, start_solve
from apps.core import clock
from apps.core.jobs import drain
from apps.core.journal import timeline
from apps.core.sealing import seal_all
from apps.core.sealing import verify as verify_journal
from apps.insight.actions import (
    add_to_issue,
    address_issue,
    conclude,
    draft_item,
    file_item,
    file_opportunity,
    follow_up,
    open_issue,
    publish_issue,
    read_issue,
    start_investigation,
)
from apps.insight.extraction import extract
from apps.insight.models import Issue, Item, Opportunity, Reading
from apps.insight.models.opportunity import QUESTIONS
from apps.ledger.actions import balance
from apps.ledger.verify import verify as verify_ledger
from apps.operations.actions import accept_rollout, enter_reading, go_live, make_product, offer_product
from apps.projects.actions import advance, meet_milestone, propose_project, sign_project, submit_project
from apps.projects.models import Project
from apps.review.actions import (
    answer_opinion,
    assign,
    call_meeting,
    call_roll,
    cast_vote,
    close_ballot,
    close_round,
    declare,
    draft_minutes,
    give_opinion,
    issue_minutes,
    open_ballot,
    open_round,
    submit_scores,
)
from apps.review.models import Consultation
from tests.factories import (
    PostFactory,
    ReportFactory,
    approve,
    bank,
    committee,
    complete,
    make_fund,
    treasury,
)
from tests.factories.projects import WAN

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[1] / "insight/pages/broken_traditional.txt"


@pytest.fixture
def people():
    """One person a step, in a bank with two branches and a third that is nobody's friend."""
    house = bank()
    board = committee(house.root)
    money = treasury(house.root)

    def someone(unit, role):
        post = PostFactory(unit=unit, role=role)
        post.person.unit = unit
        post.person.save(update_fields=["unit"])
        return post.user

    return SimpleNamespace(
        house=house,
        board=board,
        money=money,
        officer=someone(house.east, "group_member"),
        lead=someone(house.east, "group_lead"),
        head=someone(house.east, "unit_head"),
        west_lead=someone(house.west, "group_lead"),
        liaison=someone(house.west_counter, "liaison"),
        third=someone(PostFactory().unit, "group_lead"),
        reviewers=[someone(house.root, "reviewer") for _number in range(3)],
    )


def carried_to_the_gate(people):
    """Steps 1 to 3: a page becomes an item, a report carries it, a branch makes an opportunity and a project of it."""
    p, house = people, people.house
    data = PAGE.read_bytes()
    item = draft_item(
        extract(data, filename=PAGE.name),
        by=p.officer,
        unit=house.east,
        line=house.network,
        original=(data, PAGE.name, "text/html"),
    )
    file_item(item, by=p.officer)

    issue = open_issue(ReportFactory(unit=house.root), by=p.board.secretary)
    add_to_issue(issue, item, by=p.board.secretary)
    address_issue(issue, by=p.board.secretary, units=[(house.east, True), (house.west, True)])
    publish_issue(issue, by=p.board.secretary)
    drain()
    assert [
        Issue.objects.visible_to(who).filter(pk=issue.pk).exists()
        for who in (p.west_lead, p.liaison, p.third)
    ] == [True, True, False]
    read_issue(issue, by=p.west_lead)
    read_issue(issue, by=p.west_lead)
    assert Reading.objects.unscoped("a test").filter(person=p.west_lead.person).count() == 1

    followed = follow_up(
        item, by=p.lead, unit=house.east, owner=p.officer.person, due_on=clock.today() + timedelta(days=14)
    )
    opportunity = file_opportunity(
        by=p.officer, unit=house.east, title="供应链票据秒贴", scene="县域核心企业的上游小微企业", pain="贴现要跑三趟网点",
        idea="线上询价、自动审票、秒级放款", contact_allowed=True, line=house.network, follow_up=followed,
    )  # fmt: skip
    start_investigation(opportunity, by=p.lead)
    answers = dict.fromkeys(QUESTIONS, "辖内约 1,200 户，两家同业已上线，合规无障碍")
    conclude(opportunity, by=p.lead, answers=answers, conclusion="take_up", reason="客群明确")
    project = propose_project(
        by=p.lead,
        unit=house.east,
        title="供应链票据秒贴",
        goal="放款由三天缩短到三分钟",
        opportunity=opportunity,
        manager=p.lead.person,
    )
    return item, opportunity, project


def judged(people, project):
    """Step 4: signed, consulted, scored, voted, minuted."""
    p, board = people, people.board
    complete(project, by=p.lead)
    submit_project(project, by=p.lead)
    sign_project(project, by=p.head)
    drain()
    asked = list(Consultation.objects.unscoped("a test").filter(project=project).order_by("pk"))
    give_opinion(asked[0], by=board.officers[0], opinion="agree")
    give_opinion(
        asked[1], by=board.officers[1], opinion="agree_with_conditions", text="须完成个人信息保护影响评估"
    )
    answer_opinion(asked[1], by=p.lead, reply="adopt", text="列入试点前里程碑")

    round_ = open_round(board.forum, [project], by=board.secretary, title="2026 年第四季度评审")
    topic = round_.topics.get()
    for number, reviewer in enumerate(p.reviewers):
        assignment = assign(topic, reviewer.person, by=board.secretary)
        if number == 2:
            declare(assignment, by=reviewer, conflict=True, reason="曾任该企业顾问")
            assert Project.objects.visible_to(reviewer).count() == 0
            continue
        declare(assignment, by=reviewer, conflict=False)
        submit_scores(assignment, by=reviewer, scores={c.pk: 8 for c in round_.rubric.criteria.all()})
    close_round(round_, by=board.secretary)

    meeting = call_meeting(
        board.forum, [topic], by=board.secretary, held_on=clock.today(), place="总行 1206 会议室"
    )
    call_roll(meeting, {member.person_id for member in board.members}, by=board.secretary)
    ballot = open_ballot(topic, meeting, by=board.secretary)
    for number, member in enumerate(board.members):
        cast_vote(ballot, by=member, choice="for" if number < 7 else "against")
    assert close_ballot(ballot, by=board.secretary).result == "passed"
    return issue_minutes(draft_minutes(meeting, by=board.secretary), by=board.secretary)


def paid(people):
    """Step 5: the optimiser's plan, three people, the ledger."""
    fund = make_fund(people.money)
    scenario = make_scenario(fund, by=people.money.manager, name="四季度安排")
    start_solve(scenario, by=people.money.manager)
    drain()
    scenario.refresh_from_db()
    approve(request_funds(scenario, by=people.money.manager), people.money)


def grown(people, project):
    """Step 6: milestones, a product, two branches, readings."""
    p, house = people, people.house
    for stage, gate in (("build", "to_pilot"), ("pilot", "to_launch")):
        for milestone in project.milestones.filter(stage__code=stage):
            meet_milestone(milestone, by=p.lead, evidence="验收报告")
        project.refresh_from_db()
        advance(project, gate, by=p.lead)
    product = make_product(project, by=p.lead, name="票据秒贴", customer="供应链小微企业")
    advance(project, "to_rollout", by=p.lead)
    adopters = [(house.west, p.west_lead), (p.third.standing[0].unit, p.third)]
    for unit, lead in adopters:
        rollout = offer_product(product, unit, by=p.lead)
        accept_rollout(rollout, by=lead)
        go_live(rollout, by=lead)
        enter_reading(
            product, unit, clock.today(), by=lead, cost_fen=2 * WAN, benefit_fen=6 * WAN, customers=40
        )
    advance(project, "to_operation", by=p.lead)
    drain()


def test_a_news_page_becomes_released_money_and_points(people):
    item, opportunity, project = carried_to_the_gate(people)
    minutes = judged(people, project)
    paid(people)
    project.refresh_from_db()
    assert project.stage.code == "build"
    released = (
        balance(f"project:{project.pk}:technology:released"),
        balance(f"project:{project.pk}:marketing:released"),
    )
    assert released == (56 * WAN * 4 // 10, 24 * WAN * 4 // 10)

    grown(people, project)

    assert project.stage.code == "operation"
    proposer, adopters = people.officer.person_id, [people.west_lead.person_id, people.third.person_id]
    assert [balance(f"points:person:{adopter}") for adopter in adopters] == [8_000, 8_000]
    # item filed 1, opportunity 3, taken up 10, product 30, two adoptions of 10
    assert balance(f"points:person:{proposer}") == 64_000
    assert minutes.number == f"创新委纪〔{clock.today().year}〕1号"

    verbs = [entry.verb for entry in timeline(people.lead, item, opportunity, project)]
    for step in (
        "item.file", "opportunity.file", "opportunity.conclude", "project.propose", "project.submit", "project.sign",
        "consultation.give", "round.topic", "ballot.open", "ballot.close", "topic.decide", "funds.commit", "tranche.release",
        "project.milestone", "product.make", "rollout.answer", "reading.enter",
    ):  # fmt: skip
        assert step in verbs, step
    assert verify_ledger() == []
    seal_all()
    assert verify_journal().problems == []


def test_whoever_is_out_of_reach_sees_nothing_of_the_journey(people):
    item, opportunity, project = carried_to_the_gate(people)
    judged(people, project)

    for stranger in (people.third, people.west_lead):
        assert [
            Item.objects.visible_to(stranger).filter(pk=item.pk).exists(),
            Opportunity.objects.visible_to(stranger).filter(pk=opportunity.pk).exists(),
            Project.objects.visible_to(stranger).filter(pk=project.pk).exists(),
            Consultation.objects.visible_to(stranger).exists(),
        ] == [False, False, False, False]
