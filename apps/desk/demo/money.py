"""Sixth chapter: the funds of two years, the scenarios of each quarter, and the three people behind every amount."""

from datetime import timedelta

from apps.allocation.actions import (
    make_scenario,
    open_fund,
    request_budget,
    request_funds,
    request_tranche,
    start_solve,
)
from apps.allocation.actions.scenario import candidates
from apps.allocation.models import Tranche
from apps.core import clock
from apps.core.jobs import drain
from apps.desk.demo.bank import WAN, Bank
from apps.desk.demo.diary import Story
from apps.org.actions.request import approve_request, confirm_request
from apps.org.models import Authority
from apps.projects.models import Project

STORY = "the demo tells of all of them"


def plan(bank: Bank) -> None:
    bank.diary.begin(year(bank, [(9000, 3000, 1000)], quarters=[(112, "二季度"), (210, "四季度")]), 700)
    bank.diary.begin(
        year(
            bank,
            [(10500, 3600, 2200), (3500, 1400, 800)],
            quarters=[(95, "一季度"), (168, "二季度"), (218, "三季度")],
        ),
        326,
    )
    bank.diary.begin(this_quarter(bank), 4)


def approve(bank: Bank, request) -> Story:
    """Finance confirms, the authorised approver approves: each what they have seen. For what is above the approver's
    authority the president's meeting gives a line of its own, for a week."""
    yield 1
    confirm_request(request, by=bank.users["finance"], seen=request.payload_hash)
    if request.amount_fen > 2000 * WAN:
        today = clock.today()
        Authority.objects.create(
            kind="funds", role="approver", unit=bank.root, up_to_fen=request.amount_fen, starts=today,
            ends=today + timedelta(days=7), document=f"行办纪〔{today.year}〕专项授权",
        )  # fmt: skip
    yield 1
    approve_request(request, by=bank.users["approver"], seen=request.payload_hash)


def year(bank: Bank, budgets, quarters) -> Story:
    """A year's fund: its limits, raised at mid-year, and a scenario for each of some quarters."""
    manager = bank.users["fund"]
    of_year = (clock.today().replace(day=28)).year if clock.today().month < 12 else clock.today().year + 1
    fund = open_fund(by=manager, unit=bank.root, year=of_year, name=f"{of_year}年创新专项额度")
    bank.funds.append(fund)
    passed = 0
    for number, (technology, marketing, people) in enumerate(budgets):
        if number:
            yield quarters[1][0] - passed - 12
            passed = quarters[1][0] - 12
        amounts = {"technology": technology * WAN, "marketing": marketing * WAN, "people": people * WAN}
        note = "年中调整，含机动额度" if number else "年度预算批复"
        yield from approve(bank, request_budget(fund, by=manager, amounts_fen=amounts, note=note))
        passed += 2
        for after, name in quarters[:1] if len(budgets) > 1 and not number else quarters[number:]:
            yield max(0, after - passed)
            passed = after
            yield from quarter(bank, fund, f"{of_year}年{name}资源安排")
            passed += 5


def quarter(bank: Bank, fund, name: str) -> Story:
    """The optimiser's plan over all that waits, then three people."""
    if not candidates(bank.root).exists():
        return
    scenario = make_scenario(fund, by=bank.users["fund"], name=name, time_limit=5)
    start_solve(scenario, by=bank.users["fund"])
    drain()
    scenario.refresh_from_db()
    yield 2
    if not scenario.lines.exclude(level="").exists():
        return  # nothing that waits is worth its money yet
    request = request_funds(scenario, by=bank.users["fund"], note=f"{name}，已与计划财务部沟通")
    yield from approve(bank, request)


def this_quarter(bank: Bank) -> Story:
    """A plan that waits to be asked for, within the approver's authority, and a smaller one just begun."""
    fund, manager = bank.funds[-1], bank.users["fund"]
    if not candidates(bank.root).exists():
        return
    budgets = {"technology": 1300 * WAN, "marketing": 600 * WAN, "people": 100 * WAN}
    free = fund.free_fen
    budgets = {kind: min(free[kind], fen) for kind, fen in budgets.items()}
    scenario = make_scenario(
        fund, by=manager, name=f"{fund.year}年四季度资源安排（授权内）", budgets_fen=budgets, time_limit=5
    )
    start_solve(scenario, by=manager)
    drain()
    yield 1
    smaller = {kind: fen * 6 // 10 for kind, fen in budgets.items()}
    make_scenario(
        fund, by=manager, name=f"{fund.year}年四季度资源安排（压缩情形）", budgets_fen=smaller, time_limit=5
    )


def ask_tranche(bank: Bank, project: Project) -> None:
    """The pilot begins: the rest of the money is asked for, and released some days later; what was asked for these weeks
    still lies with finance or with the approver."""
    tranche = Tranche.objects.unscoped(STORY).filter(commitment__project=project, state="planned").first()
    if tranche and tranche.money_fen:
        request = request_tranche(tranche, by=bank.users["fund"], note="试点启动，申请释放第二期额度")
        left = (bank.day - clock.today()).days
        bank.diary.begin(
            confirm(bank, request) if left < 25 and len(project.title) % 2 else approve(bank, request),
            left - (left >= 25),
        )


def confirm(bank: Bank, request) -> Story:
    confirm_request(request, by=bank.users["finance"], seen=request.payload_hash)
    yield 0
