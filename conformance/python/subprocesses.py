# SPDX-License-Identifier: Apache-2.0
"""subprocess_exec, subprocess_shell and their transport and protocol."""

import asyncio
import os
import signal
import tempfile
from subprocess import DEVNULL, PIPE, STDOUT

from scenario import scenario
from support import settle
from words import Boom, attempt, attempt_await, show, word

NATIVE = "native tier only"


class Child(asyncio.SubprocessProtocol):
    """Notes what it hears: what no order is promised for is printed in the order of the streams."""

    def __init__(self):
        self.calls = []
        self.data = {1: b"", 2: b""}
        self.lost = {}
        loop = asyncio.get_running_loop()
        self.exited = loop.create_future()
        self.gone = loop.create_future()
        self.waiters = []

    def connection_made(self, transport):
        self.calls.append("made")
        self.transport = transport

    def pipe_data_received(self, fd, data):
        self.calls.append(f"data {fd}")
        self.data[fd] += data
        self.wake()

    def pipe_connection_lost(self, fd, exc):
        self.calls.append(f"lost {fd}")
        self.lost[fd] = self.lost.get(fd, []) + [exc]

    def process_exited(self):
        self.calls.append("exited")
        self.exited.set_result(None)

    def connection_lost(self, exc):
        self.calls.append("gone")
        self.gone.set_result(exc)

    def pause_writing(self):
        self.calls.append("pause writing")

    def wake(self):
        for count, waiter in self.waiters:
            if len(self.data[1]) >= count and not waiter.done():
                waiter.set_result(None)

    async def received(self, count):
        """Waits until so many bytes of output have come."""
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append((count, waiter))
        self.wake()
        await waiter
        return self.data[1][:count]

    def tell(self, out):
        """Prints all, when the child is gone."""
        out(f"first {self.calls[0]}, last {self.calls[-1]}")
        for fd in 0, 1, 2:
            if fd in self.lost:
                said = f" {show(self.data[fd])}" if fd else ""
                out(f"{fd}:{said} lost {show(self.lost[fd])}")
                after = self.calls[self.calls.index(f"lost {fd}"):]
                out(f"{fd}: data after it is lost {show(f'data {fd}' in after)}")
        out(f"exited {self.calls.count('exited')}")
        out(f"returncode {show(self.transport.get_returncode())}")


async def start(*command, **options):
    """Starts a program; its input is nothing unless told otherwise."""
    loop = asyncio.get_running_loop()
    options = {"stdin": DEVNULL} | options
    transport, child = await loop.subprocess_exec(Child, *command, **options)
    return transport, child


async def ended(*command, **options):
    """Starts a program and waits until nothing of it is left."""
    _, child = await start(*command, **options)
    await child.gone
    return child


async def output(*command, **options):
    """Returns what a program writes to its output."""
    return (await ended(*command, **options)).data[1]


@scenario("EL-130", "TP-11", "R-118", "R-119")
async def scenario_a_child_that_writes_to_both_outputs_is_heard_to_its_end(out):
    child = await ended("sh", "-c", "echo one; echo two >&2; echo three; exit 3", stdin=PIPE)
    child.tell(out)


@scenario("EL-130", "TP-11", "R-118")
async def scenario_a_child_without_pipes_is_made_then_ends_then_is_lost(out):
    child = await ended("true", stdout=DEVNULL, stderr=DEVNULL)
    out(show(child.calls))


@scenario("EL-130", "R-118")
async def scenario_a_start_returns_when_connection_made_has_been_called(out):
    transport, child = await start("cat", stdin=PIPE)
    out(show(child.calls))
    out(f"the same transport {show(child.transport is transport)}")
    out(f"the same protocol {show(transport.get_protocol() is child)}")
    transport.close()
    await child.gone


@scenario("TP-06", "R-119")
async def scenario_what_is_written_to_a_child_comes_back_from_cat(out):
    transport, child = await start("cat", stdin=PIPE)
    stdin = transport.get_pipe_transport(0)
    stdin.write(b"one ")
    out(show(await child.received(4)))
    stdin.writelines([b"two ", b"three"])
    out(show(await child.received(13)))
    stdin.write_eof()
    await child.gone
    child.tell(out)


