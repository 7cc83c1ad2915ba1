"""Loopback ports for servers that are stopped and started again at the same address.

Two things take a port that merely looked free: another test process that looked at the same moment, and the system,
which gives ports from `ip_local_port_range` to any connection while the server is away. So these lie below that range,
and each is held by a name in the abstract socket namespace, which the system frees with the process.
"""

from __future__ import annotations

import random
import socket

RANGE = range(15_000, 30_000)
_held: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody listens on, this process's until it ends. Raises RuntimeError where none is left."""
    for port in random.SystemRandom().sample(RANGE, 500):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            name.bind(f"\0aigaq-test-port-{port}")
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        _held.append(name)
        return port
    raise RuntimeError("no free port on this machine")
