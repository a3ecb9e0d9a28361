#!/usr/bin/env bash
# make_venv.sh FOLDER: a Python environment with the oracles that the conformance tests compare with.
# PyTorch is the one of build/libtorch where that is a whole set, else it is installed (4.6 GB: its
# wheel does not load without the CUDA libraries, GPU or not).
set -euo pipefail
venv=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
lists=$root/tests/conformance
libtorch=$root/build/libtorch
torch=torch==2.11.0
shared=no
[ "$(cat "$libtorch/owt-libtorch-set" 2>/dev/null)" = "$torch cuda" ] && shared=yes
wanted=$(cat "$lists/requirements.txt" "$lists/requirements-nodeps.txt"; echo "$torch, shared: $shared")
[ -f "$venv/complete" ] && [ "$wanted" = "$(cat "$venv/complete")" ] && exit 0
echo "making the Python environment of the conformance tests in $venv" >&2
rm -rf "$venv"
python3 -m venv "$venv"
pip() { TMPDIR=$venv/tmp "$venv/bin/pip" install -q --disable-pip-version-check --no-cache-dir "$@"; }
mkdir "$venv/tmp"  # nothing large lands on a small /tmp
if [ "$shared" = yes ]; then
  echo "$libtorch" > "$(echo "$venv"/lib/python3*/site-packages)/libtorch.pth"
else
  pip "$torch"
fi
pip -r "$lists/requirements.txt"
pip --no-deps -r "$lists/requirements-nodeps.txt"
"$venv/bin/python" -W ignore -c 'import megatron.core, torch, transformers'
rm -r "$venv/tmp"
printf '%s\n' "$wanted" > "$venv/complete"
