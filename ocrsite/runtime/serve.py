"""`manage.py serve`: put the site together and supervise it.

This process never loads Django: it stays small (the kernel ends others first when memory runs
out), and the web process answers a second earlier.
"""

from __future__ import annotations

import argparse
import sys

import structlog

from ocrsite import BASE_DIR, __version__, logging
from ocrsite.data_directory import explain_os_error
from ocrsite.environment import read_environment
from ocrsite.runtime import queue_server
from ocrsite.runtime.directory_lock import InUse, lock_data_directory
from ocrsite.runtime.listener import PortUnavailable, open_listener
from ocrsite.runtime.queue_server import NoQueueServer
from ocrsite.runtime.site import Site
from ocrsite.runtime.start_state import ProcessRole
from ocrsite.runtime.supervisor import Supervisor
from ocrsite.runtime.welcome import tell

log = structlog.get_logger("ocrsite")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "role",
        nargs="?",
        default=ProcessRole.ALL.value,
        choices=[role.value for role in ProcessRole],
        help="all-in-one (default), or one role of several machines",
    )


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="manage.py serve", description=__doc__)
    add_arguments(parser)
    serve(ProcessRole(parser.parse_args(arguments).role))


def serve(role: ProcessRole) -> None:
    """Run until SIGTERM or SIGINT. Exits with 1 and one sentence if the site can't be started."""
    settings = read_environment()
    if role is not ProcessRole.ALL and settings.redis_url is None:
        sys.exit(
            f"ocrsite: `serve {role.value}` is one of several processes and needs the queue they "
            "share; set REDIS_URL, or start everything with `serve`."
        )
    logging.configure()
    supervisor = Supervisor(BASE_DIR)
    try:
        lock = lock_data_directory(settings.data_dir, shared=role is not ProcessRole.ALL)
        listener = open_listener(settings.port) if role is not ProcessRole.WORKER else None
        program = queue_server.find_program() if settings.redis_url is None else None
        site = Site(settings, role, lock, supervisor, queue_program=program)
    except (InUse, PortUnavailable, NoQueueServer) as error:
        sys.exit(f"ocrsite: {error}")
    except OSError as error:
        sys.exit(f"ocrsite: {explain_os_error(settings.data_dir, error)}")

    for warning in filter(None, (settings.data_dir_warning, *settings.s3.warnings)):
        log.warning("start_warning", detail=str(warning))
    tell("ocrsite is starting ...")
    with supervisor:
        log.info(
            "site_starting",
            version=__version__,
            data_dir=str(settings.data_dir),
            port=settings.port if listener else None,
        )
        site.start(listener.fileno() if listener is not None else None)
        supervisor.run()
    site.clean_up()
    log.info("site_stopped")
    tell("\nocrsite has stopped.")
