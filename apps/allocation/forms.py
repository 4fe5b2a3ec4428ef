from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.allocation.actions import candidates
from apps.allocation.models.fund import Resource
from apps.core import clock
from apps.core.formats import wan
from apps.core.forms import CleanCharField, Form, SeveralField, StrictIntegerField, YuanField
from apps.org.models import Unit
from apps.projects.models import Project


class FundForm(Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)
    year = StrictIntegerField(label=_("Budget year"), least=2000, most=2199)
    name = CleanCharField(label=_("Name"), max_length=80)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, initial={"year": clock.today().year}, **kwargs)
        units = [post.unit_id for post in user.standing if user.may_at("scenario.solve", post.unit)]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=units)


class _ByResource(Form):
    """An amount of each resource."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        amounts = {f"{resource}_fen": self.amount_field(resource) for resource in Resource}
        self.fields = amounts | self.fields

    @property
    def amounts_fen(self) -> dict[str, int]:
        return {resource.value: self.cleaned_data[f"{resource}_fen"] or 0 for resource in Resource}


class BudgetForm(_ByResource):
    """How much more of each resource."""

    note = CleanCharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 3, "maxlength": 500}),
        required=False,
        help_text=_("Those who confirm and approve read it: the decision or document it rests on."),
    )

    def amount_field(self, resource):
        return YuanField(label=resource.label, required=False)

    def clean(self):
        values = super().clean()
        if not self.errors and not any(self.amounts_fen.values()):
            raise ValidationError(_("Give an amount above nought."))
        return values


class _ProjectChoice(SeveralField):
    def label_from_instance(self, project):
        return f"{project.title} · {project.unit.label} · {wan(project.asked_fen)}"


class ScenarioForm(_ByResource):
    """A name, how much of what is free may be spent, which projects must be in, and how long to look."""

    name = CleanCharField(label=_("Name"), max_length=80)
    time_limit = StrictIntegerField(
        label=_("Time limit (seconds)"),
        least=1,
        most=600,
        help_text=_("The optimiser shows the best plan it has by then, and how good it is proven to be."),
    )
    mandatory = _ProjectChoice(
        Project.objects.none(),
        label=_("Mandatory projects"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The plan funds each of these, at one of its levels."),
    )

    def __init__(self, *args, fund, user, **kwargs):
        self.free = fund.free_fen
        initial = {f"{resource}_fen": self.free[resource] for resource in Resource} | {"time_limit": 20}
        super().__init__(*args, initial=initial, **kwargs)
        self.waiting = Project.objects.visible_to(user).filter(pk__in=candidates(fund.unit).values("pk"))
        self.fields["mandatory"].queryset = self.waiting.select_related("unit").order_by("code")

    def amount_field(self, resource):
        return YuanField(
            label=resource.label,
            most_fen=self.free[resource],
            help_text=_("Free: %(amount)s") % {"amount": wan(self.free[resource])},
        )
