// cuBLASLt for tests: the same functions, computed on the host when the emulated card's queue comes to it, under conditions
// that a test sets. What the real one would take harm from in silence is an error here: memory that is less aligned than was
// said, too little workspace, an algorithm that it did not make. W2S_FAKE_LT is the path of a file with a condition a line, a
// name and a value, that is read at every call:
//
//   version N     130100 by default
//   fail NAME     calls of cublasLtNAME give status 14
//   after N       but so many of them, of this process, which come before, do not
//   cost N        microseconds of the emulated clock that a product takes, 5 by default, of which a launch takes 10
//   offers LIST   algorithms that the heuristic has, in this order, each by its letters: s in one sum, c parts added up in a step
//                 of their own, i in place; t on tensor cores in single precision. "s" by default
//   stubborn 1    they are offered whatever was asked for
//   workspace N   bytes that each of them writes to
//   wrong 1       results are off by a hundredth
//   unsteady 1    no two results are the same
//   quick 1       products over a thousand rows or more are not computed, as by the fake card
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "../device/turns.h"
#include "../lt/api.h"

using namespace w2s::cuda::lt;

namespace {

constexpr int INVALID = 7, NOT_SUPPORTED = 15, FAILED = 14;
constexpr long LARGE = 1000;
constexpr std::uint64_t MAGIC = 0x57325346414b4521;

std::map<std::string, std::string> conditions() {
  const char* path = std::getenv("W2S_FAKE_LT");
  std::ifstream file(path ? path : "");
  std::map<std::string, std::string> all;
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos) all[line.substr(0, space)] = line.substr(space + 1);
  }
  return all;
}

std::string text(const char* name, const char* otherwise) {
  const auto all = conditions();
  const auto found = all.find(name);
  return found == all.end() ? otherwise : found->second;
}
double number(const char* name, double otherwise) {
  const std::string value = text(name, "");
  return value.empty() ? otherwise : std::stod(value);
}

std::map<std::string, long> calls;

/** Whether this call is one that fails. */
bool fails(const char* name) { return text("fail", "") == name && calls[name]++ >= number("after", 0); }
#define MAY_FAIL(name) \
  if (fails(name)) return FAILED

struct Product {
  int compute, turnA = OP_N, turnB = OP_N, epilogue = EPILOGUE_DEFAULT;
  const float* bias = nullptr;
};
struct Layout {
  int type;
  long rows, cols, stride;
};
struct Wishes {
  std::uint64_t workspace = 0, by = ~0ull;
  std::uint32_t reductions = 7, alignments[4] = {256, 256, 256, 256};
};

/** What an algorithm of ours has in it. */
enum Word { IS, REDUCES, BY, SPLITS, WORKSPACE, ALIGNMENT };

Algorithm algorithmOf(const std::string& letters, const Product& product, std::uint32_t alignment) {
  Algorithm a{};
  const bool parts = letters[0] != 's';
  a.data[IS] = MAGIC;
  a.data[REDUCES] = letters[0] == 'c' ? REDUCE_COMPUTE_TYPE : letters[0] == 'i' ? REDUCE_INPLACE : REDUCE_NONE;
  const bool tensor = product.compute == COMPUTE_32F_FAST_TF32 || letters.find('t') != std::string::npos;
  a.data[BY] = (tensor ? BY_HMMA : BY_FMA) | SUMS_32F | (tensor ? FACTORS_TF32 : FACTORS_32F);
  a.data[SPLITS] = parts ? 2 : 1;
  a.data[WORKSPACE] = (std::uint64_t)number("workspace", 0);
  a.data[ALIGNMENT] = alignment;
  return a;
}

template <typename T>
int give(void* value, std::size_t bytes, T x) {
  if (bytes != sizeof x) return INVALID;
  std::memcpy(value, &x, sizeof x);
  return SUCCESS;
}
template <typename T>
int take(const void* value, std::size_t bytes, T& x) {
  if (bytes != sizeof x) return INVALID;
  std::memcpy(&x, value, sizeof x);
  return SUCCESS;
}

