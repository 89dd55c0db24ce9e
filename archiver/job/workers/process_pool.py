"""An executor of processes that each have many calls under way, which `concurrent.futures` lacks.

`ProcessPoolExecutor` gives a process one call at a time, and all of them break when one process dies. Ours wait for the
network most of their time: here each process runs its calls in threads, each answer comes back as soon as it is there,
and a process that dies takes only its own calls with it. Knows nothing of seeds.

The processes are forked from one that has no threads and has imported what they need (multiprocessing's forkserver),
so that the imports are paid for once; where that cannot be had each starts afresh.
"""

import os
import pickle
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import forkserver, get_all_start_methods, get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.util import get_temp_dir
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")


class WorkerCrashed(BrokenExecutor):
    """The process that had the call is gone. The pool goes on: the next call gets a new one."""


class WorkerPool(Executor):
    """At most `processes` processes of `threads` threads, each started when there is work for it, with the modules
    `preload` imported. `initializer(*initargs)` runs first in each; what it raises, each call there raises.

    The processes end with the one that has the pool, however it ends. Calls and answers must pickle.
    """

    def __init__(
        self,
        processes: int,
        threads: int,
        initializer: Callable[..., object],
        initargs: tuple[Any, ...] = (),
        preload: Sequence[str] = (),
    ) -> None:
        self._processes = processes
        self._equipment = (_prepared(preload), threads, initializer, initargs)
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Give a call to the process that has the fewest. Its future raises WorkerCrashed where the process dies."""
        call = pickle.dumps((fn, args, kwargs), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            return self._least_busy().submit(call)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Let the processes end after the calls they have; none of those can be cancelled."""
        with self._lock:
            workers, self._workers = self._workers, []
        for each in workers:
            each.dismiss()
        for each in workers if wait else ():
            each.join()

    def _least_busy(self) -> "_Worker":
        self._workers = [each for each in self._workers if not each.gone]
        worker = min(self._workers, key=lambda each: len(each.under_way), default=None)
        if worker is None or (worker.under_way and len(self._workers) < self._processes):
            worker = _Worker(*self._equipment)
            self._workers.append(worker)
        return worker


class _Worker:
    """One process, seen from outside."""

    def __init__(
        self, method: str, threads: int, initializer: Callable[..., object], initargs: tuple[Any, ...]
    ) -> None:
        self.under_way: dict[int, Future[Any]] = {}
        self.gone = False
        self._numbers = count()
        self._lock = threading.Lock()
        context: Any = get_context(method)
        self._connection, theirs = context.Pipe()
        arguments = theirs, get_temp_dir(), threads, initializer, initargs
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _signals_blocked():
            self._start()
        theirs.close()
        self._listener = threading.Thread(target=self._listen, name="answers", daemon=True)
        self._listener.start()

    def _start(self) -> None:
        """Raises OSError where there can be no process more."""
        for again in (True, False):
            try:
                self._process.start()
            except (EOFError, ConnectionError) as error:  # whom they are forked from was killed, or could not fork
                if not again:
                    raise OSError(f"no process more could be started ({error}); fewer --jobs may help") from error
                time.sleep(0.1)
            else:
                return

    def submit(self, call: bytes) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self.gone:
                future.set_exception(WorkerCrashed("the worker process died"))
                return future
            number = next(self._numbers)
            self.under_way[number] = future
        self._send((number, call))
        return future

    def dismiss(self) -> None:
        self._send(None)

    def join(self) -> None:
        self._listener.join()
        self._process.join()

    def _send(self, order: tuple[int, bytes] | None) -> None:
        try:
            self._connection.send(order)
        except OSError:
            return  # it has died; the listener notices too, and informs those who wait

    def _listen(self) -> None:
        try:
            while True:
                number, value, error = self._connection.recv()
                future = self.under_way.pop(number)
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)
        except (EOFError, OSError):
            with self._lock:
                self.gone = True
        for future in self.under_way.values():
            future.set_exception(WorkerCrashed("the worker process died"))
        self.under_way.clear()
        self._connection.close()


def _prepared(modules: Sequence[str]) -> str:
    """How processes start. The one that they are forked from comes up, and imports, while this one goes on."""
    if "forkserver" in get_all_start_methods():
        forkserver.set_forkserver_preload(list(modules))
        with suppress(OSError), _signals_blocked():  # its socket is a file, whose path may be too long for one
            forkserver.ensure_running()
            return "forkserver"
    return "spawn"


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Ctrl-C and the end of the terminal are the coordinator's affair: a new process must not see them before it knows
    to ignore them. They are blocked meanwhile, which a process inherits. Starting the tracker would unblock them: that
    goes first."""
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    connection: Connection,
    folder: str | None,
    threads: int,
    initializer: Callable[..., object],
    initargs: tuple[Any, ...],
) -> None:
    """The life of a process: calls in, answers out, until it is dismissed, or alone in the world and takes the folder
    of sockets along, which whoever was killed has left."""
    broken: Exception | None = None
    answering = threading.Lock()

    def answer(number: int, call: bytes) -> None:
        value, error = None, broken
        if error is None:
            try:
                fn, args, kwargs = pickle.loads(call)
                value = fn(*args, **kwargs)
            except Exception as raised:  # noqa: BLE001 - it belongs to whoever made the call
                error = raised
        packed = _packed(number, value, error)
        with answering:
            connection.send_bytes(packed)

    try:
        initializer(*initargs)
    except Exception as raised:  # noqa: BLE001 - each call will raise it
        broken = raised
    with ThreadPoolExecutor(threads, "call") as pool:
        while True:
            try:
                order = connection.recv()
            except (EOFError, OSError):
                if folder:
                    shutil.rmtree(folder, ignore_errors=True)
                os._exit(1)  # whoever started us is gone; threads cannot be ended otherwise
            if order is None:
                break
            pool.submit(answer, *order)


def _packed(number: int, value: object, error: Exception | None) -> bytes:
    """An answer as bytes; an exception that would not survive the journey stays behind and sends its words."""
    try:
        packed = pickle.dumps((number, value, error), pickle.HIGHEST_PROTOCOL)
        if error is not None:
            pickle.loads(packed)
    except Exception as stuck:  # noqa: BLE001 - whatever a foreign class does when it is pickled
        words = f"{type(error or stuck).__name__}: {error or stuck}"
        return pickle.dumps((number, None, RuntimeError(words)), pickle.HIGHEST_PROTOCOL)
    return packed
