# SPDX-License-Identifier: Apache-2.0
"""create_server and Server."""

import asyncio
import socket

from scenario import scenario
from support import LOCALHOST, Quiet, Recorder, dial, port_of, settle
from words import Boom, attempt, attempt_await, show, word


async def attempt_serve(out, label, creating):
    """Prints how creating a server ends; a server that came out of it is closed."""
    try:
        server = await creating
    except BaseException as error:
        out(f"{label}: {word(error)}")
    else:
        out(f"{label}: {len(server.sockets)} sockets")
        server.close()


async def serve(out, protocol=Quiet):
    """Starts a server; returns it and the list of protocols that it makes."""
    protocols = []

    def factory():
        protocols.append(protocol(out))
        return protocols[-1]

    loop = asyncio.get_running_loop()
    return await loop.create_server(factory, LOCALHOST, 0), protocols


async def client_of(server, protocols):
    """Connects a peer; returns it and the protocol that serves it."""
    number = len(protocols)
    peer = dial(server)
    while len(protocols) == number or protocols[number].transport is None:
        await asyncio.sleep(0)
    return peer, protocols[number]


@scenario("EL-70", "EL-150", "EL-153", "EL-154", "EL-78")
async def scenario_a_server_listens_until_it_is_closed(out):
    loop = asyncio.get_running_loop()
    server, _ = await serve(out)
    out(f"its loop {show(server.get_loop() is loop)}")
    out(f"serving {show(server.is_serving())}, sockets {len(server.sockets)}")
    out(f"has a port {show(port_of(server) > 0)}")
    attempt(out, "close", server.close)
    attempt(out, "close again", server.close)
    out(f"serving {show(server.is_serving())}, sockets {len(server.sockets)}")


@scenario("EL-70", "R-95")
async def scenario_one_socket_is_bound_for_each_different_address(out):
    loop = asyncio.get_running_loop()

    def create(hosts):
        return loop.create_server(asyncio.Protocol, hosts, 0)

    await attempt_serve(out, "one host", create([LOCALHOST]))
    await attempt_serve(out, "the same host twice", create([LOCALHOST, LOCALHOST]))
    await attempt_serve(out, "two hosts", create([LOCALHOST, "127.0.0.2"]))


@scenario("EL-70", mirror="192.0.2.1 is an address that no machine has")
async def scenario_an_address_that_cannot_be_bound_is_an_io_error(out):
    loop = asyncio.get_running_loop()

    def create(hosts, port):
        return loop.create_server(asyncio.Protocol, hosts, port)

    server, _ = await serve(out)
    await attempt_serve(out, "port in use", create(LOCALHOST, port_of(server)))
    await attempt_serve(out, "no address of ours", create("192.0.2.1", 0))
    await attempt_serve(out, "no host", create([], 0))
    await attempt_serve(out, "one of two is ours", create(["192.0.2.1", LOCALHOST], 0))
    server.close()


@scenario("EL-71", mirror="in Java both are calls with options that hold a sock, or none")
async def scenario_create_server_needs_an_address_or_a_socket(out):
    loop = asyncio.get_running_loop()
    with socket.socket() as sock:
        both = loop.create_server(asyncio.Protocol, LOCALHOST, 0, sock=sock)
        await attempt_serve(out, "host, port and sock", both)
    await attempt_serve(out, "nothing", loop.create_server(asyncio.Protocol))


@scenario("EL-71", mirror="bound, not yet listening")
async def scenario_a_server_can_listen_on_a_given_socket(out):
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.bind((LOCALHOST, 0))
    port = sock.getsockname()[1]
    recorder = Recorder(out)
    server = await loop.create_server(lambda: recorder, sock=sock)
    out(f"same port {show(port_of(server) == port)}")
    peer = dial(server)
    peer.send("hello")
    await recorder.received(5)
    peer.close()
    await recorder.lost
    server.close()


