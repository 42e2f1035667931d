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
} as const satisfies ParamTable & Record<string, Param>
