import { win32 } from 'node:path'
import { SERVICE_NAME, type ServiceDescription } from './description.ts'
import { escapeXml } from './escape-xml.ts'

/** Where the launchers of a home lie. */
export function launcherPaths({ home }: Pick<ServiceDescription, 'home'>): { cmd: string; powershell: string } {
  return { cmd: win32.join(home, 'sophia.cmd'), powershell: win32.join(home, 'sophia.ps1') }
}

/** The task for Task Scheduler 2.0: at the sign-in of its account, started anew when it fails. `user` as `MACHINE\name`. */
export function renderTask(service: ServiceDescription, user: string): string {
  const { about, limits, root } = service
  const { powershell } = launcherPaths(service)
  const launch = `-NoProfile -NonInteractive -ExecutionPolicy Bypass -WindowStyle Hidden -File "${powershell}" up`
  const who = escapeXml(user)
  // No declaration, and escapeXml leaves ASCII only: then it is the same in whatever encoding schtasks takes the file to be.
  return `<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${escapeXml(about)}</Description>
    <URI>\\${SERVICE_NAME}</URI>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${who}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${who}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT${Math.max(1, Math.round(limits.restartAfterSeconds / 60))}M</Interval>
      <Count>${limits.mostRestarts}</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>powershell.exe</Command>
      <Arguments>${escapeXml(launch)}</Arguments>
      <WorkingDirectory>${escapeXml(root)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`
}

/** `sophia.cmd`: the `sophia` command of this home, for the old command line. */
export function renderCommandLauncher({ environmentFile, home, node, words }: ServiceDescription): string {
  // A batch file reads %name% as a variable; twice the sign is the sign.
  const plain = (text: string): string => text.replaceAll('%', '%%')
  return [
    '@echo off',
    'setlocal',
    `set "SOPHIA_HOME=${plain(home)}"`,
    `"${plain(node)}" "--env-file-if-exists=${plain(environmentFile)}" "${plain(words[0] ?? '')}" %*`,
    'exit /b %errorlevel%',
    '',
  ].join('\r\n')
}

/** `sophia.ps1`: the same for PowerShell, which the task uses too. */
export function renderPowershellLauncher({ environmentFile, home, node, words }: ServiceDescription): string {
  // PowerShell takes the slanted quotes for quotes, too.
  const literal = (text: string): string => `'${text.replaceAll(/['‘’‚‛]/g, '$&$&')}'`
  return [
    // Without its mark Windows PowerShell reads a file as text of the old code page.
    `\u{FEFF}$env:SOPHIA_HOME = ${literal(home)}`,
    `& ${literal(node)} ${literal(`--env-file-if-exists=${environmentFile}`)} ${literal(words[0] ?? '')} @args`,
    'exit $LASTEXITCODE',
    '',
  ].join('\r\n')
}
