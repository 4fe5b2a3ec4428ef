"""A bank in which every page of the product has something to show and somebody who opens it: `everything()`, and the
address of each page with the person who may use it: `pages(house)`."""

from datetime import timedelta
from types import SimpleNamespace

from django.urls import reverse

from apps.allocation.actions import make_scenario
from apps.core import clock
from apps.core.attachments import attach
from apps.core.jobs import drain
from apps.core.models import Comment, Job, SavedView
from apps.core.notices import follow
from apps.core.talk import add_comment
from apps.insight.actions import conclude, follow_up, keep_feed, publish_issue, start_investigation
from apps.insight.feeds import parse_feed
from apps.insight.models.opportunity import QUESTIONS
from apps.ledger.models import Account
from apps.operations.actions import enter_reading
from apps.org.actions.authority import ask_authority
from apps.org.actions.delegation import give_delegation
from apps.org.actions.imports import check_import
from apps.org.actions.post import ask_post
from apps.org.actions.reorganisation import plan_reorganisation
from apps.org.calendar import due_in
from apps.org.imports.workbook import read_workbook
from apps.org.models import Authority, Holiday, Membership, Parameter
from apps.review.actions import (
    assign,
    call_meeting,
    declare,
    draft_minutes,
    give_opinion,
    issue_minutes,
    open_ballot,
    open_round,
    save_scores,
)
from apps.review.models import Consultation
from tests.factories import (
    PersonFactory,
    PostFactory,
    UserFactory,
    a_product,
    at_launch,
    awaiting_funds,
    bank,
    branch_group,
    committee,
    complete,
    funded_project,
    judged,
    make_fund,
    make_issue,
    make_item,
    make_opportunity,
    make_profile,
    make_project,
    offered,
    points_given,
    ready_for_review,
    signed,
    sitting,
    taken_up,
    treasury,
    voted,
    with_plan,
)
from tests.org.workbooks import workbook

ARTICLE = (
    "某银行上线票据秒贴\n\n"
    + "该行于本周上线供应链票据秒贴产品，客户从申请到放款平均用时三分钟，反响热烈。" * 5
)
FEED = """<rss version="2.0"><channel><title>同业</title>
<item><title>某银行上线票据秒贴</title><link>https://example.com/1</link><description>三分钟放款，客户点赞。</description></item>
</channel></rss>""".encode()


def everything() -> SimpleNamespace:
    """Units, people, and a thing in each state that has a page or a form of its own."""
    house = bank()
    _people(house)
    _insight(house)
    _projects(house)
    _review(house)
    _money(house)
    _products(house)
    _organisation(house)
    _talk(house)
    drain()
    return house


def _people(house):
    def someone(role, unit):
        post = PostFactory(role=role, unit=unit)
        post.person.unit = unit
        post.person.save(update_fields=["unit"])
        return post.user

    house.board = committee(house.root)
    house.secretary = house.board.secretary
    house.money = treasury(house.root)
    house.officer = someone("group_member", house.east)
    house.lead = someone("group_lead", house.east)
    house.colleague = someone("group_lead", house.east)
    house.head = someone("unit_head", house.east)
    house.liaison = someone("liaison", house.east_counter)
    house.reviewer = someone("reviewer", house.root)
    house.talents = someone("talent_manager", house.root)
    house.system = someone("system_admin", house.root)
    house.security = someone("security_admin", house.root)
    house.audit = someone("audit_admin", house.root)
    house.group = branch_group(house.east, house.secretary)
    for person, role in ((house.lead.person, "chair"), (house.officer.person, "member")):
        Membership.objects.create(body=house.group.body, person=person, role=role, starts="2020-01-01")


def _insight(house):
    house.item = make_item(
        house.officer, house.east, url="https://example.com/a", author="记者", line=house.network
    )
    house.fresh = make_item(house.officer, house.east, title="另一家银行上线养老社区收单")
    house.draft = make_item(
        house.officer, house.east, filed=False, original=("原文".encode(), "原文.txt", "text/html")
    )
    house.feed = keep_feed(parse_feed(FEED), by=house.officer, unit=house.east, name="同业.xml")
    terms = {"items": [house.item, house.fresh], "audience": [house.east, house.root]}
    house.published = publish_issue(make_issue(house.secretary, house.root, **terms), by=house.secretary)
    house.issue = make_issue(house.secretary, house.root, **terms)
    house.line = house.issue.lines.first()
    house.follow_up = follow_up(
        house.item,
        by=house.lead,
        unit=house.east,
        owner=house.liaison.person,
        due_on=due_in(5),
        note="查一查",
    )
    house.opportunity = make_opportunity(house.liaison, house.east_counter, follow_up=house.follow_up)
    house.investigated = make_opportunity(house.liaison, house.east_counter, title="代发工资户线上开卡")
    start_investigation(house.investigated, by=house.lead)
    house.concluded = make_opportunity(house.liaison, house.east_counter, title="农批市场收单")
    start_investigation(house.concluded, by=house.lead)
    answers = dict.fromkeys(QUESTIONS, "需求真实")
    conclude(house.concluded, by=house.lead, answers=answers, conclusion="take_up", reason="客群明确")


