// The backward pass of a slice, a block at a time from the last one. What forward kept is the stream at each norm, the
// projections and the MLP's hidden layer before its activation; norms and activations are computed again.
#include "rows.h"
#include "transformer.h"

namespace w2s {

void Transformer::backwardNorm(const NormLayer& norm, const NormCall& call, Panels dy, Panels dx, Panels add,
                               int thread) {
  kernels.normBackward(call, dy, dx, add, optimiser.vectorGradient(norm.gamma, thread),
                       norm.beta < 0 ? nullptr : optimiser.vectorGradient(norm.beta, thread));
}

/** Gradients of head and last norm; dLast: the gradient of the stream after the last block. */
void Transformer::backwardHead(SliceState& state, int thread, const float* dLogits, Panels dLast) {
  Workspace& work = work_[thread];
  const long count = state.count();
  toPanels(dLogits, state.slice->examples.data(), count, outputs(), work.dLogits);
  headBackward(state.pooled, work.dLogits, count, work.dPooled, thread);
  if (trainsNorm()) backwardPool(state, thread, dLast);
}

void Transformer::backwardPool(SliceState& state, int thread, Panels dLast) {
  Workspace& work = work_[thread];
  if (spec.pooling == Pooling::mean) {
    long example = 0;
    inChunks(state.rows(), state.chunk, [&](long from, long rows) {
      clearRows(work.dNormed, rows, spec.width);
      for (long r = from; r < from + rows; r++) {
        while (state.slice->starts[example + 1] <= r) example++;
        addRow(work.dPooled, example, 1.0f / (float)state.slice->length(example), work.dNormed, r - from, spec.width);
      }
      backwardNorm(norm_, normCall(norm_, state.last, from, rows), work.dNormed, dLast.rows(from), {}, thread);
    });
    return;
  }
  const long count = state.count();
  for (long i = 0; i < count; i++)
    if (state.readRows[i] < 0) clearRow(work.dPooled, i, spec.width);
  const NormCall call = normCall(norm_, state.read, 0, count);
  if (state.shortened) return backwardNorm(norm_, call, work.dPooled, dLast, {}, thread);
  backwardNorm(norm_, call, work.dPooled, work.dPooled, {}, thread);
  clearRows(dLast, state.rows(), spec.width);
  for (long i = 0; i < count; i++)
    if (state.readRows[i] >= 0) copyRow(work.dPooled, i, dLast, state.readRows[i], spec.width);
}

/** dOut: gradient of the block's output; dMid: of the stream before the MLP's norm (what came by the residual
 * included). */
void Transformer::backwardMlp(SliceState& state, long layer, int thread, Panels dOut, Panels dMid) {
  const Block& b = blocks_[layer];
  const BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  Layers& layers = threads_[thread];
  inChunks(state.queryRows(layer), state.chunk, [&](long from, long rows) {
    const NormCall call = normCall(b.norm2, block.mid, from, rows);
    const Panels dy = dOut.rows(from);
    kernels.normApply(call, work.normedMid);
    layers.backward(b.down, dy, rows, work.activated);
    kernels.activateBackward(spec.activation, block.hidden.rows(from), rows, spec.inner, work.activated, work.dHidden);
    layers.gradients(b.down, work.activated, dy, rows);
    layers.gradients(b.up, work.normedMid, work.dHidden, rows);
    layers.backward(b.up, work.dHidden, rows, work.dNormed, spec.postNorm ? dy : Panels{});
    backwardNorm(b.norm2, call, work.dNormed, dMid.rows(from), spec.postNorm ? Panels{} : dy, thread);
  });
}

/** dSum: the gradient of what the projection was added to. Fills dq and dkv (or what askStreamBackward puts there). */
void Transformer::backwardAttention(SliceState& state, long layer, int thread, Panels dSum) {
  const Block& b = blocks_[layer];
  const BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  const long rows = state.queryRows(layer);
  const bool one = state.shortens(layer);
  inChunks(rows, state.chunk, [&](long from, long rows) {
    threads_[thread].backward(b.out, dSum.rows(from), rows, work.dAttended.rows(from));
    threads_[thread].gradients(b.out, block.attended.rows(from), dSum.rows(from), rows);
  });
  clearHeadPadding(work.dq, rows);
  if (asksStream(state, layer)) return askStreamBackward(state, layer, thread);
  clearRows(work.dkv, state.rows(), 2 * keyWidth_);
  for (long i = 0; i < state.count(); i++) {
    const long start = state.slice->starts[i], queryRow = one ? i : start;
    if (!state.slice->length(i)) {
      if (one) clearRow(work.dq, i, queryWidth_);
      continue;
    }
    const Panels dkv = work.dkv.rows(start);
    kernels.attendBackward({attention(state, layer, i), work.dAttended.rows(queryRow), work.dq.rows(queryRow), dkv,
                            dkv.panels(keyWidth_ / PANEL)},
                           work.attention);
  }
  rotateAll(state, work.dq, work.dkv, one, -1);
}

/** Through projections and first norm to the stream that entered the block. */
void Transformer::backwardInput(SliceState& state, long layer, int thread, Panels dMid, Panels dIn) {
  const Block& b = blocks_[layer];
  const BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  Layers& layers = threads_[thread];
  const bool one = state.shortens(layer);
  inChunks(state.rows(), state.chunk, [&](long from, long rows) {
    const NormCall call = normCall(b.norm1, block.in, from, rows);
    const Panels dq = work.dq.rows(from), dkv = work.dkv.rows(from);
    if (asksStream(state, layer)) return backwardNorm(b.norm1, call, dkv, dIn.rows(from), {}, thread);
    kernels.normApply(call, work.normed);
    layers.gradients(b.kv, work.normed, dkv, rows);
    if (one) {
      layers.backward(b.kv, dkv, rows, work.dNormed);
      return backwardNorm(b.norm1, call, work.dNormed, dIn.rows(from), {}, thread);
    }
    layers.gradients(b.q, work.normed, dq, rows);
    layers.backward(b.kv, dkv, rows, work.dNormed, spec.postNorm ? dMid.rows(from) : Panels{});
    layers.backward(b.q, dq, rows, work.dNormed, work.dNormed);
    backwardNorm(b.norm1, call, work.dNormed, dIn.rows(from), spec.postNorm ? Panels{} : dMid.rows(from), thread);
  });
  if (one) backwardQueries(state, layer, thread, dMid, dIn);
}

/** In a shortened block the queries' rows were normalised apart; their gradient joins that of the whole stream. */
void Transformer::backwardQueries(SliceState& state, long layer, int thread, Panels dMid, Panels dIn) {
  const Block& b = blocks_[layer];
  const BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  const long count = state.count();
  const NormCall call = normCall(b.norm1, block.queries, 0, count);
  kernels.normApply(call, work.normedQueries);
  threads_[thread].gradients(b.q, work.normedQueries, work.dq, count);
  threads_[thread].backward(b.q, work.dq, count, work.dPooled, spec.postNorm ? dMid : Panels{});
  backwardNorm(b.norm1, call, work.dPooled, work.dPooled, spec.postNorm ? Panels{} : dMid, thread);
  for (long i = 0; i < count; i++)
    if (state.readRows[i] >= 0) addRow(work.dPooled, i, 1, dIn, state.readRows[i], spec.width);
}

/** On entry dStream[0] holds the gradient of the stream after the last block, on return that of the embeddings. */
void Transformer::backwardBlocks(SliceState& state, int thread) {
  Panels* streams = work_[thread].dStream;
  for (long layer = spec.layers; layer-- > 0 && trained(layer);) {
    const Panels dOut = streams[0], dMid = streams[1], dIn = streams[2];
    backwardMlp(state, layer, thread, dOut, dMid);
    backwardAttention(state, layer, thread, spec.parallel ? dOut : dMid);
    backwardInput(state, layer, thread, dMid, dIn);
    addNoted(*this, threads_, thread);
    streams[0] = dIn;
    streams[2] = dOut;
  }
}

void Transformer::backwardSlice(SliceState& state, int thread, const float* dLogits) {
  backwardHead(state, thread, dLogits, work_[thread].dStream[0]);
  addNoted(*this, threads_, thread);
  backwardBlocks(state, thread);
}

/** The rows of token, position and type tables that the round's slices used. Outside a region. */
void Transformer::embeddingGradients(const Batch& batch, const std::vector<Slice>& slices) {
  if (!trainsEmbeddings()) return;
  std::vector<RowUse> uses;
  auto sum = [&](RowTable& table, auto idOf) {
    uses.clear();
    for (std::size_t t = 0; t < slices.size(); t++)
      for (long i = 0; i < slices[t].count(); i++)
        for (long p = 0; p < slices[t].length(i); p++)
          uses.push_back({idOf(slices[t].examples[i], p), slices[t].starts[i] + (int)p, &work_[t].dStream[0]});
    table.add(uses, pool, kernels);
  };
  auto token = [&](long example, long p) { return batch.tokens[batch.offsets[example] + p]; };
  if (denseTokens_) {
    denseTokens_->clear();
    sum(*denseTokens_, token);
    denseTokens_->scatter(optimiser.gradient(tokens_, 0).data);
  } else {
    sum(*optimiser.table(tokens_), token);
  }
  if (positions_ >= 0) sum(*optimiser.table(positions_), [](long, long p) { return (int)p; });
  if (types_ >= 0) sum(*optimiser.table(types_), [](long, long) { return 0; });
}

}  // namespace w2s
