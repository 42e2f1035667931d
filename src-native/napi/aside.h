// A call that may never come back, such as of a driver that hangs: on a thread of its own, which neither the jobs nor the
// end of the process wait for.
#pragma once
#include <functional>

#include "values.h"

namespace w2s {

/** @returns a promise of what `result` makes, on the event loop, once `work` is done */
napi_value aside(napi_env env, std::function<void()> work, std::function<napi_value(napi_env)> result);

}  // namespace w2s
