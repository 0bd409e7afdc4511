import type { Tables, Word } from './list-places.ts'

/** For bash 3.2 and newer; what is free is completed as files. */
export function renderBash(tables: Tables): string {
  const branch = ([key, choices]: readonly [string, readonly string[]], to: string): string =>
    `    '${key}') ${to}='${choices.join(' ')}' ;;`
  const textsOf = ([path, words]: readonly [string, readonly Word[]]): readonly [string, readonly string[]] => [
    path,
    words.map(({ text }) => text),
  ]
  return `# Completions of sophia for bash. Made by: sophia completion bash
_sophia() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='sophia' place=0 index word words='' options='' state='words'
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$path $word" in
      ${oneOf(tables.descents)}) path="$path $word" ;;
      ${oneOf(tables.values.map(([key]) => key))})
        index=$((index + 1))
        if [ "\${COMP_WORDS[index]}" = '=' ]; then index=$((index + 1)); fi ;;
      *' '-*) ;;
      *) place=$((place + 1)) ;;
    esac
  done
  if [ "$previous" = '=' ] && [ "$COMP_CWORD" -gt 2 ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$current" = '=' ]; then current=''; fi
  case "$path $previous" in
${tables.values.map(([key, choices]) => `    '${key}') state='value' words='${choices.join(' ')}' ;;`).join('\n')}
  esac
  if [ "$state" = 'words' ]; then
    case "$path $place" in
${tables.arguments.map(([key, choices]) => `    '${key}') state='argument' words='${choices.join(' ')}' ;;`).join('\n')}
    esac
  fi
  case "$path" in
${tables.options.map((entry) => branch(textsOf(entry), 'options')).join('\n')}
  esac
  if [ "$state" = 'words' ]; then
    case "$path" in
${tables.words.map((entry) => branch(textsOf(entry), 'words')).join('\n')}
    *) words="$options" ;;
    esac
  fi
  if [ "$state" != 'value' ] && [ "\${current#-}" != "$current" ]; then words="$options"; fi
  while IFS='' read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$words" -- "$current")
}
complete -o default -F _sophia sophia
`
}

function oneOf(keys: readonly string[]): string {
  return keys.map((key) => `'${key}'`).join(' | ')
}
