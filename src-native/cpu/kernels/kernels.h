// What the model code asks of the processor: one table of functions per ISA, chosen once at load.
//
// Every matrix, activations and weights alike, is kept as panels of 32 columns: element (r, c) of a matrix with
// `stride` allocated rows is data[((c / 32) * stride + r) * 32 + c % 32]. With that one layout x W, dY W^T and x^T dY
// all run on contiguous memory without packing. Columns beyond a matrix' true width are zero and stay zero.
#pragma once
#include <string>
#include <vector>

#include "../../spec.h"

namespace w2s {

constexpr long PANEL = 32;

static inline long roundUp(long n, long to) { return (n + to - 1) / to * to; }

/** A matrix of panels, or a part of one: `data` points at its first row of its first panel. */
struct Panels {
  float* data = nullptr;
  long stride = 0;  // rows between two panels
  float* row(long r) const { return data + r * PANEL; }
  Panels rows(long r) const { return {data + r * PANEL, stride}; }
  Panels panels(long p) const { return {data + p * stride * PANEL, stride}; }
};

/** c[rows, cols] = bias + add + a[rows, depth] b[depth, cols]; `cols` a multiple of 16. `add` may be c itself. */
struct Multiply {
  Panels a, b, c;
  long rows, depth, cols;
  const float* bias = nullptr;
  Panels add = {};
};

/** c[aCols, bCols] (fresh: =, even of no rows; else +=) a[rows, aCols]^T b[rows, bCols]; `bCols` a multiple of 16. */
struct Outer {
  Panels a, b, c;
  long rows, aCols, bCols;
  bool fresh = false;
};

/** Normalises `rows` rows of true width `cols`: mean and 1/deviation per row are written by forward, read by the rest.
 */
struct NormCall {
  Norm kind;
  Panels x;
  long rows, cols;
  const float* gamma;
  const float* beta;  // null: none
  float eps;
  float* mean;
  float* rstd;
};

/** One sequence's attention, all heads. The matrices start at the sequence's first row and the first head's column. */
struct Attend {
  Panels q, k, v, out;
  float* largest;  // [heads][statStride]: per query the largest score, and 1 / the sum of e^(score - largest)
  float* inverse;
  long statStride;
  long queries, keys;
  long heads, kvHeads;  // query heads h share the key and value head h * kvHeads / heads
  long headSize;        // padded: 16, or a multiple of 32 (two heads of 16 share a panel)
  bool causal;          // query i sees keys 0 .. keys - queries + i, else all
  float scale;
};

struct AttendBackward {
  Attend forward;
  Panels dOut;
  Panels dq, dk, dv;  // dq is written; dk and dv are added to
};

/** AdamW with this step's constants folded: m' = b1 m + (1-b1) s g, v' likewise, w' = w decay - rate m' / (sqrt(v') /
 * root + eps). */
struct AdamWConstants {
  float beta1, beta2;
  float take1, take2;  // 1 - beta, from doubles: 1 - 0.999 in single precision is off by 5e-5
  float eps, decay, rate, inverseRoot, gradientScale;
};

struct Kernels {
  const char* isa;
  void (*multiply)(const Multiply&);
  void (*outer)(const Outer&);
  /** out[cols] += sum over rows; `cols` a multiple of 32. */
  void (*columnSums)(Panels x, long rows, long cols, float* out);
  /** to[32] += the sum of `count` rows of 32. */
  void (*addRows)(const float* const* rows, long count, float* to);
  void (*normForward)(const NormCall&, Panels out);
  /** Out of the stored statistics. */
  void (*normApply)(const NormCall&, Panels out);
  /** dx = add + the gradient through the norm (add may be dx itself, or null); dGamma and dBeta (may be null) are added
   * to. */
  void (*normBackward)(const NormCall&, Panels dy, Panels dx, Panels add, float* dGamma, float* dBeta);
  /** out = act(h); swiglu: h has the gate's `cols` columns, then as many of the other factor. */
  void (*activate)(Activation, Panels h, long rows, long cols, Panels out);
  /** Also the gradient: `out` holds dOut on entry and act(h) on return, dh the gradient of h. */
  void (*activateBackward)(Activation, Panels h, long rows, long cols, Panels out, Panels dh);
  /** Turns pairs (i, i + half) of every head by the angle of the row's position; sign -1 turns back. */
  void (*rotate)(Panels x, long rows, long heads, long headSize, long half, const float* cosine, const float* sine,
                 float sign);
  long (*attendScratch)(long keys, long headSize);
  void (*attend)(const Attend&, float* scratch);
  void (*attendBackward)(const AttendBackward&, float* scratch);
  /** Adds the gradients of the other threads to the first one's; returns the sum of squares. n a multiple of 32. */
  double (*sumGradients)(float* const* gradients, int threads, long n);
  /** By the sum of the threads' gradients, which stay as they are; returns the sum of squares of the sums. */
  double (*adamw)(const AdamWConstants&, float* w, float* m, float* v, const float* const* gradients, int threads,
                  long n);
  /** AdamW with g = 0 for each of `steps` in turn: what a row missed while no batch touched it. m null: zero moments.
   */
  void (*adamwIdle)(const AdamWConstants* steps, long count, float* w, float* m, float* v, long n);
  /** to[32][32] = from^T, both contiguous; `past`: written past the caches, so that a fence must follow before another
   * thread reads it. */
  void (*transposeTile)(const float* from, float* to, bool past);
  /** Softmax cross-entropy over `cols` true columns: adds each row's loss to *loss; x becomes (softmax - onehot) *
   * scale unless scale is 0. A target under 0 gives no loss and a zero gradient. scratch: rows * 64 floats. */
  void (*crossEntropy)(Panels x, long rows, long cols, const int* target, float scale, double* rowLoss, float* scratch);
};

/** What this processor can run, the newest first. */
std::vector<const char*> isas();

/** The processor's own name for its model, as vendor and signature; '' where there is none. */
std::string processor();

/**
 * Seconds that a table takes for a fixed amount of the work of a training step, in one thread: some five milliseconds are
 * spent, and the best of many short runs is taken, so that other work on the machine does not count.
 */
double measure(const Kernels& kernels);

/** The table for this processor; `isa` (or null) asks for one by name, e.g. to test the baseline on a newer machine. */
const Kernels* chooseKernels(const char* isa);

}  // namespace w2s