def _projects(house):
    """A complete draft; one signed, whose opinions are owed; and one given an opinion with conditions."""
    house.project = complete(make_project(house.lead, house.east, title="供应链票据秒贴"), by=house.lead)
    house.signed = signed(
        make_project(house.lead, house.east, title="县域收单"), by=house.lead, head=house.head
    )
    drain()
    owed = Consultation.objects.unscoped("a test").filter(project=house.signed).order_by("pk")
    house.owed, house.opinion = owed[0], owed[1]
    give_opinion(house.opinion, by=house.board.officers[1], opinion="agree_with_conditions", text="先做评估")


def _review(house):
    """A round that scores, with a sheet begun; a meeting with an open ballot; one with minutes drafted, one issued."""
    board = house.board

    def ready(title):
        return ready_for_review(make_project(house.lead, house.east, title=title), by=house.lead)

    house.waiting = ready("养老社区收单")
    house.round = open_round(board.forum, [ready("跨境电商结算")], by=house.secretary, title="十一月评审")
    house.topic = house.round.topics.get()
    house.sheet = assign(house.topic, house.reviewer.person, by=house.secretary)
    declare(house.sheet, by=house.reviewer, conflict=False)
    first = house.round.rubric.criteria.first()
    save_scores(house.sheet, by=house.reviewer, scores={first.pk: 7}, comment="还要再看")
    house.undeclared = assign(house.topic, board.members[0].person, by=house.secretary)
    (house.judged,) = judged(house.board, ready("对公线上开户"))
    voting, minuted, issued = judged(house.board, ready("快捷保函"), ready("数字供暖"), ready("智慧校园"))
    house.sitting = sitting(board, voting)
    house.ballot = open_ballot(voting, house.sitting, by=house.secretary)
    met = sitting(board, minuted)
    voted(board, minuted, met)
    house.minutes = draft_minutes(met, by=house.secretary)
    ended = sitting(board, issued)
    voted(board, issued, ended)
    house.issued = issue_minutes(draft_minutes(ended, by=house.secretary), by=house.secretary)
    called = judged(board, ready("信用卡分期"))
    house.called = call_meeting(
        board.forum, called, by=house.secretary, held_on=clock.today(), place="会议室"
    )


def _money(house):
    year = clock.today().year
    house.fund = make_fund(house.money, year=year)
    house.account = Account.objects.filter(code__startswith="fund").first()
    awaiting_funds(make_project(house.lead, house.east, title="待选项目"), by=house.lead)
    house.scenario = make_scenario(house.fund, by=house.money.manager, name="方案一")
    house.solved = with_plan(make_scenario(house.fund, by=house.money.manager, name="方案二"))
    other = make_fund(house.money, year=year + 1)
    house.funded, house.tranche = funded_project(
        house.money, by=house.lead, fund=other, title="已安排项目", name="下年安排"
    )
    awaiting_funds(make_project(house.lead, house.east, title="待安排项目"), by=house.lead)


def _products(house):
    house.product = a_product(house.lead, name="订烟贷")
    house.offer, house.adopter = offered(house.product, house.lead)
    taken_up(house.product, house.lead)
    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    enter_reading(
        house.product, house.product.unit, month, by=house.lead, cost_fen=100, benefit_fen=300, customers=3
    )
    house.launch = at_launch(house.lead, title="待投产项目")


