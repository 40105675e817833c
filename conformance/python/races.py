# SPDX-License-Identifier: Apache-2.0
"""create_connection to a host with several addresses: their order, and races between them."""

import asyncio
import contextlib
import re
import socket

from scenario import scenario
from support import LOCALHOST, Quiet, open_descriptors, refused_address, settle
from words import attempt_await, show

ADDRESS = re.compile(r"127\.0\.0\.\d+|::1")


def answers(*addresses):
    """A getaddrinfo that knows one host."""

    async def getaddrinfo(host, port, *, family=0, type=0, proto=0, flags=0):
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (a, port, 0, 0))
            if ":" in a
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses
        ]

    return getaddrinfo


async def tried(out, label, port, **keywords):
    """Prints the addresses that were tried, in the order of their failures."""
    loop = asyncio.get_running_loop()
    try:
        await loop.create_connection(asyncio.Protocol, "host", port, all_errors=True, **keywords)
    except ExceptionGroup as group:
        addresses = [ADDRESS.search(str(error))[0] for error in group.exceptions]
        out(f"{label}: {show(addresses)}")


@contextlib.contextmanager
def silent_address():
    """An address that takes no connection and refuses none, since its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((LOCALHOST, 0))
        listener.listen(1)
        for _ in range(4):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()


@scenario("EL-49", mirror="getaddrinfo is replaced; the failures tell the order")
async def scenario_addresses_are_tried_in_turn_of_their_families(out):
    loop = asyncio.get_running_loop()
    loop.getaddrinfo = answers("::1", "::1", "::1", "::1", "127.0.0.2", "127.0.0.3")
    with refused_address() as sock:
        port = sock.getsockname()[1]
        await tried(out, "as found", port)
        await tried(out, "none", port, interleave=0)
        await tried(out, "one", port, interleave=1)
        await tried(out, "three", port, interleave=3)
        await tried(out, "more than there are", port, interleave=7)


@scenario("EL-49", "EL-48")
async def scenario_a_race_takes_turns_of_the_families_by_itself(out):
    loop = asyncio.get_running_loop()
    loop.getaddrinfo = answers("127.0.0.2", "127.0.0.3", "::1", "::1")
    with refused_address() as sock:
        port = sock.getsockname()[1]
        await tried(out, "race", port, happy_eyeballs_delay=100)
        await tried(out, "race without turns", port, happy_eyeballs_delay=100, interleave=0)


@scenario("EL-48", "EL-50")
async def scenario_an_address_that_is_silent_is_overtaken_after_the_delay(out):
    loop = asyncio.get_running_loop()
    with silent_address() as (_, port):
        server = await loop.create_server(asyncio.Protocol, "127.0.0.2", port)
        loop.getaddrinfo = answers(LOCALHOST, "127.0.0.2")
        transport, quiet = await loop.create_connection(
            lambda: Quiet(out), "host", port, happy_eyeballs_delay=0.01
        )
        out(f"connected to {transport.get_extra_info('peername')[0]}")
        transport.close()
        await quiet.lost
        server.close()
        await server.wait_closed()


@scenario("EL-48", "R-85", "R-37")
async def scenario_a_race_that_is_cancelled_leaves_nothing_open(out):
    loop = asyncio.get_running_loop()
    with silent_address() as (_, port):
        loop.getaddrinfo = answers(LOCALHOST, LOCALHOST)
        before = open_descriptors()
        racing = asyncio.create_task(
            loop.create_connection(asyncio.Protocol, "host", port, happy_eyeballs_delay=0)
        )
        await asyncio.sleep(0.01)
        await settle()
        out(f"done {show(racing.done())}, more is open {show(open_descriptors() > before)}")
        racing.cancel()
        await attempt_await(out, "race", racing)
        out(f"as before {show(open_descriptors() == before)}")


@scenario("EL-48", "TC-02")
async def scenario_a_race_may_be_given_up_by_a_timeout(out):
    loop = asyncio.get_running_loop()
    with silent_address() as (_, port):
        loop.getaddrinfo = answers(LOCALHOST, LOCALHOST)
        racing = loop.create_connection(asyncio.Protocol, "host", port, happy_eyeballs_delay=0)
        await attempt_await(out, "race", asyncio.wait_for(racing, 0.02))


@scenario("EL-50")
async def scenario_a_single_failure_is_told_as_it_is_or_as_a_group_of_one(out):
    loop = asyncio.get_running_loop()
    with refused_address() as sock:
        port = sock.getsockname()[1]
        loop.getaddrinfo = answers(LOCALHOST)
        for delay in None, 100:
            for all_errors in False, True:
                connecting = loop.create_connection(
                    asyncio.Protocol,
                    "host",
                    port,
                    happy_eyeballs_delay=delay,
                    all_errors=all_errors,
                )
                await attempt_await(out, f"all errors {show(all_errors)}", connecting)


@scenario("EL-40", "EL-48")
async def scenario_a_host_without_addresses_is_an_io_error_in_a_race_too(out):
    loop = asyncio.get_running_loop()
    loop.getaddrinfo = answers()
    for delay in None, 100:
        connecting = loop.create_connection(
            asyncio.Protocol, "host", 80, happy_eyeballs_delay=delay
        )
        await attempt_await(out, "connect", connecting)
