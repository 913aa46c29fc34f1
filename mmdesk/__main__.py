"""The way in: `mmdesk` alone opens the window, without the time that the commands take to import."""

import gc
import sys

from mmdesk import display


def main() -> None:
    if len(sys.argv) == 1 and display.missing() is None:
        gc.disable()  # the window collects in its own time, see ui/garbage.py
        from mmdesk.ui.app import run

        sys.exit(run())
    from mmdesk.cli import main as command

    command()


if __name__ == "__main__":  # the engine's process imports this file again
    main()
