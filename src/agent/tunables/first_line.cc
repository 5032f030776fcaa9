// First line: where it may stand, and how a comment or a docstring is written there.
#include "agent/tunables/first_line.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"

namespace leanlab::agent {
namespace {

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";

std::string_view line_at(std::string_view source, std::size_t begin) {
  return source.substr(begin, std::min(source.find('\n', begin), source.size()) - begin);
}
std::size_t next_line(std::string_view source, std::size_t begin) {
  const std::size_t end = source.find('\n', begin);
  return end == std::string_view::npos ? source.size() : end + 1;
}
bool encoding_line(std::string_view line) {
  const std::size_t at = line.find("coding");
  return (line.starts_with('#') || line.starts_with("//") || line.starts_with(";")) &&
         at != std::string_view::npos && at + 6 < line.size() && (line[at + 6] == ':' || line[at + 6] == '=');
}

/// Behind everything that must stay at the very top.
std::size_t head_end(std::string_view source) {
  std::size_t at = source.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  const std::string_view first = line_at(source, at);
  for (const std::string_view must : {"#!", "<?xml", "<?php", "<!DOCTYPE", "<!doctype", "%YAML"}) {
    if (first.starts_with(must)) {
      at = next_line(source, at);
      break;
    }
  }
  if (encoding_line(line_at(source, at))) at = next_line(source, at);
  return at;
}

std::string_view closing(std::string_view marker) {
  if (marker == "/*") return " */";
  if (marker == "(*") return " *)";
  if (marker == "<!--") return " -->";
  return "";
}

/// A docstring: the module's first statement when that is a plain text.
struct Docstring {
  std::size_t begin = 0, end = 0;            ///< of the whole literal
  std::size_t text_begin = 0, text_end = 0;  ///< of its text
  bool triple = false;
};

std::optional<Docstring> find_docstring(std::string_view source, std::size_t at) {
  while (at < source.size()) {
    const std::string_view line = trim(line_at(source, at));
    if (!line.empty() && !line.starts_with('#')) break;
    at = next_line(source, at);
  }
  if (at >= source.size()) return std::nullopt;
  Docstring d;
  d.begin = at;
  if (source[at] == 'r' || source[at] == 'R' || source[at] == 'u' || source[at] == 'U') ++at;
  const std::string_view rest = source.substr(at);
  if (!rest.starts_with('"') && !rest.starts_with('\'')) return std::nullopt;
  const char quote = rest[0];
  d.triple = rest.size() >= 6 && rest[1] == quote && rest[2] == quote;
  const std::string mark(d.triple ? 3 : 1, quote);
  d.text_begin = at + mark.size();
  std::size_t close = d.text_begin;
  while (close < source.size() && !source.substr(close).starts_with(mark)) {
    if (!d.triple && source[close] == '\n') return std::nullopt;
    close += source[close] == '\\' ? 2 : 1;
  }
  if (close >= source.size()) return std::nullopt;
  d.text_end = close;
  d.end = close + mark.size();
  // A text that goes on as an expression ("a" + ..., "a".b) is no docstring.
  const std::string_view after = trim(line_at(source, d.end));
  if (!after.empty() && !after.starts_with('#') && !after.starts_with(';')) return std::nullopt;
  return d;
}

std::string with_docstring(std::string_view source, std::size_t head, const std::string& line,
                           std::string_view prefix, std::string_view newline) {
  const auto found = find_docstring(source, head);
  std::string result(source);
  if (!found) return result.insert(head, "\"\"\"" + line + "\"\"\"" + std::string(newline));
  const std::string_view text = source.substr(found->text_begin, found->text_end - found->text_begin);
  if (found->triple) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!text.starts_with(prefix)) return result.insert(found->text_begin, line + std::string(newline));
    const std::size_t kept = end > 0 && end < text.size() && text[end - 1] == '\r' ? end - 1 : end;
    return result.replace(found->text_begin, kept, line);
  }
  // A text in single quotes has one line only: it becomes a triple-quoted one, in whose text those quotes need no care.
  std::string old = text.starts_with(prefix) ? std::string() : std::string(newline) + std::string(text);
  if (old.find('"') != std::string::npos) old = replace_all(std::move(old), "\"", "'");
  const std::string opening(source.substr(found->begin, found->text_begin - 1 - found->begin));
  return result.replace(found->begin, found->end - found->begin, opening + "\"\"\"" + line + old + "\"\"\"");
}

}  // namespace

bool names_an_encoding(std::string_view source) {
  return encoding_line(line_at(source, 0)) || encoding_line(line_at(source, next_line(source, 0)));
}

std::string with_first_line(std::string_view source, std::string_view file, std::string_view marker,
                            std::string_view prefix, std::string sentence) {
  // Nothing in it may end the comment or the docstring.
  if (marker == "<!--") sentence = replace_all(std::move(sentence), "--", " ");
  for (const std::string_view bad : {"\"\"\"", "*/", "*)", "\\", "\n", "\r"})
    sentence = replace_all(std::move(sentence), bad, " ");
  if (sentence.ends_with('"')) sentence += ' ';
  const std::string line = std::string(prefix) + sentence;
  const std::size_t first_end = source.find('\n');
  const std::string_view newline =
      first_end != std::string_view::npos && first_end > 0 && source[first_end - 1] == '\r' ? "\r\n" : "\n";
  std::size_t head = head_end(source);
  std::string result(source);
  const std::size_t mark = source.starts_with(k_byte_order_mark) ? k_byte_order_mark.size() : 0;
  if (head == source.size() && head > mark && !source.ends_with('\n')) {
    result += newline;
    head = result.size();
  }
  const bool python = file.ends_with(".py") || file.ends_with(".pyw");
  if (python && marker == "#") return with_docstring(result, head, line, prefix, newline);
  const std::string comment = std::string(marker) + " " + line + std::string(closing(marker));
  const std::string_view old = line_at(result, head);
  if (old.starts_with(std::string(marker) + " " + std::string(prefix))) {
    const std::size_t kept = old.ends_with('\r') ? old.size() - 1 : old.size();
    return result.replace(head, kept, comment);
  }
  return result.insert(head, comment + std::string(newline));
}

}  // namespace leanlab::agent
