import type { Param, ParamTable } from '../spec/params'

/** The parameters of every model that starts from a pretrained transformer. */
export const READING = {
  checkpoint: {
    type: 'checkpoint',
    default: 'pocket-m',
    label: 'Model',
    inTitle: true,
    help: 'A pretrained model that is on this machine, or can be fetched.',
  },
  tokens: {
    type: 'integer',
    default: 128,
    min: 4,
    max: 131_072,
    label: 'Longest text',
    unit: 'tokens',
    help: 'Longer texts are cut there, or where the model’s own context ends.',
  },
  reading: {
    type: 'number',
    default: 0,
    min: 0,
    max: 100,
    label: 'Epochs of reading',
    source: 'arXiv 2312.09390 5.2.2',
    later: true,
    help: 'How often it first reads the texts that it is to be taught on, without their labels, as a language model; 0: not at all.',
  },
} as const satisfies ParamTable & Record<string, Param>
