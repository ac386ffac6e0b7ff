"""Several processes that do one work together, on one machine or on several nodes of a Ray cluster.

A kind that can be shared has `prepare(context, handed=None) -> Share` in its module. `lead` (lead.py) is what the run's
own process calls; `follow.py` is every other process on its machine, `node.py` the first one on each further node, and
`spread.py` has Ray start these. What they agree on once they work is `Ranks` (group.py); what they tell each other
without waiting, `Board` (board.py).
"""
