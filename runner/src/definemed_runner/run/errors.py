"""How an attempt can end other than well; `execute` maps each to its exit code."""

import errno


class ToldError(Exception):
    """An error with a stable code and a sentence for the reader. Survives the way between processes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class UserMistake(ToldError):
    """What only the user can mend: exit 2, never retried. The message says what to do."""


class Cancelled(Exception):
    """Raise it after the checkpoint when `context.stop_requested()` said so: exit 3."""


class StoreFault(ToldError):
    """The artifact store could not be written: exit 1, so that the studio tries again once there is room."""


class RankFault(ToldError):
    """A process that computed along is gone: exit 1, so that the studio continues from the newest checkpoint."""


class RunnerDiffers(ToldError):
    """This runner is not the studio's own: exit 1, since the next attempt waits until the cluster has the right one."""


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Writers in Rust and C++ (safetensors, Arrow, torch) raise their own types, where only the system's sentence is left.
_FULL_SENTENCES = ("No space left on device", "os error 28", "Disk quota exceeded", "File too large", "os error 27")


def as_store_fault(exception: BaseException) -> StoreFault | None:
    """The clear error for an exception that means 'the store takes no more', else None."""
    full = isinstance(exception, OSError) and exception.errno in _FULL
    if full or any(sentence in str(exception) for sentence in _FULL_SENTENCES):
        return StoreFault("store_full", "The artifact store is full. Free some space there, then start the run again.")
    if isinstance(exception, OSError) and exception.errno in {errno.EROFS, errno.EIO, errno.ESTALE}:
        return StoreFault("store_unwritable", f"The artifact store cannot be written: {exception}.")
    return None


_OUT_OF_MEMORY_SENTENCES = ("CUDA out of memory", "can't allocate memory", "std::bad_alloc")


def as_out_of_memory(exception: BaseException) -> UserMistake | None:
    """The user's mistake behind an exception that means 'too large for this machine', else None."""
    # By name, so that the core needs no torch.
    named = isinstance(exception, MemoryError) or type(exception).__name__ == "OutOfMemoryError"
    if not named and not any(sentence in str(exception) for sentence in _OUT_OF_MEMORY_SENTENCES):
        return None
    return UserMistake(
        "out_of_memory",
        "The memory of the device was not enough. Lower the batch size or the length, or use a larger device.",
    )
