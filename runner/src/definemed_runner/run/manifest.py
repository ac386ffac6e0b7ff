"""The manifest: written last, by rename; without it there is no success."""

from pathlib import Path
from typing import Any

from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.digests import FileEntry, describe_folder, folder_digest
from definemed_runner.run.files import list_files, sync_file, write_json_atomically
from definemed_runner.run.hardware import describe_hardware, package_versions


def write_manifest(context: RunContext, result: RunResult, started_at: float, wall_seconds: float) -> Path:
    """Hash everything below `outputs/`, push it to the disk, and write `manifest.json`.

    `started_at` is the clock's; `wall_seconds` are measured apart from it, because a clock may be set meanwhile.
    """
    outputs_folder = context.attempt_folder / "outputs"
    for path in list_files(outputs_folder):
        sync_file(path)
    entries = describe_folder(outputs_folder)
    spec = context.spec
    manifest = {
        "version": 1,
        "runId": spec.run_id,
        "attempt": spec.attempt,
        "kind": spec.kind,
        "specDigest": spec.digest,
        "startedAt": started_at,
        "finishedAt": started_at + wall_seconds,
        "wallSeconds": round(wall_seconds, 3),
        "outputs": [_describe_output(context, name, path, entries) for name, path in result.outputs.items()],
        "files": [{"path": f"outputs/{entry.path}", "bytes": entry.bytes, "sha256": entry.sha256} for entry in entries],
        "summary": dict(result.summary),
        "packages": package_versions(),
        "hardware": describe_hardware(),
        "seed": spec.seed,
    }
    path = context.attempt_folder / "manifest.json"
    write_json_atomically(path, manifest)
    return path


def _describe_output(context: RunContext, name: str, path: Path, entries: list[FileEntry]) -> dict[str, Any]:
    relative = path.relative_to(context.attempt_folder / "outputs").as_posix()
    address = context.store.address_of(path)
    if path.is_file():
        entry = next(entry for entry in entries if entry.path == relative)
        return {"name": name, "address": address, "digest": f"sha256:{entry.sha256}", "bytes": entry.bytes}
    prefix = relative + "/"
    inside = [
        FileEntry(entry.path.removeprefix(prefix), entry.bytes, entry.sha256)
        for entry in entries
        if entry.path.startswith(prefix)
    ]
    size = sum(entry.bytes for entry in inside)
    return {"name": name, "address": address, "digest": folder_digest(inside), "bytes": size}
