// The forward pass of a slice: one thread takes its examples through all blocks, a chunk of rows at a time.
#include <atomic>
#include <stdexcept>
#include <string>

#include "rows.h"
#include "transformer.h"

namespace w2s {

namespace {

/** The most rows of an inference slice: few enough that a slice stays in the cache. */
constexpr long INFERENCE_ROWS = 512;

}  // namespace

NormCall Transformer::normCall(const NormLayer& norm, const Stream& stream, long from, long rows) const {
  return {spec.norm,
          stream.x.rows(from),
          rows,
          spec.width,
          parameters.values(norm.gamma),
          norm.beta < 0 ? nullptr : parameters.values(norm.beta),
          spec.normEps,
          stream.mean + from,
          stream.rstd + from};
}

void Transformer::embedToken(int token, long position, Panels out, long row) const {
  copyRow(parameters.weights(tokens_), token, out, row, spec.width);
  if (positions_ >= 0) addRow(parameters.weights(positions_), position, 1, out, row, spec.width);
  if (types_ >= 0) addRow(parameters.weights(types_), 0, 1, out, row, spec.width);
}

void Transformer::embed(const Batch& batch, SliceState& state) const {
  for (long i = 0; i < state.count(); i++) {
    const int* tokens = batch.tokens + batch.offsets[state.slice->examples[i]];
    for (long p = 0; p < state.slice->length(i); p++)
      embedToken(tokens[p], p, state.blocks[0].in.x, state.slice->starts[i] + p);
  }
}

void Transformer::gatherQueries(SliceState& state, BlockState& block) const {
  for (long i = 0; i < state.count(); i++)
    if (state.readRows[i] < 0)
      clearRow(block.queries.x, i, spec.width);
    else
      copyRow(block.in.x, state.readRows[i], block.queries.x, i, spec.width);
}

/** With an odd number of heads of 16 columns, half of the last panel belongs to none. */
void Transformer::clearHeadPadding(Panels x, long rows) const {
  const long used = spec.heads * headSize_;
  if (used == queryWidth_) return;
  const Panels last = x.panels(used / PANEL);
  for (long r = 0; r < rows; r++)
    for (long c = used % PANEL; c < PANEL; c++) last.row(r)[c] = 0;
}

/** Turns (or turns back) queries and keys by their positions. perExample: q holds one row per example. */
void Transformer::rotateAll(const SliceState& state, Panels q, Panels kv, bool perExample, float sign) const {
  const long half = spec.rotary / 2;
  if (!half) return;
  for (long i = 0; i < state.count(); i++) {
    const long start = state.slice->starts[i], length = state.slice->length(i);
    kernels.rotate(kv.rows(start), length, spec.kvHeads, headSize_, half, cosine_.data(), sine_.data(), sign);
    if (!perExample) {
      kernels.rotate(q.rows(start), length, spec.heads, headSize_, half, cosine_.data(), sine_.data(), sign);
    } else if (length) {
      const long at = (state.readRows[i] - start) * half;
      kernels.rotate(q.rows(i), 1, spec.heads, headSize_, half, cosine_.data() + at, sine_.data() + at, sign);
    }
  }
}

Attend Transformer::attention(const SliceState& state, long layer, long example) const {
  const BlockState& block = state.blocks[layer];
  const long start = state.slice->starts[example], length = state.slice->length(example);
  const bool one = state.shortens(layer);
  const long queryRow = one ? example : start;
  Attend a;
  a.q = block.q.rows(queryRow);
  a.k = block.kv.rows(start);
  a.v = block.kv.panels(keyWidth_ / PANEL).rows(start);
  a.out = block.attended.rows(queryRow);
  a.statStride = state.queryRows(layer);
  a.largest = block.largest + queryRow;
  a.inverse = block.inverse + queryRow;
  a.queries = one ? 1 : length;
  // The first token of a causal model, asked alone, sees only itself; the last one sees all.
  a.keys = one && spec.causal && spec.pooling == Pooling::first ? 1 : length;
  a.heads = spec.heads;
  a.kvHeads = spec.kvHeads;
  a.headSize = headSize_;
  a.causal = spec.causal;
  a.scale = 1.0f / __builtin_sqrtf((float)spec.headSize);
  return a;
}

void Transformer::forwardBlock(SliceState& state, long layer, int thread) {
  const Block& b = blocks_[layer];
  BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  const bool one = state.shortens(layer);
  const bool asks = asksStream(state, layer);
  if (asks) kernels.normForward(normCall(b.norm1, block.in, 0, state.rows()), block.normed);
  inChunks(asks ? 0 : state.rows(), state.chunk, [&](long from, long rows) {
    kernels.normForward(normCall(b.norm1, block.in, from, rows), work.normed);
    threads_[thread].forward(b.kv, work.normed, rows, block.kv.rows(from));
    if (!one) threads_[thread].forward(b.q, work.normed, rows, block.q.rows(from));
  });
  if (one) {
    gatherQueries(state, block);
    inChunks(state.count(), state.chunk, [&](long from, long rows) {
      kernels.normForward(normCall(b.norm1, block.queries, from, rows), work.normed);
      threads_[thread].forward(b.q, work.normed, rows, block.q.rows(from));
    });
  }
  clearHeadPadding(block.attended, state.queryRows(layer));
  if (asks) {
    askStream(state, layer, thread);
    return finishBlock(state, layer, thread);
  }
  rotateAll(state, block.q, block.kv, one, 1);
  if (cache_) remember(state, layer);
  for (long i = 0; i < state.count(); i++)
    if (state.slice->length(i))
      kernels.attend(attention(state, layer, i), work.attention);
    else if (one)
      clearRow(block.attended, i, queryWidth_);
  finishBlock(state, layer, thread);
}

/** From the attention's output on: projection, residual, MLP, residual. */
void Transformer::finishBlock(SliceState& state, long layer, int thread) {
  const Block& b = blocks_[layer];
  BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  const Layers& layers = threads_[thread];
  const Panels out = layer + 1 < spec.layers ? state.blocks[layer + 1].in.x : state.last.x;
  inChunks(state.queryRows(layer), state.chunk, [&](long from, long rows) {
    Panels base = block.queries.x.rows(from);
    if (spec.postNorm) {
      base = work.normed;
      kernels.normApply(normCall(b.norm1, block.queries, from, rows), base);
    }
    const Panels summed = spec.parallel ? out.rows(from) : block.mid.x.rows(from);
    layers.forward(b.out, block.attended.rows(from), rows, summed, base);
    kernels.normForward(normCall(b.norm2, block.mid, from, rows), work.normedMid);
    const Panels hidden = block.hidden.rows(block.kept ? from : 0);
    layers.forward(b.up, work.normedMid, rows, hidden);
    kernels.activate(spec.activation, hidden, rows, spec.inner, work.activated);
    layers.forward(b.down, work.activated, rows, out.rows(from), spec.postNorm ? work.normedMid : summed);
  });
}

void Transformer::forwardSlice(const Batch& batch, SliceState& state, int thread, long layers) {
  embed(batch, state);
  for (long layer = 0; layer < layers; layer++) forwardBlock(state, layer, thread);
}

/** pooled = the mean of each example's rows of `from`, or of `normalised` through the last norm. Empty: zero. */
void Transformer::averageRows(SliceState& state, const Stream* normalised, Panels from, int thread) {
  clearRows(state.pooled, state.count(), spec.width);
  const Panels normed = work_[thread].normed;
  long example = 0;  // its rows may lie in several chunks: each adds its share
  inChunks(state.rows(), state.chunk, [&](long first, long rows) {
    if (normalised) kernels.normForward(normCall(norm_, *normalised, first, rows), normed);
    for (long r = first; r < first + rows; r++) {
      while (state.slice->starts[example + 1] <= r) example++;
      const float share = 1.0f / (float)state.slice->length(example);
      addRow(normalised ? normed : from, normalised ? r - first : r, share, state.pooled, example, spec.width);
    }
  });
}

/** read.x = the row of `from` that the head reads of each example. Empty: zero. */
void Transformer::readRows(SliceState& state, Panels from, bool oneRowEach) {
  for (long i = 0; i < state.count(); i++)
    if (state.readRows[i] < 0)
      clearRow(state.read.x, i, spec.width);
    else
      copyRow(from, oneRowEach ? i : state.readRows[i], state.read.x, i, spec.width);
}

void Transformer::readLast(SliceState& state, int thread) {
  if (spec.pooling == Pooling::mean) return averageRows(state, &state.last, {}, thread);
  readRows(state, state.last.x, state.shortened);
  kernels.normForward(normCall(norm_, state.read, 0, state.count()), state.pooled);
  for (long i = 0; i < state.count(); i++)
    if (state.readRows[i] < 0) clearRow(state.pooled, i, spec.width);
}

void Transformer::forwardHead(SliceState& state, float* logits, int thread) {
  headForward(state.pooled, state.count(), state.logits, thread);
  fromPanels(state.logits, state.count(), outputs(), state.slice->examples.data(), logits);
}

/** The hidden state after `layer` blocks as the head would read it; the last one through the last norm, as
 * transformers' hidden_states has it. Post-norm models: every one through its norm. */
void Transformer::features(const Batch& batch, long layer, float* out) {
  if (layer < 0 || layer > spec.layers)
    throw std::invalid_argument("layer: expected 0 to " + std::to_string(spec.layers) + ", got " +
                                std::to_string(layer));
  prepare(batch, false);
  kept_ = false;
  const bool last = layer == spec.layers;
  infer(batch, last && shortens(), layer, [&](SliceState& state, int t) {
    if (last) {
      readLast(state, t);
    } else {
      const Stream& stream = state.blocks[layer].in;
      if (spec.postNorm)  // its norm is the first of the next block
        kernels.normForward(normCall(blocks_[layer].norm1, stream, 0, state.rows()), stream.x);
      if (spec.pooling == Pooling::mean)
        averageRows(state, nullptr, stream.x, t);
      else
        readRows(state, stream.x, false);
    }
    const Panels pooled = last || spec.pooling == Pooling::mean ? state.pooled : state.read.x;
    fromPanels(pooled, state.count(), spec.width, state.slice->examples.data(), out);
  });
}

void Transformer::infer(const Batch& batch, bool shortened, long layers,
                        const std::function<void(SliceState&, int)>& done) {
  const std::vector<Slice> slices = inferenceSlices(batch, pool.size(), INFERENCE_ROWS, attentionCost());
  // Memory is taken before the region, for a slice as large as the largest in every respect.
  for (const Slice& slice : slices) {
    lay(states_[0], slice, false, shortened);
    layWorkspace(0);
  }
  for (int t = 1; t < pool.size(); t++) {
    states_[t].memory.need(states_[0].memory.size());
    work_[t].memory.need(work_[0].memory.size());
  }
  std::atomic<std::size_t> next = 0;
  pool.run([&](int t) {
    for (std::size_t i; (i = next.fetch_add(1)) < slices.size();) {
      lay(states_[t], slices[i], false, shortened);
      layWorkspace(t);
      forwardSlice(batch, states_[t], t, layers);
      done(states_[t], t);
    }
  });
}

}  // namespace w2s
