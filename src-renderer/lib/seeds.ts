/** How wide chance between seeds alone makes PGR, by how n, gap, PGR p and deviation σ came out in the past. */
export const WIDTH_FORMULA =
  't(n − 1) · σ / (gap · √n), σ the deviation over seeds of (student − weak) − p · (ceiling − weak)'
