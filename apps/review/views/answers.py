"""What several views answer with."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponseBase

from apps.core.listing import listing
from apps.core.pages import show
from apps.core.verdict import Refused
from apps.core.versions import Stale


def list_page(request, template, queryset, columns, *, filters, sort, name, **context):
    """A list page, or its export."""
    page = listing(request, queryset, columns, filters=filters, sort=sort, name=name)
    if isinstance(page, HttpResponseBase):
        return page
    return show(request, template, fragment="rows", page=page, **context)


def attempt(form, act) -> bool:
    """Run the action of a form that is valid; a refusal stands on the form, with all that was typed."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Stale:
        raise  # the page shows both texts
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def forbid(verdict):
    """403 with the reason for a function the person may not use on what they see."""
    if not verdict:
        raise PermissionDenied(str(verdict.reason))


def served(attachment):
    """A kept file, saved and never opened as a page of ours."""
    response = FileResponse(
        attachment.file.open("rb"),
        as_attachment=True,
        filename=attachment.name,
        content_type="application/octet-stream",
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
