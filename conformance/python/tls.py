# SPDX-License-Identifier: Apache-2.0
"""How connections come under TLS, both ends on the loop."""

import asyncio
import socket
import ssl

from certificates import (
    HOST,
    Caller,
    attempt_connect,
    call,
    client_context,
    join,
    kept,
    nothing,
    serve,
    server_context,
    silent,
    tell,
)
from scenario import scenario
from support import LOCALHOST, Peer, Quiet, Recorder, dial, port_of
from words import attempt_await, show, word

TLS12 = ssl.TLSVersion.TLSv1_2
TLS13 = ssl.TLSVersion.TLSv1_3


def listener():
    """Somebody who listens outside of the loop."""
    return socket.create_server((LOCALHOST, 0))


@scenario("EL-44", "EL-73", "R-99", mirror="once for each version")
async def scenario_two_protocols_talk_under_tls(out):
    for version in TLS12, TLS13:
        client, client_lines = kept(Caller)
        accepted, accepted_lines = kept()
        transport = await join(client, accepted, version)
        out(transport.get_extra_info("ssl_object").version())
        transport.write(b"ping")
        await accepted.received(4)
        accepted.transport.write(b"pong!")
        await client.received(5)
        transport.close()
        await client.lost
        await accepted.lost
        tell(out, "client", client_lines)
        tell(out, "server", accepted_lines)


@scenario("R-99", "EL-44")
async def scenario_the_protocol_knows_of_the_connection_before_create_connection_returns(out):
    server = await serve(silent)
    client = Caller(out)
    transport = await call(server, client)
    out("returned")
    transport.close()
    await client.lost
    server.close()


@scenario("EL-45", "EL-46", "EL-47")
async def scenario_tls_keywords_are_nothing_for_a_client_without_tls(out):
    loop = asyncio.get_running_loop()
    for keyword, value in [
        ("server_hostname", HOST),
        ("ssl_handshake_timeout", 10),
        ("ssl_shutdown_timeout", 10),
    ]:
        connecting = loop.create_connection(asyncio.Protocol, LOCALHOST, 1, **{keyword: value})
        await attempt_connect(out, keyword, connecting)


@scenario("EL-77")
async def scenario_tls_keywords_are_nothing_for_a_server_without_tls(out):
    loop = asyncio.get_running_loop()
    for keyword in "ssl_handshake_timeout", "ssl_shutdown_timeout":
        await attempt_await(
            out, keyword, loop.create_server(asyncio.Protocol, LOCALHOST, 0, **{keyword: 10})
        )


@scenario("EL-46", "EL-47", mirror="in Java the options refuse it")
async def scenario_the_time_limits_of_a_client_are_positive(out):
    server = await serve(silent)
    for keyword in "ssl_handshake_timeout", "ssl_shutdown_timeout":
        for value in 0, -1:
            client = Quiet(out)
            await attempt_connect(out, f"{keyword} {value}", call(server, client, **{keyword: value}))
    server.close()


@scenario("EL-45", "EL-44")
async def scenario_a_client_of_a_given_socket_must_be_told_its_name(out):
    loop = asyncio.get_running_loop()
    server = await serve(silent)
    for name in None, HOST:
        sock = socket.create_connection((LOCALHOST, port_of(server)))
        sock.setblocking(False)
        client = silent()
        connecting = loop.create_connection(
            lambda: client, sock=sock, ssl=client_context(), server_hostname=name
        )
        await attempt_connect(out, f"name {show(name)}", connecting)
        if name is None:
            sock.close()
        else:
            await client.lost
    server.close()


@scenario("EL-45", "R-99", mirror="an address is no name of the certificate")
async def scenario_the_host_is_the_name_unless_another_is_given(out):
    loop = asyncio.get_running_loop()
    server = await serve(silent)
    for options in {}, {"server_hostname": HOST}, {"server_hostname": "other.test"}:
        client = silent()
        connecting = loop.create_connection(
            lambda: client, LOCALHOST, port_of(server), ssl=client_context(), **options
        )
        await attempt_connect(out, options.get("server_hostname", "the host"), connecting)
    server.close()


@scenario("EL-45", mirror="in Python the context must not ask for the host either")
async def scenario_the_empty_name_is_verified_by_nobody(out):
    server = await serve(silent)
    context = client_context()
    context.check_hostname = False
    client = silent()
    await attempt_connect(out, "no name", call(server, client, context, server_hostname=""))
    await client.lost
    strict = client_context(authority="other-ca.pem")
    strict.check_hostname = False
    await attempt_connect(
        out, "no name, not trusted", call(server, Quiet(out), strict, server_hostname="")
    )
    server.close()


