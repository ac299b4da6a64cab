"""gunicorn's settings of the doors whose authority is the network's (network, intermediate servers)."""

from __future__ import annotations

from sesshu.config.numbers_door import *  # noqa: F403

# Any file that exists says that TLS is wanted; the worker gives the certificate (sesshu.config.tls).
certfile = keyfile = __file__
