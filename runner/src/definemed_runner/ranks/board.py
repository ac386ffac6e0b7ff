"""What the ranks of a run tell each other without waiting for one another: numbers that all count up, and words."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.distributed import Store  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported


class Board:
    """One rank's view of what all of them wrote. Without a store: the board of a process that works alone."""

    def __init__(self, store: "Store | None" = None) -> None:
        self._store = store
        self._numbers: dict[str, int] = {}
        self._words: dict[str, str] = {}

    def count_up(self, name: str, by: int = 1) -> int:
        """The number of that name, which begins at 0, after adding to it; each rank gets a value of its own."""
        if self._store is not None:
            return self._store.add(f"board/number/{name}", by)
        self._numbers[name] = self._numbers.get(name, 0) + by
        return self._numbers[name]

    def write(self, name: str, words: str) -> None:
        """Leave words for the others."""
        if self._store is not None:
            self._store.set(f"board/words/{name}", words)
        else:
            self._words[name] = words

    def read(self, name: str) -> str | None:
        """The words that a rank left, or None as long as nobody has."""
        if self._store is None:
            return self._words.get(name)
        key = f"board/words/{name}"
        return self._store.get(key).decode() if self._store.check([key]) else None
