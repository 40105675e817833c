# SPDX-License-Identifier: Apache-2.0
"""create_connection."""

import asyncio
import socket

from scenario import scenario
from support import LOCALHOST, Peer, Quiet, Recorder, connect, open_descriptors, print_to
from support import refused_address, settle
from words import Boom, attempt_await, show, word


async def attempt_connect(out, label, connecting):
    """Prints how connecting ends; a transport that came out of it is closed."""
    try:
        transport, _ = await connecting
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: connected")
        transport.close()
        await settle()


@scenario("R-57", "EL-40", mirror="the data is in the kernel before create_connection returns")
async def scenario_create_connection_returns_between_connection_made_and_the_first_data(out):
    loop = asyncio.get_running_loop()

    def factory():
        out("factory")
        return Recorder(out)

    with socket.create_server((LOCALHOST, 0)) as listener:
        sock = socket.create_connection(listener.getsockname())
        peer = Peer(listener.accept()[0])
        peer.send("hello")
        sock.setblocking(False)
        transport, recorder = await loop.create_connection(factory, sock=sock)
        out("returned")
        await recorder.received(5)
        out(f"its protocol {show(transport.get_protocol() is recorder)}")
        peer.close()
        await recorder.lost


@scenario("EL-40", "EL-42", mirror="in Java the last two are calls with options that hold a sock, or none")
async def scenario_create_connection_needs_an_address_or_a_socket(out):
    loop = asyncio.get_running_loop()

    def factory():
        out("factory")
        return asyncio.Protocol()

    with socket.socket() as sock:
        both = loop.create_connection(factory, LOCALHOST, 1, sock=sock)
        await attempt_connect(out, "host, port and sock", both)
        await attempt_connect(out, "nothing", loop.create_connection(factory))


@scenario("EL-40", "R-57", mirror="a bound socket that does not listen")
async def scenario_a_refused_connection_is_an_io_error_and_makes_no_protocol(out):
    loop = asyncio.get_running_loop()

    def factory():
        out("factory")
        return asyncio.Protocol()

    with refused_address() as sock:
        connecting = loop.create_connection(factory, *sock.getsockname())
        await attempt_connect(out, "connect", connecting)


@scenario("EL-50")
async def scenario_all_errors_of_connecting_can_be_had_as_a_group(out):
    loop = asyncio.get_running_loop()
    with refused_address() as sock:
        address = sock.getsockname()
        first = loop.create_connection(asyncio.Protocol, *address)
        await attempt_connect(out, "first error", first)
        group = loop.create_connection(asyncio.Protocol, *address, all_errors=True)
        await attempt_connect(out, "all errors", group)


