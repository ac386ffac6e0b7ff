"""Causal language models: pre-training, merging, evaluation, answers and their analysis. One module a kind of run."""
