// The backward pass of a round, a block at a time from the last one. Norms and activations are computed again.
#include <stdexcept>

#include "network.h"

namespace w2s::cuda {

void CudaNetwork::beginGradients() {
  const long trained = layout_.total - layout_.trainedFrom;
  zero(gradients_.need(trained), (std::size_t)trained * sizeof(float));
  begun_ = true;
}

/** dx = [add +] dy w^T. */
void CudaNetwork::backwardThrough(const Linear& layer, View dy, long rows, View dx, View add) const {
  Gemm g{dy, {layer.weight, layer.stride}, dx, rows, layer.in, layer.out};
  g.precision = layer.precision;
  g.turnB = true;
  g.add = add;
  multiply(g);
}

/** The gradients of weight and bias; nothing for a frozen layer. */
void CudaNetwork::addGradients(const Linear& layer, View x, View dy, long rows) const {
  if (!layer.gradient) return;
  const View gradient{layer.gradient, layer.stride};
  Gemm g{x, dy, gradient, layer.in, layer.out, rows};
  g.precision = layer.precision;
  g.turnA = true;
  g.add = gradient;
  multiply(g);
  if (layer.biasGradient) columnSums(dy, rows, layer.out, work_.columns, layer.biasGradient);
}

void CudaNetwork::backwardNorm(const NormPiece& norm, const Stream& stream, long rows, const float* dy, float* dx,
                               const float* add) const {
  const Normed call = normed(norm, stream, rows);
  if (norm.gamma.trained) gammaSums(call, dy, work_.columns, gradientAt(norm.gamma));
  if (norm.beta.is() && norm.beta.trained)
    columnSums(rowsOf((float*)dy), rows, spec.width, work_.columns, gradientAt(norm.beta));
  normBackward(call, dy, dx, add);
}

void CudaNetwork::headBackward(const float* x, const float* dLogits, long rows, float* dx) const {
  const View in = rowsOf((float*)x), dy{(float*)dLogits, outputs()}, out = rowsOf(dx);
  if (!tied()) {
    addGradients(linear(layout_.head), in, dy, rows);
    if (trainsNorm()) backwardThrough(linear(layout_.head), dy, rows, out);
    return;
  }
  if (float* gradient = gradientAt(layout_.tokens)) {
    Gemm g = ofTable(dy, in, rowsOf(gradient), spec.vocabulary, spec.width, rows);
    g.turnA = true;
    g.add = rowsOf(gradient);
    multiply(g);
  }
  if (trainsNorm()) multiply(ofTable(dy, rowsOf(at(layout_.tokens)), out, rows, spec.width, spec.vocabulary));
}

/** From dPooled to dStream[0]: the gradient of the stream after the last block. */
void CudaNetwork::backwardPooled() {
  float* dLast = work_.dStream[0];
  if (spec.pooling == Pooling::mean) {
    spreadRows(work_.dPooled, round_.examples, round_.starts, round_.rows, spec.width, work_.dNormed);
    return backwardNorm(layout_.norm, last_, round_.rows, work_.dNormed, dLast, nullptr);
  }
  clearMissing(rowsOf(work_.dPooled), round_.readRows, round_.count, spec.width);
  if (round_.oneRow) return backwardNorm(layout_.norm, read_, round_.count, work_.dPooled, dLast, nullptr);
  backwardNorm(layout_.norm, read_, round_.count, work_.dPooled, work_.dPooled, nullptr);
  zero(dLast, (std::size_t)(round_.rows * spec.width) * sizeof(float));
  scatterRows(rowsOf(work_.dPooled), round_.readRows, round_.count, spec.width, rowsOf(dLast), false);
}

/** dOut: gradient of the block's output; dMid: of the stream before the MLP's norm (what came by the residual
 * included). */
void CudaNetwork::backwardMlp(long layer, const float* dOut, float* dMid) const {
  const BlockPieces& b = layout_.blocks[layer];
  const BlockState& s = states_[layer];
  const long rows = queryRows(layer);
  const View dy = rowsOf((float*)dOut), activated{work_.activated, spec.inner}, dHidden{work_.dHidden, hiddenWidth()};
  normApply(normed(b.norm2, s.mid, rows), work_.normedMid);
  backwardThrough(linear(b.down), dy, rows, activated);
  activateBackward({spec.activation, s.hidden, work_.activated, work_.dHidden, rows, spec.inner});
  addGradients(linear(b.down), activated, dy, rows);
  addGradients(linear(b.up), rowsOf(work_.normedMid), dHidden, rows);
  backwardThrough(linear(b.up), dHidden, rows, rowsOf(work_.dNormed), spec.postNorm ? dy : View{});
  backwardNorm(b.norm2, s.mid, rows, work_.dNormed, dMid, spec.postNorm ? nullptr : dOut);
}

/** dSum: the gradient of what the projection was added to. Fills dqkv, and dq of a shortened block. */
void CudaNetwork::backwardAttention(long layer, float* dSum) const {
  const BlockPieces& b = layout_.blocks[layer];
  const BlockState& s = states_[layer];
  const long rows = queryRows(layer);
  const bool one = shortens(layer);
  const View dAttended{work_.dAttended, queryWidth()};
  backwardThrough(linear(b.out), rowsOf(dSum), rows, dAttended);
  addGradients(linear(b.out), {s.attended, queryWidth()}, rowsOf(dSum), rows);
  AttendBackward p{};
  p.forward = attention(layer);
  p.dOut = dAttended;
  p.dq = one ? View{work_.dq, queryWidth()} : View{work_.dqkv, projected()};
  p.dk = {work_.dqkv + queryWidth(), projected()};
  p.dv = {work_.dqkv + queryWidth() + keyWidth(), projected()};
  const Seen& seen = one ? round_.one : round_.all;
  p.keyTiles = seen.keys, p.keyTileCount = seen.keyTiles;
  p.delta = work_.delta;
  attendBackward(p);
  rotateBlock(layer, p.dq, p.dk, -1);
}

/** Through projections and first norm to the stream that entered the block. */
void CudaNetwork::backwardInput(long layer, float* dMid, float* dIn) const {
  const BlockPieces& b = layout_.blocks[layer];
  const BlockState& s = states_[layer];
  const View dqkv{work_.dqkv, projected()};
  normApply(normed(b.norm1, s.in, round_.rows), work_.normed);
  addGradients(linear(b.qkv), rowsOf(work_.normed), dqkv, round_.rows);
  backwardThrough(linear(b.qkv), dqkv, round_.rows, rowsOf(work_.dNormed), spec.postNorm ? rowsOf(dMid) : View{});
  backwardNorm(b.norm1, s.in, round_.rows, work_.dNormed, dIn, spec.postNorm ? nullptr : dMid);
}

/** The same where the queries' rows were normalised apart; their gradient joins that of the whole stream. */
void CudaNetwork::backwardShortened(long layer, float* dMid, float* dIn) const {
  const BlockPieces& b = layout_.blocks[layer];
  const BlockState& s = states_[layer];
  const Linear queries = linear(b.qkv, 0, queryWidth()), rest = linear(b.qkv, queryWidth(), 2 * keyWidth());
  const View dkv{work_.dqkv + queryWidth(), projected()}, dq{work_.dq, queryWidth()};
  normApply(normed(b.norm1, s.in, round_.rows), work_.normed);
  addGradients(rest, rowsOf(work_.normed), dkv, round_.rows);
  backwardThrough(rest, dkv, round_.rows, rowsOf(work_.dNormed));
  backwardNorm(b.norm1, s.in, round_.rows, work_.dNormed, dIn, nullptr);

  normApply(normed(b.norm1, s.queries, round_.count), work_.normed);
  addGradients(queries, rowsOf(work_.normed), dq, round_.count);
  backwardThrough(queries, dq, round_.count, rowsOf(work_.dPooled), spec.postNorm ? rowsOf(dMid) : View{});
  backwardNorm(b.norm1, s.queries, round_.count, work_.dPooled, work_.dPooled, spec.postNorm ? nullptr : dMid);
  scatterRows(rowsOf(work_.dPooled), round_.readRows, round_.count, spec.width, rowsOf(dIn), true);
}

/** On entry dStream[0] holds the gradient of the stream after the last block, on return that of the embeddings. */
void CudaNetwork::backwardBlocks() {
  float** streams = work_.dStream;
  for (long layer = spec.layers; layer-- > 0 && trained(layer);) {
    float *dOut = streams[0], *dMid = streams[1], *dIn = streams[2];
    backwardMlp(layer, dOut, dMid);
    backwardAttention(layer, spec.parallel ? dOut : dMid);
    if (shortens(layer))
      backwardShortened(layer, dMid, dIn);
    else
      backwardInput(layer, dMid, dIn);
    streams[0] = dIn;
    streams[2] = dOut;
  }
}

void CudaNetwork::embeddingGradients() const {
  if (!spec.trainable.all) return;
  const float* dx = work_.dStream[0];
  auto sum = [&](const Round::Table& t, const Piece& piece) {
    embedGradient({t.ids, t.starts, t.rows, dx, gradientAt(piece), t.count, spec.width});
  };
  sum(round_.tokenUses, layout_.tokens);
  if (layout_.positions.is()) sum(round_.positionUses, layout_.positions);
  // Every token has the first type.
  if (layout_.types.is())
    columnSums(rowsOf((float*)dx), round_.rows, spec.width, work_.columns, gradientAt(layout_.types));
}

void CudaNetwork::backward(const float* dLogits) {
  if (!kept_) throw std::logic_error("backward without a forward that keeps its activations");
  const std::unique_ptr<Kept> kept = std::move(kept_);
  const On on(compute_);
  beginGradients();
  for (const Examples& part : split(kept->batch(), rowsBudget())) {
    if (!held_) {  // a micro-batch: its activations were not kept
      begin(kept->batch(), part, {shortens(), true, false, rowsBudget()});
      forwardRound();
    }
    zero(work_.dLogits, (std::size_t)(round_.count * outputs()) * sizeof(float));
    ferry_.in(work_.dLogits, dLogits + part.first * outputs(), (std::size_t)(part.count * outputs()) * sizeof(float));
    run(Doing::backward, [&] {
      headBackward(pooled_, work_.dLogits, round_.count, work_.dPooled);
      if (!trainsNorm()) return;
      backwardPooled();
      backwardBlocks();
      embeddingGradients();
    });
  }
}

}  // namespace w2s::cuda
