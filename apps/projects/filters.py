"""What narrows the list of projects."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.search import found
from apps.org.models import BusinessLine
from apps.projects.models import ProcessVersion, Project, Stage


def stages_in_force(request):
    return Stage.objects.filter(process=ProcessVersion.in_force())


class ProjectFilters(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"), method="search", max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    stage = django_filters.ModelChoiceFilter(label=_("Stage"), queryset=stages_in_force)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Project.State)
    line = django_filters.ModelChoiceFilter(label=_("Business line"), queryset=BusinessLine.objects.all())

    class Meta:
        model = Project
        fields = ["q", "stage", "state", "line"]

    def search(self, queryset, name, text):
        return found(queryset, text)
