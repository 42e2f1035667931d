// The command line: the same lab as the app's, over engines in child processes of Node.
import { join, resolve } from 'node:path'
import packageJson from '../package.json'
import { main, trackEngines } from './cli/index'
import { createLab } from './lab'
import { forkEngine } from './lab/fork'
import { labCache, labHome } from './lab/home'

const engines = trackEngines(forkEngine(join(import.meta.dirname, 'engine.js')))

// `w2s list | head` closes our stdout before we have said everything: nothing is left to do then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

process.exitCode = await main(process.argv.slice(2), {
  home: labHome(),
  homeBy: process.env.W2S_HOME ? 'W2S_HOME' : null,
  cwd: process.cwd(),
  openLab: (home, options) =>
    createLab({
      home: resolve(home),
      resources: join(import.meta.dirname, '..', '..', 'resources'),
      cache: labCache(),
      spawnEngine: engines.spawn,
      analyst: join(import.meta.dirname, 'analyst.js'),
      librarian: join(import.meta.dirname, 'librarian.js'),
      reader: join(import.meta.dirname, 'reader.js'),
      appVersion: packageJson.version,
      ...options,
    }),
  killEngines: () => engines.killAll(),
})
