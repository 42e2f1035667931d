// The description of a model: one for all families. Its TypeScript face is model.ts; napi/spec.cpp reads it.
#pragma once
#include <string>
#include <vector>

namespace w2s {

enum class Family { mlp, bag, transformer };
enum class Norm { layer, rms };
enum class Activation { relu, geluTanh, geluErf, swiglu };
enum class Pooling { last, first, mean };
enum class Head { classes, language };

/** Which weights learn: everything, or the head with the final norm and the last `blocks` blocks. */
struct Trainable {
  bool all = true;
  long blocks = 0;
};

struct Spec {
  Family family = Family::mlp;

  // mlp: `input` dense features; bag: the mean of `width` wide embeddings. Then hidden ReLU layers, then `classes`.
  long input = 0;
  std::vector<long> hidden;

  // bag and transformer
  long vocabulary = 0, width = 0;
  bool tuneEmbeddings = true;  // bag

  // transformer
  long layers = 0, heads = 0, kvHeads = 0, headSize = 0, inner = 0;
  long positions = 0;   // learned position embeddings; 0: none
  long tokenTypes = 0;  // token type embeddings (every token gets type 0); 0: none
  long rotary = 0;      // columns of each head that turn, even; 0: none
  double rotaryBase = 10000;
  Norm norm = Norm::layer;
  float normEps = 1e-5f;
  bool postNorm = false;  // BERT: norms after the residual sums, one more after the embeddings
  bool parallel = false;  // GPT-NeoX: attention and MLP both read the block's input
  bool causal = true;
  Activation activation = Activation::geluTanh;
  bool qkvBias = true, outBias = true, mlpBias = true;
  Pooling pooling = Pooling::last;

  Head head = Head::classes;
  long classes = 2;
  bool headBias = true;
  bool tied = false;  // language head: the token embeddings themselves

  Trainable trainable;
  bool shortcut = true;  // the last block computes only what the head reads
};

/** @throws std::invalid_argument naming the field, what is expected and what was given. */
void check(const Spec& spec);

}  // namespace w2s
