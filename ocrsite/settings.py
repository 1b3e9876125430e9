"""Django's settings. What differs between installations comes from `ocrsite.environment`."""

from __future__ import annotations

import logging as stdlib_logging
from typing import Any

from django.utils.translation import gettext_lazy as _

from documents.api.openapi.options import SETTINGS as OPENAPI_SETTINGS
from ocrsite import BASE_DIR, __version__, logging
from ocrsite.environment import (
    build_gpu_child_variables,
    build_untrusted_child_variables,
    read_environment,
)
from ocrsite.environment.library_paths import VLLM, VLM_PYTHON
from ocrsite.secret_key import choose_secret_key

ENVIRONMENT = read_environment()
DATA_DIR = ENVIRONMENT.data_dir

DEBUG = False
SECRET_KEY = choose_secret_key(ENVIRONMENT)

# --- the archive ------------------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "media"
#: The bucket that holds a copy of everything (documents/bucket/settings.py); None: local disk only.
OCRSITE_BUCKET = ENVIRONMENT.s3.bucket
OCRSITE_BUCKET_SETTINGS = ENVIRONMENT.s3
#: The id of this database among the copies of other containers; PostgreSQL has no copies.
OCRSITE_WRITER_FILE = None if ENVIRONMENT.database else DATA_DIR / "replica" / "id"
#: The search index of this machine; if it is deleted, it is rebuilt.
OCRSITE_SEARCH_DIR = DATA_DIR / "search"
OCRSITE_ENGINE = ENVIRONMENT.engine
#: Where PaddleOCR-VL runs. On "cpu" a page takes minutes: for tests with small models.
OCRSITE_PADDLE_DEVICE = "gpu:0"
OCRSITE_LANGUAGES = ENVIRONMENT.languages
#: By how much word F1, 0 to 1, a compared engine may be worse for `auto` to take it.
OCRSITE_ENGINE_MARGIN = ENVIRONMENT.engine_margin
OCRSITE_SECOND_READER = ENVIRONMENT.second_reader
OCRSITE_RECOGNISER = ENVIRONMENT.recogniser
OCRSITE_VLM_PYTHON, OCRSITE_VLLM = VLM_PYTHON, VLLM
#: Where Tesseract's language data and PaddleOCR-VL's models lie, as far as the environment says.
OCRSITE_TESSDATA_DIR = ENVIRONMENT.library_paths.tessdata_dir
OCRSITE_PADDLE_CACHE_DIR = ENVIRONMENT.library_paths.paddle_cache_home
OCRSITE_PADDLE_MODEL_DIRS = list(ENVIRONMENT.library_paths.paddle_model_homes)
#: The whole environment of a child process that parses uploaded files.
OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT = build_untrusted_child_variables()
#: The same of the batched recogniser's process (ocr_worker/vlm).
OCRSITE_GPU_CHILD_ENVIRONMENT = build_gpu_child_variables()
#: The functions that draw a page image and a thumbnail (documents/exports/page_images.py) and that
#: join tables and titles across pages (documents/exports/cross_page.py).
OCRSITE_PAGE_RENDERER = "ocr_worker.rendering.on_demand.render_page"
OCRSITE_RESTRUCTURER = "ocr_worker.cross_page.restructure_pages"
OCRSITE_THUMBNAIL_RENDERER = "ocr_worker.rendering.on_demand.render_thumbnail"
#: The function that opens a protected file with its password (documents/actions/unlock.py).
OCRSITE_UNLOCKER = "ocr_worker.rendering.on_demand.unlock_file"
#: The function that makes a PDF of an office file (documents/exports/rendition.py).
OCRSITE_CONVERTER = "ocr_worker.conversion.on_demand.convert"
OCRSITE_MAX_UPLOAD_BYTES = ENVIRONMENT.max_upload_bytes
#: Hosts and networks that are not public and may be called all the same.
OCRSITE_VERSION = __version__
OCRSITE_CALL_ALLOWED = ENVIRONMENT.call_allowed
OCRSITE_BATCH_PREFIXES = ENVIRONMENT.batch_prefixes
#: The folder whose files are taken in, and whether they are kept in its `done/`; None: no folder.
OCRSITE_INBOX = ENVIRONMENT.inbox
OCRSITE_INBOX_KEEP = ENVIRONMENT.inbox_keep
#: Requests that one token may send in a minute; 0: any number.
OCRSITE_RATE_LIMIT = ENVIRONMENT.rate_limit
#: Processes of this machine that answer requests.
OCRSITE_WEB_PROCESSES = ENVIRONMENT.web_processes
#: The queue's URL; None in a process that belongs to no running site (tests, one-off commands).
REDIS_URL = ENVIRONMENT.redis_url

