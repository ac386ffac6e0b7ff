"""`python -m definemed_runner run --run-id ID --attempt N`, `… run-on-nodes` for a run on several, and `… doctor`."""

import argparse
import json
import os
import sys
from collections.abc import Sequence

from definemed_runner.run.errors import UserMistake
from definemed_runner.run.parent import die_with_parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, carry it out, and return the exit code."""
    parser = argparse.ArgumentParser(prog="definemed_runner", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="carry out one attempt of a run")
    run.add_argument("--run-id", required=True)
    run.add_argument("--attempt", required=True, type=int)
    spread = commands.add_parser("run-on-nodes", help="carry out one attempt on several nodes of a Ray cluster")
    spread.add_argument("--run-id", required=True)
    spread.add_argument("--attempt", required=True, type=int)
    spread.add_argument("--nodes", required=True, type=int)
    spread.add_argument("--cpus", required=True, type=float, help="processors of each node")
    spread.add_argument("--gpus", required=True, type=float, help="GPUs of each node")
    doctor = commands.add_parser("doctor", help="tell versions and hardware as JSON")
    doctor.add_argument("--probe", help="ID/NUMBER: try the artifact store with the mark that the studio wrote there")
    options = parser.parse_args(arguments)

    if os.environ.get("DEFINEMED_DIE_WITH_PARENT") == "1":
        die_with_parent()
    if options.command == "doctor":
        from definemed_runner.run.doctor import examine

        print(json.dumps(examine(options.probe)), flush=True)
        return 0
    if options.command == "run-on-nodes":
        from definemed_runner.ranks.spread import NodeShare, run_on_nodes

        share = NodeShare(options.nodes, options.cpus, options.gpus)
        return run_on_nodes(options.run_id, options.attempt, share)
    address = os.environ.get("DEFINEMED_STORE", "")
    if address.startswith("s3://"):
        from definemed_runner.run.exchange.attempt import execute_in_bucket

        return execute_in_bucket(address, options.run_id, options.attempt)
    from definemed_runner.run.execute import execute_attempt
    from definemed_runner.run.store import Store

    try:
        store = Store.from_environment()
    except UserMistake as mistake:
        print(json.dumps({"code": mistake.code, "message": mistake.message}), flush=True)
        return 2
    return execute_attempt(store, options.run_id, options.attempt)


if __name__ == "__main__":
    sys.exit(main())
