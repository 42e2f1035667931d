#include "transformer.h"

#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace w2s {

namespace {
/** The most floats that all threads but the first may have of gradients of their own. */
constexpr double OWN_GRADIENTS = 2.4e7;
}  // namespace

Transformer::Transformer(const Spec& s, const CpuOptions& options, Pool& pool, const Kernels& kernels)
    : CpuNetwork(s, options, pool, kernels) {
  headSize_ = s.headSize <= 16 ? 16 : roundUp(s.headSize, PANEL);
  queryWidth_ = roundUp(s.heads * headSize_, PANEL);
  keyWidth_ = roundUp(s.kvHeads * headSize_, PANEL);
  const bool all = s.trainable.all, tied = s.head == Head::language && s.tied;
  tokens_ = addTable("tokens", s.vocabulary, all, tied);
  if (s.positions) positions_ = addTable("positions", s.positions, all, false);
  if (s.tokenTypes) types_ = addTable("types", s.tokenTypes, all, false);
  for (long layer = 0; layer < s.layers; layer++) addBlock(layer, trained(layer));
  norm_ = addNorm(normName(2 * s.layers), trainsNorm());
  if (s.head == Head::classes)
    head_ = addLinear(parameters, "head", s.width, s.classes, s.headBias, true, Init{}, false);
  else if (!tied)
    head_ = addLinear(parameters, "head", s.width, s.vocabulary, false, true, Init::gaussian(0.02), true);
}

std::string Transformer::normName(long index) const {
  // Pre-norm: block norms, then "norm". Post-norm: "embeddingNorm", then the block norms.
  if (spec.postNorm) index -= 1;
  if (index < 0) return "embeddingNorm";
  if (index == 2 * spec.layers) return "norm";
  return "blocks." + std::to_string(index / 2) + (index % 2 ? ".norm2" : ".norm1");
}

Transformer::Table Transformer::addTable(const std::string& name, long rows, bool trained, bool mirrored) {
  // A table that is also the output layer gets a gradient in every row, so it is an ordinary matrix.
  const Gradient gradient = !trained ? Gradient::none : mirrored ? Gradient::dense : Gradient::rows;
  Placed t;
  t.matrix = parameters.addMatrix(rows, spec.width, gradient, mirrored, mirrored);
  t.name = name + ".weight";
  t.shape = {rows, spec.width};
  t.in = Axis::plain(rows);
  t.out = Axis::plain(spec.width);
  t.init = Init::gaussian(0.02);
  parameters.addTensor(t);
  return t.matrix;
}

Transformer::NormLayer Transformer::addNorm(const std::string& name, bool trained) {
  NormLayer norm;
  auto add = [&](const char* suffix, Init::Kind init) {
    Placed t;
    t.vector = parameters.addVector(spec.width, trained);
    t.name = name + suffix;
    t.shape = {spec.width};
    t.out = Axis::plain(spec.width);
    t.init = {init, 0};
    parameters.addTensor(t);
    return t.vector;
  };
  norm.gamma = add(".weight", Init::ones);
  if (spec.norm == Norm::layer) norm.beta = add(".bias", Init::zeros);
  return norm;
}

/** One matrix whose columns are several outside tensors side by side, each beginning a panel: keys and values, say. */
Linear Transformer::addProjection(const std::string& prefix, std::vector<std::string> parts, std::vector<Axis> outs,
                                  Axis in, bool bias, bool trained, Init init) {
  long width = 0;
  for (const Axis& out : outs) width += roundUp(out.length(), PANEL);
  Linear layer;
  layer.weight = parameters.addMatrix(in.length(), width, trained ? Gradient::dense : Gradient::none, trained, true);
  if (bias) layer.bias = parameters.addVector(width, trained);
  long base = 0;
  for (std::size_t i = 0; i < parts.size(); i++) {
    Placed t;
    t.out = outs[i];
    t.outBase = base;
    t.name = prefix + parts[i] + ".weight";
    t.shape = {in.count(), outs[i].count()};
    t.matrix = layer.weight;
    t.in = in;
    t.init = init;
    parameters.addTensor(t);
    if (bias) {
      t.name = prefix + parts[i] + ".bias";
      t.shape = {outs[i].count()};
      t.matrix = -1;
      t.vector = layer.bias;
      t.init = Init{};
      parameters.addTensor(t);
    }
    base += roundUp(outs[i].length(), PANEL);
  }
  return layer;
}

void Transformer::addBlock(long layer, bool learns) {
  const Spec& s = spec;
  const std::string prefix = "blocks." + std::to_string(layer) + ".";
  const Axis width = Axis::plain(s.width), inner = Axis::plain(s.inner);
  const Axis queries{s.heads, s.headSize, headSize_}, keys{s.kvHeads, s.headSize, headSize_};
  // As GPT-2: deviation 0.02, and less for what adds to the residual stream.
  const Init init = Init::gaussian(0.02), residual = Init::gaussian(0.02 / std::sqrt(2.0 * (double)s.layers));
  Block b;
  // After the residual sums, the norm that this block reads through belongs to the block (or the embeddings) before.
  b.norm1 = addNorm(normName(2 * layer), !s.postNorm ? learns : layer > 0 ? trained(layer - 1) : s.trainable.all);
  b.q = addProjection(prefix, {"q"}, {queries}, width, s.qkvBias, learns, init);
  b.kv = addProjection(prefix, {"k", "v"}, {keys, keys}, width, s.qkvBias, learns, init);
  b.out = addProjection(prefix, {"out"}, {width}, queries, s.outBias, learns, residual);
  b.norm2 = addNorm(normName(2 * layer + 1), learns);
  if (s.activation == Activation::swiglu)
    b.up = addProjection(prefix, {"gate", "up"}, {inner, inner}, width, s.mlpBias, learns, init);
  else
    b.up = addProjection(prefix, {"up"}, {inner}, width, s.mlpBias, learns, init);
  b.down = addProjection(prefix, {"down"}, {width}, inner, s.mlpBias, learns, residual);
  blocks_.push_back(b);
}

