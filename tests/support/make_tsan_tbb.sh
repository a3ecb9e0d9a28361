#!/usr/bin/env bash
# make_tsan_tbb.sh FOLDER: oneTBB from Debian's source package, built with the thread sanitizer.
# The sanitizer cannot see how threads hand over work inside Debian's libtbb and would report each
# hand-over; with this one it knows them all, and nothing has to be suppressed.
set -euo pipefail
folder=$(realpath -m "$1")
[ -f "$folder/complete" ] && exit 0
echo "building oneTBB with the thread sanitizer in $folder" >&2
rm -rf "$folder"
mkdir -p "$folder"/apt/{lists,archives}/partial "$folder/source"
cd "$folder/apt"

# The source index of Debian 12 from the mirror of this machine, without a change to its own lists.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  awk '$2 == "bookworm" && $3 == "main" && !found {print $1; found = 1}')
[ -n "$mirror" ] || { echo "this machine uses no mirror of Debian 12; run 'apt-get update'" >&2; exit 1; }
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" > sources.list
apt=(apt-get -q -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$PWD/lists"
     -o Dir::Cache="$PWD")
"${apt[@]}" update
"${apt[@]}" source --download-only onetbb
tar -xf onetbb_*.orig.tar.xz -C "$folder/source" --strip-components=1
cd "$folder"
cmake -S source -B build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$folder" \
  -DCMAKE_INSTALL_LIBDIR=lib -DTBB_SANITIZE=thread -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF
cmake --build build -j "${JOBS:-$(nproc)}"
cmake --install build
rm -rf apt source build
touch complete
