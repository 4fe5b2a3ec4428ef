"""Sixth chapter: the fund of each year, the scenarios of every other month, and the three people behind every amount."""

from datetime import date, timedelta

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
from apps.desk.demo.bank import HISTORY, WAN, Bank
from apps.desk.demo.diary import Story, minutes
from apps.org.actions.request import approve_request, confirm_request
from apps.org.models import Authority
from apps.projects.models import Estimate, Project

STORY = "the demo tells of all of them"
# A year's 22,000 (in ten thousands of yuan): technology 14,000, marketing 5,000, people, training and experts 1,200, and a
# reserve of 1,800 that the mid-year adjustment gives out. Asked for in January, in March and in July.
BUDGETS = [
    ((1, 9), (6000, 2000, 500), "年度预算批复前预安排"),
    ((3, 12), (8000, 3000, 700), "年度预算正式批复，九月至三月编制审议完成"),
    ((7, 21), (1300, 300, 200), "年中调整，安排机动额度"),
]
PLANS = [
    ((1, 20), "一季度首批"),
    ((3, 20), "一季度"),
    ((5, 18), "二季度"),
    ((7, 28), "三季度首批"),
    ((9, 15), "三季度"),
    ((11, 10), "四季度"),
]
GIVEN = 88  # of a hundred asked for, so that something has to be chosen
OWN_AUTHORITY = 2000 * WAN


def plan(bank: Bank) -> None:
    first = (bank.day - timedelta(days=HISTORY)).year + 1
    for year in range(first, bank.day.year + 1):
        for (month, day), amounts, note in BUDGETS:
            _begin(bank, date(year, month, day), budget(bank, year, amounts, note))
        for (month, day), name in PLANS:
            if (
                bank.day - date(year, month, day)
            ).days > 30:  # what is approved these weeks waits for the next one
                _begin(bank, date(year, month, day), quarter(bank, year, f"{year}年{name}资源安排"))
    bank.diary.begin(this_quarter(bank), 6)


def _begin(bank: Bank, day: date, story: Story) -> None:
    bank.diary.begin(story, (bank.day - day).days)


def budget(bank: Bank, year: int, amounts: tuple[int, int, int], note: str) -> Story:
    """The year's fund, opened with its first limits and raised twice."""
    manager = bank.users["fund"]
    if (fund := bank.funds.get(year)) is None:
        fund = bank.funds[year] = open_fund(
            by=manager, unit=bank.root, year=year, name=f"{year}年创新专项额度"
        )
        yield minutes(20, 60, bank.chance("fund", year))
    kinds = ("technology", "marketing", "people")
    asked = {kind: wan * WAN for kind, wan in zip(kinds, amounts, strict=True)}
    yield from approve(bank, request_budget(fund, by=manager, amounts_fen=asked, note=note))


def approve(bank: Bank, request) -> Story:
    """Finance confirms, the authorised approver approves: each what they have seen. For what is above the approver's
    authority the president's meeting gives a line of its own, for a week."""
    yield 1
    confirm_request(request, by=bank.users["finance"], seen=request.payload_hash)
    if request.amount_fen > OWN_AUTHORITY:
        today = clock.today()
        Authority.objects.create(
            kind="funds", role="approver", unit=bank.root, up_to_fen=request.amount_fen, starts=today,
            ends=today + timedelta(days=7), document=f"行办纪〔{today.year}〕专项授权",
        )  # fmt: skip
    yield 1
    approve_request(request, by=bank.users["approver"], seen=request.payload_hash)


def needed(bank: Bank) -> dict[str, int]:
    """What all that wait would take at full size."""
    sums = {"technology": 0, "marketing": 0, "people": 0}
    estimates = Estimate.objects.unscoped(STORY).filter(project__in=candidates(bank.root)).with_options()
    for estimate in estimates:
        for option in estimate.options.all():
            if option.level == "full":
                for kind in sums:
                    sums[kind] += getattr(option, f"{kind}_fen")
    return sums


def quarter(bank: Bank, year: int, name: str) -> Story:
    """The optimiser's plan over all that waits, within what the period may give, then three people."""
    manager, fund = bank.users["fund"], bank.funds.get(year)
    if fund is None or not candidates(bank.root).exists():
        return
    free = fund.free_fen
    wan = {kind: min(free[kind], fen * GIVEN // 100) // WAN * WAN for kind, fen in needed(bank).items()}
    scenario = make_scenario(fund, by=manager, name=name, budgets_fen=wan, time_limit=5)
    yield minutes(4, 20, bank.chance(name))
    start_solve(scenario, by=manager)
    drain()
    scenario.refresh_from_db()
    yield 2
    if not scenario.lines.exclude(level="").exists():
        return  # nothing that waits is worth its money yet
    yield from approve(bank, request_funds(scenario, by=manager, note=f"{name}，已与计划财务部沟通"))


def this_quarter(bank: Bank) -> Story:
    """A plan that waits to be asked for, within the approver's authority, and a smaller one just begun."""
    fund, manager = bank.funds.get(bank.day.year), bank.users["fund"]
    if fund is None or not candidates(bank.root).exists():
        return
    free = fund.free_fen
    budgets = {"technology": 1300 * WAN, "marketing": 600 * WAN, "people": 100 * WAN}
    budgets = {kind: min(free[kind], fen) for kind, fen in budgets.items()}
    name = f"{fund.year}年年末资源安排"
    scenario = make_scenario(fund, by=manager, name=f"{name}（授权内）", budgets_fen=budgets, time_limit=5)
    yield minutes(5, 15, bank.chance(name))
    start_solve(scenario, by=manager)
    drain()
    yield 1
    smaller = {kind: fen * 6 // 10 for kind, fen in budgets.items()}
    make_scenario(fund, by=manager, name=f"{name}（压缩情形）", budgets_fen=smaller, time_limit=5)


def ask_tranche(bank: Bank, project: Project) -> None:
    """The pilot begins: the rest of the money is asked for, and released some days later; what was asked for these weeks
    still lies with finance or with the approver."""
    tranche = Tranche.objects.unscoped(STORY).filter(commitment__project=project, state="planned").first()
    if tranche and tranche.money_fen:
        request = request_tranche(tranche, by=bank.users["fund"], note="试点启动，申请释放第二期额度")
        left = bank.diary.left
        halfway = left < 25 and len(project.title) % 2
        bank.diary.begin(confirm(bank, request) if halfway else approve(bank, request), left - (left >= 25))


def confirm(bank: Bank, request) -> Story:
    confirm_request(request, by=bank.users["finance"], seen=request.payload_hash)
    yield 0
