// Decoders and encoders of one family: embeddings, blocks of attention and MLP around a residual stream, a head.
//
// Pre-norm and post-norm models are the same sequence of "normalise the stream, compute, add"; they differ in what is
// added to: the stream itself (pre) or its normalised form (post, BERT). There are 2 * layers + 1 norms in both, only
// their names shift by one: the norm after BERT's embeddings is the first block's first, and so on.
#pragma once
#include <algorithm>
#include <functional>

#include "linear.h"
#include "slices.h"

namespace w2s {

/** A norm's input with the statistics of its rows. */
struct Stream {
  Panels x;
  float* mean = nullptr;
  float* rstd = nullptr;
};

/** What backward needs of one block (about 10 * width floats a token); inference uses one for all blocks. */
struct BlockState {
  Stream in;       // the stream that enters, every row
  Stream queries;  // the rows that the block computes: `in`, or in a shortened last block those that the head reads
  Stream mid;  // the stream between attention and MLP (parallel blocks: queries.x again, with the other norm's numbers)
  Panels q, kv, attended, hidden;
  Panels normed, asked, heard;  // instead of kv in a block that asks the stream itself, see stream.cpp
  float* largest = nullptr;  // attention statistics [heads][rows]
  float* inverse = nullptr;
  bool kept = false;
};

/** Everything of one slice. */
struct SliceState {
  const Slice* slice = nullptr;
  bool kept = false, shortened = false;
  long chunk = 0;  // rows taken through a row-wise part of a block at a time
  std::vector<BlockState> blocks;
  Stream last;                // after the last block: all rows, or (shortened) one per example
  Stream read;                // one row per example, as the head reads it, before the last norm (not for mean pooling)
  Panels pooled, logits;      // one row per example
  std::vector<int> readRows;  // the row that the head reads of each example, -1 for an empty one
  Buffer memory;

  long rows() const { return slice->rows(); }
  long count() const { return slice->count(); }
  /** Whether block `layer` computes, beyond keys and values, only the rows that the head reads. */
  bool shortens(long layer) const { return shortened && layer + 1 == (long)blocks.size(); }
  long queryRows(long layer) const { return shortens(layer) ? count() : rows(); }
};

/** A thread's scratch, for `chunk` rows at a time (shared gradients: all rows, since others read them). */
struct Workspace {
  Panels normed, normedQueries, normedMid, activated, dHidden, dNormed;
  Panels dStream[3];  // gradients of the stream after, within and before a block: they take turns
  Panels dAttended, dq, dkv, dPooled, dLogits, dLanguage;
  Panels asked, heard, dAsked, dHeard;  // of one example, a row a head
  Panels dPerHead;                      // of all examples, as BlockState::asked
  float* attention = nullptr;
  Rounding rounding;
  Buffer memory;
};

/** The most rows of logits over a vocabulary that are made at a time. */
constexpr long LANGUAGE_ROWS = 512;

/** A thread's block of rows that predict tokens. */
struct LanguageState {
  std::vector<int> rows, targets, examples;  // of the slice: the row, the token to predict, the example
  Stream in;
  Panels normed, logits;
  float* scratch = nullptr;
  std::vector<double> losses;
  Buffer memory;
};

struct Cache;
struct DecodeState;

class Transformer : public CpuNetwork {
 public:
  Transformer(const Spec& spec, const CpuOptions& options, Pool& pool, const Kernels& kernels);
  void finish() override;
  void forward(const Batch& batch, bool keep, float* logits) override;
  void backward(const float* dLogits) override;
  double languageGradients(const Batch& batch) override;
  void score(const Batch& batch, float* out) override;
  void features(const Batch& batch, long layer, float* out) override;
  std::vector<std::vector<int>> generate(const Batch& batch, long most, int stop) override;
  double activationBytes() const override;
  long keptExamples() const override { return kept_ ? batch_.n : 0; }
  double workOf(const Batch& batch) const override { return 2 * multiplied_ * (double)batch.offsets[batch.n]; }

 private:
  struct NormLayer {
    int gamma = -1, beta = -1;
  };
  struct Block {
    NormLayer norm1, norm2;
    Linear q, kv, out, up, down;
  };
  using Table = int;  // matrix id, -1: none

  // transformer.cpp: what there is
  Table addTable(const std::string& name, long rows, bool trained, bool mirrored);
  NormLayer addNorm(const std::string& name, bool trained);
  Linear addProjection(const std::string& prefix, std::vector<std::string> parts, std::vector<Axis> outs, Axis in,
                       bool bias, bool trained, Init init);
  void addBlock(long layer, bool trained);
  std::string normName(long index) const;
  void prepare(const Batch& batch, bool learns);
  void growPositions(long longest);
  bool trained(long layer) const { return spec.trainable.all || layer >= spec.layers - spec.trainable.blocks; }
  bool shortens() const { return spec.shortcut && spec.pooling != Pooling::mean; }
  long rowsBudget() const;
  /** Work of attending to one more token, as a share of the other work on a token. */
  double attentionCost() const { return 1.0 / (12.0 * (double)spec.width); }

  // state.cpp: memory
  void lay(SliceState& state, const Slice& slice, bool keep, bool shortened);
  void carve(Carver& carver, SliceState& state);
  BlockState carveBlock(Carver& carver, const SliceState& state, long layer, const Panels* in);
  void layWorkspace(int thread);
  void carveWorkspace(Carver& carver, Workspace& work, const SliceState& state);
  Rounding carveRounding(Carver& carver, const SliceState& state) const;
  void layRound(const std::vector<Slice>& slices, bool shortened);

