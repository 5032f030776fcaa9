// Sampler: the plan of a run, and the promise never to repeat a point.
#include "search/sampler.h"

#include <algorithm>

#include "base/random.h"
#include "search/enumerate.h"
#include "search/polish.h"
#include "search/sobol.h"
#include "search/tpe.h"

namespace leanlab::search {
namespace {

/// So many points are spread evenly before anything is learnt from them.
std::uint64_t start_points(std::size_t parameters, std::uint64_t total) {
  const std::uint64_t wanted = std::clamp<std::uint64_t>(2 * parameters + 2, 6, 20);
  return std::max<std::uint64_t>(3, std::min(wanted, total / 4));
}

}  // namespace

const char* name(Method method) {
  switch (method) {
    case Method::sobol:
      return "Sobol";
    case Method::tpe:
      return "TPE";
    case Method::polish:
      return "polish";
    case Method::enumeration:
      return "enumeration";
  }
  return "?";
}

Method Sampler::plan(const SuggestRequest& request) const {
  const std::uint64_t known = history_.count() + request.pending.size();
  const std::uint64_t total = known + 1 + request.remaining;
  if (known < start_points(space_.size(), total)) return Method::sobol;
  if (!options_.polish || history_.valid_count() < 3) return Method::tpe;
  // Every fourth suggestion stays global, also near the end: polish alone would trust the first valley that it found.
  const bool late = request.remaining * 4 < total;
  if (late) return request.index % 4 == 3 ? Method::tpe : Method::polish;
  return Method::tpe;
}

std::optional<Suggestion> Sampler::suggest(const SuggestRequest& request) const {
  const auto taken = [&](const Point& point) {
    if (history_.seen(point)) return true;
    const std::uint64_t key = Space::key(point);
    return std::any_of(request.pending.begin(), request.pending.end(),
                       [key](const Point& p) { return Space::key(p) == key; });
  };
  Random random(derive_seed(request.seed, "sampler", request.index));
  const Method method = plan(request);
  std::vector<Point> candidates;
  if (method == Method::sobol) {
    candidates.push_back(space_.from_units(sobol_point(request.index, space_.size(), request.seed)));
  } else {
    const auto trials = history_.selection();
    candidates = tpe_candidates(space_, trials, history_.valid_count(), request.pending, random);
    if (method == Method::polish)
      candidates = polish_candidates(space_, trials, request.pending, candidates, random);
  }
  for (Point& point : candidates) {
    if (!taken(point)) return Suggestion{std::move(point), method};
  }
  constexpr int k_chances = 32;
  std::vector<double> units(space_.size());
  for (int chance = 0; chance < k_chances; ++chance) {
    for (double& u : units) u = random.uniform();
    Point point = space_.from_units(units);
    if (!taken(point)) return Suggestion{std::move(point), method};
  }
  auto free = first_free(space_, derive_seed(request.seed, "enumerate", request.index), taken);
  if (!free) return std::nullopt;
  return Suggestion{std::move(*free), Method::enumeration};
}

}  // namespace leanlab::search
