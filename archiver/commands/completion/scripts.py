"""Writes the completion scripts: one function for each shell, described commands in, text out."""

from collections.abc import Iterator, Sequence

from archiver.commands.completion.described import Argument, Described

_BASH = """# bash completion for archiver; written by `archiver completion bash`
_archiver() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command="" takes="" words="" at
    # bash splits --option=value into three words
    if [[ $cur == "=" ]]; then
        cur=""
    elif [[ $prev == "=" ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        if [[ ${COMP_WORDS[at]} != -* ]]; then
            command=${COMP_WORDS[at]}
            break
        fi
    done
    COMPREPLY=()
    case "$command" in
@COMMANDS@
    *)
        takes=words words="@NAMES@ --help --version"
        ;;
    esac
    local IFS=$'\\n'
    case "$takes" in
    words)
        IFS=$' \\n'
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
        ;;
    folders)
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -d -- "$cur"))
        ;;
    files) ;; # those of the shell
    text)
        compopt +o default +o bashdefault 2>/dev/null
        ;;
    esac
    return 0
}
complete -o bashdefault -o default -F _archiver archiver
"""


def bash(commands: Sequence[Described]) -> str:
    """For bash 3.2 and later; where nothing better is known, the shell's own completion of file names."""
    cases = "\n".join(line for each in commands for line in _bash_case(each))
    return _BASH.replace("@COMMANDS@", cases).replace("@NAMES@", " ".join(each.name for each in commands))


def _bash_case(command: Described) -> Iterator[str]:
    yield f"    {command.name})"
    yield '        case "$prev" in'
    for option in command.options:
        if option.takes == "nothing":
            continue
        words = f' words="{" ".join(option.words)}"' if option.words else ""
        yield f"        {' | '.join(option.names)}) takes={option.takes}{words} ;;"
    yield "        esac"
    names = " ".join(name for option in command.options for name in option.names)
    yield f'        if [[ $cur == -* ]]; then takes=words words="{names}"'
    positional = _first(command)
    words = f' words="{" ".join(positional.words)}"' if positional.words else ""
    yield f"        elif [[ -z $takes ]]; then takes={positional.takes}{words}; fi"
    yield "        ;;"


_ZSH = """#compdef archiver
# zsh completion for archiver; written by `archiver completion zsh`
_archiver() {
    local curcontext=$curcontext state line
    typeset -A opt_args
    local -a commands
    commands=(
@NAMES@
    )
    _arguments -C \\
        '(- *)'{-h,--help}'[show the help]' \\
        '(- *)--version[show the version]' \\
        '1:command:->command' \\
        '*::argument:->argument'
    case $state in
    command)
        _describe -t commands 'archiver command' commands
        ;;
    argument)
        case $words[1] in
@COMMANDS@
        esac
        ;;
    esac
}
if [[ $funcstack[1] == _archiver ]]; then
    _archiver "$@"
else
    compdef _archiver archiver
fi
"""


def zsh(commands: Sequence[Described]) -> str:
    """For zsh 5, as a file of `fpath` or sourced after `compinit`."""
    names = "\n".join(f"        {_quoted(f'{each.name}:{each.does}')}" for each in commands)
    cases = "\n".join(line for each in commands for line in _zsh_case(each))
    return _ZSH.replace("@NAMES@", names).replace("@COMMANDS@", cases)


def _zsh_case(command: Described) -> Iterator[str]:
    specifications = [_zsh_option(each) for each in command.options]
    specifications += [_quoted(f"*:{_escaped(each.named)}:{_zsh_values(each)}") for each in command.positional[:1]]
    yield f"        {command.name})"
    yield "            _arguments -S \\"
    yield " \\\n".join(f"                {each}" for each in specifications)
    yield "            ;;"


def _zsh_option(option: Argument) -> str:
    value = "" if option.takes == "nothing" else f":{_escaped(option.named)}:{_zsh_values(option)}"
    if value and option.optional:
        value = f":{value}"
    many = "*" if option.repeatable else f"({' '.join(option.names)})"
    names = option.names[0] if len(option.names) == 1 else f"'{{{','.join(option.names)}}}'"
    return f"'{many}{names}[{_in_quotes(_escaped(option.about))}]{_in_quotes(value)}'"


def _zsh_values(argument: Argument) -> str:
    own = {"folders": "_files -/", "files": "_files", "words": f"({' '.join(argument.words)})"}
    return own.get(argument.takes, " ")


def fish(commands: Sequence[Described]) -> str:
    """For fish 3 and later."""
    return "\n".join(("# fish completion for archiver; written by `archiver completion fish`", *_fish(commands), ""))


def _fish(commands: Sequence[Described]) -> Iterator[str]:
    yield "complete -c archiver -f"
    yield "complete -c archiver -n __fish_use_subcommand -s h -l help -d 'show the help'"
    yield "complete -c archiver -n __fish_use_subcommand -l version -d 'show the version'"
    for command in commands:
        yield f"complete -c archiver -n __fish_use_subcommand -a {command.name} -d {_fish_quoted(command.does)}"
    for command in commands:
        behind = f"complete -c archiver -n '__fish_seen_subcommand_from {command.name}'"
        for option in command.options:
            names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in option.names)
            yield f"{behind} {names}{_fish_values(option)} -d {_fish_quoted(option.about)}"
        first = _first(command)
        if first.takes == "files":
            yield f"{behind} -F"
        elif first.words:
            yield f"{behind} -a {_fish_quoted(' '.join(first.words))}"


def _fish_values(option: Argument) -> str:
    if option.takes == "words":
        return f" {'-f' if option.optional else '-x'} -a {_fish_quoted(' '.join(option.words))}"
    if option.optional:
        return " -F" if option.takes == "files" else ""
    return {"nothing": "", "text": " -x", "files": " -r -F"}.get(option.takes, " -x -a '(__fish_complete_directories)'")


def _first(command: Described) -> Argument:
    return command.positional[0] if command.positional else Argument(names=(), takes="text", named="")


def _escaped(text: str) -> str:
    """For a specification of `_arguments`, where brackets and colons have a meaning."""
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text


def _in_quotes(text: str) -> str:
    return text.replace("'", "'\\''")


def _quoted(text: str) -> str:
    return f"'{_in_quotes(text)}'"


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
