"""What an exception of another library means to the user."""

import errno
import pickle

import pytest

from definemed_runner.run.errors import UserMistake, as_out_of_memory, as_store_fault


class OutOfMemoryError(RuntimeError):
    """Named as torch's is."""


@pytest.mark.parametrize(
    "exception", [MemoryError(), OutOfMemoryError("x"), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9")]
)
def test_too_little_memory_is_not_tried_again(exception: Exception) -> None:
    mistake = as_out_of_memory(exception)
    assert mistake is not None
    assert mistake.code == "out_of_memory"
    assert as_store_fault(exception) is None


@pytest.mark.parametrize(
    ("exception", "code"),
    [
        (OSError(errno.ENOSPC, "no space"), "store_full"),
        (OSError(errno.EDQUOT, "quota"), "store_full"),
        (OSError(errno.EROFS, "read-only"), "store_unwritable"),
        (RuntimeError("I/O error: No space left on device (os error 28)"), "store_full"),
    ],
)
def test_a_store_that_takes_no_more_is_named(exception: Exception, code: str) -> None:
    fault = as_store_fault(exception)
    assert fault is not None
    assert fault.code == code
    assert as_out_of_memory(exception) is None


def test_other_faults_stay_what_they_are() -> None:
    assert as_store_fault(ValueError("something else")) is None
    assert as_out_of_memory(ValueError("something else")) is None


def test_a_mistake_survives_the_way_between_processes() -> None:
    mistake = pickle.loads(pickle.dumps(UserMistake("a_code", "A sentence.")))  # noqa: S301 - our own bytes
    assert (mistake.code, mistake.message, str(mistake)) == ("a_code", "A sentence.", "a_code: A sentence.")
