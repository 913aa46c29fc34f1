"""Work off the window's thread: decoding a preview, sniffing a file, writing a case."""

from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from mmdesk.errors import UserProblem

Done = Callable[[Any], None]
Problem = Callable[[UserProblem], None]


class _Answers(QObject):
    given = Signal(object, int, object, object)  # key, number, value, error


class _Task(QRunnable):
    def __init__(self, answers: _Answers, key: Hashable, number: int, work: Callable[[], Any]) -> None:
        super().__init__()
        self._answers, self._key, self._number, self._work = answers, key, number, work

    def run(self) -> None:
        value, error = None, None
        try:
            value = self._work()
        except Exception as problem:  # handed to the window's thread, which raises what is no user's
            error = problem
        self._answers.given.emit(self._key, self._number, value, error)


class Background(QObject):
    """Runs one function after the other in a thread of its own and answers in this object's thread.

    A newer work of the same key makes an older one's answer late: it is dropped.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)  # two huge pictures at once would need twice the memory
        self._answers = _Answers(self)
        self._answers.given.connect(self._answer)
        self._number = 0
        self._due: dict[Hashable, tuple[int, Done, Problem | None]] = {}
        self._at_close: list[Callable[[], Any]] = []

    def run(self, key: Hashable, work: Callable[[], Any], done: Done, failed: Problem | None = None) -> None:
        """`work` must not touch a widget; `done` gets its value, `failed` a problem a person can mend."""
        self._number += 1
        self._due[key] = (self._number, done, failed)
        self._pool.start(_Task(self._answers, key, self._number, work))

    def forget(self, key: Hashable) -> None:
        """Nobody waits for this answer any more."""
        self._due.pop(key, None)

    def waits_for(self, key: Hashable) -> bool:
        return key in self._due

    def at_close(self, work: Callable[[], Any]) -> None:
        """What `close` must not drop; it is done in this object's thread, so it should be short."""
        self._at_close.append(work)

    def finish(self) -> None:
        """Returns when all that was given is done."""
        self._pool.waitForDone()

    def close(self) -> None:
        """No answer is given after this, and what waits is dropped. The work under way is waited for,
        then comes what was left for the end."""
        self._due.clear()
        self._pool.clear()
        self._pool.waitForDone()
        for work in self._at_close:
            work()
        self._at_close.clear()

    @property
    def busy(self) -> bool:
        return bool(self._due)

    @Slot(object, int, object, object)
    def _answer(self, key: Hashable, number: int, value: Any, error: Exception | None) -> None:
        waiting = self._due.get(key)
        if waiting is None or waiting[0] != number:
            return
        del self._due[key]
        _, done, failed = waiting
        if error is None:
            done(value)
        elif isinstance(error, UserProblem) and failed is not None:
            failed(error)
        else:
            raise error
