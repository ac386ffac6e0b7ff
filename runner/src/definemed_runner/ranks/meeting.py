"""Before anything is trained: the nodes meet, and show that they see one folder.

The first node writes a mark into the attempt's folder; each other node must find it there, and write one that the
first finds. What is only mounted here would otherwise be missed when a checkpoint is to be read.
"""

import json
import secrets
import shutil
import time
from pathlib import Path
from typing import Any

from torch.distributed import TCPStore  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported

from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled, UserMistake
from definemed_runner.run.files import write_atomically

_FOLDER = "nodes"
_PLAN = "plan"
_FAULT = "fault"
_LAST_WORD_SECONDS = 5.0
# A network file system may show a new name a little later.
_LOOK_SECONDS = 20.0


def meet_nodes(context: RunContext, nodes: int, store: TCPStore) -> None:
    """The first node's part. UserMistake `store_not_shared`; Cancelled when asked to stop meanwhile."""
    context.log(f"Waiting for {nodes - 1} more nodes.")
    folder = context.attempt_folder / _FOLDER
    mark = secrets.token_hex(16)
    try:
        write_atomically(folder / "0", mark.encode())
        spec = context.spec
        plan = {
            "store": context.store.root.as_uri(), "runId": spec.run_id, "attempt": spec.attempt, "mark": mark,
        }  # fmt: skip
        store.set(_PLAN, json.dumps(plan))
        for node in range(1, nodes):
            _hear(context, store, node, folder, mark)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    context.log(f"All {nodes} nodes are here.")


def _hear(context: RunContext, store: TCPStore, node: int, folder: Path, mark: str) -> None:
    key = f"node/{node}"
    while not store.check([key]):
        if context.stop_requested():
            raise Cancelled
        time.sleep(0.1)
    told = json.loads(store.get(key))
    if told["found"] and _shows(folder / str(node), mark):
        return
    raise UserMistake(
        "store_not_shared",
        f"The node {told['name']} does not see the folder that the first node writes to, {folder.parent}. Mount the "
        "artifact store there under the same path; where the store is a bucket, set DEFINEMED_SCRATCH to a folder that "
        "all nodes share.",
    )


def hear_plan(store: TCPStore) -> dict[str, Any]:
    """Another node's first part: what is to be done, once the first node says so, however long that takes."""
    while not store.check([_PLAN]):
        time.sleep(0.1)
    return json.loads(store.get(_PLAN))


def present_node(store: TCPStore, attempt_folder: Path, mark: str, node: int, name: str) -> bool:
    """Another node's second part: look for the first one's mark and leave one; answers whether the folder is shared."""
    folder = attempt_folder / _FOLDER
    found = _shows(folder / "0", mark)
    if found:
        try:
            write_atomically(folder / str(node), mark.encode())
        except OSError:
            found = False
    store.set(f"node/{node}", json.dumps({"found": found, "name": name}))
    return found


def tell_fault(store: TCPStore, message: str) -> None:
    """Another node's last word, for the first one, whose next sum fails."""
    store.set(_FAULT, message)


def hear_fault(store: TCPStore) -> str | None:
    """Why another node is gone, if it could still say so."""
    until = time.monotonic() + _LAST_WORD_SECONDS
    while not store.check([_FAULT]):
        if time.monotonic() > until:
            return None
        time.sleep(0.1)
    return store.get(_FAULT).decode()


def _shows(path: Path, mark: str) -> bool:
    until = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            if path.read_bytes() == mark.encode():
                return True
        except OSError:
            pass
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
