#!/bin/sh
# Golden cases on this machine's card, from a copy of the tree, with nothing but nvcc:
#
#   sh src-native/cuda/runner/run.sh              every case
#   sh src-native/cuda/runner/run.sh --sanitize   the same under the four tools of compute-sanitizer
#   sh src-native/cuda/runner/run.sh --bench      how fast it trains, beside PyTorch where python3 has it (bench.py)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
native="$here/../.."
golden="$native/../test/golden/native"
out="${TMPDIR:-/tmp}/w2s-cuda-runner"
"${NVCC:-nvcc}" -std=c++20 -O3 -lineinfo -arch=native -o "$out" "$native"/cuda/kernels/*.cu "$native"/cuda/device/*.cu \
  "$native"/cuda/model/*.cpp "$native/network.cpp" "$native/spec.cpp" "$here"/*.cpp
if [ "${1:-}" = --sanitize ]; then
  for tool in memcheck initcheck synccheck racecheck; do
    echo "== $tool"
    compute-sanitizer --tool "$tool" --error-exitcode 3 "$out" "$golden"
  done
elif [ "${1:-}" = --bench ]; then
  shift
  python3 "$here/bench.py" "$out" "$@"
else
  "$out" "$golden"
fi