@scenario("R-93", "EL-78", "EL-155")
async def scenario_a_server_that_has_not_started_refuses_connections(out):
    loop = asyncio.get_running_loop()
    recorder = Recorder(out)
    server = await loop.create_server(lambda: recorder, LOCALHOST, 0, start_serving=False)
    attempt(out, "serving", server.is_serving)
    attempt(out, "connect", lambda: dial(server))
    await server.start_serving()
    await server.start_serving()
    attempt(out, "serving", server.is_serving)
    peer = dial(server)
    await recorder.made
    peer.close()
    await recorder.lost
    server.close()


@scenario("R-97", "EL-153")
async def scenario_the_sockets_of_a_server_are_a_fresh_list_each_time(out):
    server, _ = await serve(out)
    first, second = server.sockets, server.sockets
    out(f"same list {show(first is second)}, same port {show(first[0].getsockname() == second[0].getsockname())}")
    server.close()
    out(f"old list {len(first)}, new list {len(server.sockets)}")


@scenario("R-90", "EL-150")
async def scenario_closing_a_server_leaves_its_connections_open(out):
    server, protocols = await serve(out, Recorder)
    peer, recorder = await client_of(server, protocols)
    server.close()
    out("server closed")
    peer.send("hello")
    await recorder.received(5)
    recorder.transport.write(b"answer")
    out(f"peer got {show(await peer.receive(6))}")
    peer.close()
    await recorder.lost


@scenario("R-90", "EL-150", mirror="from another local address, for a socket can connect to its own port")
async def scenario_a_closed_server_refuses_connections(out):
    server, _ = await serve(out)
    address = server.sockets[0].getsockname()
    server.close()
    await settle()
    with socket.socket() as sock:
        sock.bind(("127.0.0.2", 0))
        attempt(out, "connect", lambda: sock.connect(address))


@scenario("R-91", "R-92", "EL-151")
async def scenario_wait_closed_waits_for_the_close_and_the_last_connection(out):
    server, protocols = await serve(out)

    async def wait(name):
        await server.wait_closed()
        out(f"{name} waiter released")

    peer, _ = await client_of(server, protocols)
    other, _ = await client_of(server, protocols)
    waiters = [asyncio.create_task(wait(name)) for name in ["first", "second"]]
    await settle()
    out("close")
    server.close()
    await settle()
    out("first peer leaves")
    peer.close()
    await protocols[0].lost
    await settle()
    out("last peer leaves")
    other.close()
    await asyncio.gather(*waiters)
    await attempt_await(out, "wait again", server.wait_closed())


@scenario("EL-152", "R-91")
async def scenario_close_clients_closes_all_connections(out):
    server, protocols = await serve(out)
    peers = [(await client_of(server, protocols))[0] for _ in range(3)]
    server.close()
    server.close_clients()
    out(f"closing {show([p.transport.is_closing() for p in protocols])}")
    await server.wait_closed()
    out("closed")
    for peer in peers:
        out(f"peer sees the end after {await peer.receive_to_end()} bytes")
        peer.close()


@scenario("EL-152", "TP-04")
async def scenario_abort_clients_ends_all_connections(out):
    server, protocols = await serve(out)
    peers = [(await client_of(server, protocols))[0] for _ in range(2)]
    server.close()
    server.abort_clients()
    await server.wait_closed()
    out("closed")
    for peer in peers:
        out(f"peer sees the end after {await peer.receive_to_end()} bytes")
        peer.close()


@scenario("EL-156", "R-94")
async def scenario_a_cancelled_serve_forever_closes_the_server_and_waits_for_its_clients(out):
    server, protocols = await serve(out)
    peer, served = await client_of(server, protocols)
    task = asyncio.create_task(server.serve_forever())
    await settle()
    task.cancel()
    await settle()
    out(f"serving {show(server.is_serving())}, task done {show(task.done())}")
    peer.close()
    await attempt_await(out, "serve_forever", task)


