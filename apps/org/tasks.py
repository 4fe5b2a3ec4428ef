"""Who is told: of requests whoever may take the next step, of reorganisations those whose sight or posts they change."""

from apps.core.journal import follows
from apps.core.notices import notify
from apps.org.deciders import deciders
from apps.org.models import Person, Reorganisation, User
from apps.org.reach import people_with


@follows("request.make", "request.confirm", name="org.tell_deciders")
def tell_deciders(entry):
    notify(User.objects.filter(person__in=deciders(entry.subject)), entry)


@follows("engagement.begin", name="org.tell_watchers")
def tell_watchers(entry):
    """An hour of emergency is known at once to those who watch; so is an audit."""
    notify(User.objects.filter(person__in=people_with("engagement.view", entry.subject)), entry)


@follows("unit.merge", "unit.move", "unit.close", name="org.tell_reorganised")
def tell_reorganised(entry):
    rows = Reorganisation.objects.get(pk=entry.data["reorganisation"]).rows.exclude(person=None)
    notify(User.objects.filter(person__in=Person.objects.filter(pk__in=rows.values("person"))), entry)
