"""A training process other than the first: `python -m definemed_runner.language_models.pretraining.rank`.

It gets its plan by standard input from the process that leads, which alone reports errors and results.
"""

import json
import signal
import sys

from definemed_runner.run.parent import die_with_parent


def main() -> int:
    """Take part in the leader's training and return the exit code."""
    die_with_parent()
    # Whoever stops the whole group means the leader, which tells the others by the training itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    plan = json.load(sys.stdin)

    from definemed_runner.run import Cancelled, UserMistake
    from definemed_runner.run.execute import open_run, read_attempt_spec
    from definemed_runner.run.stop import StopWatch
    from definemed_runner.run.store import Store

    store = Store.from_environment()
    spec = read_attempt_spec(store, plan["runId"], plan["attempt"])
    stop = StopWatch(store.attempt_folder(spec.run_id, spec.attempt) / "control")
    context = open_run(store, spec, stop)

    from definemed_runner.language_models.pretrain import train
    from definemed_runner.language_models.pretraining.corpus import TokenFiles
    from definemed_runner.language_models.pretraining.ranks import follow

    training, held_out = (TokenFiles.inherited(tuple(each), plan["paddingToken"]) for each in plan["descriptors"])
    try:
        with follow(plan) as ranks:
            train(context, ranks, training, held_out)
    except (UserMistake, Cancelled):
        # The same happened to the leader, which tells of it.
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
