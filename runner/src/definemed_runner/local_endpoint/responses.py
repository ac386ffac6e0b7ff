"""Answers as OpenAI's interface gives them."""

import time
import uuid
from typing import Any

from definemed_runner.local_endpoint.worker import Completion


def models_body(model: str, started: int) -> dict[str, Any]:
    """The body of `GET /v1/models`."""
    return {"object": "list", "data": [{"id": model, "object": "model", "created": started, "owned_by": "local"}]}


def completion_body(model: str, fingerprint: str, completion: Completion, with_logprobs: bool) -> dict[str, Any]:
    """The body of `POST /v1/chat/completions`.

    Where an answer was chosen from options, an entry of `logprobs` is a whole option, its likelihood normalised over
    the options. `usage.prompt_tokens_details.clipped_tokens` is ours: what was left out of a prompt that was too long.
    """
    answer = completion.answer
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": fingerprint,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": answer.text, "refusal": None},
                "logprobs": {"content": answer.logprobs, "refusal": None} if with_logprobs else None,
                "finish_reason": answer.finish,
            }
        ],
        "usage": {
            "prompt_tokens": completion.prompt_tokens,
            "completion_tokens": answer.tokens,
            "total_tokens": completion.prompt_tokens + answer.tokens,
            "prompt_tokens_details": {"clipped_tokens": completion.clipped_tokens},
        },
    }
