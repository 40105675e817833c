# SPDX-License-Identifier: Apache-2.0
"""Watching descriptors."""

from scenario import scenario
from support import new_loop, run_briefly, socket_pair
from words import attempt, show

PAIR = "a pair that can be read and written, one handle for both"


@scenario("R-13", "EL-100", mirror="four iterations; the byte is consumed in the third")
def scenario_a_reader_is_called_in_each_iteration_until_the_data_is_consumed(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        calls = []

        def readable():
            calls.append(None)
            out(f"readable {len(calls)}")
            if len(calls) == 3:
                reader.recv(1)

        writer.send(b"x")
        loop.add_reader(reader, readable)
        for _ in range(5):
            run_briefly(loop)
        out("another byte")
        writer.send(b"y")
        run_briefly(loop)
        loop.remove_reader(reader)


@scenario("R-12", "EL-100")
def scenario_a_second_reader_replaces_the_first(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")
        loop.add_reader(reader, lambda: out("first"))
        loop.add_reader(reader, lambda: out("second"))
        run_briefly(loop)
        attempt(out, "remove", lambda: loop.remove_reader(reader))
        attempt(out, "remove again", lambda: loop.remove_reader(reader))
        run_briefly(loop)


@scenario("R-12", "EL-100", "EL-101", mirror=PAIR)
def scenario_reader_and_writer_of_one_descriptor_are_independent(out):
    with new_loop() as loop, socket_pair() as (one, other):
        attempt(out, "remove reader that is not there", lambda: loop.remove_reader(one))
        attempt(out, "remove writer that is not there", lambda: loop.remove_writer(one))
        loop.add_reader(one, lambda: out("readable"))
        loop.add_writer(one, lambda: out("writable"))
        run_briefly(loop)
        attempt(out, "remove writer", lambda: loop.remove_writer(one))
        other.send(b"x")
        run_briefly(loop)
        loop.add_writer(one, lambda: out("writable again"))
        attempt(out, "remove reader", lambda: loop.remove_reader(one))
        run_briefly(loop)
        attempt(out, "remove writer", lambda: loop.remove_writer(one))
        attempt(out, "remove writer again", lambda: loop.remove_writer(one))


@scenario("R-11", "R-02", "EL-101", mirror="the callback runs in the iteration whose poll found the byte")
def scenario_a_reader_removed_after_the_poll_found_it_ready_is_not_called(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")
        loop.add_reader(reader, lambda: out("readable"))
        loop.call_soon(lambda: attempt(out, "remove", lambda: loop.remove_reader(reader)))
        run_briefly(loop)
        run_briefly(loop)
        out("never called")


@scenario("R-12", "R-11", mirror="the replacement happens after the poll of that iteration")
def scenario_a_reader_replaced_after_the_poll_runs_in_the_next_iteration(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")
        loop.add_reader(reader, lambda: out("first"))
        loop.call_soon(lambda: loop.add_reader(reader, lambda: out("second")))
        run_briefly(loop)
        out("next iteration")
        run_briefly(loop)
        loop.remove_reader(reader)


@scenario("EL-100", "R-13")
def scenario_the_end_of_the_stream_makes_a_reader_ready(out):
    with new_loop() as loop, socket_pair() as (reader, writer):

        def readable():
            out(f"read {len(reader.recv(10))} bytes")
            loop.remove_reader(reader)
            loop.stop()

        loop.add_reader(reader, readable)
        loop.call_soon(writer.close)
        loop.run_forever()
        out(f"running {show(loop.is_running())}")
