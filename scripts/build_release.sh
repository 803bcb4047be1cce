#!/usr/bin/env bash
# Builds wheel and sdist once, into dist/, and tries each in an empty environment: client, mock,
# suite, and the document that travels along.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
rm -rf dist
"$python" -m venv "$work/build"
"$work/build/bin/python" -m pip install --quiet --constraint constraints.txt build
"$work/build/bin/python" -m build --outdir dist .
for file in dist/*.whl dist/*.tar.gz; do
    echo "build_release: trying $file"
    "$python" -m venv --clear "$work/try"
    "$work/try/bin/python" -m pip install --quiet --constraint constraints.txt "$file[mock,conformance]"
    (cd "$work" && try/bin/python -c "
import mistral_client, mistral_generated, mistral_openapi
with mistral_client.Mistral(api_key='none') as client:
    assert callable(client.beta.libraries.list)
assert mistral_openapi.load()['paths']
" && try/bin/mistral-mock --help >/dev/null && try/bin/mistral-conformance --help >/dev/null)
done
echo "build_release: wheel and sdist are good"
