"""Whose an account is, and who sees it for that. The ledger knows no fund, project or holder of points: the app that opens
accounts for its rows says here who sees them, and what to call what lies there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils.functional import Promise

_owners: dict[type, "Owner"] = {}


@dataclass(frozen=True)
class Owner:
    """Rows of one model that hold accounts.

    `ids(user)` gives the ids of those whose accounts this person sees, as a queryset of one column; `called(rest)` says
    in words what lies in an account, from what stands in its code behind the row's own id: ["technology", "released"].
    """

    model: type
    label: str | Promise
    capability: str
    ids: Callable
    called: Callable

    @property
    def content_type(self):
        return ContentType.objects.get_for_model(self.model)


def holds_accounts(model, label, *, capability: str, ids: Callable, called: Callable) -> None:
    """Make known who sees the accounts of this model's rows. Raises ValueError when that was said before."""
    if model in _owners:
        raise ValueError(f"Who sees the accounts of {model.__name__} was said before.")
    _owners[model] = Owner(model, label, capability, ids, called)


def owners() -> list[Owner]:
    """All that were made known, in the order of their names."""
    return sorted(_owners.values(), key=lambda owner: owner.model._meta.label_lower)


def owner_of(account) -> Owner | None:
    """What is known of the owner of this account; None for the bank's own."""
    return next((o for o in owners() if o.content_type.pk == account.owner_type_id), None)
