"""gunicorn's settings of the doors whose authority is the network's (network, intermediate servers)."""

from __future__ import annotations

from sesshu.config.home import home
from sesshu.config.numbers_door import *  # noqa: F403

# Says only that TLS is wanted; the door's own certificate is made by the worker (sesshu.config.tls).
certfile = keyfile = str(home() / "secrets" / "network-authority" / "authority.pem")