@scenario("R-99", mirror="TLS 1.2, where both sides know at once")
async def scenario_neither_protocol_hears_of_a_handshake_that_fails(out):
    accepted, accepted_lines = kept()
    server = await serve(lambda: accepted, server_context(TLS12))
    client, client_lines = kept()
    await attempt_connect(out, "stranger", call(server, client, client_context(authority="other-ca.pem")))
    await asyncio.sleep(0.02)
    tell(out, "client", client_lines)
    tell(out, "server", accepted_lines)
    friend = silent()
    await attempt_connect(out, "friend", call(server, friend))
    await friend.lost
    await accepted.lost
    tell(out, "server", accepted_lines)
    server.close()


@scenario("EL-46", "R-100")
async def scenario_a_server_that_is_silent_in_the_handshake_is_given_up(out):
    with listener() as door:
        client = Recorder(out)
        loop = asyncio.get_running_loop()
        connecting = loop.create_connection(
            lambda: client,
            *door.getsockname(),
            ssl=client_context(),
            server_hostname=HOST,
            ssl_handshake_timeout=0.05,
        )
        await attempt_connect(out, "connect", connecting)
        peer = Peer(door.accept()[0])
        out(f"peer got a hello {show(await peer.receive_to_end() > 0)}")
        peer.close()


@scenario("EL-77", "R-100", "R-99")
async def scenario_a_client_that_is_silent_in_the_handshake_is_given_up(out):
    accepted = Recorder(out)
    server = await serve(lambda: accepted, ssl_handshake_timeout=0.05)
    peer = dial(server)
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    peer.close()
    out(f"server knows {show(accepted.made.done())}")
    server.close()


@scenario("R-101")
async def scenario_a_peer_that_ends_in_the_handshake_is_a_reset(out):
    with listener() as door:
        client = Recorder(out)
        loop = asyncio.get_running_loop()
        connecting = loop.create_task(
            loop.create_connection(
                lambda: client, *door.getsockname(), ssl=client_context(), server_hostname=HOST
            )
        )
        await asyncio.sleep(0.02)
        peer = Peer(door.accept()[0])
        await peer.receive(5)
        peer.end()
        await attempt_connect(out, "connect", connecting)
        peer.close()


@scenario("R-99", "R-101")
async def scenario_a_peer_that_does_not_speak_tls_is_an_error(out):
    with listener() as door:
        client = Recorder(out)
        loop = asyncio.get_running_loop()
        connecting = loop.create_task(
            loop.create_connection(
                lambda: client, *door.getsockname(), ssl=client_context(), server_hostname=HOST
            )
        )
        await asyncio.sleep(0.02)
        peer = Peer(door.accept()[0])
        peer.send("220 ready when you are\r\n")
        await attempt_connect(out, "connect", connecting)
        await peer.receive_to_end()
        peer.close()


@scenario("R-99", "EL-73")
async def scenario_a_client_that_does_not_speak_tls_disturbs_nobody(out):
    made = []

    def factory():
        made.append(silent())
        return made[-1]

    server = await serve(factory)
    peer = dial(server)
    peer.send("GET / HTTP/1.0\r\n\r\n")
    await peer.receive_to_end()
    peer.close()
    out(f"served {show(any(p.made.done() for p in made))}")
    client, lines = kept(Caller)
    transport = await call(server, client)
    transport.close()
    await client.lost
    tell(out, "client", lines)
    server.close()


@scenario("R-85", "EL-44")
async def scenario_a_connect_that_is_cancelled_in_the_handshake_closes_its_connection(out):
    with listener() as door:
        client = Recorder(out)
        loop = asyncio.get_running_loop()
        connecting = loop.create_task(
            loop.create_connection(
                lambda: client, *door.getsockname(), ssl=client_context(), server_hostname=HOST
            )
        )
        await asyncio.sleep(0.02)
        peer = Peer(door.accept()[0])
        connecting.cancel()
        await attempt_connect(out, "connect", connecting)
        out(f"peer got a hello and the end {show(await peer.receive_to_end() > 0)}")
        peer.close()


