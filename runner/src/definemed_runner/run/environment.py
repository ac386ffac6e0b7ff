"""What has to be set before torch is imported."""

import os

from definemed_runner.run.spec import RunSpec


def prepare_environment(spec: RunSpec) -> None:
    """Give the numeric libraries the cores that were granted, and keep the model libraries off the network."""
    threads = str(spec.resources.threads)
    # Two OpenMP threads that spin while they wait slow each other to a quarter on few or busy cores.
    os.environ.update(
        OMP_NUM_THREADS=threads, OMP_WAIT_POLICY="passive", RAYON_NUM_THREADS=threads, TOKENIZERS_PARALLELISM="true"
    )
    os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    if not any(each.address.startswith("hf:") for each in spec.inputs.values()):
        os.environ["HF_HUB_OFFLINE"] = "1"
