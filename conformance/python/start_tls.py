# SPDX-License-Identifier: Apache-2.0
"""Connections that come under TLS later, both ends on the loop unless said otherwise."""

import asyncio
import socket

from certificates import HOST, Caller, attempt_connect, client_context, kept, server_context, silent, tell
from scenario import scenario
from support import LOCALHOST, Peer, connect, port_of
from words import attempt_await, show


async def join_in_the_clear(client, accepted):
    """Connects two protocols of the loop; returns the client's transport."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: accepted, LOCALHOST, 0)
    transport, _ = await loop.create_connection(lambda: client, LOCALHOST, port_of(server))
    await accepted.made
    server.close()
    return transport


async def upgrade(client, accepted):
    """Puts both ends under TLS, with the same protocols; returns the transports."""
    loop = asyncio.get_running_loop()
    server_side = loop.create_task(
        loop.start_tls(accepted.transport, accepted, server_context(), server_side=True)
    )
    client_side = await loop.start_tls(client.transport, client, client_context(), server_hostname=HOST)
    return client_side, await server_side


@scenario("EL-91", "R-111")
async def scenario_a_connection_comes_under_tls_and_is_not_made_again(out):
    client, client_lines = kept(Caller)
    accepted, accepted_lines = kept()
    before = await join_in_the_clear(client, accepted)
    before.write(b"in the clear")
    await accepted.received(12)
    transport, other = await upgrade(client, accepted)
    out(f"another transport {show(transport is not before)}")
    transport.write(b"secret")
    await accepted.received(18)
    other.write(b"answer")
    await client.received(6)
    transport.close()
    await client.lost
    await accepted.lost
    tell(out, "client", client_lines)
    tell(out, "server", accepted_lines)


@scenario("EL-91", "EL-44")
async def scenario_an_upgraded_transport_knows_what_was_agreed_on(out):
    client = silent()
    accepted = silent()
    before = await join_in_the_clear(client, accepted)
    for name in "ssl_object", "peercert", "cipher":
        out(f"before: {name} {show(bool(before.get_extra_info(name)))}")
    transport, _ = await upgrade(client, accepted)
    for name in "ssl_object", "peercert", "cipher", "peername":
        out(f"after: {name} {show(bool(transport.get_extra_info(name)))}")
    out(f"same peer {show(transport.get_extra_info('peername') == before.get_extra_info('peername'))}")
    transport.close()
    await client.lost
    await accepted.lost


@scenario("EL-91", "R-111")
async def scenario_another_protocol_can_take_over_at_the_upgrade(out):
    loop = asyncio.get_running_loop()
    client = silent()
    accepted, lines = kept()
    after, after_lines = kept()
    before = await join_in_the_clear(client, accepted)
    before.write(b"hello")
    await accepted.received(5)
    server_side = loop.create_task(
        loop.start_tls(accepted.transport, after, server_context(), server_side=True)
    )
    transport = await loop.start_tls(before, client, client_context(), server_hostname=HOST)
    await server_side
    transport.write(b"secret")
    await after.received(6)
    transport.close()
    await client.lost
    await after.lost
    tell(out, "before", lines)
    tell(out, "after", after_lines)


@scenario("EL-91", "EL-46", "EL-47", mirror="in Java the options refuse it")
async def scenario_the_time_limits_of_an_upgrade_are_positive(out):
    loop = asyncio.get_running_loop()
    for keyword in "ssl_handshake_timeout", "ssl_shutdown_timeout":
        client = silent()
        peer, transport = await connect(client)
        await attempt_connect(
            out,
            keyword,
            loop.start_tls(transport, client, client_context(), server_hostname=HOST, **{keyword: 0}),
        )
        transport.abort()
        peer.close()


@scenario("EL-91", "EL-46", "R-100", mirror="the peer is outside of the loop")
async def scenario_a_peer_that_is_silent_in_an_upgrade_is_given_up(out):
    loop = asyncio.get_running_loop()
    client = silent()
    peer, transport = await connect(client)
    await attempt_connect(
        out,
        "upgrade",
        loop.start_tls(
            transport, client, client_context(), server_hostname=HOST, ssl_handshake_timeout=0.05
        ),
    )
    out(f"closing {show(transport.is_closing())}")
    out(f"peer got a hello and the end {show(await peer.receive_to_end() > 0)}")
    peer.close()


@scenario("EL-91", "R-101", mirror="the peer is outside of the loop")
async def scenario_a_peer_that_ends_in_an_upgrade_is_a_reset(out):
    loop = asyncio.get_running_loop()
    client = silent()
    peer, transport = await connect(client)
    upgrading = loop.create_task(
        loop.start_tls(transport, client, client_context(), server_hostname=HOST)
    )
    await peer.receive(5)
    peer.end()
    await attempt_connect(out, "upgrade", upgrading)
    peer.close()


@scenario("EL-91", "R-99", mirror="the peer is outside of the loop")
async def scenario_a_peer_that_goes_on_in_the_clear_is_an_error(out):
    loop = asyncio.get_running_loop()
    client = silent()
    peer, transport = await connect(client)
    upgrading = loop.create_task(
        loop.start_tls(transport, client, client_context(), server_hostname=HOST)
    )
    await peer.receive(5)
    peer.send("what are you talking about?\r\n")
    await attempt_connect(out, "upgrade", upgrading)
    out(f"closing {show(transport.is_closing())}")
    await peer.receive_to_end()
    peer.close()


@scenario("EL-91", "R-85", mirror="the peer is outside of the loop")
async def scenario_an_upgrade_that_is_cancelled_ends_the_connection(out):
    loop = asyncio.get_running_loop()
    client = silent()
    peer, transport = await connect(client)
    upgrading = loop.create_task(
        loop.start_tls(transport, client, client_context(), server_hostname=HOST)
    )
    await peer.receive(5)
    upgrading.cancel()
    await attempt_connect(out, "upgrade", upgrading)
    out(f"closing {show(transport.is_closing())}")
    await peer.receive_to_end()
    out("peer got the end")
    peer.close()


@scenario("EL-91", "EL-45")
async def scenario_an_upgrade_verifies_the_name(out):
    loop = asyncio.get_running_loop()
    client = silent()
    accepted = silent()
    transport = await join_in_the_clear(client, accepted)
    server_side = loop.create_task(
        loop.start_tls(accepted.transport, accepted, server_context(), server_side=True)
    )
    await attempt_connect(
        out, "wrong name", loop.start_tls(transport, client, client_context(), server_hostname="other.test")
    )
    out(f"closing {show(transport.is_closing())}")
    try:
        (await server_side).abort()
    except OSError:
        # With TLS 1.3 the server may be done when the client refuses.
        pass


@scenario("EL-91", "R-99", mirror="TLS inside TLS")
async def scenario_a_connection_under_tls_can_come_under_tls_again(out):
    client, client_lines = kept(Caller)
    accepted, accepted_lines = kept()
    await join_in_the_clear(client, accepted)
    client.transport, accepted.transport = await upgrade(client, accepted)
    transport, other = await upgrade(client, accepted)
    transport.write(b"secret")
    await accepted.received(6)
    other.write(b"answer")
    await client.received(6)
    transport.close()
    await client.lost
    await accepted.lost
    tell(out, "client", client_lines)
    tell(out, "server", accepted_lines)


async def open_with_peer():
    """Opens a stream with a peer outside of the loop; returns (peer, reader, writer)."""
    with socket.create_server((LOCALHOST, 0)) as listener:
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        return Peer(listener.accept()[0]), reader, writer


@scenario("ST-11", "EL-91", mirror="what is written before goes before, without a drain")
async def scenario_a_stream_comes_under_tls(out):
    async def handler(reader, writer):
        out(f"server got {show(await reader.readline())}")
        writer.write(b"220 go ahead\n")
        await writer.start_tls(server_context())
        out(f"server got {show(await reader.readline())}")
        writer.write(b"done\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handler, LOCALHOST, 0)
    reader, writer = await asyncio.open_connection(LOCALHOST, port_of(server))
    writer.write(b"STARTTLS\n")
    out(f"client got {show(await reader.readline())}")
    out(f"encrypted {show(writer.get_extra_info('ssl_object') is not None)}")
    await writer.start_tls(client_context(), server_hostname=HOST)
    out(f"encrypted {show(writer.get_extra_info('ssl_object') is not None)}")
    writer.write(b"secret\n")
    out(f"client got {show(await reader.readline())}")
    await attempt_await(out, "at the end", reader.readline())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


@scenario("ST-11", "EL-45")
async def scenario_a_stream_of_a_client_is_told_the_name(out):
    async def handler(reader, writer):
        try:
            await writer.start_tls(server_context())
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(handler, LOCALHOST, 0)
    reader, writer = await asyncio.open_connection(LOCALHOST, port_of(server))
    await attempt_await(out, "wrong name", writer.start_tls(client_context(), server_hostname="other.test"))
    out(f"closing {show(writer.is_closing())}")
    server.close()


@scenario("ST-11", "EL-46")
async def scenario_a_silent_peer_of_a_stream_is_given_up(out):
    peer, reader, writer = await open_with_peer()
    await attempt_await(
        out, "upgrade", writer.start_tls(client_context(), server_hostname=HOST, ssl_handshake_timeout=0.05)
    )
    out(f"peer got a hello and the end {show(await peer.receive_to_end() > 0)}")
    peer.close()
