// Scaled dot-product attention of one sequence. Scores are made for 16 queries at a time against all the keys that any
// of them sees; backward makes them again from the stored row statistics instead of keeping them (the matrices of
// scores would be the largest activations, and the product that makes them is a small part of the work).
#pragma once
#include "../gemm/gemm.h"
#include "transpose.h"

namespace w2s {
namespace {

// With 32, a third of a causal sequence's scores within 64 tokens are those of keys that come later; with 16, a fifth.
constexpr long QUERIES = 16;

/** Scratch of attend and attendBackward in floats: K^T, V^T, and two blocks of 16 rows of scores. */
long attendScratch(long keys, long headSize) {
  long padded = roundUp(keys, PANEL);
  return 2 * padded * headSize + 2 * padded * QUERIES;
}

/** The columns of one head: 16 columns into a panel for every second head of size 16. */
inline Panels headOf(Panels x, long head, long headSize) {
  long column = head * headSize;
  Panels at = x.panels(column / PANEL);
  return {at.data + column % PANEL, at.stride};
}

/** How many keys query i of the sequence sees. */
inline long visible(const Attend& p, long i) { return p.causal ? p.keys - p.queries + i + 1 : p.keys; }

/** Rows whose softmax is taken side by side: one alone would wait for its own sums and exponentials. */
constexpr int SOFTMAX_ROWS = 4;

/** Lanes of the vector at key c that a query sees of the first `seen` keys. */
inline vi sees(long seen, long c) { return lanes() < set1i((int)(seen - c)); }

/**
 * R rows of scores become e^(scale s - largest), zero beyond the visible keys; statistics go to *top and *inverse. The
 * first row sees `seen` keys, each next one `more` more (of `padded` that there are). row: 32 floats a panel, panels
 * `step` floats apart.
 */
template <int R>
inline void softmaxRows(float* row, long step, long seen, long more, long padded, float scale, float* top,
                        float* inverse) {
  vf most[R], total[R];
  repeat<R>([&](auto i) { most[i] = set1(-3e38f), total[i] = zero(); });
  for (long c = 0; c < seen + (R - 1) * more; c += W) {
    const float* at = row + c / PANEL * step + c % PANEL;
    repeat<R>([&](auto i) {
      vf s = load(at + i * PANEL);
      if (c + W > seen) s = sees(seen + i * more, c) ? s : set1(-3e38f);
      most[i] = max(most[i], s);
    });
  }
  repeat<R>([&](auto i) { most[i] = set1(top[i] = largest(most[i]) * scale); });
  const vf factor = set1(scale);
  for (long c = 0; c < padded; c += W) {
    float* at = row + c / PANEL * step + c % PANEL;
    repeat<R>([&](auto i) {
      vf e = exp(load(at + i * PANEL) * factor - most[i]);
      if (c + W > seen) e = floats(bits(e) & sees(seen + i * more, c));
      total[i] += e;
      store(at + i * PANEL, e);
    });
  }
  repeat<R>([&](auto i) { inverse[i] = 1.0f / sum(total[i]); });
}

inline void scaleRow(Panels x, long r, long cols, float by) {
  for (long c = 0; c < cols; c += W) {
    float* at = x.panels(c / PANEL).row(r) + c % PANEL;
    store(at, load(at) * set1(by));
  }
}

void attend(const Attend& p, float* scratch) {
  const long group = p.heads / p.kvHeads, padded = roundUp(p.keys, PANEL);
  const Panels scores = {scratch + padded * p.headSize, QUERIES};
  for (long head = 0; head < p.heads; head++) {
    if (head % group == 0) transposePanels(headOf(p.k, head / group, p.headSize), p.keys, p.headSize, scratch);
    const Panels q = headOf(p.q, head, p.headSize), v = headOf(p.v, head / group, p.headSize);
    const Panels out = headOf(p.out, head, p.headSize);
    for (long first = 0; first < p.queries; first += QUERIES) {
      const long rows = least(QUERIES, p.queries - first), most = visible(p, first + rows - 1);
      multiply({q.rows(first), {scratch, p.headSize}, scores, rows, p.headSize, roundUp(most, HALF)});
      float* top = p.largest + head * p.statStride + first;
      float* inverse = p.inverse + head * p.statStride + first;
      byRows<SOFTMAX_ROWS>(rows, [&](auto count, long i) {
        softmaxRows<count()>(scores.row(i), QUERIES * PANEL, visible(p, first + i), p.causal, roundUp(most, W), p.scale,
                             top + i, inverse + i);
      });
      multiply({scores, v, out.rows(first), rows, most, p.headSize});
      for (long i = 0; i < rows; i++) scaleRow(out, first + i, p.headSize, inverse[i]);
    }
  }
}

/** sum of x y over a head's columns of one row. */
inline float dot(Panels x, long rx, Panels y, long ry, long cols) {
  vf total = zero();
  for (long c = 0; c < cols; c += W)
    total += load(x.panels(c / PANEL).row(rx) + c % PANEL) * load(y.panels(c / PANEL).row(ry) + c % PANEL);
  return sum(total);
}

/** scores -> probabilities P; dScores (dO V^T on entry) -> scale P (dO V^T - dO . O). */
inline void softmaxBackwardRow(float* scores, float* dScores, long step, long seen, long padded, float scale, float top,
                               float inverse, float dot) {
  const vf shift = set1(top), factor = set1(scale), share = set1(inverse), mean = set1(dot);
  for (long c = 0; c < padded; c += W) {
    float* s = scores + c / PANEL * step + c % PANEL;
    float* d = dScores + c / PANEL * step + c % PANEL;
    vf probability = exp(load(s) * factor - shift) * share;
    if (c + W > seen) probability = floats(bits(probability) & sees(seen, c));
    store(s, probability);
    store(d, probability * (load(d) - mean) * factor);
  }
}

void attendBackward(const AttendBackward& b, float* scratch) {
  const Attend& p = b.forward;
  const long group = p.heads / p.kvHeads, padded = roundUp(p.keys, PANEL);
  float* keysT = scratch;
  float* valuesT = keysT + padded * p.headSize;
  const Panels scores = {valuesT + padded * p.headSize, QUERIES};
  const Panels dScores = {scores.data + padded * QUERIES, QUERIES};
  for (long head = 0; head < p.heads; head++) {
    const long kv = head / group;
    const Panels q = headOf(p.q, head, p.headSize), k = headOf(p.k, kv, p.headSize), v = headOf(p.v, kv, p.headSize);
    const Panels out = headOf(p.out, head, p.headSize), dOut = headOf(b.dOut, head, p.headSize);
    const Panels dq = headOf(b.dq, head, p.headSize), dk = headOf(b.dk, kv, p.headSize),
                 dv = headOf(b.dv, kv, p.headSize);
    if (head % group == 0) {
      transposePanels(k, p.keys, p.headSize, keysT);
      transposePanels(v, p.keys, p.headSize, valuesT);
    }
    for (long first = 0; first < p.queries; first += QUERIES) {
      const long rows = least(QUERIES, p.queries - first), most = visible(p, first + rows - 1);
      multiply({q.rows(first), {keysT, p.headSize}, scores, rows, p.headSize, roundUp(most, HALF)});
      multiply({dOut.rows(first), {valuesT, p.headSize}, dScores, rows, p.headSize, roundUp(most, HALF)});
      for (long i = 0; i < rows; i++)
        softmaxBackwardRow(scores.row(i), dScores.row(i), QUERIES * PANEL, visible(p, first + i), roundUp(most, W),
                           p.scale, p.largest[head * p.statStride + first + i],
                           p.inverse[head * p.statStride + first + i],
                           dot(out, first + i, dOut, first + i, p.headSize));
      multiply({dScores, k, dq.rows(first), rows, most, p.headSize});
      outer({dScores, q.rows(first), dk, rows, most, p.headSize});
      outer({scores, dOut.rows(first), dv, rows, most, p.headSize});
    }
  }
}

}  // namespace
}  // namespace w2s
