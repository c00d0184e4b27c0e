# The words that tern takes. Made from the description of its command line: see
# tests/resolver/daemon/shell_completions.h.
_tern() {
  local word=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # bash takes --option=value apart at the sign.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case " ${COMP_WORDS[*]:1:COMP_CWORD-1} " in
    ' lookup '*)
      case $before in
        --server) ;;
        --class) ;;
        --timeout) ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --server --tcp --class --dnssec --unchecked --no-recursion --short --json --trace --timeout' -- "$word")
          elif [[ $before != lookup ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'A AAAA ANY CAA CNAME DNAME DNSKEY DS HTTPS MX NAPTR NS PTR SOA SRV SVCB TLSA TXT' -- "$word")
          fi
          ;;
      esac
      ;;
    ' why '*)
      case $before in
        --server) ;;
        --timeout) ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --server --json --timeout' -- "$word")
          elif [[ $before != why ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'A AAAA CNAME DNSKEY DS MX NS SOA TLSA TXT' -- "$word")
          fi
          ;;
      esac
      ;;
    ' mail '*)
      case $before in
        --server) ;;
        --timeout) ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --check-lists --server --json --timeout' -- "$word")
          elif [[ $before != mail ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' doctor mail '*)
      case $before in
        --resolv-conf)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        --chroot-copy)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        --list) ;;
        --server) ;;
        --timeout) ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --resolv-conf --chroot-copy --list --server --json --timeout' -- "$word")
          ;;
      esac
      ;;
    ' health '*)
      case $before in
        --http) ;;
        --token-file)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        --timeout) ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --http --token-file --strict --json --timeout' -- "$word")
          ;;
      esac
      ;;
    ' config import '*)
      case $before in
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help' -- "$word")
          elif [[ $before != import ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' config check '*)
      case $before in
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --json' -- "$word")
          elif [[ $before != check ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' status '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' stats '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' reload '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' drain '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != drain ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'off on' -- "$word")
          fi
          ;;
      esac
      ;;
    ' upgrade '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' stop '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' top '*)
      case $before in
        --every) ;;
        --times) ;;
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --every --times --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' stuck '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' servers '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != servers ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' cache look '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != look ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' cache dump '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != dump ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' cache load '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != load ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' flush '*)
      case $before in
        --type) ;;
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --type --below --negative --all --socket --json' -- "$word")
          elif [[ $before != flush ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' config show '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' log level '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != level ]]; then
            mapfile -t COMPREPLY < <(compgen -W 'error info warning' -- "$word")
          fi
          ;;
      esac
      ;;
    ' log reopen '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' forward add '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --first --validate --socket --json' -- "$word")
          elif [[ $before != add ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' forward remove '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != remove ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' forward list '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' stub add '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --validate --socket --json' -- "$word")
          elif [[ $before != add ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' stub remove '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != remove ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' stub list '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' local add '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != add ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' local remove '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != remove ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' local list '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    ' nta add '*)
      case $before in
        --until) ;;
        --for) ;;
        --reason) ;;
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --until --for --reason --socket --json' -- "$word")
          elif [[ $before != add ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' nta remove '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          if [[ $word == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          elif [[ $before != remove ]]; then
            mapfile -t COMPREPLY < <(compgen -W '' -- "$word")
          fi
          ;;
      esac
      ;;
    ' nta list '*)
      case $before in
        --socket)
          mapfile -t COMPREPLY < <(compgen -f -- "$word")
          ;;
        *)
          mapfile -t COMPREPLY < <(compgen -W '-h --help --socket --json' -- "$word")
          ;;
      esac
      ;;
    '  ')
      mapfile -t COMPREPLY < <(compgen -W 'cache config doctor drain flush forward health local log lookup mail nta reload servers stats status stop stub stuck top upgrade why -h --help --version' -- "$word")
      ;;
    ' cache ')
      mapfile -t COMPREPLY < <(compgen -W 'dump load look' -- "$word")
      ;;
    ' config ')
      mapfile -t COMPREPLY < <(compgen -W 'check import show' -- "$word")
      ;;
    ' doctor ')
      mapfile -t COMPREPLY < <(compgen -W 'mail' -- "$word")
      ;;
    ' forward ')
      mapfile -t COMPREPLY < <(compgen -W 'add list remove' -- "$word")
      ;;
    ' local ')
      mapfile -t COMPREPLY < <(compgen -W 'add list remove' -- "$word")
      ;;
    ' log ')
      mapfile -t COMPREPLY < <(compgen -W 'level reopen' -- "$word")
      ;;
    ' nta ')
      mapfile -t COMPREPLY < <(compgen -W 'add list remove' -- "$word")
      ;;
    ' stub ')
      mapfile -t COMPREPLY < <(compgen -W 'add list remove' -- "$word")
      ;;
  esac
}
complete -o filenames -F _tern tern
