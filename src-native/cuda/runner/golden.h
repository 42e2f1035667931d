// The cases of test/golden/native, as its native.ts reads them.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "../../network.h"
#include "json.h"

namespace w2s::runner {

inline Spec specOf(const Json& j) {
  Spec s;
  s.family = Family::transformer;
  s.vocabulary = j["vocabulary"].whole(), s.width = j["width"].whole(), s.layers = j["layers"].whole();
  s.heads = j["heads"].whole(), s.kvHeads = j["kvHeads"].whole(), s.headSize = j["headSize"].whole();
  s.inner = j["inner"].whole(), s.tokenTypes = j["tokenTypes"].whole();
  const Json& positions = j["positions"];
  if (positions["kind"].text == "learned")
    s.positions = positions["count"].whole();
  else
    s.rotary = positions["columns"].whole(), s.rotaryBase = positions["base"].value;
  s.norm = j["norm"].text == "rms" ? Norm::rms : Norm::layer;
  s.normEps = (float)j["normEpsilon"].value;
  s.postNorm = j["normOrder"].text == "post";
  s.parallel = j["parallel"].value, s.causal = j["causal"].value;
  const std::map<std::string, Activation> activations{{"relu", Activation::relu},
                                                      {"gelu-tanh", Activation::geluTanh},
                                                      {"gelu-erf", Activation::geluErf},
                                                      {"swiglu", Activation::swiglu}};
  s.activation = activations.at(j["activation"].text);
  const Json& bias = j["bias"];
  s.qkvBias = bias["qkv"].value, s.outBias = bias["out"].value, s.mlpBias = bias["mlp"].value;
  const std::map<std::string, Pooling> poolings{
      {"last", Pooling::last}, {"first", Pooling::first}, {"mean", Pooling::mean}};
  s.pooling = poolings.at(j["pooling"].text);
  const Json& head = j["head"];
  if (head["kind"].text == "language")
    s.head = Head::language, s.tied = head["tied"].value;
  else
    s.classes = head["classes"].whole(), s.headBias = head["bias"].value;
  return s;
}

/** The weights that make.py gave the reference model: FNV-1a of the name seeds mulberry32. */
inline std::vector<float> fill(const Tensor& t) {
  std::uint32_t state = 0x811c9dc5;
  for (const char c : t.name) state = (state ^ (unsigned char)c) * 0x01000193u;
  auto next = [&] {
    state += 0x6d2b79f5u;
    std::uint32_t x = (state ^ (state >> 15)) * (state | 1);
    x ^= x + (x ^ (x >> 7)) * (x | 61);
    return (double)(x ^ (x >> 14)) / 2147483648.0 - 1;
  };
  auto starts = [&](const char* with) { return t.name.rfind(with, 0) == 0; };
  const bool table = starts("tokens") || starts("positions") || starts("types");
  const bool isNorm = t.name.find("orm") != std::string::npos && t.name.ends_with("weight");
  const double scale = t.shape.size() == 2 ? (table ? 0.8 : std::sqrt(3.0 / (double)t.shape[0])) : 0.3;
  std::vector<float> values;
  for (long i = 0; i < t.count(); i++) values.push_back((float)(isNorm ? 1 + 0.3 * next() : scale * next()));
  return values;
}

inline std::vector<float> floatsOf(const std::string& base64) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<unsigned char> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : base64) {
    if (c == '=') break;
    bits = bits << 6 | (std::uint32_t)digits.find(c);
    count += 6;
    if (count >= 8) bytes.push_back((unsigned char)(bits >> (count -= 8)));
  }
  std::vector<float> values(bytes.size() / sizeof(float));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

/** Largest absolute difference over the stored sample, as a share of the reference's largest entry. */
inline double deviation(const std::vector<float>& got, const Json& stored) {
  const std::vector<float> expected = floatsOf(stored["data"].text);
  const long stride = stored["stride"].whole();
  double worst = 0, largest = 1e-12;
  for (std::size_t i = 0; i < expected.size(); i++) {
    const double off = std::fabs((double)got[i * (std::size_t)stride] - expected[i]);
    worst = std::isnan(off) ? 1e30 : std::max(worst, off);
    largest = std::max(largest, std::fabs((double)expected[i]));
  }
  return worst / largest;
}

}  // namespace w2s::runner
