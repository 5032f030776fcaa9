// leanlab_judge_json.h: values as JSON with buffers, and back, strictly; for leanlab_judge.h.
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "leanlab_judge_values.h"

namespace leanlab {

/// One header and the buffers behind it.
struct Frame {
  Value header;
  std::vector<unsigned char> body;
};

enum class Finite { required, any };

inline std::string printed(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// Called with its namespace, else std::quoted is taken in a program that includes <iomanip>.
inline std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    char escaped[8];
    if (c == '"' || c == '\\') {
      result += '\\', result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      result += escaped;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

/// Values as JSON, their arrays apart.
class Writer {
 public:
  std::string value(const Value& value) {
    switch (value.kind_) {
      case Value::Kind::null:
      case Value::Kind::object:
        return "null";
      case Value::Kind::boolean:
        return value.integer_ != 0 ? "true" : "false";
      case Value::Kind::integer:
        return std::to_string(value.integer_);
      case Value::Kind::number:
        return number(value.number_);
      case Value::Kind::text:
        return leanlab::quoted(value.text_);
      case Value::Kind::list: {
        std::string text = "[";
        for (const Value& item : value.items_) text += (text.size() > 1 ? "," : "") + this->value(item);
        return text + "]";
      }
      case Value::Kind::array:
        return "{\"$\":\"array\",\"i\":" + std::to_string(add(value)) + "}";
    }
    return "null";
  }
  const std::string& arrays() const { return arrays_; }
  std::vector<const Array*> buffers() const {
    std::vector<const Array*> all;
    for (const auto& array : kept_) all.push_back(array.get());
    return all;
  }

 private:
  static std::string number(double value) {
    if (std::isfinite(value)) return printed(value);
    return std::string("{\"$\":\"float\",\"v\":\"") +
           (std::isnan(value) ? "nan"
            : value > 0       ? "inf"
                              : "-inf") +
           "\"}";
  }
  std::size_t add(const Value& value) {
    const Array& array = *value.array_;
    std::string shape;
    for (const std::uint64_t extent : array.shape)
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    arrays_ += (arrays_.empty() ? "" : ",") + ("{\"dtype\":\"" + array.dtype) + "\",\"shape\":[" + shape +
               "],\"order\":\"C\",\"offset\":" + std::to_string(offset_) +
               ",\"bytes\":" + std::to_string(array.bytes.size()) + "}";
    offset_ += (array.bytes.size() + 63) / 64 * 64;
    kept_.push_back(value.array_);
    return kept_.size() - 1;
  }

  std::string arrays_;
  std::size_t offset_ = 0;
  std::vector<std::shared_ptr<Array>> kept_;
};

/// A strict reader of JSON, and of the values in it. Depth, sizes and kinds are limited: the other side is not trusted.
class Reader {
 public:
  /// Errors: ProtocolError.
  static Value parse(const std::string& text) {
    Reader reader(text);
    Value value = reader.value(0);
    reader.blanks();
    if (reader.at_ != text.size()) fail();
    if (value.kind_ != Value::Kind::object) fail();
    return value;
  }

  /// Replaces what stands for arrays, tuples and mappings. References stay objects.
  static Value decode(const Value& tree, const Frame& frame, Finite finite, int depth = 0) {
    if (depth > k_depth) fail();
    if (tree.kind_ == Value::Kind::number && finite == Finite::required && !std::isfinite(tree.number_))
      not_finite();
    if (tree.kind_ == Value::Kind::list) {
      std::vector<Value> items;
      for (const Value& item : tree.items_) items.push_back(decode(item, frame, finite, depth + 1));
      return Value(std::move(items));
    }
    if (tree.kind_ != Value::Kind::object) return tree;
    const Value *kind = tree.member("$"), *index = tree.member("i"), *inner = tree.member("v");
    if (kind == nullptr) fail();
    if (kind->is("ref")) return tree;
    if (kind->is("tuple") && inner != nullptr) return decode(*inner, frame, finite, depth + 1);
    if (kind->is("dict")) return tree;
    if (kind->is("float") && finite == Finite::required) not_finite();
    if (kind->is("float") && inner != nullptr) return Value(special(inner->text()));
    if ((kind->is("array") || kind->is("bytes") || kind->is("scalar")) && index != nullptr)
      return array(index->integer(), frame, finite);
    fail();
  }

 private:
  static constexpr int k_depth = 32;
  static constexpr std::size_t k_values = 2'000'000;

  explicit Reader(const std::string& text) : text_(text) {}
  [[noreturn]] static void fail() { throw ProtocolError("a malformed message"); }
  [[noreturn]] static void not_finite() {
    throw ProtocolError("the candidate gave a number that is not finite");
  }

  static double special(const std::string& word) {
    if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (word != "inf" && word != "-inf") fail();
    return word == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  }
  static Value array(std::int64_t index, const Frame& frame, Finite finite) {
    const Value* arrays = frame.header.member("arrays");
    if (arrays == nullptr || arrays->kind_ != Value::Kind::list || index < 0 ||
        index >= static_cast<std::int64_t>(arrays->items_.size()))
      fail();
    const Value& entry = arrays->items_[static_cast<std::size_t>(index)];
    const Value *dtype = entry.member("dtype"), *shape = entry.member("shape"),
                *order = entry.member("order");
    const Value *offset = entry.member("offset"), *bytes = entry.member("bytes");
    if (dtype == nullptr || shape == nullptr || offset == nullptr || bytes == nullptr || order == nullptr ||
        !order->is("C"))
      fail();
    Array result{dtype->text(), {}, {}};
    std::uint64_t size = item_size(result.dtype), limit = frame.body.size();
    for (const Value& extent : shape->list()) {
      const std::int64_t count = extent.integer();
      if (count < 0 || (count > 0 && size > limit / static_cast<std::uint64_t>(count))) fail();
      size *= static_cast<std::uint64_t>(count);
      result.shape.push_back(static_cast<std::uint64_t>(count));
    }
    const std::int64_t begin = offset->integer();
    if (begin < 0 || begin % 64 != 0 || static_cast<std::uint64_t>(bytes->integer()) != size ||
        static_cast<std::uint64_t>(begin) > limit || size > limit - static_cast<std::uint64_t>(begin))
      fail();
    const auto first = frame.body.begin() + begin;
    result.bytes.assign(first, first + static_cast<std::int64_t>(size));
    if (finite == Finite::required) check_finite(result);
    return Value(std::move(result));
  }
  static std::uint64_t item_size(const std::string& dtype) {
    if (dtype == "|u1" || dtype == "|i1" || dtype == "|b1") return 1;
    if (dtype == "<i4" || dtype == "<u4" || dtype == "<f4") return 4;
    if (dtype == "<i8" || dtype == "<u8" || dtype == "<f8") return 8;
    throw ProtocolError("an array of a kind that is not known here");
  }
  template <class T>
  static bool all_finite(const std::vector<unsigned char>& bytes) {
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, bytes.data() + at, sizeof value);
      if (!std::isfinite(value)) return false;
    }
    return true;
  }
  static void check_finite(const Array& array) {
    if (array.dtype == "<f4" && !all_finite<float>(array.bytes)) not_finite();
    if (array.dtype == "<f8" && !all_finite<double>(array.bytes)) not_finite();
  }

  void blanks() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != 0) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void take(char c) {
    if (peek() != c) fail();
    ++at_;
  }
  bool word(const char* letters) {
    const std::size_t size = std::strlen(letters);
    if (text_.compare(at_, size, letters) != 0) return false;
    at_ += size;
    return true;
  }

