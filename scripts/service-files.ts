/** The service files for a clone and a home in the usual places, to be read and copied by those who install by other means. */
import { posix, win32 } from 'node:path'
import { describeService, SERVICE_ACCOUNT } from '#platform/supervision/description.ts'
import { renderLaunchAgent } from '#platform/supervision/render-launchd.ts'
import { renderAccount, renderUnit } from '#platform/supervision/render-systemd.ts'
import { renderCommandLauncher, renderPowershellLauncher, renderTask } from '#platform/supervision/render-windows.ts'

const NOTICE =
  'Made from the code by `npm run generate`; do not edit by hand. sophia service install writes it with the paths of a machine.'
const HOME = '/var/lib/sophia'

const machine = describeService({
  scope: 'system',
  node: '/usr/bin/node',
  root: '/opt/sophia',
  home: HOME,
  join: posix.join,
})
const account = describeService({
  scope: 'user',
  node: '/usr/bin/node',
  root: '/opt/sophia',
  home: '/home/you/.sophia',
  join: posix.join,
})
const agent = describeService({
  scope: 'user',
  node: '/usr/local/bin/node',
  root: '/Users/you/sophia',
  home: '/Users/you/.sophia',
  join: posix.join,
})
const task = describeService({
  scope: 'user',
  node: 'C:\\Program Files\\nodejs\\node.exe',
  root: 'C:\\sophia',
  home: 'C:\\Users\\you\\.sophia',
  join: win32.join,
})

const hash = (text: string): string => `# ${NOTICE}\n${text}`

/** Each file of `deploy/services/` with what makes it. */
export const SERVICE_FILES: Readonly<Record<string, () => string>> = {
  'deploy/services/systemd/system/sophia.service': () => hash(renderUnit(machine)),
  'deploy/services/systemd/system/sophia.sysusers.conf': () => hash(renderAccount(SERVICE_ACCOUNT, HOME)),
  'deploy/services/systemd/user/sophia.service': () => hash(renderUnit(account)),
  'deploy/services/launchd/local.sophia.plist': () => `${renderLaunchAgent(agent)}<!-- ${NOTICE} -->\n`,
  'deploy/services/windows/sophia-task.xml': () => `${renderTask(task, 'MACHINE\\you')}<!-- ${NOTICE} -->\n`,
  'deploy/services/windows/sophia.cmd': () => `${renderCommandLauncher(task)}rem ${NOTICE}\r\n`,
  'deploy/services/windows/sophia.ps1': () => `${renderPowershellLauncher(task)}# ${NOTICE}\r\n`,
}
