"""Points, given as in life: by the rules that follow what somebody did."""

from apps.core.jobs import drain
from apps.incentives.models import PointHolder
from tests.factories.insight import make_opportunity


def points_given(by, **values):
    """The account of points of somebody who reported an opportunity."""
    unit = by.standing[0].unit
    by.person.unit = unit
    by.person.save(update_fields=["unit"])
    make_opportunity(by, unit, **values)
    drain()
    return PointHolder.objects.unscoped("a test").get(person=by.person)
