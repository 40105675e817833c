# SPDX-License-Identifier: Apache-2.0
"""What one connection may not do to another, and how each comes to its end."""

import asyncio
import contextvars

from scenario import scenario
from support import LOCALHOST, dial


@scenario("EL-79", "R-24", mirror="each connection is closed by its own data_received")
async def scenario_what_a_server_factory_sets_is_seen_by_its_own_connection_only(out):
    user = contextvars.ContextVar("user", default="nobody")
    ends = asyncio.Queue()

    class Served(asyncio.Protocol):
        def connection_made(self, transport):
            out(f"made sees {user.get()}")
            self.transport = transport

        def data_received(self, data):
            out(f"data sees {user.get()}")
            self.transport.close()

        def connection_lost(self, exc):
            out(f"lost sees {user.get()}")
            ends.put_nowait(exc)

    numbers = iter(range(3))

    def factory():
        out(f"factory sees {user.get()}")
        user.set(f"user {next(numbers)}")
        return Served()

    user.set("server")
    server = await asyncio.get_running_loop().create_server(factory, LOCALHOST, 0)
    user.set("main")
    for _ in range(3):
        peer = dial(server)
        peer.send("x")
        await ends.get()
        peer.close()
    out(f"main has {user.get()}")
    server.close()
