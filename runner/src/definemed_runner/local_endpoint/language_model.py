"""The model: what comes after a text, with the work that two texts share done once."""

import copy
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, DynamicCache, PreTrainedModel, PreTrainedTokenizerBase
from transformers.cache_utils import DynamicLayer

from definemed_runner.language_models.model_folder import context_window, read_config, read_tokenizer
from definemed_runner.run.errors import UserMistake

_CONTINUATIONS_AT_ONCE = 16
# Processors that multiply bf16 natively; on the others it is slower than fp32.
_BF16_FLAGS = {"amx_bf16", "avx512_bf16"}


class LanguageModel:
    """A causal language model with its tokenizer. Not to be used by two threads at once."""

    def __init__(self, folder: Path, precision: str = "auto", context_tokens: int | None = None) -> None:
        self.name = folder.name
        config = read_config(folder)
        self.tokenizer: PreTrainedTokenizerBase = read_tokenizer(folder)
        if self.tokenizer.chat_template is None:
            raise UserMistake("no_chat_template", f"{folder.name} has no chat template: use an instruct model.")
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.precision = precision if precision != "auto" else fastest_precision(self._device)
        dtype = torch.bfloat16 if self.precision == "bf16" else torch.float32
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, local_files_only=True)
        self._model = model.eval()
        torch.nn.Module.to(self._model, self._device)
        _keep_head_in_fp32(self._model)
        limits = [limit for limit in (context_window(config), context_tokens) if limit is not None]
        self.context_tokens = min(limits, default=2048)
        self.end_tokens = self._read_end_tokens()
        self._known_ids: list[int] = []
        self._known = DynamicCache(config=self._model.config)

    def next_scores(self, ids: Sequence[int]) -> torch.Tensor:
        """Log-probabilities (vocabulary, fp32) of the token after `ids`.

        What `ids` has in common with the previous call is not computed again: the prompt of a labelling run up to the
        document, and everything but the last token while an answer is written.
        """
        shared = min(_common_length(self._known_ids, ids), len(ids) - 1)
        if shared < len(self._known_ids):
            shared = self._forget_after(shared)
        try:
            inputs = torch.tensor([ids[shared:]], device=self._device)
            output = self._model(inputs, past_key_values=self._known, use_cache=True, logits_to_keep=1)
        except BaseException:
            self._forget_after(0)  # it may be half updated
            raise
        self._known_ids = list(ids)
        return F.log_softmax(output.logits[0, -1].float(), dim=-1)

    def continuation_scores(self, ids: Sequence[int], continuations: Sequence[Sequence[int]]) -> list[float]:
        """Log-likelihood of each continuation (at least one token) after `ids`, all scored in a few batches."""
        first = self.next_scores(ids)
        scores = [float(first[continuation[0]]) for continuation in continuations]
        longer = [index for index, continuation in enumerate(continuations) if len(continuation) > 1]
        for start in range(0, len(longer), _CONTINUATIONS_AT_ONCE):
            batch = longer[start : start + _CONTINUATIONS_AT_ONCE]
            for index, rest in zip(batch, self._rest_scores([continuations[i] for i in batch]), strict=True):
                scores[index] += rest
        return scores

    def _rest_scores(self, continuations: Sequence[Sequence[int]]) -> list[float]:
        """Log-likelihood of all tokens but the first of each continuation of what was computed last."""
        cache = copy.deepcopy(self._known)
        cache.batch_repeat_interleave(len(continuations))
        width = max(len(continuation) for continuation in continuations) - 1
        # Padding comes last, so that no token sees it; its scores are not read.
        rows = [[*continuation[:-1], *[0] * (width + 1 - len(continuation))] for continuation in continuations]
        output = self._model(torch.tensor(rows, device=self._device), past_key_values=cache, use_cache=True)
        scores = F.log_softmax(output.logits.float(), dim=-1)
        return [
            sum(float(scores[row, position, token]) for position, token in enumerate(continuation[1:]))
            for row, continuation in enumerate(continuations)
        ]

    def _forget_after(self, length: int) -> int:
        """Keep what was computed for the first `length` tokens, or nothing where that is impossible."""
        croppable = all(type(layer) is DynamicLayer for layer in self._known.layers)
        if length == 0 or not croppable:
            self._known = DynamicCache(config=self._model.config)
            self._known_ids = []
            return 0
        self._known.crop(length - len(self._known_ids))
        self._known_ids = self._known_ids[:length]
        return length

    def _read_end_tokens(self) -> frozenset[int]:
        configured = self._model.generation_config.eos_token_id
        ends = configured if isinstance(configured, list) else [configured]
        return frozenset(end for end in [*ends, self.tokenizer.eos_token_id] if isinstance(end, int))


def fastest_precision(device: torch.device) -> str:
    """`bf16` where the hardware multiplies it natively, else `fp32`."""
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("flags")[2].partition("\n")[0]
    except OSError:
        return "fp32"
    return "bf16" if _BF16_FLAGS & set(flags.split()) else "fp32"


def _keep_head_in_fp32(model: PreTrainedModel) -> None:
    """In bf16 two labels whose logits are around 20 and differ by less than 0.1 would be a tie."""
    head = model.get_output_embeddings()
    if not isinstance(head, torch.nn.Linear) or head.weight.dtype == torch.float32:
        return
    own = torch.nn.Linear(head.in_features, head.out_features, head.bias is not None, device="meta")
    own.weight = torch.nn.Parameter(head.weight.detach().float(), requires_grad=False)
    if head.bias is not None:
        own.bias = torch.nn.Parameter(head.bias.detach().float(), requires_grad=False)
    own.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
    model.set_output_embeddings(own)


def use_threads(threads: int | None) -> int:
    """Give the model so many threads, or one for each core that this process may use."""
    count = threads or len(os.sched_getaffinity(0))
    torch.set_num_threads(count)
    return count


def _common_length(first: Sequence[int], second: Sequence[int]) -> int:
    for position, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return position
    return min(len(first), len(second))
