#include "parameters.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace w2s {

namespace {

/** Floats of mirrors that stay in the caches from an update to the next backward pass. */
constexpr long NEAR = 8 << 20;

/** Makes what was written past the caches seen before anything that this thread writes from now on. */
inline void fence() {
#if defined(__x86_64__)
  _mm_sfence();
#endif
}

}  // namespace

int Parameters::addMatrix(long in, long out, Gradient gradient, bool mirrored, bool rounds) {
  Matrix m;
  m.in = roundUp(in, PANEL);
  m.out = roundUp(out, PANEL);
  m.gradient = gradient;
  m.mirrored = mirrored;
  m.bf16 = rounds && bf16;
  matrices_.push_back(m);
  return (int)matrices_.size() - 1;
}

int Parameters::addVector(long size, bool trained) {
  vectors_.push_back({roundUp(size, PANEL), trained, 0});
  return (int)vectors_.size() - 1;
}

void Parameters::finish() {
  long at = 0, mirrorAt = 0, roundedAt = 0;
  auto place = [&](Gradient gradient) {
    for (Matrix& m : matrices_)
      if (m.gradient == gradient) m.at = at, at += m.in * m.out;
  };
  auto placeVectors = [&](bool trained) {
    for (Vector& v : vectors_)
      if (v.trained == trained) v.at = at, at += v.size;
  };
  place(Gradient::none);
  placeVectors(false);
  trainedFrom_ = at;
  place(Gradient::dense);
  vectorsFrom_ = at;
  placeVectors(true);
  rowsFrom_ = at;
  place(Gradient::rows);
  total_ = at;
  for (Matrix& m : matrices_) {
    const long size = m.in * m.out;
    if (m.bf16) m.roundedAt = roundedAt, roundedAt += size;
    if (m.bf16 && m.mirrored) m.roundedMirrorAt = roundedAt, roundedAt += size;
    if (!m.bf16 && m.mirrored) m.mirrorAt = mirrorAt, mirrorAt += size;
  }
  weights_.need(total_);
  mirrors_.need(mirrorAt);
  rounded_.need(roundedAt / 2);
}

namespace {

/** Calls f(place in the flat array, place in the row-major tensor) for every entry, in the order of the latter. */
template <typename F>
void eachEntry(const Placed& t, const Matrix* m, long vectorAt, bool transposed, F f) {
  const long ins = m ? t.in.count() : 1, outs = t.out.count();
  std::vector<long> starts;  // of the columns
  for (long o = 0; o < outs; o++) {
    const long column = t.outBase + t.out.at(o);
    starts.push_back(m ? m->at + (column / PANEL * m->in) * PANEL + column % PANEL : vectorAt + column);
  }
  if (transposed) {
    for (long o = 0; o < outs; o++)
      for (long i = 0; i < ins; i++) f(starts[o] + t.in.at(i) * PANEL, o * ins + i);
    return;
  }
  for (long i = 0; i < ins; i++) {
    const long row = t.in.at(i) * PANEL;
    for (long o = 0; o < outs; o++) f(starts[o] + row, i * outs + o);
  }
}

}  // namespace

void Parameters::read(const Placed& t, const float* from, float* rowMajor) const {
  eachEntry(t, t.matrix < 0 ? nullptr : &matrices_[t.matrix], t.vector < 0 ? 0 : vectors_[t.vector].at, false,
            [&](long at, long to) { rowMajor[to] = from[at]; });
}

void Parameters::write(const Placed& t, const float* rowMajor, float* to, bool transposed) const {
  eachEntry(t, t.matrix < 0 ? nullptr : &matrices_[t.matrix], t.vector < 0 ? 0 : vectors_[t.vector].at, transposed,
            [&](long at, long from) { to[at] = rowMajor[from]; });
}

void Parameters::reflect(int id, long in, long rows, long out, const Kernels& kernels) const {
  const Matrix& m = matrices_[id];
  const Panels from = weights(id).panels(out / PANEL).rows(in);
  if (m.bf16) bf16->toPairs(from, rows, PANEL, {rounded(id).panels(out / PANEL).row(in), m.in});
  if (!m.mirrored) return;
  const bool past = mirrors_.size() > NEAR;
  for (long r = 0; r < rows; r += PANEL) {
    const long panel = (in + r) / PANEL;  // of the transpose
    if (m.bf16) {
      alignas(64) float turned[PANEL * PANEL];
      kernels.transposeTile(from.row(r), turned, false);
      bf16->toPairs({turned, PANEL}, PANEL, PANEL, {roundedMirror(id).panels(panel).row(out), m.out});
    } else {
      kernels.transposeTile(from.row(r), mirror(id).panels(panel).row(out), past);
    }
  }
  if (past) fence();
}

void Parameters::reflect(int id, const Kernels& kernels) const {
  const Matrix& m = matrices_[id];
  for (long out = 0; out < m.out; out += PANEL) reflect(id, 0, m.in, out, kernels);
}

}  // namespace w2s
