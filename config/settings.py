"""The one settings file. Everything that differs between places is read from the environment (docs/settings.md lists it)."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from apps.org.sign_in.profiles import PROFILES, validators

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

# "demo" is one machine, to try it; "production" refuses to start on anything unsafe (at the end of this file).
SILUN_ENV = env.str("SILUN_ENV", "demo")
if SILUN_ENV not in ("demo", "production"):
    raise ImproperlyConfigured(f"SILUN_ENV is {SILUN_ENV!r}; it must be demo or production.")
PRODUCTION = SILUN_ENV == "production"
DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = env.str("SECRET_KEY", "demo-only-secret-key-never-in-production-0123456789abcdef")
CHECKPOINT_KEY = env.str("CHECKPOINT_KEY", SECRET_KEY)
CHECKPOINT_DIR = Path(env.str("CHECKPOINT_DIR", str(VAR_DIR / "checkpoints")))
HOST = env.str("HOST", "127.0.0.1")  # of `manage.py serve`, as PORT
PORT = env.int("PORT", 8000)
INSTALLATION = env.str("INSTALLATION", "silun")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"] if not PRODUCTION else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

STAIRS = [
    "core",
    "org",
    "ledger",
    "insight",
    "talent",
    "projects",
    "review",
    "operations",
    "allocation",
    "incentives",
    "desk",
]
INSTALLED_APPS = [
    *[f"apps.{name}" for name in STAIRS],
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "treebeard",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.core.middleware.OwnOriginMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # after the headers, so that static files carry them too
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.org.middleware.SessionEndMiddleware",
    "apps.org.middleware.ActingMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "apps.org.middleware.FirstThingsMiddleware",
    "apps.org.middleware.ReadingLogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.core.middleware.ConfidentialMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "config.jinja.environment",
            "context_processors": [
                "apps.core.context.frame",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
    {
        # Third-party pages we have not made our own yet; ours win by name.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]
FORM_RENDERER = "apps.core.forms.Renderer"

# ── Data ──────────────────────────────────────────────────────────────────────────────────────────────────────────
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
}
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{VAR_DIR}/silun.sqlite3")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
CACHE_URL = env.str("CACHE_URL", "")
CACHES: dict = {
    "default": {"BACKEND": "apps.core.caching.Cache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CACHES["default"]["KEY_PREFIX"] = INSTALLATION

# ── Jobs: the table decides, the broker only nudges ─────────────────────────────────────────────────────────────────
BROKER_URL = env.str("BROKER_URL", "filesystem://localhost")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is away for a night ends no worker
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_HEARTBEAT = 10  # a connection that went dead without a word is noticed in twice as long
# No mailbox for `celery inspect`: on RabbitMQ it belongs to one connection alone and is named by the host, so that a second
# worker of a host ends, and one that comes back before RabbitMQ has missed it.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_DEFAULT_QUEUE = INSTALLATION
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_TRANSPORT_OPTIONS: dict = {}
if BROKER_URL.startswith("filesystem"):
    for folder in ("messages", "processed", "control"):
        (VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "messages"),
        "data_folder_out": str(VAR_DIR / "broker" / "messages"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
    }
elif BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "global_keyprefix": f"{INSTALLATION}:",
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
        "visibility_timeout": 3600,
    }
elif BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"  # survives the loss of one broker of three
    CELERY_TASK_DEFAULT_EXCHANGE_TYPE = "topic"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "confirm_publish": True,
        "connect_timeout": 2,
        "read_timeout": 2,
        "write_timeout": 2,
    }
CELERY_BEAT_SCHEDULER = "apps.core.beat:Scheduler"
# RabbitMQ drops what nobody took for so many seconds, by its own clock. Not `expires`: that is a date, and a worker whose
# clock is ahead would drop everything.
CELERY_BEAT_SCHEDULE = {
    "relay": {"task": "core.relay", "schedule": 5.0, "options": {"expiration": 10}},
    "seal": {"task": "core.seal", "schedule": 10.0, "options": {"expiration": 20}},
    "tick": {"task": "core.tick", "schedule": 60.0, "options": {"expiration": 120}},
}

# ── Who you are ───────────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.org.adapters.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_PROFILE = env.str("PASSWORD_PROFILE", "djbh3" if PRODUCTION else "asvs")
if PASSWORD_PROFILE not in PROFILES:
    raise ImproperlyConfigured(
        f"PASSWORD_PROFILE is {PASSWORD_PROFILE!r}; it must be one of {', '.join(PROFILES)}."
    )
AUTH_PASSWORD_VALIDATORS = validators(PASSWORD_PROFILE)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "apps.org.adapters.AccountAdapter"  # nobody signs up by themselves
ACCOUNT_EMAIL_VERIFICATION = "none"
# Axes decides on failures, for codes too; a whole branch signs in at nine from behind one address.
ACCOUNT_RATE_LIMITS = {"login_failed": False, "login": "600/m/ip"}
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Silun"
MFA_ADAPTER = "apps.org.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "apps.org.adapters.ActivationForm",
    "authenticate": "apps.org.adapters.CodeForm",
    "reauthenticate": "apps.org.adapters.CodeAgainForm",
}
SECOND_FACTOR = env.bool("SECOND_FACTOR", PRODUCTION)  # whether the roles that need it are held to it
AXES_HANDLER = "apps.org.sign_in.lockout.LockoutHandler"
AXES_FAILURE_LIMIT = 5
ADDRESS_FAILURE_LIMIT = env.int("ADDRESS_FAILURE_LIMIT", 50)
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who goes on trying locks nobody out for longer
AXES_USERNAME_CALLABLE = "apps.org.sign_in.lockout.account_name"
AXES_CLIENT_IP_CALLABLE = "apps.org.sign_in.lockout.address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 15 * 60 if PRODUCTION else 8 * 3600)
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", 8 * 3600)  # from signing in, whatever happens
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.core.views.errors.csrf_failure"

# Single sign-on with the bank's identity provider, when it is named.
OIDC_ISSUER = env.str("OIDC_ISSUER", "")
OIDC_NAME = env.str("OIDC_NAME", "Single sign-on")
OIDC_ACCOUNT_CLAIM = env.str("OIDC_ACCOUNT_CLAIM", "preferred_username")
SOCIALACCOUNT_ADAPTER = "apps.org.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS: dict = {"openid_connect": {"APPS": []}}
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_ID", ""), env.str("OIDC_CLIENT_SECRET", "")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
    raise ImproperlyConfigured(
        "OIDC_ISSUER is set: OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set as well."
    )
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "bank",
            "name": OIDC_NAME,
            "client_id": OIDC_CLIENT_ID,
            "secret": OIDC_CLIENT_SECRET,
            "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
        }
    ]
OIDC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER)) if OIDC_ISSUER else None

# ── What the browser may do ───────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *([OIDC_ORIGIN] if OIDC_ORIGIN else [])],  # a form's redirect counts too
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True

# ── Language, time ────────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale" / name for name in STAIRS]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# ── Static files, uploads, mail ───────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "apps.core.assets.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 50 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "silun@example.com")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
}

# Business time may be moved in the demo and in tests alone (apps.core.clock).
CLOCK_SETTABLE = not PRODUCTION
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

if PRODUCTION:
    unsafe = [
        message
        for wrong, message in [
            (
                SECRET_KEY.startswith("demo-only") or len(SECRET_KEY) < 50,
                "SECRET_KEY must be set, 50 characters or more",
            ),
            (
                CHECKPOINT_KEY == SECRET_KEY or len(CHECKPOINT_KEY) < 32,
                "CHECKPOINT_KEY must be set, 32 characters or more, and differ from SECRET_KEY",
            ),
            (DEBUG, "DEBUG must be off"),
            (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS, "ALLOWED_HOSTS must name the hosts"),
            (
                any(not origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS),
                "CSRF_TRUSTED_ORIGINS must begin with https://",
            ),
            (
                "postgresql" not in DATABASES["default"]["ENGINE"],
                "DATABASE_URL must be a PostgreSQL database",
            ),
            (not BROKER_URL.startswith(("amqp", "redis")), "BROKER_URL must be RabbitMQ or Redis"),
        ]
        if wrong
    ]
    if unsafe:
        raise ImproperlyConfigured("Production refuses to start: " + "; ".join(unsafe) + ".")
