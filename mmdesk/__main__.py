"""The ways in: `mmdesk` alone opens the window, without the time that the commands take to import."""

import gc
import signal
import sys

from mmdesk import display
from mmdesk.errors import UserProblem


def main() -> None:
    """`mmdesk`."""
    _serve_if_child()
    _start()


def window() -> None:
    """`mmdesk-window`, which a desktop starts; its arguments are files to open."""
    _serve_if_child()
    if len(sys.argv) > 1 or display.missing():
        sys.argv.insert(1, "window")
    _start()


def _serve_if_child() -> None:
    """The processes of a frozen program, the engine's and the one that unpacks pixels, are that program
    again; what it is for, its arguments say. They never come back from here."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        if sys.argv[1:] == ["--unpack"]:
            from mmdesk.media import sandbox

            sandbox.serve()
            sys.exit()
        multiprocessing.freeze_support()


def _start() -> None:
    if len(sys.argv) == 1 and display.missing() is None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is a window to close
        gc.disable()  # the window collects in its own time, see ui/garbage.py
        from mmdesk.ui.app import run

        try:
            sys.exit(run())
        except UserProblem as problem:
            sys.exit(str(problem))
    from mmdesk.cli import main as command

    command()


if __name__ == "__main__":  # the engine's process imports this file again
    main()