  Value value(int depth) {
    if (depth > 2 * k_depth || ++values_ > k_values) fail();
    blanks();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return list(depth);
      case '"':
        return Value(string());
      default:
        break;
    }
    if (word("null")) return Value();
    if (word("true")) return Value(true);
    if (word("false")) return Value(false);
    return number();
  }

  Value object(int depth) {
    Value result;
    result.kind_ = Value::Kind::object;
    take('{');
    blanks();
    while (peek() != '}') {
      if (!result.members_.empty()) take(','), blanks();
      std::string name = string();
      blanks();
      take(':');
      result.members_.emplace_back(std::move(name), value(depth + 1));
      blanks();
    }
    take('}');
    return result;
  }

  Value list(int depth) {
    std::vector<Value> items;
    take('[');
    blanks();
    while (peek() != ']') {
      if (!items.empty()) take(',');
      items.push_back(value(depth + 1));
      blanks();
    }
    take(']');
    return Value(std::move(items));
  }

  void digits() {
    const std::size_t begin = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    if (at_ == begin) fail();
  }

  // As JSON has it, so that no other reader of it sees another number.
  Value number() {
    const std::size_t begin = at_;
    bool whole = true;
    if (peek() == '-') ++at_;
    if (peek() == '0')
      ++at_;
    else
      digits();
    if (peek() == '.') whole = false, ++at_, digits();
    if (peek() == 'e' || peek() == 'E') {
      whole = false, ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    const std::string text = text_.substr(begin, at_ - begin);
    if (text.size() > 60) fail();
    errno = 0;
    const long long integer = whole ? std::strtoll(text.c_str(), nullptr, 10) : 0;
    if (whole && errno == 0) return Value(static_cast<std::int64_t>(integer));
    const double real = std::strtod(text.c_str(), nullptr);
    if (!std::isfinite(real)) not_finite();  // 1e999
    return Value(real);
  }

  unsigned code_unit() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const char* digits = "0123456789abcdef";
      const char lower = static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
      const char* found = c == '\0' ? nullptr : std::strchr(digits, lower);
      if (found == nullptr) fail();
      code = code * 16 + static_cast<unsigned>(found - digits);
      ++at_;
    }
    return code;
  }
  static void append(std::string& text, unsigned code) {
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += static_cast<char>(0xc0 | code >> 6), text += static_cast<char>(0x80 | (code & 63));
    } else if (code < 0x10000) {
      text += static_cast<char>(0xe0 | code >> 12), text += static_cast<char>(0x80 | (code >> 6 & 63));
      text += static_cast<char>(0x80 | (code & 63));
    } else {
      text += static_cast<char>(0xf0 | code >> 18), text += static_cast<char>(0x80 | (code >> 12 & 63));
      text += static_cast<char>(0x80 | (code >> 6 & 63)), text += static_cast<char>(0x80 | (code & 63));
    }
  }
  void escape(std::string& text) {
    const char c = peek();
    ++at_;
    if (c == 'u') {
      unsigned code = code_unit();
      if (code >= 0xd800 && code < 0xdc00 && text_.compare(at_, 2, "\\u") == 0) {
        const std::size_t second = at_;
        at_ += 2;
        const unsigned low = code_unit();
        if (low >= 0xdc00 && low < 0xe000)
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        else
          at_ = second;  // a character of its own
      }
      if (code >= 0xd800 && code < 0xe000) code = 0xfffd;  // half of a pair
      return append(text, code);
    }
    const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t";
    const char* found = c == '\0' ? nullptr : std::strchr(from, c);
    if (found == nullptr) fail();
    text += to[found - from];
  }
  std::string string() {
    std::string text;
    take('"');
    while (peek() != '"') {
      if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) fail();
      if (text_[at_] != '\\') {
        text += text_[at_++];
      } else {
        ++at_;
        escape(text);
      }
    }
    take('"');
    return text;
  }

  const std::string& text_;
  std::size_t at_ = 0, values_ = 0;
};

}  // namespace leanlab
