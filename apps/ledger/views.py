from django.db.models import F, Sum, Window
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from apps.core.access import access
from apps.core.listing import Column, listing
from apps.core.pages import show
from apps.ledger.filters import AccountFilters
from apps.ledger.models import Account
from apps.ledger.owners import owner_of
from apps.ledger.reasons import reasons, what_happened


def exact(account, amount):
    """An amount as its measure writes it, for a file: a number where it is money, words otherwise."""
    return amount if account.measure == "money_fen" else account.shown(amount)


COLUMNS = [
    Column("name", gettext_lazy("Ledger account"), lambda a: a.name, sort="code"),
    Column("owner", gettext_lazy("Lies with"), lambda a: kind_of(a)),
    Column("measure", gettext_lazy("Counts in"), lambda a: a.get_measure_display(), sort="measure"),
    Column("balance", gettext_lazy("Account balance"), lambda a: a.shown(a.balance), sort="balance"),
]
CODE = Column("code", gettext_lazy("Code"), lambda a: a.code)


def kind_of(account) -> str:
    known = owner_of(account)
    return str(known.label) if known else _("The bank")


# Everybody with a post at all may see points, if only their own; which accounts one sees is for `visible_to`.
@require_GET
@access("points.view")
def account_list(request):
    rows = Account.objects.visible_to(request.user).select_related("reserve_of").prefetch_related("owner")
    filters = AccountFilters(request.GET, queryset=rows, request=request)
    columns = [CODE, *COLUMNS] if request.GET.get("format") else COLUMNS
    page = listing(request, rows, columns, filters=filters, sort="name", name="accounts")
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, "ledger/account_list.html", fragment="rows", page=page, kind_of=kind_of)


@require_GET
@access("points.view")
def account_detail(request, pk):
    """The movements of one account, newest first, each with the balance it left."""
    rows = Account.objects.visible_to(request.user).select_related("reserve", "reserve_of")
    account = get_object_or_404(rows, pk=pk)
    legs = account.legs.select_related(
        "transaction__by__person", "transaction__reservation", "transaction__resolution"
    )
    if request.GET.get("format"):
        legs = legs.annotate(after=Window(Sum("amount"), order_by=F("pk").asc()))
    page = listing(request, legs, columns_of(account), sort="-pk", name=account.code.replace(":", "-"))
    if isinstance(page, HttpResponseBase):
        return page
    _balances_after(account, page)
    return show(
        request,
        "ledger/account_detail.html",
        fragment="rows",
        account=account,
        kind=kind_of(account),
        page=page,
        words=what_happened,
        because=reasons(request.user, [leg.transaction for leg in page]),
    )


def columns_of(account):
    return [
        Column("at", gettext_lazy("Time"), lambda leg: leg.transaction.at, kind="datetime"),
        Column("what", gettext_lazy("What happened"), lambda leg: what_happened(leg.transaction)),
        Column("why", gettext_lazy("Because of"), lambda leg: leg.transaction.because_of),
        Column("by", gettext_lazy("By"), lambda leg: leg.transaction.by and leg.transaction.by.name),
        *amount_columns(account),
    ]


def amount_columns(account):
    kind = "money_fen" if account.measure == "money_fen" else "text"
    return [
        Column("amount", gettext_lazy("Amount"), lambda leg: exact(account, leg.amount), kind=kind),
        Column("after", gettext_lazy("Balance after"), lambda leg: exact(account, leg.after), kind=kind),
    ]


def _balances_after(account, page) -> None:
    """One sum for the newest line of the page; each older one is less by what came after it."""
    if page.rows:
        after = account.legs.filter(pk__lte=page.rows[0].pk).aggregate(sum=Sum("amount"))["sum"]
        for leg in page:
            leg.after = after
            after -= leg.amount
