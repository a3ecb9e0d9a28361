#!/usr/bin/env bash
# make_venv.sh FOLDER: a Python environment with the oracles that the conformance tests compare with.
set -euo pipefail
venv=$1
lists=$(cd "$(dirname "$0")/../conformance" && pwd)
wanted=$(cat "$lists/requirements.txt" "$lists/requirements-nodeps.txt")
[ -f "$venv/complete" ] && [ "$wanted" = "$(cat "$venv/complete")" ] && exit 0
echo "making the Python environment of the conformance tests in $venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check -r "$lists/requirements.txt"
"$venv/bin/pip" install -q --disable-pip-version-check --no-deps -r "$lists/requirements-nodeps.txt"
printf '%s\n' "$wanted" > "$venv/complete"
