import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.forms import Form
from apps.core.sheets import BadSheet
from apps.core.uploads import BadUpload, check_upload
from apps.org.imports.workbook import read_workbook


class ImportForm(Form):
    """A filled-in workbook. Cleaned, it has `rows`, `name` and `sha256`."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "The filled-in template, an .xlsx file without macros, formulas or links to other files."
        ),
        widget=forms.FileInput({"accept": ".xlsx"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            self.name = check_upload(file, kinds=("xlsx",)).name
            self.rows = read_workbook(file)
        except (BadUpload, BadSheet) as refusal:
            raise ValidationError(str(refusal)) from refusal
        file.seek(0)
        self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file
