// A transformer on the device: the same passes as on the CPU, written as a sequence of kernels over packed rows.
//
// Pre-norm and post-norm models are the same sequence of "normalise the stream, compute, add"; they differ in what is
// added to: the stream itself (pre) or its normalised form (post, BERT).
#pragma once
#include <memory>

#include "layout.h"
#include "moment.h"
#include "pack.h"
#include "passes.h"
#include "products.h"

namespace w2s::cuda {

/** A norm's input with the statistics of its rows. */
struct Stream {
  float *x = nullptr, *mean = nullptr, *rstd = nullptr;
};

/** What backward needs of one block; inference uses one for all blocks. */
struct BlockState {
  Stream in;       // the stream that enters, every row
  Stream queries;  // the rows that the block computes: `in`, or in a shortened last block those that the head reads
  Stream mid;      // between attention and MLP (parallel blocks: queries.x again, with the other norm's numbers)
  float *qkv = nullptr, *q = nullptr, *attended = nullptr, *logSum = nullptr, *hidden = nullptr;
};

/** Scratch of one pass. */
struct Workspace {
  float *normed = nullptr, *normedMid = nullptr, *activated = nullptr;
  float *dStream[3] = {}, *dHidden = nullptr, *dNormed = nullptr, *dAttended = nullptr, *dqkv = nullptr, *dq = nullptr,
        *delta = nullptr, *dPooled = nullptr, *dLogits = nullptr, *columns = nullptr;
};

/** Who sees whom, on the device; see Attend. */
struct Seen {
  const int *keyFrom = nullptr, *keyCount = nullptr;
  const Tile *queries = nullptr, *keys = nullptr;
  long queryTiles = 0, keyTiles = 0;
};

/** A run of examples on the device. */
struct Round {
  long first = 0, given = 0;     // of the batch's examples
  long count = 0, rows = 0;      // that the pass is laid out for, see Capacity
  bool oneRow = false, keeps = false, speaks = false;
  const int *tokens = nullptr, *positions = nullptr, *examples = nullptr, *starts = nullptr, *readRows = nullptr,
            *readPositions = nullptr;
  const int* cacheRows = nullptr;  // while there is a cache: where a row's keys and values go
  Seen all, one;
  struct Table {
    const int *ids, *starts, *rows;
    long count;
  } tokenUses{}, positionUses{};
  long predicted = 0, predictions = 0;  // of the language head: that there are, and that the pass is laid out for
  const int *predictedRows = nullptr, *targets = nullptr;
  const float* scale = nullptr;  // of the gradients of their losses; null: none are made

  long most() const { return rows > count ? rows : count; }
};

/** What the language head needs for some rows at a time, and the losses of all of them. */
struct Speech {
  long rows = 0;
  Stream in;
  float *normed = nullptr, *logits = nullptr, *losses = nullptr;
};

/** Keys and values of every position so far: per block a matrix with `capacity` rows for each example. */
struct Cache {
  explicit Cache(bool records) : passes(records) {}
  long capacity = 0;
  std::vector<Memory<float>> kv;
  Passes passes;  // of a token, which read this memory
};

/** A linear layer's places, or those of some of its columns; gradients are null where it is frozen. */
struct Linear {
  float *weight, *bias;
  float *gradient, *biasGradient;
  long stride, in, out;
  Precision precision;
};

struct Settings {
  /** Passes are recorded, see Passes; without, each kernel is started by itself. Changes no bit. */
  bool graphs = true;
  /** A pass is laid out for so many times the rows and texts there are; 0: by classes of size (capacityFor). Changes no bit. */
  double room = 0;
  /** What may make products instead of our own kernels, which then are summed in another order; null: nothing. */
  const Rival* rival = nullptr;
};

class CudaNetwork : public Network {
 public:
  /** @throws std::invalid_argument where the device's kernels do not have what `spec` or `options` ask for. */
  CudaNetwork(const Spec& spec, const Options& options, const Settings& settings = {});

