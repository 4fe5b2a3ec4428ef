from datetime import date, timedelta
from types import SimpleNamespace

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.org.models import Body, BusinessLine, Engagement, Person, Post, Unit, User


class UnitFactory(DjangoModelFactory):
    """A unit below `parent`; without one, below the bank's root, which it makes when it is not there."""

    class Meta:
        model = Unit

    code = factory.Sequence(lambda n: f"U{n:05d}")
    name = factory.Sequence(lambda n: f"第{n}分行")
    kind = Unit.Kind.BRANCH

    @classmethod
    def _create(cls, model, parent=None, **values):
        if parent is None:
            parent = Unit.objects.filter(depth=1).first() or Unit.objects.add_root(
                {"code": "HO", "name": "总行", "kind": Unit.Kind.HEAD_OFFICE}
            )
            if values.get("kind") == Unit.Kind.HEAD_OFFICE:
                return parent
        parent = Unit.objects.get(pk=parent.pk)  # treebeard counts children on the instance
        return Unit.objects.add_child(parent, values)


class BusinessLineFactory(DjangoModelFactory):
    class Meta:
        model = BusinessLine

    code = factory.Sequence(lambda n: f"L{n}")
    name = factory.Sequence(lambda n: f"条线{n}")


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"员工{n}")
    employee_no = factory.Sequence(lambda n: f"E{n:06d}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    person = factory.SubFactory(PersonFactory)


class PostFactory(DjangoModelFactory):
    """A post of somebody with an account: `PostFactory(role=…, unit=…).user`."""

    class Meta:
        model = Post

    person = factory.LazyFunction(lambda: UserFactory().person)
    unit = factory.SubFactory(UnitFactory)
    role = "group_member"
    starts = date(2020, 1, 1)

    @classmethod
    def _create(cls, model, **values):
        if values["role"] == "auditor" and "engagement" not in values:
            ends = clock.now() + timedelta(days=30)
            engagement = Engagement.objects.create(
                kind=Engagement.Kind.AUDIT,
                person=values["person"],
                unit=values["unit"],
                reference="审通〔2026〕3号",
                purpose="创新项目专项审计",
                begins=clock.now() - timedelta(days=1),
                ends=ends,
            )
            values |= {"engagement": engagement, "ends": timezone.localdate(ends), "until_at": ends}
        return super()._create(model, **values)

    @factory.post_generation
    def user(self, create, extracted, **kwargs):
        self.user = self.person.user


class BodyFactory(DjangoModelFactory):
    class Meta:
        model = Body

    kind = Body.Kind.COMMITTEE
    name = factory.Sequence(lambda n: f"创新委员会{n}")
    unit = factory.SubFactory(UnitFactory)
    term_starts = date(2020, 1, 1)


def bank() -> SimpleNamespace:
    """A small bank: head office with two departments, two branches with a sub-branch each, three business lines."""
    root = UnitFactory(kind=Unit.Kind.HEAD_OFFICE)
    finance = UnitFactory(parent=root, name="计划财务部", kind=Unit.Kind.DEPARTMENT)
    technology = UnitFactory(parent=root, name="信息科技部", kind=Unit.Kind.DEPARTMENT)
    east = UnitFactory(parent=root, name="江州分行")
    west = UnitFactory(parent=root, name="云岭分行")
    return SimpleNamespace(
        root=root,
        finance=finance,
        technology=technology,
        east=east,
        west=west,
        east_counter=UnitFactory(parent=east, name="江州城东支行", kind=Unit.Kind.SUB_BRANCH),
        west_counter=UnitFactory(parent=west, name="云岭古城支行", kind=Unit.Kind.SUB_BRANCH),
        retail=BusinessLineFactory(name="零售"),
        corporate=BusinessLineFactory(name="公司"),
        network=BusinessLineFactory(name="网络金融"),
    )
