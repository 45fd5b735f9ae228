"""`python -m benchmarks`, see scripts/bench."""

import signal
import sys

_INTERRUPTED = 130

if __name__ == "__main__":
    # Not above: each benchmark's process reads this file, and measures itself.
    from .command import main

    # Whoever ends this ends it as Ctrl-C does: with all that it has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
