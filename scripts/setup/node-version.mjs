// Imported first by every script: says plainly that Node is too old before anything newer is evaluated.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: Weak-to-Strong Lab needs Node 20.19 or newer.`)
  console.error(
    'Fix: install a current Node from https://nodejs.org (or `nvm install --lts`), then run the command again.',
  )
  process.exit(1)
}
