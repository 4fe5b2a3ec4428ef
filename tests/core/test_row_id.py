import pytest

from apps.core.forms import row_id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12", 12),
        ("", 0),
        ("-1", 0),
        ("１２", 0),
        ("1e3", 0),
        ("9" * 19, 0),
        ("9" * 5000, 0),
        ("x", 0),
        (None, 0),
    ],
)
def test_what_is_no_primary_key_is_nobodys(text, found):
    assert row_id(text) == found
