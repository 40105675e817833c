# SPDX-License-Identifier: Apache-2.0
"""getaddrinfo and getnameinfo, and what asks them: connecting to the first address that answers."""

import asyncio
import socket

from scenario import scenario
from support import LOCALHOST, Quiet, port_of, refused_address
from words import attempt_await, show, word

FAMILIES = {socket.AF_INET: "ipv4", socket.AF_INET6: "ipv6"}
TYPES = {socket.SOCK_STREAM: "stream", socket.SOCK_DGRAM: "datagram"}


async def ask(out, label, host, port, **keywords):
    """Prints the answers, those for raw sockets left out."""
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(host, port, **keywords)
    except OSError as error:
        out(f"{label}: {word(error)}")
        return
    for family, kind, proto, _, address in infos:
        if kind in TYPES:
            out(f"{label}: {FAMILIES[family]} {TYPES[kind]} {proto} port {address[1]}")


def answers(*addresses):
    """A getaddrinfo that knows one host."""

    async def getaddrinfo(host, port, *, family=0, type=0, proto=0, flags=0):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    return getaddrinfo


@scenario("EL-110", mirror="the answers for raw sockets are left out")
async def scenario_a_literal_is_answered_once_for_each_type_of_socket(out):
    await ask(out, "ipv4", LOCALHOST, 80)
    await ask(out, "ipv6", "::1", 80)
    await ask(out, "a number in a text", LOCALHOST, "80")
    await ask(out, "no port", LOCALHOST, None)


@scenario("EL-110")
async def scenario_type_and_protocol_narrow_what_is_answered(out):
    await ask(out, "stream", LOCALHOST, 80, type=socket.SOCK_STREAM)
    await ask(out, "datagram", LOCALHOST, 80, type=socket.SOCK_DGRAM)
    await ask(out, "tcp", LOCALHOST, 80, proto=6)
    await ask(out, "udp", LOCALHOST, 80, proto=17)
    await ask(out, "both", LOCALHOST, 80, type=socket.SOCK_DGRAM, proto=17)


@scenario("EL-110")
async def scenario_a_family_narrows_what_is_answered(out):
    stream = {"type": socket.SOCK_STREAM}
    await ask(out, "its own", "::1", 80, family=socket.AF_INET6, **stream)
    await ask(out, "another one", "::1", 80, family=socket.AF_INET, **stream)
    await ask(out, "another one", LOCALHOST, 80, family=socket.AF_INET6, **stream)
    mapped = {"family": socket.AF_INET6, "flags": socket.AI_V4MAPPED, **stream}
    await ask(out, "mapped", LOCALHOST, 80, **mapped)
    await ask(out, "nothing to map", "::1", 80, **mapped)


@scenario("EL-110", "EL-70")
async def scenario_no_host_is_this_machine_or_every_interface(out):
    loop = asyncio.get_running_loop()
    for flags in 0, socket.AI_PASSIVE:
        infos = await loop.getaddrinfo(None, 80, type=socket.SOCK_STREAM, flags=flags)
        out(f"{'passive' if flags else 'plain'}: {show(sorted(FAMILIES[i[0]] for i in infos))}")
        loopback = [i[4][0] in (LOCALHOST, "::1") for i in infos]
        out(f"all of this machine {show(all(loopback))}, some {show(any(loopback))}")


@scenario("EL-110")
async def scenario_neither_host_nor_service_is_an_io_error(out):
    await ask(out, "neither", None, None)
    await ask(out, "an empty host", "", 80)


@scenario("EL-110", mirror="what /etc/services says")
async def scenario_a_service_has_a_port_for_each_type_that_it_has(out):
    await ask(out, "https", LOCALHOST, "https")
    await ask(out, "ssh", LOCALHOST, "ssh")
    await ask(out, "ssh by datagrams", LOCALHOST, "ssh", type=socket.SOCK_DGRAM)
    await ask(out, "unknown", LOCALHOST, "no-such-service", type=socket.SOCK_STREAM)


