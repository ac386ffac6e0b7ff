"""The corpus becomes the same tokens however many processes make them, and is made once for all attempts of a run."""

import json
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from definemed_runner.language_models.pretraining import corpus as making
from definemed_runner.language_models.pretraining.corpus import is_held_out, tokenise_corpus
from definemed_runner.language_models.pretraining.token_maker import DOCUMENTS, Recipe
from definemed_runner.language_models.pretraining.token_makers import count_makers, tokens_in_order
from definemed_runner.language_models.tokenising import beginning_of_text, token_lists
from definemed_runner.ranks.seat import Seat
from definemed_runner.run import Cancelled, RunContext, UserMistake
from definemed_runner.run.errors import RankFault
from definemed_runner.run.kept import find_kept
from definemed_runner.run.spec import Resources
from definemed_runner.run.stop import StopWatch
from language_models.tiny_models import SENTENCES, RecordedEvents, make_context, make_spec, make_tokenizer

SHARE = 0.3


def write_documents(folder: Path) -> list[tuple[str, str | None]]:
    """Three shards with other types each: words that spell control tokens, no text, other scripts, a huge document."""
    texts: list[str | None] = [
        "Fieber.", "", None, "Er schrieb <|end|> und <|user|>.", "  \n\t ", "発熱と咳 🤒 \u202e abc", "x" * 5000,
        "Der Befund war unauffällig. " * 60_000,
    ]  # fmt: skip
    texts += [" ".join(SENTENCES[(number + k) % 8] for k in range(number % 5)) for number in range(2500)]
    folder.mkdir()
    thirds = [(number, texts[number::3]) for number in range(3)]
    rows: list[tuple[str, str | None]] = []
    for number, part in thirds:
        ids: list[Any] = [number * 10_000 + place for place in range(len(part))]
        types = [(pa.int64(), pa.string()), (pa.int64(), pa.large_string()), (pa.string(), pa.string())][number]
        table = pa.table({
            "text": pa.array(part, types[1]),
            "id": pa.array(ids, pa.int64()).cast(types[0]),
            "source": ["web"] * len(part),
        })  # fmt: skip
        if number == 1:
            table = table.set_column(0, "text", table.column("text").dictionary_encode())
        pq.write_table(table, folder / f"{number}.parquet", row_group_size=700)
        rows += [(str(identifier), text) for identifier, text in zip(ids, part, strict=True)]
    return rows


def make(context: RunContext, folder: Path, tokenizer: PreTrainedTokenizerBase, share: float = SHARE) -> list[bytes]:
    """The bytes of tokens and starts, of training and of held-out documents."""
    return [
        content.tobytes()
        for files in tokenise_corpus(context, folder, tokenizer, share)
        for content in (files.open().tokens, files.open().starts)
    ]


def context_of(
    root: Path, attempt: int = 1, threads: int = 1, events: RecordedEvents | None = None, stop: StopWatch | None = None
) -> RunContext:
    spec = make_spec("pretrain", {}, {}, attempt=attempt, resources=Resources(processes=1, threads=threads))
    return make_context(root / "store", spec, events, stop)


