// bench: sends fresh products, checks every one that comes back, takes medians.
#include "bench.h"

#include <algorithm>
#include <iterator>

#include <math.h>
#include <string.h>

#include "check.h"

namespace {

struct Shape {
  int m, n, k;
};

/// What one go took, as the keeper measured it outside of the experiment's process.
struct Timing {
  double wall;  ///< seconds from the go to the stop of all its threads
  double cpu;   ///< seconds of processor time of all its threads meanwhile
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

/// The products of one go: fresh inputs, which stay here to check by.
class Go {
 public:
  Go(leanlab::Judge& keeper, Random& random) : keeper_(keeper), random_(random) {}

  size_t count() const { return shapes_.size(); }

  void add(Shape s, std::string label) {
    labels_.push_back(std::move(label));
    shapes_.push_back(s);
    size_t more = elements(s.m, s.k) + elements(s.k, s.n);
    while (more-- > 0) inputs_.push_back(random_.signed_unit());
  }

  /// Sends it, and checks what comes back.
  Timing run(double& max_error) {
    std::vector<int32_t> numbers;
    for (const Shape& s : shapes_) numbers.insert(numbers.end(), {s.m, s.n, s.k});
    std::vector<Value> answer = keeper_.call("go", {Value::of(numbers), Value::of(inputs_)}).list();
    if (answer.size() != 3) throw Failure{"the keeper's answer has another form"};
    const leanlab::Array& bytes = answer[2].array();
    std::vector<float> products(bytes.bytes.size() / sizeof(float));
    memcpy(products.data(), bytes.bytes.data(), products.size() * sizeof(float));
    check(products, max_error);
    Timing timing{answer[0].number(), answer[1].number()};
    if (!(timing.wall > 0) || !(timing.cpu >= 0)) throw Failure{"a go that took no time"};
    return timing;
  }

 private:
  using Value = leanlab::Value;

  void check(const std::vector<float>& products, double& max_error) const {
    Random after;  // the experiment has seen numbers of random_, so the test vectors come from elsewhere
    const float *input = inputs_.data(), *c = products.data();
    size_t left = products.size();
    for (size_t i = 0; i < shapes_.size(); ++i) {
      const Shape& s = shapes_[i];
      const float *a = input, *b = input + elements(s.m, s.k);
      if (left < elements(s.m, s.n)) throw Failure{"a product is missing"};
      Checked checked = check_product(s.m, s.n, s.k, a, b, c, after);
      if (!checked.why.empty()) throw Failure{"the product of " + labels_[i] + " is wrong: " + checked.why};
      max_error = std::max(max_error, checked.error);
      input = b + elements(s.k, s.n), c += elements(s.m, s.n), left -= elements(s.m, s.n);
    }
  }

  leanlab::Judge& keeper_;
  Random& random_;
  std::vector<Shape> shapes_;
  std::vector<std::string> labels_;
  std::vector<float> inputs_;
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
void check_random_shapes(leanlab::Judge& keeper, Random& random, double& max_error) {
  Go go(keeper, random);
  go.add({1, 1, 1}, "1x1 and 1x1");
  while (go.count() < k_random_products) {
    Shape s{random.between(1, k_random_largest), random.between(1, k_random_largest),
            random.between(1, k_random_largest)};
    go.add(s, text(s));
  }
  go.run(max_error);
}

void time_once(leanlab::Judge& keeper, Random& random, Size& size, double& max_error) {
  Go go(keeper, random);
  while (go.count() < size.products) go.add(size.shape, size.name ? text(size.shape) : "a hidden size");
  Timing timing = go.run(max_error);
  (was_disturbed(timing) ? size.disturbed : size.clean).push_back(timing);
}

/// All sizes in turns, so that a slow moment of the machine falls on all of them.
void time_all(leanlab::Judge& keeper, Random& random, double& max_error) {
  double start = leanlab::now();
  for (size_t round = 0; round < k_most; ++round) {
    bool any = false;
    for (Size& size : g_sizes) {
      if (size.clean.size() >= k_wanted) continue;
      if (round >= k_least && leanlab::now() - start > k_budget_seconds) continue;
      time_once(keeper, random, size, max_error);
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

Metrics bench(leanlab::Judge& keeper) {
  Random random;
  double max_error = 0;
  check_random_shapes(keeper, random, max_error);
  time_all(keeper, random, max_error);

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
