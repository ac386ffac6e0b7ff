"""The classifier as a PyTorch model: built on an encoder, saved, loaded again."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, PreTrainedModel
from transformers.utils import logging

from definemed_runner.run.errors import UserMistake

LABELS = ("non-medical", "medical")
_HEAD_WEIGHTS = "mean-pooling-head.safetensors"

logging.set_verbosity_error()
logging.disable_progress_bar()


class MeanPoolingClassifier(nn.Module):
    """An encoder and a linear layer on the mean of its token vectors, for encoders trained with mean pooling (E5)."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        # An architecture's own pooling layer would be saved and never used.
        if getattr(encoder, "pooler", None) is not None:
            encoder.register_module("pooler", None)
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(encoder.config.hidden_size, len(LABELS))
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits [documents, 2]."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        # Where the encoder computes in bf16, the head does not.
        states = states.to(self.head.weight.dtype)
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
        return self.head(self.dropout(mean))


class ArchitectureClassifier(nn.Module):
    """The classification model that transformers has for the encoder's architecture."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Logits [documents, 2]."""
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


Classifier = MeanPoolingClassifier | ArchitectureClassifier


def build_classifier(encoder: Path, pooling: str) -> Classifier:
    """A classifier with a fresh head on an encoder's weights, fp32. Seed torch before."""
    try:
        if pooling == "mean":
            return MeanPoolingClassifier(AutoModel.from_pretrained(encoder, dtype=torch.float32))
        config = AutoConfig.from_pretrained(
            encoder,
            num_labels=len(LABELS),
            id2label=dict(enumerate(LABELS)),
            label2id={label: index for index, label in enumerate(LABELS)},
            problem_type="single_label_classification",
        )
        model = AutoModelForSequenceClassification.from_pretrained(encoder, config=config, dtype=torch.float32)
        return ArchitectureClassifier(model)
    except (OSError, ValueError, KeyError, SafetensorError) as fault:
        raise UserMistake(
            "encoder_unsupported", f"{encoder.name} could not be loaded as an encoder for classification: {fault}"
        ) from fault


def save_classifier(classifier: Classifier, folder: Path) -> None:
    """Write the weights. With the architecture's own head transformers loads them; `load_classifier` loads both."""
    if isinstance(classifier, ArchitectureClassifier):
        classifier.model.save_pretrained(folder)
        return
    classifier.encoder.save_pretrained(folder)
    head = {name: tensor.detach().contiguous().cpu() for name, tensor in classifier.head.state_dict().items()}
    save_file(head, folder / _HEAD_WEIGHTS, metadata={"labels": json.dumps(LABELS)})


def load_classifier(folder: Path) -> Classifier:
    """The classifier that `save_classifier` wrote."""
    head = folder / _HEAD_WEIGHTS
    if not head.exists():
        return ArchitectureClassifier(AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32))
    classifier = MeanPoolingClassifier(AutoModel.from_pretrained(folder, dtype=torch.float32))
    classifier.head.load_state_dict(load_file(head))
    return classifier


def base_model_of(classifier: Classifier) -> Any:
    """The encoder inside."""
    return classifier.encoder if isinstance(classifier, MeanPoolingClassifier) else classifier.model.base_model


def pad_token_id_of(classifier: Classifier) -> int:
    """The id that fills short documents; what it is doesn't matter, it is masked."""
    return base_model_of(classifier).config.pad_token_id or 0


def longest_input_of(classifier: Classifier) -> int:
    """Tokens that the encoder can read at once."""
    base = base_model_of(classifier)
    positions = next((module for name, module in base.named_modules() if name.endswith("position_embeddings")), None)
    if isinstance(positions, nn.Embedding):
        # RoBERTa's positions begin after the padding's.
        offset = 0 if positions.padding_idx is None else positions.padding_idx + 1
        return positions.num_embeddings - offset
    return int(getattr(base.config, "max_position_embeddings", 0) or 1 << 20)
