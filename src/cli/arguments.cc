// The parser behind arguments.h: one pass over the words, driven by the tables.
#include "cli/arguments.h"

#include <charconv>
#include <cmath>

#include "base/strings.h"

namespace leanlab::cli {
namespace {

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

const std::vector<std::string>& find_declared(const std::map<std::string, std::vector<std::string>>& map,
                                              const std::string& name) {
  const auto it = map.find(name);
  INVARIANT(it != map.end());
  return it->second;
}

}  // namespace

std::optional<std::string> Arguments::value(const std::string& option) const {
  const auto& all = values(option);
  if (all.empty()) return std::nullopt;
  return all.back();
}

std::optional<std::uint64_t> Arguments::count(const std::string& option) const {
  const auto text = value(option);
  return text ? parse_number<std::uint64_t>(*text) : std::nullopt;
}

std::optional<double> Arguments::number(const std::string& option) const {
  const auto text = value(option);
  return text ? parse_number<double>(*text) : std::nullopt;
}

const std::vector<std::string>& Arguments::values(const std::string& option) const {
  return find_declared(options_, option);
}

const std::vector<std::string>& Arguments::words(const std::string& positional) const {
  return find_declared(positionals_, positional);
}

const std::string& Arguments::word(const std::string& positional) const {
  const auto& all = words(positional);
  INVARIANT(!all.empty());
  return all.front();
}

std::string Arguments::word_or_empty(const std::string& positional) const {
  const auto& all = words(positional);
  return all.empty() ? "" : all.front();
}

/// One reading of one line.
class Parser {
 public:
  Parser(const std::vector<std::string>& words, const std::vector<Option>& globals,
         const std::vector<Command>& commands)
      : words_(words), globals_(globals), commands_(commands) {
    for (const Option& option : globals_) line_.arguments.options_[option.name];
  }

  Result<CommandLine> read() {
    for (; next_ < words_.size(); ++next_) {
      const std::string& word = words_[next_];
      if (line_.command && !line_.command->run) {
        skip_word_of_unbuilt(word);
      } else if (only_words_ || word.size() < 2 || word[0] != '-') {
        TRY(take_word(word));
      } else if (word == "--") {
        only_words_ = true;
      } else if (word[1] == '-') {
        TRY(take_long(word));
      } else {
        TRY(take_letters(word));
      }
    }
    const Arguments& given = line_.arguments;
    if (line_.command && line_.command->run && !given.has("--help") && !given.has("--version"))
      TRY(assign_positionals());
    return std::move(line_);
  }

 private:
  std::string help_command() const {
    return line_.command ? "leanlab " + line_.command->name + " --help" : std::string("leanlab help");
  }

  Error usage(std::string message) const {
    return Error(ErrorCode::usage, std::move(message)).then(help_command());
  }

  Status take_word(const std::string& word) {
    if (line_.command) {
      loose_.push_back(word);
      return {};
    }
    std::vector<std::string> names;
    for (const Command& command : commands_) {
      if (command.name == word) {
        line_.command = &command;
        for (const Option& option : command.options) line_.arguments.options_[option.name];
        for (const Positional& positional : command.positionals)
          line_.arguments.positionals_[positional.name];
        return {};
      }
      names.push_back(command.name);
    }
    const std::string near = nearest(word, names);
    if (near.empty()) return fail(usage(fmt::format("there is no command '{}'", printable(word))));
    return fail(Error(ErrorCode::usage,
                      fmt::format("there is no command '{}'; did you mean '{}'?", printable(word), near))
                    .then("leanlab " + near + " --help"));
  }

  const Option* find(const auto& matches) const {
    if (line_.command)
      for (const Option& option : line_.command->options)
        if (matches(option)) return &option;
    for (const Option& option : globals_)
      if (matches(option)) return &option;
    return nullptr;
  }

  Status take_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const Option* option = find([&](const Option& o) { return o.name == name; });
    if (!option) return fail(unknown_option(name));
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    return take_option(*option, value);
  }

  Error unknown_option(const std::string& name) const {
    std::vector<std::string> names;
    for (const Option& option : globals_) names.push_back(option.name);
    if (line_.command)
      for (const Option& option : line_.command->options) names.push_back(option.name);
    const std::string whose = line_.command ? "'leanlab " + line_.command->name + "'" : "leanlab";
    const std::string near = nearest(name, names);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean '{}'?", near);
    return usage(fmt::format("{} has no option '{}'{}", whose, printable(name), hint));
  }

