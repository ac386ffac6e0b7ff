"""The nodes show each other that they see one folder, before anything is trained."""

import threading
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.ranks import meeting
from definemed_runner.ranks.group import Place, open_store, reach_store
from definemed_runner.ranks.meeting import hear_plan, meet_nodes, present_node
from definemed_runner.run.errors import Cancelled, UserMistake
from definemed_runner.run.sockets import listening_socket
from definemed_runner.run.stop import StopWatch
from language_models.tiny_models import make_context, make_spec


@pytest.fixture
def stores() -> Any:
    """The leader's store, and another node's connection to it."""
    listening = listening_socket("127.0.0.1")
    place = Place(2, 1, 0, 0, "127.0.0.1", listening.getsockname()[1], "127.0.0.1")
    led = open_store(place, listening.detach())
    return led, reach_store(place)


def as_other_node(store: Any, folder_of: Any) -> None:
    plan = hear_plan(store)
    present_node(store, folder_of(plan), plan["mark"], 1, "10.0.0.2")


def test_nodes_that_see_one_folder_begin(tmp_path: Path, stores: Any) -> None:
    context = make_context(tmp_path / "store", make_spec("pretrain", {}, {}))
    other = threading.Thread(target=as_other_node, args=(stores[1], lambda _: context.attempt_folder))
    other.start()
    meet_nodes(context, 2, stores[0])
    other.join()
    assert not (context.attempt_folder / "nodes").exists()


def test_a_node_with_a_folder_of_its_own_is_named(tmp_path: Path, stores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "_LOOK_SECONDS", 0.2)
    context = make_context(tmp_path / "store", make_spec("pretrain", {}, {}))
    # Of the same name, and with what another run left there.
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "nodes").mkdir(parents=True)
    (elsewhere / "nodes" / "0").write_text("another mark")
    other = threading.Thread(target=as_other_node, args=(stores[1], lambda _: elsewhere))
    other.start()
    with pytest.raises(UserMistake, match=r"store_not_shared.*10\.0\.0\.2"):
        meet_nodes(context, 2, stores[0])
    other.join()


def test_a_wish_to_stop_ends_the_wait_for_other_nodes(tmp_path: Path, stores: Any) -> None:
    stop = StopWatch(tmp_path / "control")
    stop.request()
    context = make_context(tmp_path / "store", make_spec("pretrain", {}, {}), stop=stop)
    with pytest.raises(Cancelled):
        meet_nodes(context, 2, stores[0])
