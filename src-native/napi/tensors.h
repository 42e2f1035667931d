// The calls that read and write a model's tensors by name.
#pragma once
#include "values.h"

namespace w2s {

napi_value tensors(napi_env env, napi_callback_info info);
napi_value save(napi_env env, napi_callback_info info);
napi_value gradients(napi_env env, napi_callback_info info);
napi_value load(napi_env env, napi_callback_info info);
napi_value firstMoments(napi_env env, napi_callback_info info);
napi_value secondMoments(napi_env env, napi_callback_info info);
napi_value restore(napi_env env, napi_callback_info info);

}  // namespace w2s
