"""One thread that owns the model, and the queue before it."""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus

import torch

from definemed_runner.local_endpoint.api_error import ApiError, bad_request
from definemed_runner.local_endpoint.chat_request import ChatRequest
from definemed_runner.local_endpoint.language_model import LanguageModel
from definemed_runner.local_endpoint.prompt import build_prompt
from definemed_runner.local_endpoint.writing import Abandoned, Answer, Writer


@dataclass(frozen=True)
class Completion:
    """An answer with what it cost."""

    answer: Answer
    prompt_tokens: int
    clipped_tokens: int
    seconds: float


@dataclass
class Job:
    """A request that waits or is being answered; set `abandoned` when nobody waits for it any more."""

    request: ChatRequest
    abandoned: threading.Event = field(default_factory=threading.Event)
    result: Future[Completion] = field(default_factory=Future)


class Worker:
    """Answers requests one after another: on a few cores, two at once would only make both slower."""

    def __init__(self, model: LanguageModel, queue_limit: int) -> None:
        self._model = model
        self._jobs: queue.Queue[Job] = queue.Queue(queue_limit)
        threading.Thread(target=self._run, name="model", daemon=True).start()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._jobs.qsize()

    def submit(self, request: ChatRequest) -> Job:
        """Queue a request; ApiError 429 when too many wait already."""
        job = Job(request)
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise ApiError(
                HTTPStatus.TOO_MANY_REQUESTS,
                "queue_full",
                f"{self._jobs.maxsize} requests wait already. Ask again in a moment.",
                headers={"Retry-After": "1"},
            ) from None
        return job

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job.abandoned.is_set():
                continue
            try:
                with torch.inference_mode():
                    job.result.set_result(complete(self._model, job.request, job.abandoned.is_set))
            except Abandoned:
                continue
            except BaseException as fault:  # the thread must outlive any single request
                job.result.set_exception(fault)


def complete(model: LanguageModel, request: ChatRequest, abandoned: Callable[[], bool]) -> Completion:
    """Answer one request."""
    started = time.monotonic()
    room = model.context_tokens - request.max_tokens
    if room <= 0:
        raise bad_request(
            "max_tokens_too_large",
            f"max_tokens must be below {model.context_tokens}, which is what prompt and answer may have together.",
            "max_tokens",
        )
    prompt = build_prompt(model.tokenizer, request.messages, room)
    answer = Writer(model, request, abandoned).write(prompt.ids)
    return Completion(answer, len(prompt.ids), prompt.clipped_tokens, time.monotonic() - started)
