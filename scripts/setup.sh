#!/usr/bin/env bash
# Makes .venv with everything: the project (editable), its extras, the gate, the wheelhouse
# that the packaging test installs from, and, where node is present, the linters and SDKs for it.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "setup: Python 3.11 or newer is needed; '$python' is not. Try: make setup PYTHON=python3.11" >&2
    exit 1
fi
say() { printf 'setup: %s\n' "$*"; }

say "virtual environment in .venv"
rm -f .venv/.setup
[ -x .venv/bin/python ] || "$python" -m venv .venv
export PIP_DISABLE_PIP_VERSION_CHECK=1
say "packages (a minute or two the first time)"
.venv/bin/python -m pip install --quiet --no-compile --constraint constraints.txt --editable '.[dev]'
.venv/bin/python -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 & # some ship code for other versions

say "wheelhouse for the packaging test"
mkdir -p .wheelhouse
.venv/bin/python -m pip download --quiet --dest .wheelhouse --constraint constraints.txt \
    --only-binary :all: attrs httpx hatchling

if command -v npm >/dev/null 2>&1; then
    for folder in openapi/lint conformance/tests/examples/typescript docs/examples/vitest; do
        say "node packages in $folder"
        (cd "$folder" && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >/dev/null)
    done
else
    say "npm not found: redocly lint and the TypeScript examples will be skipped"
fi
wait
touch .venv/.setup
say "done"
