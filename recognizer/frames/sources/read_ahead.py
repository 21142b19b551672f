"""Work on the next items while the consumer is still busy with this one."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from threading import Condition, Thread, current_thread
from typing import Generic, TypeVar

Item = TypeVar("Item")

_PATIENCE = 2.0
"""Seconds that ``close`` waits for an item that is being made."""


class ReadAhead(Iterator[Item], Generic[Item]):
    """Runs a generator in a thread that is at most ``depth`` items ahead.

    Every item is kept, in order. An exception of the generator is raised where its next item
    would have come. The generator is closed in its own thread, so that it may own what only one
    thread shall touch. The thread starts with the first ``next()``.

    Args:
        items: what to run.
        depth: items that may wait, at least 1; they bound the memory.
        name: of the thread.
    """

    def __init__(self, items: Generator[Item, None, None], depth: int, name: str) -> None:
        self._items = items
        self._depth = depth
        self._waiting: deque[Item] = deque()
        self._changed = Condition()
        self._ended = False
        self._closed = False
        self._error: BaseException | None = None
        # A daemon: a program that ends without closing shall not hang.
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._started = False

    def __next__(self) -> Item:
        if not self._started and not self._closed:
            self._started = True
            self._thread.start()
        with self._changed:
            while not (self._waiting or self._ended or self._closed):
                self._changed.wait()
            if self._waiting and not self._closed:
                item = self._waiting.popleft()
                self._changed.notify_all()
                return item
            error, self._error = self._error, None
        if error is not None and not self._closed:
            raise error
        raise StopIteration

    def close(self) -> None:
        """End the thread and forget what waits; may be called at any time and again.

        A generator that hangs, as one that reads from a network may, is waited for no longer than
        2 s; it is closed in its thread as soon as it goes on.
        """
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        if not self._started:
            self._items.close()
        elif self._thread is not current_thread():  # where the garbage collector may have found us
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for item in self._items:
                if not self._put(item):
                    break
        except BaseException as raised:
            error = raised
        finally:
            self._items.close()
            with self._changed:
                self._error = error
                self._ended = True
                self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        """Leave the item for the consumer; False if nobody wants more."""
        with self._changed:
            while len(self._waiting) >= self._depth and not self._closed:
                self._changed.wait()
            if self._closed:
                return False
            self._waiting.append(item)
            self._changed.notify_all()
            return True
