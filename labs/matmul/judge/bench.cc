// bench: lays fresh products out in the shared area, gives the go, checks every product, takes medians.
#include "bench.h"

#include <algorithm>

#include <math.h>
#include <string.h>

#include "alarm.h"
#include "check.h"
#include "failure.h"

namespace {

struct Shape {
  int m, n, k;
};

/// One timed size. Small ones are done several times in a go (fresh matrices each), so that the go itself costs little.
struct Size {
  Shape shape;
  uint32_t products;
  const char* name;  ///< nullptr: a hidden one
  std::vector<Timing> clean = {}, disturbed = {};
};

// README names the first three. The others are odd on purpose: a kernel must get its edges right, and fast.
Size g_sizes[] = {{{128, 128, 128}, 8, "128"},
                  {{256, 256, 256}, 1, "256"},
                  {{384, 384, 384}, 1, "384"},
                  {{251, 193, 317}, 1, nullptr},
                  {{93, 481, 301}, 1, nullptr}};

constexpr size_t k_wanted = 15, k_least = 3,
                 k_most = 25;             // goes per size: clean ones wanted, all at least, all at most
constexpr double k_budget_seconds = 0.5;  // no new round after this, once each size has the least
constexpr uint32_t k_random_products = 16;
constexpr int k_random_largest = 70;

size_t elements(int rows, int columns) {
  return static_cast<size_t>(rows) * static_cast<size_t>(columns);
}

/// The products of one go: the judge's own copies, and where they lie in the area.
class Go {
 public:
  Go(RunnerProcess& runner, Random& random) : runner_(runner), random_(random) {
    memset(runner_.area(), k_guard_byte, k_area_bytes);
    header().version = 1, header().count = 0;
    next_ = align(sizeof(Header)) + k_guard_bytes;
  }

  size_t count() const { return products_.size(); }

  void add(Shape s, std::string label) {
    labels_.push_back(std::move(label));
    Product p{s.m, s.n, s.k, 0, 0, 0, 0};
    p.a = place(fill(elements(s.m, s.k)));
    p.b = place(fill(elements(s.k, s.n)));
    p.c = next_;
    memset(runner_.area() + p.c, 0xff, elements(s.m, s.n) * sizeof(float));  // each a NaN
    next_ = align(next_ + elements(s.m, s.n) * sizeof(float)) + k_guard_bytes;
    header().products[header().count++] = p;
    products_.push_back(p);
  }

  /// Runs it. Then everything is read while the runner is stopped: guards, inputs, products.
  Timing run(double& max_error) {
    Timing timing = runner_.go();
    check_inputs();
    Random after;  // the runner has seen numbers of random_, so the test vectors come from elsewhere
    for (size_t i = 0; i < products_.size(); ++i) {
      const Product& p = products_[i];
      Checked checked = check_product(p.m, p.n, p.k, inputs_[2 * i].data(), inputs_[2 * i + 1].data(),
                                      reinterpret_cast<const float*>(runner_.area() + p.c), after);
      if (!checked.why.empty()) throw Failure{"the product of " + labels_[i] + " is wrong: " + checked.why};
      max_error = std::max(max_error, checked.error);
    }
    runner_.check_quiet();
    return timing;
  }

 private:
  static constexpr unsigned char k_guard_byte = 0x5a;

  static uint64_t align(uint64_t offset) { return (offset + 63) / 64 * 64; }
  Header& header() { return *reinterpret_cast<Header*>(runner_.area()); }

  const std::vector<float>& fill(size_t count) {
    std::vector<float>& values = inputs_.emplace_back(count);
    for (float& value : values) value = random_.signed_unit();
    return values;
  }

  uint64_t place(const std::vector<float>& values) {
    uint64_t offset = next_;
    memcpy(runner_.area() + offset, values.data(), values.size() * sizeof(float));
    next_ = align(offset + values.size() * sizeof(float)) + k_guard_bytes;
    return offset;
  }

  // What must not have changed: both inputs, and the bytes between the matrices.
  void check_inputs() const {
    for (size_t i = 0; i < products_.size(); ++i) {
      const Product& p = products_[i];
      const std::vector<float>&a = inputs_[2 * i], &b = inputs_[2 * i + 1];
      if (memcmp(runner_.area() + p.a, a.data(), a.size() * sizeof(float)) != 0 ||
          memcmp(runner_.area() + p.b, b.data(), b.size() * sizeof(float)) != 0)
        throw Failure{"the experiment changed its inputs; a and b are const"};
      check_guard(p.c - k_guard_bytes, p.c);
      uint64_t end = p.c + elements(p.m, p.n) * sizeof(float);
      check_guard(end, align(end) + k_guard_bytes);
    }
  }

