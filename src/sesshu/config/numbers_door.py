"""gunicorn's settings of the vault's door (``--config python:sesshu.config.numbers_door``)."""

from __future__ import annotations

from sesshu.config.home import home
from sesshu.config.tls_door import *  # noqa: F403

# Says only that TLS is wanted; the door's own certificate is made by the worker (sesshu.config.tls).
certfile = keyfile = str(home() / "secrets" / "authority" / "authority.pem")
# A context is made for each connection, so connections are kept open for the systems that come again.
keepalive = 120  # seconds
