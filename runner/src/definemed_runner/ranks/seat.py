"""What a process is told of the nodes that a run is spread over, by the process that Ray started on its node."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass

_VARIABLE = "DEFINEMED_NODE"


@dataclass(frozen=True)
class Seat:
    """Node `node` of `nodes`. The ranks meet at `address` and `port`, the first node's; `own_address` is this node's.

    On the first node `descriptor` is the socket that listens there already, so that nobody else takes the port.
    """

    node: int
    nodes: int
    address: str
    port: int
    own_address: str
    descriptor: int | None

    def environment(self) -> dict[str, str]:
        """How a process that is started is told."""
        return {_VARIABLE: json.dumps(asdict(self))}

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Seat | None":
        """This process's, or None where the run is on one node."""
        text = environment.get(_VARIABLE)
        return Seat(**json.loads(text)) if text else None
