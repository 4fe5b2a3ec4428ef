"""The first journey in a browser, each step by its own person: from a saved news page to released money and points."""

import io
import json
import os
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from docx import Document
from PIL import Image

from tests.browser.person import Person
from tests.factories.projects import WAN

pytestmark = pytest.mark.browser

PAGES = Path(settings.BASE_DIR) / "tests" / "insight" / "pages"
# A badly saved page in traditional characters. Another one may be given.
PAGE = Path(os.environ.get("JOURNEY_PAGE", PAGES / "broken_traditional.txt"))


@pytest.fixture
def someone(chromium, stack):
    """Sign somebody in: `someone("lead")`. At the end of the test nobody's browser may have complained."""
    here = {}

    def sign_in(account, **options):
        if account not in here:
            here[account] = Person(chromium, stack.url, account, **options)
        return here[account]

    yield sign_in
    faults = [fault for person in here.values() for fault in person.faults]
    for person in here.values():
        person.leave()
    assert faults == []


def asked(stack, code):
    """What this expression is inside the running Silun, as JSON."""
    return json.loads(stack.manage("shell", "-v0", "-c", f"import json\n{code}"))


def item_from_a_page(someone, world):
    """Step 1: a saved page is read, corrected and filed under a business line."""
    officer = someone("officer")
    officer.open("/insight/items/import/")
    officer.looks("item-import")
    officer.fill(file=str(PAGE), line="网络金融")
    officer.press("读取文件")
    title = officer.page.input_value("[name=title_simplified]")
    assert re.fullmatch(r"[\u4e00-\u9fff，,]{8,60}", title), title
    assert officer.page.input_value("[name=author]")
    assert officer.page.input_value("[name=source_name]")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", officer.page.input_value("[name=published_on]"))
    officer.looks("item-correct")
    officer.fill(institution="海桥银行")
    officer.press("入库")
    officer.reads(title, "海桥银行")
    officer.looks("item")
    world.item, world.title = officer.path, title


def report_to_its_audience(someone, world):
    """Step 2: this week's report carries it to chosen branches; others get 404; reading is recorded."""
    secretary = someone("secretary")
    secretary.open("/insight/reports/new/")
    secretary.fill(name="创新动态周报", kind="周报")
    secretary.press("创建")
    secretary.press("开设新一期")
    secretary.page.locator("#pull label", has_text=world.title).click()
    secretary.press("编入所选")
    secretary.looks("issue-edit")
    secretary.press("选择共享范围")
    for branch in ("江州分行", "云岭分行"):
        secretary.page.get_by_label(branch, exact=True).check()
    secretary.press("确定共享范围")
    secretary.press("发布", confirm=True)
    world.issue = secretary.path

    reader = someone("west_lead")
    assert reader.open(world.issue) == 200
    reader.reads(world.title)
    reader.looks("issue")
    assert someone("stranger").status(world.issue) == 404
    secretary.open(world.issue)
    secretary.press("阅读情况")
    secretary.reads("沈明哲", "1/1")


def opportunity_from_it(someone, world):
    """Step 3, the followed-up one: a branch follows the item up, investigates an opportunity, and finds it worthwhile."""
    lead = someone("lead")
    lead.open(world.issue)
    lead.press("跟进")
    lead.fill(post="林知远 · 工作组成员 · 江州分行", note="辖内有多少县域核心企业？")
    lead.press("发起跟进")
    follow_up = lead.path

    officer = someone("officer")
    officer.open("/")
    officer.open(follow_up)
    officer.press("报送线索")
    officer.fill(
        title="供应链票据秒贴", scene="县域核心企业的上游小微企业", pain="贴现要跑三趟网点，三天才到账",
        idea="线上询价、自动审票、秒级放款", contact_allowed=True, line="网络金融",
    )  # fmt: skip
    officer.press("提交")
    world.opportunity = officer.path

    lead.open(world.opportunity)
    lead.press("开始调研")
    lead.press("形成结论")
    lead.fill(
        market_size="辖内约 1,200 户", customers_here="六家核心企业，上游 380 户", peers_results="两家同业已上线",
        fit="接入现有票据系统", risk="合规无障碍，客户授权", effort="两个月", conclusion="take_up", reason="客群明确，收益可测",
    )  # fmt: skip
    lead.looks("opportunity-conclude")
    lead.press("形成结论")
    lead.looks("opportunity")


