"""What moved an account, in words, and why: a transaction's key and reason are codes; the page says them."""

from collections import defaultdict

from django.apps import apps
from django.utils.translation import gettext as _

from apps.core.models import Entry
from apps.core.verbs import all_verbs
from apps.ledger.models import Resolution


def what_happened(transaction) -> str:
    """The verb of the journal that the key begins with, or how a reservation went on. Read with its `ending`."""
    if transaction.reverses_id:
        return _("Reversal")
    if hasattr(transaction, "reservation"):
        return _("Set aside")
    if hasattr(transaction, "resolution") and transaction.resolution.outcome == Resolution.Outcome.RELEASED:
        return _("Set free again")
    verb = all_verbs().get(transaction.key.split(":")[0])
    return str(verb.label) if verb else transaction.key


def reasons(user, transactions) -> dict[str, tuple[str, str]]:
    """because_of → (words, address or ""), for all of them with one query a model. What this person may not see has no
    address."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for transaction in transactions:
        label, _colon, number = transaction.because_of.rpartition(":")
        if number.isdigit():
            wanted[label].add(int(number))
    found: dict[str, tuple[str, str]] = {}
    for label, ids in wanted.items():
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError):
            continue
        for row in _rows(user, model, ids):
            found[f"{label}:{row.pk}"] = (
                str(row.label if model is Entry else row),
                row.get_absolute_url() if hasattr(row, "get_absolute_url") else "",
            )
    return found


def _rows(user, model, ids):
    if model is Entry:  # only its verb is said, and that is no secret of whoever sees the account
        return Entry.objects.filter(pk__in=ids)
    if hasattr(model.objects, "visible_to"):
        return model.objects.visible_to(user).filter(pk__in=ids)
    return []
