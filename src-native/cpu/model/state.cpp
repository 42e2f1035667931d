// Memory of a pass: activations of a slice and scratch of a thread, carved out of one buffer each.
#include <algorithm>

#include "transformer.h"

namespace w2s {

namespace {

/** Numbers in the widest activation of a chunk. */
constexpr long CHUNK = 262144;

/** Rows taken at a time: few enough that a chunk stays near, enough that large weights are read seldom. */
long chunkRows(long rows, long inner) {
  const long most = std::clamp(CHUNK / inner, 48l, 256l), chunks = std::max(1l, (rows + most - 1) / most);
  return std::max(1l, (rows + chunks - 1) / chunks);
}

Stream carveStream(Carver& carver, long rows, long width) {
  Stream stream;
  stream.x = carver.panels(rows, width);
  stream.mean = carver.floats(rows);
  stream.rstd = carver.floats(rows);
  return stream;
}

}  // namespace

/** in: the stream that enters, if it has its memory already; then nothing is kept beyond the block. */
BlockState Transformer::carveBlock(Carver& carver, const SliceState& state, long layer, const Panels* in) {
  const long rows = state.rows(), queries = state.queryRows(layer);
  BlockState block;
  block.kept = !in;
  block.in = carveStream(carver, in ? 0 : rows, spec.width);
  if (in) block.in = {*in, carver.floats(rows), carver.floats(rows)};
  block.queries = state.shortens(layer) ? carveStream(carver, queries, spec.width) : block.in;
  block.mid = carveStream(carver, spec.parallel ? 0 : queries, spec.width);
  if (spec.parallel) block.mid = {block.queries.x, carver.floats(queries), carver.floats(queries)};
  block.q = carver.panels(queries, queryWidth_);
  if (asksStream(state, layer)) {
    block.normed = carver.panels(rows, spec.width);
    block.asked = carver.panels(spec.heads * queries, spec.width);
    block.heard = carver.panels(spec.heads * queries, spec.width);
  } else {
    block.kv = carver.panels(rows, 2 * keyWidth_);
  }
  block.attended = carver.panels(queries, queryWidth_);
  block.hidden = carver.panels(in ? state.chunk : queries, parameters.matrix(blocks_[layer].up.weight).out);
  block.largest = carver.floats(spec.heads * queries);
  block.inverse = carver.floats(spec.heads * queries);
  return block;
}

void Transformer::carve(Carver& carver, SliceState& state) {
  const long count = state.count();
  long kept = spec.layers;  // the first block whose activations are kept; those above are too
  while (state.kept && kept > 0 && trained(kept - 1)) kept--;
  if (kept > 0) {
    // The others share one block's memory, and two streams that take turns.
    const Panels streams[2] = {carver.panels(state.rows(), spec.width), carver.panels(state.rows(), spec.width)};
    const Carver from = carver;
    for (long layer = 0; layer < kept; layer++) {
      Carver again = from;
      state.blocks[layer] = carveBlock(again, state, layer, &streams[layer % 2]);
      if (again.used() > carver.used()) carver = again;
    }
  }
  for (long layer = kept; layer < spec.layers; layer++) state.blocks[layer] = carveBlock(carver, state, layer, nullptr);
  state.last = carveStream(carver, state.queryRows(spec.layers - 1), spec.width);
  state.read = carveStream(carver, count, spec.width);
  state.pooled = carver.panels(count, spec.width);
  state.logits = carver.panels(count, outputs());
}

void Transformer::lay(SliceState& state, const Slice& slice, bool keep, bool shortened) {
  state.slice = &slice;
  state.kept = keep;
  state.shortened = shortened;
  const bool whole = keep && optimiser.shared();
  state.chunk = whole ? std::max({1l, slice.rows(), slice.count()}) : chunkRows(slice.rows(), spec.inner);
  state.blocks.assign((std::size_t)spec.layers, {});
  Carver measure(nullptr);
  carve(measure, state);
  Carver carver(state.memory.need(measure.used()));
  carve(carver, state);
  state.readRows.clear();
  for (long i = 0; i < slice.count(); i++) {
    const int row = spec.pooling == Pooling::first ? slice.starts[i] : slice.starts[i + 1] - 1;
    state.readRows.push_back(slice.length(i) ? row : -1);
  }
}

void Transformer::carveWorkspace(Carver& carver, Workspace& work, const SliceState& state) {
  const long chunk = state.chunk, rows = state.rows(), count = state.count();
  const long hiddenWidth = parameters.matrix(blocks_[0].up.weight).out;
  long longest = 1;
  for (long i = 0; i < count; i++) longest = std::max(longest, state.slice->length(i));
  work.normed = carver.panels(chunk, spec.width);
  work.normedMid = carver.panels(chunk, spec.width);
  work.activated = carver.panels(chunk, spec.inner);
  const bool asks = asksStream(state, spec.layers - 1);
  if (asks) carveStreamWork(carver, work, state);
  work.attention = carver.floats(kernels.attendScratch(longest, asks ? roundUp(spec.width, PANEL) : headSize_));
  work.rounding = carveRounding(carver, state);
  if (!state.kept) return;
  work.normedQueries = carver.panels(std::max(chunk, count), spec.width);
  work.dHidden = carver.panels(chunk, hiddenWidth);
  work.dNormed = carver.panels(chunk, spec.width);
  for (Panels& stream : work.dStream) stream = carver.panels(std::max(rows, count), spec.width);
  work.dAttended = carver.panels(std::max(rows, count), queryWidth_);
  work.dq = carver.panels(std::max(rows, count), queryWidth_);
  work.dkv = carver.panels(rows, std::max(spec.width, 2 * keyWidth_));
  work.dPooled = carver.panels(count, spec.width);
  work.dLogits = carver.panels(count, outputs());
  if (spec.head == Head::language) work.dLanguage = carver.panels(LANGUAGE_ROWS, spec.width);
}

Rounding Transformer::carveRounding(Carver& carver, const SliceState& state) const {
  if (!parameters.bf16) return {};
  const bool language = spec.head == Head::language;
  const long most = std::max(state.chunk, state.count());
  const long headRows = std::max(state.count(), language ? languageRows() : 0);
  const long headWidth = state.kept && language ? spec.vocabulary : 0;
  auto floats = [&](long rows, long cols) { return Rounding::floats(parameters, rows, cols); };
  long rows = std::max(floats(headRows, spec.width), floats(headRows, headWidth)), pairs = 0;
  const Block& b = blocks_[0];  // all blocks are alike
  for (const Linear& layer : {b.q, b.kv, b.out, b.up, b.down}) {
    const Matrix& m = parameters.matrix(layer.weight);
    rows = std::max({rows, floats(most, m.in), floats(most, m.out)});
    const long both = floats(most, m.in) + floats(most, m.out);
    pairs = optimiser.shared() ? pairs + both : std::max(pairs, both);
  }
  pairs = std::max(pairs, floats(headRows, spec.width) + floats(headRows, headWidth));
  bfloat* first = (bfloat*)carver.floats(rows);
  return {first, state.kept ? (bfloat*)carver.floats(pairs) : nullptr};
}

void Transformer::layWorkspace(int thread) {
  Workspace& work = work_[thread];
  Carver measure(nullptr);
  carveWorkspace(measure, work, states_[thread]);
  Carver carver(work.memory.need(measure.used()));
  carveWorkspace(carver, work, states_[thread]);
  threads_[thread].rounding = work.rounding;
}

void Transformer::layRound(const std::vector<Slice>& slices, bool shortened) {
  for (int t = 0; t < pool.size(); t++) {
    lay(states_[t], slices[t], true, shortened);
    layWorkspace(t);
  }
}

double Transformer::activationBytes() const {
  double floats = 0;
  for (const SliceState& s : states_) floats += (double)s.memory.size();
  for (const Workspace& w : work_) floats += (double)w.memory.size();
  return floats * 4;
}

}  // namespace w2s