def opportunity_from_a_phone(someone, world):
    """Step 3, the one born at a counter: a liaison reports it from a phone; the head of the sub-branch is told."""
    liaison = someone("liaison", phone=True)
    liaison.open("/")
    liaison.page.locator("header.top a.report-button").click()
    liaison.fill(
        title="烟草零售户订烟贷线上化", scene="烟草零售户每周三集中订烟", pain="到柜面签字，三天才到账",
        idea="用订烟数据授信，订烟日自动放款",
    )  # fmt: skip
    liaison.page.locator("[name=photos]").set_input_files(
        {"name": "柜台.png", "mimeType": "image/png", "buffer": picture()}
    )
    liaison.press("提交")
    liaison.reads("烟草零售户订烟贷线上化", "许若溪")
    world.counter = liaison.path


def picture() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(data, "PNG")
    return data.getvalue()


def project_proposed(someone, world):
    """Step 3, its end: a project with plan, team and estimate, its figures computed."""
    lead = someone("lead")
    lead.open(world.opportunity)
    lead.press("提出立项")
    lead.fill(goal="放款由三天缩短到三分钟", approach="先在两家支行试点", risks="票据系统接口排期")
    lead.looks("project-propose")
    lead.press("建立草稿")
    world.project = lead.path

    lead.open(f"{world.project}estimate/")
    lead.fill(**{
        "years-0-cost_fen": "80万", "years-0-benefit_fen": "0", "years-1-cost_fen": "5万", "years-1-benefit_fen": "90万",
        "years-2-cost_fen": "5万", "years-2-benefit_fen": "90万", "probability_bp": "70", "basis": "辖内 1,200 户，同业成效",
        "full-technology_fen": "56万", "full-marketing_fen": "24万",
    })  # fmt: skip
    lead.page.wait_for_selector("#preview .figures")
    lead.looks("estimate")
    lead.press("保存测算")
    lead.reads("80 万元")

    lead.open(f"{world.project}plan/")
    soon = date.today() + timedelta(days=60)
    lead.fill(**{
        "milestones-0-name": "完成系统开发与联调", "milestones-0-stage": "研发建设", "milestones-0-due_on": soon.isoformat(),
    })  # fmt: skip
    lead.press("增加里程碑")
    lead.fill(**{
        "milestones-1-name": "两家支行试点达标", "milestones-1-stage": "试点",
        "milestones-1-due_on": (soon + timedelta(days=60)).isoformat(),
    })  # fmt: skip
    lead.looks("plan")
    lead.press("保存计划")
    lead.open(f"{world.project}team/")
    lead.fill(**{"team-0-part": "业务", "team-0-share_percent": "50"})
    lead.press("增加成员")
    lead.choose("team-1-person", "林知远")
    lead.fill(**{"team-1-part": "科技", "team-1-share_percent": "80"})
    lead.press("保存团队")
    lead.reads("林知远", "80%")
    lead.looks("project-draft")
    lead.press("提交立项申报", confirm=True)


def signed(someone, world):
    """Step 4: the head of the applicant unit signs."""
    head = someone("head")
    head.open("/")
    head.open(world.project)
    head.press("签批", confirm=True)


def consulted(someone, world):
    """Step 4: two departments give opinions, and the applicant answers the conditional one."""
    first, second = someone("department1"), someone("department2")
    for officer in (first, second):
        officer.waits_for("/", "待我出具的会签意见")
        officer.follows("供应链票据秒贴", within=".desk-panels .card:has(h2:text('待我出具的会签意见'))")
    first.fill(opinion="agree")
    first.press("出具会签意见")
    second.looks("consultation-give")
    second.fill(opinion="agree_with_conditions", text="须在试点前完成个人信息保护影响评估")
    second.press("出具会签意见")

    lead = someone("lead")
    lead.open(second.path)
    lead.fill(reply="adopt", text="列入试点前里程碑，由法律合规部验收")
    lead.press("答复会签意见")
    lead.open(world.project)
    lead.reads("个人信息保护影响评估", "列入试点前里程碑")
    lead.looks("project-consulted")


