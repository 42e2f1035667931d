/** Which texts leave this machine with a bundle: said in these words wherever bundles are. */
export const TEXTS_IN_BUNDLES =
  'A bundle carries the texts of sotu, person-artifact, wordnet-isa, wordnet-kinds and chess-puzzles, whose licences let anyone hand them on; of other tasks, and of your own data, it carries the sha256 of each text alone.'
