#include "product.h"

#include <algorithm>
#include <string>

#include "../device/queue.h"

namespace w2s::cuda::lt {

namespace {

/** So many are asked for; each that may be used is measured. */
constexpr int OFFERS = 4;
/** Where any memory of the device begins; more is of no use to anybody. */
constexpr std::uintptr_t ALIGNED = 256;

void ok(int status, const char* call) {
  if (status == SUCCESS) return;
  const std::string what = std::string("cuBLASLt: ") + call + " gave status " + std::to_string(status);
  throw DeviceFault(what, -status);
}

/** A description that cuBLASLt makes and takes back. */
class Made {
 public:
  explicit Made(int (*destroy)(void*)) : destroy_(destroy) {}
  ~Made() {
    if (at) destroy_(at);
  }
  Made(const Made&) = delete;
  void* at = nullptr;

 private:
  int (*destroy_)(void*);
};

/** The largest power of two, up to ALIGNED, that all places are multiples of. */
std::uint32_t alignmentOf(const Gemm& p) {
  std::uintptr_t all = ALIGNED;
  if (p.precision != Precision::bf16) all |= (std::uintptr_t)p.a.data | (std::uintptr_t)p.b.data;
  all |= (std::uintptr_t)p.c.data | (std::uintptr_t)p.add.data | (std::uintptr_t)p.bias;
  return (std::uint32_t)(all & -all);
}

/**
 * The same in columns, as cuBLASLt has matrices: rows of ours are its columns, so that c^T = op(b)^T op(a)^T, b comes first,
 * and a bias that runs along our rows runs down its columns.
 */
class Described {
 public:
  Described(const Library& library, const Gemm& p, const Scratch& scratch)
      : call(library.call),
        product(call.MatmulDescDestroy),
        a(call.MatrixLayoutDestroy),
        b(call.MatrixLayoutDestroy),
        c(call.MatrixLayoutDestroy),
        d(call.MatrixLayoutDestroy) {
    const int compute = p.precision == Precision::tf32 ? COMPUTE_32F_FAST_TF32 : COMPUTE_32F;
    ok(call.MatmulDescCreate(&product.at, compute, R_32F), "cublasLtMatmulDescCreate");
    set(TRANSA, (std::int32_t)(p.turnB ? OP_T : OP_N));
    set(TRANSB, (std::int32_t)(p.turnA ? OP_T : OP_N));
    set(EPILOGUE, (std::uint32_t)(p.bias ? EPILOGUE_BIAS : EPILOGUE_DEFAULT));
    if (p.bias) set(BIAS_POINTER, p.bias);
    rowsB = p.turnB ? p.n : p.k, colsB = p.turnB ? p.k : p.n;
    rowsA = p.turnA ? p.k : p.m, colsA = p.turnA ? p.m : p.k;
    const bool half = p.precision == Precision::bf16;
    const int type = half ? R_16BF : R_32F;
    factorB = p.b.data, factorA = p.a.data;
    if (half) factorB = scratch.rounded, factorA = scratch.rounded + roundedSize(rowsB, colsB);
    lay(a, type, colsB, rowsB, half ? roundedStride(colsB) : p.b.stride);
    lay(b, type, colsA, rowsA, half ? roundedStride(colsA) : p.a.stride);
    lay(c, R_32F, p.n, p.m, p.add.data ? p.add.stride : p.c.stride);
    lay(d, R_32F, p.n, p.m, p.c.stride);
  }
  bool fits(const Gemm& p, const Scratch& scratch) const {
    return p.precision != Precision::bf16 || roundedSize(rowsB, colsB) + roundedSize(rowsA, colsA) <= scratch.room;
  }

  const Functions& call;
  Made product, a, b, c, d;
  /** Of ours, as they lie. */
  long rowsA, colsA, rowsB, colsB;
  const void *factorA, *factorB;

