// Products by cuBLASLt: that it is found by its path, makes them rightly, is chosen by what was measured, and that this is kept.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../cuda/device/emulate.h"
#include "../cuda/model/products.h"
#include "card.h"

using namespace w2s;
using namespace w2s::cuda;
using test::Both;
using test::Card;
using test::drawn;
using test::expectNear;
using test::same;
using test::Texts;
using test::transformers;

namespace fs = std::filesystem;

namespace {

/** Beside the objects that this program is made of. */
std::string fakeFile() {
#if defined(__SANITIZE_ADDRESS__)
  const char* objects = "sanitized";
#else
  const char* objects = "objects";
#endif
  return fs::canonical(fs::path(__FILE__).parent_path() / "../build" / objects / "libcublasLt.so");
}

/** A folder of one's own; the fake reads its conditions there. */
class Folder {
 public:
  Folder() : at(fs::temp_directory_path() / ("w2s-cublaslt-" + std::to_string(getpid()))) {
    fs::remove_all(at);
    fs::create_directories(at);
    setenv("W2S_FAKE_LT", conditions().c_str(), 1);
  }
  ~Folder() { fs::remove_all(at); }
  std::string conditions() const { return at / "conditions"; }
  std::string choices(const char* name = "choices") const { return at / "kept" / name; }
  void set(const std::string& lines) const { std::ofstream(conditions()) << lines; }
  const fs::path at;
};

const lt::Library& library() {
  static const lt::Found found = lt::open({fakeFile()});
  if (!found.library) throw std::runtime_error(found.why);
  return *found.library;
}

std::string textOf(const std::string& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/** How many products of a file are made by "ours" or by "cublaslt". */
long countOf(const std::string& file, const std::string& by) {
  long count = 0;
  std::istringstream text(textOf(file));
  for (std::string line; std::getline(text, line);) count += line.find(" " + by + " ") != std::string::npos;
  return count;
}

/** Some steps of a training of ragged texts, whose weights come back; passes are recorded in them. */
std::vector<float> trained(const Spec& spec, const cuda::Settings& settings, const Options& options = {}) {
  Card card(spec, options, settings);
  const Texts texts({5, 1, 0, 20, 9}, spec), others({3, 7}, spec);
  for (int i = 0; i < 3; i++) card.step(texts.batch()), card.step(others.batch());
  return card.weights();
}

std::vector<float> trainedBy(const Spec& spec, lt::Choices& choices, const Options& options = {}) {
  const Rival rival{library(), choices};
  return trained(spec, {.rival = &rival}, options);
}

/** One order of lanes is enough for kernels that other tests hold to the rules. */
struct OneOrder {
  OneOrder() { emulated::setOrders(1); }
  ~OneOrder() { emulated::setOrders(3); }
};

const lt::Choice BY_LIBRARY{false, {{1, 2, 3}}, 2, 1};

}  // namespace

TEST(cublaslt_is_opened_by_its_path_or_there_is_a_reason) {
  const Folder folder;
  CHECK(library().file == fakeFile() && library().version == 130100);
  fs::create_symlink(fakeFile(), folder.at / "link.so");
  CHECK(lt::open({folder.at / "none.so", folder.at / "link.so"}).library->file == library().file);
  CHECK(lt::open({"libcublasLt.so.13"}).why == "expected the absolute path of cuBLASLt, got libcublasLt.so.13");
  CHECK(lt::open({folder.at / "none.so"}).why == (folder.at / "none.so").string() + " is not there");
  CHECK(lt::open({folder.at / "none.so", folder.at / "neither.so"}).why == "cuBLASLt is in none of 2 known places");
  std::ofstream(folder.at / "text.so") << "no library";
  CHECK(lt::open({folder.at / "text.so"}).why.find("text.so") != std::string::npos);
  folder.set("version 110800\n");
  CHECK(lt::open({fakeFile()}).why == library().file + ": expected cuBLASLt 12 or later, got version 110800");
  folder.set("fail Create\n");
  CHECK(lt::open({fakeFile()}).why == library().file + ": cublasLtCreate gave status 14");
  for (const std::string& place : lt::places()) CHECK(fs::path(place).is_absolute());
}

namespace {

/** A product of every kind, with its result by our own kernels and by cuBLASLt. */
void checkProduct(Precision precision, bool turnA, bool turnB, long m, long n, long k, Activation activation) {
  Random random(7, "products");
  const long pairs = activation == Activation::swiglu ? n / 2 : n;
  Both<float> a(drawn(random, m * k)), b(drawn(random, k * n)), bias(drawn(random, n)), sum(drawn(random, m * n));
  Both<std::uint16_t> rounded(std::vector<std::uint16_t>((std::size_t)(lt::roundedSize(m, k) + lt::roundedSize(k, m) +
                                                                       lt::roundedSize(k, n) + lt::roundedSize(n, k))));
  Both<float> workspace(std::vector<float>(64));
  const lt::Scratch scratch{workspace.at(), 256, rounded.at(), (long)rounded.here.size()};
  std::vector<float> c[2], activated[2];
  for (const bool ours : {true, false}) {
    Both<float> into(sum.here), out(std::vector<float>((std::size_t)(m * pairs)));
    Gemm p{{a.at(), turnA ? m : k}, {b.at(), turnB ? k : n}, {into.at(), n}, m, n, k, turnA, turnB, precision, bias.at()};
    p.add = into.at() ? View{into.at(), n} : View{};
    p.activates = true, p.activation = activation, p.activated = {out.at(), pairs};
    if (ours) {
      gemm(p);
    } else {
      const auto algorithms = lt::algorithmsFor(library(), p, scratch);
      CHECK(algorithms.size() == 1 && lt::multiply(library(), p, algorithms.front(), scratch));
    }
    c[ours] = into.read(), activated[ours] = out.read();
  }
  const double near = precision == Precision::tf32 ? 5e-3 : 2e-6;
  expectNear("product", c[false], {c[true].begin(), c[true].end()}, near);
  expectNear("activated", activated[false], {activated[true].begin(), activated[true].end()}, near);
}

}  // namespace

TEST(products_by_cublaslt_are_those_of_our_own_kernels_however_turned) {
  const Folder folder;
  folder.set("workspace 256\n");
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16})
    for (const auto& [m, n, k] : {std::tuple{1l, 4l, 2l}, {65l, 70l, 33l}}) {
      checkProduct(precision, false, false, m, n, k, Activation::relu);
      checkProduct(precision, true, false, m, n, k, Activation::swiglu);
      checkProduct(precision, false, true, m, n, k, Activation::geluTanh);
    }
}

