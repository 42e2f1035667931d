import type { StageRunner } from './stage'

export const pretrain: StageRunner<'pretrain'> = () => Promise.reject(new Error('pretraining is not there yet'))
