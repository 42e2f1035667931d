#include "layout.h"

#include <cmath>
#include <numeric>

namespace w2s::cuda {

namespace {

std::string normName(const Spec& spec, long index) {
  // Pre-norm: block norms, then "norm". Post-norm: "embeddingNorm", then the block norms.
  if (spec.postNorm) index -= 1;
  if (index < 0) return "embeddingNorm";
  if (index == 2 * spec.layers) return "norm";
  return "blocks." + std::to_string(index / 2) + (index % 2 ? ".norm2" : ".norm1");
}

long roundUp(long n) { return (n + 31) / 32 * 32; }

}  // namespace

Layout::Layout(const Spec& spec) {
  lay(spec);
  trainedFrom = frozen_;
  total = frozen_ + trainedCount_;
  frozen_ = trainedCount_ = 0;
  tensors.clear(), blocks.clear();
  lay(spec);
}

void Layout::lay(const Spec& s) {
  const bool all = s.trainable.all;
  auto learns = [&](long layer) { return all || layer >= s.layers - s.trainable.blocks; };
  tokens = table("tokens", s.vocabulary, s.width, all);
  if (s.positions) positions = table("positions", s.positions, s.width, all);
  if (s.tokenTypes) types = table("types", s.tokenTypes, s.width, all);
  // As GPT-2: deviation 0.02, and less for what adds to the residual stream.
  const Init init = Init::gaussian(0.02), residual = Init::gaussian(0.02 / std::sqrt(2.0 * (double)s.layers));
  const long q = s.heads * s.headSize, kv = s.kvHeads * s.headSize;
  const bool paired = s.activation == Activation::swiglu;
  for (long layer = 0; layer < s.layers; layer++) {
    const std::string prefix = "blocks." + std::to_string(layer) + ".";
    const bool own = learns(layer);
    BlockPieces b;
    // After the residual sums, the norm that this block reads through belongs to the block (or the embeddings) before.
    b.norm1 = addNorm(s, 2 * layer, !s.postNorm ? own : layer > 0 ? learns(layer - 1) : all);
    b.qkv = linear(prefix, {"q", "k", "v"}, {q, kv, kv}, s.width, false, s.qkvBias, own, init);
    b.out = linear(prefix, {"out"}, {s.width}, q, false, s.outBias, own, residual);
    b.norm2 = addNorm(s, 2 * layer + 1, own);
    const std::vector<std::string> parts = paired ? std::vector<std::string>{"gate", "up"} : std::vector<std::string>{"up"};
    b.up = linear(prefix, parts, std::vector<long>(parts.size(), s.inner), s.width, paired, s.mlpBias, own, init);
    b.down = linear(prefix, {"down"}, {s.width}, s.inner, false, s.mlpBias, own, residual);
    blocks.push_back(b);
  }
  norm = addNorm(s, 2 * s.layers, all || s.trainable.blocks > 0);
  if (s.head == Head::classes)
    head = linear("", {"head"}, {s.classes}, s.width, false, s.headBias, true, Init{});
  else if (!s.tied)
    head = linear("", {"head"}, {s.vocabulary}, s.width, false, false, true, init);
}

Piece Layout::place(long rows, long cols, bool trained) {
  long& next = trained ? trainedCount_ : frozen_;
  const Piece piece{trained ? trainedFrom + next : next, rows, cols, trained};
  next += roundUp(rows * cols);
  return piece;
}

void Layout::add(const std::string& name, const Piece& piece, std::vector<long> shape, long column, long columnStride,
                 Init init) {
  Placed t;
  t.name = name;
  t.rows = shape.size() == 2 ? shape[0] : 1;
  t.cols = shape.back();
  t.shape = std::move(shape);
  t.init = init;
  t.at = piece.at + column;
  t.rowStride = piece.cols;
  t.columnStride = columnStride;
  tensors.push_back(std::move(t));
}

Piece Layout::table(const std::string& name, long rows, long width, bool trained) {
  const Piece piece = place(rows, width, trained);
  add(name + ".weight", piece, {rows, width}, 0, 1, Init::gaussian(0.02));
  return piece;
}

NormPiece Layout::addNorm(const Spec& spec, long index, bool trained) {
  const std::string name = normName(spec, index);
  NormPiece norm;
  norm.gamma = place(1, spec.width, trained);
  add(name + ".weight", norm.gamma, {spec.width}, 0, 1, {Init::ones, 0});
  if (spec.norm == Norm::layer) {
    norm.beta = place(1, spec.width, trained);
    add(name + ".bias", norm.beta, {spec.width}, 0, 1, Init{});
  }
  return norm;
}

LinearPiece Layout::linear(const std::string& prefix, const std::vector<std::string>& parts,
                           const std::vector<long>& outs, long in, bool paired, bool bias, bool trained, Init init) {
  const long width = std::accumulate(outs.begin(), outs.end(), 0l);
  LinearPiece layer;
  layer.weight = place(in, width, trained);
  if (bias) layer.bias = place(1, width, trained);
  long column = 0;
  for (std::size_t i = 0; i < parts.size(); i++) {
    const long stride = paired ? (long)parts.size() : 1;
    add(prefix + parts[i] + ".weight", layer.weight, {in, outs[i]}, column, stride, init);
    if (bias) add(prefix + parts[i] + ".bias", layer.bias, {outs[i]}, column, stride, Init{});
    column += paired ? 1 : outs[i];
  }
  return layer;
}

}  // namespace w2s::cuda
