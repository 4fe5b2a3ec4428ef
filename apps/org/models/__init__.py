from apps.org.models.access import Access
from apps.org.models.bank import Authority, BusinessLine, Holiday, Parameter
from apps.org.models.body import Body, Membership
from apps.org.models.engagement import Engagement
from apps.org.models.imports import ImportRow, OrgImport
from apps.org.models.person import Delegation, FormerPassword, Person, Post, User
from apps.org.models.reorganisation import Reorganisation, ReorganisationRow
from apps.org.models.request import Request
from apps.org.models.unit import Unit

__all__ = [
    "Access",
    "Authority",
    "Body",
    "BusinessLine",
    "Delegation",
    "Engagement",
    "FormerPassword",
    "Holiday",
    "ImportRow",
    "Membership",
    "OrgImport",
    "Parameter",
    "Person",
    "Post",
    "Reorganisation",
    "ReorganisationRow",
    "Request",
    "Unit",
    "User",
]
