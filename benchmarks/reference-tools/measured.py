"""Runs a command to its end and tells what it took: `python measured.py COMMAND …` prints one JSON object last.

`seconds` are of the clock, `cpuSeconds` of all its processes, `peakBytes` the most memory that its largest process held
at once (resident, mapped files included), as the kernel counts it. Linux only. The command's own output goes to
standard error; its exit code is kept.
"""

import json
import os
import sys
import time


def main() -> int:
    started = time.monotonic()
    process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
    _, status, usage = os.wait4(process, 0)
    print(
        json.dumps(
            {
                "seconds": time.monotonic() - started,
                "cpuSeconds": usage.ru_utime + usage.ru_stime,
                "peakBytes": usage.ru_maxrss * 1024,
            }
        )
    )
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
