import pytest

from apps.core.models import SearchRow
from apps.core.search import matching, query_words, words

pytestmark = pytest.mark.django_db

TEXTS = {
    1: "烟草零售户“订烟贷”线上化 P2026-0042",
    2: "供应链票据秒贴 PJ-7",
    3: "ＡＰＩ直连：跨境电商平台收结汇",
    4: "网点厅堂智能填单",
}


@pytest.fixture(autouse=True)
def rows():
    for number, text in TEXTS.items():
        SearchRow.objects.create(
            subject_type_id=1, subject_id=number, title=text, words=" ".join(words(text))
        )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("订烟贷", {1}),
        ("票据", {2}),
        ("贷", {1}),
        ("户", {1}),
        ("单", {4}),
        ("p2026", {1}),
        ("0042", {1}),
        ("api", {3}),
        ("跨境 api", {3}),
        ("票据 厅堂", set()),
        ("贷烟", set()),
        ("", set()),
        ("'", set()),
        ('" OR *', set()),
        ("' | 'x", set()),
        ("智能:*", {4}),
    ],
)
def test_every_word_is_found_and_nothing_else(query, found):
    assert set(matching(query).values_list("subject_id", flat=True)) == found


def test_a_changed_or_removed_row_is_found_by_its_new_words_only():
    row = SearchRow.objects.get(subject_id=4)
    row.words = " ".join(words("柜面业务"))
    row.save()
    SearchRow.objects.get(subject_id=2).delete()

    assert [set(matching(q).values_list("subject_id", flat=True)) for q in ("厅堂", "柜面", "票据")] == [
        set(),
        {4},
        set(),
    ]


def test_words_are_bigrams_with_latin_runs_whole():
    assert words("订烟贷P7") == ["订烟", "烟贷", "贷", "p7"]
    assert query_words("贷 p2") == [("贷", True), ("p2", True)]
