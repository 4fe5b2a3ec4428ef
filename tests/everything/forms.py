"""The forms of a page as a browser sees them: filled in as an honest person would, to be sent with one thing changed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote_from_bytes, urljoin, urlsplit

import lxml.html
from django.urls import resolve

FORM = "application/x-www-form-urlencoded"


@dataclass
class PageForm:
    """A form that is posted. `values` is what a browser would send, `kinds` what each field is typed into."""

    address: str
    values: dict[str, list[str]]
    kinds: dict[str, str] = field(default_factory=dict)  # number, date, text, choice, hidden
    buttons: list[tuple[str, str]] = field(default_factory=list)
    has_file: bool = False

    @property
    def route(self) -> str:
        return resolve(urlsplit(self.address).path).view_name

    @property
    def key(self):
        return self.route, urlsplit(self.address).query, tuple(sorted(self.kinds))

    def of_kind(self, kind) -> list[str]:
        return [name for name, found in self.kinds.items() if found == kind]


def forms_of(html: str, address: str, told: dict[str, str]) -> list[PageForm]:
    """The forms on a page that are posted. `told` is what is typed into fields by their name; other empty ones get a word."""
    page = lxml.html.document_fromstring(html)
    return [
        _read(form, address, told)
        for form in page.iter("form")
        if (form.get("method") or "get").lower() == "post"
    ]


def _read(form, address, told):
    found = PageForm(urljoin(address, form.get("action") or ""), {})
    for control in form.iter("input", "select", "textarea", "button"):
        name = control.get("name")
        if not name or name == "csrfmiddlewaretoken" or control.get("disabled") is not None:
            continue
        kind = (control.get("type") or "text").lower() if control.tag == "input" else control.tag
        if kind in ("submit", "button"):
            found.buttons.append((name, control.get("value") or ""))
        elif kind == "file":
            found.has_file = True
        elif kind in ("checkbox", "radio"):
            _tick(found, form, control, name, kind)
        elif kind == "select":
            _choose(found, control, name)
        else:
            _type(found, control, name, kind, told)
    return found


def _tick(found, form, control, name, kind):
    """Boxes as they are; where several stand for one answer and none is ticked, the first."""
    found.kinds[name] = "choice"
    one_of_many = kind == "radio" or control.get("value") not in (None, "on")
    ticked = form.xpath(f".//input[@name='{name}'][@checked]")
    if control.get("checked") is not None or (one_of_many and not ticked and name not in found.values):
        found.values.setdefault(name, []).append(control.get("value") or "on")


def _choose(found, control, name):
    found.kinds[name] = "choice"
    options = list(control.iter("option"))
    chosen = [o for o in options if o.get("selected") is not None]
    if not chosen or not any(o.get("value") for o in chosen):
        chosen = [o for o in options if o.get("value")][:1] or chosen
    found.values[name] = [o.get("value") or "" for o in chosen]


def _type(found, control, name, kind, told):
    value = control.get("value") if control.tag == "input" else (control.text or "").removeprefix("\n")
    plain = name.rsplit("-", 1)[-1]
    if kind == "hidden":
        found.kinds[name] = "hidden"
    elif kind in ("date", "datetime-local"):
        found.kinds[name] = "date"
        value = value or told.get(plain) or (date.today() + timedelta(days=30)).isoformat()
    elif control.get("inputmode") in ("decimal", "numeric"):
        found.kinds[name] = "number"
        value = value or told.get(plain) or ("" if "-" in name else "3")
    else:
        found.kinds[name] = "text"
        value = value or told.get(plain, "测试文字")
    found.values[name] = [value or ""]


def encoded(values: dict[str, list[str]]) -> str:
    """As a browser would send it, or somebody without one: lone surrogates and all."""
    pairs = [(name, value) for name, several in values.items() for value in several]
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text):
    return quote_from_bytes(str(text).encode("utf-8", "surrogatepass"))


def shown(html: str) -> dict[str, list[str]]:
    """What stands in the fields of a page, by name."""
    page = lxml.html.document_fromstring(html.replace("\x00", ""))
    found = {}
    for control in page.iter("input", "textarea"):
        text = control.get("value") if control.tag == "input" else control.text
        found.setdefault(control.get("name"), []).append((text or "").removeprefix("\n"))
    return found
