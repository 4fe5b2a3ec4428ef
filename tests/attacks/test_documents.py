"""What somebody typed stands in Word and PDF documents as text, and makes nothing there."""

import io
import re

import pytest
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from apps.review.models import Meeting
from tests.attacks.scripts import PAYLOADS

pytestmark = [pytest.mark.attacks, pytest.mark.xdist_group("attacks")]

PLACE = f"{PAYLOADS[0][1]} {PAYLOADS[1][1]} {PAYLOADS[30][1]}"


@pytest.fixture
def document(house, crawl):
    """The minutes of a meeting in a place of such a name, as a file of this format."""
    Meeting._base_manager.update(place=PLACE)

    def download(format):
        address = reverse("review:minutes_document", kwargs={"pk": house.issued.pk, "format": format})
        answer = crawl.opened(house.secretary, address)
        assert answer.status_code == 200, answer.url
        return io.BytesIO(answer.body)

    return download


def test_in_word(document):
    file = Document(document("docx"))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    text = " ".join([paragraph.text for paragraph in file.paragraphs] + cells)
    assert PLACE in text


def test_in_pdf(document):
    text = "".join(page.extract_text() for page in PdfReader(document("pdf")).pages)
    plain = re.sub(r"\s", "", text)
    assert re.sub(r"\s", "", PLACE) in plain
