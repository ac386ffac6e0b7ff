"""Items that are made while others are used."""

import threading
from collections.abc import Iterator

import pytest

from definemed_runner.classifiers.ahead import one_ahead


def test_items_keep_their_order_and_the_next_is_made_while_one_is_used() -> None:
    made: dict[int, threading.Event] = {number: threading.Event() for number in range(4)}

    def items() -> Iterator[int]:
        for number, event in made.items():
            event.set()
            yield number

    used = []
    for number in one_ahead(items()):
        if number + 1 in made:
            assert made[number + 1].wait(60)
        assert number + 2 not in made or not made[number + 2].is_set()
        used.append(number)
    assert used == [0, 1, 2, 3]


def test_what_making_raises_comes_in_its_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no second")

    ahead = one_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="no second"):
        next(ahead)


def test_nothing_stays_behind_where_the_user_stops() -> None:
    before = threading.active_count()
    ahead = one_ahead(iter(range(1000)))
    next(ahead)
    ahead.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