  void forward(const Batch& batch, bool keep, float* logits) override;
  long keptExamples() const override { return kept_ ? kept_->n : 0; }
  double workOf(const Batch& batch) const override { return 2 * (double)layout_.total * batch.offsets[batch.n]; }
  void backward(const float* dLogits) override;
  double languageGradients(const Batch& batch) override;
  void score(const Batch& batch, float* out) override;
  void features(const Batch& batch, long layer, float* out) override;
  std::vector<std::vector<int>> generate(const Batch& batch, long most, int stop) override;
  double step(const AdamW& update) override;
  long updates() const override { return updates_; }
  long tensorCount() const override { return (long)layout_.tensors.size(); }
  const Tensor& tensor(long index) const override { return layout_.tensors[index]; }
  long weightCount() const override { return layout_.total; }
  void save(const std::vector<float*>& memory) override;
  void gradients(const std::vector<float*>& memory) override;
  void moments(bool second, const std::vector<float*>& memory) override;
  void load(long index, const float* values, bool transposed) override;
  void loaded() override;
  void restore(long updates, const std::vector<const float*>& first, const std::vector<const float*>& second) override;
  w2s::Memory memory() const override;

 protected:
  // What takes most of the time, for those who look at it.
  virtual void multiply(const Gemm& p) const { products_.multiply(p); }
  bool isByRival(const Gemm& p) const { return products_.isByRival(p); }
  virtual void attend(const Attend& p) const { cuda::attend(p); }
  virtual void attendBackward(const AttendBackward& p) const { cuda::attendBackward(p); }

 private:
  /** A batch of one's own: the caller's is gone when backward comes. */
  struct Kept {
    std::vector<int> tokens, offsets;
    long n;
    Batch batch() const { return {n, nullptr, tokens.data(), offsets.data(), nullptr}; }
  };
  struct Examples {
    long first, count;
  };

  // network.cpp: weights
  float* at(const Piece& piece) const { return piece.is() ? weights_.data() + piece.at : nullptr; }
  float* gradientAt(const Piece& piece) const;
  Linear linear(const LinearPiece& layer, long column = 0, long cols = -1) const;
  /** A product with the token table, as a tied head makes them. */
  Gemm ofTable(View a, View b, View c, long m, long n, long k) const;
  /** Of numbers as they lie on the device, those from `first` on; zeros where there are none. */
  void read(const std::vector<float>& from, long first, const std::vector<float*>& memory) const;
  std::vector<float> copyOf(const float* from, long n);
  /** Numbers that are trained. */
  long learning() const { return layout_.total - layout_.trainedFrom; }
  void needMoments();

  // state.cpp: what a pass needs
  void check(const Batch& batch);
  void growAngles(long longest);
  /** Runs of examples with at most `mostRows` rows each (but at least one example). */
  std::vector<Examples> split(const Batch& batch, long mostRows) const;
  long rowsBudget() const;
  /** What of a batch is done for; keeps: for backward; speaks: for the language head, gradients of whose losses have a scale. */
  struct Purpose {
    bool oneRow = false, keeps = false, speaks = false;
    long mostRows = 0;
    float scale = 0;
  };
  Capacity capacity(long rows, long examples) const;
  /** Sends examples to the device and takes memory. */
  void begin(const Batch& batch, Examples examples, const Purpose& purpose);
  /** Before memory that recorded passes use goes elsewhere. */
  void forgetPasses();
  /** Starts a pass over the round; layers: where it does not always go through as many. */
  void run(Doing doing, const std::function<void()>& body, long layers = 0);
  Seen add(const Pack::Seeing& seeing, std::vector<std::size_t>& where);
  /**
   * Takes memory for the round, at the same places whenever it has the same capacity, and sends the lists there.
   * most: how many times as large a round may come
   */
  void layAndSend(double most);
  int* lay();
  void layBlocks();
  void layBackward();
  void laySpeech();
  void layProducts();
  Stream layStream(long rows, float* x = nullptr);
  bool shortens() const { return spec.shortcut && spec.pooling != Pooling::mean; }
  bool shortens(long layer) const { return round_.oneRow && layer + 1 == spec.layers; }
  long queryRows(long layer) const { return shortens(layer) ? round_.count : round_.rows; }
  long queryWidth() const { return spec.heads * spec.headSize; }
  long keyWidth() const { return spec.kvHeads * spec.headSize; }
  long projected() const { return queryWidth() + 2 * keyWidth(); }
  long hiddenWidth() const { return spec.inner * (spec.activation == Activation::swiglu ? 2 : 1); }

