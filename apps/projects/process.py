"""The standard process, version 1, as rows: put there once after a migrate, and then the bank's own to version."""

from django.db import transaction

from apps.projects.models import Gate, ProcessVersion, RequiredKind, Stage

STAGES = [  # code, name, name_en, working days, tone
    ("proposal", "立项申报", "Proposal", 15, "amber"),
    ("review", "立项评审", "Review", 15, "violet"),
    ("funding", "资源安排", "Funding", 45, "violet"),
    ("build", "研发建设", "Building", 90, "teal"),
    ("pilot", "试点", "Pilot", 60, "blue"),
    ("launch", "投产", "Launch", 20, "blue"),
    ("rollout", "推广", "Roll-out", 120, "green"),
    ("operation", "运营", "Operation", 240, "green"),
    ("post_evaluation", "后评价", "Post-evaluation", 30, "teal"),
    ("closed", "结项", "Closed", 0, "grey"),
]
GATES = [  # code, from, to, name, name_en, by decision, [(kind, name, name_en, may be waived, owed by)]
    (
        "to_review", "proposal", "review", "提交评审", "Ready for review", True,
        [
            ("estimate", "投入产出测算", "Estimate", False, "manager"),
            ("plan", "里程碑计划", "Plan with milestones", False, "manager"),
            ("team", "项目团队", "Team", True, "manager"),
            ("signature", "申报单位负责人签批", "Signature of the applicant unit's head", False, "head"),
            ("opinions", "部门会签意见", "Departments' opinions, answered", False, "departments"),
        ],
    ),
    ("approval", "review", "funding", "立项审议", "Approval", True, [("decision", "审议意见", "Decision in the minutes", False, "forum")]),
    ("funded", "funding", "build", "额度落实", "Funded", True, [("funds", "额度审批", "Approved funds", False, "funds")]),
    (
        "to_pilot", "build", "pilot", "进入试点", "To pilot", False,
        [("build_milestones", "研发里程碑完成", "Milestones of the building met", True, "manager")],
    ),
    (
        "to_launch", "pilot", "launch", "进入投产", "To launch", False,
        [("pilot_milestones", "试点里程碑完成", "Milestones of the pilot met", True, "manager")],
    ),
    ("to_rollout", "launch", "rollout", "进入推广", "To roll-out", False, [("product", "形成产品", "Product made of it", False, "manager")]),
    ("to_operation", "rollout", "operation", "转入运营", "To operation", False, [("adoption", "分行承接", "Accepted by branches", True, "branches")]),
    ("to_evaluation", "operation", "post_evaluation", "进入后评价", "To post-evaluation", False, [("readings", "效益数据", "Readings", True, "branches")]),
    ("to_closed", "post_evaluation", "closed", "结项", "Close", False, [("evaluation", "后评价报告", "Post-evaluation", True, "manager")]),
]  # fmt: skip


@transaction.atomic
def seed_process() -> ProcessVersion:
    """Write version 1 unless some version is there already."""
    if version := ProcessVersion.objects.order_by("version").first():
        return version
    version = ProcessVersion.objects.create(code="standard", version=1, starts="2000-01-01")
    stages = {
        code: Stage.objects.create(
            process=version, order=order, code=code, name=name, name_en=en, days=days, tone=tone
        )
        for order, (code, name, en, days, tone) in enumerate(STAGES)
    }
    for code, source, target, name, en, by_decision, kinds in GATES:
        gate = Gate.objects.create(
            process=version, code=code, name=name, name_en=en,
            source=stages[source], target=stages[target], by_decision=by_decision,
        )  # fmt: skip
        for order, (kind, kind_name, kind_en, waivable, owed_by) in enumerate(kinds):
            RequiredKind.objects.create(
                gate=gate, order=order, code=kind, name=kind_name, name_en=kind_en, may_be_waived=waivable,
                owed_by=owed_by,
            )  # fmt: skip
    return version
