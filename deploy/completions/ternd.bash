# The words that ternd takes. Made from the description of its command line: see
# tests/resolver/daemon/shell_completions.h.
_ternd() {
  local word=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # bash takes --option=value apart at the sign.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $before in
    --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W '-h --help --version --config --check' -- "$word")
      ;;
  esac
}
complete -o filenames -F _ternd ternd
