import { LAUNCHD_LABEL, type ServiceDescription } from './description.ts'
import { escapeXml } from './escape-xml.ts'

type PlistValue = string | number | boolean | readonly string[] | { readonly [key: string]: PlistValue }

/** The LaunchAgent for macOS: from the sign-in of its account on, started anew when it fails. */
export function renderLaunchAgent(service: ServiceDescription): string {
  const { environmentFile, home, limits, node, root, words } = service
  const agent: PlistValue = {
    Label: LAUNCHD_LABEL,
    ProgramArguments: [node, `--env-file-if-exists=${environmentFile}`, ...words],
    WorkingDirectory: root,
    EnvironmentVariables: { SOPHIA_HOME: home },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    // launchd takes no less.
    ThrottleInterval: Math.max(10, limits.restartAfterSeconds),
    ExitTimeOut: limits.stopSeconds,
    Umask: 0o077,
    SoftResourceLimits: { NumberOfFiles: limits.openFiles },
    StandardOutPath: `${home}/service.log`,
    StandardErrorPath: `${home}/service.log`,
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...toLines(agent, ''),
    '</plist>',
    '',
  ].join('\n')
}

function toLines(value: PlistValue, indent: string): string[] {
  const deeper = `${indent}  `
  if (typeof value === 'boolean') return [`${indent}<${value}/>`]
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`]
  if (typeof value === 'string') return [`${indent}<string>${escapeXml(value)}</string>`]
  const isList = isStrings(value)
  const inner = isList
    ? value.flatMap((one) => toLines(one, deeper))
    : Object.entries(value).flatMap(([key, one]) => [`${deeper}<key>${escapeXml(key)}</key>`, ...toLines(one, deeper)])
  const tag = isList ? 'array' : 'dict'
  return [`${indent}<${tag}>`, ...inner, `${indent}</${tag}>`]
}

/** `Array.isArray` does not know read-only lists. */
function isStrings(value: PlistValue): value is readonly string[] {
  return Array.isArray(value)
}
