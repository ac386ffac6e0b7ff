#!/bin/sh
# Resolves pyproject.toml into requirements.txt (what a run needs) and requirements-dev.txt (that and what tests need).
# Run it after changing a dependency. Needs uv and a reachable package index; neither file names the index.
# Versions that are already in the files stay unless --upgrade (or --upgrade-package NAME) is given.
set -eu
cd "$(dirname "$0")"

compile() {
  uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header "$@"
}

compile --output-file requirements.txt "$@"
# The constraint keeps the tests on exactly the versions that people get.
compile --extra development --constraints requirements.txt --no-annotate --output-file requirements-dev.txt "$@"