# --- applications, middleware, templates ------------------------------------------------------

INSTALLED_APPS = [
    "ocrsite",
    "documents.apps.DocumentsConfig",
    "ocr_worker.apps.OcrWorkerConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
]

MIDDLEWARE = [
    "ocrsite.middleware.security.SecurityHeaders",
    "ocrsite.middleware.https.SecureCookies",
    "django.middleware.security.SecurityMiddleware",
    # Before the gate: the page that asks to wait has a stylesheet.
    "ocrsite.middleware.static.StaticMiddleware",
    "ocrsite.middleware.startup_gate.StartupGate",
    "ocrsite.middleware.compression.CompressPages",
    "ocrsite.monitoring.metrics.MeasureRequests",
    "ocrsite.middleware.request_log.RequestLog",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "ocrsite.middleware.time_zone.BrowserTimeZone",
    "ocrsite.middleware.hosts.HostsMiddleware",
    "documents.http.csrf.CsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "documents.http.audit_reads.AuditReads",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ocrsite.middleware.error_pages.ErrorPages",
]

ROOT_URLCONF = "ocrsite.urls"
WSGI_APPLICATION = "ocrsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ocrsite.monitoring.context.start_warnings",
            ]
        },
    }
]

# --- database ---------------------------------------------------------------------------------

# SQLite: read transactions never wait for the writer (WAL); a commit is on the disk before the
# response is sent (FULL); a write transaction takes its lock at its start (IMMEDIATE), so it waits
# for the lock instead of failing half-way. Each connection has a cache of 8 MiB; 256 MiB of the
# file are memory-mapped and shared.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; "
        "PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;"
    ),
}

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "CONN_MAX_AGE": 60,
        **(
            {**ENVIRONMENT.database, "CONN_HEALTH_CHECKS": True}
            if ENVIRONMENT.database
            else {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": DATA_DIR / "db.sqlite3",
                "OPTIONS": SQLITE_OPTIONS,
                # A file, because threads on a database in memory share one connection's locks.
                "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
            }
        ),
    }
}

# --- logging ----------------------------------------------------------------------------------

logging.configure()
LOGGING_CONFIG = None
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = stdlib_logging.DEBUG
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = stdlib_logging.INFO

# --- people -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "documents.User"
AUTHENTICATION_BACKENDS = [
    # Finds the user of a session. Passwords are checked by documents/actions/log_in.py.
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "documents.sign_in.hashers.Argon2Hasher",
    "documents.sign_in.hashers.PBKDF2Hasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "log-in"
LOGIN_REDIRECT_URL = "web:inbox"

# --- REST API ---------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "documents.api.authentication.TokenAuthentication",
        "documents.http.csrf.SameOriginSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "documents.api.openapi.operation.Operation",
    "EXCEPTION_HANDLER": "documents.api.problems.handle_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}

#: How the API describes itself (documents/api/openapi/).
SPECTACULAR_SETTINGS = OPENAPI_SETTINGS

# --- languages and times ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
#: Seconds that a browser remembers the chosen language and theme: 400 days, the most it may.
LANGUAGE_COOKIE_AGE = 400 * 86_400
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "ocrsite" / "locale"]
FORMAT_MODULE_PATH = ["ocrsite.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 300
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "ocrsite.middleware.static.StaticStorage"},
}
# An uploaded file is streamed to the disk that stores it, never to memory.
FILE_UPLOAD_HANDLERS = ["documents.files.upload_staging.StagingUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 500

# `manage.py check --deploy` can't see these; a test holds that it finds nothing else.
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # the CSRF middleware is there: documents.http.csrf.CsrfMiddleware, a subclass
    # One site answers by http inside a network and by https behind a gateway, with no setting. What
    # https needs can't be static: it is decided for each request
    # (ocrsite/middleware/https.py).
    "security.W004",  # SECURE_HSTS_SECONDS
    "security.W008",  # SECURE_SSL_REDIRECT: the gateway redirects; a health probe speaks http
    "security.W012",  # SESSION_COOKIE_SECURE
    "security.W016",  # CSRF_COOKIE_SECURE
]

# --- security ---------------------------------------------------------------------------------

ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
USE_X_FORWARDED_HOST = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ocrsite.middleware.error_pages.handle_forbidden"
