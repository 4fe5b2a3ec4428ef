"""Answering with a page, or with the block of it that htmx asked for."""

from contextlib import contextmanager

from django.contrib import messages
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from jinja2_fragments import render_block
from markupsafe import Markup

from apps.core.journal import timeline
from apps.core.panels import panels_for
from apps.core.verdict import Refused

# Verbs name the colour of their icon; pages speak of tones.
TONES = {"blue": "brand", "green": "ok", "amber": "warn", "red": "bad", "grey": "neutral"}


class PageResponse(TemplateResponse):
    """A page. To htmx (unless it only boosts a link) it is rendered as one block, so that one URL serves both."""

    def __init__(self, request, template, context, *, fragment=None, **kwargs):
        super().__init__(request, template, context, **kwargs)
        self.fragment = fragment if fragment and request.htmx and not request.htmx.boosted else None
        patch_vary_headers(self, ["HX-Request"])

    @property
    def rendered_content(self):
        if self.fragment is None:
            return super().rendered_content
        backend = self.resolve_template(self.template_name).backend
        context = dict(self.context_data or {}, request=self._request)
        for processor in backend.template_context_processors:
            context.update(processor(self._request))
        return render_block(backend.env, str(self.template_name), self.fragment, context)


def show(
    request, template: str, fragment: str | None = None, *, status: int = 200, **context
) -> PageResponse:
    """Answer with `template`; to an htmx request with its block named `fragment` alone.

    The response keeps `context_data`, which tests read.
    """
    return PageResponse(request, template, context, fragment=fragment, status=status)


def history(user, *things, nouns: tuple[str, ...] = (), note=None) -> list[dict]:
    """What happened to these things, newest first, for `ui.timeline`.

    `nouns` as of `timeline`; `note(entry)` gives the quiet words under a line.
    """
    return [
        {
            "who": entry.by or _("The system"),
            "text": entry.label,
            "when": entry.at,
            "icon": entry.declaration.icon,
            "tone": TONES.get(entry.declaration.tone, entry.declaration.tone),
            "note": note(entry) if note else "",
        }
        for entry in timeline(user, *things, nouns=nouns)
    ]


def panels(request, thing, noun: str = "") -> list[Markup]:
    """What upper apps add to this page, each rendered with its own context: `{{ panel }}` in the page."""
    return [
        Markup(render_to_string(shown.template, shown.context, request))
        for shown in panels_for(request.user, thing, noun)
    ]


def offered(options) -> JsonResponse:
    """What a choice that asks the server is answered: options is (value, text) of each."""
    return JsonResponse({"options": [{"value": value, "text": text} for value, text in options]})


@contextmanager
def refusals_as_messages(request):
    """Inside the block, a `Refused` becomes a message at the top of the next page instead of an error."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, str(refusal))
