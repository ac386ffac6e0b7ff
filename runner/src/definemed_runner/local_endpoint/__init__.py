"""A small OpenAI-compatible server for one language model on this machine.

It is the LLM endpoint of a studio that was given no other: enough for labelling and trying out, on two processor
cores. Where more is needed, vLLM or any other OpenAI-compatible server takes its place by its URL.
"""
