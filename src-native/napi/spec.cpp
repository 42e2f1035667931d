#include "spec.h"

namespace w2s {

namespace {

void readTransformer(Fields& f, Spec& s) {
  s.vocabulary = f.integer("vocabulary", 1);
  s.width = f.integer("width", 1);
  s.layers = f.integer("layers", 1);
  s.heads = f.integer("heads", 1);
  s.kvHeads = f.integer("kvHeads", 1);
  s.headSize = f.integer("headSize", 1);
  s.inner = f.integer("inner", 1);
  Fields positions = f.object("positions");
  if (positions.choice("kind", {"learned", "rotary"}) == 0) {
    s.positions = positions.integer("count", 1);
  } else {
    s.rotary = positions.integer("columns", 2);
    s.rotaryBase = positions.number("base");
  }
  positions.done();
  s.tokenTypes = f.integer("tokenTypes", 0);
  s.norm = f.choice("norm", {"layer", "rms"}) ? Norm::rms : Norm::layer;
  s.normEps = (float)f.number("normEpsilon");
  s.postNorm = f.choice("normOrder", {"pre", "post"}) == 1;
  s.parallel = f.boolean("parallel");
  s.causal = f.boolean("causal");
  s.activation = (Activation)f.choice("activation", {"relu", "gelu-tanh", "gelu-erf", "swiglu"});
  Fields bias = f.object("bias");
  s.qkvBias = bias.boolean("qkv");
  s.outBias = bias.boolean("out");
  s.mlpBias = bias.boolean("mlp");
  bias.done();
  s.pooling = (Pooling)f.choice("pooling", {"last", "first", "mean"});
  Fields head = f.object("head");
  if (head.choice("kind", {"classes", "language"}) == 0) {
    s.classes = head.integer("classes", 1);
    s.headBias = head.boolean("bias");
  } else {
    s.head = Head::language;
    s.tied = head.boolean("tied");
  }
  head.done();
}

}  // namespace

Spec readSpec(napi_env env, napi_value value) {
  Fields f(env, value, "spec");
  Spec s;
  s.family = (Family)f.choice("kind", {"mlp", "bag", "transformer"});
  if (s.family == Family::transformer) {
    readTransformer(f, s);
  } else {
    s.hidden = f.integers("hidden");
    s.classes = f.integer("classes", 1);
    if (s.family == Family::mlp) {
      s.input = f.integer("input", 1);
    } else {
      s.vocabulary = f.integer("vocabulary", 1);
      s.width = f.integer("width", 1);
      s.tuneEmbeddings = f.boolean("tuneEmbeddings");
    }
  }
  f.done();
  return s;
}

ModelOptions readOptions(napi_env env, napi_value value, Spec& spec) {
  Fields f(env, value, "options");
  ModelOptions o;
  if (f.has("cuda")) o.cuda = f.string("cuda");
  if (f.has("products")) o.products = f.string("products");
  if (f.has("threads")) o.threads = (int)f.integer("threads", 1);
  if (f.has("isa")) o.isa = f.string("isa");
  if (f.has("activationBytes")) o.network.activationBytes = f.number("activationBytes");
  if (f.has("sharedGradients")) o.network.sharedGradients = f.boolean("sharedGradients");
  if (f.has("threadWork")) o.network.threadWork = f.number("threadWork");
  if (f.has("precision")) o.network.precision = (Precision)f.choice("precision", {"fp32", "tf32", "bf16"});
  if (f.has("moments")) o.network.halfMoments = f.choice("moments", {"fp32", "bf16"}) == 1;
  if (f.has("shortcut")) spec.shortcut = f.boolean("shortcut");
  if (f.has("trainBlocks")) {
    spec.trainable.all = false;
    spec.trainable.blocks = f.integer("trainBlocks", 0);
  }
  f.done();
  return o;
}

}  // namespace w2s