void Transformer::finish() {
  // Own gradients cost memory and a sum; shared ones two barriers a layer, and the products of whole slices, which lie
  // beyond the caches. Measured on two threads: at 4.7 million weights own ones are a tenth faster, see LOG.md.
  const double floats = (double)(parameters.vectorsFrom() - parameters.trainedFrom());
  const bool shared = options.sharedGradients < 0 ? floats * (pool.capacity() - 1) > OWN_GRADIENTS : options.sharedGradients > 0;
  optimiser.finish(shared && pool.capacity() > 1);
  if (parameters.matrix(tokens_).gradient == Gradient::dense)
    denseTokens_ = std::make_unique<RowTable>(tokens_, parameters.matrix(tokens_));
  for (const Matrix& m : parameters.matrices())
    if (m.gradient != Gradient::rows) multiplied_ += (double)(m.in * m.out);
  states_.resize((std::size_t)pool.capacity());
  work_.resize((std::size_t)pool.capacity());
  languages_.resize((std::size_t)pool.capacity());
  for (int t = 0; t < pool.capacity(); t++) threads_.emplace_back(*this, t);
}

/** Position numbers and rotary angles, up to `longest` positions. */
void Transformer::growPositions(long longest) {
  if ((long)counting_.size() >= longest) return;
  counting_.resize((std::size_t)longest);
  std::iota(counting_.begin(), counting_.end(), 0);
  const long half = spec.rotary / 2;
  cosine_.resize((std::size_t)(longest * half));
  sine_.resize((std::size_t)(longest * half));
  for (long p = 0; p < longest; p++)
    for (long i = 0; i < half; i++) {
      const double angle = (double)p * std::pow(spec.rotaryBase, -(double)i / (double)half);
      cosine_[p * half + i] = (float)std::cos(angle);
      sine_[p * half + i] = (float)std::sin(angle);
    }
}

/** Checks the batch, takes threads for it, and brings everything up to date that its rows read. */
void Transformer::prepare(const Batch& batch, bool learns) {
  if (!batch.offsets) throw std::invalid_argument("expected token lists, got dense features");
  checkTokens(batch, spec.vocabulary, spec.positions);
  long longest = 0;
  for (long i = 0; i < batch.n; i++) longest = std::max(longest, batch.length(i));
  takeThreads((learns ? 3 : 1) * workOf(batch));
  // A thread without an example only helps where the products of a shared gradient are shared out.
  if (!learns || !optimiser.shared()) pool.use((int)std::min<long>(pool.size(), batch.n));
  growPositions(longest);
  const int typeZero = 0;
  if (RowTable* t = optimiser.table(tokens_)) optimiser.catchUp(*t, batch.tokens, batch.offsets[batch.n]);
  if (RowTable* t = positions_ < 0 ? nullptr : optimiser.table(positions_))
    optimiser.catchUp(*t, counting_.data(), longest);
  if (RowTable* t = types_ < 0 ? nullptr : optimiser.table(types_)) optimiser.catchUp(*t, &typeZero, 1);
}

/** Rows whose kept activations fit into what the options allow. */
long Transformer::rowsBudget() const {
  const double perBlock = 3.0 * (double)spec.width + 2.0 * (double)(queryWidth_ + keyWidth_) +
                          (double)spec.inner * (spec.activation == Activation::swiglu ? 2 : 1) + 4;
  const double rows = options.activationBytes / (4 * perBlock * (double)spec.layers);
  return (long)std::max(1.0, std::min(rows, 1e9));
}

void Transformer::forward(const Batch& batch, bool keep, float* logits) {
  prepare(batch, keep);
  kept_ = false;
  if (keep) {
    keptThreads_ = pool.size();
    rounds_ = trainingRounds(batch, pool.size(), rowsBudget(), attentionCost());
    batchTokens_.assign(batch.tokens, batch.tokens + batch.offsets[batch.n]);
    batchOffsets_.assign(batch.offsets, batch.offsets + batch.n + 1);
    batch_ = {batch.n, nullptr, batchTokens_.data(), batchOffsets_.data(), nullptr};
    if (rounds_.size() == 1) {
      layRound(rounds_[0], shortens());
      kept_ = true;
      pool.run([&](int t) {
        forwardSlice(batch_, states_[t], t, spec.layers);
        readLast(states_[t], t);
        forwardHead(states_[t], logits, t);
      });
      return;
    }
  }
  infer(batch, shortens(), spec.layers, [&](SliceState& state, int t) {
    readLast(state, t);
    forwardHead(state, logits, t);
  });
  kept_ = keep;
}

void Transformer::backward(const float* dLogits) {
  if (!kept_) throw std::logic_error("backward without a forward that keeps its activations");
  kept_ = false;
  pool.use(keptThreads_);
  optimiser.begin();
  for (const std::vector<Slice>& slices : rounds_) {
    const bool again = rounds_.size() > 1;  // a micro-batch: its activations were not kept
    if (again) layRound(slices, shortens());
    const bool first = &slices == &rounds_.front();
    pool.run([&](int t) {
      if (first) optimiser.zeroVectors(t);
      if (again) {
        forwardSlice(batch_, states_[t], t, spec.layers);
        readLast(states_[t], t);
      }
      backwardSlice(states_[t], t, dLogits);
      optimiser.zeroUntouched(t);
    });
    embeddingGradients(batch_, slices);
  }
  if (rounds_.empty()) optimiser.zeroAll();
}

}  // namespace w2s