def round_opened(someone, world):
    """Step 4: a round with reviewers assigned."""
    secretary = someone("secretary")
    secretary.open("/review/rounds/new/")
    secretary.fill(title="2026 年第四季度评审")
    secretary.page.get_by_label("供应链票据秒贴").check()
    secretary.press("发起")
    world.round = secretary.path
    secretary.press("分配评审专家")
    for name in ("韩嘉禾", "江砚秋", "范书瑶"):
        secretary.page.get_by_label(name).check()
    secretary.looks("topic-assign")
    secretary.press("分配所选专家")


def scored(someone, world):
    """Step 4: conflicts declared, scores on the weighted rubric; who has a conflict sees the project no more."""
    for number in (1, 2, 3):
        reviewer = someone(f"reviewer{number}", phone=number == 2)
        reviewer.open("/review/reviews/")
        assert "供应链票据秒贴" not in reviewer.page.content(), "a title shows before the declaration"
        reviewer.page.locator("#rows tbody a").first.click()
        if number == 3:
            reviewer.fill(conflict="yes", reason="曾任该企业顾问")
            reviewer.press("提交申报")
            assert reviewer.status(world.project) == 404
            continue
        reviewer.fill(conflict="no")
        reviewer.press("提交申报")
        for criterion in reviewer.page.locator("fieldset.criterion").all():
            criterion.locator("input[value='8']").check(force=True)
        reviewer.fill(comment="客群清楚，技术可行")
        if number == 1:
            reviewer.looks("score-sheet")
        reviewer.press("提交评分")


def met(someone, world):
    """Step 4: the round is closed, the committee meets and votes."""
    secretary = someone("secretary")
    secretary.open(world.round)
    secretary.press("结束评审", confirm=True)
    secretary.looks("round")
    secretary.press("召集会议")
    secretary.fill(held_on=date.today().isoformat(), place="总行 1206 会议室")
    topic = secretary.page.get_by_label("供应链票据秒贴")
    if not topic.is_checked():
        topic.check()
    secretary.press("召集")
    world.meeting = secretary.path
    secretary.press("点名")
    secretary.press("发起表决", confirm=True)
    secretary.open(world.meeting)
    secretary.press("查看表决")
    ballot = secretary.path
    for number in range(1, 10):
        member = someone(f"member{number}", phone=number == 1)
        member.open(ballot)
        if number == 1:
            member.looks("ballot")
        member.press("赞成" if number < 8 else "反对", confirm=True)
    secretary.open(ballot)
    secretary.press("结束表决", confirm=True)
    secretary.looks("ballot-closed")


def minuted(someone, world):
    """Step 4: minutes with the decision are issued as a numbered Word document."""
    secretary = someone("secretary")
    secretary.open(world.meeting)
    secretary.press("起草会议纪要")
    secretary.press("印发", confirm=True)
    secretary.looks("minutes")
    number = f"创新委纪〔{date.today().year}〕1号"
    secretary.reads(number)
    with secretary.page.expect_download() as coming:
        secretary.page.locator("main").get_by_role("link", name="Word", exact=True).click()
    text = "\n".join(paragraphs(coming.value.path()))
    assert number in text
    assert "供应链票据秒贴" in text

    lead = someone("lead")
    lead.open(world.project)
    lead.reads(number, "资源安排")


def paragraphs(path):
    """The texts of a Word document, its tables included."""
    document = Document(path)
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        yield from (cell.text for row in table.rows for cell in row.cells)


def funded(someone, world):
    """Step 5: a scenario is solved, its funds asked for, confirmed, approved; the first tranche is released."""
    manager = someone("manager")
    manager.open("/allocation/funds/")
    manager.follows("创新专项额度")
    manager.looks("fund")
    manager.press("编制方案")
    manager.fill(name="四季度安排")
    manager.press("编制")
    scenario = manager.path
    manager.press("求解")
    manager.waits_for(scenario, "已证明差距", seconds=120)
    manager.looks("scenario")
    manager.answer("申请额度", note="按四季度安排执行")
    manager.waits_for(scenario, "#")

    finance = someone("finance")
    finance.open("/org/requests/")
    finance.follows("方案")
    request = finance.path
    finance.looks("request")
    finance.press("确认", confirm=True)
    for account in ("secretary", "member2", "lead"):
        other = someone(account)
        if other.open(request) == 200:
            assert other.page.locator("main").get_by_role("button", name="批准", exact=True).count() == 0
        else:
            other.faults.clear()
    approver = someone("approver")
    approver.open("/")
    approver.open(request)
    approver.press("批准", confirm=True)
    approver.reads("程国安")

    lead = someone("lead")
    lead.open(world.project)
    lead.reads("研发建设", "32 万元")
    lead.looks("project-funded")


