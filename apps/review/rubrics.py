"""The rubric a bank starts with; from then on it makes its own versions."""

from apps.review.models import Criterion, Rubric

CRITERIA = [  # name, name_en, weight, guide, guide_en
    (
        "战略契合",
        "Fit with strategy",
        20,
        "与本行战略、条线规划一致，10 分为重点方向",
        "10: a priority of this year's plan",
    ),
    (
        "市场与客户价值",
        "Value to customers",
        25,
        "痛点真实、客群明确、可触达",
        "A real pain, a clear segment, within reach",
    ),
    (
        "创新性",
        "Novelty",
        15,
        "同业首创 9 分以上，行内首创 7 分以上",
        "First in the industry from 9, in the bank from 7",
    ),
    ("可行性", "Feasibility", 20, "技术、合规、资源与团队", "Technology, compliance, resources, team"),
    ("投入产出", "Return", 20, "测算可信，风险调整净现值与回收期", "A credible estimate: rNPV and payback"),
]


def seed_rubric() -> Rubric:
    """Write the rubric unless there is one already."""
    if rubric := Rubric.in_force():
        return rubric
    rubric = Rubric.objects.create(
        name="创新项目立项评分表", name_en="Rubric for innovation projects", version=1
    )
    for order, (name, en, weight, guide, guide_en) in enumerate(CRITERIA):
        Criterion.objects.create(
            rubric=rubric, order=order, name=name, name_en=en, weight=weight, guide=guide, guide_en=guide_en
        )
    return rubric
