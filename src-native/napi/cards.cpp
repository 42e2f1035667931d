#include "cards.h"

namespace w2s {

namespace {

napi_value newTold(napi_env env, const nvml::Told& told) {
  if (told) return newNumber(env, *told);
  napi_value null;
  ok(napi_get_null(env, &null), "null");
  return null;
}

napi_value newCard(napi_env env, const nvml::Card& card) {
  napi_value object = newObject(env), parted;
  set(env, object, "uuid", newText(env, card.uuid));
  set(env, object, "name", newText(env, card.name));
  set(env, object, "busy", newTold(env, card.busy));
  set(env, object, "total", newTold(env, card.total));
  set(env, object, "used", newTold(env, card.used));
  set(env, object, "celsius", newTold(env, card.celsius));
  set(env, object, "watts", newTold(env, card.watts));
  set(env, object, "megahertz", newTold(env, card.megahertz));
  set(env, object, "memoryMegahertz", newTold(env, card.memoryMegahertz));
  set(env, object, "slowed", newTold(env, card.slowed));
  set(env, object, "memoryErrors", newTold(env, card.memoryErrors));
  ok(napi_get_boolean(env, card.parted, &parted), "parted");
  set(env, object, "parted", parted);
  set(env, object, "trouble", newNumber(env, card.trouble));
  return object;
}

napi_value newUser(napi_env env, const nvml::User& user) {
  napi_value object = newObject(env);
  set(env, object, "card", newText(env, user.card));
  set(env, object, "pid", newNumber(env, user.pid));
  set(env, object, "name", newText(env, user.name));
  set(env, object, "bytes", newTold(env, user.bytes));
  return object;
}

template <typename T>
napi_value newList(napi_env env, const std::vector<T>& all, napi_value (*make)(napi_env, const T&)) {
  napi_value list = newArray(env, all.size());
  for (std::size_t i = 0; i < all.size(); i++)
    ok(napi_set_element(env, list, (unsigned)i, make(env, all[i])), "element");
  return list;
}

}  // namespace

napi_value newAnswer(napi_env env, const nvml::Answer& answer) {
  napi_value object = newObject(env);
  set(env, object, "driver", newText(env, answer.driver));
  set(env, object, "cards", newList(env, answer.cards, newCard));
  set(env, object, "users", newList(env, answer.users, newUser));
  return object;
}

}  // namespace w2s
