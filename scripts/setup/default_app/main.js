// A small stand-in for the launcher that Electron carries in resources/default_app.asar:
//   electron [switches] [-r module]... <app folder or file> [arguments]
import { existsSync, readFileSync } from 'node:fs'
import { Module } from 'node:module'
import { join, dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron/main'

function fail(message) {
  console.error(message)
  process.exit(1)
}

/** The app to start and the modules to load before it. Playwright hands its own loader over with -r. */
function parseArguments(args) {
  const preload = []
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg === '-v' || arg === '--version') {
      console.log(`v${process.versions.electron}`)
      process.exit(0)
    } else if (arg === '-r' || arg === '--require') preload.push(args[++i])
    else if (!arg.startsWith('-')) return { target: resolve(arg), preload }
  }
  return fail('usage: electron [switches] <path-to-app> [arguments]')
}

/** Gives the process the app's own identity, as the stock launcher does; returns the app's folder. */
function adopt(folder) {
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) return dirname(folder)
  const { name, productName, version, desktopName } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (version) app.setVersion(version)
  if (productName || name) app.name = productName || name
  app.setDesktopName(desktopName || `${app.name}.desktop`)
  return folder
}

const { target, preload } = parseArguments(process.argv.slice(1))
if (preload.length > 0) Module._preloadModules(preload)
Object.defineProperty(process, 'defaultApp', { enumerable: true, value: true })
app.setAppPath(adopt(target))
try {
  // Electron holds `ready` back until this import has been evaluated.
  await import(pathToFileURL(Module._resolveFilename(target, null, true)).href)
} catch (error) {
  fail(`The app at ${target} could not be started\n\n${error.stack}`)
}
