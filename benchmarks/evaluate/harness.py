"""The runner's questions by lm-evaluation-harness:
`python harness.py MODEL QUESTIONS TEMPLATE BATCH SCRATCH OUT [COUNT EXAMPLES]`.

The task is written in the harness's own YAML with the wording of the runner's template; the harness puts it into the
model's chat template, where there is one. The first COUNT questions of the file EXAMPLES stand before each question.
OUT gets the log-likelihoods of each question's options by id. fp32, as the runner computes on a CPU.
"""

import json
import sys
from pathlib import Path

import lm_eval
import yaml
from lm_eval.tasks import TaskManager
from transformers import AutoTokenizer

TEXTS = {
    "letter-de": (
        "Beantworten Sie die folgende Frage. Genau eine Antwort ist richtig. Nennen Sie nur ihren Buchstaben."
        "\n\nFrage: {{question}}"
        "{% for choice in choices %}\n{{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0]}}) {{choice}}{% endfor %}"
    ),
    "text-de": "Beantworten Sie die folgende Frage so kurz wie möglich.\n\nFrage: {{question}}",
}
CHOICES = {
    "letter-de": "{{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[:choices|length]|list}}",
    "text-de": "{{choices}}",
}


def main(
    model: str,
    questions: Path,
    template: str,
    batch: int,
    scratch: Path,
    out: Path,
    count: int = 0,
    examples: Path | None = None,
) -> None:
    chat = AutoTokenizer.from_pretrained(model).chat_template is not None
    files = {"test": str(questions), **({"train": str(examples)} if examples else {})}
    task = {
        "task": "german_exams", "dataset_path": "json", "dataset_kwargs": {"data_files": files},
        "test_split": "test", "output_type": "multiple_choice",
        "doc_to_text": TEXTS[template] + ("" if chat else "\nAntwort:"),
        "doc_to_choice": CHOICES[template], "doc_to_target": "{{answer}}", "target_delimiter": "" if chat else " ",
        "metric_list": [{"metric": "acc"}], "metadata": {"version": 1},
        **({"fewshot_split": "train", "fewshot_config": {"sampler": "first_n"}} if examples else {}),
    }  # fmt: skip
    scratch.mkdir(parents=True, exist_ok=True)
    (scratch / "german_exams.yaml").write_text(yaml.safe_dump(task, allow_unicode=True), encoding="utf-8")
    found = lm_eval.simple_evaluate(
        model="hf",
        model_args={"pretrained": model, "dtype": "float32"},
        tasks=["german_exams"],
        task_manager=TaskManager(include_path=str(scratch), include_defaults=False),
        batch_size=batch,
        device="cpu",
        num_fewshot=count,
        apply_chat_template=chat,
        bootstrap_iters=0,
        log_samples=True,
    )
    answers = {
        sample["doc"]["id"]: [float(answer[0]) for answer in sample["filtered_resps"]]
        for sample in found["samples"]["german_exams"]
    }
    out.write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    words = sys.argv[1:]
    given = (int(words[6]), Path(words[7])) if len(words) > 6 else ()
    main(words[0], Path(words[1]), words[2], int(words[3]), Path(words[4]), Path(words[5]), *given)