TEST(algorithms_that_sum_in_place_or_are_less_exact_than_asked_for_are_passed_over) {
  const Folder folder;
  Both<float> x(std::vector<float>(64, 1.0f)), workspace(std::vector<float>(64));
  const auto reductionsOf = [&](Precision precision, const std::string& conditions) {
    folder.set(conditions);
    const Gemm p{{x.at(), 4}, {x.at(), 4}, {x.at(), 4}, 4, 4, 4, false, false, precision};
    std::string all;
    for (const lt::Algorithm& a : lt::algorithmsFor(library(), p, {workspace.at(), 256}))
      all += a.data[1] == lt::REDUCE_INPLACE ? 'i' : a.data[1] == lt::REDUCE_COMPUTE_TYPE ? 'c' : 's';
    return all;
  };
  for (const char* stubborn : {"", "stubborn 1\n"}) {
    CHECK(reductionsOf(Precision::fp32, std::string("offers i st c s\n") + stubborn) == "cs");
    CHECK(reductionsOf(Precision::tf32, std::string("offers i c\n") + stubborn) == "c");
    CHECK(reductionsOf(Precision::fp32, std::string("workspace 512\n") + stubborn).empty());
  }
  CHECK(reductionsOf(Precision::fp32, "fail MatmulAlgoCapGetAttribute\n").empty());
  CHECK(reductionsOf(Precision::fp32, "fail MatmulAlgoConfigGetAttribute\n").empty());
  CHECK(reductionsOf(Precision::fp32, "fail MatmulAlgoGetHeuristic\n").empty());
}

/** Golden cases hold them to PyTorch (test/golden/native-cuda.test.ts). */
TEST(models_train_by_cublaslt_alone_and_the_same_where_passes_are_recorded) {
  const Folder folder;
  const OneOrder one;
  folder.set("cost -50\noffers i c s\nstubborn 1\nworkspace 512\n");
  for (const auto& [name, spec] : transformers())
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      const std::string file = folder.choices((name + std::to_string((int)precision)).c_str());
      const Options options{.precision = precision};
      lt::Choices choices(file, library().version);
      const Rival rival{library(), choices};
      const Texts texts({5, 1, 0, 20, 9}, spec);
      const std::vector<float> ours = Card(spec, options).step(texts.batch()),
                               theirs = Card(spec, options, {.rival = &rival}).step(texts.batch());
      expectNear(name.c_str(), theirs, {ours.begin(), ours.end()}, precision == Precision::fp32 ? 2e-5 : 2e-2);
      const std::vector<float> weights = trainedBy(spec, choices, options);
      CHECK(same(trained(spec, {.graphs = false, .rival = &rival}, options), weights));
      CHECK(countOf(file, "cublaslt") > 8 && countOf(file, "ours") == 0);
    }
}