@scenario("EL-110")
async def scenario_what_must_be_a_number_is_no_name(out):
    stream = {"type": socket.SOCK_STREAM}
    await ask(out, "host", "localhost", 80, flags=socket.AI_NUMERICHOST, **stream)
    await ask(out, "literal", LOCALHOST, 80, flags=socket.AI_NUMERICHOST, **stream)
    await ask(out, "service", LOCALHOST, "https", flags=socket.AI_NUMERICSERV, **stream)
    await ask(out, "number", LOCALHOST, "443", flags=socket.AI_NUMERICSERV, **stream)


@scenario("EL-110")
async def scenario_a_scope_is_a_number_or_an_interface(out):
    loop = asyncio.get_running_loop()
    infos = await loop.getaddrinfo("fe80::1%7", 80, type=socket.SOCK_STREAM)
    out(f"scopes {show([i[4][3] for i in infos])}")
    await ask(out, "no such interface", "fe80::1%nowhere", 80)


@scenario("EL-110", mirror="in Java the address is an InetSocketAddress")
async def scenario_an_address_and_its_port_have_names_or_numbers(out):
    loop = asyncio.get_running_loop()
    numeric = socket.NI_NUMERICHOST

    async def name(label, address, flags):
        host, service = await loop.getnameinfo(address, flags)
        out(f"{label}: {host} {service}")

    await name("numbers", (LOCALHOST, 443), numeric | socket.NI_NUMERICSERV)
    await name("service", (LOCALHOST, 443), numeric)
    await name("stream", (LOCALHOST, 514), numeric)
    await name("datagram", (LOCALHOST, 514), numeric | socket.NI_DGRAM)
    await name("no service", (LOCALHOST, 1), numeric | socket.NI_NUMERICSERV)


@scenario("EL-48", "EL-110", mirror="getaddrinfo is replaced; in Java it is a resolver")
async def scenario_the_next_address_is_tried_at_once_when_the_one_before_fails(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        loop.getaddrinfo = answers("127.0.0.2", "127.0.0.3", LOCALHOST)
        port = listener.getsockname()[1]
        transport, quiet = await loop.create_connection(
            lambda: Quiet(out), "host", port, happy_eyeballs_delay=100
        )
        out(f"connected to {transport.get_extra_info('peername')[0]}")
        transport.close()
        await quiet.lost


@scenario("EL-48", "EL-50")
async def scenario_a_race_that_all_addresses_lose_is_told_as_any_failure(out):
    loop = asyncio.get_running_loop()
    with refused_address() as sock:
        port = sock.getsockname()[1]
        loop.getaddrinfo = answers(LOCALHOST, "127.0.0.2")

        def connecting(**keywords):
            return loop.create_connection(asyncio.Protocol, "host", port, **keywords)

        await attempt_await(out, "race", connecting(happy_eyeballs_delay=100))
        group = connecting(happy_eyeballs_delay=100, all_errors=True)
        await attempt_await(out, "race with all errors", group)
        await attempt_await(out, "in turn with all errors", connecting(all_errors=True))


@scenario("EL-48", "EL-43")
async def scenario_a_race_is_run_from_the_local_address(out):
    loop = asyncio.get_running_loop()
    with socket.create_server((LOCALHOST, 0)) as listener:
        loop.getaddrinfo = answers("127.0.0.3", LOCALHOST)
        transport, quiet = await loop.create_connection(
            lambda: Quiet(out),
            "host",
            listener.getsockname()[1],
            happy_eyeballs_delay=100,
            local_addr=("127.0.0.2", 0),
        )
        out(f"from {transport.get_extra_info('sockname')[0]}")
        transport.close()
        await quiet.lost


@scenario("EL-48", "R-85")
async def scenario_the_losers_of_a_race_are_closed(out):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, LOCALHOST, 0)
    # Each is started at once, so that more than one may connect.
    loop.getaddrinfo = answers(LOCALHOST, LOCALHOST, LOCALHOST)
    transport, quiet = await loop.create_connection(
        lambda: Quiet(out), "host", port_of(server), happy_eyeballs_delay=0
    )
    out("connected")
    transport.close()
    await quiet.lost
    server.close()
    await asyncio.wait_for(server.wait_closed(), 30)
    out("all are closed")


