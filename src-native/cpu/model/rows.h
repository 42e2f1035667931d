// Single rows of panel matrices: gathered for the head, spread over embeddings.
#pragma once
#include <cstring>

#include "../kernels/kernels.h"

namespace w2s {

template <typename F>
inline void eachPanel(long cols, F f) {
  for (long panel = 0; panel * PANEL < cols; panel++) f(panel);
}

inline void clearRow(Panels x, long row, long cols) {
  eachPanel(cols, [&](long p) { std::memset(x.panels(p).row(row), 0, PANEL * sizeof(float)); });
}

inline void clearRows(Panels x, long rows, long cols) {
  eachPanel(cols, [&](long p) { std::memset(x.panels(p).data, 0, (std::size_t)(rows * PANEL) * sizeof(float)); });
}

inline void copyRow(Panels from, long fromRow, Panels to, long toRow, long cols) {
  eachPanel(cols,
            [&](long p) { std::memcpy(to.panels(p).row(toRow), from.panels(p).row(fromRow), PANEL * sizeof(float)); });
}

/** to += by * from. */
inline void addRow(Panels from, long fromRow, float by, Panels to, long toRow, long cols) {
  eachPanel(cols, [&](long p) {
    const float* a = from.panels(p).row(fromRow);
    float* b = to.panels(p).row(toRow);
    for (long c = 0; c < PANEL; c++) b[c] += by * a[c];
  });
}

/** At least once, if only with no rows: with shared gradients every thread must note the same products. */
template <typename F>
inline void inChunks(long rows, long chunk, F f) {
  long from = 0;
  do {
    f(from, rows - from < chunk ? rows - from : chunk);
    from += chunk;
  } while (from < rows);
}

}  // namespace w2s
