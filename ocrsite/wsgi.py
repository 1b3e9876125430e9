"""The WSGI application."""

from django.core.wsgi import get_wsgi_application

from ocrsite.environment import use_settings

use_settings()
application = get_wsgi_application()