@scenario("EL-70", "EL-110", mirror="a resolver that suspends")
async def scenario_the_hosts_of_a_server_are_looked_up_at_the_same_time(out):
    loop = asyncio.get_running_loop()
    asked = loop.create_future()
    names = []

    async def getaddrinfo(host, port, *, family=0, type=0, proto=0, flags=0):
        out(f"asks for {host}")
        names.append(host)
        if len(names) == 3:
            asked.set_result(None)
        await asked
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (LOCALHOST, port))]

    loop.getaddrinfo = getaddrinfo
    server = await loop.create_server(asyncio.Protocol, ["a", "b", "c"], 0)
    out(f"sockets {len(server.sockets)}")
    server.close()
    await server.wait_closed()


@scenario("EL-70", "EL-110")
async def scenario_a_host_of_a_server_that_is_unknown_fails_the_call(out):
    loop = asyncio.get_running_loop()

    async def getaddrinfo(host, port, *, family=0, type=0, proto=0, flags=0):
        if host == "b":
            raise socket.gaierror("b")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (LOCALHOST, port))]

    loop.getaddrinfo = getaddrinfo
    await attempt_await(out, "serve", loop.create_server(asyncio.Protocol, ["a", "b"], 0))
    await attempt_await(out, "connect", loop.create_connection(asyncio.Protocol, "b", 80))


@scenario("EL-70", "EL-78")
async def scenario_a_server_without_passive_flag_is_on_this_machine_only(out):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, None, 0, flags=0)
    loopback = [s.getsockname()[0] in (LOCALHOST, "::1") for s in server.sockets]
    out(f"of this machine {show(all(loopback))}")
    out(f"families {show(sorted(FAMILIES[s.family] for s in server.sockets))}")
    server.close()
    await server.wait_closed()


@scenario("EL-110")
async def scenario_only_the_first_answer_has_the_canonical_name(out):
    loop = asyncio.get_running_loop()
    for host in LOCALHOST, "::1":
        infos = await loop.getaddrinfo(host, 80, flags=socket.AI_CANONNAME)
        names = [name for _, kind, _, name, _ in infos if kind in TYPES]
        out(f"{host}: {show([name or 'none' for name in names])}")


@scenario("EL-110", "EL-60")
async def scenario_this_machine_has_a_name_in_each_family_that_is_asked_for(out):
    stream = {"type": socket.SOCK_STREAM}
    await ask(out, "ipv4", "localhost", 80, family=socket.AF_INET, **stream)
    await ask(out, "service", "localhost", "https", family=socket.AF_INET, **stream)
    await ask(out, "datagrams", "localhost", 53, family=socket.AF_INET, proto=17)


@scenario("EL-110")
async def scenario_many_names_are_looked_up_at_a_time(out):
    loop = asyncio.get_running_loop()
    hosts = [f"127.0.0.{i}" for i in range(1, 40)]
    found = await asyncio.gather(
        *(loop.getaddrinfo(host, 80, type=socket.SOCK_STREAM) for host in hosts)
    )
    out(f"in their order {show([infos[0][4][0] for infos in found] == hosts)}")


@scenario("EL-110", mirror="in Java the address is an InetSocketAddress")
async def scenario_an_address_of_ipv6_has_a_number_too(out):
    loop = asyncio.get_running_loop()
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    for address in ("::1", 80), ("::1", 80, 0, 0), ("2001:db8::1", 443):
        host, service = await loop.getnameinfo(address, numeric)
        out(f"{host} {service}")
