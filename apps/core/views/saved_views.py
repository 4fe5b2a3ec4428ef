"""A person's named sets of filters. The menu of a list fetches them when it is opened, so that no list waits for them."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from apps.core.access import SIGNED_IN, access
from apps.core.forms import CleanCharField, Form
from apps.core.models import SavedView
from apps.core.pages import show

MOST = 30  # on one list
NOT_KEPT = ("after", "before", "format", "csrfmiddlewaretoken")


class SavedViewForm(Form):
    name = CleanCharField(label=gettext_lazy("Name of the view"), max_length=60)
    page = CleanCharField(max_length=80)
    query = CleanCharField(max_length=1000, required=False)


def list_shown(request: HttpRequest) -> tuple[str, str]:
    """(URL name, filters) of the list whose menu asks: htmx says where the browser is; without script the link does."""
    here = urlsplit(request.htmx.current_url if request.htmx else request.GET.get("from", ""))
    try:
        match = resolve(here.path)
    except Resolver404 as error:
        raise Http404 from error
    if match.kwargs or not match.url_name.endswith("_list"):
        raise Http404
    return match.view_name, kept(here.query)


def kept(query: str) -> str:
    """The filters and the order, without where one had scrolled to."""
    values = QueryDict(query, mutable=True)
    for name in [name for name, value in values.items() if name in NOT_KEPT or not value]:
        del values[name]
    return values.urlencode()


@require_GET
@access(SIGNED_IN)
def saved_view_list(request):
    page, query = list_shown(request)
    views = request.user.saved_views.filter(page=page)
    address = reverse(page)
    return show(
        request,
        "core/saved_view_list.html",
        fragment="views",
        views=[(view, f"{address}?{view.query}", view.query == query) for view in views],
        page_name=page,
        query=query,
        address=address,
    )


@require_POST
@access(SIGNED_IN)
def saved_view_save(request):
    """The same name on the same list is the same view, with the new filters."""
    form = SavedViewForm(request.POST)
    page = request.POST.get("page", "")
    try:
        address = reverse(page)
    except NoReverseMatch as error:
        raise Http404 from error
    if not page.endswith("_list"):
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Give the view a name of at most 60 characters."))
        return redirect(address)
    query, name = kept(form.cleaned_data["query"]), form.cleaned_data["name"]
    mine = request.user.saved_views.filter(page=page)
    if mine.exclude(name=name).count() >= MOST:
        messages.error(request, _("At most %(count)s views on one list. Remove one first.") % {"count": MOST})
    else:
        SavedView.objects.update_or_create(user=request.user, page=page, name=name, defaults={"query": query})
        messages.success(request, _("Saved as the view “%(name)s”.") % {"name": name})
    return redirect(f"{address}?{query}" if query else address)


@require_POST
@access(SIGNED_IN)
def saved_view_remove(request, pk):
    view = get_object_or_404(request.user.saved_views, pk=pk)
    address = f"{reverse(view.page)}?{view.query}"
    view.delete()
    messages.success(request, _("The view “%(name)s” is removed.") % {"name": view.name})
    return redirect(address)
