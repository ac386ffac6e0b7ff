"""The artifact store: where addresses lie on this machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from definemed_runner.run.errors import UserMistake


@dataclass(frozen=True)
class Store:
    """The folder that `DEFINEMED_STORE` names; every path of the contract lies below it."""

    root: Path

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Store":
        """The store of this process; refuses early when `DEFINEMED_STORE` is missing or no folder.

        An `s3://` store is not read in place: run/exchange gives each attempt a folder and puts its address here.
        """
        address = environment.get("DEFINEMED_STORE", "")
        if not address.startswith("file:///"):
            raise UserMistake(
                "store_missing", "Set DEFINEMED_STORE to the artifact store's address, file:///… or s3://…"
            )
        root = Store.folder_of(address)
        if not root.is_dir():
            raise UserMistake("store_missing", f"The artifact store {address} is not a folder that this machine sees.")
        return Store(root)

    @staticmethod
    def folder_of(address: str) -> Path:
        """The folder of a store's `file:///` address, which need not exist."""
        return _path_of_file_address(address)

    def attempt_folder(self, run_id: str, attempt: int) -> Path:
        """The folder of one attempt, which the studio made."""
        return self.root / "runs" / run_id / "attempts" / str(attempt)

    def locate(self, address: str) -> Path:
        """The local path of a `store:`, `file:` or `hf:` address (the last is downloaded); it need not exist."""
        if address.startswith("store:"):
            return self.root / _safe_relative(address)
        if address.startswith("file:///"):
            return _path_of_file_address(address)
        if address.startswith("hf:"):
            from definemed_runner.run.hub import download_model

            return download_model(address)
        raise UserMistake("address_invalid", f"{address} is no address; it starts with store:, file:/// or hf:.")

    def address_of(self, path: Path) -> str:
        """The `store:` address of a path inside the store."""
        return "store:" + path.relative_to(self.root).as_posix()


def _path_of_file_address(address: str) -> Path:
    path = Path(unquote(address.removeprefix("file://")))
    if ".." in path.parts:
        raise UserMistake("address_invalid", f"{address} must not climb with '..'.")
    return path


def _safe_relative(address: str) -> PurePosixPath:
    relative = PurePosixPath(address.removeprefix("store:"))
    if relative.is_absolute() or ".." in relative.parts or not relative.parts or "\\" in address or "\0" in address:
        raise UserMistake("address_invalid", f"{address} must name something inside the artifact store.")
    return relative