@scenario("TP-06", "R-119")
async def scenario_closing_the_input_of_a_child_ends_cat(out):
    transport, child = await start("cat", stdin=PIPE)
    stdin = transport.get_pipe_transport(0)
    stdin.write(b"the rest")
    stdin.close()
    out(f"closing {show(stdin.is_closing())}")
    await child.gone
    child.tell(out)


@scenario("TP-06")
async def scenario_a_stream_that_is_no_pipe_has_no_transport(out):
    transport, child = await start("cat", stdin=PIPE, stderr=DEVNULL)
    for fd in -1, 0, 1, 2, 3:
        out(f"{fd}: {show(transport.get_pipe_transport(fd) is not None)}")
    transport.close()
    await child.gone


@scenario("TP-06")
async def scenario_a_running_child_has_a_pid_and_no_returncode(out):
    transport, child = await start("cat", stdin=PIPE)
    out(f"pid {show(transport.get_pid() > 1)}")
    out(f"returncode {show(transport.get_returncode())}")
    transport.get_pipe_transport(0).close()
    await child.exited
    out(f"returncode {show(transport.get_returncode())}")
    await child.gone


@scenario("TP-06", "EL-130")
async def scenario_the_exit_status_is_the_returncode(out):
    for status in 0, 1, 7, 127, 255:
        child = await ended("sh", "-c", f"exit {status}")
        out(f"returncode {child.transport.get_returncode()}")


@scenario("TP-06", "SP-04")
async def scenario_a_child_that_is_terminated_or_killed_has_the_negative_number(out):
    for name in "terminate", "kill":
        transport, child = await start("cat", stdin=PIPE)
        getattr(transport, name)()
        await child.gone
        out(f"{name}: returncode {transport.get_returncode()}")


@scenario("TP-06", "SP-04", mirror=NATIVE)
async def scenario_a_child_that_is_sent_a_signal_has_its_negative_number(out):
    for number in signal.SIGUSR1, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT:
        transport, child = await start("sleep", "100")
        transport.send_signal(number)
        await child.gone
        out(f"returncode {transport.get_returncode()}")


@scenario("TP-06", "SP-04", mirror=NATIVE)
async def scenario_a_signal_that_is_handled_does_not_end_a_child(out):
    transport, child = await start("sh", "-c", "trap 'echo handled; exit 5' USR1; echo ready; while :; do sleep 0.01; done")
    await child.received(6)
    transport.send_signal(signal.SIGUSR1)
    await child.gone
    child.tell(out)


@scenario("TP-06", "R-120")
async def scenario_closing_the_transport_kills_a_running_child(out):
    transport, child = await start("cat", stdin=PIPE)
    out(f"closing {show(transport.is_closing())}")
    transport.close()
    transport.close()
    out(f"closing {show(transport.is_closing())}")
    await child.gone
    child.tell(out)


@scenario("TP-06", "R-120")
async def scenario_closing_the_transport_of_a_child_that_has_ended_does_nothing(out):
    transport, child = await start("sh", "-c", "exit 4")
    await child.gone
    transport.close()
    await settle()
    out(f"returncode {transport.get_returncode()}, calls {child.calls.count('gone')}")


@scenario("SP-04", "TP-06")
async def scenario_a_signal_to_a_child_that_is_gone_is_refused(out):
    transport, child = await start("true")
    await child.gone
    await settle()
    attempt(out, "terminate", transport.terminate)
    attempt(out, "kill", transport.kill)
    attempt(out, "send_signal", lambda: transport.send_signal(signal.SIGTERM))


@scenario("EL-130")
async def scenario_a_program_that_does_not_exist_is_an_io_error(out):
    await attempt_await(out, "absolute", start("/no/such/program"))
    await attempt_await(out, "by name", start("no-such-program-anywhere"))
    await attempt_await(out, "in a directory that does not exist", start("true", cwd="/no/such/directory"))
    await attempt_await(out, "a directory", start("/tmp"))


@scenario("EL-130", mirror=NATIVE + ": the JDK gives such a file to a shell")
async def scenario_a_file_that_is_no_program_is_an_io_error(out):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "file")
        with open(path, "w") as file:
            file.write("no program\n")
        await attempt_await(out, "not executable", start(path))
        os.chmod(path, 0o755)
        await attempt_await(out, "not a format", start(path))


