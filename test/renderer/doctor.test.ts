import { render, screen, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { BackendReport } from '../../src-renderer/lib/types'
import BackendCard from '../../src-renderer/views/doctor/BackendCard.svelte'
import { diagnosticsText } from '../../src-renderer/views/doctor/diagnostics'
import { DOCTOR } from './sample-doctor'

const CARD: BackendReport = {
  ...{
    id: 'cuda',
    title: 'NVIDIA card',
    loadable: true,
    why: '',
    version: 'library 1a2b3c4d',
    gpu: true,
    precisions: ['fp32'],
  },
  device: 'RTX 4090 (compute 8.9, driver 550.54.14)',
  selfTest: {
    passed: true,
    worstError: 4e-6,
    fault: '',
    tolerance: 1e-4,
    stepsPerSecond: 0,
    tokensPerSecond: 812_345,
    at: 0,
  },
  card: {
    ...{ driver: '550.54.14', cuda: '12.4', runtime: '12.8' },
    watch: { by: 'NVML', why: '', troubles: [], programs: [] },
    devices: [{ uuid: 'GPU-1', name: 'RTX 4090', compute: '8.9', memory: 24e9, free: 23e9, why: '' }],
    products: { version: '13.1.0', file: '/opt/cuda/lib64/libcublasLt.so.13.1', choices: '4f2a91c0', why: '' },
    files: ['/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14', '/home/ada/my lab/w2s-cuda.so'],
    table: { weights: 2e6, mirrors: 0, gradients: 2e6, moments: 4e6, activations: 5e7, free: 23e9, other: 9e8 },
  },
  ...{ installed: true, installBytes: null },
}
const shown = (backend: BackendReport) =>
  render(BackendCard, { backend, chosen: true, install: undefined, oninstall: () => {}, onremove: () => {} })

describe('a card in the doctor', () => {
  it('says driver, memory, precision, throughput, what holds its memory and what was opened', () => {
    shown(CARD)
    const facts = within(screen.getByRole('table', { name: 'Card and driver' }))
    expect(facts.getByText('550.54.14')).toBeTruthy()
    expect(facts.getByRole('rowheader', { name: 'watched by' }).nextElementSibling?.textContent).toBe('NVML')
    expect(facts.getByText(/compute 8\.9, 23.GB of 24.GB free/)).toBeTruthy()
    expect(facts.getByText('cuBLASLt 13.1.0')).toBeTruthy()
    expect(facts.getByText(/where it is faster, by choices 4f2a91c0; \/opt\/cuda\/lib64\/libcublasLt/)).toBeTruthy()
    const trained = screen.getByRole('rowheader', { name: 'trains a transformer' })
    expect(trained.nextElementSibling?.textContent).toBe('812,345 tokens/s')
    expect(screen.queryByRole('rowheader', { name: 'trains a small net' })).toBeNull()
    expect(screen.getByText('fp32')).toBeTruthy()
    const memory = within(screen.getByRole('table', { name: 'Memory of the card' }))
    expect(memory.getAllByRole('rowheader').map((cell) => cell.textContent)).toEqual([
      'weights',
      'gradients',
      'moments',
      'activations',
      'other',
      'free',
    ])
    expect(screen.getByText('libcuda.so.550.54.14').title).toBe('/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14')
  })

  it('tells two cards apart: which is left alone and why, and whose memory was measured', () => {
    const [sound] = CARD.card!.devices
    const why = 'NVIDIA card gives wrong numbers here. `nvidia-smi` says how it is.'
    const bad = {
      ...sound!,
      uuid: 'GPU-ae3738d5-9aa2',
      name: 'Tesla T4',
      compute: '7.5',
      memory: 16e9,
      free: 15e9,
      why,
    }
    const devices = [bad, { ...sound!, uuid: 'GPU-0a1b2c3d-51f6' }]
    shown({ ...CARD, card: { ...CARD.card!, devices } })
    const facts = within(screen.getByRole('table', { name: 'Card and driver' }))
    const said = (name: string) => facts.getByRole('rowheader', { name }).parentElement!.textContent
    expect(said('card 1')).toMatch(/Tesla T4.*GPU-ae3738d5, compute 7\.5, 15.GB of 16.GB free/)
    expect(said('card 2')).toMatch(/RTX 4090.*GPU-0a1b2c3d, compute 8\.9, 23.GB of 24.GB free/)
    expect(screen.getByText(/^Card 1 is not used\./).textContent).toBe(`Card 1 is not used. ${why.replaceAll('`', '')}`)
    expect(screen.getByText('nvidia-smi').tagName).toBe('CODE')
    const report = diagnosticsText({ ...DOCTOR, backends: [{ ...CARD, card: { ...CARD.card!, devices } }] })
    expect(report).toMatch(/ {2}card 1: Tesla T4, .*, not used: NVIDIA card gives wrong.*\n {2}card 2: RTX 4090, /)
    expect(screen.getByText('Memory of card 2, with that transformer in training')).toBeTruthy()
  })

  it('says what is missing where there is no driver', () => {
    const why = 'There is no NVIDIA driver. `sudo ubuntu-drivers install` puts one there.'
    const card = { ...CARD.card!, driver: '', cuda: '', devices: [], products: null, files: [], table: null }
    shown({ ...CARD, loadable: false, why, selfTest: null, card })
    expect(screen.getByText('sudo ubuntu-drivers install').tagName).toBe('CODE')
    expect(screen.getByText(/^There is no NVIDIA driver\./).textContent).toBe(why.replaceAll('`', ''))
    expect(within(screen.getByRole('table', { name: 'Card and driver' })).getAllByText('none')).toHaveLength(2)
    expect(screen.getByRole('rowheader', { name: 'state' }).nextElementSibling?.textContent).toBe('does not work')
    expect(screen.queryByRole('table', { name: 'Memory of the card' })).toBeNull()
  })

  it('says what it did in its self-test where no size of an error tells it', () => {
    const fault = 'wrote other tokens than it should'
    const backend = { ...CARD, selfTest: { ...CARD.selfTest!, passed: false, worstError: NaN, fault } }
    shown(backend)
    expect(screen.getByRole('rowheader', { name: 'self-test' }).parentElement!.textContent).toContain(`failed${fault}`)
    expect(diagnosticsText({ ...DOCTOR, backends: [backend] })).toContain(`self-test FAILED, ${fault}, trains`)
    expect(document.body.textContent).not.toMatch(/NaN|Infinity/)
  })

  it('says what it is watched by where that is not NVML, and why', () => {
    const why = 'NVML cannot be opened: libnvidia-ml.so.1 has no nvmlInit_v2.'
    shown({ ...CARD, card: { ...CARD.card!, watch: { by: 'nvidia-smi', why, troubles: [], programs: [] } } })
    const watched = screen.getByRole('rowheader', { name: 'watched by' })
    expect(watched.nextElementSibling?.textContent).toBe('nvidia-smi')
    expect(screen.getByText(why)).toBeTruthy()
  })

  it('says what their driver tells of cards, and who else computes there', () => {
    const [first, second] = [
      { uuid: 'GPU-1', name: 'RTX 4090' },
      { uuid: 'GPU-2', name: 'Tesla T4' },
    ]
    const text = '2 errors of the card’s memory could not be corrected since its driver was loaded.'
    const watch = {
      ...{ by: 'NVML' as const, why: '', troubles: [{ card: second, text }] },
      programs: [
        { card: first, name: '/usr/bin/python3', bytes: 4.1e9 },
        { card: second, name: 'ffmpeg', bytes: null },
      ],
    }
    const devices = [first, second].map((card) => ({ ...CARD.card!.devices[0]!, ...card }))
    const backend = { ...CARD, card: { ...CARD.card!, watch, devices } }
    shown(backend)
    expect(screen.getByText(`card 2: ${text}`)).toBeTruthy()
    const programs = screen.getByRole('rowheader', { name: 'computing' }).nextElementSibling
    expect(programs?.textContent?.replaceAll('\u00a0', ' ')).toMatch(/^card 1: python3 \(4\.1.GB\), card 2: ffmpeg$/)
    // What runs on a machine is nobody else's.
    const copied = diagnosticsText({ ...DOCTOR, backends: [backend] })
    expect(copied).toContain(`Tesla T4: ${text}`)
    expect(copied).not.toContain('ffmpeg')
    shown({ ...backend, card: { ...backend.card, devices: devices.slice(1) } })
    expect(screen.getByText(text)).toBeTruthy()
  })

  it('says why own kernels make all products', () => {
    const products = { version: '', file: '', choices: '', why: 'cuBLASLt is in none of 40 known places' }
    shown({ ...CARD, card: { ...CARD.card!, products } })
    const facts = within(screen.getByRole('table', { name: 'Card and driver' }))
    expect(facts.getByRole('rowheader', { name: 'products' }).nextElementSibling?.textContent).toContain('own kernels')
    expect(facts.getByText(/in none of 40 known places/)).toBeTruthy()
  })

  it('is copied without paths and names', () => {
    const broken = { ...CARD, id: 'cpu' as const, loadable: false, card: null }
    const why = 'The native engine does not load: /home/ada/my lab/src-native/build/w2s.node: no such symbol, says ada.'
    const text = diagnosticsText({
      ...DOCTOR,
      home: '/home/ada/.local/share/lab',
      backends: [CARD, { ...broken, why }],
    })
    expect(text).toContain('driver 550.54.14 (CUDA 12.4), library made with CUDA 12.8')
    expect(text).toContain('RTX 4090, compute 8.9')
    expect(text).toContain('watched by NVML\n')
    expect(text).toContain('products: cuBLASLt 13.1.0 where it is faster, choices 4f2a91c0')
    expect(text).toContain('opened: libcuda.so.550.54.14, w2s-cuda.so')
    expect(text).toContain('trains a transformer at 812,345 tokens/s')
    expect(text).not.toMatch(/ada|\/home|\/usr|src-native/)
    expect(text).toContain('w2s.node: no such symbol')
  })
})
