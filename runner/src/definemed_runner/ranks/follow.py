"""A rank that is not the first of its machine: `python -m definemed_runner.ranks.follow`.

It gets its plan by standard input from the machine's first rank. Only the first rank of all reports errors and results.
"""

import json
import signal
import sys

from definemed_runner.run.parent import die_with_parent


def main() -> int:
    """Take part in the work and return the exit code."""
    die_with_parent()
    # Whoever stops the whole group means the leader, which tells the others by the work itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    plan = json.load(sys.stdin)

    from definemed_runner.run import Cancelled, UserMistake
    from definemed_runner.run.execute import open_run, read_attempt_spec
    from definemed_runner.run.stop import StopWatch
    from definemed_runner.run.store import Store

    store = Store.from_environment()
    spec = read_attempt_spec(store, plan["runId"], plan["attempt"])
    context = open_run(store, spec, StopWatch(store.attempt_folder(spec.run_id, spec.attempt) / "control"))

    from definemed_runner.kinds import load_preparation
    from definemed_runner.ranks.group import Place, joined, reach_store

    share = load_preparation(spec.kind)(context, plan["handed"])
    place = Place.of_json(plan["place"])
    try:
        with joined(place, reach_store(place)) as ranks:
            share.carry_out(context, ranks)
    except (UserMistake, Cancelled):
        # The same happened to the leader, which tells of it.
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
