# SPDX-License-Identifier: Apache-2.0
"""create_unix_connection, create_unix_server and streams over unix sockets."""

import asyncio
import contextlib
import os
import socket
import tempfile

from scenario import scenario
from support import Quiet, Recorder, settle
from words import Boom, attempt, attempt_await, show


class Place:
    """A directory for the paths of one scenario."""

    def __init__(self, directory):
        self.directory = directory

    def path(self, name="s"):
        return os.path.join(self.directory, name)

    def exists(self, name="s"):
        return os.path.exists(self.path(name))

    def leave_socket(self, name="s"):
        """Leaves the file of a socket that is closed."""
        with unix_socket() as sock:
            sock.bind(self.path(name))

    def remove(self, name="s"):
        os.unlink(self.path(name))


@contextlib.contextmanager
def new_place():
    with tempfile.TemporaryDirectory() as directory:
        yield Place(directory)


def unix_socket():
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


def kind_of(name, place):
    """Tells which name a socket has."""
    return "the path" if name == place.path() else "empty" if name == "" else "another"


async def attempt_server(out, label, creating):
    try:
        server = await creating
    except BaseException as error:
        attempt(out, label, lambda: raise_(error))
    else:
        out(f"{label}: serving {show(server.is_serving())}")
        server.close()


def raise_(error):
    raise error


async def attempt_connect(out, label, connecting):
    try:
        transport, _ = await connecting
    except BaseException as error:
        attempt(out, label, lambda: raise_(error))
    else:
        out(f"{label}: connected")
        transport.close()


async def greet(name, path):
    """Starts a server of streams that says its name and hangs up."""

    async def connected(reader, writer):
        writer.write(name)
        writer.close()

    return await asyncio.start_unix_server(connected, path)