  /// "-q", "-n5", "-qv".
  Status take_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const char letter = word[i];
      const Option* option = find([&](const Option& o) { return o.letter != 0 && o.letter == letter; });
      if (!option) return fail(unknown_option(fmt::format("-{}", word.substr(i, 1))));
      const bool takes_rest = option->kind != Kind::flag && !option->value_optional && i + 1 < word.size();
      TRY(take_option(*option, takes_rest ? std::optional(word.substr(i + 1)) : std::nullopt));
      if (takes_rest) break;
    }
    return {};
  }

  Status take_option(const Option& option, std::optional<std::string> value) {
    if (option.built == Built::not_yet)
      return fail(Error(ErrorCode::unsupported, fmt::format("{} is not built yet", option.name))
                      .then(help_command()));
    if (option.kind == Kind::flag) {
      if (value)
        return fail(
            usage(fmt::format("{} takes no value, but '{}' was given", option.name, printable(*value))));
      value = "";
    }
    if (!value && option.value_optional) value = "";
    if (!value) {
      const bool there = next_ + 1 < words_.size();
      if (there && find([&](const Option& o) { return o.name == words_[next_ + 1]; })) {
        return fail(usage(fmt::format("{} wants a value ({}), but '{}' follows", option.name, option.value,
                                      words_[next_ + 1])));
      }
      if (!there) return fail(usage(fmt::format("{} wants a value ({})", option.name, option.value)));
      value = words_[++next_];
    }
    TRY(check_value(option.name, option.kind, option.choices, *value, option.value_optional));
    auto& values = line_.arguments.options_[option.name];
    if (option.times == Times::once && !values.empty() && option.kind != Kind::flag)
      return fail(usage(fmt::format("{} was given twice: '{}' and '{}'", option.name,
                                    printable(values.front()), printable(*value))));
    values.push_back(std::move(*value));
    return {};
  }

  Status check_value(const std::string& name, Kind kind, const std::vector<std::string>& choices,
                     const std::string& value, bool may_be_empty) const {
    if (kind == Kind::flag || (may_be_empty && value.empty())) return {};
    switch (kind) {
      case Kind::count:
        if (!parse_number<std::uint64_t>(value))
          return fail(usage(fmt::format("{} wants a whole number, not '{}'", name, printable(value))));
        return {};
      case Kind::number:
        if (const auto number = parse_number<double>(value); !number || !std::isfinite(*number))
          return fail(usage(fmt::format("{} wants a number, not '{}'", name, printable(value))));
        return {};
      case Kind::choice: {
        for (const std::string& choice : choices)
          if (choice == value) return {};
        const std::string near = nearest(value, choices);
        return fail(usage(fmt::format("{} wants one of {}, not '{}'{}", name, fmt::join(choices, ", "),
                                      printable(value),
                                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near))));
      }
      default:
        if (value.empty()) return fail(usage(fmt::format("{} wants a value, but it is empty", name)));
        if (value.find('\0') != std::string::npos)
          return fail(usage(fmt::format("{} holds a zero byte", name)));
        return {};
    }
  }

  /// Words of a command that is not built yet are anything; only options for all are taken note of.
  void skip_word_of_unbuilt(const std::string& word) {
    for (const Option& option : globals_)
      if (option.kind == Kind::flag && word == option.name) line_.arguments.options_[option.name] = {""};
  }

  Status assign_positionals() {
    std::size_t used = 0;
    for (const Positional& positional : line_.command->positionals) {
      using Needed = Positional::Needed;
      const bool needed = positional.needed == Needed::required || positional.needed == Needed::one_or_more;
      const bool many = positional.needed == Needed::any || positional.needed == Needed::one_or_more;
      if (needed && used == loose_.size())
        return fail(usage(fmt::format("'leanlab {}' wants <{}>", line_.command->name, positional.name)));
      const std::size_t end = many ? loose_.size() : std::min(used + 1, loose_.size());
      for (; used < end; ++used) {
        TRY(check_value("<" + positional.name + ">", positional.kind, positional.choices, loose_[used],
                        false));
        line_.arguments.positionals_[positional.name].push_back(loose_[used]);
      }
    }
    if (used < loose_.size())
      return fail(usage(fmt::format("'leanlab {}' does not know what to do with '{}'", line_.command->name,
                                    printable(loose_[used]))));
    return {};
  }

  const std::vector<std::string>& words_;
  const std::vector<Option>& globals_;
  const std::vector<Command>& commands_;
  std::size_t next_ = 0;
  bool only_words_ = false;
  std::vector<std::string> loose_;
  CommandLine line_;
};

Result<CommandLine> parse_command_line(const std::vector<std::string>& words,
                                       const std::vector<Option>& globals,
                                       const std::vector<Command>& commands) {
  return Parser(words, globals, commands).read();
}

std::string synopsis(const Command& command) {
  std::string text = "leanlab " + command.name;
  for (const Positional& positional : command.positionals) {
    switch (positional.needed) {
      case Positional::Needed::required:
        text += fmt::format(" <{}>", positional.name);
        break;
      case Positional::Needed::optional:
        text += fmt::format(" [<{}>]", positional.name);
        break;
      case Positional::Needed::one_or_more:
        text += fmt::format(" <{}>...", positional.name);
        break;
      case Positional::Needed::any:
        text += fmt::format(" [<{}>...]", positional.name);
        break;
    }
  }
  return command.options.empty() ? text : text + " [options]";
}

}  // namespace leanlab::cli
