"""gunicorn's settings of every door with TLS (``--config python:sesshu.config.tls_door``)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from sesshu.config import logs
from sesshu.config.home import home

worker_class = "gthread"
threads = 4
keepalive = 30  # seconds
certfile = str(home() / "secrets" / "authority" / "door.pem")  # says only that TLS is wanted
keyfile = str(home() / "secrets" / "authority" / "door-key.pem")
header_map = "drop"
forwarded_allow_ips = ""
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
control_socket_disable = True
loglevel = "warning"
graceful_timeout = 20
logconfig_dict = logs.of_gunicorn()


def ssl_context(config: Any, default_ssl_context_factory: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Asked for each connection, by a worker that has loaded the application."""
    from sesshu.config import tls

    return tls.door_context()
