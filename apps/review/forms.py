from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.forms import CleanCharField, Form, YuanField
from apps.org.models import Body, Unit
from apps.org.reach import units_nearby
from apps.review.models import Consultation, Forum


def long_text(label, *, rows=4, most=3000, **kwargs):
    return CleanCharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows, "maxlength": most}), **kwargs
    )


class OpinionForm(Form):
    opinion = forms.ChoiceField(label=_("Opinion"), choices=Consultation.Opinion, widget=forms.RadioSelect)
    text = long_text(
        _("Conditions, or the reason"), required=False, help_text=_("Needed unless the department agrees.")
    )

    def clean(self):
        values = super().clean()
        opinion = values.get("opinion")
        if opinion and opinion != Consultation.Opinion.AGREE and not values.get("text"):
            self.add_error("text", _("Please give the reason."))
        return values


class AnswerForm(Form):
    reply = forms.ChoiceField(
        label=_("Answer to the opinion"), choices=Consultation.Reply, widget=forms.RadioSelect
    )
    text = long_text(_("How it is adopted, or why not"))


class Fraction(forms.ChoiceField):
    """A part of the whole, kept as numerator and denominator."""

    PARTS = ("1/2", "3/5", "2/3", "3/4", "1/1")

    def __init__(self, **kwargs):
        super().__init__(choices=[(part, part) for part in self.PARTS], **kwargs)

    def clean(self, value):
        numerator, denominator = super().clean(value).split("/")
        return int(numerator), int(denominator)


class ForumForm(Form):
    """What a forum may decide, and how it counts. Cleaned, it holds the keyword arguments of the action."""

    body = forms.ModelChoiceField(Body.objects.none(), label=_("Body"))
    name = CleanCharField(label=_("Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=Forum.Kind)
    series = CleanCharField(
        label=_("Series of its minutes"), max_length=20, initial=Forum._meta.get_field("series").default
    )
    up_to_fen = YuanField(
        label=_("Decides up to"),
        required=False,
        help_text=_("Empty: no limit; for a working group, the bank-wide one."),
    )
    decides_cross_branch = forms.BooleanField(
        label=_("Decides what concerns several branches"), required=False
    )
    decides_first_in_industry = forms.BooleanField(
        label=_("Decides what is the first of its kind in the industry"), required=False
    )
    majority = Fraction(label=_("Majority"), initial="2/3")
    majority_of = forms.ChoiceField(label=_("Majority of"), choices=Forum.Of)
    majority_more_than = forms.BooleanField(label=_("More than this part, not just as much"), required=False)
    quorum = Fraction(label=_("Quorum, of the members"), initial="2/3")
    consulted = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Departments asked first"),
        required=False,
        widget=forms.SelectMultiple({"data-choose": True}),
    )

    def __init__(self, *args, user, forum=None, **kwargs):
        initial = {}
        if forum:
            initial = {name: getattr(forum, name) for name in self.base_fields if hasattr(forum, name)}
            initial |= {
                "majority": f"{forum.majority_numerator}/{forum.majority_denominator}",
                "quorum": f"{forum.quorum_numerator}/{forum.quorum_denominator}",
                "consulted": [line.unit_id for line in forum.consulted.all()],
            }
        super().__init__(*args, initial=initial, **kwargs)
        if forum:
            del self.fields["body"]
        else:
            self.fields["body"].queryset = Body.objects.filter(unit__in=units_nearby(user, "body.manage"))
        self.fields["consulted"].queryset = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT, closed_on=None)

    def clean(self):
        values = super().clean()
        for name in ("majority", "quorum"):
            if part := values.pop(name, None):
                values[f"{name}_numerator"], values[f"{name}_denominator"] = part
        return values
