// What is used of cuBLASLt: its types, numbers and functions, by NVIDIA's documentation (docs.nvidia.com/cuda/cublas, "Using
// the cuBLASLt API"; held once against cublasLt.h of 13.10). Declared here, because the header comes with the toolkit's cuBLAS
// alone, and the library is built where that is not.
#pragma once
#include <cstddef>
#include <cstdint>

namespace w2s::cuda::lt {

/** cublasStatus_t: anything else is a failure. */
constexpr int SUCCESS = 0;

/** cublasComputeType_t, cudaDataType, cublasOperation_t, cublasLtEpilogue_t. */
enum Compute { COMPUTE_32F = 68, COMPUTE_32F_FAST_TF32 = 77 };
enum Type { R_32F = 0, R_16BF = 14 };
enum Operation { OP_N = 0, OP_T = 1 };
enum Epilogue { EPILOGUE_DEFAULT = 1, EPILOGUE_BIAS = 4 };

/** cublasLtMatmulDescAttributes_t, cublasLtMatmulPreferenceAttributes_t, and of an algorithm. */
enum OfProduct { TRANSA = 3, TRANSB = 4, EPILOGUE = 7, BIAS_POINTER = 8 };
enum Preference { MAX_WORKSPACE_BYTES = 1, REDUCTION_SCHEME_MASK = 3, MIN_ALIGNMENT_A_BYTES = 5, IMPL_MASK = 12 };
enum Configured { REDUCTION_SCHEME = 3 };
enum Capability { NUMERICAL_IMPL_FLAGS = 15 };

/**
 * cublasLtReductionScheme_t. In place, the parts of a sum meet in the result as they come; the other two have each in memory
 * of its own and add them up in a step of its own.
 */
enum Reduction : std::uint32_t { REDUCE_NONE = 0, REDUCE_INPLACE = 1, REDUCE_COMPUTE_TYPE = 2, REDUCE_OUTPUT_TYPE = 4 };

/** cublasLtNumericalImplFlags_t: by which instruction, sums in, factors as. */
constexpr std::uint64_t BY_FMA = 1, BY_HMMA = 2, SUMS_32F = 2ull << 8, FACTORS_TF32 = 4ull << 16, FACTORS_32F = 8ull << 16;

/** cublasLtMatmulAlgo_t; may be kept and used again with the same version. */
struct Algorithm {
  std::uint64_t data[8];
};

/** cublasLtMatmulHeuristicResult_t. */
struct Offer {
  Algorithm algorithm;
  std::size_t workspace;
  int state;
  float waves;
  int reserved[4];
};

/** X(what it returns, its name after "cublasLt", its parameters). Handles and descriptions are pointers that nobody follows. */
#define W2S_CUBLASLT(X)                                                                                                  \
  X(std::size_t, GetVersion, (void))                                                                                    \
  X(int, Create, (void** handle))                                                                                       \
  X(int, MatmulDescCreate, (void** product, int compute, int scale))                                                    \
  X(int, MatmulDescSetAttribute, (void* product, int which, const void* value, std::size_t bytes))                      \
  X(int, MatmulDescDestroy, (void* product))                                                                            \
  X(int, MatrixLayoutCreate, (void** layout, int type, std::uint64_t rows, std::uint64_t cols, std::int64_t stride))    \
  X(int, MatrixLayoutDestroy, (void* layout))                                                                           \
  X(int, MatmulPreferenceCreate, (void** preference))                                                                   \
  X(int, MatmulPreferenceSetAttribute, (void* preference, int which, const void* value, std::size_t bytes))             \
  X(int, MatmulPreferenceDestroy, (void* preference))                                                                   \
  X(int, MatmulAlgoGetHeuristic,                                                                                        \
    (void* handle, void* product, void* a, void* b, void* c, void* d, void* preference, int most, Offer* offers,         \
     int* count))                                                                                                       \
  X(int, MatmulAlgoCheck,                                                                                               \
    (void* handle, void* product, void* a, void* b, void* c, void* d, const Algorithm* algorithm, Offer* offer))         \
  X(int, MatmulAlgoConfigGetAttribute,                                                                                  \
    (const Algorithm* algorithm, int which, void* value, std::size_t bytes, std::size_t* written))                      \
  X(int, MatmulAlgoCapGetAttribute,                                                                                     \
    (const Algorithm* algorithm, int which, void* value, std::size_t bytes, std::size_t* written))                      \
  X(int, Matmul,                                                                                                        \
    (void* handle, void* product, const void* alpha, const void* a, void* layoutA, const void* b, void* layoutB,         \
     const void* beta, const void* c, void* layoutC, void* d, void* layoutD, const Algorithm* algorithm,                \
     void* workspace, std::size_t bytes, void* stream))

struct Functions {
#define X(returned, name, parameters) returned(*name) parameters;
  W2S_CUBLASLT(X)
#undef X
};

}  // namespace w2s::cuda::lt
