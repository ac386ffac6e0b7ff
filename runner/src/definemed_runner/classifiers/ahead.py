"""Work that goes on while its results are used."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items in order, each made in a thread of its own while the one before is used.

    What making one raises is raised where that item would come. Two items are in memory at once.
    """
    iterator = iter(items)

    def make() -> list[Item]:
        # A list of one; of none at the end.
        return [item for _, item in zip(range(1), iterator, strict=False)]

    with ThreadPoolExecutor(1, "one-ahead") as thread:
        making = thread.submit(make)
        while made := making.result():
            making = thread.submit(make)
            yield made[0]
