// The forward pass of a round.
#include <cmath>
#include <stdexcept>

#include "network.h"

namespace w2s::cuda {

namespace {

/** The most rows of a round that keeps nothing: enough to fill a card, and no more memory than that. */
constexpr long INFERENCE_ROWS = 16384;

}  // namespace

Normed CudaNetwork::normed(const NormPiece& norm, const Stream& s, long rows) const {
  return {spec.norm, spec.normEps, at(norm.gamma), at(norm.beta), s.x, s.mean, s.rstd, rows, spec.width};
}

/** out = [add +] x w + b. */
void CudaNetwork::project(const Linear& layer, View x, long rows, View out, View add) const {
  Gemm g{x, {layer.weight, layer.stride}, out, rows, layer.out, layer.in};
  g.precision = layer.precision;
  g.bias = layer.bias;
  g.add = add;
  multiply(g);
}

void CudaNetwork::embedRows(float* out) const {
  embed({round_.tokens, round_.positions, at(layout_.tokens), at(layout_.positions), at(layout_.types), out,
         round_.rows, spec.width});
}

/** Normalises the block's input, and makes queries, keys and values of it. */
void CudaNetwork::projectQueries(long layer) {
  const BlockPieces& b = layout_.blocks[layer];
  BlockState& s = states_[layer];
  normForward(normed(b.norm1, s.in, round_.rows), work_.normed);
  if (!shortens(layer))
    return project(linear(b.qkv), rowsOf(work_.normed), round_.rows, {s.qkv, projected()});
  project(linear(b.qkv, queryWidth(), 2 * keyWidth()), rowsOf(work_.normed), round_.rows,
          {s.qkv + queryWidth(), projected()});
  gatherRows(rowsOf(s.in.x), round_.readRows, round_.count, spec.width, rowsOf(s.queries.x));
  normForward(normed(b.norm1, s.queries, round_.count), work_.normed);
  project(linear(b.qkv, 0, queryWidth()), rowsOf(work_.normed), round_.count, {s.q, queryWidth()});
}

/** Turns (or turns back) queries and keys by their positions. */
void CudaNetwork::rotateBlock(long layer, View q, View k, float sign) const {
  const long half = spec.rotary / 2;
  if (!half) return;
  const bool one = shortens(layer);
  rotate({q, queryRows(layer), spec.heads, spec.headSize, half, one ? round_.readPositions : round_.positions,
          cosine_.data(), sine_.data(), sign});
  rotate({k, round_.rows, spec.kvHeads, spec.headSize, half, round_.positions, cosine_.data(), sine_.data(), sign});
}

Attend CudaNetwork::attention(long layer) const {
  const BlockState& s = states_[layer];
  const bool one = shortens(layer);
  const Seen& seen = one ? round_.one : round_.all;
  Attend a{};
  a.q = one ? View{s.q, queryWidth()} : View{s.qkv, projected()};
  a.k = {s.qkv + queryWidth(), projected()};
  if (fromCache_) a.k = {cache_->kv[layer].data(), 2 * keyWidth()};
  a.v = {a.k.data + keyWidth(), a.k.stride};
  a.out = {s.attended, queryWidth()};
  a.tiles = seen.queries, a.tileCount = seen.queryTiles;
  a.keyFrom = seen.keyFrom, a.keyCount = seen.keyCount;
  a.logSum = s.logSum;
  a.queries = queryRows(layer);
  a.heads = spec.heads, a.kvHeads = spec.kvHeads, a.headSize = spec.headSize;
  a.scale = 1.0f / std::sqrt((float)spec.headSize);
  a.precision = options_.precision;
  return a;
}

void CudaNetwork::forwardBlock(long layer) {
  BlockState& s = states_[layer];
  projectQueries(layer);
  const Attend a = attention(layer);
  rotateBlock(layer, a.q, {s.qkv + queryWidth(), projected()}, 1);
  if (cache_) remember(layer);
  attend(a);
  finishBlock(layer);
}

/** From the attention's output on: projection, residual, MLP, residual. */
void CudaNetwork::finishBlock(long layer) {
  const BlockPieces& b = layout_.blocks[layer];
  BlockState& s = states_[layer];
  const long rows = queryRows(layer);
  float* out = layer + 1 < spec.layers ? states_[layer + 1].in.x : last_.x;
  float* sum = spec.parallel ? out : s.mid.x;
  project(linear(b.out), {s.attended, queryWidth()}, rows, rowsOf(sum),
          rowsOf(spec.postNorm ? work_.normed : s.queries.x));
  normForward(normed(b.norm2, s.mid, rows), work_.normedMid);
  const Linear up = linear(b.up);
  Gemm g{rowsOf(work_.normedMid), {up.weight, up.stride}, {s.hidden, hiddenWidth()}, rows, up.out, up.in};
  g.precision = up.precision;
  g.bias = up.bias;
  g.activates = true;
  g.activation = spec.activation;
  g.activated = {work_.activated, spec.inner};
  multiply(g);
  project(linear(b.down), {work_.activated, spec.inner}, rows, rowsOf(out),
          rowsOf(spec.postNorm ? work_.normedMid : sum));
}

void CudaNetwork::forwardBlocks(long layers) {
  embedRows(spec.layers ? states_[0].in.x : last_.x);
  for (long layer = 0; layer < layers; layer++) forwardBlock(layer);
}

void CudaNetwork::readLast() {
  if (spec.pooling == Pooling::mean) {
    normForward(normed(layout_.norm, last_, round_.rows), work_.normed);
    return averageRows(work_.normed, round_.starts, round_.count, spec.width, pooled_);
  }
  if (!round_.oneRow) gatherRows(rowsOf(last_.x), round_.readRows, round_.count, spec.width, rowsOf(read_.x));
  normForward(normed(layout_.norm, read_, round_.count), pooled_);
  clearMissing(rowsOf(pooled_), round_.readRows, round_.count, spec.width);
}

/** Into pooled_ what readLast() would read of the stream before block `layer`. */
void CudaNetwork::readEarlier(long layer) {
  const float* x = states_[layer].in.x;
  if (spec.postNorm) {  // its norm is the first of the next block
    normForward(normed(layout_.blocks[layer].norm1, states_[layer].in, round_.rows), work_.normed);
    x = work_.normed;
  }
  if (spec.pooling == Pooling::mean)
    averageRows(x, round_.starts, round_.count, spec.width, pooled_);
  else
    gatherRows(rowsOf((float*)x), round_.readRows, round_.count, spec.width, rowsOf(pooled_));
}

/** The head is a linear layer, or (tied) the token table turned round. */
void CudaNetwork::head(const float* x, long rows, float* logits) const {
  const View in = rowsOf((float*)x), out{logits, outputs()};
  if (!tied()) return project(linear(layout_.head), in, rows, out);
  Gemm g = ofTable(in, rowsOf(at(layout_.tokens)), out, rows, spec.vocabulary, spec.width);
  g.turnB = true;
  multiply(g);
}

void CudaNetwork::answer(long rows) const {
  head(pooled_, rows, logits_);
  if (cache_) mostLikely(logits_, rows, spec.vocabulary, chosen_);
}

void CudaNetwork::forwardRound() {
  run(Doing::forward, [&] {
    forwardBlocks(spec.layers);
    readLast();
    answer(round_.count);
  });
}

void CudaNetwork::forward(const Batch& batch, bool keep, float* logits) {
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  ferry_.drop();
  const long mostRows = keep ? rowsBudget() : INFERENCE_ROWS;
  const std::vector<Examples> runs = split(batch, mostRows);
  held_ = keep && runs.size() == 1;
  for (const Examples& part : runs) {
    begin(batch, part, {shortens(), held_, false, mostRows});
    forwardRound();
    ferry_.out(logits + part.first * outputs(), logits_, (std::size_t)(part.count * outputs()) * sizeof(float));
  }
  ferry_.finish();
  if (!keep) return;
  kept_ = std::make_unique<Kept>();
  kept_->n = batch.n;
  kept_->tokens.assign(batch.tokens, batch.tokens + batch.offsets[batch.n]);
  kept_->offsets.assign(batch.offsets, batch.offsets + batch.n + 1);
}

/** The hidden state after `layer` blocks as the head would read it; the last one through the last norm, as
 * transformers' hidden_states has it. Post-norm models: every one through its norm. */
void CudaNetwork::features(const Batch& batch, long layer, float* out) {
  if (layer < 0 || layer > spec.layers)
    throw std::invalid_argument("layer: expected 0 to " + std::to_string(spec.layers) + ", got " +
                                std::to_string(layer));
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  ferry_.drop();
  const bool last = layer == spec.layers;
  for (const Examples& part : split(batch, INFERENCE_ROWS)) {
    begin(batch, part, {last && shortens(), false, false, INFERENCE_ROWS});
    auto pass = [&] {
      forwardBlocks(layer);
      last ? readLast() : readEarlier(layer);
    };
    run(Doing::features, pass, layer);
    ferry_.out(out + part.first * spec.width, pooled_, (std::size_t)(part.count * spec.width) * sizeof(float));
  }
  ferry_.finish();
}

}  // namespace w2s::cuda
