#!/usr/bin/env bash
# make_venv.sh FOLDER: a Python environment with the oracles that the conformance tests compare with.
set -euo pipefail
venv=$1
requirements=$(dirname "$0")/../conformance/requirements.txt
[ -f "$venv/complete" ] && cmp -s "$requirements" "$venv/complete" && exit 0
echo "making the Python environment of the conformance tests in $venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check -r "$requirements"
cp "$requirements" "$venv/complete"
