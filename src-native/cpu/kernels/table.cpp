// The kernels of one ISA as a table. build.mjs compiles this file once per ISA with that ISA's flags and its name.
#include "../attention/attention.h"
#include "../attention/rotary.h"
#include "../gemm/gemm.h"
#include "../gemm/loss.h"
#include "../norm/activation.h"
#include "../norm/norm.h"
#include "../optimiser/adamw.h"

#define NAME2(isa) kernels_##isa
#define NAME(isa) NAME2(isa)
#define TEXT2(isa) #isa
#define TEXT(isa) TEXT2(isa)

namespace w2s {

extern const Kernels NAME(W2S_ISA);
const Kernels NAME(W2S_ISA) = {
    .isa = TEXT(W2S_ISA),
    .multiply = multiply,
    .outer = outer,
    .columnSums = columnSums,
    .addRows = addRows,
    .normForward = normForward,
    .normApply = normApply,
    .normBackward = normBackward,
    .activate = activate,
    .activateBackward = activateBackward,
    .rotate = rotate,
    .attendScratch = attendScratch,
    .attend = attend,
    .attendBackward = attendBackward,
    .sumGradients = sumGradients,
    .adamw = adamw,
    .adamwIdle = adamwIdle,
    .transposeTile = transposeTile,
    .crossEntropy = crossEntropy,
};

}  // namespace w2s