def _organisation(house):
    today = clock.today()
    house.asked = ask_post(
        PersonFactory(unit=house.east), house.east, "group_member", by=house.lead, note="新人"
    )
    rows = [["N001", "新支行", "", "支行", house.east.code]]
    house.imported = check_import(
        read_workbook(workbook(units=rows)), by=house.system, name="机构.xlsx", sha256="a" * 64
    )
    house.body = house.group.body
    house.parameter = Parameter.objects.create(key="review_days", value=5, starts=today)
    house.holiday = Holiday.objects.create(day="2026-10-01", working=False, name="国庆节")
    house.authority = Authority.objects.create(
        kind="project",
        role="approver",
        unit=house.root,
        up_to_fen=1000,
        starts="2020-01-01",
        document="授〔2026〕1号",
    )
    ask_authority(
        house.root, by=house.system, kind="project", role="approver", up_to_fen=500, starts=today, ends=None,
        document="授〔2026〕2号", note="年度授权",
    )  # fmt: skip
    house.delegation = give_delegation(
        house.colleague.person, by=house.lead, starts=today, ends=today + timedelta(days=7), reason="出差"
    )
    house.holder = points_given(house.officer)
    house.profile = make_profile(house.officer)
    house.newcomer = PersonFactory(name="新人", unit=house.east)
    house.guest = UserFactory(person=PersonFactory(name="来人", unit=house.east)).person
    house.engagement = PostFactory(role="auditor", unit=house.east).engagement
    house.reorganisation = plan_reorganisation(
        house.east_counter,
        "move",
        by=house.system,
        other=house.west,
        reason="集中经营",
        document="总行人发〔2026〕88号",
    )


def _talk(house):
    Comment.objects.create(subject=house.project, by=house.lead, text="请财务先看")
    house.file = attach(
        house.project, b"%PDF-1.4", by=house.lead, name="方案.pdf", media_type="application/pdf"
    )
    follow(house.project, [house.head])
    add_comment(house.project, "已经看过", by=house.lead)
    house.job = Job.objects.create(key="dead:1", task="core.tell_followers", args=[1], state=Job.State.DEAD)
    SavedView.objects.create(user=house.lead, page="projects:project_list", name="在建", query="state=active")


