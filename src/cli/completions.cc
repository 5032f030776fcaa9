// Completions: one writer a shell. They share what the tables say and differ in how a shell wants it said.
#include "cli/completions.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "cli/manual.h"

namespace leanlab::cli {
namespace {

std::vector<const Command*> built(const std::vector<Command>& commands) {
  std::vector<const Command*> out;
  for (const Command& command : commands)
    if (command.run) out.push_back(&command);
  return out;
}

bool takes_next_word(const Option& option) {
  return option.kind != Kind::flag && !option.value_optional;
}

/// "run:--n|run:-n", for a `case` over command and word.
std::string bash_pattern(const std::string& command, const Option& option) {
  const std::string letter = option.letter ? fmt::format("|{}:-{}", command, option.letter) : "";
  return fmt::format("{}:{}{}", command, option.name, letter);
}

/// Patterns of all options whose value is the next word.
std::string bash_value_patterns(const std::string& command, const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options)
    if (takes_next_word(option)) out += (out.empty() ? "" : "|") + bash_pattern(command, option);
  return out;
}

/// Text inside single quotes of a shell.
std::string quoted(std::string text) {
  return "'" + replace_all(std::move(text), "'", "'\\''") + "'";
}

std::string command_names(const std::vector<const Command*>& commands) {
  std::string names;
  for (const Command* command : commands) names += (names.empty() ? "" : " ") + command->name;
  return names;
}

// ---- bash

/// What sets COMPREPLY for a value of this kind.
std::string bash_values(Kind kind, const std::vector<std::string>& choices, const std::string& names) {
  switch (kind) {
    case Kind::choice:
      return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", fmt::join(choices, " "));
    case Kind::command:
      return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))", names);
    case Kind::lab:
    case Kind::id:
      return "_leanlab_labs";
    case Kind::folder:
      return "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$cur\"))";
    case Kind::path:
      return "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))";
    default:
      return ":";
  }
}

std::string bash_option_cases(const std::string& command, const std::vector<Option>& options,
                              const std::string& names) {
  std::string out;
  for (const Option& option : options) {
    if (!takes_next_word(option) || option.built == Built::not_yet) continue;
    out += fmt::format("    {}) {}; return ;;\n", bash_pattern(command, option),
                       bash_values(option.kind, option.choices, names));
  }
  return out;
}

std::string option_words(const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options)
    if (option.built == Built::yes) out += " " + option.name;
  return out;
}

// ---- zsh

std::string zsh_action(Kind kind, const std::vector<std::string>& choices) {
  switch (kind) {
    case Kind::choice:
      return fmt::format("({})", fmt::join(choices, " "));
    case Kind::command:
      return "_leanlab_commands";
    case Kind::lab:
    case Kind::id:
      return "_leanlab_labs";
    case Kind::folder:
      return "_files -/";
    case Kind::path:
      return "_files";
    default:
      return " ";
  }
}

std::string zsh_text(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"})
    text = replace_all(std::move(text), special, std::string("\\") + special);
  return text;
}

std::string zsh_options(const std::string& page, const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options) {
    if (option.built == Built::not_yet) continue;
    const std::string help = zsh_text(option_help(page, option));
    std::string value;
    if (takes_next_word(option))
      value = fmt::format(":{}:{}", option.value, zsh_action(option.kind, option.choices));
    const std::string star = option.times == Times::many ? "*" : "";
    if (option.value_optional) {
      out += " \\\n    " + quoted(fmt::format("{}[{}]", option.name, help));
      continue;
    }
    if (option.letter)
      out += " \\\n    " + quoted(fmt::format("{}-{}[{}]{}", star, option.letter, help, value));
    out += " \\\n    " + quoted(fmt::format("{}{}[{}]{}", star, option.name, help, value));
  }
  return out;
}

std::string zsh_positionals(const Command& command) {
  std::string out;
  for (const Positional& positional : command.positionals) {
    const bool many =
        positional.needed == Positional::Needed::any || positional.needed == Positional::Needed::one_or_more;
    const bool may_lack = positional.needed == Positional::Needed::optional;
    out +=
        " \\\n    " + quoted(fmt::format("{}:{}:{}",
                                         many       ? "*"
                                         : may_lack ? ":"
                                                    : "",
                                         positional.name, zsh_action(positional.kind, positional.choices)));
  }
  return out;
}

// ---- fish

std::string fish_values(Kind kind, const std::vector<std::string>& choices, const std::string& names) {
  switch (kind) {
    case Kind::choice:
      return fmt::format(" -a '{}'", fmt::join(choices, " "));
    case Kind::command:
      return fmt::format(" -a '{}'", names);
    case Kind::lab:
    case Kind::id:
      return " -a '(leanlab list --names 2>/dev/null)'";
    case Kind::folder:
      return " -a '(__fish_complete_directories)'";
    case Kind::path:
      return " -F";
    default:
      return "";
  }
}

