// Tunables: joins directives and literals to a search space, and writes other values back.
#include "agent/tunables/tunables.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

struct Place {
  std::string_view source;
  std::string_view file;
  [[nodiscard]] Error error(std::size_t offset, std::string message) const {
    return Error(ErrorCode::misconfigured, std::move(message)).at(text_place(source, file, offset));
  }
};

std::string domain_text(const Domain& d) {
  if (d.kind == Domain::Kind::boolean) return "bool";
  if (d.kind == Domain::Kind::category) return fmt::format("{{{}}}", fmt::join(d.labels, ", "));
  return fmt::format("{}..{}{}", number(d.low), number(d.high),
                     d.number == Domain::Number::whole ? " int" : "");
}

/// What a label may not hold where it stands between quotes.
Status check_labels(const Place& place, const Directive& directive, std::string_view code,
                    const Literal& literal) {
  const char before = literal.begin > 0 ? code[literal.begin - 1] : ' ';
  if (before != '"' && before != '\'' && before != '`') return {};
  for (const std::string& text : literal.texts) {
    if (text.find(before) != std::string::npos || text.find('\\') != std::string::npos) {
      return fail(place.error(directive.offset,
                              fmt::format("the category '{}' cannot be written between these quotes", text)));
    }
  }
  return {};
}

Result<Tunable> read_tunable(const Place& place, const Directive& directive) {
  const std::string_view code =
      place.source.substr(directive.code_begin, directive.code_end - directive.code_begin);
  auto literal = find_literal(code, directive.domain);
  if (!literal) {
    const auto numbers = find_numbers(code);
    if (directive.domain.kind == Domain::Kind::number && !numbers.empty()) {
      const NumberToken& last = numbers.back();
      return fail(place
                      .error(directive.code_begin + last.begin,
                             fmt::format("{} is outside its domain {}",
                                         code.substr(last.begin, last.end - last.begin),
                                         domain_text(directive.domain)))
                      .then("change the value or the domain, so that the first experiment is inside"));
    }
    return fail(place
                    .error(directive.offset, fmt::format("no literal of {} before this tune: comment",
                                                         domain_text(directive.domain)))
                    .then("put the comment at the end of the line that assigns the literal"));
  }
  TRY(check_labels(place, directive, code, *literal));
  Tunable tunable{assigned_name(code, literal->begin), directive.domain, std::move(*literal)};
  Domain& domain = tunable.domain;
  if (domain.number == Domain::Number::open) {
    // `1..64` on `int tile = 32` means whole numbers; on `rate = 0.5` it does not.
    const bool whole = domain.whole_bounds && tunable.literal.style && !tunable.literal.style->point &&
                       tunable.literal.style->exponent == 0;
    domain.number = whole ? Domain::Number::whole : Domain::Number::real;
  }
  tunable.literal.begin += directive.code_begin;
  tunable.literal.end += directive.code_begin;
  return tunable;
}

search::Parameter parameter(const Tunable& tunable) {
  const Domain& d = tunable.domain;
  search::Parameter p;
  p.name = tunable.name;
  if (d.kind != Domain::Kind::number) {
    p.kind = search::Kind::category;
    p.high = static_cast<double>(d.labels.size()) - 1;
    return p;
  }
  p.kind = d.number == Domain::Number::whole ? search::Kind::integer : search::Kind::real;
  p.low = d.low;
  p.high = d.high;
  p.scale = d.scale;
  return p;
}

/// One value of a condition as the other tunable's number.
std::optional<double> value_of(const Tunable& other, const std::string& text) {
  if (other.domain.kind == Domain::Kind::number) {
    const auto value = plain_number(text);
    return value && *value >= other.domain.low && *value <= other.domain.high ? value : std::nullopt;
  }
  std::string wanted = text;
  if (other.domain.kind == Domain::Kind::boolean) {
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (wanted == "0" || wanted == "no" || wanted == "off") wanted = "false";
    if (wanted == "1" || wanted == "yes" || wanted == "on") wanted = "true";
  }
  const auto& labels = other.domain.labels;
  const auto found = std::find(labels.begin(), labels.end(), wanted);
  if (found == labels.end()) return std::nullopt;
  return static_cast<double>(found - labels.begin());
}

