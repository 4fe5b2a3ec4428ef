from apps.core.journal import follows
from apps.incentives.actions import award_for


@follows(
    "item.file",
    "opportunity.file",
    "opportunity.take_up",
    "product.make",
    "rollout.answer",
    name="incentives.award",
)
def award(entry):
    award_for(entry)