@scenario("R-103", "EL-151")
async def scenario_a_server_that_closes_its_clients_ends_their_handshakes(out):
    accepted = Recorder(out)
    server = await serve(lambda: accepted)
    peer = dial(server)
    await asyncio.sleep(0.02)
    server.close_clients()
    out(f"peer got {await peer.receive_to_end()} bytes and the end")
    peer.close()
    out(f"server knows {show(accepted.made.done())}")
    server.close()


@scenario("EL-44", "TP-06")
async def scenario_the_transport_knows_what_was_agreed_on(out):
    client = silent()
    accepted = silent()
    transport = await join(client, accepted)
    for name in "sslcontext", "ssl_object", "cipher", "peercert", "compression", "peername", "socket", "nonsense":
        mine = transport.get_extra_info(name)
        other = accepted.transport.get_extra_info(name)
        # A server knows no certificate of its client: an empty one in Python.
        out(f"{name}: client {show(bool(mine))}, server {show(bool(other))}")
    transport.close()
    await client.lost
    await accepted.lost


@scenario("EL-44", "EL-73", mirror="TLS 1.2, where both sides know at once")
async def scenario_a_server_may_want_to_see_a_certificate(out):
    for has_certificate in False, True:
        accepted, lines = kept()
        server = await serve(lambda: accepted, server_context(TLS12, needs_client=True))
        client = silent()
        try:
            (await call(server, client, client_context(has_certificate))).close()
            outcome = "connected"
        except OSError:
            # That of its alert, or of the reset behind it.
            outcome = "refused"
        out(f"certificate {show(has_certificate)}: {outcome}")
        if has_certificate:
            await accepted.made
            out(f"server has seen one {show(bool(accepted.transport.get_extra_info('peercert')))}")
            await accepted.lost
        else:
            await asyncio.sleep(0.02)
        tell(out, "server", lines)
        server.close()


@scenario("EL-44", "EL-73", mirror="ALPN, by sslParameters")
async def scenario_the_application_agrees_on_its_protocol(out):
    for offered in ["http/1.1", "h2"], []:
        server_side = server_context()
        server_side.set_alpn_protocols(["h2", "http/1.1"])
        client_side = client_context()
        if offered:
            client_side.set_alpn_protocols(offered)
        server = await serve(silent, server_side)
        client = silent()
        label = " ".join(offered) or "nothing"
        try:
            transport = await call(server, client, client_side)
        except OSError as error:
            out(f"{label}: {word(error)}")
        else:
            out(f"{label}: {transport.get_extra_info('ssl_object').selected_alpn_protocol() or 'nothing'}")
            transport.close()
            await client.lost
        server.close()


@scenario("R-99", "ST-01", "ST-02", mirror="a client that does not speak, then one that does")
async def scenario_a_stream_handler_starts_after_the_handshake(out):
    started = 0

    async def handler(reader, writer):
        nonlocal started
        started += 1
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(handler, LOCALHOST, 0, ssl=server_context())
    silent = dial(server)
    await asyncio.sleep(0.02)
    out(f"started {started}")
    reader, writer = await asyncio.open_connection(
        LOCALHOST, port_of(server), ssl=client_context(), server_hostname=HOST
    )
    writer.write(b"hello\n")
    await writer.drain()
    out(f"line {show(await reader.readline())}")
    out(f"end {show(await reader.read())}")
    out(f"started {started}")
    writer.close()
    await writer.wait_closed()
    silent.close()
    server.close()


@scenario("EL-81", "EL-73")
async def scenario_an_accepted_socket_can_be_served_under_tls(out):
    loop = asyncio.get_running_loop()
    accepted, lines = kept()
    client = silent()
    with listener() as door:
        connecting = loop.create_task(
            loop.create_connection(
                lambda: client, *door.getsockname(), ssl=client_context(), server_hostname=HOST
            )
        )
        await asyncio.sleep(0.02)
        sock, _ = door.accept()
        sock.setblocking(False)
        await loop.connect_accepted_socket(lambda: accepted, sock, ssl=server_context())
        transport, _ = await connecting
        transport.write(b"hello")
        await accepted.received(5)
        transport.close()
        await client.lost
        await accepted.lost
    tell(out, "server", lines)


@scenario("R-108", "R-99")
async def scenario_what_a_server_says_first_comes_after_connection_made(out):
    class Greeting(Quiet):
        def connection_made(self, transport):
            super().connection_made(transport)
            transport.write(b"welcome")

    client, lines = kept(Caller)
    accepted = Greeting(nothing)
    transport = await join(client, accepted)
    await client.received(7)
    transport.close()
    await client.lost
    await accepted.lost
    tell(out, "client", lines)
