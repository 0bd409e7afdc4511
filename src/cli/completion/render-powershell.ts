import type { Tables, Word } from './list-places.ts'

/** For PowerShell 5 and newer; what is free is left to PowerShell, which completes files. */
export function renderPowerShell(tables: Tables): string {
  const wordsTable = (entries: Tables['words']): string =>
    entries.map(([path, words]) => `    ${quoted(path)} = @(${words.map(described).join(', ')})`).join('\n')
  const choicesTable = (entries: Tables['values']): string =>
    entries.map(([key, choices]) => `    ${quoted(key)} = @(${choices.map(quoted).join(', ')})`).join('\n')
  return `# Completions of sophia for PowerShell. Made by: sophia completion powershell
Register-ArgumentCompleter -Native -CommandName sophia -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $descents = @(${tables.descents.map(quoted).join(', ')})
  # A word, and after a bar what it is about.
  $commands = @{
${wordsTable(tables.words)}
  }
  $options = @{
${wordsTable(tables.options)}
  }
  $values = @{
${choicesTable(tables.values)}
  }
  $arguments = @{
${choicesTable(tables.arguments)}
  }
  $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $path = 'sophia'
  $place = 0
  for ($index = 1; $index -lt $before.Count; $index++) {
    $word = $before[$index]
    if ($descents -ccontains "$path $word") { $path = "$path $word" }
    elseif ($values.ContainsKey("$path $word")) { $index++ }
    elseif (-not $word.StartsWith('-')) { $place++ }
  }
  $last = if ($before.Count -gt 0) { $before[-1] } else { '' }
  $found = @()
  if ($values.ContainsKey("$path $last")) { $found = $values["$path $last"] }
  elseif ($wordToComplete.StartsWith('-')) { $found = $options[$path] }
  elseif ($arguments.ContainsKey("$path $place")) { $found = $arguments["$path $place"] }
  elseif ($commands.ContainsKey($path)) { $found = $commands[$path] }
  else { $found = $options[$path] }
  foreach ($entry in $found) {
    $text, $about = $entry -split '\\|', 2
    if (-not $about) { $about = $text }
    if ($text.StartsWith($wordToComplete)) {
      [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
    }
  }
}
`
}

function described({ text, about }: Word): string {
  return quoted(`${text}|${about}`)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
