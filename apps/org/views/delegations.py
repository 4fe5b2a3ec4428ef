from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import SIGNED_IN, access
from apps.core.listing import Column, listing
from apps.core.pages import refusals_as_messages, show
from apps.core.verdict import Refused
from apps.org import rules
from apps.org.actions import delegation as actions
from apps.org.filters.posts import DelegationFilters
from apps.org.forms.posts import DelegationForm
from apps.org.middleware import SESSION_KEY
from apps.org.models import Delegation
from apps.org.views.answers import state_in_time

COLUMNS = [
    Column("giver", gettext_lazy("Acted for"), lambda d: d.giver.name, sort="giver__name"),
    Column("taker", gettext_lazy("Acts"), lambda d: d.taker.name, sort="taker__name"),
    Column("starts", gettext_lazy("From"), lambda d: d.starts, sort="starts", kind="date"),
    Column("ends", gettext_lazy("To"), lambda d: d.until, sort="until", kind="date"),
    Column("reason", gettext_lazy("Reason"), lambda d: d.reason),
    Column("state", gettext_lazy("State"), state_in_time, kind="state"),
]


@require_GET
@access(SIGNED_IN)
def delegation_list(request):
    rows = Delegation.objects.visible_to(request.user).for_list()
    filters = DelegationFilters(request.GET, queryset=rows, request=request)
    page = listing(request, rows, COLUMNS, filters=filters, sort="-starts", name="delegations")
    if isinstance(page, HttpResponseBase):
        return page
    return show(
        request,
        "org/delegation_list.html",
        fragment="rows",
        page=page,
        acting=getattr(request, "acting", None),
        may_revoke=lambda row: rules.may_revoke(request.user, row),
    )


@access(SIGNED_IN)
def delegation_give(request):
    form = DelegationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            actions.give_delegation(values.pop("taker"), by=request.user, **values)
            messages.success(request, _("Given. It can be taken back at any time."))
            return redirect("org:delegation_list")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return show(request, "org/delegation_give.html", form=form)


def visible(request, pk):
    return get_object_or_404(Delegation.objects.visible_to(request.user).for_list(), pk=pk)


@require_POST
@access(SIGNED_IN)
def delegation_revoke(request, pk):
    delegation = visible(request, pk)
    with refusals_as_messages(request):
        actions.revoke_delegation(delegation, by=request.user)
        messages.success(request, _("The delegation is ended."))
    return redirect("org:delegation_list")


@require_POST
@access(SIGNED_IN)
def delegation_act(request, pk):
    """From the next page on, the person acts in the other's name; their own posts rest."""
    delegation = visible(request, pk)
    with refusals_as_messages(request):
        actions.begin_acting(delegation, by=request.user)
        request.session[SESSION_KEY] = delegation.pk
    return redirect("/")


@require_POST
@access(SIGNED_IN)
def delegation_rest(request):
    """The person acts for themselves again."""
    acting = getattr(request, "acting", None)
    if acting:
        actions.stop_acting(acting, by=request.user)
        del request.session[SESSION_KEY]
        messages.success(request, _("You act for yourself again."))
    return redirect("/")