  // forward.cpp
  /** Runs every slice of the batch through `layers` blocks, keeping nothing, on whichever thread is free. */
  void infer(const Batch& batch, bool shortened, long layers, const std::function<void(SliceState&, int)>& done);
  NormCall normCall(const NormLayer& norm, const Stream& stream, long from, long rows) const;
  void embedToken(int token, long position, Panels out, long row) const;
  void embed(const Batch& batch, SliceState& state) const;
  void forwardSlice(const Batch& batch, SliceState& state, int thread, long layers);
  void forwardBlock(SliceState& state, long layer, int thread);
  void gatherQueries(SliceState& state, BlockState& block) const;
  void clearHeadPadding(Panels x, long rows) const;
  void rotateAll(const SliceState& state, Panels q, Panels kv, bool perExample, float sign) const;
  Attend attention(const SliceState& state, long layer, long example) const;
  void finishBlock(SliceState& state, long layer, int thread);
  /** Into `pooled`: what the head reads of the stream after the last block, through the last norm. */
  void readLast(SliceState& state, int thread);
  void readRows(SliceState& state, Panels from, bool oneRowEach);
  void averageRows(SliceState& state, const Stream* normalised, Panels from, int thread);
  void forwardHead(SliceState& state, float* logits, int thread);

  // stream.cpp
  /** Whether block `layer` attends to its normalised input instead of keys and values made of it. */
  bool asksStream(const SliceState& state, long layer) const;
  Panels headColumns(Panels x, long column) const;
  Panels turnedHead(long layer, long column) const;
  Attend streamAttention(const SliceState& state, long layer, long example, const Workspace& work) const;
  void carveStreamWork(Carver& carver, Workspace& work, const SliceState& state) const;
  void askStream(SliceState& state, long layer, int thread) const;
  void askStreamBackward(SliceState& state, long layer, int thread);

  // backward.cpp
  void backwardSlice(SliceState& state, int thread, const float* dLogits);
  void backwardBlocks(SliceState& state, int thread);
  void backwardHead(SliceState& state, int thread, const float* dLogits, Panels dLast);
  void backwardPool(SliceState& state, int thread, Panels dLast);
  void backwardMlp(SliceState& state, long layer, int thread, Panels dOut, Panels dMid);
  void backwardAttention(SliceState& state, long layer, int thread, Panels dSum);
  void backwardInput(SliceState& state, long layer, int thread, Panels dMid, Panels dIn);
  void backwardQueries(SliceState& state, long layer, int thread, Panels dMid, Panels dIn);
  void backwardNorm(const NormLayer& norm, const NormCall& call, Panels dy, Panels dx, Panels add, int thread);
  void embeddingGradients(const Batch& batch, const std::vector<Slice>& slices);
  bool trainsEmbeddings() const { return spec.trainable.all; }
  bool trainsNorm() const { return spec.trainable.all || spec.trainable.blocks > 0; }

  // language.cpp
  bool tied() const { return spec.head == Head::language && spec.tied; }
  void headForward(Panels x, long rows, Panels logits, int thread) const;
  /** Gradients of the head, and (if anything below learns) of what it reads. */
  void headBackward(Panels x, Panels dLogits, long rows, Panels dx, int thread);
  void findTargets(const Batch& batch, const Slice& slice, LanguageState& language) const;
  void layLanguage(LanguageState& language);
  /** Rows of logits at a time: about 64 MB, so that the pass over the output layer's gradient is shared by many rows.
   */
  long languageRows() const { return std::clamp(16'000'000 / spec.vocabulary, 16l, LANGUAGE_ROWS); }
  long languageBlock(SliceState& state, LanguageState& language, long from, float scale, int thread);

  // generate.cpp
  void remember(const SliceState& state, long layer) const;
  void shareOf(int thread, const DecodeState& step, const Linear& layer, Panels x, long rows, Panels out,
               Panels add) const;
  void layDecode(DecodeState& step, long rows, long capacity) const;
  void decodeAttention(DecodeState& step, const Cache& cache, long layer, long row, long example, long position,
                       int thread) const;
  void decode(const Cache& cache, DecodeState& step, const std::vector<int>& active, const std::vector<int>& tokens,
              const std::vector<int>& positions);
  int choose(Panels logits, long row) const;
  Cache* cache_ = nullptr;  // while prompts are read

  double multiplied_ = 0;                              // weights that every token is multiplied by
  long headSize_ = 0, queryWidth_ = 0, keyWidth_ = 0;  // padded
  std::vector<Block> blocks_;
  Table tokens_ = -1, positions_ = -1, types_ = -1;
  NormLayer norm_;
  Linear head_;
  std::vector<float> cosine_, sine_;  // rotary angles [longest so far][rotary / 2]
  std::vector<int> counting_;         // 0, 1, 2, ...: position ids

  std::vector<SliceState> states_;  // one per thread
  std::vector<Workspace> work_;
  std::vector<LanguageState> languages_;
  std::vector<Layers> threads_;
  std::unique_ptr<RowTable> denseTokens_;  // sums the token rows of a table that has a dense gradient

  // The batch that was kept: the whole of it when it fits in one round, else its input, to be gone through again.
  bool kept_ = false;
  int keptThreads_ = 1;
  std::vector<std::vector<Slice>> rounds_;
  Batch batch_;
  std::vector<int> batchTokens_, batchOffsets_;
};

}  // namespace w2s