  void check_guard(uint64_t from, uint64_t to) const {
    for (uint64_t i = from; i < to; ++i)
      if (static_cast<unsigned char>(runner_.area()[i]) != k_guard_byte)
        throw Failure{"the experiment wrote outside of c"};
  }

  RunnerProcess& runner_;
  Random& random_;
  uint64_t next_;
  std::vector<Product> products_;
  std::vector<std::string> labels_;
  std::vector<std::vector<float>> inputs_;
};

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  double at = q * static_cast<double>(values.size() - 1);
  size_t low = static_cast<size_t>(at), high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
}

/// The machine was busy with something else for more than a twentieth of the go.
bool was_disturbed(const Timing& t) {
  return t.wall > 1.05 * t.cpu + 60e-6;
}

std::string text(Shape s) {
  return std::to_string(s.m) + "x" + std::to_string(s.k) + " and " + std::to_string(s.k) + "x" +
         std::to_string(s.n);
}

/// Products of shapes that nobody knows, 1 x 1 x 1 among them; not timed.
void check_random_shapes(RunnerProcess& runner, Random& random, double& max_error) {
  Go go(runner, random);
  go.add({1, 1, 1}, "1x1 and 1x1");
  while (go.count() < k_random_products) {
    Shape s{random.between(1, k_random_largest), random.between(1, k_random_largest),
            random.between(1, k_random_largest)};
    go.add(s, text(s));
  }
  go.run(max_error);
}

void time_once(RunnerProcess& runner, Random& random, Size& size, double& max_error) {
  Go go(runner, random);
  while (go.count() < size.products) go.add(size.shape, size.name ? text(size.shape) : "a hidden size");
  Timing timing = go.run(max_error);
  (was_disturbed(timing) ? size.disturbed : size.clean).push_back(timing);
}

/// All sizes in turns, so that a slow moment of the machine falls on all of them.
void time_all(RunnerProcess& runner, Random& random, double& max_error) {
  double start = now();
  for (size_t round = 0; round < k_most; ++round) {
    bool any = false;
    for (Size& size : g_sizes) {
      if (size.clean.size() >= k_wanted) continue;
      if (round >= k_least && now() - start > k_budget_seconds) continue;
      time_once(runner, random, size, max_error);
      any = true;
    }
    if (!any) return;
  }
}

/// Medians of one size.
struct Summary {
  double gflops, spread, cpu_share, disturbed_share;
};

Summary summarize(const Size& size) {
  std::vector<Timing> used = size.clean;
  if (used.size() < k_least) used.insert(used.end(), size.disturbed.begin(), size.disturbed.end());
  double flop = 2.0 * size.shape.m * size.shape.n * size.shape.k * size.products;
  std::vector<double> rates, shares;
  for (const Timing& t : used) {
    rates.push_back(flop / std::max(t.wall, t.cpu) / 1e9);  // more threads cost what they use
    shares.push_back(t.cpu / t.wall);
  }
  double median = quantile(rates, 0.5);
  double all = static_cast<double>(size.clean.size() + size.disturbed.size());
  return {median, (quantile(rates, 0.75) - quantile(rates, 0.25)) / median, quantile(shares, 0.5),
          static_cast<double>(size.disturbed.size()) / all};
}

}  // namespace

Metrics bench(RunnerProcess& runner) {
  Random random;
  double max_error = 0;
  check_random_shapes(runner, random, max_error);
  time_all(runner, random, max_error);

  constexpr double k_sizes = std::size(g_sizes);
  double logs = 0, hidden_logs = 0, hidden = 0, least = INFINITY, spread = 0, cpu_share = 0, disturbed = 0;
  Metrics named;
  for (const Size& size : g_sizes) {
    Summary s = summarize(size);
    logs += log(s.gflops), least = std::min(least, s.gflops);
    spread += s.spread / k_sizes, cpu_share += s.cpu_share / k_sizes,
        disturbed += s.disturbed_share / k_sizes;
    if (size.name)
      named.emplace_back(std::string("gflops_") + size.name, s.gflops);
    else
      hidden_logs += log(s.gflops), hidden += 1;
  }
  Metrics metrics{{"gflops", exp(logs / k_sizes)}, {"gflops_min", least}};
  metrics.insert(metrics.end(), named.begin(), named.end());
  metrics.insert(metrics.end(), {{"gflops_hidden", exp(hidden_logs / hidden)},
                                 {"spread", spread},
                                 {"cpu_wall", cpu_share},
                                 {"disturbed", disturbed},
                                 {"max_error", max_error}});
  return metrics;
}
