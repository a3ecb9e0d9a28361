#!/bin/sh
# Installs LibTorch from PyPI into build/libtorch, where trainer/CMakeLists.txt looks for it. All
# build presets share that folder. A second call finds it complete and does nothing.
#
#   fetch_libtorch.sh [auto|cpu|cuda] [DIR]
#
#   cpu   the CPU set: libtorch_cpu and the two CUDA libraries that it is linked with; about 0.6 GB
#   cuda  the whole of the wheel with cuBLAS, cuDNN and NCCL; about 4.6 GB
#   auto  cuda where nvcc is found, else cpu (the default)
#
# The files go to a temporary folder beside DIR, which is renamed when it is complete: DIR either
# holds a whole set or does not exist. Needs python3 with pip; no Python is needed to run owt.
set -eu

torch=torch==2.11.0
# What libtorch_cpu.so is linked with, at the versions that this wheel names.
cpu_libraries="nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85"

die() { echo "fetch_libtorch: $*" >&2; exit 1; }

set=${1:-auto}
root=$(cd "$(dirname "$0")/.." && pwd)
dir=${2:-$root/build/libtorch}
if [ "$set" = auto ]; then
  set=cpu
  if command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; then set=cuda; fi
fi
case $set in cpu|cuda) ;; *) die "'$set' is not a set; choose auto, cpu or cuda" ;; esac

mark="$torch $set"
if [ -f "$dir/owt-libtorch-set" ]; then
  found=$(cat "$dir/owt-libtorch-set")
  if [ "$found" = "$mark" ] || [ "$found" = "$torch cuda" ]; then
    echo "fetch_libtorch: $dir has $found; nothing to do" >&2
    exit 0
  fi
  echo "fetch_libtorch: $dir has $found; replacing it by $mark" >&2
elif [ -e "$dir" ]; then
  die "$dir exists and was not made by this script; move it away or name another folder"
fi

python3 -m pip --version >/dev/null 2>&1 || die "needs python3 with pip: apt-get install python3-pip"
mkdir -p "$(dirname "$dir")"
new=$(mktemp -d "$dir.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 130' INT TERM
# pip builds the folder beside its final place, so that nothing large lands on a small /tmp.
mkdir "$new/tmp" "$new/set"

echo "fetch_libtorch: installing $mark into $dir" >&2
if [ "$set" = cpu ]; then packages="--no-deps $torch $cpu_libraries"; else packages=$torch; fi
# shellcheck disable=SC2086
TMPDIR="$new/tmp" python3 -m pip install --quiet --disable-pip-version-check --no-compile \
  --root-user-action=ignore --only-binary=:all: --target "$new/set" $packages ||
  die "pip could not install $packages; is PyPI reachable, and is the disk large enough?"

if [ "$set" = cpu ]; then
  # These need the CUDA libraries that the small set leaves out, and are half of its size.
  lib="$new/set/torch/lib"
  rm -f "$lib"/libtorch_cuda*.so "$lib"/libtorch_nvshmem.so "$lib"/libtorch_python.so \
    "$lib"/libtorch.so "$lib"/libc10_cuda.so
fi
[ -f "$new/set/torch/lib/libtorch_cpu.so" ] || die "the wheel has no torch/lib/libtorch_cpu.so"
echo "$mark" > "$new/set/owt-libtorch-set"
chmod 755 "$new/set"
if [ -e "$dir" ]; then mv "$dir" "$new/old"; fi
mv "$new/set" "$dir"
echo "fetch_libtorch: $dir is ready, $(du -sh "$dir" | cut -f1)" >&2
