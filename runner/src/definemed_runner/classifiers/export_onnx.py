"""From the PyTorch classifier to ONNX, fp32 and int8, with proof that nothing changed."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from definemed_runner.classifiers.model import Classifier
from definemed_runner.classifiers.onnx_scoring import INPUT_NAMES, MODEL_FILES, OUTPUT_NAME

_SINGLE_FILE_BYTES = 1_800_000_000
# The first with attention as one operation, which takes half the time of its parts on long documents.
_OPSET = 23
PARITY_TOLERANCE = 1e-4
# For so many of the documents that were compared, scores in int8 and fp32 lie no farther apart than the margin.
_MARGIN_SHARE = 0.99


def export_onnx(classifier: Classifier, folder: Path) -> None:
    """Write `model.onnx` and `model.int8.onnx`; batch and sequence are dynamic. Leaves the model on the CPU."""
    folder.mkdir(parents=True, exist_ok=True)
    classifier.eval().cpu()
    fp32 = folder / MODEL_FILES["fp32"]
    ids = torch.ones(2, 8, dtype=torch.int64)
    batch, sequence = torch.export.Dim("batch", min=1), torch.export.Dim("sequence", min=2)
    weights_bytes = sum(value.numel() * value.element_size() for value in classifier.parameters())
    with _quiet():
        torch.onnx.export(
            classifier,
            (ids, torch.ones_like(ids)),
            fp32,
            input_names=INPUT_NAMES,
            output_names=[OUTPUT_NAME],
            dynamic_shapes={name: {0: batch, 1: sequence} for name in INPUT_NAMES},
            dynamo=True,
            opset_version=_OPSET,
            # ONNX files end at 2 GB.
            external_data=weights_bytes > _SINGLE_FILE_BYTES,
            verbose=False,
        )
    _quantise(fp32, folder / MODEL_FILES["int8"])


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporters' advice to their own developers, which only fills the run's log."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _quantise(fp32: Path, int8: Path) -> None:
    # The exporter's shapes of intermediate values contradict those that quantisation infers.
    prepared = int8.with_name("prepared.onnx")
    model = onnx.load(fp32)
    del model.graph.value_info[:]
    large = model.ByteSize() > _SINGLE_FILE_BYTES
    onnx.save(model, prepared, save_as_external_data=large, location="prepared.onnx.data")
    try:
        with _quiet():
            quantize_dynamic(
                prepared,
                int8,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
                weight_type=QuantType.QInt8,
                per_channel=True,
                # Shapes and types behind an attention are not inferred.
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
    finally:
        prepared.unlink()
        prepared.with_name("prepared.onnx.data").unlink(missing_ok=True)


@dataclass(frozen=True)
class Parity:
    """How far apart scores of the same documents are: PyTorch from ONNX fp32, fp32 from int8, and PyTorch from bf16."""

    documents: int
    fp32_largest: float
    bf16_largest: float
    bf16_margin: float
    int8_documents: int
    int8_largest: float
    int8_mean: float
    int8_margin: float
    int8_decisions_changed: int

    @staticmethod
    def of(
        pytorch: np.ndarray, bf16: np.ndarray, fp32: np.ndarray, int8: np.ndarray, fp32_of_int8: np.ndarray
    ) -> "Parity":
        """From scores of the same documents: `pytorch` with `bf16` and `fp32`, `int8` with `fp32_of_int8`."""
        bf16_differences = np.abs(bf16 - pytorch)
        int8_differences = np.abs(int8 - fp32_of_int8)
        return Parity(
            documents=len(pytorch),
            fp32_largest=float(np.abs(pytorch - fp32).max()),
            bf16_largest=float(bf16_differences.max()),
            bf16_margin=float(np.quantile(bf16_differences, _MARGIN_SHARE)),
            int8_documents=len(int8),
            int8_largest=float(int8_differences.max()),
            int8_mean=float(int8_differences.mean()),
            int8_margin=float(np.quantile(int8_differences, _MARGIN_SHARE)),
            int8_decisions_changed=int(((int8 >= 0.5) != (fp32_of_int8 >= 0.5)).sum()),
        )

    def as_json(self) -> dict[str, float | int]:
        """The content of `parity.json`."""
        return {
            "documents": self.documents,
            "tolerance": PARITY_TOLERANCE,
            "fp32MaxDifference": self.fp32_largest,
            "bf16MaxDifference": self.bf16_largest,
            "bf16Margin": self.bf16_margin,
            "int8Documents": self.int8_documents,
            "int8MaxDifference": self.int8_largest,
            "int8MeanDifference": self.int8_mean,
            "int8Margin": self.int8_margin,
            "int8DecisionsChangedAtHalf": self.int8_decisions_changed,
        }
