#!/usr/bin/env python
"""ocrsite's command line: `manage.py serve` starts the archive; see `manage.py help`."""

from __future__ import annotations

import sys

#: Commands that write the sources or the image, which others read too, and nothing of an archive.
PUBLIC_COMMANDS = {"collectstatic", "compilemessages", "makemessages", "makemigrations"}


def main() -> None:
    # The environment is checked before Django is imported, so that a wrong value ends in one clear
    # sentence and never in a traceback from the settings module.
    from ocrsite.data_directory import keep_files_private
    from ocrsite.environment import read_environment, use_settings
    from ocrsite.environment.parse import ConfigurationError

    try:
        use_settings()
    except ConfigurationError as error:
        sys.exit(f"ocrsite: {error}")

    if not PUBLIC_COMMANDS.intersection(sys.argv[1:2]):
        keep_files_private(read_environment().data_dir)

    if sys.argv[1:2] == ["serve"]:
        # The supervisor does not load Django; the processes that it starts do.
        from ocrsite.runtime import serve

        serve.main(sys.argv[2:])
        return

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