@scenario("EL-130")
async def scenario_a_zero_character_in_a_command_is_refused(out):
    await attempt_await(out, "program", start("tr\0ue"))
    await attempt_await(out, "argument", start("true", "a\0b"))
    await attempt_await(out, "variable", start("true", env={"A": "b\0c"}))
    await attempt_await(out, "name of a variable", start("true", env={"A=B": "c"}))


@scenario("EL-130")
async def scenario_a_protocol_factory_that_fails_starts_no_child(out):
    def broken():
        raise Boom("no protocol")

    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "trace")
        await attempt_await(out, "start", loop.subprocess_exec(broken, "touch", path))
        out(f"started {show(os.path.exists(path))}")


@scenario("EL-130")
async def scenario_arguments_arrive_as_they_are(out):
    said = await output("printf", "<%s>", "$HOME", "*", "a b", "", "'\"\\", "-n", ";", "`id`")
    out(show(said))


@scenario("EL-131")
async def scenario_a_shell_expands_its_command_line(out):
    loop = asyncio.get_running_loop()
    transport, child = await loop.subprocess_shell(
        Child, "X=5; echo $((X * 2)) | tr 0 x; exit $X", stdin=DEVNULL
    )
    await child.gone
    child.tell(out)


@scenario("EL-131", "TP-06")
async def scenario_a_shell_that_is_killed_by_a_command_of_its_own(out):
    loop = asyncio.get_running_loop()
    transport, child = await loop.subprocess_shell(Child, "kill -TERM $$", stdin=DEVNULL)
    await child.gone
    # The portable tier cannot tell it from an exit status.
    out(f"returncode {show(transport.get_returncode() in (-15, 128 + 15))}")


@scenario("EL-130")
async def scenario_both_outputs_merged_come_in_their_order(out):
    child = await ended("sh", "-c", "echo one; echo two >&2; echo three", stderr=STDOUT)
    child.tell(out)


@scenario("EL-130")
async def scenario_outputs_merged_into_nothing_are_gone(out):
    child = await ended("sh", "-c", "echo one; echo two >&2", stdout=DEVNULL, stderr=STDOUT)
    child.tell(out)


@scenario("EL-130")
async def scenario_a_child_without_input_reads_its_end(out):
    child = await ended("cat", stdin=DEVNULL)
    child.tell(out)


@scenario("EL-130")
async def scenario_a_child_has_the_environment_that_it_is_given(out):
    said = await output("/usr/bin/env", env={"A": "1", "B": "two words"})
    out(show(sorted(said.decode().split("\n"))))


@scenario("EL-130")
async def scenario_a_program_is_looked_for_in_the_path_of_the_given_environment(out):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "program")
        with open(path, "w") as file:
            file.write("#!/bin/sh\necho found\n")
        os.chmod(path, 0o755)
        out(show(await output("program", env={"PATH": place + ":/bin:/usr/bin"})))
        await attempt_await(out, "without it", start("program", env={"PATH": "/bin:/usr/bin"}))


@scenario("EL-130")
async def scenario_a_child_starts_in_the_directory_that_it_is_given(out):
    with tempfile.TemporaryDirectory() as place:
        place = os.path.realpath(place)
        said = (await output("pwd", cwd=place)).decode()
        out(f"there {show(said == place + chr(10))}")
        path = os.path.join(place, "program")
        with open(path, "w") as file:
            file.write("#!/bin/sh\necho relative\n")
        os.chmod(path, 0o755)
        out(show(await output("./program", cwd=place)))


@scenario("EL-130", mirror="a file to write and one to read")
async def scenario_streams_of_a_child_can_be_files(out):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "file")
        with open(path, "w") as file:
            child = await ended("sh", "-c", "echo one; echo two >&2", stdout=file, stderr=STDOUT)
        child.tell(out)
        with open(path) as file:
            out(show(await output("cat", stdin=file)))


@scenario("EL-130", mirror=NATIVE)
async def scenario_a_child_can_lead_a_session(out):
    said = await output("cut", "-d ", "-f1,5,6", "/proc/self/stat", start_new_session=True)
    pid, group, session = said.split()
    out(f"group {show(pid == group)}, session {show(pid == session)}")


@scenario("EL-130", mirror=NATIVE)
async def scenario_a_child_can_lead_a_process_group(out):
    said = await output("cut", "-d ", "-f1,5,6", "/proc/self/stat", process_group=0)
    pid, group, session = said.split()
    out(f"group {show(pid == group)}, session {show(pid == session)}")


