"""The files beside a model's weights that travel with it; needs no torch."""

import shutil
from pathlib import Path

# Copied as they are: a tokenizer that is loaded and saved again can come out changed.
_COMPANIONS = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.model",
    "spiece.model", "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja", "chat_template.json",
    "generation_config.json", "LICENSE*", "NOTICE*",
)  # fmt: skip


def copy_companions(source: Path, target: Path) -> None:
    """Copy tokenizer, chat template, generation settings and licence from one model's folder to another."""
    target.mkdir(parents=True, exist_ok=True)
    for pattern in _COMPANIONS:
        for path in sorted(source.glob(pattern)):
            shutil.copyfile(path, target / path.name)
