// npm start: set-up, then the app; where there is no display, the quick-start experiment in the terminal.
import './setup/node-version.mjs'
import { hasDisplay, launchApp, launchCli } from './setup/launch.mjs'
import { orExit, setup } from './setup.mjs'

if (hasDisplay()) {
  process.exitCode = await orExit(async () => {
    await setup({ window: true })
    return launchApp(process.argv.slice(2))
  })
} else {
  await orExit(() => setup())
  console.log('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be opened.')
  console.log('Running the quick-start experiment in the terminal instead: npm run w2s -- run quickstart\n')
  process.exitCode = await launchCli(['run', 'quickstart'])
}