/** A launch of ours takes 10 microseconds on the emulated clock, and every product here is one. */
TEST(the_faster_one_makes_a_product_and_ours_where_they_are_alike) {
  const Folder folder;
  const OneOrder one;
  const Spec spec = test::transformer();
  const auto byLibrary = [&](const char* name, const std::string& conditions) {
    folder.set(conditions);
    lt::Choices choices(folder.choices(name), library().version);
    const bool asOurs = same(trainedBy(spec, choices), trained(spec, {}));
    const long theirs = countOf(folder.choices(name), "cublaslt"), ours = countOf(folder.choices(name), "ours");
    CHECK(ours + theirs > 8 && asOurs == !theirs);
    return theirs ? (ours ? "some" : "all") : "none";
  };
  using is = std::string;
  // An activation is a launch of its own there, so that one of these products is ours.
  CHECK(is("some") == byLibrary("faster", "cost 5\n"));
  CHECK(is("some") == byLibrary("by 5 %", "cost 9.5\n"));
  CHECK(is("none") == byLibrary("by 2 %", "cost 9.8\n"));
  CHECK(is("none") == byLibrary("slower", "cost 50\n"));
  CHECK(is("all") == byLibrary("at once", "cost -5\n"));
  CHECK(is("none") == byLibrary("wrong", "cost -5\nwrong 1\n"));
  CHECK(is("none") == byLibrary("unsteady", "cost -5\nunsteady 1\n"));
  CHECK(is("none") == byLibrary("in place", "cost -5\noffers i\nstubborn 1\n"));
}

TEST(what_was_chosen_is_kept_whatever_is_measured_later) {
  const Folder folder;
  const OneOrder one;
  const Spec spec = test::transformer();
  folder.set("cost 1\n");
  lt::Choices first(folder.choices(), library().version);
  const std::vector<float> weights = trainedBy(spec, first);
  const std::string kept = textOf(folder.choices());
  folder.set("cost 500\n");
  lt::Choices again(folder.choices(), library().version);
  CHECK(again.name() == first.name() && again.name().size() == 8 && again.why().empty());
  CHECK(same(trainedBy(spec, again), weights));
  CHECK(textOf(folder.choices()) == kept);
  lt::Choices others(folder.choices("others"), library().version);
  CHECK(others.name() != first.name());
  CHECK(!same(trainedBy(spec, others), weights));
}

/** A training stops after four updates and goes on in another process, by when cuBLASLt would be measured as slower. */
TEST(a_training_goes_on_by_the_same_choices_to_the_bit) {
  const Folder folder;
  const OneOrder one;
  const Spec spec = test::transformer();
  const Texts texts({5, 1, 20}, spec);
  folder.set("cost 1\n");
  lt::Choices first(folder.choices(), library().version);
  const Rival before{library(), first};
  Card whole(spec, {}, {.rival = &before});
  for (int i = 0; i < 4; i++) whole.step(texts.batch());
  folder.set("cost 500\n");
  lt::Choices second(folder.choices(), library().version);
  const Rival after{library(), second};
  Card resumed(spec, {}, {.rival = &after});
  resumed.take(whole);
  for (int i = 0; i < 4; i++) whole.step(texts.batch()), resumed.step(texts.batch());
  CHECK(same(whole.weights(), resumed.weights()));
  CHECK(countOf(folder.choices(), "cublaslt") > 8);
}

TEST(who_measured_first_decides_for_all) {
  const Folder folder;
  lt::Choices one(folder.choices(), 130100), two(folder.choices(), 130100);
  CHECK(one.name() == two.name());
  CHECK(!one.keep("a", BY_LIBRARY).ours);
  CHECK(!two.find("a"));
  const lt::Choice found = two.keep("a", {});
  CHECK(!found.ours && !std::memcmp(&found.algorithm, &BY_LIBRARY.algorithm, sizeof found.algorithm));
  CHECK(two.keep("b", {}).ours && one.keep("b", BY_LIBRARY).ours);
  CHECK(countOf(folder.choices(), "ours") == 1 && countOf(folder.choices(), "cublaslt") == 1);
}