async def ask(path, text=b""):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(text)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@scenario("EL-64", "EL-80")
async def scenario_a_unix_server_tells_its_protocol_what_a_client_does(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        recorder = Recorder(out)
        server = await loop.create_unix_server(lambda: recorder, place.path())
        transport, protocol = await loop.create_unix_connection(lambda: Quiet(out), place.path())
        await recorder.made
        transport.write(b"hello")
        await recorder.received(5)
        transport.write_eof()
        await recorder.lost
        server.close()
        await server.wait_closed()
        await settle()


@scenario("EL-64", "EL-80")
async def scenario_the_names_of_a_unix_connection_are_the_path_or_empty(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        made = loop.create_future()

        async def connected(reader, writer):
            made.set_result(writer)

        server = await asyncio.start_unix_server(connected, place.path())
        out(f"server {kind_of(server.sockets[0].getsockname(), place)}")
        reader, writer = await asyncio.open_unix_connection(place.path())
        accepted = await made
        for side, end in (("client", writer), ("accepted", accepted)):
            own = kind_of(end.get_extra_info("sockname"), place)
            peer = kind_of(end.get_extra_info("peername"), place)
            out(f"{side}: own {own}, peer {peer}")
        writer.close()
        accepted.close()
        server.close()


@scenario("EL-64", "EL-80", mirror="in Java both are calls with options that hold a sock, or none")
async def scenario_a_unix_socket_needs_a_path_or_a_socket(out):
    loop = asyncio.get_running_loop()
    with new_place() as place, unix_socket() as sock:
        both = loop.create_unix_server(asyncio.Protocol, place.path(), sock=sock)
        await attempt_server(out, "server, both", both)
        await attempt_server(out, "server, neither", loop.create_unix_server(asyncio.Protocol))
        both = loop.create_unix_connection(asyncio.Protocol, place.path(), sock=sock)
        await attempt_connect(out, "client, both", both)
        await attempt_connect(out, "client, neither", loop.create_unix_connection(asyncio.Protocol))
        out(f"exists {show(place.exists())}")


@scenario("EL-64", "EL-80")
async def scenario_a_socket_of_another_family_is_refused(out):
    loop = asyncio.get_running_loop()
    with socket.socket() as sock:
        await attempt_server(out, "server", loop.create_unix_server(asyncio.Protocol, sock=sock))
        await attempt_connect(out, "client", loop.create_unix_connection(asyncio.Protocol, sock=sock))
        out(f"still open {show(sock.fileno() >= 0)}")


@scenario("R-96", "EL-80")
async def scenario_the_file_of_a_dead_server_is_replaced(out):
    with new_place() as place:
        place.leave_socket()
        server = await greet(b"hello", place.path())
        out(f"answer {show(await ask(place.path()))}")
        server.close()
        out(f"exists {show(place.exists())}")


@scenario("R-96", "EL-80")
async def scenario_a_server_takes_the_path_of_one_that_still_listens(out):
    with new_place() as place:
        first = await greet(b"first", place.path())
        second = await greet(b"second", place.path())
        out(f"serving {show(first.is_serving())} {show(second.is_serving())}")
        out(f"answer {show(await ask(place.path()))}")
        first.close()
        out(f"exists {show(place.exists())}")
        out(f"answer {show(await ask(place.path()))}")
        second.close()
        out(f"exists {show(place.exists())}")


@scenario("R-96", "EL-80")
async def scenario_the_file_of_a_unix_server_goes_with_it(out):
    with new_place() as place:
        server = await greet(b"", place.path())
        out(f"exists {show(place.exists())}")
        server.close()
        out(f"exists {show(place.exists())}")
        server.close()
        out(f"exists {show(place.exists())}")


@scenario("R-96", "EL-80")
async def scenario_without_cleanup_the_file_of_a_unix_server_stays(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        server = await loop.create_unix_server(asyncio.Protocol, place.path(), cleanup_socket=False)
        server.close()
        await settle()
        out(f"exists {show(place.exists())}")
        connecting = loop.create_unix_connection(asyncio.Protocol, place.path())
        await attempt_connect(out, "connect", connecting)


@scenario("R-96", "EL-80", mirror="the second server keeps its file")
async def scenario_a_file_that_has_taken_the_place_of_the_servers_is_kept(out):
    with new_place() as place:
        server = await greet(b"", place.path())
        place.remove()
        place.leave_socket()
        server.close()
        out(f"exists {show(place.exists())}")


@scenario("R-96", "EL-80")
async def scenario_a_file_that_is_gone_is_no_error_when_its_server_is_closed(out):
    with new_place() as place:
        server = await greet(b"", place.path())
        place.remove()
        attempt(out, "close", server.close)
        out(f"serving {show(server.is_serving())}, exists {show(place.exists())}")


@scenario("EL-80")
async def scenario_an_ordinary_file_is_in_the_way_of_a_unix_server(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        with open(place.path(), "w"):
            pass
        creating = loop.create_unix_server(asyncio.Protocol, place.path())
        await attempt_server(out, "server", creating)
        out(f"exists {show(place.exists())}")
        connecting = loop.create_unix_connection(asyncio.Protocol, place.path())
        await attempt_connect(out, "client", connecting)


@scenario("EL-64")
async def scenario_a_path_where_nobody_listens_is_an_io_error(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        await attempt_connect(out, "missing", loop.create_unix_connection(asyncio.Protocol, place.path()))
        place.leave_socket()
        await attempt_connect(out, "dead", loop.create_unix_connection(asyncio.Protocol, place.path()))


@scenario("EL-64", "EL-80")
async def scenario_a_path_that_is_too_long_is_an_io_error(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        path = place.path("x" * 108)
        await attempt_server(out, "server", loop.create_unix_server(asyncio.Protocol, path))
        await attempt_connect(out, "client", loop.create_unix_connection(asyncio.Protocol, path))


@scenario("EL-80", "R-96")
async def scenario_a_given_unix_socket_is_served_and_its_file_removed(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        sock = unix_socket()
        sock.bind(place.path())
        recorder = Recorder(out)
        server = await loop.create_unix_server(lambda: recorder, sock=sock)
        out(f"server {kind_of(server.sockets[0].getsockname(), place)}")
        transport, _ = await loop.create_unix_connection(asyncio.Protocol, place.path())
        await recorder.made
        transport.close()
        await recorder.lost
        server.close()
        out(f"exists {show(place.exists())}")


@scenario("EL-80", "EL-78", "EL-155")
async def scenario_a_unix_server_can_be_started_later(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        recorder = Recorder(out)
        server = await loop.create_unix_server(
            lambda: recorder, place.path(), start_serving=False
        )
        out(f"serving {show(server.is_serving())}, exists {show(place.exists())}")
        await server.start_serving()
        out(f"serving {show(server.is_serving())}")
        transport, _ = await loop.create_unix_connection(asyncio.Protocol, place.path())
        await recorder.made
        transport.close()
        await recorder.lost
        server.close()


@scenario("EL-80", "R-90", "R-91")
async def scenario_a_closed_unix_server_waits_for_its_connections(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        recorder = Recorder(out)
        server = await loop.create_unix_server(lambda: recorder, place.path())
        transport, _ = await loop.create_unix_connection(asyncio.Protocol, place.path())
        await recorder.made
        server.close()
        waiting = asyncio.create_task(server.wait_closed())
        await settle()
        out(f"closed {show(waiting.done())}, exists {show(place.exists())}")
        connecting = loop.create_unix_connection(asyncio.Protocol, place.path())
        await attempt_connect(out, "connect", connecting)
        transport.write(b"hello")
        await recorder.received(5)
        transport.close()
        await recorder.lost
        await waiting
        out("closed")


@scenario("EL-64")
async def scenario_a_factory_that_fails_fails_the_unix_connection(out):
    loop = asyncio.get_running_loop()
    with new_place() as place:
        server = await loop.create_unix_server(asyncio.Protocol, place.path())

        def factory():
            raise Boom("factory")

        await attempt_connect(out, "connect", loop.create_unix_connection(factory, place.path()))
        server.close()


@scenario("ST-01", "EL-64", "EL-80")
async def scenario_streams_over_a_unix_socket_end_one_half_at_a_time(out):
    with new_place() as place:

        async def connected(reader, writer):
            while line := await reader.readline():
                writer.write(line.upper())
                await writer.drain()
            writer.write(b"bye")
            writer.close()

        server = await asyncio.start_unix_server(connected, place.path())
        out(f"answer {show(await ask(place.path(), b'a' + bytes([10]) + b'b' + bytes([10])))}")
        out(f"answer {show(await ask(place.path()))}")
        server.close()
        await server.wait_closed()


@scenario("ST-01", "ST-05")
async def scenario_the_limit_of_unix_streams_is_that_of_both_readers(out):
    with new_place() as place:
        done = asyncio.get_running_loop().create_future()

        async def connected(reader, writer):
            await attempt_await(out, "server", reader.readuntil(b";"))
            writer.write(b"12345678;")
            await done
            writer.close()

        server = await asyncio.start_unix_server(connected, place.path(), limit=4)
        reader, writer = await asyncio.open_unix_connection(place.path(), limit=4)
        writer.write(b"12345678;")
        await attempt_await(out, "client", reader.readuntil(b";"))
        done.set_result(None)
        writer.close()
        server.close()
        await server.wait_closed()
