#!/bin/sh
# Resolves pyproject.toml into requirements.txt (what a run needs), requirements-dev.txt (that and what tests
# need) and requirements-uv.txt (the installer).
# Run it after changing a dependency. Needs uv and a reachable package index; no file names the index.
# Versions that are already in the files stay unless --upgrade (or --upgrade-package NAME) is given.
set -eu
cd "$(dirname "$0")"

compile() {
  uv pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-header "$@"
}

compile pyproject.toml --output-file requirements.txt "$@"
# The constraint keeps the tests on exactly the versions that people get.
compile pyproject.toml --extra development --constraints requirements.txt --no-annotate --output-file requirements-dev.txt "$@"
# The installer itself, which pip fetches into the environment.
echo "uv==0.13.9" | compile - --no-annotate --output-file requirements-uv.txt "$@"
