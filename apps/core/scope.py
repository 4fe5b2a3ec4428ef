"""A confidential model's rows are had by visible_to(user) or unscoped("why"), or not at all.

The query's compiler raises `Unscoped` unless the query is marked, so counts, aggregates, exists and subqueries raise too.
`_base_manager` stays plain for Django's own use (foreign keys, refresh_from_db): no template or serializer may reach a
related confidential object by a foreign key.
"""

from django.db import models
from django.db.models.sql import Query


class Unscoped(Exception):
    """A confidential model was read without saying for whom."""


class ScopedQuery(Query):
    scoped = False

    def get_compiler(self, *args, **kwargs):
        self._guard()
        return super().get_compiler(*args, **kwargs)

    def get_aggregation(self, using, aggregate_exprs):
        self._guard()
        return super().get_aggregation(using, aggregate_exprs)

    def chain(self, klass=None):
        if klass is not None:  # update and delete leave this class behind
            self._guard()
        return super().chain(klass)

    def _guard(self):
        if not self.scoped:
            raise Unscoped(f"{self.model.__name__}: say visible_to(user) or unscoped('why')")


class ScopedQuerySet(models.QuerySet):
    """QuerySet of a confidential model. Its app gives `visible_to(user)`, which ends in `self.marked()`."""

    def __init__(self, model=None, query=None, using=None, hints=None):
        super().__init__(model, query or ScopedQuery(model), using, hints)
        parent = (hints or {}).get("instance")
        if getattr(parent, "_had_through_scope", False):
            self.query.scoped = True  # project.milestones.all() inherits the mark of the project

    def unscoped(self, why: str):
        """Read without a person, for a reason that is said: a job, a constraint, a lock inside an action."""
        assert why, "say why"
        return self.all().marked()

    def marked(self):
        """Only for the end of a `visible_to`."""
        self.query.scoped = True
        return self

    def delete(self):
        if not self.query.scoped:
            raise Unscoped(f"{self.model.__name__}: delete() of an unmarked queryset")
        return super().delete()

    def bulk_create(self, objs, *args, **kwargs):
        made = super().bulk_create(objs, *args, **kwargs)
        for row in made:
            row._had_through_scope = True
        return made

    def create(self, **kwargs):
        row = super().create(**kwargs)
        row._had_through_scope = True
        return row

    def get_or_create(self, defaults=None, **kwargs):
        self.query.scoped = True  # creation by unique key is an action's business, not a reading
        return super().get_or_create(defaults, **kwargs)

    def update_or_create(self, defaults=None, create_defaults=None, **kwargs):
        self.query.scoped = True
        return super().update_or_create(defaults, create_defaults, **kwargs)

    def _fetch_all(self):
        super()._fetch_all()
        for row in self._result_cache or ():
            if isinstance(row, models.Model):
                row._had_through_scope = True
