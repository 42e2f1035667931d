/** The libtensorflow that is installed, and TensorFlow's wheels that hold it. */
export const LIBRARY_VERSION = '2.21.0'

/** A wheel of the Python index, pinned; nothing of Python in it is used. */
export interface Wheel {
  name: string
  version: string
  sha256: string
  /** Bytes to download, and of what is kept of it. */
  download: number
  disk: number
}

const HEADERS = String.raw`tensorflow/include/(tensorflow/c/.*|(tensorflow/core|tsl)/platform/ctstring.*|xla/tsl/c/tsl_status)\.h`
const LIBRARIES = String.raw`tensorflow/libtensorflow_(cc|framework)\.so\.2`
/** NVIDIA's shared libraries, and what TensorFlow's compiler of kernels calls; no headers, no static libraries. */
const CUDA = String.raw`nvidia/[^/]+/(lib|bin|nvvm)/(?!.*\.(a|alt\.so\.12)$).*`
/** A Python regular expression over the names in a wheel: what is kept of it. */
export const KEPT = `(${LIBRARIES}|${HEADERS}|${CUDA})$`

const CPU: Wheel[] = [
  {
    name: 'tensorflow-cpu',
    version: LIBRARY_VERSION,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    download: 273_829_956,
    disk: 853_000_000,
  },
]

const nvidia = (name: string, version: string, download: number, disk: number, sha256: string): Wheel => ({
  name: `nvidia-${name}-cu12`,
  version,
  sha256,
  download,
  disk,
})
// TensorFlow's extra `and-cuda` names these, with CUDA 12.5 and cuDNN 9.3 as the least. libtensorflow_cc's RUNPATH
// finds them in ../nvidia/*/lib, so they need no environment variable. 12.9 is the last CUDA 12, and knows Blackwell.
const GPU: Wheel[] = [
  {
    name: 'tensorflow',
    version: LIBRARY_VERSION,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    download: 572_440_367,
    disk: 1_259_500_000,
  },
  nvidia(
    'cublas',
    '12.9.3.13',
    581_217_458,
    855_064_416,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  ),
  nvidia(
    'cuda-cupti',
    '12.9.79',
    10_814_997,
    43_365_768,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  ),
  nvidia(
    'cuda-nvcc',
    '12.9.86',
    40_546_229,
    98_010_465,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ),
  nvidia(
    'cuda-nvrtc',
    '12.9.86',
    89_568_129,
    120_617_232,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  nvidia(
    'cuda-runtime',
    '12.9.79',
    3_493_179,
    741_088,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  nvidia(
    'cudnn',
    '9.28.0.42',
    716_538_495,
    1_162_393_472,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  ),
  nvidia(
    'cufft',
    '11.4.1.4',
    200_877_592,
    293_609_416,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ),
  nvidia(
    'curand',
    '10.3.10.19',
    68_295_626,
    166_965_432,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  ),
  nvidia(
    'cusolver',
    '11.7.5.82',
    338_117_415,
    494_975_064,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ),
  nvidia(
    'cusparse',
    '12.5.10.65',
    366_465_088,
    486_556_368,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  nvidia(
    'nccl',
    '2.32.3',
    351_526_311,
    489_653_380,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  ),
  nvidia(
    'nvjitlink',
    '12.9.86',
    39_748_338,
    95_935_344,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
]

/** What an installation is made of. */
export function wheelsOf(gpu: boolean): readonly Wheel[] {
  return gpu ? GPU : CPU
}

/** Bytes that an installation downloads, and takes on disk when it is done. */
export function installBytes(gpu: boolean): { download: number; disk: number } {
  const wheels = wheelsOf(gpu)
  const sum = (of: 'download' | 'disk') => wheels.reduce((total, wheel) => total + wheel[of], 0)
  return { download: sum('download'), disk: sum('disk') }
}
