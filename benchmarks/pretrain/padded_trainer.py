"""transformers' Trainer on padded documents: `python padded_trainer.py BASE CORPUS LENGTH BATCH SCRATCH`.

A document a row, cut at LENGTH tokens, each batch padded to its longest, in drawn order, one epoch, fp32, AdamW.
Prints the seconds of training and the tokens that its loss counted.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)


class CountingCollator(DataCollatorForLanguageModeling):
    """Counts the tokens that are predicted, and those that are computed."""

    predicted = 0
    computed = 0

    def __call__(self, features: Any, return_tensors: Any = None) -> Any:
        batch = super().__call__(features, return_tensors)
        self.predicted += int((batch["labels"][:, 1:] != -100).sum())
        self.computed += batch["labels"].numel()
        return batch


def main(base: str, corpus: Path, length: int, size: int, scratch: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    # Its own, so that the document's end, which teaches, is not taken for padding, which doesn't.
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(0 if tokenizer.eos_token_id != 0 else 1)
    texts = [text for path in sorted(corpus.glob("*.parquet")) for text in pq.read_table(path)["text"].to_pylist()]
    encoded = tokenizer(texts, truncation=True, max_length=length - 1, add_special_tokens=False)["input_ids"]
    rows = [{"input_ids": [*ids, tokenizer.eos_token_id]} for ids in encoded]
    collator = CountingCollator(tokenizer, mlm=False)
    arguments = TrainingArguments(
        output_dir=scratch, num_train_epochs=1, per_device_train_batch_size=size, learning_rate=1e-4, warmup_steps=2,
        weight_decay=0.01, max_grad_norm=1.0, save_strategy="no", report_to=[], logging_steps=1, use_cpu=True,
        seed=1, disable_tqdm=True, dataloader_num_workers=0,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=collator)
    result = trainer.train()
    print(
        json.dumps(
            {
                "seconds": result.metrics["train_runtime"], "tokens": collator.predicted, "computed": collator.computed,
                "loss": result.training_loss, "steps": result.global_step,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
