"""The point rules a bank starts with; from then on they are its own rows to end and replace."""

from django.utils.translation import gettext_lazy as _

from apps.incentives.models import PointRule

WHO = {  # key of a journal line's payload → whom it names
    "person": _("Whoever did it"),
    "proposer": _("The project's proposer"),
    "manager": _("The project's manager"),
    "adopter": _("Whoever accepted it for the branch"),
}
RULES = [  # code, verb, who, name, name_en, points (thousandths), condition
    ("item_filed", "item.file", "person", "报送创新动态", "Filed an insight item", 1_000, {}),
    ("opportunity_filed", "opportunity.file", "person", "提交创新线索", "Reported an opportunity", 3_000, {}),
    (
        "opportunity_taken_up",
        "opportunity.take_up",
        "person",
        "线索转为项目",
        "Opportunity became a project",
        10_000,
        {},
    ),
    (
        "product_proposer",
        "product.make",
        "proposer",
        "提出的项目形成产品",
        "Proposed what became a product",
        30_000,
        {},
    ),
    (
        "product_manager",
        "product.make",
        "manager",
        "负责的项目形成产品",
        "Managed what became a product",
        20_000,
        {},
    ),
    (
        "adopted_proposer",
        "rollout.answer",
        "proposer",
        "产品被分行承接",
        "Product accepted by a branch",
        10_000,
        {"accepted": True},
    ),
    (
        "adopter",
        "rollout.answer",
        "adopter",
        "承接推广产品",
        "Accepted another's product",
        8_000,
        {"accepted": True},
    ),
]


def seed_rules() -> None:
    """Write the rules unless there are some already."""
    if not PointRule.objects.exists():
        PointRule.objects.bulk_create(
            PointRule(
                code=code,
                verb=verb,
                who=who,
                name=name,
                name_en=en,
                points=points,
                condition=condition,
                starts="2000-01-01",
            )
            for code, verb, who, name, en, points, condition in RULES
        )
