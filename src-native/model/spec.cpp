#include "spec.h"

#include <stdexcept>

namespace w2s {

namespace {

void need(bool holds, const char* field, const std::string& expected, long got) {
  if (!holds)
    throw std::invalid_argument(std::string(field) + ": expected " + expected + ", got " + std::to_string(got));
}

void positive(const char* field, long value) {
  need(value > 0 && value < (1l << 31), field, "a positive number", value);
}

void checkTransformer(const Spec& s) {
  positive("layers", s.layers);
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

}  // namespace

void check(const Spec& s) {
  if (s.head == Head::classes) positive("classes", s.classes);
  for (long h : s.hidden) positive("hidden", h);
  if (s.family == Family::mlp) positive("input", s.input);
  if (s.family != Family::mlp) positive("vocabulary", s.vocabulary), positive("width", s.width);
  if (s.family == Family::transformer)
    checkTransformer(s);
  else
    need(s.head == Head::classes, "head", "a head of classes", 0);
}

}  // namespace w2s
