// Source changes that let better-sqlite3 13.2 run on Node-API 9, where a reference may hold objects only: every string
// or value that it keeps a reference to is put into element 0 of an array. Building with the experimental Node-API
// instead is not safe: its finalizers run inside garbage collections and abort the process under load.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const BOXED = `template <typename T> class Boxed {
public:
	Boxed() {}
	explicit Boxed(T v) { Reset(v, 1); }
	T Value() const {
		Napi::Object o = ref.Value();
		napi_value v;
		napi_get_element(o.Env(), o, 0, &v);
		return Napi::Value(o.Env(), v).As<T>();
	}
	void Reset(T v, uint32_t) {
		Napi::Array a = Napi::Array::New(v.Env(), 1);
		napi_set_element(v.Env(), a, 0, v);
		ref = Napi::Persistent(a.template As<Napi::Object>());
	}
	void Reset() { ref.Reset(); }
	bool IsEmpty() const { return ref.IsEmpty(); }
private:
	Napi::ObjectReference ref;
};

`

const CHANGES = {
  'util/helpers.cpp': [['const Napi::Reference<Napi::String>& key', 'const Boxed<Napi::String>& key']],
  'util/constants.cpp': [
    ['Napi::Reference<Napi::String>', 'Boxed<Napi::String>'],
    ['Napi::Persistent(', 'Boxed<Napi::String>('],
  ],
  'util/bind-map.cpp': [
    ['Napi::Reference<Napi::String>', 'Boxed<Napi::String>'],
    ['Napi::Persistent(', 'Boxed<Napi::String>('],
  ],
  'util/custom-aggregate.cpp': [
    ['Napi::Reference<Napi::Value>', 'Boxed<Napi::Value>'],
    ['start(Napi::Persistent(start))', 'start(start)'],
  ],
}

/** Patches a copy of better-sqlite3's `src` folder. @throws when a place to change is not there (another version). */
export function patchSource(folder) {
  for (const [name, pairs] of Object.entries(CHANGES)) {
    const path = join(folder, name)
    let text = readFileSync(path, 'utf8')
    for (const [from, to] of pairs) {
      if (!text.includes(from)) throw new Error(`better-sqlite3: ${name} has no "${from}"; the patch fits version 13.2`)
      text = text.replaceAll(from, to)
    }
    writeFileSync(path, (name === 'util/helpers.cpp' ? BOXED : '') + text)
  }
}
