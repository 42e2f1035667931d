#include "values.h"

#include "../failures.h"

#include <cmath>
#include <cstring>

namespace w2s {

std::string shown(napi_env env, napi_value value) {
  napi_valuetype type = typeOf(env, value);
  if (type == napi_object) return "an object";
  if (type == napi_function) return "a function";
  napi_value s;
  if (napi_coerce_to_string(env, value, &s) != napi_ok) return "a value";
  return type == napi_string ? "\"" + text(env, s) + "\"" : text(env, s);
}

Fields::Fields(napi_env env, napi_value object, std::string path) : env_(env), object_(object), path_(std::move(path)) {
  if (typeOf(env, object) != napi_object) throw BadArgument(path_ + ": expected an object, got " + shown(env, object));
}

void Fields::fail(const char* key, const std::string& expected, napi_value got) const {
  throw BadArgument(path_ + "." + key + ": expected " + expected + ", got " + shown(env_, got));
}

bool Fields::has(const char* key) { return typeOf(env_, get(key)) != napi_undefined; }

napi_value Fields::get(const char* key) {
  asked_.insert(key);
  napi_value value;
  ok(napi_get_named_property(env_, object_, key, &value), key);
  return value;
}

double Fields::number(const char* key) {
  napi_value value = get(key);
  double x = 0;
  if (typeOf(env_, value) != napi_number) fail(key, "a number", value);
  ok(napi_get_value_double(env_, value, &x), key);
  if (!std::isfinite(x)) fail(key, "a finite number", value);
  return x;
}

long Fields::integer(const char* key, long least) {
  const double x = number(key);
  if (x != std::floor(x) || x < (double)least || x > 2147483647.0)
    fail(key, "a whole number of at least " + std::to_string(least), get(key));
  return (long)x;
}

bool Fields::boolean(const char* key) {
  napi_value value = get(key);
  bool x = false;
  if (typeOf(env_, value) != napi_boolean) fail(key, "true or false", value);
  ok(napi_get_value_bool(env_, value, &x), key);
  return x;
}

std::string Fields::string(const char* key) {
  napi_value value = get(key);
  if (typeOf(env_, value) != napi_string) fail(key, "a string", value);
  return text(env_, value);
}

int Fields::choice(const char* key, const std::vector<std::string>& choices) {
  napi_value value = get(key);
  if (typeOf(env_, value) == napi_string)
    for (std::size_t i = 0; i < choices.size(); i++)
      if (text(env_, value) == choices[i]) return (int)i;
  std::string list;
  for (const std::string& c : choices) list += (list.empty() ? "\"" : ", \"") + c + "\"";
  fail(key, "one of " + list, value);
}

std::vector<long> Fields::integers(const char* key) {
  napi_value value = get(key);
  bool array = false;
  ok(napi_is_array(env_, value, &array), key);
  if (!array) fail(key, "a list of positive whole numbers", value);
  unsigned length = 0;
  ok(napi_get_array_length(env_, value, &length), key);
  std::vector<long> out;
  for (unsigned i = 0; i < length; i++) {
    napi_value element;
    double x = 0;
    ok(napi_get_element(env_, value, i, &element), key);
    if (typeOf(env_, element) == napi_number) ok(napi_get_value_double(env_, element, &x), key);
    if (x != std::floor(x) || x < 1 || x > 2147483647.0) fail(key, "a list of positive whole numbers", element);
    out.push_back((long)x);
  }
  return out;
}

void Fields::done() {
  napi_value names;
  unsigned length = 0;
  ok(napi_get_property_names(env_, object_, &names), "keys");
  ok(napi_get_array_length(env_, names, &length), "keys");
  for (unsigned i = 0; i < length; i++) {
    napi_value name, value;
    ok(napi_get_element(env_, names, i, &name), "keys");
    const std::string key = text(env_, name);
    ok(napi_get_property(env_, object_, name, &value), "keys");
    if (!asked_.count(key)) fail(key.c_str(), "no such field", value);
  }
}

namespace {

template <typename T>
Elements<T> elements(napi_env env, napi_value value, napi_typedarray_type wanted, const char* what, const char* name) {
  bool is = false;
  ok(napi_is_typedarray(env, value, &is), what);
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  std::size_t length = 0;
  if (is) ok(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr), what);
  if (!is || type != wanted) throw BadArgument(std::string(what) + ": expected " + name + ", got " + shown(env, value));
  return {(const T*)data, length};
}

}  // namespace

Elements<float> floats(napi_env env, napi_value value, const char* what) {
  return elements<float>(env, value, napi_float32_array, what, "a Float32Array");
}

Elements<int> ints(napi_env env, napi_value value, const char* what) {
  return elements<int>(env, value, napi_int32_array, what, "an Int32Array");
}

napi_value newFloats(napi_env env, std::size_t n, float** data) {
  napi_value buffer, array;
  void* memory = nullptr;
  ok(napi_create_arraybuffer(env, n * sizeof(float), &memory, &buffer), "ArrayBuffer");
  ok(napi_create_typedarray(env, napi_float32_array, n, buffer, 0, &array), "Float32Array");
  if (data) *data = (float*)memory;
  return array;
}

napi_value newInts(napi_env env, const std::vector<int>& from) {
  napi_value buffer, array;
  void* memory = nullptr;
  ok(napi_create_arraybuffer(env, from.size() * sizeof(int), &memory, &buffer), "ArrayBuffer");
  if (!from.empty()) std::memcpy(memory, from.data(), from.size() * sizeof(int));
  ok(napi_create_typedarray(env, napi_int32_array, from.size(), buffer, 0, &array), "Int32Array");
  return array;
}

napi_value newText(napi_env env, const std::string& s) {
  napi_value value;
  ok(napi_create_string_utf8(env, s.data(), s.size(), &value), "string");
  return value;
}

napi_value newNumber(napi_env env, double x) {
  napi_value value;
  ok(napi_create_double(env, x, &value), "number");
  return value;
}

napi_value newObject(napi_env env) {
  napi_value value;
  ok(napi_create_object(env, &value), "object");
  return value;
}

napi_value newArray(napi_env env, std::size_t n) {
  napi_value value;
  ok(napi_create_array_with_length(env, n, &value), "array");
  return value;
}

napi_value undefined(napi_env env) {
  napi_value value;
  ok(napi_get_undefined(env, &value), "undefined");
  return value;
}

void set(napi_env env, napi_value object, const char* key, napi_value value) {
  ok(napi_set_named_property(env, object, key, value), key);
}

namespace {
napi_value errorOf(napi_env env, const char* code, const char* message) {
  napi_value error;
  ok(napi_create_error(env, code ? newText(env, code) : nullptr, newText(env, message), &error), "error");
  return error;
}
}  // namespace

napi_value newError(napi_env env, std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::invalid_argument& e) {
    napi_value error;
    ok(napi_create_type_error(env, nullptr, newText(env, e.what()), &error), "error");
    return error;
  } catch (const DeviceFault& e) {
    napi_value error = errorOf(env, "W2S_FAULT", e.what());
    set(env, error, "number", newNumber(env, e.number));
    return error;
  } catch (const DeviceFull& e) {
    napi_value error = errorOf(env, "W2S_FULL", e.what());
    set(env, error, "asked", newNumber(env, e.asked));
    set(env, error, "free", newNumber(env, e.free));
    set(env, error, "all", newNumber(env, e.all));
    return error;
  } catch (const std::bad_alloc&) {
    return errorOf(env, nullptr, "not enough memory");
  } catch (const std::exception& e) {
    return errorOf(env, nullptr, e.what());
  }
}

}  // namespace w2s