def as_llama(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    """One that begins each text with a token of its own."""
    backend = tokenizer.backend_tokenizer
    backend.post_processor = TemplateProcessing(single="<|user|> $A", special_tokens=[("<|user|>", 2)])
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<|end|>", bos_token="<|user|>")


@pytest.mark.parametrize("begins", [False, True])
def test_any_number_of_processes_makes_the_tokens_that_transformers_makes(tmp_path: Path, begins: bool) -> None:
    tokenizer = as_llama(make_tokenizer()) if begins else make_tokenizer()
    rows = write_documents(tmp_path / "corpus")
    assert len(beginning_of_text(tokenizer)) == begins
    wanted: list[list[int]] = [[], [0], [], [0]]
    for (identifier, text), tokens in zip(rows, token_lists(tokenizer, [text or "" for _, text in rows]), strict=True):
        if text:
            part = 2 * is_held_out(identifier, SHARE)
            wanted[part] += [*beginning_of_text(tokenizer), *tokens, tokenizer.eos_token_id]
            wanted[part + 1].append(len(wanted[part]))
    expected = [np.array(each, (np.uint32, np.int64)[number % 2]).tobytes() for number, each in enumerate(wanted)]
    for threads in (1, 3):
        events = RecordedEvents()
        assert make(context_of(tmp_path / str(threads), threads=threads, events=events), tmp_path / "corpus",
                    tokenizer) == expected  # fmt: skip
        told = [event for event in events.events if event.get("phase") == "tokenising"]
        assert (told[-1]["done"], told[-1]["total"]) == (len(rows), len(rows))


def test_a_tokenizer_with_ways_of_its_own_is_used_as_it_is(tmp_path: Path) -> None:
    class Own(PreTrainedTokenizerFast):
        def _encode_plus(self, text: Any, *arguments: Any, **options: Any) -> Any:
            changed = [each.upper() for each in text] if isinstance(text, list) else text.upper()
            return super()._encode_plus(changed, *arguments, **options)

    plain = make_tokenizer()
    plain.save_pretrained(tmp_path / "tokenizer")
    own = Own.from_pretrained(tmp_path / "tokenizer")
    (tmp_path / "corpus").mkdir()
    pq.write_table(pa.table({"id": ["1"], "text": ["Fieber und Husten."]}), tmp_path / "corpus" / "a.parquet")
    files, _ = tokenise_corpus(context_of(tmp_path, threads=2), tmp_path / "corpus", own, 0.0)
    assert plain.decode(files.open().tokens[:-1].tolist()) == "FIEBER UND HUSTEN."


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    table = pa.table({"id": [str(number) for number in range(40)], "text": [*SENTENCES] * 5})
    pq.write_table(table, tmp_path / "corpus" / "a.parquet")
    return tmp_path


def kept(root: Path, attempt: int) -> Path:
    return root / "store" / "runs" / "run1" / "attempts" / str(attempt) / "kept" / "tokens"


def tokenised(events: RecordedEvents) -> bool:
    return any(event.get("phase") == "tokenising" for event in events.events)


def damage(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        (folder / name).write_bytes(change((folder / name).read_bytes()))

    return rewrite


def test_the_next_attempts_take_what_the_first_one_made(small: Path) -> None:
    tokenizer = make_tokenizer()
    wanted = make(context_of(small), small / "corpus", tokenizer)
    for attempt in (2, 3):
        events = RecordedEvents()
        assert make(context_of(small, attempt, events=events), small / "corpus", tokenizer) == wanted
        assert not tokenised(events)
        assert not kept(small, attempt).exists()
    # The same attempt once more, too.
    events = RecordedEvents()
    assert make(context_of(small, events=events), small / "corpus", tokenizer) == wanted
    assert not tokenised(events)


def test_another_node_waits_for_what_the_first_one_makes(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_LOOK_SECONDS", 0.01)
    looked = threading.Semaphore(0)

    def find(*arguments: Any) -> Path | None:
        found = find_kept(*arguments)
        looked.release()
        return found

    monkeypatch.setattr(making, "find_kept", find)
    seat = Seat(1, 2, "127.0.0.1", 1, "127.0.0.1", None).environment()
    for name, value in seat.items():
        monkeypatch.setenv(name, value)
    tokenizer, events = make_tokenizer(), RecordedEvents()
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(make, context_of(small, events=events), small / "corpus", tokenizer)
        for _ in range(3):
            assert looked.acquire(timeout=60)
        assert not waiting.done()
        for name in seat:
            monkeypatch.delenv(name)
        wanted = make(context_of(small), small / "corpus", make_tokenizer())
        assert waiting.result(timeout=60) == wanted
    assert not tokenised(events)


@pytest.mark.parametrize(
    "change",
    [
        damage("training.tokens", lambda content: content[:-4]),
        damage("training.tokens", lambda content: bytes([content[0] ^ 1]) + content[1:]),
        damage("held-out.starts", lambda content: content + b"\0"),
        damage("complete.json", lambda content: content[:-10]),
        damage("complete.json", lambda content: content.replace(b'"training.tokens"', b'"../training.tokens"')),
        damage("complete.json", lambda content: content.replace(b'"version": 1', b'"version": 2')),
        lambda folder: (folder / "complete.json").unlink(),
        lambda folder: (folder / "held-out.tokens").unlink(),
    ],
)
def test_what_is_cut_changed_or_not_marked_is_made_again(small: Path, change: Callable[[Path], None]) -> None:
    tokenizer = make_tokenizer()
    wanted = make(context_of(small), small / "corpus", tokenizer)
    change(kept(small, 1))
    events = RecordedEvents()
    assert make(context_of(small, 2, events=events), small / "corpus", tokenizer) == wanted
    assert tokenised(events)
    assert json.loads((kept(small, 2) / "complete.json").read_text())["files"].keys() == {
        "training.tokens", "training.starts", "held-out.tokens", "held-out.starts",
    }  # fmt: skip


def test_what_was_made_from_something_else_is_not_taken(small: Path) -> None:
    make(context_of(small), small / "corpus", make_tokenizer())
    others: list[Callable[[], tuple[Path, PreTrainedTokenizerBase, float]]] = [
        lambda: (small / "corpus", make_tokenizer(), 0.5),
        lambda: (small / "corpus", as_llama(make_tokenizer()), SHARE),
        lambda: (small / "other", make_tokenizer(), SHARE),
    ]
    (small / "other").mkdir()
    pq.write_table(pa.table({"id": ["1"], "text": ["Husten."]}), small / "other" / "a.parquet")
    for number, other in enumerate(others, start=2):
        folder, tokenizer, share = other()
        events = RecordedEvents()
        made = make(context_of(small, number, events=events), folder, tokenizer, share)
        assert tokenised(events)
        fresh = RecordedEvents()
        assert made == make(context_of(small / "fresh" / str(number), events=fresh), folder, tokenizer, share)


def test_asked_to_stop_it_ends_its_processes_and_leaves_no_mark(small: Path) -> None:
    stop = StopWatch(small)
    stop.request()
    with pytest.raises(Cancelled):
        make(context_of(small, threads=3, stop=stop), small / "corpus", make_tokenizer())
    # Asked meanwhile: after the first lot.
    stop = StopWatch(small)

    class Stopping(RecordedEvents):
        def emit(self, event: dict[str, Any]) -> None:
            super().emit(event)
            stop.request()

    write_documents(small / "large")
    with pytest.raises(Cancelled):
        make(context_of(small, threads=3, events=Stopping(), stop=stop), small / "large", make_tokenizer())
    assert not [child for child in psutil.Process().children() if "token_maker" in " ".join(child.cmdline())]
    assert not kept(small, 1).exists() or list(kept(small, 1).iterdir()) == []


def test_a_corpus_without_text_leaves_nothing_behind(small: Path) -> None:
    (small / "empty").mkdir()
    pq.write_table(pa.table({"id": ["1", "2"], "text": ["", None]}), small / "empty" / "a.parquet")
    with pytest.raises(UserMistake, match="corpus_empty"):
        make(context_of(small), small / "empty", make_tokenizer())
    assert list(kept(small, 1).iterdir()) == []


def test_a_process_that_is_lost_ends_the_attempt_with_its_reason() -> None:
    def lots() -> Any:
        for number in range(1000):
            if number == 5:
                for child in psutil.Process().children():
                    if "token_maker" in " ".join(child.cmdline()):
                        os.kill(child.pid, signal.SIGKILL)
            yield pa.record_batch([pa.array(["1"]), pa.array(["Fieber."], pa.large_string())], schema=DOCUMENTS)

    recipe = Recipe(making._json_of(make_tokenizer()) or "", [], 0, 0.0)
    with pytest.raises(RankFault, match="A process that tokenises was killed \\(SIGKILL\\)"):
        list(tokens_in_order(recipe, lots(), 2))


def test_all_cores_of_the_run_on_the_machine_tokenise_where_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    resources = Resources(processes=8, threads=4, nodes=2)

    def with_memory(gibibytes: int) -> int:
        available = type("Memory", (), {"available": gibibytes << 30})()
        monkeypatch.setattr(psutil, "virtual_memory", lambda: available)
        return count_makers(resources)

    assert [with_memory(each) for each in (500, 10, 0)] == [16, 10, 1]
