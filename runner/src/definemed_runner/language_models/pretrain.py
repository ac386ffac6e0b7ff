"""pretrain: continual pre-training of a causal language model on a corpus, with next-token loss.

Documents are packed into sequences without attention or loss across their borders (pretraining/packing.py). Weights,
optimizer and loss are fp32; with `bf16` the model computes in bf16. An attempt that continues from a checkpoint gives
the same losses as one that was never interrupted. `tokens` counts the tokens that the loss counted; `trainLoss` is
the mean of the last tenth of the steps, at most 50.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from definemed_runner.language_models.model_folder import context_window, read_config, read_tokenizer
from definemed_runner.language_models.pretraining.corpus import TokenFiles, tokenise_corpus
from definemed_runner.language_models.pretraining.model import load_model, save_model
from definemed_runner.language_models.pretraining.settings import PretrainSettings
from definemed_runner.language_models.pretraining.training import Training
from definemed_runner.ranks.group import Ranks
from definemed_runner.ranks.lead import lead
from definemed_runner.run import RunContext, RunResult, UserMistake


def run(context: RunContext) -> RunResult:
    """Train the input `base` on the input `corpus`; see docs/runner-contract.md for parameters and outputs."""
    settings = PretrainSettings.from_parameters(context.spec.parameters)
    base = context.input_path("base")
    tokenizer = read_tokenizer(base)
    _check_base(base, tokenizer, settings)
    shutil.rmtree(context.output_path("model"), ignore_errors=True)
    summary = lead(context, prepare)
    return RunResult(outputs={"model": context.output_path("model")}, summary=summary)


def prepare(context: RunContext, handed: Mapping[str, Any] | None = None) -> "Pretraining":
    """The corpus as tokens: made or found by the first rank of each machine, inherited by the others."""
    if handed is not None:
        files = (TokenFiles.inherited(tuple(each), handed["paddingToken"]) for each in handed["descriptors"])
        return Pretraining(*files)
    settings = PretrainSettings.from_parameters(context.spec.parameters)
    tokenizer = read_tokenizer(context.input_path("base"))
    training, held_out = tokenise_corpus(context, context.input_path("corpus"), tokenizer, settings.held_out_share)
    _tell_corpus(context, settings, training, held_out)
    return Pretraining(training, held_out)


@dataclass(frozen=True)
class Pretraining:
    """What every rank does once the corpus is tokenised: load, train, save."""

    training: TokenFiles
    held_out: TokenFiles

    def hand_over(self) -> tuple[Mapping[str, Any], Sequence[int]]:
        descriptors = (self.training.descriptors(), self.held_out.descriptors())
        handed = {"descriptors": descriptors, "paddingToken": self.training.padding_token}
        return handed, [descriptor for pair in descriptors for descriptor in pair]

    def carry_out(self, context: RunContext, ranks: Ranks) -> dict[str, Any]:
        """Returns the summary."""
        settings = PretrainSettings.from_parameters(context.spec.parameters)
        base = context.input_path("base")
        bf16 = settings.bf16 and _bf16_works(context, ranks)
        loaded = load_model(
            base, ranks, bf16=bf16, activation_checkpointing=settings.activation_checkpointing,
            continued=context.resume_folder() is not None,
        )  # fmt: skip
        training, held_out = self.training.open(), self.held_out.open()
        summary = Training(context, ranks, settings, bf16, loaded.model, training, held_out).run()
        context.progress(0, 1, "models", "exporting")
        save_model(loaded, base, context.output_path("model"), ranks)
        context.progress(1, 1, "models", "exporting")
        return summary


def _check_base(base: Path, tokenizer: PreTrainedTokenizerBase, settings: PretrainSettings) -> None:
    config = read_config(base)
    window = context_window(config)
    if window is not None and settings.sequence_length > window:
        raise UserMistake(
            "sequence_too_long",
            f"The model takes {window} tokens at most; lower sequenceLength ({settings.sequence_length}) to that.",
        )
    vocabulary = config.get_text_config().vocab_size
    highest = max(tokenizer.get_vocab().values())
    if highest >= vocabulary:
        raise UserMistake(
            "tokenizer_beyond_vocabulary",
            f"The tokenizer has the token number {highest}, the model only {vocabulary} embeddings.",
        )


def _bf16_works(context: RunContext, ranks: Ranks) -> bool:
    """Whether all ranks have instructions for bf16. All or none computes in it: they share each step's weights."""
    (able,) = ranks.sum(float(_has_bf16(ranks.device)))
    if able == ranks.count:
        return True
    if ranks.leads:
        computer = "This GPU has" if ranks.device.type == "cuda" else "These processors have"
        context.warning("bf16_unsupported", f"{computer} no instructions for bf16, so the training computes in fp32.")
    return False


def _has_bf16(device: torch.device) -> bool:
    """Processors without them come to the same numbers, but far more slowly than in fp32 (docs/performance.md)."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def _tell_corpus(context: RunContext, settings: PretrainSettings, training: TokenFiles, held_out: TokenFiles) -> None:
    kept, aside = training.open(), held_out.open()
    context.log(
        f"{kept.count} documents with {int(kept.starts[-1])} tokens to train on, "
        f"{aside.count} with {int(aside.starts[-1])} held out."
    )
    if settings.held_out_share > 0 and aside.count == 0:
        context.warning(
            "nothing_held_out", "The corpus is too small for the held-out share, so there is no held-out loss."
        )
