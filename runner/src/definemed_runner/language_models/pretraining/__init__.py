"""The parts of continual pre-training; `language_models/pretrain.py` puts them together."""
