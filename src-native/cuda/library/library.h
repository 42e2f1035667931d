/* The library for NVIDIA cards as a program that opens it at run time sees it: one function gives a table of functions, in C,
 * so that neither side cares which compiler made the other. network.h says what the calls do. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/** Changes with anything below: a library of another version is not used. */
#define W2S_CUDA_VERSION 6

/** Field by field as Spec (spec.h) of a transformer; enums by their number. */
typedef struct {
  long vocabulary, width, layers, heads, kvHeads, headSize, inner, positions, tokenTypes, rotary, classes, trainBlocks;
  double rotaryBase, normEps;
  int norm, postNorm, parallel, causal, activation, qkvBias, outBias, mlpBias, pooling, head, headBias, tied, trainAll,
      shortcut;
} W2sSpec;

typedef struct {
  double activationBytes;
  int precision; /* Precision (network.h) */
  int halfMoments;
  const char* products; /* see products() */
} W2sOptions;

typedef struct {
  long n;
  const int *tokens, *offsets, *from;
} W2sBatch;

typedef struct {
  double lr, beta1, beta2, eps, weightDecay, clipNorm;
} W2sUpdate;

typedef struct {
  double weights, gradients, moments, activations;
} W2sMemory;

typedef struct {
  const char* name;
  long rank, shape[2];
  int init; /* Init::Kind */
  float deviation;
} W2sTensor;

typedef struct {
  char name[256];
  char uuid[64]; /* as CUDA_VISIBLE_DEVICES takes it; "" where there is none */
  int major, minor;
  double memory, free;
  int multiprocessors, megahertz; /* 0 where the driver does not tell */
} W2sDevice;

/** As the system tells it, "" where it does not; as CUDA counts, 12040 for 12.4: what the driver takes, what this was made with. */
typedef struct {
  char version[64];
  int cuda, runtime;
} W2sDriver;

/** cuBLASLt, where it is found: which file it is, and its version (130100 for 13.1.0); and the name of the choices that are gone
 * by, where products may be made by it, or why not. */
typedef struct {
  char file[1024];
  int version;
  char choices[16];
  char why[1024];
} W2sProducts;

/** `number` is the driver's own of an error, or (negative) cuBLASLt's status; bytes of W2S_FULL. */
typedef struct {
  int number;
  double asked, free, all;
} W2sFailure;

typedef struct W2sModel W2sModel;

/** What a call ends in; error() then says more. */
enum { W2S_OK = 0, W2S_BAD_ARGUMENT = 1, W2S_FAILED = 2, W2S_FULL = 3, W2S_FAULT = 4 };

typedef struct {
  int version;
  /** A sentence about this thread's last call that did not end in W2S_OK. */
  const char* (*error)(void);
  /** More of it, where it ended in W2S_FULL or W2S_FAULT. */
  W2sFailure (*failure)(void);
  void (*driver)(W2sDriver* out);
  /** Fills up to `most` devices; `count` becomes how many there are. */
  int (*devices)(W2sDevice* all, int most, int* count);
  /** What models make products with that are given this file, which keeps what was measured of each; "": own kernels alone. */
  void (*products)(const char* file, W2sProducts* out);
  int (*create)(const W2sSpec* spec, const W2sOptions* options, W2sModel** model);
  void (*destroy)(W2sModel* model);
  int (*forward)(W2sModel* model, const W2sBatch* batch, int keep, float* logits);
  int (*backward)(W2sModel* model, const float* dLogits);
  int (*languageGradients)(W2sModel* model, const W2sBatch* batch, double* loss);
  int (*score)(W2sModel* model, const W2sBatch* batch, float* scores);
  int (*features)(W2sModel* model, const W2sBatch* batch, long layer, float* out);
  /** tokens: [n, most], of which each example has `lengths`. */
  int (*generate)(W2sModel* model, const W2sBatch* batch, long most, int stop, int* tokens, int* lengths);
  int (*step)(W2sModel* model, const W2sUpdate* update, double* norm);
  long (*updates)(const W2sModel* model);
  long (*weightCount)(const W2sModel* model);
  long (*keptExamples)(const W2sModel* model);
  long (*tensorCount)(const W2sModel* model);
  void (*tensor)(const W2sModel* model, long index, W2sTensor* out);
  int (*save)(W2sModel* model, float* const* memory);
  int (*gradients)(W2sModel* model, float* const* memory);
  int (*moments)(W2sModel* model, int second, float* const* memory);
  int (*load)(W2sModel* model, long index, const float* values, int transposed);
  int (*loaded)(W2sModel* model);
  int (*restore)(W2sModel* model, long updates, const float* const* first, const float* const* second);
  W2sMemory (*memory)(const W2sModel* model);
} W2sCuda;

/** The library's one symbol. */
const W2sCuda* w2s_cuda(void);

#ifdef __cplusplus
}
#endif