/** An entry of op(x) as a product reads it; factors of TF32 as bluntly as a card may: bits that do not fit are cut off. */
double entry(const void* x, const Layout& l, bool turned, long row, long col, bool tf32) {
  const long at = turned ? row * l.stride + col : col * l.stride + row;
  std::uint32_t bits;
  if (l.type == R_16BF)
    bits = (std::uint32_t)((const std::uint16_t*)x)[at] << 16;
  else
    std::memcpy(&bits, (const float*)x + at, sizeof bits);
  if (tf32) bits &= ~0x1FFFu;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

struct Call {
  Product product;
  Layout la, lb, lc, ld;
  const void *a, *b;
  const float* c;
  float *d, alpha, beta;
  void* workspace;
  std::size_t scribbled;
};

/** The shape that a result of these has, and whether everything fits it. */
bool fitting(const Product& p, const Layout& a, const Layout& b, const Layout& c, const Layout& d) {
  const auto [m, k] = p.turnA == OP_T ? std::pair{a.cols, a.rows} : std::pair{a.rows, a.cols};
  const auto [k2, n] = p.turnB == OP_T ? std::pair{b.cols, b.rows} : std::pair{b.rows, b.cols};
  const auto is = [&](const Layout& l) { return l.rows == m && l.cols == n && l.stride >= m && l.type == R_32F; };
  return k == k2 && is(c) && is(d) && a.stride >= a.rows && b.stride >= b.rows && a.type == b.type;
}

void compute(const Call& call) {
  const bool tf32 = call.product.compute == COMPUTE_32F_FAST_TF32;
  const long k = call.product.turnA == OP_T ? call.la.rows : call.la.cols;
  static long results = 0;
  const double off = (number("wrong", 0) ? 1.01 : 1) * (1 + (number("unsteady", 0) ? 1e-5 * (double)++results : 0));
  if (number("quick", 0) && std::max(k, call.ld.cols) >= LARGE) return;
  if (call.scribbled) std::memset(call.workspace, 0xA5, call.scribbled);
  for (long j = 0; j < call.ld.cols; j++)
    for (long i = 0; i < call.ld.rows; i++) {
      double sum = 0;
      for (long l = 0; l < k; l++)
        sum += entry(call.a, call.la, call.product.turnA == OP_T, i, l, tf32) *
               entry(call.b, call.lb, call.product.turnB == OP_T, l, j, tf32);
      sum *= call.alpha * off;
      if (call.beta != 0) sum += call.beta * call.c[j * call.lc.stride + i];
      if (call.product.epilogue == EPILOGUE_BIAS) sum += call.product.bias[i];
      call.d[j * call.ld.stride + i] = (float)sum;
    }
}

bool aligned(const void* at, std::uint64_t by) { return (std::uintptr_t)at % by == 0; }

}  // namespace

#define OFFERED extern "C" __attribute__((visibility("default")))

OFFERED std::size_t cublasLtGetVersion(void) { return (std::size_t)number("version", 130100); }
OFFERED int cublasLtCreate(void** handle) {
  MAY_FAIL("Create");
  static int one;
  *handle = &one;
  return SUCCESS;
}

OFFERED int cublasLtMatmulDescCreate(void** product, int compute, int scale) {
  MAY_FAIL("MatmulDescCreate");
  if (scale != R_32F) return NOT_SUPPORTED;
  *product = new Product{compute};
  return SUCCESS;
}
OFFERED int cublasLtMatmulDescSetAttribute(void* product, int which, const void* value, std::size_t bytes) {
  MAY_FAIL("MatmulDescSetAttribute");
  Product& p = *(Product*)product;
  if (which == TRANSA) return take(value, bytes, p.turnA);
  if (which == TRANSB) return take(value, bytes, p.turnB);
  if (which == EPILOGUE) return take(value, bytes, p.epilogue);
  return which == BIAS_POINTER ? take(value, bytes, p.bias) : INVALID;
}
OFFERED int cublasLtMatmulDescDestroy(void* product) {
  delete (Product*)product;
  return SUCCESS;
}

OFFERED int cublasLtMatrixLayoutCreate(void** layout, int type, std::uint64_t rows, std::uint64_t cols,
                                       std::int64_t stride) {
  MAY_FAIL("MatrixLayoutCreate");
  *layout = new Layout{type, (long)rows, (long)cols, (long)stride};
  return SUCCESS;
}
OFFERED int cublasLtMatrixLayoutDestroy(void* layout) {
  delete (Layout*)layout;
  return SUCCESS;
}