 private:
  template <typename T>
  void set(int which, T value) {
    ok(call.MatmulDescSetAttribute(product.at, which, &value, sizeof value), "cublasLtMatmulDescSetAttribute");
  }
  void lay(Made& made, int type, long rows, long cols, long stride) {
    ok(call.MatrixLayoutCreate(&made.at, type, (std::uint64_t)rows, (std::uint64_t)cols, stride),
       "cublasLtMatrixLayoutCreate");
  }
};

/**
 * Whether results repeat, and are as exact as they are said to be: what was asked of the heuristic, asked of its answer. An
 * attribute that an algorithm does not tell is one that it does not have.
 */
bool mayBeUsed(const Functions& call, const Algorithm& algorithm, Precision precision) {
  std::uint32_t reduction = REDUCE_INPLACE;
  std::size_t written = 0;
  if (call.MatmulAlgoConfigGetAttribute(&algorithm, REDUCTION_SCHEME, &reduction, sizeof reduction, &written) != SUCCESS ||
      (reduction != REDUCE_NONE && reduction != REDUCE_COMPUTE_TYPE))
    return false;
  if (precision != Precision::fp32) return true;
  std::uint64_t by = 0;
  if (call.MatmulAlgoCapGetAttribute(&algorithm, NUMERICAL_IMPL_FLAGS, &by, sizeof by, &written) != SUCCESS) return false;
  return by == (BY_FMA | SUMS_32F | FACTORS_32F);
}

}  // namespace

std::string nameOf(const Gemm& p, long rows) {
  const char* precisions[] = {"fp32", "tf32", "bf16"};
  std::string name = precisions[(int)p.precision];
  name += p.turnA ? ",tn" : p.turnB ? ",nt" : ",nn";
  for (const long size : {p.turnA ? p.m : rows, p.n, p.turnA ? rows : p.k, p.a.stride, p.b.stride, p.c.stride})
    name += "," + std::to_string(size);
  name += p.bias ? ",bias" : ",";
  name += !p.add.data ? "," : p.add.data == p.c.data ? ",more" : ",sum" + std::to_string(p.add.stride);
  name += p.activates ? "," + std::to_string((int)p.activation) : ",";
  return name + "," + std::to_string(alignmentOf(p));
}

std::vector<Algorithm> algorithmsFor(const Library& library, const Gemm& p, const Scratch& scratch) {
  const Described all(library, p, scratch);
  if (!all.fits(p, scratch)) return {};
  const Functions& call = library.call;
  Made preference(call.MatmulPreferenceDestroy);
  ok(call.MatmulPreferenceCreate(&preference.at), "cublasLtMatmulPreferenceCreate");
  auto prefer = [&](int which, auto value) {
    ok(call.MatmulPreferenceSetAttribute(preference.at, which, &value, sizeof value),
       "cublasLtMatmulPreferenceSetAttribute");
  };
  prefer(MAX_WORKSPACE_BYTES, (std::uint64_t)scratch.bytes);
  prefer(REDUCTION_SCHEME_MASK, (std::uint32_t)REDUCE_COMPUTE_TYPE);
  for (int matrix = 0; matrix < 4; matrix++) prefer(MIN_ALIGNMENT_A_BYTES + matrix, alignmentOf(p));
  if (p.precision == Precision::fp32) prefer(IMPL_MASK, BY_FMA | SUMS_32F | FACTORS_32F);
  Offer offers[OFFERS]{};
  int count = 0;
  const int status = call.MatmulAlgoGetHeuristic(library.handle, all.product.at, all.a.at, all.b.at, all.c.at, all.d.at,
                                                 preference.at, OFFERS, offers, &count);
  std::vector<Algorithm> found;
  for (int i = 0; status == SUCCESS && i < count; i++)
    if (offers[i].state == SUCCESS && offers[i].workspace <= scratch.bytes &&
        mayBeUsed(call, offers[i].algorithm, p.precision))
      found.push_back(offers[i].algorithm);
  return found;
}

bool multiply(const Library& library, const Gemm& p, const Algorithm& algorithm, const Scratch& scratch) {
  const Described all(library, p, scratch);
  if (!all.fits(p, scratch)) return false;
  const Functions& call = library.call;
  Offer offer{};
  if (call.MatmulAlgoCheck(library.handle, all.product.at, all.a.at, all.b.at, all.c.at, all.d.at, &algorithm, &offer) !=
          SUCCESS ||
      offer.workspace > scratch.bytes)
    return false;
  if (p.precision == Precision::bf16) {
    roundRows(p.b, all.rowsB, all.colsB, (std::uint16_t*)all.factorB, roundedStride(all.colsB));
    roundRows(p.a, all.rowsA, all.colsA, (std::uint16_t*)all.factorA, roundedStride(all.colsA));
  }
  const float one = 1, sum = p.add.data ? 1 : 0;
  const float* c = p.add.data ? p.add.data : p.c.data;
  ok(call.Matmul(library.handle, all.product.at, &one, all.factorB, all.a.at, all.factorA, all.b.at, &sum, c, all.c.at,
                 p.c.data, all.d.at, &algorithm, scratch.workspace, scratch.bytes, currentHandle()),
     "cublasLtMatmul");
  if (p.activates) activate({p.activation, p.c, p.activated, p.m, p.activation == Activation::swiglu ? p.n / 2 : p.n});
  return true;
}

}  // namespace w2s::cuda::lt
