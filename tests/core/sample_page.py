"""One page with every component on it, in realistic words, and its addresses: what the tests of the look show a browser.

Its list is a real listing over real units.
"""

import datetime
from pathlib import Path
from types import SimpleNamespace

import django_filters
from django import forms as django_forms
from django.http import HttpResponse
from django.template import engines
from django.urls import path

from apps.core import clock, forms
from apps.core.flow import Move
from apps.core.listing import Column, listing
from apps.org.models import Unit
from config.urls import *  # noqa: F403 (the handlers of error pages)
from config.urls import urlpatterns as of_the_product

SOURCE = Path(__file__).with_name("sample_page.html").read_text()


class SampleFilters(django_filters.FilterSet):
    name = django_filters.CharFilter(lookup_expr="icontains", label="名称")
    kind = django_filters.ChoiceFilter(choices=Unit.Kind.choices, label="类别", empty_label="全部类别")

    class Meta:
        model = Unit
        fields = ["name", "kind"]


class SampleForm(forms.Form):
    title = forms.CleanCharField(label="项目名称", help_text="一句话说清做什么。")
    unit = django_forms.ChoiceField(label="牵头机构", choices=[(n, f"第{n}分行") for n in range(1, 41)])
    asked_fen = forms.YuanField(label="申请额度")
    days = forms.PersonDaysField(label="预计投入", required=False)
    starts = forms.StrictDateField(label="开始日期")
    ends = forms.StrictDateField(label="结束日期")
    people = forms.StrictIntegerField(label="团队人数", least=1, most=500)
    kind = django_forms.ChoiceField(
        label="类型", choices=[("p", "产品创新"), ("m", "流程创新")], widget=django_forms.RadioSelect
    )
    idea = forms.CleanCharField(
        label="创新思路", widget=django_forms.Textarea(attrs={"rows": 4}), required=False
    )
    lines = django_forms.MultipleChoiceField(
        label="业务条线",
        choices=[("c", "公司"), ("r", "零售"), ("t", "交易银行")],
        widget=django_forms.CheckboxSelectMultiple,
        required=False,
    )
    first = django_forms.BooleanField(label="行业首创", required=False)
    file = django_forms.FileField(label="业务需求书", required=False)

    def clean(self):
        self.refuse_end_before_start("starts", "ends")
        return super().clean()


COLUMNS = [
    Column("name", "机构", lambda unit: unit.name, sort="name"),
    Column("kind", "类别", lambda unit: unit.get_kind_display()),
    Column("owner", "联系人", lambda unit: "林知远"),
    Column("state", "阶段", lambda unit: "试点", kind="state"),
    Column("asked", "申请额度", lambda unit: unit.pk * 1234500, kind="money_fen"),
    Column("due", "里程碑", lambda unit: unit.opened_on, sort="opened_on", kind="date"),
]
MOVES = [
    Move("submit", ("draft",), "submitted", "提交"),
    Move("return", ("submitted",), "draft", "退回", note="required", tone="plain"),
    Move("stop", ("submitted",), "stopped", "终止", warning="项目将终止，未释放的额度退回资源池。", note="optional", tone="danger"),
]  # fmt: skip
STAGES = [
    {"label": "立项", "state": "done", "note": "03-02"},
    {"label": "需求", "state": "done"},
    {"label": "研发建设", "state": "done"},
    {"label": "试点", "state": "now", "note": "苏州"},
    {"label": "投产", "state": "ahead"},
    {"label": "推广", "state": "ahead"},
    {"label": "后评价", "state": "ahead"},
]
MONTHS = [f"{month}月" for month in range(1, 12)]
TREND = {
    "xAxis": {"type": "category", "data": MONTHS},
    "yAxis": [{"type": "value"}, {"type": "value", "max": 100, "axisLabel": {"formatter": "{value}%"}}],
    "series": [
        {"name": "新立项", "type": "bar", "data": [6, 4, 9, 11, 8, 12, 10, 14, 9, 13, 15]},
        {"name": "完成转化", "type": "bar", "data": [2, 1, 3, 4, 4, 6, 5, 7, 6, 8, 9]},
        {
            "name": "转化率",
            "type": "line",
            "yAxisIndex": 1,
            "data": [33, 25, 33, 36, 50, 50, 50, 50, 67, 62, 60],
        },
    ],
}


def context(request):
    now = clock.now()

    def before(**ago):
        return now - datetime.timedelta(**ago)

    return {
        "page": listing(
            request,
            Unit.objects.all(),
            COLUMNS,
            filters=SampleFilters(request.GET, queryset=Unit.objects.all()),
            sort="name",
            size=4,
        ),
        "form": SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm(),
        "thing": SimpleNamespace(pk=7),
        "moves": MOVES,
        "stages": STAGES,
        "option": TREND,
        "day": clock.today(),
        "entries": [
            {"who": "林知远", "text": "提交了试点中期报告", "when": before(minutes=12), "icon": "file-check"},
            {"who": "评审委员会", "text": "通过立项初审", "when": before(minutes=48), "icon": "badge-check", "tone": "ok"},
            {"who": "陈晓岚", "text": "上报风险：样本数据延迟", "when": before(hours=2), "icon": "triangle-alert", "tone": "bad",
             "note": "数据中台排期后移两周。"},
        ],
        "files": [
            {"name": "业务需求书 v3.docx", "url": "/f/1", "size": 1_536_000, "who": "林知远", "when": before(days=1), "grade": "内部"},
        ],
        "comments": [
            {"who": "何以宁", "unit": "计划财务部", "when": before(hours=3), "text": "额度可行。\n请补充回收期测算。"},
        ],
    }  # fmt: skip


def sample(request):
    template = engines["jinja2"].from_string(SOURCE)
    return HttpResponse(
        template.render(context(request), request), status=422 if request.method == "POST" else 200
    )


def move(request, pk, move):
    return HttpResponse(f"{move} {pk} {request.POST.get('note', '')}")


def count(request):
    return HttpResponse("3")


urlpatterns = [
    path("sample/", sample, name="sample"),
    path("sample/<int:pk>/<slug:move>/", move, name="sample_move"),
    path("sample/count/", count, name="sample_count"),
    path("job/", count),
    *of_the_product,
]