std::string fish_options(const std::string& page, const std::string& condition,
                         const std::vector<Option>& options, const std::string& names) {
  std::string out;
  for (const Option& option : options) {
    if (option.built == Built::not_yet) continue;
    out += "complete -c leanlab" + condition;
    if (option.letter) out += fmt::format(" -s {}", option.letter);
    out += " -l " + option.name.substr(2);
    if (takes_next_word(option)) out += " -r" + fish_values(option.kind, option.choices, names);
    out += " -d " + quoted(option_help(page, option)) + "\n";
  }
  return out;
}

}  // namespace

std::string bash_completions(const std::vector<Command>& all, const std::vector<Option>& globals) {
  const auto commands = built(all);
  const std::string names = command_names(commands);
  std::string skipped = bash_value_patterns("*", globals), values = bash_option_cases("*", globals, names),
              words;
  for (const Command* command : commands) {
    values += bash_option_cases(command->name, command->options, names);
    if (const std::string more = bash_value_patterns(command->name, command->options); !more.empty())
      skipped += "|" + more;
    words += fmt::format("    {})\n      if [[ $cur == -* ]]; then options+='{}'\n", command->name,
                         option_words(command->options));
    std::size_t place = 0;
    for (const Positional& positional : command->positionals) {
      const bool many = positional.needed == Positional::Needed::any ||
                        positional.needed == Positional::Needed::one_or_more;
      words += fmt::format("      elif (( place {} {} )); then {}\n", many ? ">=" : "==", place++,
                           bash_values(positional.kind, positional.choices, names));
    }
    words += "      fi ;;\n";
  }
  return fmt::format(R"sh(# bash completion for leanlab; made by `leanlab completions bash`.
_leanlab_labs() {{
  COMPREPLY=($(compgen -W "$(leanlab ${{dir:+-C "$dir"}} list --names 2>/dev/null)" -- "$cur"))
}}

_leanlab() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} command= dir= word i place=0
  local options='{0}'
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${{COMP_WORDS[i]}}
    case $command:$word in
      *:-C|*:--directory) dir=${{COMP_WORDS[++i]}} ;;
      {1}) ((i++)) ;;
      *:-*) ;;
      *) if [[ -z $command ]]; then command=$word; else ((place++)); fi ;;
    esac
  done
  COMPREPLY=()
  case $command:$prev in
{2}  esac
  case $command in
    '') if [[ $cur != -* ]]; then COMPREPLY=($(compgen -W '{3}' -- "$cur")); return; fi ;;
{4}  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur")); fi
}}
complete -F _leanlab leanlab
)sh",
                     trim(option_words(globals)), skipped, values, names, words);
}

std::string zsh_completions(const std::vector<Command>& all, const std::vector<Option>& globals) {
  const auto commands = built(all);
  std::string described, cases;
  for (const Command* command : commands) {
    described += "    " + quoted(command->name + ":" + replace_all(summary_of(*command), ":", "\\:")) + "\n";
    cases += fmt::format("    {})\n      _arguments -s $globals{}{} ;;\n", command->name,
                         zsh_options(command->name, command->options), zsh_positionals(*command));
  }
  return fmt::format(R"sh(#compdef leanlab
# zsh completion for leanlab; made by `leanlab completions zsh`.
_leanlab_labs() {{
  local -a labs
  labs=(${{(f)"$(leanlab list --names 2>/dev/null)"}})
  compadd -a labs
}}

_leanlab_commands() {{
  local -a commands
  commands=(
{}  )
  _describe -t commands command commands
}}

_leanlab() {{
  local context state state_descr line
  typeset -A opt_args
  local -a globals
  globals=({}
  )
  _arguments -s -C $globals '1:command:_leanlab_commands' '*::argument:->arguments'
  [[ $state == arguments ]] || return
  case $words[1] in
{}  esac
}}

if [[ $funcstack[1] == _leanlab ]]; then _leanlab "$@"; else compdef _leanlab leanlab; fi
)sh",
                     described, zsh_options("leanlab", globals), cases);
}

std::string fish_completions(const std::vector<Command>& all, const std::vector<Option>& globals) {
  const auto commands = built(all);
  const std::string names = command_names(commands);
  std::string out =
      "# fish completion for leanlab; made by `leanlab completions fish`.\ncomplete -c leanlab -f\n";
  out += fish_options("leanlab", "", globals, names);
  for (const Command* command : commands) {
    out += fmt::format("complete -c leanlab -n __fish_use_subcommand -a {} -d {}\n", command->name,
                       quoted(summary_of(*command)));
    const std::string condition = fmt::format(" -n '__fish_seen_subcommand_from {}'", command->name);
    out += fish_options(command->name, condition, command->options, names);
    for (const Positional& positional : command->positionals) {
      const std::string offered = fish_values(positional.kind, positional.choices, names);
      if (!offered.empty()) out += "complete -c leanlab" + condition + offered + "\n";
    }
  }
  return out;
}

}  // namespace leanlab::cli