def built(someone, world):
    """Step 6: milestones are met, and the project goes on to its launch and becomes a product."""
    lead = someone("lead")
    for milestone, gate in (("完成系统开发与联调", "进入试点"), ("两家支行试点达标", "进入投产")):
        lead.open(world.project)
        row = lead.page.locator("#plan li", has_text=milestone)
        row.get_by_role("button").first.click()
        window = lead.page.locator("dialog[open]")
        window.locator("[name=note]").fill("验收报告已归档")
        window.locator("button[type=submit]").click()
        lead.settles()
        lead.press(gate)
    lead.press("形成产品")
    lead.fill(name="票据秒贴", customer="供应链上的小微企业")
    lead.press("确认形成产品")
    world.product = lead.path
    lead.open(world.project)
    lead.press("进入推广")


def adopted(someone, world):
    """Step 6: two branches accept the product and go live; readings of cost and benefit come in."""
    lead = someone("lead")
    lead.open(world.product)
    lead.press("向分行推介")
    for branch in ("云岭分行", "海桥分行", "东陵分行"):
        lead.page.get_by_label(branch).check()
    lead.press("推介")
    for account in ("west_lead", "third_lead"):
        branch = someone(account)
        branch.open("/")
        branch.follows("票据秒贴", within=".desk-panels")
        branch.press("承接", confirm=True)
        branch.press("落地")
        branch.press("填报效益数据")
        month = date.today().strftime("%Y-%m")
        branch.fill(month=month, cost_fen="2万", benefit_fen="6万", customers="40")
        branch.press("保存效益数据")
    fourth = someone("stranger")
    fourth.open("/")
    fourth.follows("票据秒贴", within=".desk-panels")
    fourth.answer("谢绝", note="我行辖内无此类客群")
    lead.open(world.product)
    lead.reads("我行辖内无此类客群", "12 万元")
    lead.looks("product")
    lead.open(world.project)
    lead.press("转入运营")


def told_and_rewarded(someone, world):
    """The end: points in the accounts of the proposer and of two branches; the money in the ledger; one story of it all."""
    officer = someone("officer")
    officer.waits_for("/incentives/points/", "64")
    officer.looks("points")
    for account in ("west_lead", "third_lead"):
        someone(account).waits_for("/incentives/points/", "8")

    officer.open(world.item)
    officer.page.wait_for_selector(".lineage-node")
    officer.follows("查看全程")
    officer.reads("票据秒贴", "云岭分行", "海桥分行")
    assert officer.page.locator("#story li").count() > 40, "the story of the journey has gaps"
    officer.looks("lineage")
    liaison = someone("liaison")
    liaison.open(world.counter)
    liaison.looks("opportunity-of-a-liaison")

    assert asked(world.stack, BALANCES) == {
        "released": [56 * WAN * 4 // 10, 24 * WAN * 4 // 10],
        "points": [64_000, 8_000, 8_000],
    }
    world.stack.manage("shell", "-v0", "-c", "from apps.core.sealing import seal_all; seal_all()")
    world.stack.manage("ledger_verify")
    world.stack.manage("journal_verify")


BALANCES = """
from apps.ledger.actions import balance
from apps.org.models import User
from apps.projects.models import Project
pk = Project.objects.unscoped("a test").get(title="供应链票据秒贴").pk
people = [User.objects.get(username=name).person_id for name in ("officer", "west_lead", "third_lead")]
print(json.dumps({
    "released": [balance(f"project:{pk}:{kind}:released") for kind in ("technology", "marketing")],
    "points": [balance(f"points:person:{person}") for person in people],
}))
"""

STEPS = [
    item_from_a_page,
    report_to_its_audience,
    opportunity_from_it,
    opportunity_from_a_phone,
    project_proposed,
    signed,
    consulted,
    round_opened,
    scored,
    met,
    minuted,
    funded,
    built,
    adopted,
    told_and_rewarded,
]


def test_a_news_page_becomes_released_money_and_points(someone, stack):
    world = SimpleNamespace(stack=stack)
    for step in STEPS:
        step(someone, world)
