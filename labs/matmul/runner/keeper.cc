// keeper: `keeper EXPERIMENT RUNNER_DIR RUNNER_OBJECT WORK_DIR`; serve.sh fills these in. Compiles the experiment, starts it
// as a process of its own, and gives it one go for each request of the judge. It takes the times, outside of the
// experiment's process.
#include <memory>

#include <leanlab_judge.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "area.h"
#include "experiment.h"
#include "failure.h"
#include "runner_process.h"

namespace {

using leanlab::Value;

constexpr unsigned char k_guard_byte = 0x5a;

uint64_t align(uint64_t offset) {
  return (offset + 63) / 64 * 64;
}

uint64_t bytes_of(int32_t rows, int32_t columns) {
  return static_cast<uint64_t>(rows) * static_cast<uint64_t>(columns) * sizeof(float);
}

/// Lays the products of one go out in the shared area and looks after it.
class Layout {
 public:
  /// `shapes` are m, n, k of each product; `inputs` all a and b, one behind the other.
  Layout(char* area, const std::vector<int32_t>& shapes, const std::vector<float>& inputs)
      : area_(area), inputs_(inputs) {
    memset(area_, k_guard_byte, k_area_bytes);
    header().version = 1, header().count = 0;
    uint64_t next = align(sizeof(Header)) + k_guard_bytes, from = 0;
    if (shapes.size() % 3 != 0 || shapes.size() / 3 > k_max_products) throw Failure{"too many products"};
    for (size_t i = 0; i + 2 < shapes.size(); i += 3) {
      Product p{shapes[i], shapes[i + 1], shapes[i + 2], 0, 0, 0, 0};
      if (p.m < 1 || p.n < 1 || p.k < 1) throw Failure{"an empty product"};
      next = place(p.a = next, bytes_of(p.m, p.k), from);
      next = place(p.b = next, bytes_of(p.k, p.n), from);
      check_room(next, bytes_of(p.m, p.n));
      memset(area_ + (p.c = next), 0xff, bytes_of(p.m, p.n));  // each a NaN
      next = align(next + bytes_of(p.m, p.n)) + k_guard_bytes;
      header().products[header().count++] = p;
      products_.push_back(p);
    }
  }

  /// All c, after a go. Throws Failure when anything else was written to.
  std::vector<char> results() const {
    std::vector<char> all;
    uint64_t from = 0;
    for (const Product& p : products_) {
      check_input(p.a, bytes_of(p.m, p.k), from);
      check_input(p.b, bytes_of(p.k, p.n), from);
      check_guard(p.c - k_guard_bytes, p.c);
      uint64_t end = p.c + bytes_of(p.m, p.n);
      check_guard(end, align(end) + k_guard_bytes);
      all.insert(all.end(), area_ + p.c, area_ + end);
    }
    return all;
  }

 private:
  Header& header() { return *reinterpret_cast<Header*>(area_); }
  static void check_room(uint64_t at, uint64_t size) {
    if (size > k_area_bytes || at + size + 2 * k_guard_bytes > k_area_bytes)
      throw Failure{"products that do not fit"};
  }
  uint64_t place(uint64_t at, uint64_t size, uint64_t& from) {
    check_room(at, size);
    if (from + size > inputs_.size() * sizeof(float)) throw Failure{"inputs are missing"};
    memcpy(area_ + at, reinterpret_cast<const char*>(inputs_.data()) + from, size);
    from += size;
    return align(at + size) + k_guard_bytes;
  }
  void check_input(uint64_t at, uint64_t size, uint64_t& from) const {
    if (memcmp(area_ + at, reinterpret_cast<const char*>(inputs_.data()) + from, size) != 0)
      throw Failure{"the experiment changed its inputs; a and b are const"};
    from += size;
  }
  void check_guard(uint64_t from, uint64_t to) const {
    for (uint64_t i = from; i < to; ++i)
      if (static_cast<unsigned char>(area_[i]) != k_guard_byte)
        throw Failure{"the experiment wrote outside of c"};
  }

  char* area_;
  const std::vector<float>& inputs_;
  std::vector<Product> products_;
};

/// The experiment of this process: compiled at the first request, running from then on.
class Keeper {
 public:
  explicit Keeper(char** arguments) : arguments_(arguments) {}

  double compile_and_start() {
    Experiment experiment = read_experiment(arguments_[0]);
    std::string program = std::string(arguments_[3]) + "/runner";
    double seconds = compile(experiment, arguments_[1], arguments_[2], arguments_[3], program);
    runner_ = std::make_unique<RunnerProcess>(program);
    return seconds;
  }

  /// wall and processor seconds of one go, and all products.
  Value go(const std::vector<int32_t>& shapes, const std::vector<float>& inputs) {
    if (runner_ == nullptr) throw Failure{"it is not started"};
    Layout layout(runner_->area(), shapes, inputs);
    Timing timing = runner_->go();
    std::vector<char> results = layout.results();
    runner_->check_quiet();
    // As bytes: a product that was never written is NaN, which the judge wants to see by itself.
    return Value(std::vector<Value>{Value(timing.wall), Value(timing.cpu),
                                    Value::raw(results.data(), results.size())});
  }

 private:
  char** arguments_;
  std::unique_ptr<RunnerProcess> runner_;
};

/// Failures as exceptions that the protocol knows.
template <class Act>
Value told(Act&& act) {
  try {
    return act();
  } catch (const Failure& failure) {
    throw std::runtime_error(failure.why);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    fputs("usage: keeper EXPERIMENT RUNNER_DIR RUNNER_OBJECT WORK_DIR\n", stderr);
    return 2;
  }
  prctl(PR_SET_DUMPABLE, 0);  // the experiment runs as the same user: it must not look into this process
  Keeper keeper(argv + 1);
  return leanlab::serve({
      {"start",
       [&](const std::vector<Value>&) { return told([&] { return Value(keeper.compile_and_start()); }); }},
      {"go",
       [&](const std::vector<Value>& values) {
         return told([&] {
           if (values.size() != 2) throw Failure{"go() takes shapes and inputs"};
           return keeper.go(values[0].numbers<int32_t>("<i4"), values[1].floats());
         });
       }},
  });
}
