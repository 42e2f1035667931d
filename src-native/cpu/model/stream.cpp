// Attention of a shortened last block, where each example asks one query: keys and values of all its tokens are not
// needed for that. With X the normalised stream of an example, q_h a head's query, and K_h, V_h its weights,
//
//   scores = (X K_h) q_h = X (K_h q_h)   and   output = p^T (X V_h) = (p^T X) V_h
//
// so the query goes back through the weights once, and every token only meets one vector a head: 2 heads * width
// multiplications a token and not 2 width^2. (The keys' bias adds the same to all scores of a query, which softmax
// ignores; the values' is added once, since probabilities sum to 1.) To the kernels that is an attention of one head
// whose queries are the heads, whose keys and values are both X. Not with rotary positions: they turn each key by its
// place.
#include "rows.h"
#include "transformer.h"

namespace w2s {

bool Transformer::asksStream(const SliceState& state, long layer) const {
  const Matrix& weights = parameters.matrix(blocks_[layer].kv.weight);
  return state.shortens(layer) && !spec.rotary && spec.kvHeads == spec.heads && weights.mirrored && !weights.bf16 &&
         !cache_;
}

/** The matrix from `column` on, where a head begins. */
Panels Transformer::headColumns(Panels x, long column) const {
  const Panels at = x.panels(column / PANEL);
  return {at.data + column % PANEL, at.stride};
}

/** The transpose of a head's keys or values: [head size, width]. */
Panels Transformer::turnedHead(long layer, long column) const {
  return parameters.mirror(blocks_[layer].kv.weight).rows(column);
}

void Transformer::carveStreamWork(Carver& carver, Workspace& work, const SliceState& state) const {
  for (Panels* one : {&work.asked, &work.heard, &work.dAsked, &work.dHeard}) *one = carver.panels(spec.heads, spec.width);
  if (state.kept) work.dPerHead = carver.panels(spec.heads * state.count(), spec.width);
}

Attend Transformer::streamAttention(const SliceState& state, long layer, long example, const Workspace& work) const {
  const BlockState& block = state.blocks[layer];
  Attend a = attention(state, layer, example);
  a.q = work.asked;
  a.k = a.v = block.normed.rows(state.slice->starts[example]);
  a.out = work.heard;
  a.largest = block.largest + example * spec.heads;
  a.inverse = block.inverse + example * spec.heads;
  a.queries = a.statStride = spec.heads;
  a.heads = a.kvHeads = 1;
  a.headSize = roundUp(spec.width, PANEL);
  a.causal = false;
  return a;
}

namespace {

/** Rows `example` of every head: between one matrix a head (`count` rows each) and one row a head. */
void gatherHeads(Panels all, long count, long example, long heads, long width, Panels one) {
  for (long h = 0; h < heads; h++) copyRow(all, h * count + example, one, h, width);
}

void spreadHeads(Panels one, long heads, long width, Panels all, long count, long example) {
  for (long h = 0; h < heads; h++) copyRow(one, h, all, h * count + example, width);
}

}  // namespace

/** From queries to `attended`. */
void Transformer::askStream(SliceState& state, long layer, int thread) const {
  const Block& b = blocks_[layer];
  BlockState& block = state.blocks[layer];
  const Workspace& work = work_[thread];
  const long count = state.count(), heads = spec.heads, padded = roundUp(spec.width, PANEL);
  for (long h = 0; h < heads; h++)
    kernels.multiply({headColumns(block.q, h * headSize_), turnedHead(layer, h * headSize_),
                      block.asked.rows(h * count), count, headSize_, padded});
  for (long i = 0; i < count; i++) {
    if (state.slice->length(i)) {
      gatherHeads(block.asked, count, i, heads, spec.width, work.asked);
      kernels.attend(streamAttention(state, layer, i, work), work.attention);
    } else {
      clearRows(work.heard, heads, spec.width);
    }
    spreadHeads(work.heard, heads, spec.width, block.heard, count, i);
  }
  const Panels weights = parameters.weights(b.kv.weight);
  for (long h = 0; h < heads; h++) {
    const long column = keyWidth_ + h * headSize_;
    const float* bias = b.kv.bias < 0 ? nullptr : parameters.values(b.kv.bias) + column;
    kernels.multiply({block.heard.rows(h * count), headColumns(weights, column),
                      headColumns(block.attended, h * headSize_), count, padded, headSize_, bias});
  }
  for (long i = 0; i < count; i++)
    if (!state.slice->length(i)) clearRow(block.attended, i, queryWidth_);
}

/** From the workspace's dAttended to dq, and to the gradient of the normalised stream (in dkv). */
void Transformer::askStreamBackward(SliceState& state, long layer, int thread) {
  const Block& b = blocks_[layer];
  const BlockState& block = state.blocks[layer];
  Workspace& work = work_[thread];
  Layers& layers = threads_[thread];
  const long count = state.count(), heads = spec.heads, padded = roundUp(spec.width, PANEL);
  for (long i = 0; i < count; i++)
    if (!state.slice->length(i)) clearRow(work.dAttended, i, queryWidth_);
  layers.biasGradient(b.kv, keyWidth_, work.dAttended, count, queryWidth_);
  for (long h = 0; h < heads; h++) {
    const long column = keyWidth_ + h * headSize_;
    const Panels dOut = headColumns(work.dAttended, h * headSize_);
    kernels.multiply({dOut, turnedHead(layer, column), work.dPerHead.rows(h * count), count, headSize_, padded});
    layers.gradients(b.kv, block.heard.rows(h * count), dOut, count, column, headSize_);
  }
  clearRows(work.dkv, state.rows(), spec.width);
  for (long i = 0; i < count; i++) {
    const Panels dStream = work.dkv.rows(state.slice->starts[i]);
    if (state.slice->length(i)) {
      gatherHeads(block.asked, count, i, heads, spec.width, work.asked);
      gatherHeads(block.heard, count, i, heads, spec.width, work.heard);
      gatherHeads(work.dPerHead, count, i, heads, spec.width, work.dHeard);
      kernels.attendBackward({streamAttention(state, layer, i, work), work.dHeard, work.dAsked, dStream, dStream},
                             work.attention);
    } else {
      clearRows(work.dAsked, heads, spec.width);
    }
    spreadHeads(work.dAsked, heads, spec.width, work.dPerHead, count, i);
  }
  const Panels weights = parameters.weights(b.kv.weight);
  for (long h = 0; h < heads; h++) {
    const long column = h * headSize_;
    const Panels dAsked = work.dPerHead.rows(h * count);
    kernels.multiply({dAsked, headColumns(weights, column), headColumns(work.dq, column), count, padded, headSize_});
    layers.gradients(b.kv, dAsked, headColumns(block.q, column), count, column, headSize_);
  }
}

}  // namespace w2s
