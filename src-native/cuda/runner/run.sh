#!/bin/sh
# Golden cases on this machine's card, from a copy of the tree, with nothing but nvcc:
#
#   sh src-native/cuda/runner/run.sh              every case
#   sh src-native/cuda/runner/run.sh --sanitize   the same under the four tools of compute-sanitizer
#   sh src-native/cuda/runner/run.sh --bench      how fast it trains, beside PyTorch where python3 has it (bench.py)
#   sh src-native/cuda/runner/run.sh --emulated   every case, or those named, on the processor: by the C++ compiler alone
set -eu
here=$(cd "$(dirname "$0")" && pwd)
native="$here/../.."
golden="$native/../test/golden/native"
out="${TMPDIR:-/tmp}/w2s-cuda-runner"
if [ "${1:-}" = --emulated ]; then
  shift
  "${CXX:-c++}" -x c++ -std=c++20 -O1 -pthread -o "$out-emulated" "$native"/cuda/kernels/*.cu "$native"/cuda/device/*.cpp \
    "$native"/cuda/lt/*.cpp "$native"/cuda/model/*.cpp "$native/network.cpp" "$native/spec.cpp" "$here"/*.cpp -ldl
  exec "$out-emulated" "$golden" "$@"
fi
nvcc=${NVCC:-nvcc}
if ! command -v "$nvcc" >/dev/null; then
  echo "no nvcc found (looked for \$NVCC, nvcc)" >&2
  exit 1
fi
arch=native
if "$nvcc" -arch=native --dryrun "$native/cuda/kernels/norm.cu" 2>&1 | grep -q 'Cannot find valid GPU'; then
  echo "nvcc finds no card here; compiling for compute capability 8.0, to see whether it does" >&2
  arch=sm_80
fi
"$nvcc" -std=c++20 -O3 -lineinfo "-arch=$arch" -o "$out" "$native"/cuda/kernels/*.cu "$native"/cuda/device/*.cu \
  "$native"/cuda/lt/*.cpp "$native"/cuda/model/*.cpp "$native/network.cpp" "$native/spec.cpp" "$here"/*.cpp -ldl
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