@scenario("EL-156", "EL-150")
async def scenario_closing_the_server_ends_serve_forever(out):
    server, _ = await serve(out)
    task = asyncio.create_task(server.serve_forever())
    await settle()
    server.close()
    await attempt_await(out, "serve_forever", task)
    out(f"requests {task.cancelling()}")


@scenario("EL-156", "EL-155")
async def scenario_a_server_is_served_once_and_not_after_its_close(out):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, LOCALHOST, 0, start_serving=False)
    task = asyncio.create_task(server.serve_forever())
    await settle()
    attempt(out, "serving", server.is_serving)
    await attempt_await(out, "second", server.serve_forever())
    task.cancel()
    await attempt_await(out, "first", task)
    await attempt_await(out, "closed", server.serve_forever())


@scenario("EL-157", mirror="no connections, so that closing alone is enough")
async def scenario_a_server_is_closed_at_the_end_of_its_block(out):
    server, _ = await serve(out)
    async with server:
        attempt(out, "serving", server.is_serving)
    attempt(out, "serving", server.is_serving)


@scenario("R-86", "EL-72", "EL-70")
async def scenario_all_connections_are_accepted_whatever_the_backlog(out):
    loop = asyncio.get_running_loop()
    protocols = []

    def factory():
        protocols.append(Quiet(out))
        return protocols[-1]

    server = await loop.create_server(factory, LOCALHOST, 0, backlog=1)
    peers = [(await client_of(server, protocols))[0] for _ in range(5)]
    out(f"connections {len(protocols)}")
    server.close()
    for peer in peers:
        peer.close()
    for protocol in protocols:
        await protocol.lost


@scenario("R-87", mirror="a handler that ignores everything is set, for Java may report what asyncio keeps silent")
async def scenario_a_protocol_factory_that_raises_ends_one_connection_and_not_the_server(out):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)
    recorder = Recorder(out)
    calls = []

    def factory():
        calls.append(None)
        if len(calls) == 1:
            out("factory raises")
            raise Boom("boom")
        return recorder

    server = await loop.create_server(factory, LOCALHOST, 0)
    first = dial(server)
    out(f"first peer sees the end after {await first.receive_to_end()} bytes")
    second = dial(server)
    await recorder.made
    second.close()
    await recorder.lost
    server.close()


@scenario("R-83", "TP-01", mirror="the peer is gone before the server accepts")
async def scenario_an_accepted_connection_knows_its_peer_even_when_it_is_gone(out):
    server, protocols = await serve(out, Recorder)
    peer = dial(server)
    name = peer.sock.getsockname()
    peer.close()
    while not protocols:
        await asyncio.sleep(0)
    await protocols[0].lost
    transport = protocols[0].transport
    out(f"peername is kept: {show(transport.get_extra_info('peername') == name)}")
    server.close()


@scenario("R-57", "TP-08", "R-59")
async def scenario_a_served_protocol_hears_of_everything_in_order(out):
    server, protocols = await serve(out, Recorder)
    peer = dial(server)
    peer.send("hello")
    peer.end()
    while not protocols:
        await asyncio.sleep(0)
    await protocols[0].lost
    out(f"peer sees the end after {await peer.receive_to_end()} bytes")
    peer.close()
    server.close()


@scenario("EL-70", "EL-42", mirror="both ends are protocols of the one loop")
async def scenario_client_and_server_of_one_loop_talk(out):
    loop = asyncio.get_running_loop()

    class Upper(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            self.transport.write(bytes(data).upper())

    server = await loop.create_server(Upper, LOCALHOST, 0)
    recorder = Recorder(out)
    transport, _ = await loop.create_connection(lambda: recorder, *server.sockets[0].getsockname())
    for word_sent in [b"hello", b"world"]:
        before = recorder.count
        transport.write(word_sent)
        await recorder.received(before + len(word_sent))
    transport.close()
    await recorder.lost
    server.close()
    await server.wait_closed()
    out("closed")