def pages(house) -> list[tuple[str, object, str]]:
    """(name of the route, who opens it, address) of every page, lists and forms too; of some, in several states."""

    def page(name, who, query="", **kwargs):
        return name, who, reverse(name, kwargs=kwargs or None) + query

    h = house
    project, day = {"pk": h.project.pk}, "2026-10-01"
    thing = {"kind": "projects.project", "pk": h.project.pk}
    product, fund = {"pk": h.product.pk}, {"pk": h.fund.pk}
    return [
        page("allocation:fund_detail", h.money.manager, **fund),
        page("allocation:fund_list", h.money.manager),
        page("allocation:fund_open", h.money.manager),
        page("allocation:fund_raise", h.money.manager, **fund),
        page("allocation:scenario_compare", h.money.manager, f"?a={h.scenario.pk}&b={h.solved.pk}"),
        page("allocation:scenario_detail", h.money.manager, pk=h.solved.pk),
        page("allocation:scenario_detail", h.money.manager, pk=h.scenario.pk),
        page("allocation:scenario_list", h.money.manager),
        page("allocation:scenario_make", h.money.manager, **fund),
        page("allocation:tranche_list", h.money.manager),
        page("core:attachment_add", h.lead, **thing),
        page("core:attachment_file", h.lead, pk=h.file.pk),
        page("core:comment_add", h.lead, **thing),
        page("core:follow_list", h.head),
        page("core:entry_list", h.audit),
        page("core:help", h.lead),
        page("core:job_count", h.system),
        page("core:job_detail", h.system, pk=h.job.pk),
        page("core:job_list", h.system),
        page("core:notice_count", h.head),
        page("core:notice_list", h.head),
        page("core:profile", h.lead),
        page("core:saved_view_list", h.lead, "?from=/projects/"),
        page("desk:figures", h.lead),
        page("desk:home", h.lead),
        page("desk:home", h.secretary),
        page("desk:home", h.money.manager),
        page("desk:home", h.head),
        page("desk:home", h.system),
        page("desk:lineage", h.lead, kind="opportunity", pk=h.opportunity.pk),
        page("desk:search_results", h.lead, "?q=票据"),
        page("incentives:holder_detail", h.talents, pk=h.holder.pk),
        page("incentives:holder_list", h.talents),
        page("incentives:rule_list", h.officer),
        page("incentives:unit_list", h.talents),
        page("insight:followup_detail", h.lead, pk=h.follow_up.pk),
        page("insight:followup_list", h.lead),
        page("insight:followup_open", h.lead, pk=h.fresh.pk),
        page("insight:issue_audience", h.secretary, pk=h.issue.pk),
        page("insight:issue_detail", h.secretary, pk=h.published.pk),
        page("insight:issue_edit", h.secretary, pk=h.issue.pk),
        page("insight:issue_list", h.secretary),
        page("insight:issue_readers", h.secretary, pk=h.published.pk),
        page("insight:item_choose", h.officer, pk=h.feed.pk),
        page("insight:item_detail", h.officer, pk=h.item.pk),
        page("insight:item_edit", h.officer, pk=h.draft.pk),
        page("insight:item_import", h.officer),
        page("insight:item_import", h.officer, "?way=text"),
        page("insight:item_import", h.officer, "?way=feed"),
        page("insight:item_list", h.officer),
        page("insight:line_edit", h.secretary, pk=h.issue.pk, line=h.line.pk),
        page(
            "insight:line_follow_up", h.lead, pk=h.published.pk, line=h.published.lines.get(item=h.fresh).pk
        ),
        page("insight:opportunity_conclude", h.lead, pk=h.investigated.pk),
        page("insight:opportunity_detail", h.lead, pk=h.opportunity.pk),
        page("insight:opportunity_detail", h.lead, pk=h.concluded.pk),
        page("insight:opportunity_edit", h.liaison, pk=h.opportunity.pk),
        page("insight:opportunity_file", h.liaison),
        page("insight:opportunity_list", h.lead),
        page("insight:report_start", h.secretary),
        page("ledger:account_detail", h.money.manager, pk=h.account.pk),
        page("ledger:account_list", h.money.manager),
        page("operations:product_detail", h.lead, **product),
        page("operations:product_edit", h.lead, **product),
        page("operations:product_list", h.lead),
        page("operations:product_make", h.lead, pk=h.launch.pk),
        page("operations:product_offer", h.lead, **product),
        page("operations:reading_enter", h.lead, "?month=2026-03", **product),
        page("operations:reading_import", h.lead, **product),
        page("operations:reading_list", h.lead, **product),
        page("operations:reading_template", h.lead, **product),
        page("operations:rollout_list", h.adopter),
        page("org:access_list", h.security),
        page("org:account_open", h.system, pk=h.newcomer.pk),
        page("org:account_recover", h.system, pk=h.security.person_id, account=h.security.pk),
        page("org:authority_ask", h.system),
        page("org:authority_list", h.system),
        page("org:body_detail", h.secretary, pk=h.body.pk),
        page("org:body_edit", h.secretary, pk=h.body.pk),
        page("org:body_list", h.secretary),
        page("org:body_open", h.secretary),
        page("org:body_seat", h.secretary, pk=h.body.pk),
        page("org:businessline_add", h.system),
        page("org:businessline_edit", h.system, pk=h.network.pk),
        page("org:businessline_list", h.system),
        page("org:calendar_month", h.system, "?month=2026-10"),
        page("org:day_edit", h.system, f"?day={day}"),
        page("org:delegation_give", h.lead),
        page("org:delegation_list", h.lead),
        page("org:engagement_ask", h.audit),
        page("org:engagement_detail", h.audit, pk=h.engagement.pk),
        page("org:engagement_emergency", h.lead),
        page("org:engagement_list", h.audit),
        page("org:import_detail", h.system, pk=h.imported.pk),
        page("org:import_list", h.system),
        page("org:import_new", h.system),
        page("org:import_template", h.system),
        page("org:liaison_edit", h.lead, pk=h.liaison.standing[0].pk),
        page("org:liaison_gaps", h.secretary),
        page("org:liaison_list", h.lead),
        page("org:line_options", h.lead, "?q=网"),
        page("org:parameter_list", h.system),
        page("org:parameter_set", h.system, "?key=review_days"),
        page("org:parameter_set", h.system, "?key=branch_limit_fen"),
        page("org:parameter_set", h.system, "?key=discount_rate_bp"),
        page("org:person_add", h.system),
        page("org:person_detail", h.system, pk=h.officer.person_id),
        page("org:person_edit", h.system, pk=h.officer.person_id),
        page("org:person_leave", h.system, pk=h.officer.person_id),
        page("org:person_list", h.system),
        page("org:person_suggest", h.lead, "?person=员"),
        page("org:post_ask", h.lead),
        page("org:post_end", h.lead, pk=h.officer.standing[0].pk),
        page("org:post_hand_over", h.lead, pk=h.officer.standing[0].pk),
        page("org:post_list", h.lead),
        page("org:reorganisation_detail", h.system, pk=h.reorganisation.pk),
        page("org:reorganisation_list", h.system),
        page("org:request_count", h.security),
        page("org:request_detail", h.security, pk=h.asked.pk),
        page("org:request_list", h.security),
        page("org:unit_detail", h.lead, pk=h.east.pk),
        page("org:unit_edit", h.system, pk=h.east.pk),
        page("org:unit_list", h.lead),
        page("org:unit_open", h.system, pk=h.east.pk),
        page("org:unit_options", h.lead, "?q=分行"),
        page("org:unit_reorganise", h.system, pk=h.east_counter.pk),
        page("org:unit_suggest", h.lead, "?unit=分行"),
        page("projects:estimate_edit", h.lead, **project),
        page("projects:estimate_list", h.lead, **project),
        page("projects:person_options", h.lead, "?q=员"),
        page("projects:plan_edit", h.lead, **project),
        page("projects:process_detail", h.lead, pk=h.project.process_version_id),
        page("projects:process_list", h.lead),
        page("projects:project_board", h.lead),
        page("projects:project_detail", h.lead, **project),
        page("projects:project_detail", h.lead, pk=h.funded.pk),
        page("projects:project_edit", h.lead, **project),
        page("projects:project_hold", h.lead, pk=h.signed.pk),
        page("projects:project_list", h.lead),
        page("projects:project_propose", h.lead),
        page("projects:stage_options", h.lead, "?q=研"),
        page("projects:team_edit", h.lead, **project),
        page("review:ballot_detail", h.board.members[1], pk=h.ballot.pk),
        page("review:consultation_detail", h.lead, pk=h.opinion.pk),
        page("review:consultation_detail", h.board.officers[0], pk=h.owed.pk),
        page("review:consultation_list", h.lead),
        page("review:forum_detail", h.secretary, pk=h.board.forum.pk),
        page("review:forum_edit", h.secretary, pk=h.board.forum.pk),
        page("review:forum_list", h.secretary),
        page("review:forum_set_up", h.secretary),
        page("review:meeting_call", h.secretary, f"?forum={h.board.forum.pk}"),
        page("review:meeting_detail", h.secretary, pk=h.sitting.pk),
        page("review:meeting_detail", h.secretary, pk=h.called.pk),
        page("review:meeting_list", h.secretary),
        page("review:minutes_detail", h.secretary, pk=h.issued.pk),
        page("review:minutes_document", h.secretary, pk=h.issued.pk, format="docx"),
        page("review:minutes_edit", h.secretary, pk=h.minutes.pk),
        page("review:minutes_list", h.secretary),
        page("review:review_detail", h.reviewer, pk=h.sheet.pk),
        page("review:review_detail", h.board.members[0], pk=h.undeclared.pk),
        page("review:review_list", h.reviewer),
        page("review:round_detail", h.secretary, pk=h.round.pk),
        page("review:round_list", h.secretary),
        page("review:round_open", h.secretary, f"?forum={h.board.forum.pk}"),
        page("review:topic_assign", h.secretary, pk=h.topic.pk),
        page("talent:profile_detail", h.officer, pk=h.profile.pk),
        page("talent:profile_edit", h.officer, pk=h.profile.pk),
        page("talent:profile_list", h.talents),
        page("talent:profile_open", h.liaison),
    ]


def told(house) -> dict[str, str]:
    """What an honest person types, by the name of the field, where a word of their own would not do."""
    today = clock.today()
    return {
        "person": house.guest.employee_no,
        "more": "",
        "deputy": "",
        "taker": house.colleague.person.employee_no,
        "to": house.colleague.person.employee_no,
        "unit": house.east.code,
        "parent": house.west.code,
        "other": house.west_counter.code,
        "not_before": today.isoformat(),
        "code": "NEW1",
        "employee_no": "E999999",
        "username": "newcomer",
        "email": "new@example.com",
        "mobile": "13800000000",
        "url": "https://example.com/new",
        "text": ARTICLE,
        "query": "state=active",
        "page": "projects:project_list",
        "month": f"{(today.replace(day=1) - timedelta(days=40)):%Y-%m}",
        "ends": (today + timedelta(days=60)).isoformat(),
        "term_ends": (today + timedelta(days=900)).isoformat(),
        "year": str(today.year + 5),
        "minutes": "60",
        "share_percent": "50",
        "on": today.isoformat(),
    }
