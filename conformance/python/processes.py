# SPDX-License-Identifier: Apache-2.0
"""create_subprocess_exec, create_subprocess_shell and Process."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, STDOUT

from scenario import scenario
from support import settle
from words import attempt, attempt_await, show

PIPES = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}


async def cat():
    return await asyncio.create_subprocess_exec("cat", **PIPES)


async def start_shell(command, **options):
    return await asyncio.create_subprocess_shell(command, **({"stdin": DEVNULL} | options))


def tell_output(out, output):
    stdout, stderr = output
    out(f"stdout {show(stdout)}, stderr {show(stderr)}")


@scenario("SP-01")
async def scenario_a_process_has_no_pipes_unless_it_is_given_some(out):
    process = await asyncio.create_subprocess_exec("true")
    for name in "stdin", "stdout", "stderr":
        out(f"{name} {show(getattr(process, name) is not None)}")
    out(f"returncode {await process.wait()}")


@scenario("SP-01")
async def scenario_a_process_has_the_pipes_that_it_is_given(out):
    process = await asyncio.create_subprocess_exec("cat", stdin=PIPE, stdout=PIPE)
    for name in "stdin", "stdout", "stderr":
        out(f"{name} {show(getattr(process, name) is not None)}")
    process.stdin.close()
    out(f"returncode {await process.wait()}")


@scenario("SP-01", "ST-03")
async def scenario_a_process_is_read_and_written_straight_down(out):
    process = await cat()
    for line in b"one\n", b"two\n", b"three\n":
        process.stdin.write(line)
        await process.stdin.drain()
        out(show(await process.stdout.readline()))
    process.stdin.write_eof()
    out(show(await process.stdout.read()))
    out(f"at the end {show(process.stdout.at_eof())}")
    out(f"returncode {await process.wait()}")


@scenario("SP-03")
async def scenario_communicate_writes_the_input_and_reads_both_outputs(out):
    process = await start_shell("cat; echo bad >&2; exit 9", **PIPES)
    tell_output(out, await process.communicate(b"hello"))
    out(f"returncode {process.returncode}")


@scenario("SP-03")
async def scenario_communicate_without_input_closes_it(out):
    process = await cat()
    tell_output(out, await process.communicate())
    out(f"returncode {process.returncode}")


@scenario("SP-03")
async def scenario_communicate_without_pipes_waits(out):
    process = await start_shell("exit 2")
    await process.communicate()
    out(f"returncode {process.returncode}")


@scenario("SP-03", mirror="a pipe of the system holds 64 KiB")
async def scenario_communicate_moves_more_than_the_pipes_hold(out):
    process = await start_shell("tee /dev/stderr", **PIPES)
    data = bytes(range(64, 91)) * 40_000
    stdout, stderr = await process.communicate(data)
    out(f"stdout {show(stdout == data)}, stderr {show(stderr == data)}")


@scenario("SP-03")
async def scenario_communicate_with_a_process_that_does_not_want_its_input(out):
    process = await asyncio.create_subprocess_exec("true", stdin=PIPE, stdout=PIPE)
    stdout, _ = await process.communicate(b"x" * 1_000_000)
    out(f"stdout {show(stdout)}, returncode {process.returncode}")


@scenario("SP-02")
async def scenario_wait_returns_the_returncode_every_time(out):
    process = await start_shell("exit 5")
    out(f"returncode {await process.wait()}")
    out(f"returncode {await process.wait()}")
    out(f"returncode {process.returncode}")


@scenario("SP-02")
async def scenario_a_running_process_has_no_returncode(out):
    process = await cat()
    out(f"returncode {show(process.returncode)}")
    process.stdin.close()
    await process.wait()
    out(f"returncode {show(process.returncode)}")


@scenario("SP-02")
async def scenario_several_tasks_wait_for_one_process(out):
    process = await cat()

    async def wait(name):
        return f"{name} {await process.wait()}"

    waiting = asyncio.gather(*(wait(name) for name in "abc"))
    await settle()
    process.stdin.close()
    out(show(await waiting))


@scenario("SP-02")
async def scenario_a_wait_that_is_cancelled_leaves_the_process_alone(out):
    process = await cat()
    task = asyncio.create_task(process.wait())
    await settle()
    task.cancel()
    await attempt_await(out, "wait", task)
    process.stdin.write(b"alive")
    out(show(await process.stdout.readexactly(5)))
    process.stdin.close()
    out(f"returncode {await process.wait()}")


@scenario("SP-02", "TC-03")
async def scenario_a_wait_with_a_time_limit_leaves_the_process_alone(out):
    process = await cat()
    await attempt_await(out, "wait", asyncio.wait_for(process.wait(), 0.02))
    out(f"returncode {show(process.returncode)}")
    process.terminate()
    out(f"returncode {await process.wait()}")


@scenario("SP-04")
async def scenario_a_process_is_terminated_or_killed(out):
    for name in "terminate", "kill":
        process = await cat()
        getattr(process, name)()
        out(f"{name}: {await process.wait()}")


@scenario("SP-04")
async def scenario_a_process_that_is_gone_cannot_be_signalled(out):
    process = await start_shell("exit 0")
    await process.wait()
    await settle()
    attempt(out, "terminate", process.terminate)
    attempt(out, "kill", process.kill)
    attempt(out, "send_signal", lambda: process.send_signal(15))


@scenario("SP-01", "EL-130")
async def scenario_a_process_without_a_program_is_an_io_error(out):
    await attempt_await(out, "exec", asyncio.create_subprocess_exec("/no/such/program"))
    process = await start_shell("/no/such/program", stderr=DEVNULL)
    out(f"shell: {await process.wait()}")


@scenario("SP-01", "EL-131")
async def scenario_a_shell_runs_a_pipeline(out):
    process = await start_shell("printf 'b\\na\\nb\\n' | sort | uniq -c | tr -s ' '", stdout=PIPE)
    tell_output_of = await process.communicate()
    out(show(tell_output_of[0]))


@scenario("SP-01", "EL-130")
async def scenario_errors_merged_into_the_output(out):
    process = await start_shell("echo one; echo two >&2; echo three", stdout=PIPE, stderr=STDOUT)
    out(show((await process.communicate())[0]))
    out(f"stderr {show(process.stderr is not None)}")


@scenario("SP-01", "ST-04")
async def scenario_a_line_over_the_limit_of_a_process(out):
    process = await asyncio.create_subprocess_exec(
        "echo", "a line that is too long", stdout=PIPE, limit=8
    )
    await attempt_await(out, "readuntil", process.stdout.readuntil(b"\n"))
    out(show(await process.stdout.read()))
    out(f"returncode {await process.wait()}")


@scenario("SP-01", "ST-08")
async def scenario_the_input_of_a_process_is_closed(out):
    process = await cat()
    out(f"can write eof {show(process.stdin.can_write_eof())}")
    process.stdin.close()
    out(f"closing {show(process.stdin.is_closing())}")
    await attempt_await(out, "wait_closed", process.stdin.wait_closed())
    out(f"returncode {await process.wait()}")


@scenario("SP-01")
async def scenario_lines_of_a_process_in_a_loop(out):
    process = await start_shell("echo one; echo two; echo three", stdout=PIPE)
    async for line in process.stdout:
        out(show(line))
    out(f"returncode {await process.wait()}")


@scenario("SP-03", "SP-01")
async def scenario_processes_at_once(out):
    async def run(number):
        process = await start_shell(f"cat; exit {number}", **PIPES)
        stdout, _ = await process.communicate(f"input {number}".encode())
        return f"{show(stdout)} {process.returncode}"

    out(show(await asyncio.gather(*(run(number) for number in range(8)))))


@scenario("SP-02", "SP-04")
async def scenario_a_process_killed_while_it_is_read(out):
    process = await cat()
    process.stdin.write(b"before")
    out(show(await process.stdout.readexactly(6)))
    reading = asyncio.create_task(process.stdout.read())
    await settle()
    process.kill()
    out(show(await reading))
    out(f"returncode {await process.wait()}")
