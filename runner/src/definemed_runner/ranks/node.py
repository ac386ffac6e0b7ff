"""The first rank of a node other than the first: `python -m definemed_runner.ranks.node`, started by `agent.py`.

It waits for the leader's plan, shows that it sees the leader's folder, prepares its own share (the inputs' digests are
verified here too, since `file:` addresses may differ from node to node), and starts the node's other ranks.
"""

import json
import os
import signal
import sys
import threading
from datetime import timedelta

from torch.distributed import TCPStore  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported

from definemed_runner.ranks.seat import Seat
from definemed_runner.run.errors import Cancelled, ToldError, UserMistake
from definemed_runner.run.parent import die_with_parent
from definemed_runner.run.release import check_release

_LOOK_SECONDS = 2.0
_ANY_KEY = "plan"


def main() -> int:
    """Take part in the work and return the exit code; a fault of this node alone is told in the last line written."""
    die_with_parent()
    # The leader is asked to stop, and tells the others by the work itself.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seat = Seat.from_environment()
    if seat is None:
        print("This is started by the runner itself, on the nodes of a Ray cluster.", file=sys.stderr)
        return 2
    try:
        check_release()
        return _take_part(seat)
    except ToldError as error:
        told = {"code": error.code, "message": f"{seat.own_address}: {error.message}"}
        print(json.dumps(told), flush=True)
        return 2 if isinstance(error, UserMistake) else 1


def _take_part(seat: Seat) -> int:
    from definemed_runner.kinds import load_preparation
    from definemed_runner.ranks.group import Place, joined, reach_store
    from definemed_runner.ranks.lead import check_gpus
    from definemed_runner.ranks.meeting import hear_plan, present_node, tell_fault
    from definemed_runner.ranks.processes import is_broken_sum, started
    from definemed_runner.run.execute import open_run, read_attempt_spec, verify_digests
    from definemed_runner.run.stop import StopWatch
    from definemed_runner.run.store import Store

    meeting = Place(seat.nodes, 1, seat.node, 0, seat.address, seat.port, seat.own_address)
    done = threading.Event()
    # What waits for another rank blocks its connection, so that the leader is watched by one of its own.
    watched = reach_store(meeting, timedelta(minutes=1))
    threading.Thread(target=_die_with_leader, args=(watched, done), daemon=True).start()
    rendezvous = reach_store(meeting)
    plan = hear_plan(rendezvous)

    os.environ["DEFINEMED_STORE"] = plan["store"]
    folder = Store.folder_of(plan["store"]) / "runs" / plan["runId"] / "attempts" / str(plan["attempt"])
    if not present_node(rendezvous, folder, plan["mark"], seat.node, seat.own_address):
        # The leader says so.
        done.set()
        return 0
    store = Store.from_environment()
    spec = read_attempt_spec(store, plan["runId"], plan["attempt"])
    check_gpus(spec.resources)
    context = open_run(store, spec, StopWatch(folder / "control"))
    verify_digests(context)
    share = load_preparation(spec.kind)(context)
    place = Place(
        seat.nodes, spec.resources.processes_per_node, seat.node, 0, seat.address, seat.port, seat.own_address
    )
    try:
        with started(spec, place, share, None), joined(place, rendezvous) as ranks:
            share.carry_out(context, ranks)
            done.set()
    except (UserMistake, Cancelled):
        # The same happened to the leader, which tells of it.
        done.set()
    except Exception as fault:
        # What only follows from another rank's end is left for that one's node to tell.
        if not is_broken_sum(fault):
            tell_fault(rendezvous, f"{seat.own_address}: {fault}")
        raise
    return 0


def _die_with_leader(store: TCPStore, done: threading.Event) -> None:
    """Where the leader's whole machine is gone, nobody else may be left to end this process."""
    while not done.wait(_LOOK_SECONDS):
        try:
            store.check([_ANY_KEY])
        except RuntimeError as fault:
            if not done.is_set():
                print(f"The first node is gone ({fault}); this one ends.", file=sys.stderr, flush=True)
                os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