  // forward.cpp
  View rowsOf(float* x) const { return {x, spec.width}; }
  Normed normed(const NormPiece& norm, const Stream& stream, long rows) const;
  void project(const Linear& layer, View x, long rows, View out, View add = {}) const;
  void embedRows(float* out) const;
  void forwardBlocks(long layers);
  void forwardBlock(long layer);
  void projectQueries(long layer);
  void rotateBlock(long layer, View q, View kv, float sign) const;
  Attend attention(long layer) const;
  void finishBlock(long layer);
  void remember(long layer) const;
  /** Into pooled_: what the head reads of the stream after the last block, through the last norm. */
  void readLast();
  void readEarlier(long layer);
  void head(const float* x, long rows, float* logits) const;
  /** Into logits_ what the head says of pooled_, and while texts go on into chosen_ their most likely tokens. */
  void answer(long rows) const;
  /** From the round's tokens to logits_. */
  void forwardRound();

  // backward.cpp
  void beginGradients();
  void backwardThrough(const Linear& layer, View dy, long rows, View dx, View add = {}) const;
  void addGradients(const Linear& layer, View x, View dy, long rows) const;
  void backwardNorm(const NormPiece& norm, const Stream& stream, long rows, const float* dy, float* dx,
                    const float* add) const;
  void headBackward(const float* x, const float* dLogits, long rows, float* dx) const;
  void backwardPooled();
  void backwardBlocks();
  void backwardMlp(long layer, const float* dOut, float* dMid) const;
  void backwardAttention(long layer, float* dSum) const;
  void backwardInput(long layer, float* dMid, float* dIn) const;
  void backwardShortened(long layer, float* dMid, float* dIn) const;
  void embeddingGradients() const;
  bool trained(long layer) const { return spec.trainable.all || layer >= spec.layers - spec.trainable.blocks; }
  bool trainsNorm() const { return spec.trainable.all || spec.trainable.blocks > 0; }

  // language.cpp
  bool tied() const { return spec.head == Head::language && spec.tied; }
  /** The rows of the round that predict a token, with what they should predict. */
  struct Predictions {
    std::vector<int> rows, targets;
  };
  Predictions predictions(const Batch& batch) const;
  long languageRows() const;
  void speak();
  void speakBackward(const int* map, long rows) const;
  /** The loss of each of the batch's predictions in their order; pass() starts a round. */
  template <typename F>
  std::vector<float> losses(const Batch& batch, bool keeps, F pass);

  // generate.cpp
  void decode(const std::vector<int>& active, std::vector<int> tokens, std::vector<int> positions);

  const Options options_;
  const Settings settings_;
  const Layout layout_;
  w2s::cuda::Memory<float> weights_, gradients_, cosine_, sine_;
  Moment first_, second_;
  w2s::cuda::Memory<double> norm_;
  w2s::cuda::Memory<AdamWStep> update_;
  std::vector<float> staged_;  // weights on their way in; empty: none are
  long updates_ = 0, angles_ = 0;
  bool begun_ = false, hasMoments_ = false;

  Lists lists_;
  Arena arena_;
  Round round_;
  std::vector<BlockState> states_;
  Stream last_, read_;
  float *pooled_ = nullptr, *logits_ = nullptr;
  int* chosen_ = nullptr;
  Workspace work_;
  Speech speech_;
  Cache* cache_ = nullptr;  // while prompts are read and tokens are made
  bool fromCache_ = false;  // keys and values come from there
  std::unique_ptr<Kept> kept_;
  bool held_ = false;  // the kept batch's activations are there; else it is gone through again

  // Last, so that what was started has ended before its memory goes.
  Queue compute_;
  Ferry ferry_{compute_};
  Passes passes_;
  Products products_;
};

}  // namespace w2s::cuda
