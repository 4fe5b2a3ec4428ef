"""What every page has besides its own context: the frame around it, and the component macros."""

from functools import lru_cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import get_script_prefix
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.html import format_html
from django.utils.translation import get_language
from markupsafe import Markup

from apps.core import nav

THEMES = ("light", "dark")


class Frame:
    """Navigation, theme and language of one request. Costs no query of its own: `user.standing` is read once a request."""

    def __init__(self, request):
        self.request = request
        self.user = getattr(request, "user", None) or AnonymousUser()
        cookie = request.COOKIES.get("theme")
        self.theme = cookie if cookie in THEMES else "light"

    @property
    def nav(self) -> Markup:
        """The lines of the side navigation, with the one this page belongs to marked."""
        lines = nav.lines_for(self.user)
        return _nav(lines, nav.current(self.request.path, lines), self.language_code, get_script_prefix())

    @property
    def language(self) -> str:
        """The language of the page as HTML writes it: zh-Hans, en."""
        return "zh-Hans" if (get_language() or settings.LANGUAGE_CODE).startswith("zh") else "en"

    @property
    def languages(self):
        return settings.LANGUAGES

    @property
    def language_code(self) -> str:
        return get_language() or settings.LANGUAGE_CODE

    def place(self, name: str) -> str | None:
        return nav.place_for(self.user, name)

    @property
    def single_sign_on(self) -> str:
        """What the bank calls its own identity provider, or "" where there is none."""
        return settings.OIDC_NAME if settings.OIDC_ISSUER else ""

    @property
    def acting_for(self) -> str:
        """The name of the person for whom this one acts now, or ""."""
        acting = getattr(self.request, "acting", None)
        return str(acting.giver) if acting else ""

    @property
    def person_name(self) -> str:
        return self.user.name if self.user.is_authenticated else ""

    @cached_property
    def post_line(self) -> str:
        """The person's first post in words: "Committee secretary · Innovation office"."""
        posts = self.user.standing if self.user.is_authenticated else []
        return f"{posts[0].role_label} · {posts[0].unit.name}" if posts else ""


@lru_cache(maxsize=1024)
def _nav(lines, current, language, script_prefix):
    """The same for all who may use the same lines, so it is written once, not on every page."""
    template = engines["jinja2"].env.get_template("nav.html")
    return Markup(template.render(sections=nav.sections(lines), current=current))


def frame(request):
    """Context processor of our pages: `frame`, `user`, and `ui`, the macros of components.html bound to this request."""
    env = engines["jinja2"].env
    csrf_input = SimpleLazyObject(
        lambda: format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', get_token(request))
    )
    page = {
        "frame": Frame(request),
        "user": getattr(request, "user", None),
        "csrf_input": csrf_input,
        "request": request,
    }
    return page | {"ui": env.get_template("components.html").make_module(page)}
