# SPDX-License-Identifier: Apache-2.0
"""Watching descriptors."""

import asyncio
import contextvars

from scenario import scenario
from support import new_loop, print_to, run_briefly, socket_pair
from words import Boom, attempt, show

value = contextvars.ContextVar("value", default="default")

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


@scenario("EL-100", "R-13")
def scenario_a_writer_is_called_in_each_iteration_until_it_is_removed(out):
    with new_loop() as loop, socket_pair() as (one, other):
        calls = []

        def writable():
            calls.append(None)
            out(f"writable {len(calls)}")

        loop.add_writer(one, writable)
        for _ in range(3):
            run_briefly(loop)
        attempt(out, "remove", lambda: loop.remove_writer(one))
        run_briefly(loop)
        out("end")


@scenario("EL-100", "R-13", mirror=PAIR)
def scenario_a_descriptor_that_is_ready_for_both_is_read_first(out):
    with new_loop() as loop, socket_pair() as (one, other):
        other.send(b"x")
        loop.add_writer(one, lambda: out("writable"))
        loop.add_reader(one, lambda: out("readable"))
        run_briefly(loop)


@scenario("EL-101", "R-11")
def scenario_a_reader_that_removes_itself_is_called_once(out):
    with new_loop() as loop, socket_pair() as (reader, writer):

        def readable():
            out("readable")
            attempt(out, "remove", lambda: loop.remove_reader(reader))

        writer.send(b"x")
        loop.add_reader(reader, readable)
        for _ in range(3):
            run_briefly(loop)
        attempt(out, "remove again", lambda: loop.remove_reader(reader))


@scenario("EL-101", "R-11", mirror=PAIR)
def scenario_a_reader_that_removes_the_writer_spares_it_its_turn(out):
    with new_loop() as loop, socket_pair() as (one, other):
        other.send(b"x")

        def readable():
            out("readable")
            attempt(out, "remove writer", lambda: loop.remove_writer(one))

        loop.add_reader(one, readable)
        loop.add_writer(one, lambda: out("writable"))
        run_briefly(loop)
        loop.remove_reader(one)


@scenario("EL-100", "EL-101")
def scenario_a_reader_can_be_added_again_after_its_removal(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")
        loop.add_reader(reader, lambda: out("first"))
        loop.remove_reader(reader)
        loop.add_reader(reader, lambda: out("second"))
        run_briefly(loop)
        attempt(out, "remove", lambda: loop.remove_reader(reader))


@scenario("EL-100", "R-02", mirror="the poll of that iteration is over")
def scenario_a_reader_that_is_added_in_a_callback_is_called_in_the_next_iteration(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")
        loop.call_soon(lambda: loop.add_reader(reader, lambda: out("readable")))
        run_briefly(loop)
        out("next iteration")
        run_briefly(loop)
        loop.remove_reader(reader)


@scenario("EL-100", "R-16")
def scenario_a_reader_that_fails_is_reported_and_stays(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        loop.set_exception_handler(print_to(out))

        def readable():
            raise Boom("boom")

        writer.send(b"x")
        loop.add_reader(reader, readable)
        run_briefly(loop)
        run_briefly(loop)
        attempt(out, "remove", lambda: loop.remove_reader(reader))


@scenario("EL-100", "R-13")
def scenario_a_reader_runs_in_the_context_of_its_addition_and_keeps_what_it_sets(out):
    with new_loop() as loop, socket_pair() as (reader, writer):

        def readable():
            out(value.get())
            value.set("set by the reader")

        writer.send(b"x")
        value.set("added")
        loop.add_reader(reader, readable)
        value.set("later")
        run_briefly(loop)
        run_briefly(loop)
        out(value.get())
        loop.remove_reader(reader)


@scenario("EL-100", "R-12", mirror=PAIR)
def scenario_two_readers_of_two_descriptors_are_independent(out):
    with new_loop() as loop, socket_pair() as (one, other):
        loop.add_reader(one, lambda: out("one"))
        loop.add_reader(other, lambda: out("other"))
        other.send(b"x")
        run_briefly(loop)
        attempt(out, "remove one", lambda: loop.remove_reader(one))
        one.send(b"x")
        run_briefly(loop)
        loop.remove_reader(other)


@scenario("EL-100", "EL-101", "EL-15", mirror="a closed loop has removed all by itself")
def scenario_a_closed_loop_watches_nothing(out):
    with socket_pair() as (one, other):
        loop = asyncio.new_event_loop()
        loop.add_reader(one, lambda: out("never"))
        loop.close()
        attempt(out, "add reader", lambda: loop.add_reader(one, lambda: None))
        attempt(out, "add writer", lambda: loop.add_writer(one, lambda: None))
        attempt(out, "remove reader", lambda: loop.remove_reader(one))
        attempt(out, "remove writer", lambda: loop.remove_writer(one))


@scenario("EL-100", mirror="a closed socket has no descriptor any more")
def scenario_what_is_closed_cannot_be_watched(out):
    with new_loop() as loop, socket_pair() as (one, other):
        one.close()
        attempt(out, "add reader", lambda: loop.add_reader(one, lambda: None))
        attempt(out, "add writer", lambda: loop.add_writer(one, lambda: None))


@scenario("EL-100", "R-14", mirror="the reader stops the loop, and the writer of the same poll still runs")
def scenario_a_reader_may_stop_the_loop(out):
    with new_loop() as loop, socket_pair() as (one, other):
        other.send(b"x")
        loop.add_reader(one, lambda: (out("readable"), loop.stop()))
        loop.add_writer(one, lambda: out("writable"))
        loop.run_forever()
        out("stopped")
