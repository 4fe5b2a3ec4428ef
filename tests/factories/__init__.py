"""Real rows for tests. Each app adds its own module and is re-exported here."""

from tests.factories.allocation import approve, awaiting_funds, funded_project, make_fund, treasury, with_plan
from tests.factories.incentives import points_given
from tests.factories.insight import ReportFactory, make_issue, make_item, make_opportunity, secretary
from tests.factories.operations import a_product, at_launch, offered, taken_up
from tests.factories.org import (
    BodyFactory,
    BusinessLineFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    UserFactory,
    bank,
)
from tests.factories.projects import complete, estimated, make_project, ready_for_review, signed, submitted
from tests.factories.review import branch_group, committee, judged, sitting, voted
from tests.factories.talent import make_profile

__all__ = [
    "BodyFactory",
    "BusinessLineFactory",
    "PersonFactory",
    "PostFactory",
    "ReportFactory",
    "UnitFactory",
    "UserFactory",
    "a_product",
    "approve",
    "at_launch",
    "awaiting_funds",
    "bank",
    "branch_group",
    "committee",
    "complete",
    "estimated",
    "judged",
    "funded_project",
    "make_fund",
    "make_issue",
    "make_item",
    "make_opportunity",
    "make_profile",
    "make_project",
    "offered",
    "points_given",
    "ready_for_review",
    "secretary",
    "signed",
    "sitting",
    "submitted",
    "taken_up",
    "treasury",
    "voted",
    "with_plan",
]
