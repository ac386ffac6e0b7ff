"""The process that leads: meets the other nodes, prepares the work, starts the other ranks, takes part.

One process needs nothing of torch.distributed. With several, the first one holds the run's context; the others report
nothing of their own. Those on its machine are its children and die with it.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch.distributed import TCPStore  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported

from definemed_runner.ranks.group import Place, Ranks, joined, open_store
from definemed_runner.ranks.meeting import hear_fault, meet_nodes
from definemed_runner.ranks.processes import Share, is_broken_sum, started
from definemed_runner.ranks.seat import Seat
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import RankFault, UserMistake
from definemed_runner.run.sockets import listening_socket
from definemed_runner.run.spec import Resources


class Prepare(Protocol):
    """The function `prepare` of a kind's module; `handed` is what the first rank of the machine handed over."""

    def __call__(self, context: RunContext, handed: Mapping[str, Any] | None = None) -> Share: ...


def lead(context: RunContext, prepare: Prepare) -> Any:
    """Have the work done by as many ranks as the spec asks for; answers what rank 0 made of it.

    A rank that fails ends this process too, also where a collective would wait for it forever. UserMistake
    `nodes_without_ray`, `store_not_shared`, `too_few_gpus`.
    """
    resources = context.spec.resources
    seat = Seat.from_environment()
    if (seat.nodes if seat else 1) != resources.nodes:
        raise UserMistake(
            "nodes_without_ray",
            f"The run is to be spread over {resources.nodes} nodes. Start it on a Ray cluster with "
            f"`python -m definemed_runner run-on-nodes`.",
        )
    check_gpus(resources)
    if resources.processes == 1:
        return prepare(context).carry_out(context, Ranks())
    place, store = _open_meeting(seat, resources)
    if place.nodes > 1:
        meet_nodes(context, place.nodes, store)
    share = prepare(context)
    try:
        with started(context.spec, place, share, context.attempt_folder), joined(place, store) as ranks:
            return share.carry_out(context, ranks)
    except Exception as fault:
        if is_broken_sum(fault):
            told = hear_fault(store) if place.nodes > 1 else None
            raise RankFault("rank_died", told or f"A process of the run is lost: {fault}") from fault
        raise


def check_gpus(resources: Resources) -> None:
    """UserMistake `too_few_gpus` where this machine has GPUs, but fewer than it has processes."""
    devices, count = torch.cuda.device_count(), resources.processes_per_node
    if devices and count > devices:
        raise UserMistake("too_few_gpus", f"{count} processes need as many GPUs; this machine has {devices}.")


def _open_meeting(seat: Seat | None, resources: Resources) -> tuple[Place, TCPStore]:
    if seat is not None and seat.descriptor is not None:
        address, port, descriptor = seat.address, seat.port, seat.descriptor
    else:
        listening = listening_socket("127.0.0.1")
        address, port = listening.getsockname()[:2]
        descriptor = listening.detach()
    place = Place(resources.nodes, resources.processes_per_node, 0, 0, address, port, address)
    return place, open_store(place, descriptor)
