from apps.org.models.access import Access
from apps.org.models.bank import Authority, BusinessLine, Holiday, Parameter
from apps.org.models.body import Body, Membership
from apps.org.models.imports import ImportRow, OrgImport
from apps.org.models.person import Delegation, FormerPassword, Person, Post, User
from apps.org.models.request import Request
from apps.org.models.unit import Unit

__all__ = [
    "Access",
    "Authority",
    "Body",
    "BusinessLine",
    "Delegation",
    "FormerPassword",
    "Holiday",
    "ImportRow",
    "Membership",
    "OrgImport",
    "Parameter",
    "Person",
    "Post",
    "Request",
    "Unit",
    "User",
]
