import { TEXTS_IN_BUNDLES } from '../science/tasks'
import { BUNDLE_VERSION } from './format'
import type { BundleInput } from './input'

const FILES = `bundle.json        what this is: format, version, application, run
spec.json          the experiment as it was asked for
plan.json          its stages, each with its key (sha256 of all that determines its result), needs, configuration
                   and version of its code, and the arms that compare them
results.json       what the intervals cover; every arm: of every metric (accuracy and others, by their names)
                   weak, student and ceiling and PGR with intervals, seed by seed, the curves, what each stop rule
                   would have reported; agreement; the paired differences of arms in every metric
results.csv        the same seed by seed, one row per arm and seed, four columns a metric
elsewhere.csv      where a task has test sets from elsewhere: the same of these, one row per arm, set and seed, the
                   student at its last step
metrics.csv        every number of every training in tidy form: one row per stage, metric, split and step. Loss,
                   learning rate, weight and threshold are of the batch of a step: they are told, and cannot be
                   computed again from the rest
use.csv            what each stage made of the machine: one row per stage, quantity and stretch of time (ending "at"
                   seconds after the stage began), with how many seconds of it were sampled; empty for runs of
                   earlier versions. "card" is the NVIDIA card that the stage computed on, which all that is told of a
                   GPU is of: its name, and the first 8 digits of its uuid, by which cards of one name are told
                   apart; empty of a stage on none, and where that was not kept
examples/          one table per task: which example is in which split (of which seed, where seeds redraw the
                   halves) or in which test set from elsewhere (elsewhere/<set>), its group, its true class, the sha256 of its text, and the text itself where its
                   licence lets anyone hand it on; where a text is to be gone on with the target, as text or, like
                   all that models wrote of such a task, as its sha256
predictions/       one table per arm and seed: probability of class 1 that weak, student and ceiling give
                   to every test example at the reported step; where there are more than two classes, the class
                   that each says (weak) and its probability of every class (weak_0, weak_1 and so on); of texts
                   what each wrote and the log-likelihood of having written it
evaluations/       one safetensors file per training: the probabilities of the test split (of a student the
                   validation split, too) at every evaluation, and of its other splits at the last one; of texts
                   a JSON file, with each text and the log-likelihood (nats) of having written it
labels/            one safetensors file per set of weak labels; of texts a JSON file, too
licences/          where each dataset comes from and on what terms
environment.json   application, runtime, machine, the pretrained models that it started from, and the backend
                   of every stage with device, instruction set and threads
log.txt            what the stages said
manifest-sha256.txt  the checksum of every other file

The tables are data: names and texts stand there as they are, to the byte. A spreadsheet would compute those that begin with
=, +, - or @: import their columns as text.`

const DEVELOPMENT = `
Measured on development rows, which settings are chosen on: no result to be reported. Where a table says "test example",
it is one of those.
`

/** The text that greets whoever unpacks a bundle. */
export function readme({ run, spec, appVersion, covers }: BundleInput): string {
  const unfinished = run.state === 'done' ? '' : `\nThis run is ${run.state}, not done: what is missing is left out.\n`
  return `${run.name}
${'='.repeat(run.name.length)}

${run.question ? run.question + '\n\n' : ''}A weak-to-strong experiment, exported by Weak-to-Strong Lab ${appVersion} (run ${run.id}, bundle version ${BUNDLE_VERSION}).
${spec.measure === 'development' ? DEVELOPMENT : ''}${unfinished}
To check that nothing is missing or changed, in a folder of its own:

    unzip <this file> -d bundle && cd bundle
    sha256sum -c manifest-sha256.txt          (macOS: shasum -a 256 -c manifest-sha256.txt)

or, without unpacking: npm run w2s -- verify <this file>. To run the same experiment again: npm run w2s -- run spec.json

${FILES}

${TEXTS_IN_BUNDLES}
${covers ? `\n${covers}\n` : ''}`
}
