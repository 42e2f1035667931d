#include "spec.h"

#include <stdexcept>

namespace w2s {

namespace {

void need(bool holds, const char* field, const std::string& expected, long got) {
  if (!holds)
    throw std::invalid_argument(std::string(field) + ": expected " + expected + ", got " + std::to_string(got));
}

/** Blocks, or hidden layers: a list of things to be made, each of which takes time even if it is small. */
constexpr long MOST_LAYERS = 1024;
/** More than any machine holds; beyond, sizes would not fit into a number. */
constexpr double MOST_WEIGHTS = 1e12;

void positive(const char* field, long value) {
  need(value > 0 && value < (1l << 31), field, "a positive number", value);
}

void checkTransformer(const Spec& s) {
  need(s.layers > 0 && s.layers <= MOST_LAYERS, "layers", "1 to " + std::to_string(MOST_LAYERS), s.layers);
  positive("heads", s.heads);
  positive("kvHeads", s.kvHeads);
  positive("headSize", s.headSize);
  positive("inner", s.inner);
  need(s.heads % s.kvHeads == 0, "kvHeads", "a divisor of heads (" + std::to_string(s.heads) + ")", s.kvHeads);
  need(s.positions >= 0, "positions", "0 or more", s.positions);
  need(s.tokenTypes >= 0, "tokenTypes", "0 or more", s.tokenTypes);
  need(s.rotary >= 0 && s.rotary <= s.headSize && s.rotary % 2 == 0, "rotary",
       "an even number up to headSize (" + std::to_string(s.headSize) + ")", s.rotary);
  need(!(s.parallel && s.postNorm), "parallel", "not together with postNorm", 1);
  need(s.causal || s.head != Head::language, "head", "a causal model under a language head", 0);
  need(s.trainable.all || (s.trainable.blocks >= 0 && s.trainable.blocks <= s.layers), "trainable",
       "at most " + std::to_string(s.layers) + " blocks", s.trainable.blocks);
}

/** About; in floating point, since any product may overflow. */
double weightsOf(const Spec& s) {
  const double width = (double)s.width;
  double total = (double)s.vocabulary * width;
  if (s.family == Family::transformer) {
    const double heads = (double)s.headSize * (2.0 * (double)s.heads + 2.0 * (double)s.kvHeads);
    total += (double)(s.positions + s.tokenTypes) * width + (double)s.layers * width * (heads + 3.0 * (double)s.inner);
    return total + width * (double)s.classes;
  }
  double in = s.family == Family::mlp ? (double)s.input : width;
  for (long out : s.hidden) total += in * (double)out, in = (double)out;
  return total + in * (double)s.classes;
}

}  // namespace

void check(const Spec& s) {
  const long hidden = (long)s.hidden.size();
  need(hidden <= MOST_LAYERS, "hidden", "at most " + std::to_string(MOST_LAYERS) + " layers", hidden);
  if (s.head == Head::classes) positive("classes", s.classes);
  for (long h : s.hidden) positive("hidden", h);
  if (s.family == Family::mlp) positive("input", s.input);
  if (s.family != Family::mlp) positive("vocabulary", s.vocabulary), positive("width", s.width);
  if (s.family == Family::transformer)
    checkTransformer(s);
  else
    need(s.head == Head::classes, "head", "a head of classes", 0);
  if (weightsOf(s) > MOST_WEIGHTS) throw std::invalid_argument("spec: expected a model of at most 1e12 weights");
}

}  // namespace w2s
