#include "network.h"

#include <stdexcept>

#include "random.h"

namespace w2s {

double Network::languageGradients(const Batch&) { throw std::invalid_argument("this model has no language head"); }
void Network::score(const Batch&, float*) { throw std::invalid_argument("this model has no language head"); }
void Network::features(const Batch&, long, float*) { throw std::invalid_argument("this model has no layers to read"); }
std::vector<std::vector<int>> Network::generate(const Batch&, long, int) {
  throw std::invalid_argument("this model has no language head");
}

long Tensor::count() const {
  long n = 1;
  for (long s : shape) n *= s;
  return n;
}

void initialise(Network& network, std::uint64_t seed) {
  std::vector<float> values;
  for (long i = 0; i < network.tensorCount(); i++) {
    const Tensor& t = network.tensor(i);
    Random random(seed, t.name);
    values.assign((std::size_t)t.count(), t.init.kind == Init::ones ? 1.0f : 0.0f);
    if (t.init.kind == Init::normal)
      for (float& x : values) x = t.init.deviation * (float)random.normal();
    network.load(i, values.data(), false);
  }
  network.loaded();
}

void checkTokens(const Batch& batch, long vocabulary, long most) {
  for (long i = 0; i < batch.n; i++) {
    const long length = batch.length(i);
    auto fail = [&](const std::string& what) {
      throw std::invalid_argument("example " + std::to_string(i) + ": " + what);
    };
    if (batch.offsets[0] != 0 || length < 0) fail("expected offsets that start at 0 and never fall");
    if (most > 0 && length > most)
      fail("expected at most " + std::to_string(most) + " tokens, got " + std::to_string(length));
    for (long j = batch.offsets[i]; j < batch.offsets[i + 1]; j++)
      if (batch.tokens[j] < 0 || batch.tokens[j] >= vocabulary)
        fail("expected token ids under " + std::to_string(vocabulary) + ", got " + std::to_string(batch.tokens[j]));
  }
}

}  // namespace w2s
