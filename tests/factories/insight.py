"""Insight's rows, made by its own actions wherever there is one."""

import factory
from factory.django import DjangoModelFactory

from apps.insight.actions import (
    add_to_issue,
    address_issue,
    draft_item,
    file_item,
    file_opportunity,
    open_issue,
)
from apps.insight.models import Report
from tests.factories.org import PostFactory


class ReportFactory(DjangoModelFactory):
    class Meta:
        model = Report

    kind = Report.Kind.WEEKLY
    name = factory.Sequence(lambda n: f"创新动态周报{n}")


def make_item(by, unit, *, filed=True, line=None, original=None, **values):
    """An item of this unit; filed unless told otherwise."""
    values = {
        "title": "某股份制银行上线供应链票据秒贴",
        "body": "该行于本周上线供应链票据秒贴产品，客户从申请到放款平均用时三分钟。",
        "institution": "海桥银行",
        "source_name": "金融时讯",
    } | values
    item = draft_item(values, by=by, unit=unit, line=line, original=original)
    return file_item(item, by=by) if filed else item


def make_issue(by, unit, *, items=(), audience=(), **values):
    """A draft of a new report of this unit, with these items and this audience (units, or pairs of unit and below)."""
    issue = open_issue(ReportFactory(unit=unit, **values), by=by)
    for item in items:
        add_to_issue(issue, item, by=by)
    if audience:
        pairs = [entry if isinstance(entry, tuple) else (entry, True) for entry in audience]
        address_issue(issue, by=by, units=pairs)
    return issue


def make_opportunity(by, unit, **values):
    """An opportunity reported by this account."""
    values = {
        "title": "烟草零售户订烟贷线上化",
        "scene": "辖内烟草零售户每周三集中订烟，订烟日前资金紧张。",
        "pain": "现有贷款要到柜面签字，三天才能到账。",
        "idea": "用订烟数据做授信，订烟日自动放款。",
        "contact_allowed": True,
    } | values
    return file_opportunity(by=by, unit=unit, **values)


def secretary(unit):
    """The account of an innovation office secretary at this unit."""
    return PostFactory(role="innovation_secretary", unit=unit).user
