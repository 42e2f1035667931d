// Electron's main process for one test: electron electron-host.mjs <built engine.js> <file with a JSON list of requests>.
// Posts the requests to the engine in a utility process, each when the one before is answered; prints the answers.
import { readFileSync } from 'node:fs'
import { app, utilityProcess } from 'electron'

const [entry, file] = process.argv.slice(-2)
const requests = JSON.parse(readFileSync(file, 'utf8'))
const isEnd = (event) => event.type === 'state' && event.state !== 'running'

app.on('window-all-closed', () => {})
app.whenReady().then(() => {
  const engine = utilityProcess.fork(entry, [], { stdio: 'inherit' })
  const answer = (value) => {
    console.log(`ANSWER ${JSON.stringify(value)}`)
    if (requests.length > 0) engine.postMessage(requests.shift())
    else engine.postMessage({ type: 'exit' })
  }
  engine.on('message', (message) => {
    if (message.type === 'events') message.events.filter(isEnd).forEach(answer)
    else if (message.type !== 'progress') answer(message)
  })
  engine.on('exit', (code) => {
    console.log(`EXIT ${code}`)
    app.exit(0)
  })
})
