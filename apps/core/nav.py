"""What stands in the side navigation and the top bar. Each app registers its own lines in its nav.py:

    register(NavItem("projects", _("Projects"), "folder-kanban", "projects:project_list", "project.view", 10))
    place("report", "insight:opportunity_report", "opportunity.report")

The frame shows a person the lines they may ever use; it asks the database nothing.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.routes import path_of

# Sections in the order they stand.
SECTIONS = {
    "work": _("Work"),
    "insight": _("Insight"),
    "projects": _("Projects"),
    "review": _("Review"),
    "resources": _("Resources"),
    "results": _("Results"),
    "talent": _("Talent"),
    "system": _("System"),
}
# Single doors of the frame. A place nobody has taken is not shown.
PLACES = (
    "home", "search", "help", "notices", "notice_count", "profile", "report", "acting", "rest", "alive", "out_everywhere",
)  # fmt: skip


@dataclass(frozen=True)
class NavItem:
    """One line. `capability` None means everybody signed in; `badge_url` names a route that answers a bare count as HTML."""

    section: str
    label: str | Promise
    icon: str
    url_name: str
    capability: str | None
    order: int
    badge_url: str | None = None

    @property
    def url(self) -> str:
        return path_of(self.url_name)

    @property
    def badge(self) -> str | None:
        return path_of(self.badge_url) if self.badge_url else None


_items: dict[str, NavItem] = {}
_places: dict[str, tuple[str, str | None]] = {}


def register(*items: NavItem) -> None:
    """Add lines to the navigation. A route has one line: registering it again replaces it."""
    for item in items:
        if item.section not in SECTIONS:
            raise ValueError(
                f"{item.section!r} is no section of the navigation; there are {', '.join(SECTIONS)}."
            )
        _items[item.url_name] = item


def place(name: str, url_name: str, capability: str | None = None) -> None:
    """Say which route stands behind one of PLACES: the search box, the bell, the button that reports an opportunity …"""
    if name not in PLACES:
        raise ValueError(f"{name!r} is no place of the frame; there are {', '.join(PLACES)}.")
    _places[name] = (url_name, capability)


def may_use(user, capability: str | None) -> bool:
    return user.is_authenticated and (capability is None or user.may_ever(capability))


def lines_for(user) -> tuple[str, ...]:
    """The routes of the lines the person may ever use, in order."""
    usable = (item for item in _items.values() if may_use(user, item.capability))
    return tuple(item.url_name for item in sorted(usable, key=lambda i: (i.order, i.url_name)))


def sections(lines: tuple[str, ...]) -> list[tuple[str, list[NavItem]]]:
    """(section label, lines) for each section that has any of these lines."""
    items = [_items[line] for line in lines]
    by_section = {name: [i for i in items if i.section == name] for name in SECTIONS}
    return [(SECTIONS[name], found) for name, found in by_section.items() if found]


def place_for(user, name: str) -> str | None:
    """The path behind a place of the frame, or None when nobody took it or this person may not use it."""
    url_name, capability = _places.get(name, (None, None))
    return path_of(url_name) if url_name and may_use(user, capability) else None


def current(path: str, lines: tuple[str, ...]) -> str | None:
    """The route of the line the page belongs to: the longest path that begins this one."""
    paths = [(path_of(line), line) for line in lines]
    fitting = [(url, line) for url, line in paths if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=lambda found: len(found[0]))[1] if fitting else None


def line_named(path: str) -> str:
    """What the line is called that the page belongs to, whoever may use it; nothing for a page of no line."""
    line = current(path, tuple(_items))
    return str(_items[line].label) if line else ""


# What core itself serves.
place("notices", "core:notice_list")
place("notice_count", "core:notice_count")
place("profile", "core:profile")
place("help", "core:help")
register(
    NavItem("system", _("Jobs"), "cog", "core:job_list", "job.operate", 80, "core:job_count"),
    NavItem("system", _("Journal"), "scroll-text", "core:entry_list", "journal.read", 90),
)