@scenario("EL-130", mirror=NATIVE)
async def scenario_a_child_has_the_descriptors_that_it_is_passed_and_no_others(out):
    read, write = os.pipe()
    other, another = os.pipe()
    os.set_inheritable(other, True)
    said = await output("ls", "/proc/self/fd", pass_fds=[write])
    # One is that of the directory.
    out(f"descriptors {len(said.split())}, passed {show(str(write).encode() in said.split())}")
    await ended("sh", "-c", f"echo through the pipe > /proc/self/fd/{write}", pass_fds=[write])
    out(show(os.read(read, 100)))
    for fd in read, write, other, another:
        os.close(fd)


@scenario("EL-130", mirror=NATIVE)
async def scenario_a_stream_of_a_child_can_be_a_descriptor(out):
    read, write = os.pipe()
    child = await ended("sh", "-c", "echo one; echo two >&2", stdout=write, stderr=write)
    child.tell(out)
    out(show(os.read(read, 100)))
    os.close(read)
    os.close(write)


@scenario("EL-130")
async def scenario_a_child_has_no_descriptors_but_its_streams(out):
    said = await output("ls", "/proc/self/fd")
    out(show(said))


@scenario("R-118", mirror=NATIVE)
async def scenario_a_grandchild_that_keeps_the_output_delays_the_end_of_the_connection(out):
    transport, child = await start(
        "sh", "-c", "exec 3<&0; (cat <&3 >/dev/null; echo late) & echo early; exit 6", stdin=PIPE
    )
    await child.exited
    await child.received(6)
    out(f"returncode {transport.get_returncode()}, gone {show(child.gone.done())}")
    transport.get_pipe_transport(0).close()
    await child.gone
    child.tell(out)


@scenario("TP-06", "TP-02")
async def scenario_an_output_that_is_paused_is_not_delivered(out):
    transport, child = await start("cat", stdin=PIPE)
    stdin, stdout = transport.get_pipe_transport(0), transport.get_pipe_transport(1)
    stdout.pause_reading()
    out(f"reading {show(stdout.is_reading())}")
    stdin.write(b"later")
    await asyncio.sleep(0.05)
    out(show(child.data[1]))
    stdout.resume_reading()
    out(show(await child.received(5)))
    stdin.close()
    await child.gone


@scenario("TP-11", "R-120")
async def scenario_an_input_that_is_full_pauses_the_protocol(out):
    transport, child = await start("sleep", "100", stdin=PIPE)
    stdin = transport.get_pipe_transport(0)
    stdin.write(bytes(1024 * 1024))
    out(show(child.calls))
    out(f"waits {show(stdin.get_write_buffer_size() > 0)}")
    transport.close()
    await child.gone
    out(f"returncode {transport.get_returncode()}")


@scenario("TP-06")
async def scenario_another_protocol_hears_what_comes_next(out):
    transport, first = await start("cat", stdin=PIPE)
    second = Child()
    second.connection_made(transport)
    transport.set_protocol(second)
    out(f"the second {show(transport.get_protocol() is second)}")
    transport.get_pipe_transport(0).write(b"x")
    out(show(await second.received(1)))
    transport.get_pipe_transport(0).close()
    await second.gone
    second.tell(out)
    out(f"the first {show(first.calls)}")


@scenario("EL-130", "R-118")
async def scenario_several_children_at_once_do_not_mix(out):
    children = await asyncio.gather(
        *(ended("sh", "-c", f"echo {number}; exit {number}") for number in range(5))
    )
    for child in children:
        out(f"{show(child.data[1])} {child.transport.get_returncode()}")


@scenario("TP-11", logs_errors=True)
async def scenario_a_protocol_that_fails_is_reported_and_its_child_lives_on(out):
    class Failing(Child):
        def pipe_data_received(self, fd, data):
            super().pipe_data_received(fd, data)
            raise Boom("data")

        def process_exited(self):
            super().process_exited()
            raise Boom("exited")

    loop = asyncio.get_running_loop()
    reports = []
    loop.set_exception_handler(lambda loop, context: reports.append(word(context["exception"])))
    transport, child = await loop.subprocess_exec(Failing, "echo", "one", stdin=DEVNULL)
    await child.gone
    child.tell(out)
    out(show(sorted(reports)))