OFFERED int cublasLtMatmulPreferenceCreate(void** preference) {
  MAY_FAIL("MatmulPreferenceCreate");
  *preference = new Wishes;
  return SUCCESS;
}
OFFERED int cublasLtMatmulPreferenceSetAttribute(void* preference, int which, const void* value, std::size_t bytes) {
  MAY_FAIL("MatmulPreferenceSetAttribute");
  Wishes& w = *(Wishes*)preference;
  if (which == MAX_WORKSPACE_BYTES) return take(value, bytes, w.workspace);
  if (which == REDUCTION_SCHEME_MASK) return take(value, bytes, w.reductions);
  if (which == IMPL_MASK) return take(value, bytes, w.by);
  const int matrix = which - MIN_ALIGNMENT_A_BYTES;
  return matrix >= 0 && matrix < 4 ? take(value, bytes, w.alignments[matrix]) : INVALID;
}
OFFERED int cublasLtMatmulPreferenceDestroy(void* preference) {
  delete (Wishes*)preference;
  return SUCCESS;
}

OFFERED int cublasLtMatmulAlgoGetHeuristic(void*, void* product, void* a, void* b, void* c, void* d, void* preference,
                                           int most, Offer* offers, int* count) {
  MAY_FAIL("MatmulAlgoGetHeuristic");
  const Product& p = *(Product*)product;
  const Wishes& w = *(Wishes*)preference;
  *count = 0;
  if (!fitting(p, *(Layout*)a, *(Layout*)b, *(Layout*)c, *(Layout*)d)) return INVALID;
  std::istringstream list(text("offers", "s"));
  for (std::string letters; list >> letters && *count < most;) {
    const Algorithm made = algorithmOf(letters, p, w.alignments[0]);
    const bool asked = !(made.data[REDUCES] & ~(std::uint64_t)w.reductions) && !(made.data[BY] & ~w.by) &&
                       made.data[WORKSPACE] <= w.workspace;
    if (asked || number("stubborn", 0)) offers[(*count)++] = {made, made.data[WORKSPACE], SUCCESS, 1, {}};
  }
  return *count ? SUCCESS : NOT_SUPPORTED;
}

OFFERED int cublasLtMatmulAlgoCheck(void*, void* product, void* a, void* b, void* c, void* d,
                                    const Algorithm* algorithm, Offer* offer) {
  MAY_FAIL("MatmulAlgoCheck");
  if (algorithm->data[IS] != MAGIC) return INVALID;
  if (!fitting(*(Product*)product, *(Layout*)a, *(Layout*)b, *(Layout*)c, *(Layout*)d)) return INVALID;
  *offer = {*algorithm, algorithm->data[WORKSPACE], SUCCESS, 1, {}};
  return SUCCESS;
}

OFFERED int cublasLtMatmulAlgoConfigGetAttribute(const Algorithm* algorithm, int which, void* value, std::size_t bytes,
                                                 std::size_t* written) {
  MAY_FAIL("MatmulAlgoConfigGetAttribute");
  *written = bytes;
  return which == REDUCTION_SCHEME ? give(value, bytes, (std::uint32_t)algorithm->data[REDUCES]) : INVALID;
}
OFFERED int cublasLtMatmulAlgoCapGetAttribute(const Algorithm* algorithm, int which, void* value, std::size_t bytes,
                                              std::size_t* written) {
  MAY_FAIL("MatmulAlgoCapGetAttribute");
  *written = bytes;
  return which == NUMERICAL_IMPL_FLAGS ? give(value, bytes, algorithm->data[BY]) : INVALID;
}

OFFERED int cublasLtMatmul(void*, void* product, const void* alpha, const void* a, void* layoutA, const void* b,
                           void* layoutB, const void* beta, const void* c, void* layoutC, void* d, void* layoutD,
                           const Algorithm* algorithm, void* workspace, std::size_t bytes, void* stream) {
  MAY_FAIL("Matmul");
  const Call call{*(Product*)product, *(Layout*)layoutA, *(Layout*)layoutB, *(Layout*)layoutC, *(Layout*)layoutD, a, b,
                  (const float*)c, (float*)d, *(const float*)alpha, *(const float*)beta, workspace,
                  algorithm->data[WORKSPACE]};
  if (algorithm->data[IS] != MAGIC || !fitting(call.product, call.la, call.lb, call.lc, call.ld)) return INVALID;
  for (const void* at : {a, b, c, (const void*)d, (const void*)call.product.bias})
    if (!aligned(at, algorithm->data[ALIGNMENT])) return INVALID;
  if (call.scribbled > bytes || !aligned(workspace, 16)) return INVALID;
  const auto& queue = *(const w2s::cuda::emulated::Handle*)stream;
  queue.start([call, spend = queue.spend] {
    compute(call);
    spend(number("cost", 5) / 1000);
  });
  return SUCCESS;
}
