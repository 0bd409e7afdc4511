import type { Tables, Word } from './list-places.ts'

/** For zsh 5 and newer: as `_sophia` in a folder of `fpath`, or read in after `compinit`. */
export function renderZsh(tables: Tables): string {
  const described = ([path, words]: readonly [string, readonly Word[]], to: string): string =>
    `    '${path}') ${to}=(${words.map(({ text, about }) => quoted(`${text}:${about}`)).join(' ')}) ;;`
  const chosen = ([key, choices]: readonly [string, readonly string[]], state: string): string =>
    `    '${key}') state='${state}' choices=(${choices.map(quoted).join(' ')}) ;;`
  return `#compdef sophia
# Completions of sophia for zsh. Made by: sophia completion zsh
_sophia() {
  local current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" path_of='sophia' place=0 index=2 word state='words'
  local -a choices commands options
  while (( index < CURRENT )); do
    word="\${words[index]}"
    case "$path_of $word" in
      ${oneOf(tables.descents)}) path_of="$path_of $word" ;;
      ${oneOf(tables.values.map(([key]) => key))}) (( index += 1 )) ;;
      *' '-*) ;;
      *) (( place += 1 )) ;;
    esac
    (( index += 1 ))
  done
  case "$path_of $previous" in
${tables.values.map((entry) => chosen(entry, 'value')).join('\n')}
  esac
  if [[ $state == words ]]; then
    case "$path_of $place" in
${tables.arguments.map((entry) => chosen(entry, 'argument')).join('\n')}
    esac
  fi
  case "$path_of" in
${tables.options.map((entry) => described(entry, 'options')).join('\n')}
  esac
  case "$path_of" in
${tables.words.map((entry) => described(entry, 'commands')).join('\n')}
  esac
  if [[ $state != value && $current == -* ]]; then
    _describe 'option' options
  elif [[ $state == words ]]; then
    if (( \${#commands} > 0 )); then _describe 'command' commands; else _describe 'option' options; fi
  elif (( \${#choices} > 0 )); then
    compadd -- "\${choices[@]}"
  else
    _files
  fi
}
if [[ $funcstack[1] == _sophia ]]; then _sophia "$@"; else compdef _sophia sophia; fi
`
}

function oneOf(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(' | ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
