"""Third-party files for the browser: an allow-list of single files out of node_modules, never committed, never bundled."""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core import checks
from django.core.files.storage import FileSystemStorage

# Served name → file in node_modules. Source maps stand under the names their files ask for: hashing static names follows
# sourceMappingURL.
ASSETS = {
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/echarts.js": "echarts/dist/echarts.min.js",
    "vendor/sortable.js": "sortablejs/Sortable.min.js",
    "vendor/tom-select.js": "tom-select/dist/js/tom-select.complete.min.js",
    "vendor/tom-select.complete.min.js.map": "tom-select/dist/js/tom-select.complete.min.js.map",
    "vendor/tom-select.css": "tom-select/dist/css/tom-select.min.css",
    "vendor/tom-select.min.css.map": "tom-select/dist/css/tom-select.min.css.map",
}


def node_modules() -> Path:
    return settings.BASE_DIR / "node_modules"


class AssetStorage(FileSystemStorage):
    """Reads each asset from where npm put it."""

    def path(self, name):
        return str(node_modules() / ASSETS[name])


class NodeModulesFinder(BaseFinder):
    """Finds the files of ASSETS and no other."""

    def __init__(self, app_names=None, *args, **kwargs):
        self.storage = AssetStorage(location=node_modules())

    def check(self, **kwargs):
        missing = [source for source in ASSETS.values() if not (node_modules() / source).is_file()]
        if not missing:
            return []
        return [
            checks.Error(
                f"{len(missing)} browser files are missing, the first is node_modules/{missing[0]}.",
                hint="Run: npm ci --ignore-scripts",
                id="core.E001",
            )
        ]

    def find(self, path, find_all=False, **kwargs):
        path = str(path).replace("\\", "/")
        found = (
            self.storage.path(path) if path in ASSETS and Path(self.storage.path(path)).is_file() else None
        )
        if find_all:
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns):
        for name in ASSETS:
            if not matches_patterns(name, ignore_patterns or []):
                yield name, self.storage
