from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from apps.core.search import kinds
from apps.org import matrix
from apps.org.lookups import PersonField
from apps.org.models import Access, Person


def kind_word(content_type) -> str:
    """What this kind of thing is called on the pages, or its name in the code where it has none."""
    entry = kinds().get(f"{content_type.app_label}.{content_type.model}")
    return str(entry["label"]) if entry else content_type.model


def kind_choices():
    used = Access.objects.values("subject_type").distinct()
    return [(kind.pk, kind_word(kind)) for kind in ContentType.objects.filter(pk__in=used)]


def capability_choices():
    return [(name, matrix.capability_label(name)) for name in matrix.capabilities()]


class PersonFilter(Filter):
    field_class = PersonField


class AccessFilters(FilterSet):
    person = PersonFilter(label=_("Person"), queryset=Person.objects.all())
    subject = ChoiceFilter(
        field_name="subject_type", choices=kind_choices, label=_("About"), empty_label=_("All")
    )
    capability = ChoiceFilter(choices=capability_choices, label=_("Capability"), empty_label=_("All"))
    effect = ChoiceFilter(choices=Access.Effect.choices, label=_("Grant or denial"), empty_label=_("All"))
    when = ChoiceFilter(
        choices=[("now", _("In force")), ("over", _("Ended"))],
        method="of_when",
        label=_("When"),
        empty_label=_("All"),
    )

    class Meta:
        model = Access
        fields: list[str] = []

    def of_when(self, queryset, name, value):
        return queryset.current() if value == "now" else queryset.over()
