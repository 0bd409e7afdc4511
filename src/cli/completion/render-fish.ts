import type { Tables, Word } from './list-places.ts'

/** For fish 3 and newer; what is free is completed as files. */
export function renderFish(tables: Tables): string {
  const branch = (keys: readonly string[], then: string): string =>
    `            case ${keys.map(quoted).join(' ')}\n                ${then}`
  const words = ([path, some]: readonly [string, readonly Word[]]): string =>
    `        case ${quoted(path)}\n            printf '%s\\t%s\\n' ${some.map(({ text, about }) => `${quoted(text)} ${quoted(about)}`).join(' ')}`
  const chosen = ([key, choices]: readonly [string, readonly string[]]): string =>
    `        case ${quoted(key)}\n            ${choices.length > 0 ? `printf '%s\\n' ${choices.map(quoted).join(' ')}` : '__fish_complete_path (commandline -ct)'}\n            return`
  return `# Completions of sophia for fish. Made by: sophia completion fish
function __sophia_complete
    set -l tokens (commandline -opc) # the words before the one at hand
    set -l current (commandline -ct)
    set -l path sophia
    set -l place 0
    set -l skips 0
    for word in $tokens[2..]
        if test $skips -eq 1
            set skips 0
            continue
        end
        switch "$path $word"
${branch(tables.descents, 'set path "$path $word"')}
${branch(
  tables.values.map(([key]) => key),
  'set skips 1',
)}
            case '* -*'
            case '*'
                set place (math $place + 1)
        end
    end
    switch "$path $tokens[-1]"
${tables.values.map(chosen).join('\n')}
    end
    if string match -q -- '-*' $current
        __sophia_options "$path"
        return
    end
    switch "$path $place"
${tables.arguments.map(chosen).join('\n')}
    end
    switch "$path"
${tables.words.map(words).join('\n')}
        case '*'
            __sophia_options "$path"
    end
end
function __sophia_options
    switch "$argv[1]"
${tables.options.map(words).join('\n')}
    end
end
complete -c sophia -f -a '(__sophia_complete)'
`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