TEST(choices_that_do_not_read_are_refused_with_the_line_and_nothing_of_them_is_lost) {
  const Folder folder;
  lt::Choices(folder.choices(), 130100).keep("a", BY_LIBRARY);
  const std::string kept = textOf(folder.choices());
  const auto whyOf = [&](const std::string& text) {
    std::ofstream(folder.choices()) << text;
    const std::string why = lt::Choices(folder.choices(), 130100).why();
    CHECK(textOf(folder.choices()).rfind(text, 0) == 0);
    return why;
  };
  CHECK(whyOf(kept).empty());
  std::string flipped = kept;
  flipped[kept.find("cublaslt") + 12] ^= 1;  // in what was measured
  CHECK(whyOf(flipped).find("choices, line 2: expected a product's choice, got \"a cublaslt") != std::string::npos);
  CHECK(whyOf(kept + "a b c\n").find("line 3: expected a product's choice, got \"a b c\"") != std::string::npos);
  CHECK(whyOf("something else\n").find("line 1: expected choices of cuBLASLt 130100, got \"something") != std::string::npos);
  CHECK(lt::Choices(folder.choices("other"), 1).why().empty());
  CHECK(lt::Choices(folder.choices("other"), 2).why().find("expected choices of cuBLASLt 2") != std::string::npos);

  // A line that was cut short was gone by by nobody: the next one is written over it.
  CHECK(whyOf(kept + "b cublaslt 1").empty());
  CHECK(lt::Choices(folder.choices(), 130100).keep("b", BY_LIBRARY).ours == false);
  CHECK(countOf(folder.choices(), "cublaslt") == 2 && whyOf(textOf(folder.choices())).empty());

  std::ofstream(folder.at / "file") << "";
  lt::Choices nowhere(folder.at / "file" / "choices", 130100);
  CHECK(nowhere.why().find("Not a directory") != std::string::npos);
  CHECK(nowhere.keep("a", BY_LIBRARY).ours);
}

TEST(cublaslt_that_fails_where_it_is_tried_leaves_products_to_our_own_kernels) {
  const Folder folder;
  const OneOrder one;
  const Spec spec = test::transformer();
  const std::vector<float> ours = trained(spec, {});
  for (const char* call : {"MatmulDescCreate", "MatmulDescSetAttribute", "MatrixLayoutCreate", "MatmulPreferenceCreate",
                           "MatmulPreferenceSetAttribute", "MatmulAlgoGetHeuristic", "MatmulAlgoConfigGetAttribute",
                           "MatmulAlgoCapGetAttribute", "MatmulAlgoCheck", "Matmul"}) {
    folder.set(std::string("cost 1\nfail ") + call + "\n");
    lt::Choices choices(folder.choices(call), library().version);
    if (!same(trainedBy(spec, choices), ours)) test::fail(__FILE__, __LINE__, std::string(call) + ": other weights");
    CHECK(countOf(folder.choices(call), "cublaslt") == 0 && countOf(folder.choices(call), "ours") > 8);
  }
}

namespace {

/** A training whose products cuBLASLt may make, under conditions of the fake. */
struct Contest {
  Folder folder;
  OneOrder one;
  const Spec spec = test::transformer();
  lt::Choices choices{folder.choices(), library().version};
  const Rival rival{library(), choices};
  Card card;

  Contest(const std::string& conditions, const Options& options, cuda::Settings settings)
      : card(spec, options, (folder.set(conditions), settings.rival = &rival, settings)) {}
};

}  // namespace

TEST(cublaslt_that_fails_at_work_is_told_with_its_status) {
  Contest contest("cost 1\n", {}, {.graphs = false});
  Card& card = contest.card;
  const Texts texts({5, 1, 20}, contest.spec);
  card.step(texts.batch());
  contest.folder.set("fail Matmul\n");
  int number = 0;
  std::string what;
  try {
    card.step(texts.batch());
  } catch (const DeviceFault& e) {
    number = e.number, what = e.what();
  }
  CHECK(number == -14 && what == "cuBLASLt: cublasLtMatmul gave status 14");
  contest.folder.set("");
  card.step(texts.batch());  // the card is as it was
}

TEST(steps_with_cublaslt_allocate_nothing_once_their_products_are_known) {
  Contest contest("cost 1\nworkspace 512\n", {.precision = Precision::bf16}, {});
  Card& card = contest.card;
  const Texts texts({5, 1, 20}, contest.spec), others({3, 7}, contest.spec);
  for (int i = 0; i < 2; i++) card.step(texts.batch()), card.step(others.batch());
  const long before = emulated::allocations();
  for (int i = 0; i < 6; i++) card.step(texts.batch()), card.step(others.batch());
  CHECK(emulated::allocations() == before);
}
