// leanlab_judge_values.h: plain values and what can go wrong, for leanlab_judge.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace leanlab {

/// The other side broke the protocol or has gone; nothing more can be had from it.
struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The candidate raised; what() is its own words.
struct CandidateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Numbers in C order, as little-endian bytes. `dtype` as numpy writes it: "<f4", "<f8", "<i4", "<i8", "|u1".
struct Array {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::vector<unsigned char> bytes;
};

/// A plain value: what crosses between judge and candidate.
class Value {
 public:
  enum class Kind { null, boolean, integer, number, text, list, object, array };

  Value() = default;
  Value(bool value) : kind_(Kind::boolean), integer_(value) {}
  Value(int value) : kind_(Kind::integer), integer_(value) {}
  Value(std::int64_t value) : kind_(Kind::integer), integer_(value) {}
  Value(double value) : kind_(Kind::number), number_(value) {}
  Value(const char* value) : kind_(Kind::text), text_(value) {}
  Value(std::string value) : kind_(Kind::text), text_(std::move(value)) {}
  Value(std::vector<Value> items) : kind_(Kind::list), items_(std::move(items)) {}
  Value(Array value) : kind_(Kind::array), array_(std::make_shared<Array>(std::move(value))) {}
  /// An array of one dimension.
  static Value of(const std::vector<float>& values) { return flat("<f4", values.data(), values.size()); }
  static Value of(const std::vector<double>& values) { return flat("<f8", values.data(), values.size()); }
  static Value of(const std::vector<std::int32_t>& values) {
    return flat("<i4", values.data(), values.size());
  }
  /// The same bytes without a meaning: no check for NaN is made on the way.
  template <class T>
  static Value raw(const T* values, std::size_t count) {
    Value value = flat("|u1", values, count);
    value.array_->shape = {value.array_->bytes.size()};
    return value;
  }

  Kind kind() const { return kind_; }
  /// The contents. Errors: ProtocolError when it is of another kind.
  double number() const {
    return expect(kind_ == Kind::number || kind_ == Kind::integer),
           kind_ == Kind::number ? number_ : double(integer_);
  }
  std::int64_t integer() const { return expect(kind_ == Kind::integer), integer_; }
  bool boolean() const { return expect(kind_ == Kind::boolean), integer_ != 0; }
  const std::string& text() const { return expect(kind_ == Kind::text), text_; }
  const std::vector<Value>& list() const { return expect(kind_ == Kind::list), items_; }
  const Array& array() const { return expect(kind_ == Kind::array), *array_; }
  /// An array of one or more dimensions as numbers, when its dtype is `dtype`.
  template <class T>
  std::vector<T> numbers(const char* dtype) const {
    expect(kind_ == Kind::array && array_->dtype == dtype && array_->bytes.size() % sizeof(T) == 0);
    std::vector<T> values(array_->bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), array_->bytes.data(), array_->bytes.size());
    return values;
  }
  std::vector<float> floats() const { return numbers<float>("<f4"); }
  std::vector<double> doubles() const { return numbers<double>("<f8"); }

  // For the protocol itself: members of a JSON object, in order.
  const Value* member(const std::string& name) const {
    for (const auto& [key, value] : members_)
      if (key == name) return &value;
    return nullptr;
  }
  bool is(const char* word) const { return kind_ == Kind::text && text_ == word; }

 private:
  friend class Reader;
  friend class Writer;
  template <class T>
  static Value flat(const char* dtype, const T* values, std::size_t count) {
    Array array{dtype, {count}, std::vector<unsigned char>(count * sizeof(T))};
    if (count != 0) std::memcpy(array.bytes.data(), values, count * sizeof(T));
    return Value(std::move(array));
  }
  static void expect(bool holds) {
    if (!holds) throw ProtocolError("a value of another kind than expected");
  }

  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;
  double number_ = 0;
  std::string text_;
  std::vector<Value> items_;
  std::vector<std::pair<std::string, Value>> members_;
  std::shared_ptr<Array> array_;
};

}  // namespace leanlab
