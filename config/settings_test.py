"""Settings of the tests: those of the demo, with a database, queue and cache of their own and fast passwords."""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

# Two checkouts, and the parallel processes of one, share the servers of a machine without meeting.
CHECKOUT = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]
PROCESS = f"{CHECKOUT}-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
os.environ["SILUN_ENV"] = "demo"
os.environ["INSTALLATION"] = f"silun-test-{PROCESS}"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="silun-test-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "test-only-secret-key-0123456789abcdef0123456789abcdef0123")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0
if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": f"test_silun_{CHECKOUT}"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = (
    True  # static files straight from where they are: nothing is collected
)
