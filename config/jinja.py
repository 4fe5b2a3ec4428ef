"""The Jinja2 environment of all our pages: functions, filters and the component macros (`ui`)."""

from pathlib import Path
from types import SimpleNamespace

import django.forms
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from apps.core import formats
from apps.core.charts import spark
from apps.core.icons import icon
from apps.core.routes import path_of

# Django's own widget templates exist in Jinja2 too; ours in templates/django/forms win by name.
DJANGO_FORM_TEMPLATES = Path(django.forms.__file__).parent / "jinja2"


def environment(**options) -> Environment:
    """Build the environment. Django gives `loader`, `autoescape` and `auto_reload`."""
    options["loader"] = ChoiceLoader([options["loader"], FileSystemLoader(DJANGO_FORM_TEMPLATES)])
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = Environment(extensions=["jinja2.ext.i18n"], **options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    env.globals.update(url=url, static=static, icon=icon, spark=spark, language=get_language)
    env.filters.update(
        yuan=formats.yuan,
        wan=formats.wan,
        wan_parts=formats.wan_parts,
        number=formats.number,
        percent=formats.percent,
        points=formats.points,
        person_days=formats.person_days,
        date=formats.date,
        datetime=formats.datetime,
        ago=formats.ago,
        filesize=formats.filesize,
        paragraphs=formats.paragraphs,
        web_address=formats.web_address,
        sum_codes=lambda text: sum(map(ord, str(text))),
        hue=lambda name: sum(map(ord, str(name))) % 6,
        labels=lambda columns: SimpleNamespace(**{column.name: str(column.label) for column in columns}),
        icon=icon,
    )
    # The macros without a request, for form fields and mail. Pages get them with one (apps.core.context.frame), so that
    # a form inside a macro carries its csrf token.
    env.globals["ui"] = env.get_template("components.html").module
    return env


def url(name: str, /, *args, **kwargs) -> str:
    """The path of a named route: `url('projects:project_detail', pk=3)`. Raises NoReverseMatch."""
    return reverse(name, args=args or None, kwargs=kwargs or None) if args or kwargs else path_of(name)
