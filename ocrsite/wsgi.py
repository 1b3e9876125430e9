"""The WSGI application."""

from django.core.wsgi import get_wsgi_application

from ocrsite.data_directory import keep_files_private
from ocrsite.environment import read_environment, use_settings

use_settings()
keep_files_private(read_environment().data_dir)
application = get_wsgi_application()
