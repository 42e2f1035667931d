// What NVML tells, as JavaScript sees it: see model.ts.
#pragma once
#include "../nvml/nvml.h"
#include "values.h"

namespace w2s {

napi_value newAnswer(napi_env env, const nvml::Answer& answer);

}  // namespace w2s
