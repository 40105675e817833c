# SPDX-License-Identifier: Apache-2.0
"""Obtaining, running, stopping and closing a loop; the iteration."""

import asyncio
import threading

from scenario import scenario
from support import in_thread, new_loop, run_briefly, socket_pair
from words import Boom, attempt, show


@scenario("R-01", "EL-20", "EL-12")
def scenario_callbacks_queued_while_running_wait_for_the_next_iteration(out):
    with new_loop() as loop:

        def first():
            out("first")
            loop.call_soon(lambda: out("queued by first"))

        loop.call_soon(first)
        loop.call_soon(loop.stop)
        loop.call_soon(lambda: out("second"))
        loop.run_forever()
        out("stopped")
        run_briefly(loop)


@scenario("EL-20")
def scenario_callbacks_run_once_in_the_order_they_were_queued(out):
    with new_loop() as loop:
        for name in ["a", "b", "c"]:
            loop.call_soon(lambda name=name: out(f"callback {name}"))
        out("queued")
        run_briefly(loop)
        run_briefly(loop)


@scenario("R-02", "R-03", "EL-22", mirror="any pair whose written byte is readable at once: a Pipe or a socket pair")
def scenario_one_iteration_runs_queued_callbacks_then_io_then_timers(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")

        def readable():
            out("io")
            loop.remove_reader(reader)

        def soon():
            out("soon")
            loop.call_soon(lambda: out("soon, next iteration"))

        loop.call_later(0, lambda: out("timer without delay"))
        loop.call_at(loop.time() - 1, lambda: out("timer in the past"))
        loop.add_reader(reader, readable)
        loop.call_soon(soon)
        run_briefly(loop)
        out("stopped")
        run_briefly(loop)


@scenario("R-05", mirror="the reader is ready from the start, the timer is due after 20 ms")
def scenario_a_callback_that_queues_itself_forever_starves_neither_io_nor_timers(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")

        def spin():
            loop.call_soon(spin)

        def readable():
            out("io")
            loop.remove_reader(reader)

        def timer():
            out("timer")
            loop.stop()

        loop.call_soon(spin)
        loop.call_later(0.02, timer)
        loop.add_reader(reader, readable)
        loop.run_forever()
        out("stopped")


@scenario("R-04", "EL-23")
def scenario_a_far_timer_does_not_delay_what_is_ready(out):
    with new_loop() as loop:
        far = loop.call_later(40 * 24 * 3600, lambda: out("too late"))
        loop.call_soon(lambda: out("ready"))
        loop.call_soon(loop.stop)
        loop.run_forever()
        out(f"more than a month ahead: {show(far.when() - loop.time() > 30 * 24 * 3600)}")


@scenario("EL-11", "EL-12")
def scenario_stop_lets_the_current_batch_finish(out):
    with new_loop() as loop:

        def stop():
            out("stop")
            loop.stop()
            loop.call_soon(lambda: out("queued after stop"))

        loop.call_soon(stop)
        loop.call_soon(lambda: out("queued before stop ran"))
        loop.run_forever()
        out("returned")
        run_briefly(loop)


@scenario("R-14", "EL-12")
def scenario_stop_before_run_allows_exactly_one_iteration(out):
    with new_loop() as loop, socket_pair() as (reader, writer):
        writer.send(b"x")

        def readable():
            out("io")
            loop.remove_reader(reader)

        def callback():
            out("callback")
            loop.call_soon(lambda: out("queued by callback"))

        loop.add_reader(reader, readable)
        loop.call_soon(callback)
        loop.stop()
        loop.run_forever()
        out("returned")
        loop.call_soon(lambda: loop.call_soon(lambda: loop.call_soon(loop.stop)))
        loop.run_forever()
        out("the flag was cleared")


@scenario("EL-12", "EL-15")
def scenario_a_closed_loop_can_be_stopped_and_closed_again(out):
    loop = asyncio.new_event_loop()
    loop.close()
    attempt(out, "stop", loop.stop)
    attempt(out, "close", loop.close)
    attempt(out, "is closed", loop.is_closed)


@scenario("EL-13", "EL-14")
def scenario_is_running_and_is_closed_follow_the_life_of_a_loop(out):
    loop = asyncio.new_event_loop()

    def states(when):
        out(f"{when}: running {show(loop.is_running())}, closed {show(loop.is_closed())}")

    states("new")
    loop.call_soon(states, "in a callback")
    loop.call_soon(lambda: in_thread(lambda: states("from another thread")))
    run_briefly(loop)
    states("stopped")
    loop.close()
    states("closed")


@scenario("R-19", "EL-15")
def scenario_close_drops_queued_callbacks_and_timers_without_running_them(out):
    loop = asyncio.new_event_loop()
    loop.call_soon(lambda: out("callback"))
    loop.call_later(0, lambda: out("timer"))
    loop.close()
    out("closed")


@scenario("EL-15", "EL-10", "EL-101", "R-22", mirror="the bodies of refused tasks never run")
def scenario_a_closed_loop_refuses_new_work(out):
    async def body():
        out("body")

    def nothing():
        out("callback")

    loop = asyncio.new_event_loop()
    loop.close()
    with socket_pair() as (reader, _):
        attempt(out, "call_soon", lambda: loop.call_soon(nothing))
        attempt(out, "call_later", lambda: loop.call_later(0, nothing))
        attempt(out, "call_at", lambda: loop.call_at(0, nothing))
        attempt(out, "call_soon_threadsafe", lambda: loop.call_soon_threadsafe(nothing))
        attempt(out, "create_task", lambda: loop.create_task(body()))
        attempt(out, "run_forever", loop.run_forever)
        attempt(out, "run_until_complete", lambda: loop.run_until_complete(body()))
        attempt(out, "add_reader", lambda: loop.add_reader(reader, nothing))
        attempt(out, "add_writer", lambda: loop.add_writer(reader, nothing))
        attempt(out, "run_in_executor", lambda: loop.run_in_executor(None, nothing))
        attempt(out, "remove_reader", lambda: loop.remove_reader(reader))
        attempt(out, "remove_writer", lambda: loop.remove_writer(reader))


@scenario("EL-15", "EL-24", "EL-30", "EL-124")
def scenario_a_closed_loop_still_tells_time_and_makes_futures(out):
    loop = asyncio.new_event_loop()
    before = loop.time()
    loop.close()
    out(f"time goes on: {show(loop.time() >= before)}")
    future = loop.create_future()
    future.set_result(1)
    attempt(out, "future", future.result)
    loop.set_debug(True)
    attempt(out, "debug", loop.get_debug)


@scenario("EL-15")
def scenario_a_running_loop_cannot_be_closed(out):
    with new_loop() as loop:
        loop.call_soon(lambda: attempt(out, "close", loop.close))
        run_briefly(loop)
        attempt(out, "is closed", loop.is_closed)


@scenario("R-20", "EL-10", mirror="the body of the refused task never runs")
def scenario_a_thread_runs_one_loop_at_a_time(out):
    async def body():
        out("body")

    def refuse(label, call):
        with new_loop() as loop, new_loop() as other:
            loop.call_soon(lambda: attempt(out, label, lambda: call(loop, other)))
            run_briefly(loop)

    refuse("run_forever again", lambda loop, other: loop.run_forever())
    refuse("run_forever of another", lambda loop, other: other.run_forever())
    refuse("run_until_complete again", lambda loop, other: loop.run_until_complete(body()))
    refuse("run_until_complete of another", lambda loop, other: other.run_until_complete(body()))


@scenario("EL-10")
def scenario_run_until_complete_returns_the_result_or_raises_the_error(out):
    async def succeed():
        return 42

    async def fail():
        raise Boom("boom")

    with new_loop() as loop:
        attempt(out, "task", lambda: loop.run_until_complete(succeed()))
        attempt(out, "failing task", lambda: loop.run_until_complete(fail()))
        future = loop.create_future()
        loop.call_soon(future.set_result, "done")
        attempt(out, "future", lambda: loop.run_until_complete(future))
        attempt(out, "same future again", lambda: loop.run_until_complete(future))
        cancelled = loop.create_future()
        cancelled.cancel()
        attempt(out, "cancelled future", lambda: loop.run_until_complete(cancelled))


@scenario("EL-10")
def scenario_run_until_complete_refuses_a_future_of_another_loop(out):
    with new_loop() as loop, new_loop() as other:
        future = other.create_future()
        attempt(out, "run", lambda: loop.run_until_complete(future))
        attempt(out, "future is done", future.done)


@scenario("R-17", "EL-10")
def scenario_stopping_run_until_complete_leaves_the_task_pending(out):
    with new_loop() as loop:
        gate = loop.create_future()

        async def body():
            return await gate

        task = loop.create_task(body())
        loop.call_soon(loop.stop)
        attempt(out, "run", lambda: loop.run_until_complete(task))
        attempt(out, "done", task.done)
        gate.set_result("late")
        attempt(out, "run again", lambda: loop.run_until_complete(task))


@scenario("R-15", mirror="KeyboardInterrupt and SystemExit are classes of the library")
def scenario_an_interrupt_out_of_a_callback_leaves_the_rest_of_the_batch_queued(out):
    with new_loop() as loop:

        def interrupt():
            out("interrupt")
            raise KeyboardInterrupt

        def leave():
            out("exit")
            raise SystemExit(3)

        loop.call_soon(interrupt)
        loop.call_soon(leave)
        loop.call_soon(lambda: out("rest"))
        attempt(out, "first run", loop.run_forever)
        out(f"running {show(loop.is_running())}, closed {show(loop.is_closed())}")
        attempt(out, "second run", loop.run_forever)
        run_briefly(loop)


@scenario("R-18", "TK-06", "EL-10")
def scenario_an_interrupt_in_a_task_breaks_out_of_the_loop_and_the_main_task_stays_pending(out):
    with new_loop() as loop:
        gate = loop.create_future()

        async def wait():
            return await gate

        async def interrupt():
            raise KeyboardInterrupt

        main = loop.create_task(wait())
        interrupted = loop.create_task(interrupt())
        attempt(out, "run", lambda: loop.run_until_complete(main))
        attempt(out, "interrupted task", interrupted.result)
        attempt(out, "main is done", main.done)
        gate.set_result(1)
        attempt(out, "run again", lambda: loop.run_until_complete(main))


@scenario("EL-01")
def scenario_the_running_loop_is_known_inside_callbacks_and_tasks_only(out):
    with new_loop() as loop:

        async def body():
            out(f"task: {show(asyncio.get_running_loop() is loop)}")

        def callback():
            out(f"callback: {show(asyncio.get_running_loop() is loop)}")
            attempt(out, "another thread", lambda: in_thread(asyncio.get_running_loop))

        attempt(out, "before", asyncio.get_running_loop)
        loop.call_soon(callback)
        loop.run_until_complete(body())
        attempt(out, "after", asyncio.get_running_loop)


@scenario("EL-02", "EL-03", "EL-04", mirror="the current loop of the thread, apart from the running one")
def scenario_the_current_loop_is_set_by_hand_and_the_running_loop_goes_first(out):
    asyncio.set_event_loop(None)
    attempt(out, "none set", asyncio.get_event_loop)
    with new_loop() as loop, new_loop() as other:
        attempt(out, "a new loop is not set", asyncio.get_event_loop)
        asyncio.set_event_loop(loop)
        out(f"set: {show(asyncio.get_event_loop() is loop)}")
        other.call_soon(lambda: out(f"inside the other: {show(asyncio.get_event_loop() is other)}"))
        run_briefly(other)
        out(f"still set: {show(asyncio.get_event_loop() is loop)}")
        attempt(out, "another thread", lambda: in_thread(asyncio.get_event_loop))
        asyncio.set_event_loop(None)
        attempt(out, "cleared", asyncio.get_event_loop)


@scenario("EL-05", "EL-04")
def scenario_the_policy_makes_the_loops(out):
    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self):
            out("policy makes a loop")
            return super().new_event_loop()

    default = asyncio.get_event_loop_policy()
    policy = Policy()
    asyncio.set_event_loop_policy(policy)
    out(f"policy is set: {show(asyncio.get_event_loop_policy() is policy)}")
    asyncio.new_event_loop().close()
    asyncio.set_event_loop_policy(None)
    asyncio.new_event_loop().close()
    out(f"policy is still set: {show(asyncio.get_event_loop_policy() is policy)}")
    asyncio.set_event_loop_policy(default)
    out(f"first policy is back: {show(asyncio.get_event_loop_policy() is default)}")


@scenario("R-23", "EL-21")
def scenario_call_soon_threadsafe_shares_one_queue_with_call_soon(out):
    with new_loop() as loop:
        loop.call_soon(lambda: out("a"))
        loop.call_soon_threadsafe(lambda: out("b"))
        loop.call_soon(lambda: out("c"))
        loop.call_soon_threadsafe(lambda: out("d"))
        run_briefly(loop)


@scenario("R-23", "R-02", "EL-21")
def scenario_what_a_thread_has_posted_runs_before_what_is_queued_later(out):
    with new_loop() as loop, socket_pair() as (reader, writer):

        def first():
            in_thread(lambda: loop.call_soon_threadsafe(lambda: out("posted by a thread")))
            loop.call_soon(lambda: out("queued after that"))
            writer.send(b"x")
            in_thread(lambda: loop.call_soon_threadsafe(lambda: out("posted before the poll")))

        def readable():
            out("io")
            loop.remove_reader(reader)

        loop.add_reader(reader, readable)
        loop.call_soon(first)
        run_briefly(loop)
        run_briefly(loop)


@scenario("EL-21", "EL-06", "R-21", mirror="the loop sleeps in its poll without a timer when the thread posts")
def scenario_call_soon_threadsafe_wakes_a_sleeping_loop(out):
    with new_loop() as loop:
        asleep = threading.Event()

        def callback():
            out("called on the loop's thread: " + show(threading.current_thread() is loop_thread))
            loop.stop()

        def post():
            asleep.wait()
            loop.call_soon_threadsafe(callback)

        loop_thread = threading.current_thread()
        thread = threading.Thread(target=post)
        thread.start()
        loop.call_soon(asleep.set)
        loop.run_forever()
        thread.join()
        out("returned")


@scenario("EL-21", "R-21", mirror="more posts than a wake-up pipe has room for")
def scenario_posts_of_one_thread_all_arrive_in_order(out):
    with new_loop() as loop:
        arrived = []

        def post():
            for number in range(100_000):
                loop.call_soon_threadsafe(arrived.append, number)
            loop.call_soon_threadsafe(loop.stop)

        def block():
            in_thread(post)

        loop.call_soon(block)
        loop.run_forever()
        out(f"arrived {len(arrived)}")
        out(f"in order {show(arrived == sorted(arrived))}")


@scenario("EL-21", "EL-140")
def scenario_a_post_can_be_cancelled_before_it_runs(out):
    with new_loop() as loop:
        handle = loop.call_soon_threadsafe(lambda: out("cancelled callback"))
        loop.call_soon_threadsafe(lambda: out("other callback"))
        handle.cancel()
        run_briefly(loop)
        attempt(out, "cancelled", handle.cancelled)