Result<search::Condition> resolve(const Place& place, const ConditionText& text,
                                  const std::vector<Tunable>& list) {
  const auto other =
      std::find_if(list.begin(), list.end(), [&](const Tunable& t) { return t.name == text.name; });
  if (other == list.end()) {
    std::vector<std::string> names;
    for (const Tunable& t : list) names.push_back(t.name);
    const std::string near = nearest(text.name, names);
    return fail(place.error(text.offset, fmt::format("there is no tunable '{}'", text.name))
                    .then(near.empty() ? "" : fmt::format("did you mean '{}'?", near)));
  }
  search::Condition condition{static_cast<std::size_t>(other - list.begin()), {}};
  for (const std::string& value : text.values) {
    const auto number = value_of(*other, value);
    if (!number)
      return fail(place.error(text.offset, fmt::format("'{}' is no value of {}, which is {}", value,
                                                       other->name, domain_text(other->domain))));
    condition.values.push_back(*number);
  }
  if (text.values.empty()) {
    if (other->domain.kind != Domain::Kind::boolean) {
      return fail(
          place.error(text.offset, fmt::format("{} is no bool: say which value, as in `if {}={}`",
                                               other->name, other->name, other->show(other->literal.value))));
    }
    condition.values = {1};
  }
  if (!text.negated) return condition;
  if (other->domain.kind == Domain::Kind::number)
    return fail(place.error(text.offset, "`not` needs a bool or a category"));
  std::vector<double> rest;
  for (std::size_t k = 0; k < other->domain.labels.size(); ++k) {
    const auto value = static_cast<double>(k);
    if (std::find(condition.values.begin(), condition.values.end(), value) == condition.values.end())
      rest.push_back(value);
  }
  condition.values = std::move(rest);
  return condition;
}

std::string signature_of(const search::Space& space, const std::vector<Tunable>& list) {
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Domain& d = list[i].domain;
    text += fmt::format("{} {}{}", list[i].name, domain_text(d), d.scale == search::Scale::log ? " log" : "");
    if (const auto& c = space[i].condition)
      text += fmt::format(" if {} in {}", c->parameter, fmt::join(c->values, " "));
    text += '\n';
  }
  return text;
}

void make_unique(std::vector<Tunable>& list) {
  std::map<std::string, int> used;
  for (Tunable& t : list) {
    if (t.name.empty()) t.name = "value";
    const std::string base = t.name;
    for (int n = used[base]; used[t.name]++ > 0; t.name = fmt::format("{}_{}", base, n)) ++n;
  }
}

}  // namespace

std::string Tunable::show(double value) const {
  if (!search::is_active(value)) return "-";
  if (domain.kind == Domain::Kind::number) return number(value);
  return domain.labels[static_cast<std::size_t>(value)];
}

Result<Tunables> Tunables::parse(std::string_view source, std::string_view file) {
  const Place place{source, file};
  TRY_ASSIGN(const auto directives, find_directives(source, file));
  std::vector<Tunable> list;
  for (const Directive& directive : directives) {
    TRY_ASSIGN(Tunable tunable, read_tunable(place, directive));
    list.push_back(std::move(tunable));
  }
  make_unique(list);
  std::vector<search::Parameter> parameters;
  for (std::size_t i = 0; i < list.size(); ++i) {
    parameters.push_back(parameter(list[i]));
    if (!directives[i].condition) continue;
    TRY_ASSIGN(parameters.back().condition, resolve(place, *directives[i].condition, list));
  }
  auto space = search::Space::make(std::move(parameters));
  if (!space) {
    space.error().where = std::string(file);
    return fail(std::move(space.error()));
  }
  Tunables result(source, file, std::move(*space));
  for (const Tunable& t : list) result.point_.push_back(t.literal.value);
  result.point_ = result.space_.canonical(std::move(result.point_));
  if (!directives.empty()) result.marker_ = directives.front().marker;
  result.signature_ = signature_of(result.space_, list);
  result.list_ = std::move(list);
  return result;
}

Result<std::string> Tunables::rewrite(const search::Point& point) const {
  std::string text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    const Literal& literal = list_[i].literal;
    text.append(source_, at, literal.begin - at);
    const bool keep = !search::is_active(point[i]) || point[i] == literal.value;
    text += keep ? source_.substr(literal.begin, literal.end - literal.begin) : spell(literal, point[i]);
    at = literal.end;
  }
  text.append(source_, at);
  const auto again = parse(text, file_);
  if (!again || again->signature() != signature_ ||
      search::Space::key(again->point()) != search::Space::key(space_.canonical(point))) {
    return fail(
        Error(ErrorCode::misconfigured, fmt::format("cannot write other values into {}: on one of its lines "
                                                    "several literals fit the tune: comment",
                                                    file_))
            .then("give each tunable constant a line of its own"));
  }
  return text;
}

std::string Tunables::changes(const search::Point& point, std::size_t most, std::string_view arrow) const {
  std::vector<std::string> parts;
  std::size_t more = 0;
  for (std::size_t i = 0; i < list_.size(); ++i) {
    if (!search::is_active(point[i]) || point[i] == list_[i].literal.value) continue;
    if (parts.size() == most) {
      ++more;
    } else {
      parts.push_back(fmt::format("{} {} {} {}", list_[i].name, list_[i].show(list_[i].literal.value), arrow,
                                  list_[i].show(point[i])));
    }
  }
  std::string text = fmt::format("{}", fmt::join(parts, ", "));
  if (more > 0) text += fmt::format(" and {} more", more);
  return text;
}

}  // namespace leanlab::agent
