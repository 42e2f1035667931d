#pragma once
#include "../cpu/model/network.h"
#include "values.h"

namespace w2s {

/** Reads a model description (model.ts). @throws BadArgument naming the field. */
Spec readSpec(napi_env env, napi_value value);

/** The options of `new Model(spec, options)`, those that change the model's behaviour put into `spec`. */
struct ModelOptions {
  CpuOptions network;
  int threads = 0;
  std::string cuda;      // where the library for NVIDIA cards lies; empty: the CPU computes
  std::string products;  // where it keeps what makes each product; empty: its own kernels make all
  std::string isa;
};
ModelOptions readOptions(napi_env env, napi_value value, Spec& spec);

}  // namespace w2s
