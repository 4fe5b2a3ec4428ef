"""What came of it, counted over the whole bank: what the command prints and the tests hold to."""

from statistics import median

from django.db.models import Count, F, Q

from apps.core.models import Entry, Notice
from apps.insight.models import Investigation, Issue, Item, Opportunity
from apps.operations.models import Product, Rollout
from apps.org.models import Person, Unit
from apps.projects.models import GateRequirement, Milestone, Project, TrackRecord
from apps.review.models import Meeting
from apps.talent.models import TalentProfile

WHY = "what came of the demo is counted over all of it"
LATE_DAYS = 15  # a milestone met so long after its day makes a project late


def counted() -> dict[str, int | float]:
    """Name → figure."""
    projects, met = Project.objects.unscoped(WHY), GateRequirement.objects.unscoped(WHY).exclude(met_at=None)
    taken = Q(rollouts__state__in=["accepted", "live"])
    products = Product.objects.unscoped(WHY).annotate(
        branches=Count("rollouts"), copies=Count("rollouts", filter=taken)
    )
    late = Milestone.objects.unscoped(WHY).exclude(met_on=None).annotate(over=F("met_on") - F("due_on"))
    records = TrackRecord.objects.filter(promised_fen__gt=0).values_list("realised_fen", "promised_fen")
    return {
        "units": Unit.objects.count(),
        "people": Person.objects.count(),
        "profiles": TalentProfile.objects.unscoped(WHY).count(),
        "items": Item.objects.unscoped(WHY).count(),
        "issues": Issue.objects.unscoped(WHY).filter(state="published").count(),
        "opportunities": Opportunity.objects.unscoped(WHY).count(),
        "investigated": Investigation.objects.unscoped(WHY).exclude(peers_results="").values("opportunity").distinct().count(),
        "proposed": projects.count(),
        "approved": met.filter(kind__code="decision").count(),
        "in use": met.filter(kind__code="build_milestones").count(),
        "products": products.count(),
        "offered": products.filter(branches__gt=0).count(),
        "copied": products.filter(copies__gte=5).count(),
        "stopped": projects.filter(state="stopped").count(),
        "late": len({row.project_id for row in late if row.over.days > LATE_DAYS}),
        "sent back": Entry.objects.filter(verb="project.send_back").values("subject_id").distinct().count(),
        "declined": Rollout.objects.unscoped(WHY).filter(state="declined").count(),
        "realised": round(median(realised / promised for realised, promised in records), 2) if records else 0,
        "meetings": Meeting.objects.unscoped(WHY).count(),
        "lines of the journal": Entry.objects.count(),
        "unread notices": Notice.objects.filter(read_at=None).count(),
    }  # fmt: skip


LABELS = {
    "units": "机构", "people": "人员", "profiles": "人才档案", "items": "创新动态", "issues": "已发布报告期数",
    "opportunities": "创新线索", "investigated": "深入调研", "proposed": "立项申报", "approved": "审议通过", "in use": "进入试点",
    "products": "形成产品", "offered": "向他行推广", "copied": "五家以上承接", "stopped": "终止", "late": "逾期",
    "sent back": "会签退回", "declined": "谢绝承接", "realised": "效益实现率中位数", "meetings": "会议与传签",
    "lines of the journal": "审计日志行", "unread notices": "未读通知",
}  # fmt: skip


def told(figures: dict[str, int | float]) -> list[str]:
    """A short table, four figures a line."""
    cells = [f"{LABELS[name]} {figure:,}" for name, figure in figures.items()]
    return ["  " + "　".join(cells[start : start + 6]) for start in range(0, len(cells), 6)]
