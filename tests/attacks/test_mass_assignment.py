"""A form changes what it declares, whatever fields are sent with it: every field of every model is tried on every form."""

import datetime
import re

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models

from tests.attacks.places import posted

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

MORE = {  # of Django's own, and words that frameworks read
    "id": "1", "pk": "1", "_state": "x", "is_staff": "on", "is_superuser": "on", "groups": "1", "user_permissions": "1",
    "user": "1", "user_id": "1", "_save": "1", "next_state": "approved", "role": "system_admin", "created": "2020-01-01",
    "owner": "1", "amount": "1", "amount_fen": "1", "__class__": "x", "self": "1", "by": "1", "request": "1",
}  # fmt: skip


def hostile(field):
    """A value of the field's kind that would be seen if it were taken."""
    if field.choices:
        return str([value for value, _label in field.flatchoices][-1])
    match field:
        case models.ForeignKey():
            return str(
                field.related_model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 1
            )
        case models.BooleanField():
            return "on"
        case models.DateTimeField():
            return "2020-01-01 00:00"
        case models.DateField():
            return "2020-01-01"
        case models.IntegerField():
            return "999999"
        case models.JSONField():
            return '{"hostile": 1}'
    return "hostile"


def every_field(first: str) -> dict[str, str]:
    """name → value of each field of each model of ours; where a name is several models', that of the app named first."""
    found = dict(MORE)
    configs = [config for config in apps.get_app_configs() if config.name.startswith("apps.")]
    for config in sorted(configs, key=lambda config: config.label == first):
        for model in config.get_models():
            for field in model._meta.concrete_fields:
                found[field.name] = found[field.attname] = hostile(field)
    return found


def names_in(label) -> set[str]:
    """The fields of the models of this app."""
    return {f.name for model in apps.get_app_config(label).get_models() for f in model._meta.concrete_fields}


def written_by(client, form, values):
    """What a post writes, statement by statement, but for first passwords and the log of failed sign-ins."""
    counters = sequences()
    answer, written = posted(client, form.address, values)
    restore(counters)
    return answer.status_code, [
        (t, sql, re.sub(r"md5\$\w+\$\w+", "", params))
        for t, sql, params in written
        if not t.startswith("axes_")
    ]


def sequences():
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        return cursor.fetchall()


def restore(counters):
    """On PostgreSQL the numbers of rows that were rolled back stay used; the second post shall get the same."""
    if counters:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(format('%%I', name)::regclass, greatest(value, 1), value IS NOT NULL)"
                " FROM unnest(%s::text[], %s::bigint[]) AS kept(name, value)",
                [[name for name, _value in counters], [value for _name, value in counters]],
            )


def test_what_a_form_does_not_declare_changes_nothing(house, crawl, record_property):
    taken, saving, sent = [], 0, 0
    fields = {
        label: every_field(label) for label in {form.route.partition(":")[0] for _user, form in crawl.forms}
    }
    with time_machine.travel(datetime.datetime.now(datetime.UTC), tick=False):
        for user, form in crawl.forms:
            client, known = crawl.client(user), set(form.kinds) | {name for name, _value in form.buttons}
            extra = {k: [v] for k, v in fields[form.route.partition(":")[0]].items() if k not in known}
            for prefix in sorted({found[0] for name in known if (found := re.match(r"\w+-\d+-", name))})[:1]:
                own = extra.keys() & names_in(form.route.partition(":")[0])
                extra |= {prefix + name: extra[name] for name in own if prefix + name not in known}
            honest = written_by(client, form, form.values)
            attacked = written_by(client, form, form.values | extra)
            sent += len(extra)
            saving += bool(honest[1])
            if attacked != honest:
                taken.append((form.address, differences(honest, attacked)))
    record_property("mass assignment: undeclared fields sent", sent)
    record_property("mass assignment: forms tried", len(crawl.forms))
    record_property("mass assignment: forms that took one", len(taken))
    assert not taken, taken[:10]
    assert saving >= 60


def differences(honest, attacked):
    return honest[0], attacked[0], [w for w in attacked[1] if w not in honest[1]][:3]
