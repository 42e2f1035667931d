// The command line: the same lab as the app's, over engines in child processes of Node.
import { join, resolve } from 'node:path'
import packageJson from '../../package.json'
import { createLab } from '../lab'
import { examineApart } from '../lab/check/examine'
import { forkEngine } from '../lab/engine/fork'
import { labCache, labHome } from '../lab/home/paths'
import type { ExitCode } from './exit'
import { answerUncaught, main, trackEngines, type Wiring } from './index'

/**
 * Runs one command line to its end.
 * @param built folder of what was built: the engine and the threads lie there
 */
export function start(argv: string[], built: string): Promise<ExitCode> {
  const engines = trackEngines(forkEngine(join(built, 'engine.js')))
  const wiring: Wiring = {
    home: labHome(),
    homeBy: process.env.W2S_HOME ? 'W2S_HOME' : null,
    cwd: process.cwd(),
    openLab: (home, options) =>
      createLab({
        home: resolve(home),
        resources: join(built, '..', '..', 'resources'),
        cache: labCache(),
        spawnEngine: engines.spawn,
        analyst: join(built, 'analyst.js'),
        librarian: join(built, 'librarian.js'),
        importer: join(built, 'importer.js'),
        reader: join(built, 'reader.js'),
        appVersion: packageJson.version,
        ...options,
      }),
    examine: (path) => examineApart(join(built, 'analyst.js'), path),
    killEngines: () => engines.killAll(),
  }
  answerUncaught(argv, wiring)
  return main(argv, wiring)
}
