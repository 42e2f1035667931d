// The language head: next-token loss, scores of continuations. Logits over a large vocabulary are made for a block of
// rows at a time and never kept.
#include <algorithm>

#include "rows.h"
#include "transformer.h"

namespace w2s {

/** The head is a linear layer, or (tied) the token table turned round: x -> logits is then the table's backward. */
void Transformer::headForward(Panels x, long rows, Panels logits, int thread) const {
  if (tied())
    threads_[thread].backward({tokens_, -1}, x, rows, logits);
  else
    threads_[thread].forward(head_, x, rows, logits);
}

void Transformer::headBackward(Panels x, Panels dLogits, long rows, Panels dx, int thread) {
  Layers& layers = threads_[thread];
  if (tied()) {
    layers.gradients({tokens_, -1}, dLogits, x, rows);
    if (trainsNorm()) layers.forward({tokens_, -1}, dLogits, rows, dx);
  } else {
    layers.gradients(head_, x, dLogits, rows);
    if (trainsNorm()) layers.backward(head_, dLogits, rows, dx);
  }
}

/** The rows of a slice that predict a token, with what they should predict. */
void Transformer::findTargets(const Batch& batch, const Slice& slice, LanguageState& language) const {
  language.rows.clear();
  language.targets.clear();
  language.examples.clear();
  for (long i = 0; i < slice.count(); i++) {
    const int example = slice.examples[i];
    for (long p = batch.firstTarget(example); p < batch.length(example); p++) {
      language.rows.push_back(slice.starts[i] + (int)p - 1);
      language.targets.push_back(batch.tokens[batch.offsets[example] + p]);
      language.examples.push_back(example);
    }
  }
}

void Transformer::layLanguage(LanguageState& language) {
  const long block = languageRows();
  for (int pass = 0; pass < 2; pass++) {
    Carver carver(pass ? language.memory.data() : nullptr);
    language.in = {carver.panels(block, spec.width), carver.floats(block), carver.floats(block)};
    language.normed = carver.panels(block, spec.width);
    language.logits = carver.panels(block, spec.vocabulary);
    language.scratch = carver.floats(2 * block * PANEL);
    if (!pass) language.memory.need(carver.used());
  }
  language.losses.resize((std::size_t)block);
}

/** Gathers a block of the rows, and makes their losses (and, scale > 0, the gradients of their logits). */
long Transformer::languageBlock(SliceState& state, LanguageState& language, long from, float scale, int thread) {
  const long rows = std::clamp((long)language.rows.size() - from, 0l, languageRows());
  for (long r = 0; r < rows; r++) copyRow(state.last.x, language.rows[from + r], language.in.x, r, spec.width);
  kernels.normForward(normCall(norm_, language.in, 0, rows), language.normed);
  headForward(language.normed, rows, language.logits, thread);
  kernels.crossEntropy(language.logits, rows, spec.vocabulary, language.targets.data() + from, scale,
                       language.losses.data(), language.scratch);
  return rows;
}

double Transformer::languageGradients(const Batch& batch) {
  if (spec.head != Head::language) return Network::languageGradients(batch);
  prepare(batch, true);
  kept_ = false;
  long predicted = 0;
  for (long i = 0; i < batch.n; i++) predicted += std::max(0l, batch.length(i) - batch.firstTarget(i));
  const float scale = predicted ? 1.0f / (float)predicted : 0.0f;
  const long block = languageRows();

  optimiser.begin();
  pool.run([&](int t) { optimiser.zeroVectors(t); });
  std::vector<double> losses((std::size_t)pool.size(), 0.0);
  const auto rounds = trainingRounds(batch, pool.size(), rowsBudget(), attentionCost());
  for (const auto& slices : rounds) {
    layRound(slices, false);
    std::size_t most = 0;
    for (int t = 0; t < pool.size(); t++) {
      findTargets(batch, slices[t], languages_[t]);
      layLanguage(languages_[t]);
      most = std::max(most, languages_[t].rows.size());
    }
    pool.run([&](int t) {
      SliceState& state = states_[t];
      LanguageState& language = languages_[t];
      const Panels dLast = work_[t].dStream[0];
      forwardSlice(batch, state, t, spec.layers);
      clearRows(dLast, state.rows(), spec.width);
      // As many blocks in every thread: with shared gradients they meet after each.
      for (long from = 0; from < (long)most; from += block) {
        const long rows = languageBlock(state, language, from, scale, t);
        for (long r = 0; r < rows; r++) losses[t] += language.losses[r];
        headBackward(language.normed, language.logits, rows, work_[t].dLanguage, t);
        addNoted(*this, threads_, t);
        if (!trainsNorm()) continue;
        backwardNorm(norm_, normCall(norm_, language.in, 0, rows), work_[t].dLanguage, work_[t].dLanguage, {}, t);
        for (long r = 0; r < rows; r++) copyRow(work_[t].dLanguage, r, dLast, language.rows[from + r], spec.width);
      }
      backwardBlocks(state, t);
      optimiser.zeroUntouched(t);
    });
    embeddingGradients(batch, slices);
  }
  if (rounds.empty()) optimiser.zeroAll();
  double total = 0;
  for (double loss : losses) total += loss;
  return predicted ? total / (double)predicted : 0.0;
}

void Transformer::score(const Batch& batch, float* out) {
  if (spec.head != Head::language) return Network::score(batch, out);
  prepare(batch, false);
  kept_ = false;
  for (int t = 0; t < pool.size(); t++) layLanguage(languages_[t]);
  const long block = languageRows();
  std::vector<double> sums((std::size_t)batch.n, 0.0);
  infer(batch, false, spec.layers, [&](SliceState& state, int t) {
    LanguageState& language = languages_[t];
    findTargets(batch, *state.slice, language);
    for (long from = 0; from < (long)language.rows.size(); from += block) {
      const long rows = languageBlock(state, language, from, 0, t);
      for (long r = 0; r < rows; r++) sums[language.examples[from + r]] -= language.losses[r];
    }
  });
  for (long i = 0; i < batch.n; i++) out[i] = (float)sums[i];
}

}  // namespace w2s
