// npm run w2s -- …: the command line tool, after what set-up it needs. Set-up speaks on stderr only.
import './setup/node-version.mjs'
import { launchCli } from './setup/launch.mjs'
import { orExit, setup } from './setup.mjs'

await orExit(() => setup())
process.exitCode = await launchCli(process.argv.slice(2))