@scenario("EL-42", "TP-01")
async def scenario_a_connected_socket_can_be_given(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        sock = socket.create_connection(listener.getsockname())
        peer = Peer(listener.accept()[0])
    sock.setblocking(False)
    transport, recorder = await loop.create_connection(lambda: Recorder(out), sock=sock)
    transport.write(b"hello")
    out(f"peer got {show(await peer.receive(5))}")
    transport.close()
    await recorder.lost
    out(f"peer got {await peer.receive_to_end()} bytes more")
    peer.close()


@scenario("EL-43", mirror="all of 127.0.0.0/8 is this machine")
async def scenario_a_connection_can_be_bound_to_a_local_address(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        transport, recorder = await loop.create_connection(
            lambda: Recorder(out), *listener.getsockname(), local_addr=("127.0.0.2", 0)
        )
        sock, address = listener.accept()
        out(f"the peer sees {address[0]}")
        out(f"sockname {transport.get_extra_info('sockname')[0]}")
        transport.close()
        await recorder.lost
        sock.close()


@scenario("EL-43")
async def scenario_a_local_address_that_does_not_fit_is_an_io_error(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        address = listener.getsockname()
        other_family = loop.create_connection(asyncio.Protocol, *address, local_addr=("::1", 0))
        await attempt_connect(out, "other family", other_family)
        taken = loop.create_connection(asyncio.Protocol, *address, local_addr=address)
        await attempt_connect(out, "taken", taken)


@scenario("EL-40", mirror="the name may have several addresses, only one of them is served")
async def scenario_a_host_name_is_resolved(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        port = listener.getsockname()[1]
        transport, recorder = await loop.create_connection(lambda: Recorder(out), "localhost", port)
        out(f"peername {transport.get_extra_info('peername')[0]}")
        transport.close()
        await recorder.lost


@scenario("EL-40", mirror="count the descriptors in /proc/self/fd")
async def scenario_a_protocol_factory_that_raises_fails_the_connect(out):
    loop = asyncio.get_running_loop()

    def factory():
        raise Boom("boom")

    with socket.create_server((LOCALHOST, 0)) as listener:
        before = open_descriptors()
        await attempt_connect(out, "connect", loop.create_connection(factory, *listener.getsockname()))
        out(f"descriptors left {open_descriptors() - before}")


@scenario("R-60", mirror="made is printed by the failing protocol")
async def scenario_a_connection_made_that_raises_is_reported_and_the_connection_lives(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print_to(out))

    class Failing(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            raise Boom("boom")

    recorder = Failing(out)
    peer, transport = await connect(recorder)
    peer.send("hello")
    await recorder.received(5)
    transport.close()
    await recorder.lost
    peer.close()


@scenario("R-58", "TP-02", "R-57")
async def scenario_a_protocol_that_pauses_in_connection_made_gets_nothing_until_it_resumes(out):
    class Paused(Recorder):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.pause_reading()

    recorder = Paused(out)
    peer, transport = await connect(recorder)
    peer.send("hello")
    await asyncio.sleep(0.02)
    out("resume")
    transport.resume_reading()
    await recorder.received(5)
    peer.close()
    await recorder.lost


@scenario(
    "R-85",
    "TK-02",
    mirror="Linux queues two connections for a backlog of 1 and does not answer the third; "
    "count the descriptors in /proc/self/fd",
)
async def scenario_cancelling_a_connect_closes_its_socket(out):
    loop = asyncio.get_running_loop()
    with socket.socket() as listener, socket.socket() as queued, socket.socket() as last:
        listener.bind((LOCALHOST, 0))
        listener.listen(1)
        queued.connect(listener.getsockname())
        last.connect(listener.getsockname())
        before = open_descriptors()
        connecting = loop.create_connection(asyncio.Protocol, *listener.getsockname())
        task = asyncio.create_task(connecting)
        await asyncio.sleep(0.02)
        out(f"done {show(task.done())}")
        task.cancel()
        await attempt_await(out, "connect", task)
        out(f"descriptors left {open_descriptors() - before}")


@scenario("TP-07", "TP-08", mirror="a protocol that overrides nothing")
async def scenario_the_methods_of_a_protocol_do_nothing_by_default(out):
    lost = asyncio.get_running_loop().create_future()

    class Plain(asyncio.Protocol):
        def connection_lost(self, exc):
            super().connection_lost(exc)
            lost.set_result(word(exc))

    peer, transport = await connect(Plain())
    peer.send("hello")
    peer.close()
    out(f"lost {await lost}")
    out(f"closing {show(transport.is_closing())}")


@scenario("R-81", "TP-01", mirror="by the socket options of both ends")
async def scenario_every_tcp_transport_has_no_delay_and_no_keep_alive(out):
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()

    class Accepted(Quiet):
        def connection_made(self, transport):
            super().connection_made(transport)
            accepted.set_result(self)

    server = await loop.create_server(lambda: Accepted(out), LOCALHOST, 0)
    address = server.sockets[0].getsockname()
    transport, client = await loop.create_connection(lambda: Quiet(out), *address)
    served = await accepted
    for end in [transport, served.transport]:
        sock = end.get_extra_info("socket")
        no_delay = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        keep_alive = sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        out(f"no delay {show(no_delay)}, keep alive {show(keep_alive)}")
    transport.close()
    await client.lost
    await served.lost
    server.close()
