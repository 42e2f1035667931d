#include "mlp.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "slices.h"

namespace w2s {

Mlp::Mlp(const Spec& spec, const CpuOptions& options, Pool& pool, const Kernels& kernels)
    : CpuNetwork(spec, options, pool, kernels) {
  const bool all = spec.trainable.all;
  if (spec.family == Family::bag) {
    const bool trained = spec.tuneEmbeddings && all;
    embeddings_ = parameters.addMatrix(spec.vocabulary, spec.width, trained ? Gradient::rows : Gradient::none, false);
    Placed t;
    t.name = "embeddings";
    t.shape = {spec.vocabulary, spec.width};
    t.matrix = embeddings_;
    t.in = Axis::plain(spec.vocabulary);
    t.out = Axis::plain(spec.width);
    t.init = Init::gaussian(1.0);
    parameters.addTensor(t);
  }
  widths_.push_back(spec.family == Family::bag ? spec.width : spec.input);
  for (long h : spec.hidden) widths_.push_back(h);
  widths_.push_back(spec.classes);
  for (std::size_t i = 0; i + 1 < widths_.size(); i++) {
    const bool last = i + 2 == widths_.size();
    const Init init = last ? Init{} : Init::gaussian(std::sqrt(2.0 / (double)widths_[i]));  // He et al. 2015 for ReLU
    layers_.push_back(addLinear(parameters, last ? "output" : "hidden." + std::to_string(i), widths_[i], widths_[i + 1],
                                !last || spec.headBias, all || last, init, !last));
  }
}

void Mlp::finish() {
  optimiser.finish(false);
  parts_.resize((std::size_t)pool.capacity());
  for (int t = 0; t < pool.capacity(); t++) threads_.emplace_back(*this, t);
}

void Mlp::lay(Part& part, long first, long count) {
  part.first = first;
  part.count = count;
  for (int pass = 0; pass < 2; pass++) {
    Carver carver(pass ? part.memory.data() : nullptr);
    part.values.clear(), part.sums.clear(), part.slopes.clear();
    for (std::size_t i = 0; i < widths_.size(); i++) {
      part.values.push_back(carver.panels(count, widths_[i]));
      part.sums.push_back(i ? carver.panels(count, widths_[i]) : Panels{});
      part.slopes.push_back(carver.panels(count, widths_[i]));
    }
    carveRounding(carver, part);
    if (!pass) part.memory.need(carver.used());
  }
}

void Mlp::carveRounding(Carver& carver, Part& part) {
  long rows = 0, pairs = 0;
  for (std::size_t i = 0; i + 1 < widths_.size(); i++) {
    const long in = Rounding::floats(parameters, part.count, widths_[i]);
    const long out = Rounding::floats(parameters, part.count, widths_[i + 1]);
    rows = std::max({rows, in, out});
    pairs = std::max(pairs, in + out);
  }
  part.rounding = {(bfloat*)carver.floats(rows), (bfloat*)carver.floats(pairs)};
}

void Mlp::readInput(const Batch& batch, Part& part) {
  const Panels input = part.values[0];
  if (spec.family == Family::mlp) {
    toPanels(batch.dense + part.first * spec.input, nullptr, part.count, spec.input, input);
    return;
  }
  const Panels table = parameters.weights(embeddings_);
  part.share.resize((std::size_t)part.count);
  for (long i = 0; i < part.count; i++) {
    const long example = part.first + i, length = batch.length(example);
    part.share[i] = length ? 1.0f / (float)length : 0.0f;
    for (long panel = 0; panel * PANEL < spec.width; panel++) {
      float sums[PANEL] = {};
      for (long j = batch.offsets[example]; j < batch.offsets[example + 1]; j++) {
        const float* row = table.panels(panel).row(batch.tokens[j]);
        for (long c = 0; c < PANEL; c++) sums[c] += row[c];
      }
      float* to = input.panels(panel).row(i);
      for (long c = 0; c < PANEL; c++) to[c] = sums[c] * part.share[i];
    }
  }
}

/** Floating-point operations of a forward pass (a step takes three times as many). */
double Mlp::workOf(const Batch& batch) const {
  double each = 0;
  for (std::size_t i = 0; i + 1 < widths_.size(); i++) each += 2.0 * (double)(widths_[i] * widths_[i + 1]);
  const double rows = spec.family == Family::bag ? (double)(batch.offsets[batch.n] * spec.width) : 0;
  return each * (double)batch.n + rows;
}

void Mlp::forward(const Batch& batch, bool keep, float* logits) {
  if (spec.family == Family::bag) {
    if (!batch.offsets) throw std::invalid_argument("expected token lists, got dense features");
    checkTokens(batch, spec.vocabulary, 0);
    takeThreads((keep ? 3 : 1) * workOf(batch));
    if (RowTable* table = optimiser.table(embeddings_)) optimiser.catchUp(*table, batch.tokens, batch.offsets[batch.n]);
  } else {
    if (batch.offsets) throw std::invalid_argument("expected dense features, got token lists");
    takeThreads((keep ? 3 : 1) * workOf(batch));
  }
  for (int t = 0; t < pool.size(); t++) {
    const auto [begin, end] = pool.share(batch.n, t);
    lay(parts_[t], begin, end - begin);
    threads_[t].rounding = parts_[t].rounding;
  }
  pool.run([&](int t) {
    Part& part = parts_[t];
    readInput(batch, part);
    for (std::size_t i = 0; i < layers_.size(); i++) {
      const bool last = i + 1 == layers_.size();
      threads_[t].forward(layers_[i], part.values[i], part.count, last ? part.values[i + 1] : part.sums[i + 1]);
      if (!last) kernels.activate(Activation::relu, part.sums[i + 1], part.count, widths_[i + 1], part.values[i + 1]);
    }
    fromPanels(part.values.back(), part.count, spec.classes, nullptr, logits + part.first * spec.classes);
  });
  kept_ = keep ? batch.n : 0;
  keptThreads_ = pool.size();
  if (keep && spec.family == Family::bag) {
    offsets_.assign(batch.offsets, batch.offsets + batch.n + 1);
    tokens_.assign(batch.tokens, batch.tokens + batch.offsets[batch.n]);
  }
}

void Mlp::backward(const float* dLogits) {
  if (!kept_) throw std::logic_error("backward without a forward that keeps its activations");
  kept_ = 0;
  pool.use(keptThreads_);
  optimiser.begin();
  RowTable* table = embeddings_ < 0 ? nullptr : optimiser.table(embeddings_);
  pool.run([&](int t) {
    Part& part = parts_[t];
    optimiser.zeroVectors(t);
    toPanels(dLogits + part.first * spec.classes, nullptr, part.count, spec.classes, part.slopes.back());
    for (std::size_t i = layers_.size(); i-- > 0;) {
      threads_[t].gradients(layers_[i], part.values[i], part.slopes[i + 1], part.count);
      if (i == 0 && !table) break;
      if (!spec.trainable.all) break;
      if (i == 0) {
        threads_[t].backward(layers_[0], part.slopes[1], part.count, part.slopes[0]);
      } else {
        // The values of layer i are no longer needed: they take the gradient, and get themselves back (unused).
        threads_[t].backward(layers_[i], part.slopes[i + 1], part.count, part.values[i]);
        kernels.activateBackward(Activation::relu, part.sums[i], part.count, widths_[i], part.values[i],
                                 part.slopes[i]);
      }
    }
    optimiser.zeroUntouched(t);
    if (!table) return;
    for (long i = 0; i < part.count; i++)
      for (long panel = 0; panel * PANEL < spec.width; panel++) {
        float* row = part.slopes[0].panels(panel).row(i);
        for (long c = 0; c < PANEL; c++) row[c] *= part.share[i];
      }
  });
  if (!table) return;
  std::vector<RowUse> uses;
  uses.reserve(tokens_.size());
  for (int t = 0; t < pool.size(); t++)
    for (long i = 0; i < parts_[t].count; i++)
      for (long j = offsets_[parts_[t].first + i]; j < offsets_[parts_[t].first + i + 1]; j++)
        uses.push_back({tokens_[j], (int)i, &parts_[t].slopes[0]});
  table->add(uses, pool, kernels);
}

double Mlp::activationBytes() const {
  double floats = 0;
  for (const Part& p : parts_) floats += (double)p.memory.size();
  return floats * 4;
}

}  // namespace w2s
