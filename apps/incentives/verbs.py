from django.utils.translation import gettext_lazy as _

from apps.core.verbs import declare

declare("points.award", _("awarded points"), request=int, person=int, points=int, icon="award", tone="amber")
